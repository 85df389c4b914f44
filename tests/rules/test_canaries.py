"""No canary survives where its value must go, and each lives where it must stay."""

import zlib
from collections.abc import Iterable
from functools import cache

import pytest
from builders import (
    BE,
    BIG,
    DEFLATED,
    ENCODINGS,
    IMPLICIT_LE,
    LE,
    LE_UNDEFINED,
    Encoding,
    file,
)
from canaries import (
    EVERY,
    FOUND,
    ILLEGAL,
    KINDS,
    MADE,
    PREFIX,
    SETTINGS,
    Context,
    Planter,
    Sample,
    declared,
    found,
    listed,
    made,
    place,
    stays,
    tokens_in,
    unlisted,
)
from engine import KEY, assemble, plan
from oracle import read, shape

from cordon.core.outcome import Deidentified, Note, Outcome, Rejected
from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

SOP = [(0x00080016, "UI", PREFIX + KINDS["ct"]), (0x00080018, "UI", "1.2.3.4.5.6")]
NAME = (0x00100010, "PN", "CNRY0001")
KEPT = 0x00541101
"""Attenuation Correction Method: text, outside the table, and hardly ever there."""

WAYS = {**ENCODINGS, "deflated": (LE, DEFLATED)}


@cache
def profile(settings: Settings) -> Profile:
    return compile_profile(settings, KEY)


def inflated(result: bytes) -> bytes:
    """Give a result with its data set inflated, if it is not."""
    if DEFLATED.encode() not in result[:400]:
        return result
    start = 144 + int.from_bytes(result[140:144], "little")
    return result[:start] + zlib.decompress(result[start:], -15)


def released(source: bytes, settings: Settings) -> bytes:
    outcome = plan(source, profile(settings))
    assert isinstance(outcome, Deidentified), outcome
    return inflated(assemble(source, outcome))


def deidentify(elements: list, encoding: Encoding = LE, **chosen: object) -> bytes:
    syntaxes = dict(ENCODINGS.values())
    elements = sorted([*SOP, *elements], key=lambda element: element[0])
    source = file(elements, encoding, syntaxes[encoding])
    return released(source, Settings(sweep="off", **chosen))


def judge(sample: Sample, settings: str) -> tuple[list[str], list[str]]:
    """List the places of canaries that survived, and of those that were lost."""
    chosen = SETTINGS[settings]
    strict = chosen.delete_private and chosen.delete_unknown
    source = sample.data + sample.tail * strict
    outcome = plan(source, profile(chosen))
    assert isinstance(outcome, Deidentified), outcome
    there = tokens_in(inflated(assemble(source, outcome)))
    heard = there | tokens_in(repr(outcome.row).encode())
    survived, lost = [], []
    for token, nodes in sample.canaries.items():
        kept = stays(nodes, settings, sample.iod)
        if kept is False and token in heard:
            survived.append(f"{place(nodes)} {nodes[-1].vr}")
        if kept is True and token not in there:
            lost.append(f"{place(nodes)} {nodes[-1].vr}")
    return survived, lost


def turns(names: Iterable[str]) -> list[tuple[str, str]]:
    """Let instances take turns at the settings, as all at all would take long."""
    _, *others = SETTINGS
    pairs = {}
    for number, name in enumerate(names):
        chosen = [
            "basic",
            *(others[(4 * number + at) % len(others)] for at in range(3)),
        ]
        if name.startswith(("sr", "kos")):
            chosen += ["structured-content", "everything", "everything-full-dates"]
        pairs.update(dict.fromkeys((name, one) for one in chosen))
    return list(pairs)


# ------------------------------------------------------------------------ survival


@pytest.mark.parametrize(("name", "settings"), turns(MADE))
def test_nothing_survives_that_must_go(name: str, settings: str) -> None:
    assert judge(made(name), settings) == ([], [])


@pytest.mark.parametrize(("name", "settings"), turns(FOUND))
def test_nothing_survives_in_real_files(name: str, settings: str) -> None:
    assert judge(found(name), settings) == ([], [])


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("way", ENCODINGS)
def test_an_instance_is_believed_what_it_says_of_its_private_elements(
    way: str, settings: str
) -> None:
    assert judge(declared(*ENCODINGS[way]), settings) == ([], [])


def test_the_canaries_sing() -> None:
    """Each is found in its source: a search that finds nothing proves nothing."""
    for name in ("ct", "mr", "us-volume", "sc-multiframe", "cr", "dx", *EVERY[:6]):
        sample = made(name)
        source = tokens_in(inflated(sample.data) + sample.tail)
        assert sample.canaries.keys() <= source, name


