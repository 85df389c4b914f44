"""Make a picture of a screen smaller: at most 256 colours, by the standard library."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_COLOURS: Final = 256
_CHANNELS: Final = {2: 3, 6: 4}
"""Bytes of a pixel, by the colour type of what a browser writes: RGB or RGBA."""


def reduced(png: bytes) -> bytes:
    """Give the picture with its most frequent colours; others become the nearest."""
    chunks = list(_chunks(png))
    width, height, depth, colour, *_, interlaced = struct.unpack(
        ">IIBBBBB", chunks[0][1]
    )
    if depth != 8 or interlaced:
        raise ValueError("not what a browser writes")
    size = _CHANNELS[colour]
    data = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    rows = list(_rows(data, width * size, size))
    lines = [[row[at : at + 3] for at in range(0, len(row), size)] for row in rows]
    numbers = _palette(Counter(pixel for line in lines for pixel in line))
    kept = sorted(
        {number: pixel for pixel, number in reversed(numbers.items())}.items()
    )
    body = b"".join(b"\0" + bytes(numbers[one] for one in line) for line in lines)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return _SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", b"".join(pixel for _, pixel in kept)),
            _chunk(b"IDAT", zlib.compress(body, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _palette(seen: Counter[bytes]) -> dict[bytes, int]:
    """Number the colours, those that are kept first."""
    ranked = [pixel for pixel, _ in seen.most_common()]
    numbers = {pixel: number for number, pixel in enumerate(ranked[:_COLOURS])}
    kept = list(numbers)
    for pixel in ranked[_COLOURS:]:
        nearest = min(kept, key=lambda one: _distance(one, pixel))
        numbers[pixel] = numbers[nearest]
    return numbers


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _rows(data: bytes, length: int, size: int) -> Iterator[bytes]:
    """Undo the filters of the lines (PNG, section 9)."""
    above = bytearray(length)
    for start in range(0, len(data), length + 1):
        kind = data[start]
        row = bytearray(data[start + 1 : start + 1 + length])
        for at in range(length):
            left = row[at - size] if at >= size else 0
            corner = above[at - size] if at >= size else 0
            row[at] = (row[at] + _predicted(kind, left, above[at], corner)) & 0xFF
        yield bytes(row)
        above = row


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind < 4:
        return (0, left, up, (left + up) // 2)[kind]
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(kind: bytes, data: bytes) -> bytes:
    sum_ = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + sum_
