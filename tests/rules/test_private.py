"""Private data elements: which stay, and what becomes of those (PS3.15 E.3.10)."""

import struct
from collections.abc import Iterable, Iterator
from functools import cache

import pytest
from builders import CT, ENCODINGS, EXPLICIT, LE, LE_UNDEFINED, Encoding, file
from engine import KEY, deidentify
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import OURS, raw_bytes, raws, read, table
from pydicom.config import RAISE
from pydicom.dataset import Dataset
from pydicom.valuerep import validate_value

from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

ENCODED = pytest.mark.parametrize("encoding", ENCODINGS)
SOP = [(0x00080016, "UI", CT), (0x00080018, "UI", "1.2.3")]

SIEMENS = "SIEMENS MR HEADER"  # group 0019: 0C IS, 0D CS, 0E FD, 27 FD are safe
PHILIPS = "Philips Imaging DD 001"
SEQUENCE = 0x2001105F  # of Philips, in the standard's list
UID = 0x00991002  # of NQHeader, likewise

SAFE: dict[tuple[int, str], dict[int, str]] = {}
for row in table("safe_private.csv"):
    listed = SAFE.setdefault((int(row["group"], 16), row["creator"]), {})
    listed[int(row["element"], 16)] = row["vr"].split(" ")[0] or "FL"

VALUES = {
    "AT": b"\x10\0\x10\0",
    "CS": b"HFS ",
    "DS": b"1.5 ",
    "IS": b"42",
    "LO": b"Chest ",
    "LT": b"Chest ",
    "SH": b"Chest ",
    "ST": b"Chest ",
    "UI": b"1.2.3.4\0",
}


@cache
def profile(**choices: bool | str) -> Profile:
    alone = {"sweep": "off", "burned_in": "ignore", **choices}
    return compile_profile(Settings(**alone), KEY)


SAFE_ONLY = {"retain_safe_private": True}
EVERYTHING = {"delete_private": False}


def source(elements: Iterable[tuple], encoding: str = "explicit") -> bytes:
    how, syntax = ENCODINGS[encoding]
    return file(sorted([*SOP, *elements], key=lambda one: one[0]), how, syntax)


def result(
    elements: Iterable[tuple], encoding: str = "explicit", **choices: bool | str
) -> Dataset:
    return read(deidentify(source(elements, encoding), profile(**choices)))


def private(data_set: Dataset) -> dict[int, bytes]:
    """Give the bytes of the private data elements; those of sequences are none."""
    return {int(tag): value for tag, value in raws(data_set).items() if tag.group & 1}


def kept(elements: Iterable[tuple], **choices: bool | str) -> dict[int, bytes]:
    return private(result(elements, **choices))


def value_of(vr: str) -> bytes:
    return VALUES.get(vr, b"\x07\x01\x02\x03\x04\x05\x06\x07")


# --------------------------------------------------------------------- which stay


def every_safe_element(encoding: Encoding, *, told: bool = True) -> dict[int, tuple]:
    """List all of Table E.3.10-1 but the sequences, each creator in a block."""
    found: dict[int, tuple] = {}
    blocks: dict[int, Iterator[int]] = {}
    for (group, creator), elements in SAFE.items():
        block = next(blocks.setdefault(group, iter(range(0x10, 0x100, 0x2F))))
        found[group << 16 | block] = ("LO", creator)
        for number, vr in elements.items():
            if vr != "SQ":
                tag = group << 16 | block << 8 | number
                found[tag] = (vr if told else "UN", value_of(vr))
    return found


@ENCODED
@pytest.mark.parametrize("told", [True, False])
def test_each_safe_element_stays_byte_for_byte(encoding: str, told: bool) -> None:
    how = ENCODINGS[encoding][0]
    elements = every_safe_element(how, told=told)
    old = [(tag, *elements[tag]) for tag in sorted(elements)]
    new = result(old, encoding, retain_safe_private=True)
    before = private(read(source(old, encoding)))
    after = private(new)
    assert list(after) == list(before)
    uids = [
        tag
        for tag in after
        if before[tag] == VALUES["UI"] and SAFE.get((tag >> 16, creator_of(new, tag)))
    ]
    assert uids
    for tag in uids:
        assert OURS.match(after.pop(tag).decode().rstrip("\0"))
        del before[tag]
    assert after == before