@pytest.mark.parametrize("settings", ["everything", "all-kept"])
@pytest.mark.parametrize(
    "name", ["ct", "mr", "us", "us-multiframe", "sc", "vl-endoscopy"]
)
def test_what_is_left_is_whole(name: str, settings: str) -> None:
    source = made(name).data
    result = assemble(source, plan(source, profile(SETTINGS[settings])))
    if BIG.encode() not in result[:400]:  # pydicom has UN in big endian wrong
        assert shape(read(result))


# ------------------------------------------------------------- in unlikely places


@pytest.mark.parametrize("settings", ["private-kept", "unknown-kept", "all-kept"])
@pytest.mark.parametrize(
    "tail",
    [b"CNRY0001\0\xff\xff", b"NCCNRY0001", bytes(20)],
    ids=["odd-group", "even-group", "zeros"],
)
def test_bytes_after_the_pixel_data_go_whatever_else_is_kept(
    tail: bytes, settings: str
) -> None:
    source = file([*SOP, (0x7FE00010, "OW", bytes(20))]) + tail
    assert b"CNRY" not in released(source, SETTINGS[settings])


@pytest.mark.parametrize(
    ("encoding", "vr"),
    [(IMPLICIT_LE, "SQ"), (LE, "UN"), (BE, "UN")],
    ids=["implicit", "un", "un-big"],
)
@pytest.mark.parametrize("tag", [0x00291010, 0x00189998], ids=["private", "unknown"])
def test_sequences_whose_vr_is_not_told_are_looked_into(
    tag: int, encoding: Encoding, vr: str
) -> None:
    elements = [(0x00290010, "LO", "NOBODY"), (tag, vr, [[NAME]])]
    kept = {"delete_private": False, "delete_unknown": False}
    assert b"CNRY0001" not in deidentify(elements, encoding, **kept)


@pytest.mark.parametrize(
    ("encoding", "vr"),
    [(LE, "SQ"), (LE_UNDEFINED, "SQ"), (LE_UNDEFINED, "UN")],
    ids=["sq", "sq-undefined", "un-undefined"],
)
@pytest.mark.parametrize("settings", ["basic", "everything", "all-kept"])
def test_no_sequence_hides_in_an_attribute_that_is_none(
    settings: str, encoding: Encoding, vr: str
) -> None:
    planter, at = Planter(), Context()
    vrs = {tag: vr for tag, vr in {**listed(), **unlisted()}.items() if vr != "SQ"}
    elements = [
        planter.sequence(at, tag, lambda at: [planter.element(at, *NAME[:2])])
        for tag in vrs
        if tag >> 16 not in (0, 2, 4) and tag not in (0x00080016, 0x00080018)
    ]
    elements = [(tag, vr, items) for tag, _, items in elements]
    source = file(sorted([*SOP, *elements]), encoding)
    there = tokens_in(released(source, SETTINGS[settings]))
    survived = there & planter.canaries.keys()
    assert [place(planter.canaries[token]) for token in sorted(survived)] == []


def test_a_private_creator_hides_nothing() -> None:
    creator = (0x00290010, "SQ", [[NAME]])
    result = deidentify([creator, (0x00291001, "LO", "word")], delete_private=False)
    assert b"CNRY0001" not in result


@pytest.mark.parametrize(
    "kept", [{"retain_safe_private": True}, {"delete_private": False}], ids=str
)
@pytest.mark.parametrize(
    "inner", [NAME, (0x00080104, "LO", "Meaning")], ids=["changes", "unchanged"]
)
def test_a_creator_stays_as_long_as_its_block_does(inner: tuple, kept: dict) -> None:
    elements = [
        (0x00290010, "LO", "NOBODY"),
        (0x00290011, "LO", "NOTHING"),
        (0x00291010, "SQ", [[inner, (KEPT, "LO", "Method")]]),
    ]
    result = read(deidentify(elements, **kept))
    assert result[0x00290010].value == "NOBODY"
    assert 0x00290011 not in result
    assert result[0x00291010].value[0][KEPT].value == "Method"


