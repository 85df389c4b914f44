"""Instances made to exhaust time or memory, each by one means.

Each is small for what it asks for, or announces what is not there. `HOSTILE` has what
makes it and the codes that may come of it.
"""

import struct
import zlib
from collections.abc import Callable, Iterable
from itertools import islice, product

from builders import (
    CT,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    IMPLICIT_LE,
    IMPLICIT_UNDEFINED,
    JPEG,
    LE,
    LE_UNDEFINED,
    UNDEFINED,
    Encoding,
    file,
    image_pixels,
)

MANY = 1_000_000
SOME = 200_000
DEEP = 10_000
SOP = [(0x00080016, "UI", CT), (0x00080018, "UI", "1.2.3.4.5.6")]
PATIENT = [(0x00100010, "PN", "Doe^Jane"), (0x00100020, "LO", "PAT-4711")]
REFERENCED_SERIES = 0x00081115
OBSERVATION_DATE = 0x0040A032
PRIVATE = 0x00091001
KEPT = 0x00181160
"""Text that the profile keeps."""

TERMS = [f"ISO 2022 IR {n}" for n in (6, 13, 58, 87, 100, 101, 109, 144, 149, 159)]

Maker = Callable[[], bytes]


# ------------------------------------------------------------------------ nesting


def nested(tag: int, vr: str, encoding: Encoding, depth: int = DEEP) -> bytes:
    """Nest sequences; lengths are as they should be."""
    inside = IMPLICIT_LE if vr == "UN" else encoding
    head = len(inside.head(tag, "SQ", 0))
    if encoding.undefined:
        opened = inside.head(tag, "SQ", UNDEFINED) + _item(UNDEFINED)
        first = encoding.head(tag, vr, UNDEFINED) + _item(UNDEFINED)
        closed = struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
        return first + opened * (depth - 1) + closed * depth
    parts = [encoding.head(tag, vr, depth * (head + 8) - head) + _item(0)[:4]]
    for left in range(depth - 1, 0, -1):
        parts.append(struct.pack("<I", left * (head + 8)))
        parts.append(inside.head(tag, "SQ", left * (head + 8) - head) + _item(0)[:4])
    return b"".join(parts) + bytes(4)


def _item(length: int) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, length)


def _deep(tag: int, vr: str, encoding: Encoding) -> Maker:
    syntax = EXPLICIT if encoding.explicit else IMPLICIT
    return lambda: file([*SOP, nested(tag, vr, encoding)], encoding, syntax)


# --------------------------------------------------------------------------- many


def _repeated(*elements: tuple, times: int = MANY) -> Maker:
    return lambda: file([*SOP, LE.data_set(list(elements)) * times])


def _numbered(make: Callable[[int], bytes], count: int, before: list = SOP) -> Maker:
    return lambda: file([*before, b"".join(map(make, range(count)))])


def _items(tag: int, item: bytes, times: int = MANY) -> Maker:
    content = LE.item([item]) * times
    return lambda: file([*SOP, LE.head(tag, "SQ", len(content)) + content])


def _fragments() -> bytes:
    table = LE.head(0x7FE00010, "OB", UNDEFINED) + _item(0)
    end = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    fragment = _item(2) + b"ab"
    return file([*SOP, table + fragment * MANY + end], LE, JPEG)


def _private(group: int) -> bytes:
    """Fill a group with blocks, each with an element."""
    blocks = range(0x10, 0x100)
    creators = [(group << 16 | block, "LO", f"MAKER {block}") for block in blocks]
    values = [(group << 16 | block << 8 | 1, "LO", "Doe^Jane") for block in blocks]
    return LE.data_set([*creators, *values])


# ------------------------------------------------------------ structured reports


