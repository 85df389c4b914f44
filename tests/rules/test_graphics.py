"""Overlays, curves and annotations, in attributes and in pixels (PS3.15 E.3.3)."""

import struct
from functools import cache

import pytest
from builders import (
    BE,
    BIG,
    CT,
    DEFLATED,
    ENCODINGS,
    EXPLICIT,
    IMPLICIT,
    IMPLICIT_LE,
    JPEG,
    LE,
    Encoding,
    file,
)
from engine import KEY, assemble, deidentify, plan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import raw, raw_bytes, raws, read
from pydicom.dataset import Dataset

from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

ENCODED = pytest.mark.parametrize("encoding", ENCODINGS)
GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
SOP = [(0x00080016, "UI", CT), (0x00080018, "UI", "1.2.3")]
FIRST, LAST = 0x6000, 0x601E


@cache
def profile(**choices: bool) -> Profile:
    alone = {"sweep": "off", "burned_in": "ignore", **choices}
    return compile_profile(Settings(**alone), KEY)


def ordered(elements: list) -> list:
    return sorted([*SOP, *elements], key=lambda one: one[0])


def result(elements: list, encoding: str = "explicit", **choices: bool) -> Dataset:
    how, syntax = ENCODINGS[encoding]
    return read(deidentify(file(ordered(elements), how, syntax), profile(**choices)))


# --------------------------------------------------------------- what is in attributes

WORDS = b"QUIBBLEWIK Chest"
BITMAP = bytes(range(32))
CURVES = [
    (0x50000005, "US", b"\2\0"),
    (0x50000022, "LO", WORDS),
    (0x50000040, "SH", WORDS),
    (0x50002500, "LO", WORDS),
    (0x50003000, "OW", BITMAP),
    (0x501E2500, "LO", WORDS),
]
SPEECH = (0x5000200C, "OW", b"QUIBBLE ")


def plane(group: int, how: Encoding = LE) -> list:
    """Make an overlay plane that has data of its own (PS3.3 C.9.2)."""
    return [
        (group << 16 | 0x0010, "US", how.pack("H", 16)),
        (group << 16 | 0x0011, "US", how.pack("H", 16)),
        (group << 16 | 0x0022, "LO", WORDS),
        (group << 16 | 0x0040, "CS", "G"),
        (group << 16 | 0x0050, "SS", how.pack("hh", 1, 1)),
        (group << 16 | 0x0100, "US", how.pack("H", 1)),
        (group << 16 | 0x0102, "US", how.pack("H", 0)),
        (group << 16 | 0x1500, "LO", WORDS),
        (group << 16 | 0x3000, "OW", BITMAP),
        (group << 16 | 0x4000, "LT", WORDS),
    ]


def annotation(how: Encoding = LE) -> tuple:
    """Make a Graphic Annotation Sequence (PS3.3 C.10.5)."""
    written = [
        (0x00700003, "CS", "PIXEL"),
        (0x00700006, "ST", WORDS),
        (0x00700010, "FL", how.pack("ff", 1.5, 2.5)),
        (0x00700014, "FL", how.pack("ff", 3.5, 4.5)),
        (0x00700015, "CS", "Y"),
    ]
    drawn = [
        (0x00700005, "CS", "PIXEL"),
        (0x00700020, "US", how.pack("H", 2)),
        (0x00700021, "US", how.pack("H", 2)),
        (0x00700022, "FL", how.pack("ffff", 1, 2, 3, 4)),
        (0x00700023, "CS", "POLYLINE"),
    ]
    of_image = [(0x00081150, "UI", CT), (0x00081155, "UI", "1.2.3")]
    item = [
        (0x00081140, "SQ", [of_image]),
        (0x00700002, "CS", "LAYER"),
        (0x00700008, "SQ", [written, [(0x00700006, "ST", "QUIBBLEWIK")]]),
        (0x00700009, "SQ", [drawn]),
    ]
    return (0x00700001, "SQ", [item])