def creator_of(data_set: Dataset, tag: int) -> str:
    """Give the private creator of a data element as pydicom has it."""
    name = raw_bytes(data_set, tag & 0xFFFF0000 | tag >> 8 & 0xFF)
    return name.decode("latin-1").strip("\0 ")


def test_without_the_option_none_stays() -> None:
    elements = every_safe_element(LE)
    assert kept((tag, *elements[tag]) for tag in elements) == {}


CREATORS = st.sampled_from(
    [
        SIEMENS,
        SIEMENS + "  ",
        SIEMENS.lower(),
        SIEMENS + " 2",
        "SIEMENS MR",
        PHILIPS,
        PHILIPS + " ",
        "Philips Imaging DD 002",
        "GEMS_PARM_01",
        "QUIBBLE",
        "",
    ]
)
GROUPS = st.sampled_from([0x0019, 0x2001, 0x0043, 0x0009])
BLOCKS = st.one_of(
    st.sampled_from([0x10, 0x11, 0x12, 0x80, 0xFE, 0xFF]), st.integers(0x10, 0xFF)
)
NUMBERS = st.one_of(st.sampled_from([0x0C, 0x0D, 0x0E, 0x27]), st.integers(0, 0xFF))
RESERVED = st.dictionaries(
    st.tuples(GROUPS, BLOCKS), st.tuples(CREATORS, st.sets(NUMBERS, max_size=6))
)
UNRESERVED = st.sets(st.tuples(GROUPS, BLOCKS, NUMBERS), max_size=3)