def _content(number: int, *more: tuple) -> list:
    code = [(0x00080100, "SH", "121071"), (0x00080102, "SH", "DCM")]
    return [
        (0x0040A010, "CS", "CONTAINS"),
        (0x0040A040, "CS", "TEXT"),
        (0x0040A043, "SQ", [code]),
        (0x0040A160, "UT", f"Finding {number}"),
        *more,
    ]


def _reference(*position: int) -> tuple:
    return (0x0040DB73, "UL", struct.pack(f"<{len(position)}I", *position))


def chained(count: int = 8_000, last: int = 0) -> bytes:
    """Make items of which each refers to the next, and the last to item `last`."""
    items = [
        _content(number, _reference(1, number + 1 if number < count else last))
        for number in range(1, count + 1)
    ]
    return file([*SOP, (0x0040A730, "SQ", items)])


# ------------------------------------------------------------------------ sweeping


def _names(count: int, name: Callable[[int], str]) -> Maker:
    """Give nested patients a name each, and one text that has them all."""

    def make() -> bytes:
        names = [name(number).encode("utf-8") for number in range(count)]
        items = [[(0x00100010, "PN", one)] for one in names]
        text = b" ".join(names)
        return file(
            [
                (0x00080005, "CS", "ISO_IR 192"),
                *SOP,
                (0x00081120, "SQ", items),
                (KEPT, "UT", text),
            ]
        )

    return make


def _uids(text: str) -> Maker:
    uids = [[(0x00081155, "UI", f"1.2.3.{number}")] for number in range(100)]
    return lambda: file([*SOP, (0x00081140, "SQ", uids), (KEPT, "UT", text)])


def _found(count: int) -> bytes:
    """Say one identifier in many places that stay."""
    said = [[(KEPT, "UT", "MRN0815007 1.2.3.4.77")]] * count
    return file(
        [
            *SOP,
            (0x00081140, "SQ", [[(0x00081155, "UI", "1.2.3.4.77")]]),
            (0x00100020, "LO", "MRN0815007"),
            (0x00289145, "SQ", said),
        ]
    )


def _character_sets(count: int) -> bytes:
    """Change the character set in each item, and name somebody else."""
    items = [
        [
            (0x00080005, "CS", "\\".join(terms)),
            (0x00100010, "PN", f"Özg{_letters(number)}".encode("latin-1")),
        ]
        for number, terms in enumerate(islice(product(TERMS, repeat=5), count))
    ]
    return file([*SOP, (0x00081120, "SQ", items)])