@ENCODED
def test_overlays_curves_and_annotations_go(encoding: str) -> None:
    how, syntax = ENCODINGS[encoding]
    planes = [one for group in range(FIRST, LAST + 1, 2) for one in plane(group, how)]
    drawn = [*planes, *CURVES, SPEECH, annotation(how)]
    nested = (
        0x00081115,
        "SQ",
        [[annotation(how), *CURVES, SPEECH, *plane(FIRST, how)]],
    )
    old = file(ordered([nested, *drawn]), how, syntax)
    data = deidentify(old, profile())
    assert b"QUIBBLE" not in data
    assert BITMAP not in data
    new = read(data)
    for data_set in (new, new.ReferencedSeriesSequence[0]):
        left = [tag for tag in data_set.keys() if tag.group >> 8 in (0x50, 0x60, 0x70)]  # noqa: SIM118 - iterating converts
        assert left == []
        assert 0x00700001 not in data_set


@ENCODED
@pytest.mark.parametrize("group", [FIRST, 0x6002, LAST])
def test_cleaned_planes_keep_their_shape_and_lose_their_words(
    encoding: str, group: int
) -> None:
    how, syntax = ENCODINGS[encoding]
    old = file(ordered(plane(group, how)), how, syntax)
    before = raws(read(old))
    new = read(deidentify(old, profile(clean_graphics=True)))
    after = {tag: value for tag, value in raws(new).items() if tag.group == group}
    cleaned = {
        group << 16 | 0x0022: b"Chest ",
        group << 16 | 0x1500: b"Chest ",
        group << 16 | 0x4000: b"Chest ",
    }
    expected = {tag: value for tag, value in before.items() if tag.group == group}
    assert after == expected | cleaned
    codes = [one.CodeValue for one in new.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113103"]


@ENCODED
def test_cleaned_curves_keep_their_shape_and_lose_words_and_speech(
    encoding: str,
) -> None:
    new = result([*CURVES, SPEECH], encoding, clean_graphics=True)
    assert SPEECH[0] not in new
    assert raw_bytes(new, 0x50003000) == BITMAP
    assert raw_bytes(new, 0x50000005) == b"\2\0"
    for tag, _, value in CURVES:
        if value is WORDS:
            assert raw(new, tag) == "Chest"


def test_text_of_which_no_word_is_left_gets_the_basic_code() -> None:
    lost = [
        (tag, vr, "QUIBBLEWIK") for tag, vr, value in plane(FIRST) if value is WORDS
    ]
    curves = [(tag, vr, "QUIBBLEWIK") for tag, vr, value in CURVES if value is WORDS]
    assert len(lost) + len(curves) == 7
    new = result([*lost, *curves], clean_graphics=True)
    assert [hex(tag) for tag, *_ in (*lost, *curves) if tag in new] == []


@ENCODED
def test_cleaned_annotations_keep_their_shape_and_lose_their_words(
    encoding: str,
) -> None:
    how, syntax = ENCODINGS[encoding]
    elements = [(0x00080016, "UI", GSPS), SOP[1], annotation(how)]
    old = file(elements, how, syntax, sop_class=GSPS)
    new = read(deidentify(old, profile(clean_graphics=True)))
    (before,) = read(old).GraphicAnnotationSequence
    (after,) = new.GraphicAnnotationSequence
    (image,) = after.ReferencedImageSequence
    assert image.ReferencedSOPInstanceUID == new.SOPInstanceUID != "1.2.3"
    assert after.GraphicLayer == "LAYER"
    written, other = after.TextObjectSequence
    assert raw(written, 0x00700006) == "Chest"
    assert raw(other, 0x00700006) == "ANONYMIZED"
    expected = raws(before.TextObjectSequence[0]) | {0x00700006: b"Chest "}
    assert raws(written) | {0x00700006: b"Chest "} == expected
    (drawn,) = after.GraphicObjectSequence
    assert raws(drawn) == raws(before.GraphicObjectSequence[0])


def test_names_go_from_annotations_though_they_are_words() -> None:
    named = (0x00700001, "SQ", [[(0x00700006, "ST", "Chest of Hand")]])
    patient = (0x00100010, "PN", "Hand^Bone")
    new = result([named, patient], clean_graphics=True)
    assert raw(new.GraphicAnnotationSequence[0], 0x00700006) == "Chest"


# -------------------------------------------------------------- what hides in pixels


def pixels(
    data: bytes, how: Encoding, allocated: int, stored: int, high: int, vr: str = "OW"
) -> list:
    numbers = {
        0x00280002: 1,
        0x00280010: 1,
        0x00280011: len(data) * 8 // allocated & 0xFFFF,
        0x00280100: allocated,
        0x00280101: stored,
        0x00280102: high,
        0x00280103: 0,
    }
    module = [(tag, "US", how.pack("H", number)) for tag, number in numbers.items()]
    return [(0x00280004, "CS", "MONOCHROME2"), *module, (0x7FE00010, vr, data)]


def hidden(position: int, how: Encoding = LE, group: int = FIRST) -> list:
    """Make an overlay plane whose bits are in the pixels."""
    return [
        (group << 16 | 0x0010, "US", how.pack("H", 1)),
        (group << 16 | 0x0011, "US", how.pack("H", 4)),
        (group << 16 | 0x0040, "CS", "G"),
        (group << 16 | 0x0100, "US", how.pack("H", 16)),
        (group << 16 | 0x0102, "US", how.pack("H", position)),
    ]


NATIVE = {
    "explicit": (LE, EXPLICIT),
    "implicit": (IMPLICIT_LE, IMPLICIT),
    "big": (BE, BIG),
    "deflated": (LE, DEFLATED),
}


def cleared(data: bytes, how: Encoding, allocated: int, positions: set[int]) -> bytes:
    """Clear bits in each pixel, one after the other."""
    layout = f"{len(data) * 8 // allocated}{ {8: 'B', 16: 'H', 32: 'I'}[allocated] }"
    order = "<" if how.little else ">"
    mask = sum(1 << position for position in positions)
    values = struct.unpack(order + layout, data)
    return struct.pack(order + layout, *(value & ~mask for value in values))


@given(st.data(), st.sampled_from(sorted(NATIVE)), st.sampled_from([8, 16]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_just_the_bits_of_hidden_overlays_are_cleared(
    data: st.DataObject, name: str, allocated: int
) -> None:
    how, syntax = NATIVE[name]
    stored = data.draw(st.integers(1, allocated))
    high = data.draw(st.integers(stored - 1, allocated - 1))
    unused = sorted(set(range(allocated)) - set(range(high - stored + 1, high + 1)))
    count = data.draw(st.integers(1, 40)) * 2
    old = data.draw(st.binary(min_size=count, max_size=count))
    vr = "OB" if allocated == 8 and data.draw(st.booleans()) else "OW"
    chosen = data.draw(st.sets(st.sampled_from(unused))) if unused else set()
    groups = range(FIRST, LAST + 1, 2)
    elements = pixels(old, how, allocated, stored, high, vr)
    for position, group in zip(sorted(chosen), groups, strict=False):
        elements += hidden(position, how, group)
    elements += plane(LAST, how)  # it has data of its own
    source = file(ordered(elements), how, syntax)
    new = read(deidentify(source, profile()))
    assert new.PixelData == cleared(old, how, allocated, chosen)
    before, after = raws(read(source)), raws(new)
    for tag in before:
        if tag.group == 0x0028 and tag.element != 0x0303:
            assert after[tag] == before[tag]
    assert not [tag for tag in after if tag.group >> 8 == 0x60]


def test_pixels_that_are_no_overlay_stay_as_they_are() -> None:
    data = bytes(range(256))
    for elements in (
        pixels(data, LE, 16, 12, 11),
        [*pixels(data, LE, 16, 12, 11), *plane(FIRST)],
        [*pixels(data, LE, 16, 16, 15), *hidden(15)],  # the bit is of the picture
        [*pixels(data, LE, 16, 12, 11), *hidden(16)],  # no pixel has such a bit
        [*pixels(data, LE, 8, 8, 7), *hidden(12)],
    ):
        assert result(elements).PixelData == data


@pytest.mark.parametrize("size", [1 << 10, (1 << 16) + 2, (1 << 22) + 6, 9 << 20])
def test_bits_are_cleared_in_pixels_of_any_length(size: int) -> None:
    data = b"\xff\xef" * (size // 2)
    elements = ordered(
        [*pixels(data, LE, 16, 12, 11), *hidden(15), *hidden(14, group=0x6002)]
    )
    source = file([*elements, (0xFFFCFFFC, "OB", bytes(6))])
    first, *other = (
        assemble(source, plan(source, profile(), first_read))
        for first_read in (1 << 16, 100, 1 << 20)
    )
    assert other == [first, first]
    assert read(first).PixelData == b"\xff\x2f" * (size // 2)


@pytest.mark.parametrize("position", [12, 15])
def test_a_compressed_picture_with_a_hidden_overlay_is_rejected(position: int) -> None:
    *module, _ = pixels(b"", LE, 16, 12, 11)
    elements = ordered([*module, *hidden(position)])
    fragments = LE.fragments(b"\xff\xd8\xff\xd9")
    outcome = plan(file([*elements, fragments], LE, JPEG), profile())
    assert outcome == Rejected("overlay-in-pixel-data")


def test_a_compressed_picture_with_other_overlays_is_not() -> None:
    *module, _ = pixels(b"", LE, 16, 12, 11)
    fragments = LE.fragments(b"\xff\xd8\xff\xd9")
    for planes in ([], plane(FIRST), hidden(3)):
        source = file([*ordered([*module, *planes]), fragments], LE, JPEG)
        outcome = plan(source, profile())
        assert isinstance(outcome, Deidentified)
        assert fragments in assemble(source, outcome)


# the bits belong to a plane that stays, so they stay


@pytest.mark.parametrize("position", [12, 15])
def test_cleaned_graphics_keep_the_planes_that_are_in_the_pixels(position: int) -> None:
    data = b"\xff\xff" * 4
    elements = [*pixels(data, LE, 16, 12, 11), *hidden(position)]
    new = result(elements, clean_graphics=True)
    assert raw_bytes(new, 0x60000102) == bytes((position, 0))
    assert new.PixelData == data


def test_cleaned_graphics_leave_pixels_alone_where_planes_have_their_own_data() -> None:
    data = b"\xff\xff" * 4
    planes = [one for one in plane(FIRST) if one[0] != 0x60000102]
    elements = [*pixels(data, LE, 16, 12, 11), *planes, (0x60000102, "US", b"\x0f\0")]
    new = result(elements, clean_graphics=True)
    assert raw_bytes(new, 0x60003000) == BITMAP
    assert new.PixelData == data


def test_cleaned_graphics_let_compressed_pictures_pass() -> None:
    *module, _ = pixels(b"", LE, 16, 12, 11)
    elements = ordered([*module, *plane(FIRST), *hidden(15, group=0x6002)])
    source = file([*elements, LE.fragments(b"\xff\xd8\xff\xd9")], LE, JPEG)
    assert isinstance(plan(source, profile(clean_graphics=True)), Deidentified)


# where bits are named, but there are other pixels or none


LUT = (0x00281201, "OW", b"\xff\xff" * 40)


@pytest.mark.parametrize("name", NATIVE)
@pytest.mark.parametrize("more", [[], [LUT]], ids=["nothing", "table"])
def test_where_there_are_no_pixels_nothing_is_cleared(name: str, more: list) -> None:
    how, syntax = NATIVE[name]
    *module, _ = pixels(b"", how, 16, 12, 11)
    source = file(ordered([*module, *hidden(15, how), *more]), how, syntax)
    new = read(deidentify(source, profile()))
    assert [raw_bytes(new, tag) for tag, *_ in more] == [value for *_, value in more]


def test_bits_are_cleared_in_the_pixels_not_in_what_follows_them() -> None:
    data = b"\xff\xff" * 40
    private = [
        (0x7FE10010, "LO", "MAKER"),
        (0x7FE11001, "SQ", [[LUT]]),
    ]
    elements = [*pixels(data, LE, 16, 12, 11), *hidden(15), *private]
    for choices in ({"delete_private": False}, {"retain_safe_private": True}):
        new = result(elements, **choices)
        assert raw_bytes(new[0x7FE11001].value[0], LUT[0]) == LUT[2]
        assert new.PixelData == b"\xff\x7f" * 40


@pytest.mark.parametrize("position", [8, 12, 15, 16, 24, 31])
def test_pixels_of_32_bits_keep_all_other_bits(position: int) -> None:
    data = b"\xff" * 16
    for name, (how, syntax) in NATIVE.items():
        elements = [*pixels(data, how, 32, 8, 7), *hidden(position, how)]
        source = file(ordered(elements), how, syntax)
        outcome = plan(source, profile())
        assert isinstance(outcome, Deidentified), name
        new = read(assemble(source, outcome)).PixelData
        assert new == cleared(data, how, 32, {position}), name
