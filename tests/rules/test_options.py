"""Every row of Table E.1-1 under every option, wherever the attribute stands."""

from collections.abc import Iterator
from functools import cache

import pytest
from builders import CT, ENCODINGS, file
from choices import SETTINGS
from engine import KEY, deidentify
from oracle import (
    TEXT,
    TIMEZONE_OFFSET,
    action,
    differences,
    raw_bytes,
    read,
    table,
)
from pydicom.dataset import Dataset

from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")


# at the top level; in a sequence that the table does not list; two deep; in
# sequences that one option keeps, cleans, or else a requirement of their IOD does
PLACES = [
    (),
    (0x00081115,),
    (0x52009229, 0x00289145),
    (0x00081110,),
    (0x00400275, 0x0040A370),
    (0x0040A730,),
    (0x00700001,),
]
UNDER = pytest.mark.parametrize("name", SETTINGS)
ENCODED = pytest.mark.parametrize("encoding", ["explicit", "implicit-undefined"])

CANARY = b"QUIBBLEWIK"
HARMLESS = b"CHEST"
VALUES = {
    "AS": b"061Y",
    "AT": b"\x10\x00\x10\x00",
    "DA": b"20240229",
    "DS": b"1234.5678 ",
    "DT": b"20240229101112.123+0100",
    "IS": b"12345678",
    "TM": b"101112",
    "UI": b"1.2.3.4444444",
    "UR": b"urn:quibblewik",
    **dict.fromkeys(("US", "SS"), b"\x39\x30"),
    **dict.fromkeys(("UL", "SL", "FL", "OF", "OL"), b"\x39\x30" * 2),
    **dict.fromkeys(("FD", "OD", "OV", "SV", "UV"), b"\x39\x30" * 4),
}

TOP = {
    0x00080016: ("UI", CT),
    0x00080018: ("UI", "1.2.3"),
    0x00100020: ("LO", "4711"),
}
MARKS = (0x00080016, 0x00120062, 0x00120063, 0x00120064, 0x00280303)
"""What cannot have any value at the top level."""

ROWS = {
    **{
        int(row["tag"], 16): row["vr"].split(" ")[0]
        for row in [*table("profile.csv"), *table("additions.csv")]
        if row["keyword"] and "x" not in row["tag"]
    },
    **{int(row["tag"], 16): "UI" for row in table("uids.csv")},
    # for repeating groups
    0x50000010: "US",
    0x50000022: "LO",
    0x50003000: "OW",
    0x50002000: "US",
    0x5002200C: "OW",
    0x501E0040: "SH",
    0x60000010: "US",
    0x60000022: "LO",
    0x60001500: "LO",
    0x60003000: "OW",
    0x60004000: "LT",
    0x601E3000: "OW",
}


@cache
def profile(name: str) -> Profile:
    return compile_profile(SETTINGS[name], KEY)


def value_of(vr: str, text: bytes) -> "bytes | list":
    if vr == "SQ":
        code = [
            (0x00080100, "SH", "113100"),
            (0x00080102, "SH", "DCM"),
            (0x00080104, "LO", text),
        ]
        more = [
            (0x00081155, "UI", VALUES["UI"]),
            (0x00100010, "PN", text),
            (0x00181000, "LO", text),
            (0x0040A120, "DT", VALUES["DT"]),
        ]
        return [code + more, code]
    return VALUES.get(vr, text)


def value_at(tag: int) -> "bytes | list":
    return b"+0100 " if tag == TIMEZONE_OFFSET else value_of(ROWS[tag], CANARY)


def instance_of(
    elements: dict[int, tuple],
    path: tuple[int, ...],
    encoding: str = "explicit",
    sop_class: str = CT,
) -> bytes:
    """Make an instance in which `elements` are below `path`."""
    how, syntax = ENCODINGS[encoding]
    content = {tag: (tag, *elements[tag]) for tag in sorted(elements)}
    for tag in reversed(path):
        content = {tag: (tag, "SQ", [list(content.values())])}
    top = {tag: (tag, *rest) for tag, rest in TOP.items()}
    top[0x00080016] = (0x00080016, "UI", sop_class)
    content = top | content
    ordered = [content[tag] for tag in sorted(content)]
    return file(ordered, how, syntax, sop_class=sop_class)


def rows_at(path: tuple[int, ...]) -> dict[int, str]:
    """List what can stand at a place."""
    return {
        tag: vr
        for tag, vr in ROWS.items()
        if path or (tag not in MARKS and tag >> 16 not in (0x0000, 0x0002))
    }


def found_below(data_set: Dataset, path: tuple[int, ...]) -> Iterator[Dataset]:
    """Give the one item at a place, unless it is gone."""
    for tag in path:
        if tag not in data_set or len(data_set[tag].value) != 1:
            return
        (data_set,) = data_set[tag].value
    yield data_set