@pytest.mark.parametrize("action", "XZDU")
@pytest.mark.parametrize("delete_private", [True, False])
def test_what_an_instance_says_to_take_away_goes(
    action: str, delete_private: bool
) -> None:
    numbers = [(0x00080306, "US", b"\x10\0\x11\0"), (0x00080307, "CS", action)]
    block = [
        (0x00080301, "US", b"\x29\0"),
        (0x00080302, "LO", "MAKER"),
        (0x00080303, "CS", "MIXED"),
        (0x00080305, "SQ", [numbers]),
    ]
    elements = [
        (0x00080300, "SQ", [block]),
        (0x00290010, "LO", "MAKER"),
        (0x00291010, "SQ", [[(0x00080104, "LO", "CNRY0001")]]),
        (0x00291011, "LO", "CNRY0002"),
    ]
    kept = {"retain_safe_private": True, "delete_private": delete_private}
    assert tokens_in(deidentify(elements, **kept)).isdisjoint(("CNRY0001", "CNRY0002"))


@pytest.mark.parametrize("group", [*ILLEGAL, 0x0000, 0x0002, 0x0004])
def test_groups_that_no_data_set_has_go_whatever_else_is_kept(group: int) -> None:
    inner = [
        (group << 16 | 0x0010, "LO", "CNRY0001"),
        (group << 16 | 0x1001, "LO", "x"),
    ]
    inner.append((group << 16 | 0x1002, "SH", "CNRY0002"))
    elements = [(0x00081115, "SQ", [inner])]
    result = deidentify(elements, delete_private=False, delete_unknown=False)
    assert tokens_in(result).isdisjoint(("CNRY0001", "CNRY0002"))


def test_all_of_a_curve_goes_even_if_unknown_elements_stay() -> None:
    elements = [(0x50009998, "LO", "CNRY0001"), (0x50020000, "UL", bytes(4))]
    assert b"CNRY0001" not in deidentify(elements, delete_unknown=False)


@pytest.mark.parametrize("group", [0x5020, 0x50FE, 0x6020, 0x60FE])
@pytest.mark.parametrize("setting", ["delete_unknown", "clean_graphics"])
def test_what_is_past_the_last_plane_goes(group: int, setting: str) -> None:
    tags = (0x0022, "LO"), (0x2500, "LO"), (0x4000, "LT"), (0x9998, "LT")
    elements = [(group << 16 | tag, vr, "CNRY0001") for tag, vr in tags]
    result = deidentify(elements, **{setting: setting == "clean_graphics"})
    assert b"CNRY0001" not in result


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("bits", [(16, 12, "H"), (8, 7, "B")])
def test_no_overlay_hides_in_the_pixel_data(way: str, bits: tuple) -> None:
    encoding, syntax = WAYS[way]
    allocated, stored, layout = bits
    low, plane = (1 << stored) - 1, 1 << allocated - 1
    pixels = [number * 37 & low for number in range(64)]
    hiding = [pixel | plane * (number % 3 == 0) for number, pixel in enumerate(pixels)]
    numbers = {
        0x00280100: allocated,
        0x00280101: stored,
        0x00280102: stored - 1,
        0x60020100: allocated,
        0x60020102: allocated - 1,
    }
    elements = [(tag, "US", encoding.pack("H", one)) for tag, one in numbers.items()]
    data = b"".join(encoding.pack(layout, pixel) for pixel in hiding)
    elements.append((0x7FE00010, "OW" if allocated == 16 else "OB", data))
    source = file([*SOP, *elements], encoding, syntax)
    clean = b"".join(encoding.pack(layout, pixel) for pixel in pixels)
    assert released(source, SETTINGS["basic"]).endswith(clean)


# ------------------------------------------------------------------ in hard texts


MISTOLD = {
    "cyrillic": ("ISO_IR 192", "Иванов".encode("iso8859_5")),
    "windows": ("ISO_IR 192", "Иванов".encode("cp1251")),
    "greek": ("ISO_IR 192", "Παπάς".encode("iso8859_7")),
    "korean": ("ISO_IR 192", "홍길동".encode("euc_kr")),
    "japanese": ("ISO_IR 192", "山田太郎".encode("shift_jis")),
    "none": ("GB18030", b"\xff\xff\xfe\xff"),
    "no-escapes": (r"\ISO 2022 IR 87", "山田太郎".encode("shift_jis")),
    "nothing-told": ("", "Иванов".encode("iso8859_5")),
    "unknown-set": ("ISO_IR 999", "山田太郎".encode("gb18030")),
}


@pytest.mark.parametrize("mistold", MISTOLD)
@pytest.mark.parametrize(("tag", "vr"), [(0x0008103E, "LO"), (0x0040A160, "UT")])
def test_text_that_its_character_set_does_not_have_goes(
    tag: int, vr: str, mistold: str
) -> None:
    character_set, name = MISTOLD[mistold]
    elements = [(0x00080005, "CS", character_set), (tag, vr, b"CT " + name)]
    chosen = {"clean_descriptors": True, "clean_structured_content": True}
    assert name not in deidentify(elements, **chosen)