def _letters(number: int) -> str:
    return "".join(chr(0xE0 + number // 23**at % 23) for at in range(3))


# ------------------------------------------------------------------------ deflated


def deflated(pieces: Iterable[bytes]) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    packed = b"".join(map(packer.compress, pieces)) + packer.flush()
    nothing = zlib.compressobj(wbits=-15).flush()
    whole = file([], LE, DEFLATED)
    return whole[: -len(nothing)] + packed


def _bomb(element: bytes, size: int) -> Maker:
    piece = element * ((1 << 20) // len(element))
    first = LE.data_set(SOP)
    return lambda: deflated([first, *[piece] * (size // len(piece))])


OK = ("deidentified",)
BAD = ("malformed",)
ANY = (*OK, *BAD, "residual", "unsupported-transfer-syntax", "truncated")

HOSTILE: dict[str, tuple[Maker, tuple[str, ...]]] = {
    "deep-explicit": (_deep(REFERENCED_SERIES, "SQ", LE), BAD),
    "deep-explicit-undefined": (_deep(REFERENCED_SERIES, "SQ", LE_UNDEFINED), BAD),
    "deep-implicit": (_deep(REFERENCED_SERIES, "SQ", IMPLICIT_LE), BAD),
    "deep-implicit-undefined": (
        _deep(REFERENCED_SERIES, "SQ", IMPLICIT_UNDEFINED),
        BAD,
    ),
    "deep-un": (_deep(REFERENCED_SERIES, "UN", LE), BAD),
    "deep-un-undefined": (_deep(REFERENCED_SERIES, "UN", LE_UNDEFINED), BAD),
    "deep-private": (_deep(PRIVATE, "SQ", LE), OK),
    "deep-private-undefined": (_deep(PRIVATE, "UN", LE_UNDEFINED), BAD),
    "elements-kept": (_repeated((0x00180050, "DS", "1.5 ")), OK),
    "elements-changed": (_repeated((OBSERVATION_DATE, "DT", "20240229")), OK),
    "elements-removed": (_repeated((0x00104000, "LT", "Jane")), OK),
    "elements-by-turns": (
        _repeated((0x00180050, "DS", "1.5 "), (0x00104000, "LT", "Jane"), times=SOME),
        OK,
    ),
    "elements-too-many": (_repeated((0x00080020, "DA", ""), times=3 * MANY), BAD),
    "items-empty": (_items(REFERENCED_SERIES, b"", SOME), OK),
    "items-kept": (_items(0x00409096, LE.element(0x00180050, "DS", "1.5 ")), OK),
    "items-changed": (
        _items(REFERENCED_SERIES, LE.element(0x00081155, "UI", "1.2.3.77"), SOME),
        OK,
    ),
    "values-of-numbers": (
        lambda: file(
            [*SOP, (0x00186038, "FD", b"\0\0\0\0\0\0\xf0?" * MANY)],
            IMPLICIT_LE,
            IMPLICIT,
        ),
        OK,
    ),
    "values-of-uids": (
        lambda: file(
            [*SOP, (0x00081155, "UI", b"\\".join([b"1.2.3"] * MANY))],
            IMPLICIT_LE,
            IMPLICIT,
        ),
        BAD,
    ),
    "values-of-uids-explicit": (
        lambda: file([*SOP, (0x00081155, "UI", b"1.2.3\\" * 10_000 + b"1.2.")]),
        OK,
    ),
    "private-blocks": (_numbered(lambda n: _private(0x0009 + 2 * n), 40), OK),
    "fragments": (_fragments, OK),
    "references-chained": (chained, OK),
    "references-in-a-ring": (lambda: chained(last=1), OK),
    "group-lengths": (
        _numbered(
            lambda n: (
                LE.element(
                    (0x0018 + 2 * n) << 16, "UL", struct.pack("<I", UNDEFINED - n)
                )
                + LE.element((0x0018 + 2 * n) << 16, "UL", b"\xff" * 8)
            ),
            5_000,
        ),
        OK,
    ),
    "names-many": (_names(5_000, lambda n: f"Zqx{n:x}vw^Jyk{n:x}"), ANY),
    "names-accented": (_names(2_000, lambda n: f"Zéq{n:x}vw^Jýk{n:x}"), ANY),
    "digits": (_uids("1" * 1_000_000), OK),
    "digits-and-dots": (_uids("1." * 500_000), OK),
    "finds": (lambda: _found(10_000), ("residual",)),
    "character-sets": (lambda: _character_sets(1_000), ANY),
    "overlay-bits": (
        lambda: file(
            [
                *SOP,
                (0x00280100, "US", b"\xff" * 16),
                (0x60000102, "US", b"\xfe" * 15 + b"\0"),
                (0x7FE00010, "OW", bytes(64)),
            ]
        ),
        ANY,
    ),
    "deflated-zeros": (_bomb(bytes(8), 32 << 20), OK),
    "deflated-elements": (
        _bomb(LE.element(0x00080020, "DA", ""), 250 << 20),
        BAD,
    ),
    "deflated-text": (
        _bomb(LE.element(0x00180050, "DS", "1.5 "), 32 << 20),
        OK,
    ),
    "deflated-too-long": (
        _bomb(bytes(8), 270 << 20),
        ("unsupported-transfer-syntax",),
    ),
    "pixels": (lambda: file([*SOP, *PATIENT, *image_pixels(8)]), OK),
}
