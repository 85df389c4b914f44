"""What is shown of an instance is what is in it, and the rules that are said to have
decided did: pydicom reads the values, and the tables of the standard give the codes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import (
    BE,
    CT,
    DEFLATED,
    ENCODINGS,
    EXPLICIT,
    JPEG,
    LE,
    UNDEFINED,
    Encoding,
    Study,
    file,
    image_pixels,
)
from corpus import instances
from engine import KEY, deidentify
from hypothesis import given
from oracle import OPTIONS, action, columns, effective, read, table
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from strategies import sources

from cordon.core.errors import InstanceError
from cordon.core.profile import Profile
from cordon.core.span import Span
from cordon.inspection.inspect import inspect
from cordon.inspection.rows import FEW, MOST
from cordon.inspection.trace import Traced
from cordon.inspection.values import SHOWN
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

SOP = [(0x00080016, "UI", CT), (0x00080018, "UI", "1.2.3")]
SETTINGS = {
    "basic": Settings(),
    **{
        name: Settings(**{option.setting: option.value})  # type: ignore[arg-type]
        for name, option in OPTIONS.items()
    },
}
BINARY = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))


def look(source: bytes, settings: Settings | None = None) -> dict:
    traced = Traced(settings or Settings(), KEY)
    reply = inspect(traced, len(source), lambda span: source[slice(*span)])
    # as it goes to the page
    return json.loads(json.dumps(reply))


def rows(reply: dict, tag: str) -> list[dict]:
    return [row for row in reply["rows"] if row.get("tag") == tag]


def row(source: bytes, tag: str, settings: Settings | None = None) -> dict:
    reply = look(source, settings)
    (found,) = rows(reply, tag)
    return {**found, "why": reply["whys"][found["why"]]}


# ------------------------------------------------------------- values, by pydicom


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("settings", [Settings(), Settings(delete_private=False)])
def test_each_row_shows_what_pydicom_reads(side: str, settings: Settings) -> None:
    traced = Traced(settings, KEY)
    profile = compile_profile(settings._replace(sweep="warn"), KEY)
    compared = 0
    for path in instances():
        if path.name == "priv_SQ.dcm":
            continue  # pydicom does not look into what has VR UN there
        source = path.read_bytes()
        seen = read(source if side == "old" else _result(source, profile))
        reply = inspect(traced, len(source), lambda span, s=source: s[slice(*span)])
        if reply["left_out"] or reply["rejected"] not in ("", "residual", "burned-in"):
            continue
        meta = [
            number for number, why in enumerate(reply["whys"]) if why["by"] == "meta"
        ]
        shown = [row for row in reply["rows"] if side in row and row["why"] not in meta]
        expected = list(_leaves(seen))
        tags = [f"{one.tag.group:04X},{one.tag.elem:04X}" for one in expected]
        assert [row["tag"] for row in shown] == tags, path
        for row, element in zip(shown, expected, strict=True):
            assert _shows(row, side, element), f"{path.name} {element.tag}"
            compared += 1
    assert compared > 5000


def _result(source: bytes, profile: Profile) -> bytes:
    return deidentify(source, profile)


def _leaves(data_set: Dataset) -> Iterator:
    """List data elements but sequences, in the order they are written."""
    for tag in list(data_set._dict):
        element = data_set[tag]
        if element.VR == "SQ":
            for item in element.value:
                yield from _leaves(item)
        else:
            yield element


def _shows(row: dict, side: str, element) -> bool:
    value, text = element.value, row[side]
    if row.get("bytes"):
        raw = value if isinstance(value, bytes) else b""
        return not raw or bytes.fromhex(text) == raw[: len(text.split())]
    if isinstance(value, bytes) or len(text) >= SHOWN:
        return True
    parts = value if isinstance(value, MultiValue | list) else [value]
    if element.VR in ("US", "SS", "UL", "SL", "FL", "FD", "SV", "UV"):
        numbers = [float(part) for part in text.split("\\") if part]
        expected = [float(part) for part in parts if part is not None]
        return numbers == pytest.approx(expected, rel=1e-6, nan_ok=True)
    if element.VR == "AT":
        return text.count("(") == len([part for part in parts if part])
    if element.VR in ("DS", "IS") and not isinstance(parts[0], str):
        numbers = [float(part) for part in text.split("\\") if part.strip()]
        return numbers == [float(part) for part in parts if part not in (None, "")]
    joined = "\\".join("" if part is None else str(part) for part in parts)
    return _bare(text) == _bare(joined)


def _bare(text: str) -> str:
    return "\\".join(part.strip(" \0=") for part in text.split("\\"))


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_tree_is_the_same_in_every_encoding(name: str) -> None:
    encoding, syntax = ENCODINGS[name]
    inner = [(0x00080104, "LO", "Word"), (0x00100010, "PN", "Doe^Jane")]
    reply = look(
        file([*SOP, (0x00081115, "SQ", [[(0x00081199, "SQ", [inner, inner])]])],
             encoding, syntax)
    )  # fmt: skip
    shown = [(row["depth"], row.get("tag", row.get("item"))) for row in reply["rows"]]
    start = shown.index((0, "0008,1115"))
    inside = [(4, "0008,0104"), (4, "0010,0010")]
    assert shown[start + 1 : start + 9] == [
        (1, 1),
        (2, "0008,1199"),
        *((3, 1), *inside),
        *((3, 2), *inside),
    ]


def test_text_is_decoded_by_the_character_set_of_its_item() -> None:
    inner = [(0x00080005, "CS", "ISO_IR 192"), (0x00080104, "LO", "Jörg".encode())]
    outer = [(0x00080005, "CS", "ISO_IR 100"), *SOP]
    source = file(
        [
            *outer,
            (0x00081115, "SQ", [inner]),
            (0x00185100, "LO", "Jörg".encode("latin-1")),
        ]
    )
    reply = look(source)
    assert rows(reply, "0008,0104")[0]["old"] == "Jörg"
    assert rows(reply, "0018,5100")[0]["old"] == "Jörg"


def test_a_deflated_instance_is_shown_like_any_other() -> None:
    elements = Study().elements()
    plain, deflated = (
        look(file(elements, LE, syntax)) for syntax in (EXPLICIT, DEFLATED)
    )
    assert plain["rows"][8:] == deflated["rows"][8:]


def test_of_long_values_the_beginning_is_shown_and_how_long_they_are() -> None:
    source = file(
        [*SOP, (0x0040A160, "UT", "x" * 5000), (0x7FE00010, "OW", bytes(4096))]
    )
    text = row(source, "0040,A160")
    assert (text["old"], text["oldSize"]) == ("x" * SHOWN, 5000)
    pixels = row(source, "7FE0,0010")
    assert pixels["bytes"]
    assert pixels["oldSize"] == pixels["newSize"] == 4096


def test_values_of_a_hundred_megabytes_are_not_read() -> None:
    head = file([*SOP, (0x00100010, "PN", "Doe^Jane")])
    head += LE.head(0x7FE00010, "OW", 100 << 20)
    asked = 0

    def give(span: Span) -> bytes:
        nonlocal asked
        asked += span.stop - span.start
        return head[slice(*span)].ljust(span.stop - span.start, b"\0")

    reply = inspect(Traced(Settings(), KEY), len(head) + (100 << 20), give)
    assert reply["rows"][-1]["newSize"] == 100 << 20
    assert asked < 4 << 20


# ----------------------------------------------------------- codes, by the tables


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("path", [(), (0x00081115,)])
def test_each_row_of_the_table_is_given_as_the_reason(
    name: str, path: tuple[int, ...]
) -> None:
    settings = SETTINGS[name]
    lines = {
        int(line["tag"], 16): line for line in table("profile.csv") if _is_asked(line)
    }
    reply = look(_with(lines, path), settings)
    found = {
        row["tag"]: row
        for row in reply["rows"]
        if row["depth"] == 2 * len(path) and "tag" in row
    }
    judged = 0
    for tag, line in lines.items():
        shown = found[f"{tag >> 16:04X},{tag & 0xFFFF:04X}"]
        why = reply["whys"][shown["why"]]
        code = effective(line, settings)
        deciding = [
            OPTIONS[column].meaning.removesuffix(" Option")
            for column in columns(settings)
            if line[column] == code
        ]
        if why["by"] in ("content", "graphics"):
            assert line["keyword"].startswith(OTHERS), line["keyword"]
            continue
        assert why["by"] == "table", line["keyword"]
        assert [why["option"]] == (deciding or [""]), line["keyword"]
        expected = action(tag, path, "ct-image", settings)
        if expected == "D" and line["vr"] == "UI":
            expected = "U"
        if tag in (0x00100010, 0x00100020):
            expected = "D"
        if expected == "C":
            assert "C" in (shown["code"], why["listed"]) or shown["code"] == "K"
        else:
            assert shown["code"] == expected, line["keyword"]
        if "/" in code and tag not in (0x00100010, 0x00100020):
            assert code in (shown["code"], why["listed"]), line["keyword"]
        judged += 1
    assert judged > 600


OTHERS = ("Content", "Graphic", "Unformatted", "Overlay", "TextValue", "Acquisition",
          "Specimen", "Referenced", "UID", "ValueType")  # fmt: skip
"""Attributes that content items and graphics are made of."""


def _is_asked(line: dict[str, str]) -> bool:
    """Tell whether a row is about one tag, and not what marks or names the instance."""
    return bool(
        line["keyword"]
        and "x" not in line["tag"]
        and line["tag"] >= "0005"
        and line["tag"] not in ("00080018", "00120063", "00120064", "00420011")
    )


def _with(lines: dict[int, dict[str, str]], path: tuple[int, ...]) -> bytes:
    values = {"SQ": [[(0x00080104, "LO", "Word")]], "UI": "1.2.3.4", "DA": "20240229"}
    binary = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "AT": 4, "SV": 8}
    elements: list = []
    for tag, line in lines.items():
        vr = line["vr"].split(" ")[0]
        elements.append((tag, vr, values.get(vr, bytes(binary.get(vr, 0)) or "12")))
    for outer in reversed(path):
        elements = [(outer, "SQ", [sorted(elements, key=lambda one: one[0])])]
    return file(sorted([*SOP, *elements], key=lambda one: one[0]))


@pytest.mark.parametrize(
    ("elements", "tag", "by", "code", "settings"),
    [
        ([(0x00290010, "LO", "M"), (0x00291001, "LO", "s")],
         "0029,1001", "private", "X", Settings()),
        ([(0x00290010, "LO", "M"), (0x00291001, "LO", "s")],
         "0029,1001", "private", "C", Settings(delete_private=False)),
        ([(0x00189999, "LO", "s")], "0018,9999", "unknown", "X", Settings()),
        ([(0x00080000, "UL", bytes(4))], "0008,0000", "group", "X", Settings()),
        ([(0x00041500, "CS", "A")], "0004,1500", "group", "X", Settings()),
        ([(0x00180050, "DS", "1")], "0018,0050", "dictionary", "K", Settings()),
        ([(0x00189315, "CS", "F")], "0018,9315", "dictionary", "K", Settings()),
        ([(0x60003000, "OW", b"aa")], "6000,3000", "graphics", "X", Settings()),
        ([(0x60004000, "LT", "Doe")], "6000,4000", "graphics", "X", Settings()),
        ([(0x0040A160, "UT", "Doe")], "0040,A160", "addition", "D", Settings()),
        ([(0x00120062, "CS", "NO")], "0012,0062", "marker", "+", Settings()),
        ([(0x00420011, "OB", b"%P"), (0x00420012, "LO", "application/pdf")],
         "0042,0011", "document", "D", Settings()),
        ([(0x00181030, "LO", "s")], "0018,1030", "replacement", "D",
         Settings(replacements=("ProtocolName=T",), allow_deviation=True)),
        ([(0x00181030, "LO", "s")], "0018,1030", "replacement", "X",
         Settings(replacements=("ProtocolName=T",))),
    ],
)  # fmt: skip
def test_what_is_not_in_the_table_has_reasons_too(
    elements: list, tag: str, by: str, code: str, settings: Settings
) -> None:
    data_set = sorted([*SOP, *elements], key=lambda one: one[0])
    found = row(file(data_set), tag, settings)
    assert (found["why"]["by"], found["code"]) == (by, code)


def test_uids_beyond_the_table_follow_the_rule_for_uids() -> None:
    tags = [line["tag"] for line in table("uids.csv") if line["action"] == "U"]
    tag = int(tags[0], 16)
    elements = sorted([*SOP, (tag, "UI", "1.2.3.9")], key=lambda one: one[0])
    found = row(file(elements), f"{tags[0][:4]},{tags[0][4:]}")
    assert (found["why"]["by"], found["code"], found["kind"]) == (
        "uid",
        "U",
        "replaced",
    )


def test_what_goes_with_its_sequence_says_so() -> None:
    source = file([*SOP, (0x00400275, "SQ", [[(0x00080104, "LO", "Word")]])])
    reply = look(source)
    first = next(one for one in rows(reply, "0008,0104") if one.get("old") == "Word")
    assert reply["whys"][first["why"]]["by"] == "within"


@given(source=sources())
def test_every_change_has_a_row_and_no_other_row_says_so(source: bytes) -> None:
    traced = Traced(Settings(burned_in="ignore"), KEY)
    try:
        reply = inspect(traced, len(source), lambda span: source[slice(*span)])
    except InstanceError:
        return
    for shown in reply["rows"]:
        if "tag" in shown and shown["vr"] != "SQ" and "old" in shown and "new" in shown:
            kept = shown["kind"] == "kept"
            same = shown["old"] == shown["new"]
            assert not kept or same, shown["tag"]
        if shown.get("kind") == "removed":
            assert "new" not in shown


# --------------------------------------------------- items, rejections and images


def test_items_are_paired_though_some_of_them_go() -> None:
    def content(value: str, meaning: str, text: str) -> list:
        name = [(0x00080100, "SH", value), (0x00080102, "SH", "DCM"),
                (0x00080104, "LO", meaning)]  # fmt: skip
        return [(0x0040A010, "CS", "CONTAINS"), (0x0040A040, "CS", "TEXT"),
                (0x0040A043, "SQ", [name]), (0x0040A160, "UT", text)]  # fmt: skip

    gone = next(
        line
        for line in table("content_items.csv")
        if line["value_type"] == "TEXT"
        and line["scheme"] == "DCM"
        and line["basic"] == "X"
    )
    items = [
        content("121071", "Finding", "chest one"),
        content(gone["code_value"], "Gone", "gone"),
        content("121071", "Finding", "chest two"),
    ]
    reply = look(
        file([*SOP, (0x0040A730, "SQ", items)]), Settings(clean_structured_content=True)
    )
    kinds = [
        one["kind"] for one in reply["rows"] if one["depth"] == 1 and "item" in one
    ]
    assert kinds[-3:] == ["kept", "removed", "kept"]
    texts = [(one["old"], one.get("new")) for one in rows(reply, "0040,A160")]
    assert [old for old, _ in texts] == ["chest one", "gone", "chest two"]
    assert [new is None for _, new in texts] == [False, True, False]


def test_private_items_of_which_nothing_is_left_are_told_from_others() -> None:
    safe = [(0x70530010, "LO", "Philips PET Private Group"), (0x70531000, "DS", "1.5")]
    other = [(0x00290010, "LO", "M"), (0x00291001, "LO", "secret")]
    outer = [(0x70530010, "LO", "Philips PET Private Group"),
             (0x70531003, "SQ", [other, safe])]  # fmt: skip
    reply = look(file([*SOP, *outer]), Settings(retain_safe_private=True))
    spelled = [one.get("tag") for one in reply["rows"]]
    below = reply["rows"][spelled.index("7053,1003") :]
    kinds = [one["kind"] for one in below if "item" in one and one["depth"] == 1]
    assert kinds == ["removed", "kept"]
    factor = rows(reply, "7053,1000")[0]
    assert (factor["old"], factor["new"]) == ("1.5", "1.5")
    assert all("new" not in one for one in rows(reply, "0029,1001"))


def test_an_instance_that_is_held_back_is_shown_with_the_reason() -> None:
    source = file([*SOP, (0x00100010, "PN", "Quux^Zebedee"), (0x00400280, "ST", "x"),
                   (0x00181020, "LO", "by Quux Zebedee")])  # fmt: skip
    reply = look(source)
    assert reply["rejected"] == "residual"
    (found,) = rows(reply, "0018,1020")
    assert found["notes"] == ["residual-name"]
    assert rows(reply, "0010,0010")[0]["new"].startswith("P-")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (file([*SOP, (0x00420011, "OB", b"ab"), (0x00420012, "LO", "a/b")]),
         "encapsulated-document"),
        (file([(0x00041220, "SQ", [])], sop_class="1.2.840.10008.1.3.10"), "dicomdir"),
    ],
)  # fmt: skip
def test_what_is_refused_from_the_start_is_shown_too(
    source: bytes, reason: str
) -> None:
    reply = look(source)
    assert reply["rejected"] == reason
    assert len(reply["rows"]) > 8


def test_what_cannot_be_read_says_where() -> None:
    source = file([*SOP, (0x00100010, "PN", "Doe^Jane")])[:-4]
    with pytest.raises(InstanceError) as raised:
        look(source)
    assert raised.value.code == "truncated"


def test_a_sequence_that_is_dropped_unseen_need_not_be_sound() -> None:
    broken = LE.head(0x00291002, "SQ", 12) + b"no items her"
    source = file([*SOP, (0x00290010, "LO", "M"), broken])
    found = row(source, "0029,1002")
    assert (found["kind"], found["code"]) == ("removed", "X")


def test_of_very_many_items_the_first_ones_are_shown_and_the_others_counted() -> None:
    count = MOST // 4
    frames = [[(0x00209111, "SQ", [[(0x00209157, "UL", bytes(4))]])]] * count
    reply = look(file([*SOP, (0x52009230, "SQ", frames), (0x7FE00010, "OW", b"ab")]))
    assert reply["left_out"] == count - FEW
    assert [one["more"] for one in reply["rows"] if "more" in one] == [count - FEW]
    assert rows(reply, "7FE0,0010")
    assert len(reply["rows"]) < 200


@pytest.mark.parametrize("encoding", [LE, BE])
def test_the_image_is_where_it_is_said_to_be(encoding: Encoding) -> None:
    source = Study().image(size=16, encoding=encoding)
    image = look(source)["image"]
    ((start, stop),) = image["spans"]
    expected = image_pixels(16, encoding)[-1][2]
    assert source[start:stop] == expected
    assert (image["rows"], image["columns"], image["allocated"]) == (16, 16, 16)
    assert image["little"] is encoding.little


@pytest.mark.parametrize(("frames", "expected"), [("1", b"abcdef"), ("2", b"ab")])
def test_the_first_frame_of_encapsulated_pixels_is_found(
    frames: str, expected: bytes
) -> None:
    pixels = LE.fragments(b"ab", b"cdef")
    source = file([*SOP, (0x00280008, "IS", frames), pixels], LE, JPEG)
    image = look(source)["image"]
    assert image["jpeg"]
    assert b"".join(source[slice(*span)] for span in image["spans"]) == expected


def test_an_offset_table_tells_where_the_first_frame_ends() -> None:
    table_ = LE.pack("II", 0, 8 + 2 + 8 + 4)
    parts = [table_, b"ab", b"cdef", b"gh"]
    items = b"".join(LE.pack("HHI", 0xFFFE, 0xE000, len(part)) + part for part in parts)
    end = LE.pack("HHI", 0xFFFE, 0xE0DD, 0)
    pixels = LE.head(0x7FE00010, "OB", UNDEFINED) + items + end
    source = file([*SOP, (0x00280008, "IS", "2"), pixels], LE, JPEG)
    spans = look(source)["image"]["spans"]
    assert b"".join(source[slice(*span)] for span in spans) == b"abcdef"


def test_of_a_huge_offset_table_and_many_frames_little_is_read() -> None:
    """They are holes: only the beginning and the heads of items are there."""
    size, count = 100 << 20, 500
    head = file([*SOP, (0x00280008, "IS", "500")], LE, JPEG)
    head += LE.head(0x7FE00010, "OB", UNDEFINED) + LE.pack("HHI", 0xFFFE, 0xE000, size)
    head += LE.pack("II", 0, 8 + (1 << 20))
    begin = len(head) - 8 + size
    item = LE.pack("HHI", 0xFFFE, 0xE000, 1 << 20)
    stride = len(item) + (1 << 20)
    end = begin + count * stride
    parts = [(begin + number * stride, item) for number in range(count)]
    parts += [(0, head), (end, LE.pack("HHI", 0xFFFE, 0xE0DD, 0))]
    asked = []

    def give(span: Span) -> bytes:
        asked.append(span.stop - span.start)
        window = bytearray(span.stop - span.start)
        for at, part in parts:
            first, last = max(at, span.start), min(at + len(part), span.stop)
            if first < last:
                window[first - span.start : last - span.start] = part[
                    first - at : last - at
                ]
        return bytes(window)

    image = inspect(Traced(Settings(), KEY), end + 8, give)["image"]
    assert image["spans"] == [[begin + 8, begin + stride]]
    assert max(asked) < 1 << 20
    assert sum(asked) < 300 * count + (4 << 20)


def test_looking_changes_nothing_of_the_result(tmp_path: Path) -> None:
    source = Study().image(size=8)
    before = deidentify(source)
    look(source)
    assert deidentify(source) == before