LOCAL = (0x00080102, "SH", "99SITE")
MEANING = (0x00080104, "LO", "Finding")
SHORT = [(0x00080100, "SH", "CNRY0001"), LOCAL, MEANING]
LONG = [LOCAL, MEANING, (0x00080119, "UC", "CNRY0001")]
PUBLIC = [(0x00080100, "SH", "121071"), (0x00080102, "SH", "DCM"), MEANING]


@pytest.mark.parametrize(
    "codes",
    [
        (0x00081301, "SQ", [SHORT]),
        (0x00081301, "SQ", [PUBLIC, SHORT]),
        (0x00081301, "SQ", [LONG]),
        (0x00081301, "SQ", [[*PUBLIC, (0x00080121, "SQ", [SHORT])]]),
        (0x00400275, "SQ", [[(0x00400008, "SQ", [SHORT])]]),
    ],
    ids=["short", "beside-another", "long", "equivalent", "in-a-request"],
)
def test_codes_of_a_site_go_wherever_descriptors_are_cleaned(codes: tuple) -> None:
    assert b"CNRY0001" not in deidentify([codes], clean_descriptors=True)


@pytest.mark.parametrize(
    "element",
    [(0x00080201, "SH", "CNRY0001"), (0x00080030, "TM", "CNRY0001")],
    ids=["offset", "time"],
)
def test_what_is_no_time_does_not_stay_as_one(element: tuple) -> None:
    assert b"CNRY0001" not in deidentify([element], retain_longitudinal="modified")


@pytest.mark.parametrize("script", ["утро", "Jörg", "山田"])
def test_text_that_is_safe_in_itself_goes_if_it_names_the_patient(script: str) -> None:
    safe = [(0x00190010, "LO", "GEMS_ACQU_01")]
    name = [(0x00080005, "CS", "ISO_IR 192"), (0x00100010, "PN", script.encode())]
    said = [(0x0019109E, "LO", f"sequence of {script}".encode())]
    plain = [(0x0019109E, "LO", b"sequence")]
    assert script.encode() not in deidentify(
        [*name, *safe, *said], retain_safe_private=True
    )
    assert b"sequence" in deidentify([*name, *safe, *plain], retain_safe_private=True)


# ----------------------------------------------------------------------- the sweep

IDENTIFIERS = {
    "name": ((0x00100010, "PN", "Quixley^Wanda"), "for QUIXLEY, W."),
    "given-name": ((0x00100010, "PN", "Quixley^Wanda"), "wanda"),
    "other-name": ((0x00101001, "PN", "Zillaborn^Wanda"), "Zillaborn"),
    "staff": ((0x00080090, "PN", "Zorbas^Alexis"), "Dr. Zorbas"),
    "identifier": ((0x00100020, "LO", "PX-4711-Z"), "id px-4711-z"),
    "other-identifier": (
        (0x00101002, "SQ", [[(0x00100020, "LO", "OTHER-12345")]]),
        "OTHER-12345",
    ),
    "accession": ((0x00080050, "SH", "A99887766"), "acc A99887766"),
    "date": ((0x00100030, "DA", "19530417"), "born 17.04.1953"),
    "date-in-english": ((0x00100030, "DA", "19530417"), "April 17, 1953"),
    "date-as-stored": ((0x00100030, "DA", "19530417"), "19530417"),
    "study-date": ((0x00080020, "DA", "20230817"), "2023-08-17"),
    "phone": ((0x00102154, "SH", "+49 30 1234567"), "call 49301234567"),
    "address": ((0x00101040, "LO", "12 Elmtree Lane"), "12 Elmtree Lane"),
    "institution": ((0x00080080, "LO", "Lakeview Clinic"), "Lakeview Clinic"),
    "station": ((0x00081010, "SH", "STATX99"), "STATX99"),
    "uid": ((0x0020000D, "UI", "1.2.276.0.99.77777.1"), "1.2.276.0.99.77777.1"),
    "referenced-uid": (
        (0x00081111, "SQ", [[(0x00081155, "UI", "1.2.276.0.99.888.1")]]),
        "see 1.2.276.0.99.888.1 x",
    ),
}
KIND = {
    "given-name": "name",
    "other-name": "name",
    "other-identifier": "identifier",
    "accession": "identifier",
    "station": "identifier",
    "referenced-uid": "uid",
}

PLACES = {
    "top": lambda found: (KEPT, "LO", found),
    "item": lambda found: (0x00081115, "SQ", [[(KEPT, "LO", found)]]),
    "deep": lambda found: (
        0x52009229,
        "SQ",
        [[(0x00400260, "SQ", [[], [(0x00080104, "LO", "x"), (KEPT, "LO", found)]])]],
    ),
}