# ----------------------------------------------------------------------- the table


@UNDER
@ENCODED
@pytest.mark.parametrize("path", PLACES, ids=lambda path: ">".join(map(hex, path)))
def test_each_row_does_what_its_code_under_the_option_says(
    name: str, encoding: str, path: tuple[int, ...]
) -> None:
    elements = {tag: (vr, value_at(tag)) for tag, vr in rows_at(path).items()}
    source = instance_of(elements, path, encoding)
    result = read(deidentify(source, profile(name)))
    assert list(differences(read(source), result, SETTINGS[name])) == []


@UNDER
@ENCODED
@pytest.mark.parametrize("path", PLACES[:3], ids=lambda path: ">".join(map(hex, path)))
@pytest.mark.parametrize(
    "text", [HARMLESS, CANARY + b" " + HARMLESS, HARMLESS + b" " + CANARY]
)
def test_text_that_is_cleaned_keeps_just_its_harmless_words(
    name: str, encoding: str, path: tuple[int, ...], text: bytes
) -> None:
    elements = {
        tag: (vr, text)
        for tag, vr in rows_at(path).items()
        if vr in TEXT
        and tag != TIMEZONE_OFFSET
        and action(tag, path, "ct-image", SETTINGS[name]) == "C"
    }
    source = instance_of(elements, path, encoding)
    result = read(deidentify(source, profile(name)))
    (item,) = found_below(result, path)
    wrong = [
        hex(tag) for tag in elements if raw_bytes(item, tag).strip(b" ") != HARMLESS
    ]
    assert wrong == []


# --------------------------------------------------------------- what IODs require

IODS = {row["iod"]: row["sop_class_uid"] for row in table("sop_classes.csv")}
IODS.pop("basic-directory")


def elements_required(iod: str) -> list:
    """List attributes that IODs require: at the top level, or where this one does."""
    tree: dict = {}
    for row in table("requirements.csv"):
        named = row["iods"].split()
        if row["path"] and (iod in named) == (named[0] == "*"):
            continue
        level = tree
        for outer in row["path"].split(">") if row["path"] else ():
            level = level.setdefault(int(outer, 16), {})
        level.setdefault(int(row["tag"], 16), {})
    return _encoded(tree)


def _encoded(tree: dict) -> list:
    return [
        (tag, "SQ", [_encoded(inner)]) if inner else (tag, ROWS[tag], value_at(tag))
        for tag, inner in sorted(tree.items())
    ]


@pytest.mark.parametrize("name", ["none", "all-modified"])
@pytest.mark.parametrize("iod", [*IODS, "unknown"])
def test_what_an_iod_requires_is_there_under_any_option(name: str, iod: str) -> None:
    elements = {tag: rest for tag, *rest in elements_required(iod)}
    sop_class = IODS.get(iod, "1.2.3.4.5")
    source = instance_of(elements, (), sop_class=sop_class)
    result = read(deidentify(source, profile(name)))
    assert list(differences(read(source), result, SETTINGS[name])) == []


# ------------------------------------------------------------------ codes and dates

CODED = [
    int(row["tag"], 16)
    for row in table("profile.csv")
    if row["clean_descriptors"] and row["vr"] == "SQ"
]


def code(value: str, scheme: str, meaning: str) -> list:
    return [
        (0x00080100, "SH", value),
        (0x00080102, "SH", scheme),
        (0x00080104, "LO", meaning),
    ]


@pytest.mark.parametrize(
    ("value", "scheme"),
    [
        ("R-00339", "SRT"),
        ("J18.9", "I10"),
        ("J18.9", "I10P"),
        ("C34.90", "ICD10CM"),
        ("18748-4", "LN"),
        ("233604007", "SCT"),
        ("113100", "DCM"),
        ("24627-2", "LN"),
        ("RPID16", "RADLEX"),
    ],
)
def test_codes_of_public_schemes_stay_when_descriptors_are_cleaned(
    value: str, scheme: str
) -> None:
    """No scheme of PS3.16 8 names a site but 99 and what follows, and L."""
    elements = {
        tag: ("SQ", [code(value, scheme, "Chest of Quibblewik")]) for tag in CODED
    }
    source = instance_of(elements, ())
    result = read(deidentify(source, profile("clean_descriptors")))
    gone = [hex(tag) for tag in CODED if tag not in result]
    assert gone == []
    for tag in CODED:
        (item,) = result[tag].value
        assert (item.CodeValue, item.CodeMeaning) == (value, "Chest")


