"""Ways to break an instance: its bytes, or the data elements it is made of.

What is done is drawn from a `Random`, so that whoever drives it, Hypothesis or a
fuzzer guided by coverage, can do the same again. Each way keeps much of the source:
what is broken all over is refused at once and finds nothing.
"""

import re
import struct
from collections.abc import Callable
from random import Random

from builders import (
    BE,
    IMPLICIT_LE,
    LE,
    LE_UNDEFINED,
    UNDEFINED,
    Encoding,
)

from cordon.core.head import LONG_VRS, SHORT_VRS

MOST = 200_000
"""Bytes of the largest result: what takes long finds little."""

LENGTHS = (0, 1, 2, 7, 8, 13, 0x7FFF, 0xFFFE, 0xFFFF, 1 << 20, 0x7FFFFFFF)
LYING = (*LENGTHS, 0x80000000, 0xFFFFFFFE, UNDEFINED)
VRS = sorted({*SHORT_VRS.values(), *LONG_VRS.values(), "ZZ"})
CHARACTER_SETS = (
    "",
    "ISO_IR 6",
    "ISO_IR 13",
    "ISO_IR 100",
    "ISO_IR 144",
    "ISO_IR 192",
    "GB18030",
    "GBK",
    r"\ISO 2022 IR 87",
    r"\ISO 2022 IR 149",
    r"ISO 2022 IR 13\ISO 2022 IR 87\ISO 2022 IR 159",
    r"ISO 2022 IR 6\ISO 2022 IR 58",
    r"ISO_IR 192\ISO 2022 IR 87",
    r"\\\\",
    "utf_16",
    "idna",
    "rot13",
    "NO SUCH SET",
)
TEXTS = (
    "\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=x\x1b$",
    "\x1b",
    "\xc4neas^R\xfcdiger",
    "=" * 9 + "^" * 9 + "\\" * 9,
    "\xff\xfe\x00\xd8",
    "20240229-20240301",
    "99991231235959.999999+1400",
    "00000000",
    "1.2.840.10008.",
    "2.25." + "9" * 39,
    "P-0000000000" + "0000",
    "-" * 16,
    "1e999999",
    "\0",
    "\u0130".encode().decode("latin-1") * 3,
)
TAGS = (
    *(0x00020010, 0x00020000, 0x00080000, 0x00080005, 0x00080016, 0x00080018),
    *(0x00080020, 0x00080100, 0x00080102, 0x00080201, 0x00080300, 0x00080301),
    *(0x00080303, 0x00080304, 0x00080305, 0x00080306, 0x00080307, 0x00081115),
    *(0x00081140, 0x00081155, 0x00090010, 0x00091001, 0x00100010, 0x00100020),
    *(0x00120062, 0x00120063, 0x00120064, 0x00189074, 0x0020000D, 0x00204000),
    *(0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00282000, 0x00280303),
    *(0x0040A010, 0x0040A040, 0x0040A043, 0x0040A073, 0x0040A160, 0x0040A730),
    *(0x0040DB73, 0x00420011, 0x00420012, 0x50002000, 0x60000102, 0x60003000),
    *(0x7FE00008, 0x7FE00010, 0xFFFAFFFA, 0xFFFCFFFC, 0xFFFEE000, 0xFFFEE00D),
    *(0xFFFEE0DD, 0xFFFFFFFF),
)
ENCODINGS = (LE, LE_UNDEFINED, BE, IMPLICIT_LE)

_HEADER = re.compile(rb"..[\0-\xff]{2}[A-Z]{2}", re.DOTALL)
_CHARACTER_SET = re.compile(rb"\x08\0\x05\0CS.\0[ -~]*", re.DOTALL)
_SEEN = 20_000
"""Bytes in which most changes are made: after them come pixels."""


def damaged(source: bytes, random: Random, times: int = 4) -> bytes:
    """Break the bytes of a file in up to so many places."""
    for _ in range(random.randint(1, times)):
        source = random.choice(_OFTEN)(source, random)[:MOST]
    return source


def _at(source: bytes, random: Random) -> int:
    """Give a place, mostly of a data element."""
    if random.random() < 0.7:
        start = random.randrange(min(len(source), _SEEN) + 1)
        if found := _HEADER.search(source, start, start + 400):
            return found.start()
    return random.randrange(min(len(source), random.choice((400, _SEEN))) + 1)


def _put(source: bytes, at: int, new: bytes) -> bytes:
    return source[:at] + new + source[at + len(new) :]


def _flip(source: bytes, random: Random) -> bytes:
    at = _at(source, random) + random.randrange(12)
    return _put(source, at, random.randbytes(random.choice((1, 1, 1, 2, 4))))


def _cut(source: bytes, random: Random) -> bytes:
    return source[: random.randrange(len(source) + 1)]


def _lie(source: bytes, random: Random) -> bytes:
    """Announce another length."""
    at, length = _at(source, random), random.choice(LYING)
    layout = random.choice(("<H", ">H", "<I", ">I"))
    new = struct.pack(layout, length & (0xFFFF if "H" in layout else UNDEFINED))
    return _put(source, at + random.choice((4, 6, 6, 8)), new)


def _retype(source: bytes, random: Random) -> bytes:
    return _put(source, _at(source, random) + 4, random.choice(VRS).encode())