@given(RESERVED, UNRESERVED, st.sampled_from(sorted(ENCODINGS)), st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_what_stays_is_told_by_group_creator_and_number(
    reserved: dict, unreserved: set, encoding: str, nested: bool
) -> None:
    elements: dict[int, tuple] = {}
    expected: set[int] = set()
    for group, block, number in unreserved:
        elements[group << 16 | block << 8 | number] = ("LO", b"Chest ")
    for (group, block), (creator, numbers) in reserved.items():
        listed = SAFE.get((group, creator.rstrip(" ")), {})
        elements[group << 16 | block] = ("LO", creator)
        free = {
            number for some, at, number in unreserved if (some, at) == (group, block)
        }
        for number in numbers | free:
            tag = group << 16 | block << 8 | number
            vr = listed.get(number, "LO")
            elements[tag] = (vr, value_of(vr)) if vr != "SQ" else ("SQ", [])
            if vr not in ("SQ", "UI") and number in listed:
                expected |= {tag, group << 16 | block}
    content = [(tag, *elements[tag]) for tag in sorted(elements)]
    if nested:
        content = [(0x00081115, "SQ", [[(0x00080060, "CS", "CT"), *content]])]
    new = result(content, encoding, retain_safe_private=True)
    old = read(source(content, encoding))
    if nested:
        (new,), (old,) = new[0x00081115].value, old[0x00081115].value
    before = private(old)
    after = private(new)
    assert set(after) == expected
    assert after == {tag: before[tag] for tag in expected}


def test_a_creator_goes_if_nothing_of_its_block_stays() -> None:
    elements = [
        (0x00190010, "LO", SIEMENS),
        (0x00190011, "LO", SIEMENS),
        (0x00190012, "LO", "QUIBBLE"),
        (0x00190013, "LO", SIEMENS),
        (0x001910AA, "LO", "unlisted"),
        (0x0019110D, "CS", "HFS"),
        (0x0019120D, "CS", "HFS"),
    ]
    assert set(kept(elements, **SAFE_ONLY)) == {0x00190011, 0x0019110D}


def test_a_creator_that_stands_twice_in_one_place_hides_nothing() -> None:
    elements = [
        (0x00190010, "LO", "QUIBBLEWIK"),
        (0x00190010, "LO", SIEMENS),
        (0x0019100D, "CS", "HFS"),
    ]
    new = deidentify(source(elements), profile(**SAFE_ONLY))
    assert b"QUIBBLE" not in new


def test_a_block_holds_only_in_its_own_item() -> None:
    inner = [(0x0019100D, "CS", "HFS"), (0x00191009, "LO", "Chest")]
    own = [(0x00190011, "LO", SIEMENS), (0x0019110D, "CS", "HFS")]
    elements = [
        (0x00081115, "SQ", [inner, own, [*own, *inner]]),
        (0x00190010, "LO", SIEMENS),
        (0x0019100D, "CS", "HFS"),
    ]
    new = result(elements, **SAFE_ONLY)
    assert set(private(new)) == {0x00190010, 0x0019100D}
    one, two, three = new.ReferencedSeriesSequence
    assert private(one) == {}
    assert set(private(two)) == set(private(three)) == {0x00190011, 0x0019110D}


@pytest.mark.parametrize("group", [0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF])
@pytest.mark.parametrize("choices", [SAFE_ONLY, EVERYTHING], ids=["safe", "all"])
def test_groups_that_are_not_allowed_go(group: int, choices: dict) -> None:
    safe = (0x00080301, "US", struct.pack("<H", group))
    told = [safe, (0x00080302, "LO", SIEMENS), (0x00080303, "CS", "SAFE")]
    elements = [
        (0x00080300, "SQ", [told]),
        (group << 16 | 0x10, "LO", SIEMENS),
        (group << 16 | 0x100D, "CS", "QUIBBLE"),
        (group << 16 | 0x1009, "SQ", [[(0x00080104, "LO", "QUIBBLE")]]),
    ]
    new = deidentify(source(elements), profile(**choices))
    assert b"QUIBBLE" not in new
    assert private(read(new)) == {}


def test_numbers_that_are_in_no_block_go() -> None:
    elements = [
        (0x00190000, "UL", b"\x10\0\0\0"),
        (0x00190001, "LO", "QUIBBLE"),
        (0x0019000D, "CS", "QUIBBLE"),
        (0x00190010, "LO", SIEMENS),
        (0x00190D0D, "CS", "QUIBBLE"),
        (0x0019100D, "CS", "HFS"),
    ]
    assert set(kept(elements, **SAFE_ONLY)) == {0x00190010, 0x0019100D}


# ------------------------------------------------- what the instance says of itself


def characteristics(
    group: int,
    creator: str,
    status: str,
    safe: Iterable[int] = (),
    actions: dict[str, Iterable[int]] | None = None,
    encoding: Encoding = LE,
) -> list:
    """Make an item of Private Data Element Characteristics (PS3.3 C.12.1.1.7)."""

    def numbers(*values: int) -> bytes:
        return b"".join(encoding.pack("H", value) for value in values)

    item: list = [
        (0x00080301, "US", numbers(group)),
        (0x00080302, "LO", creator),
        (0x00080303, "CS", status),
    ]
    if safe:
        item.append((0x00080304, "US", numbers(*safe)))
    if actions:
        wanted = [
            [(0x00080306, "US", numbers(*those)), (0x00080307, "CS", action)]
            for action, those in actions.items()
        ]
        item.append((0x00080305, "SQ", wanted))
    return item


def declaring(*items: list) -> tuple:
    return (0x00080300, "SQ", list(items))


MAKER = (0x00290010, "LO", "MAKER")
THREE = [
    (0x00291001, "LO", "Chest"),
    (0x00291002, "UN", b"\1\2\3\4"),
    (0x00291003, "DS", "1.5"),
]


@ENCODED
def test_a_block_that_is_declared_safe_stays(encoding: str) -> None:
    how = ENCODINGS[encoding][0]
    told = declaring(characteristics(0x0029, "MAKER ", "SAFE", encoding=how))
    elements = [told, MAKER, *THREE]
    old = private(read(source(elements, encoding)))
    assert private(result(elements, encoding, **SAFE_ONLY)) == old
    nested = [told, (0x00081115, "SQ", [[MAKER, *THREE]])]
    (item,) = result(nested, encoding, **SAFE_ONLY).ReferencedSeriesSequence
    assert private(item) == old


@ENCODED
def test_of_a_mixed_block_stays_what_is_declared_safe(encoding: str) -> None:
    how = ENCODINGS[encoding][0]
    told = declaring(characteristics(0x0029, "MAKER", "MIXED", (1, 3), encoding=how))
    new = private(result([told, MAKER, *THREE], encoding, **SAFE_ONLY))
    assert set(new) == {0x00290010, 0x00291001, 0x00291003}


@pytest.mark.parametrize(
    "told",
    [
        characteristics(0x0029, "MAKER", "UNSAFE"),
        characteristics(0x0029, "MAKER", "UNSAFE", (1, 2, 3)),
        characteristics(0x0029, "MAKER", "MIXED"),
        characteristics(0x0029, "MAKER", "MIXED", (4,)),
        characteristics(0x0029, "OTHER", "SAFE"),
        characteristics(0x0029, "maker", "SAFE"),
        characteristics(0x002B, "MAKER", "SAFE"),
        characteristics(0x0029, "MAKER", ""),
        characteristics(0x0029, "MAKER", "MIXED", (), {"C": (1, 2, 3)}),
        characteristics(0x0029, "MAKER", "MIXED", (), {"K": ()}),
    ],
)
def test_what_is_not_declared_safe_goes(told: list) -> None:
    assert kept([declaring(told), MAKER, *THREE], **SAFE_ONLY) == {}


def test_what_is_declared_does_not_count_without_the_option() -> None:
    told = characteristics(0x0029, "MAKER", "SAFE")
    assert kept([declaring(told), MAKER, *THREE]) == {}


ACTED = [
    (0x00291001, "LO", "QUIBBLE"),
    (0x00291002, "LO", "QUIBBLE"),
    (0x00291003, "LO", "QUIBBLE"),
    (0x00291004, "UI", "1.2.3"),
    (0x00291005, "LO", "Chest"),
]
ACTIONS = {"D": (1,), "Z": (2,), "X": (3,), "U": (4,)}


@pytest.mark.parametrize("status", ["MIXED", "SAFE"])
def test_actions_that_are_recommended_are_taken(status: str) -> None:
    told = characteristics(0x0029, "MAKER", status, (5,), ACTIONS)
    new = kept([declaring(told), MAKER, *ACTED], **SAFE_ONLY)
    assert set(new) == {0x00290010, 0x00291001, 0x00291002, 0x00291004, 0x00291005}
    assert new[0x00291001] not in (b"", b"QUIBBLE ")
    assert new[0x00291002] == b""
    assert OURS.match(new[0x00291004].decode().rstrip("\0"))
    assert new[0x00291005] == b"Chest "


def test_an_action_outranks_the_table_of_the_standard() -> None:
    told = characteristics(0x0019, SIEMENS, "MIXED", (), {"X": (0x0D,), "Z": (0x0E,)})
    elements = [
        declaring(told),
        (0x00190010, "LO", SIEMENS),
        (0x0019100C, "IS", "1000"),
        (0x0019100D, "CS", "HFS"),
        (0x0019100E, "FD", bytes(8)),
    ]
    new = kept(elements, **SAFE_ONLY)
    assert new == {
        0x00190010: SIEMENS.encode() + b" ",
        0x0019100C: b"1000",
        0x0019100E: b"",
    }


@pytest.mark.parametrize("encoding", ["explicit", "implicit"])
def test_a_uid_whose_vr_is_not_known_is_mapped_if_recommended(encoding: str) -> None:
    told = characteristics(0x0029, "MAKER", "MIXED", (), {"U": (1,)})
    element = (0x00291001, "UN", b"1.2.3\0")
    new = result([declaring(told), MAKER, element], encoding, **SAFE_ONLY)
    mapped = raw_bytes(new, 0x00291001).decode().rstrip("\0")
    assert mapped == new.SOPInstanceUID


@pytest.mark.parametrize("encoding", ["explicit", "implicit"])
def test_a_dummy_is_legal_for_the_vr_that_the_dictionary_knows(encoding: str) -> None:
    told = characteristics(0x0019, SIEMENS, "MIXED", (), {"D": (0x0C,)})
    elements = [
        declaring(told),
        (0x00190010, "LO", SIEMENS),
        (0x0019100C, "UN", b"1000"),
    ]
    new = raw_bytes(result(elements, encoding, **SAFE_ONLY), 0x0019100C)
    assert new not in (b"", b"1000")
    validate_value("IS", new.decode(), RAISE)


@pytest.mark.parametrize("encoding", ["explicit", "explicit-undefined", "implicit"])
@pytest.mark.parametrize("action", ["D", "X", "Z"])
def test_actions_for_sequences_are_taken_too(action: str, encoding: str) -> None:
    told = characteristics(0x0029, "MAKER", "MIXED", (), {action: (1,)})
    sequence = (0x00291001, "SQ", [[(0x00080104, "LO", "QUIBBLE")]])
    old = source([declaring(told), MAKER, sequence], encoding)
    new = deidentify(old, profile(**SAFE_ONLY))
    assert b"QUIBBLE" not in new


# ----------------------------------------------------------------- what they become


def safe_block(*elements: tuple) -> list:
    """Make a block that is declared safe."""
    return [declaring(characteristics(0x0029, "MAKER", "SAFE")), MAKER, *elements]


@pytest.mark.parametrize("choices", [SAFE_ONLY, EVERYTHING], ids=["safe", "all"])
def test_uids_are_mapped_unless_they_are_kept(choices: dict) -> None:
    elements = safe_block((0x00291001, "UI", "1.2.3\\1.2.840.10008.1.2\\1.2.4"))
    new = result(elements, **choices)
    one, registered, other = new[0x00291001].value
    assert one == new.SOPInstanceUID
    assert registered == "1.2.840.10008.1.2"
    assert OURS.match(other)
    assert result(elements, **choices, retain_uids=True)[0x00291001].value[2] == "1.2.4"


@pytest.mark.parametrize("encoding", ["explicit", "implicit"])
def test_uids_are_known_by_the_table_where_the_vr_is_not_written(encoding: str) -> None:
    elements = [(0x00990010, "LO", "NQHeader"), (UID, "UN", b"1.2.3\0")]
    new = result(elements, encoding, **SAFE_ONLY)
    assert raw_bytes(new, UID).decode().rstrip("\0") == new.SOPInstanceUID


TIMES = [
    (0x00291001, "DA", "20240229"),
    (0x00291002, "DT", "20240229101112.5+0100"),
    (0x00291003, "TM", "101112"),
    (0x00291004, "DA", "20240230"),
    (0x00291005, "DA", "20240229\\20240301"),
]


@pytest.mark.parametrize("choices", [SAFE_ONLY, EVERYTHING], ids=["safe", "all"])
def test_dates_follow_the_option(choices: dict) -> None:
    patient = [(0x00080021, "DA", "20240229"), (0x00100020, "LO", "4711")]
    elements = [*patient, *safe_block((0x00291006, "LO", "Chest"), *TIMES)]
    off = kept(elements, **choices)
    assert set(off) == {0x00290010, 0x00291006}
    full = kept(elements, **choices, retain_longitudinal="full")
    assert set(full) == {0x00290010, 0x00291006, *(tag for tag, *_ in TIMES)}
    assert full[0x00291001] == b"20240229"
    new = result(elements, **choices, retain_longitudinal="modified")
    moved = new.SeriesDate
    assert moved not in ("", "20240229")
    assert new[0x00291001].value == moved
    assert new[0x00291002].value == f"{moved}101112.5+0100"
    assert new[0x00291003].value == "101112"
    assert 0x00291004 not in new
    assert new[0x00291005].value[0] == moved


@pytest.mark.parametrize("choices", [SAFE_ONLY, EVERYTHING], ids=["safe", "all"])
def test_names_go_and_text_that_holds_a_word_of_the_patients(choices: dict) -> None:
    patient = [(0x00100010, "PN", "Quibble^Jane"), (0x00100020, "LO", "MRN-0815")]
    elements = safe_block(
        (0x00291001, "PN", "Somebody^Else"),
        (0x00291002, "LO", "Chest of Jane"),
        (0x00291003, "LT", "QUIBBLE, JANE"),
        (0x00291004, "SH", "MRN-0815"),
        (0x00291005, "UT", "see 0815"),
        (0x00291006, "ST", "quibble_jane"),
        (0x00291007, "LO", "Chest"),
        (0x00291008, "LO", "Janette"),
    )
    new = kept([*patient, *elements], **choices)
    assert set(new) == {0x00290010, 0x00291007, 0x00291008}


# ------------------------------------------------------------------------ sequences

INNER = [
    (0x00080080, "LO", "Quibble clinic"),
    (0x00081155, "UI", "1.2.3"),
    (0x00100010, "PN", "Quibble"),
    (0x00180050, "DS", "1.5"),
    (0x00190010, "LO", SIEMENS),
    (0x00190011, "LO", "QUIBBLE"),
    (0x0019100D, "CS", "HFS"),
    (0x00191009, "SQ", []),
    (0x001910AA, "LO", "Unlisted"),
    (0x00191108, "LO", "Quibble"),
    (0x20010010, "LO", PHILIPS),
]
LEFT = [0x00081155, 0x00100010, 0x00180050, 0x00190010, 0x0019100D]
FORMS = [
    (name, vr)
    for name in ENCODINGS
    for vr in ("SQ", "UN")
    if vr == "SQ" or name in ("explicit", "explicit-undefined")
]


@pytest.mark.parametrize(("encoding", "vr"), FORMS)
@pytest.mark.parametrize("deep", [False, True])
def test_private_sequences_are_treated_item_by_item(
    encoding: str, vr: str, deep: bool
) -> None:
    items = [INNER, [(0x00080080, "LO", "Quibble")], INNER]
    if deep:
        items = [[(0x20010010, "LO", PHILIPS), (SEQUENCE, vr, items)]]
    elements = [(0x20010010, "LO", PHILIPS), (SEQUENCE, vr, items)]
    data = deidentify(source(elements, encoding), profile(**SAFE_ONLY))
    assert b"Quibble" not in data
    new = read(data)
    found = new[SEQUENCE].value
    if deep:
        (item,) = found
        assert list(map(int, item.keys())) == [0x20010010, SEQUENCE]
        found = item[SEQUENCE].value
    assert len(found) == 2
    for item in found:
        assert list(map(int, item.keys())) == LEFT
        assert item.ReferencedSOPInstanceUID == new.SOPInstanceUID
        assert str(item.PatientName).startswith("P-")
        assert raw_bytes(item, 0x00180050) == b"1.5 "


@pytest.mark.parametrize(("encoding", "vr"), FORMS)
def test_a_private_sequence_of_which_nothing_stays_goes(encoding: str, vr: str) -> None:
    gone = [(0x00080080, "LO", "Quibble"), (0x00190010, "LO", SIEMENS)]
    deeper = [(0x20010010, "LO", PHILIPS), (SEQUENCE, vr, [gone, gone])]
    for items in ([], [gone], [gone, gone], [deeper]):
        elements = [(0x20010010, "LO", PHILIPS), (SEQUENCE, vr, items)]
        assert private(result(elements, encoding, **SAFE_ONLY)) == {}


def test_a_sequence_that_no_list_knows_is_seen_by_its_encoding() -> None:
    for how, vr in ((LE_UNDEFINED, "UN"), (LE_UNDEFINED, "SQ"), (LE, "SQ")):
        elements = [*SOP, MAKER, (0x00291001, vr, [INNER, [(0x00100021, "LO", "Q")]])]
        new = read(deidentify(file(elements, how, EXPLICIT), profile(**SAFE_ONLY)))
        (item,) = new[0x00291001].value
        assert list(map(int, item.keys())) == LEFT
    unseen = [*SOP, MAKER, (0x00291001, "UN", [INNER])]
    new = read(deidentify(file(unseen, LE, EXPLICIT), profile(**SAFE_ONLY)))
    assert private(new) == {}


@pytest.mark.parametrize("encoding", ["implicit", "implicit-undefined"])
def test_a_sequence_is_known_by_pydicoms_dictionary_too(encoding: str) -> None:
    elements = [(0x00710010, "LO", "AGFA-AG_HPState"), (0x00711018, "SQ", [INNER])]
    new = result(elements, encoding, **SAFE_ONLY)
    (item,) = new[0x00711018].value
    assert list(map(int, item.keys())) == LEFT


def test_a_value_in_fragments_stays_whole() -> None:
    pieces = LE.fragments(b"abcd", b"efgh")
    element = LE.head(0x7FD11010, "OB", 0xFFFFFFFF) + pieces[12:]
    elements = [*SOP, (0x7FD10010, "LO", "SIEMENS Ultrasound SC2000"), element]
    new = deidentify(file(elements), profile(**SAFE_ONLY))
    assert element in new
    unsafe = [*SOP, (0x7FD10010, "LO", "QUIBBLE"), element]
    gone = deidentify(file(unsafe), profile(**SAFE_ONLY))
    assert b"abcd" not in gone


# ------------------------------------------------------------------ when none go


@ENCODED
def test_when_private_ones_are_kept_all_stay_as_they_were(encoding: str) -> None:
    elements = [
        *every_safe_element(ENCODINGS[encoding][0]).items(),
        (0x00290010, ("LO", "MAKER")),
        *((tag, (vr, value)) for tag, vr, value in THREE),
    ]
    old = sorted((tag, *rest) for tag, rest in elements)
    before = private(read(source(old, encoding)))
    after = private(result(old, encoding, delete_private=False, retain_uids=True))
    assert after == before


@pytest.mark.parametrize(("encoding", "vr"), FORMS)
def test_when_private_ones_are_kept_the_table_still_holds_in_sequences(
    encoding: str, vr: str
) -> None:
    elements = [(0x20010010, "LO", PHILIPS), (SEQUENCE, vr, [INNER, []])]
    new = result(elements, encoding, **EVERYTHING)
    item, empty = new[SEQUENCE].value
    assert list(empty.keys()) == []
    assert "InstitutionName" not in item
    assert item.ReferencedSOPInstanceUID == new.SOPInstanceUID
    assert str(item.PatientName).startswith("P-")
    assert raw_bytes(item, 0x001910AA) == b"Unlisted"


def test_a_sequence_in_the_place_of_a_creator_keeps_no_name() -> None:
    name = [(0x00100010, "PN", "Quibble^Jane")]
    elements = [(0x00290010, "SQ", [name]), (0x00291001, "LO", "Chest")]
    new = deidentify(source(elements), profile(**EVERYTHING))
    assert b"Quibble" not in new


@pytest.mark.parametrize("length", [2, 4, 6])
@ENCODED
def test_a_short_value_at_the_end_is_whole(encoding: str, length: int) -> None:
    elements = [(0x7FE30010, "LO", "MAKER"), (0x7FE31001, "UN", bytes(length))]
    new = result(elements, encoding, delete_private=False)
    assert raw_bytes(new, 0x7FE31001) == bytes(length)