@pytest.mark.parametrize("scheme", ["99QUIBBLEWIK", "L", ""])
def test_a_sites_own_code_goes_with_its_sequence(scheme: str) -> None:
    other = code("113100", "DCM", "Chest")
    own = code("QUIBBLE7", scheme, "Chest")
    elements = {tag: ("SQ", [other, own]) for tag in CODED}
    for path in PLACES[:3]:
        source = instance_of(elements, path)
        result = deidentify(source, profile("clean_descriptors"))
        assert b"QUIBBLE7" not in result
        for item in found_below(read(result), path):
            left = {tag for tag in CODED if tag in item and item[tag].value}
            assert left == set()


NO_DATES = {
    "TM": [
        b"QUIBBLE",
        b"101112-111213",
        b"1011121",
        b"10",
        b"246060",
        b"101112.1234567",
        b"1011\\QUIBBLE",
        b"10.11",
    ],
    "DA": [
        b"20240230",
        b"20240101-20240301",
        b"QUIBBLEW",
        b"2024",
        b"29.02.24",
        b"20240229\\QUIBBLE",
        b"202402291",
        b"99991332",
    ],
    "DT": [
        b"20240230101112",
        b"20240101-20240301",
        b"QUIBBLEWIK",
        b"2024-02-29",
        b"2024022910111",
        b"20240229\\QUIBBLE ",
        b"20240229101112.1234567",
        b"20241332",
    ],
}


@pytest.mark.parametrize("path", PLACES[:3])
@pytest.mark.parametrize("index", range(8))
def test_what_is_no_date_or_time_gets_the_basic_code(
    index: int, path: tuple[int, ...]
) -> None:
    elements = {
        tag: (vr, NO_DATES[vr][index])
        for tag, vr in rows_at(path).items()
        if vr in NO_DATES
    }
    elements[TIMEZONE_OFFSET] = "SH", b"QUIBBLE "
    source = instance_of(elements, path)
    result = deidentify(source, profile("retain_longitudinal_modified"))
    settings = SETTINGS["retain_longitudinal_modified"]
    assert list(differences(read(source), read(result), settings)) == []
    assert b"QUIBBLE" not in result


DATES = {
    "DA": [b"20240229", b"2024.02.29", b"20240229\\20230101", b"", b"19000101"],
    "DT": [
        b"2024",
        b"202402",
        b"20240229",
        b"2024022923",
        b"202402292359",
        b"20240229235960",
        b"20240229235959.1",
        b"20240229235959.123456-1200",
        b"2024+0100",
        b"20240229\\20250101",
        b"20240229 ",
    ],
}


@pytest.mark.parametrize("path", PLACES[:3])
@pytest.mark.parametrize("index", range(11))
def test_dates_are_moved_as_precise_as_they_were(
    index: int, path: tuple[int, ...]
) -> None:
    elements = {
        tag: (vr, DATES[vr][index % len(DATES[vr])])
        for tag, vr in rows_at(path).items()
        if vr in DATES
    }
    source = instance_of(elements, path)
    result = read(deidentify(source, profile("retain_longitudinal_modified")))
    settings = SETTINGS["retain_longitudinal_modified"]
    assert list(differences(read(source), result, settings)) == []


# --------------------------------------------------------------------- safe private


def private_elements(*, explicit: bool) -> list:
    """List every safe data element, an unsafe one in each block, and unsafe blocks."""
    blocks: dict[tuple[int, str], list] = {}
    for row in table("safe_private.csv"):
        listed = int(row["element"], 16), row["vr"].split(" ")[0]
        blocks.setdefault((int(row["group"], 16), row["creator"]), []).append(listed)
    blocks[0x0009, "QUIBBLEWIK"] = [(0x01, "LO"), (0x02, "UI"), (0x03, "OB")]
    elements = {}
    used: dict[int, int] = {}
    for (group, creator), numbers in blocks.items():
        block = used[group] = used.get(group, 0x2F) + 1
        elements[group << 16 | block] = ("LO", creator)
        listed = dict(numbers)
        unsafe = next(number for number in range(0xFF, 0, -1) if number not in listed)
        for number, vr in {**listed, unsafe: "LO"}.items():
            vr = vr or "LO"
            text = CANARY if number == unsafe else HARMLESS
            value = value_of(vr, text) if vr != "SQ" else [[(0x00100010, "PN", CANARY)]]
            elements[group << 16 | block << 8 | number] = (vr, value)
    return [(tag, *elements[tag]) for tag in sorted(elements)]


@UNDER
@ENCODED
@pytest.mark.parametrize("path", PLACES[:3], ids=lambda path: ">".join(map(hex, path)))
def test_private_data_elements_stay_if_they_are_known_to_be_safe(
    name: str, encoding: str, path: tuple[int, ...]
) -> None:
    elements = {
        tag: rest for tag, *rest in private_elements(explicit=encoding == "explicit")
    }
    source = instance_of(elements, path, encoding)
    result = deidentify(source, profile(name))
    assert list(differences(read(source), read(result), SETTINGS[name])) == []
    assert CANARY not in result