def _retag(source: bytes, random: Random) -> bytes:
    tag = random.choice(TAGS)
    new = random.choice((LE, BE)).pack("HH", tag >> 16, tag & 0xFFFF)
    return _put(source, _at(source, random), new)


def _leave_out(source: bytes, random: Random) -> bytes:
    at = _at(source, random)
    return source[:at] + source[_end(source, at, random) :]


def _repeat(source: bytes, random: Random) -> bytes:
    at = _at(source, random)
    piece = source[at : _end(source, at, random)][:2000]
    return source[:at] + piece * random.choice((2, 2, 3, 40)) + source[at:]


def _move(source: bytes, random: Random) -> bytes:
    at = _at(source, random)
    stop = _end(source, at, random)
    piece, rest = source[at:stop], source[:at] + source[stop:]
    to = _at(rest, random)
    return rest[:to] + piece + rest[to:]


def _nest(source: bytes, random: Random) -> bytes:
    """Open sequences, and perhaps close them."""
    encoding = random.choice(ENCODINGS)
    tag, vr = random.choice(TAGS), random.choice(("SQ", "SQ", "UN", "OB"))
    start = encoding.pack("HHI", 0xFFFE, 0xE000, random.choice(LYING))
    opened = encoding.head(tag, vr if encoding.explicit else "SQ", UNDEFINED) + start
    closed = encoding.pack("HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    depth = random.choice((1, 1, 2, 5, 62, 64, 200))
    at = _at(source, random)
    stop = random.choice((at, _end(source, at, random)))
    new = opened * depth + source[at:stop] + closed * random.choice((depth, 1, 0))
    return source[:at] + new + source[stop:]


def _insert(source: bytes, random: Random) -> bytes:
    encoding, at = random.choice(ENCODINGS), _at(source, random)
    return source[:at] + encoding.element(*element(random)) + source[at:]


def _multiply(source: bytes, random: Random) -> bytes:
    """Insert a data element of very many values."""
    encoding, at = random.choice(ENCODINGS), _at(source, random)
    tag, vr, held = element(random)
    many = b"\\".join([held[:9]] * random.choice((99, 6000, 20_000)))
    long = not encoding.explicit or vr in LONG_VRS.values()
    return (
        source[:at]
        + encoding.element(tag, vr, many[: MOST if long else 0xFFF0])
        + source[at:]
    )


def _recode(source: bytes, random: Random) -> bytes:
    """Declare another character set than the texts have."""
    declared = LE.element(0x00080005, "CS", random.choice(CHARACTER_SETS))
    found = _CHARACTER_SET.search(source, 0, _SEEN)
    start, stop = found.span() if found else (_at(source, random),) * 2
    return source[:start] + declared + source[stop:]


def _end(source: bytes, at: int, random: Random) -> int:
    """Give a place behind, mostly of another data element."""
    start = at + random.choice((1, 1, 8, 100))
    found = _HEADER.search(source, start, start + 400)
    return found.start() if found else min(len(source), start)


WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_flip, _cut, _lie, _retype, _retag),
    *(_leave_out, _repeat, _move, _nest, _insert, _multiply, _recode),
)
_OFTEN: tuple[Callable[[bytes, Random], bytes], ...] = (*WAYS, _flip, _lie)

# ------------------------------------------------------------------ data elements


def element(random: Random) -> tuple:
    """Make a data element of any tag and any VR."""
    return random.choice(TAGS), random.choice(VRS), value(random)


def value(random: Random) -> bytes:
    """Make a value that fits some VR."""
    text = random.choice((*TEXTS, *CHARACTER_SETS)).encode("latin-1")
    return text * random.choice((1, 1, 1, 2, 50))


def disarrayed(elements: list, random: Random, encoding: Encoding) -> list:
    """Put data elements in disarray: each tag keeps its own value."""
    elements = [
        _disarrayed(one, random, encoding) for one in elements if random.random() < 0.95
    ]
    for _ in range(random.randint(0, 3)):
        elements.insert(random.randrange(len(elements) + 1), element(random))
    for _ in range(random.randint(0, 3)):
        again = random.choice(elements or [element(random)])
        elements.insert(random.randrange(len(elements) + 1), again)
    if random.random() < 0.3:
        random.shuffle(elements)
    return elements


def _disarrayed(one: tuple, random: Random, encoding: Encoding) -> tuple:
    tag, vr, held = one
    if isinstance(held, list):
        items = [disarrayed(item, random, encoding) for item in held]
        for _ in range(random.choice((0, 0, 0, 1, 30))):
            nested = items or [[]]
            items = [[(tag, vr, nested)]]
        return tag, random.choice(("SQ", "SQ", "SQ", vr)), items
    if tag == 0x00080005:
        return tag, vr, random.choice(CHARACTER_SETS)
    if random.random() < 0.2:
        vr = random.choice([vr for vr in VRS if vr not in ("SQ", "UN")])
    if random.random() < 0.1:
        held = held.encode("latin-1") if isinstance(held, str) else held
        held = b"\\".join([held] * random.choice((2, 40, 3000)))
        if len(held) > 0xFFF0 and vr not in LONG_VRS.values():
            held = held[:0xFFF0]
    return tag, vr, held