def swept(
    elements: list, way: str, sweep: str, **chosen: object
) -> tuple[Outcome, tuple[Note, ...]]:
    encoding, syntax = WAYS[way]
    source = file(sorted([*SOP, *elements]), encoding, syntax)
    outcome = plan(source, profile(Settings(sweep=sweep, **chosen)))
    notes = outcome.notes if isinstance(outcome, Rejected) else outcome.row.notes
    return outcome, notes


def place_of(element: tuple) -> str:
    tag, _, value = element
    inner = ">" + place_of(value[-1][-1]) if isinstance(value, list) else ""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X}){inner}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("what", IDENTIFIERS)
def test_what_identifies_is_found_where_it_was_said_again(
    what: str, where: str, way: str
) -> None:
    original, said = IDENTIFIERS[what]
    again = PLACES[where](said)
    kind = KIND.get(what, what.split("-")[0].replace("study", "date"))
    expected = (Note(f"residual-{kind}", place_of(again)),)

    outcome, notes = swept([original, again], way, "reject")
    assert outcome == Rejected("residual", expected)
    assert said not in repr(notes)

    outcome, notes = swept([original, again], way, "warn")
    assert isinstance(outcome, Deidentified)
    assert notes == expected
    assert said not in repr(outcome.row)

    outcome, notes = swept([original, again], way, "off")
    assert isinstance(outcome, Deidentified)
    assert notes == ()


@pytest.mark.parametrize("way", ["explicit", "explicit-undefined", "big"])
def test_what_identifies_is_found_in_a_sequence_of_unknown_vr(way: str) -> None:
    original, said = IDENTIFIERS["name"]
    again = (0x00081115, "UN", [[(KEPT, "LO", said)]])
    _, notes = swept([original, again], way, "reject")
    assert notes == (Note("residual-name", "(0008,1115)>(0054,1101)"),)


@pytest.mark.parametrize("vr", ["LO", "UN", "OB", "UT"])
def test_what_identifies_is_found_in_private_elements_that_stay(vr: str) -> None:
    original, said = IDENTIFIERS["uid"]
    block = [(0x00290010, "LO", "NOBODY"), (0x00291001, vr, said)]
    _, notes = swept([original, *block], "explicit", "reject", delete_private=False)
    assert notes == (Note("residual-uid", "(0029,1001)"),)


NAMES = {
    "latin": ("ISO_IR 100", "latin_1", "Müller^Jörg", "für müller"),
    "cyrillic": ("ISO_IR 144", "iso8859_5", "Иванов^Пётр", "ПЁТР"),
    "greek": ("ISO_IR 126", "iso8859_7", "Παπάς^Νίκος", "Παπάς"),
    "utf8": ("ISO_IR 192", "utf8", "Quixley=김민수", "CT 김민수 님"),
    "chinese": ("GB18030", "gb18030", "Zhang^Wei=张伟", "病人张伟"),
    "kanji": (r"\ISO 2022 IR 87", "iso2022_jp", "Yamada=山田^太郎", "CT 山田 "),
    "kanji-run-on": (r"\ISO 2022 IR 87", "iso2022_jp", "Yamada=山田^太郎", "山田太郎"),
    "korean": (r"\ISO 2022 IR 149", "iso2022_kr", "Hong=洪^吉洞", "吉洞"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_found_in_their_script(name: str) -> None:
    character_set, codec, written, said = NAMES[name]
    encode = cache(lambda text: text.encode(codec))
    if codec == "iso2022_kr":  # Python designates once, at the start of all text
        encode = cache(lambda text: b"\x1b$)C" + text.encode("euc_kr"))
    elements = [
        (0x00080005, "CS", character_set),
        (0x00100010, "PN", encode(written)),
        (KEPT, "LO", encode(said)),
    ]
    _, notes = swept(elements, "explicit", "reject")
    assert notes == (Note("residual-name", "(0054,1101)"),)


def test_names_are_found_in_an_item_of_another_character_set() -> None:
    item = [(0x00080005, "CS", "ISO_IR 192"), (KEPT, "LO", "Иванов".encode())]
    elements = [
        (0x00080005, "CS", "ISO_IR 144"),
        (0x00081115, "SQ", [item]),
        (0x00100010, "PN", "Иванов^Пётр".encode("iso8859_5")),
    ]
    _, notes = swept(elements, "explicit", "reject")
    assert notes == (Note("residual-name", "(0008,1115)>(0054,1101)"),)
