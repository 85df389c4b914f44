"""What is needed to draw the first frame: numbers, and where its bytes are.

No pixel is read here. The browser draws what it can, and says so of what it cannot.
"""

import struct
from collections.abc import Iterator, Mapping
from itertools import islice, takewhile
from math import isfinite
from typing import Any, Final

from cordon.core.container import DEFLATED
from cordon.core.head import ITEM
from cordon.core.listing import Source
from cordon.core.profile import Element
from cordon.core.span import Span

PIXEL_DATA: Final = 0x7FE00010
JPEG_BASELINE: Final = "1.2.840.10008.1.2.4.50"

_NUMBERS: Final = {
    "samples": 0x00280002,
    "planar": 0x00280006,
    "rows": 0x00280010,
    "columns": 0x00280011,
    "allocated": 0x00280100,
    "stored": 0x00280101,
    "high": 0x00280102,
    "signed": 0x00280103,
}
_TEXTS: Final = {
    "frames": 0x00280008,
    "center": 0x00281050,
    "width": 0x00281051,
    "intercept": 0x00281052,
    "slope": 0x00281053,
}
_PHOTOMETRIC: Final = 0x00280004
_MAX_FRAGMENTS: Final = 4096


def image_of(source: Source, listed: list[Element]) -> dict[str, Any] | None:
    """Describe the first frame; None if there are no pixels."""
    found = {element.tag: element for element in listed}
    pixels = found.get(PIXEL_DATA)
    if pixels is None or pixels.items is not None:
        return None
    values = {
        tag: source.read(Span(found[tag].body, found[tag].end))
        for tag in (*_NUMBERS.values(), *_TEXTS.values(), _PHOTOMETRIC)
        if tag in found and found[tag].end - found[tag].body <= 1024
    }
    little = source.container.syntax.little
    image: dict[str, Any] = {
        name: int.from_bytes(values.get(tag, b"")[:2], "little" if little else "big")
        for name, tag in _NUMBERS.items()
    }
    image.update((name, _number(values, tag)) for name, tag in _TEXTS.items())
    photometric = values.get(_PHOTOMETRIC, b"").strip(b"\0 ")
    image["photometric"] = photometric.decode("latin-1")
    syntax = source.container.transfer_syntax_uid
    image["transfer_syntax_uid"] = syntax
    image["little"] = little
    image["jpeg"] = syntax == JPEG_BASELINE
    image["encapsulated"] = pixels.stop > pixels.end
    image["spans"] = []
    if syntax not in DEFLATED:  # whose bytes are not in the file
        image["spans"] = [list(span) for span in _spans(source, pixels, image)]
    return image


def _number(values: Mapping[int, bytes], tag: int) -> float | None:
    first = values.get(tag, b"").split(b"\\")[0].strip(b"\0 ")
    try:
        number = float(first)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _spans(source: Source, pixels: Element, image: Mapping[str, Any]) -> list[Span]:
    """Say where the first frame is, in one piece or in fragments."""
    if not image["encapsulated"]:
        bits = image["rows"] * image["columns"] * image["samples"] * image["allocated"]
        stop = pixels.body + (bits + 7) // 8
        return [Span(pixels.body, stop)] if stop <= pixels.end else []
    fragments = islice(_fragments(source, pixels), _MAX_FRAGMENTS)
    offsets = next(fragments, None)
    if offsets is None or (image["frames"] or 1) <= 1:
        return list(fragments)
    table = source.read(Span(offsets.start, min(offsets.start + 8, offsets.stop)))
    if len(table) < 8:
        return list(islice(fragments, 1))
    # offsets are of the first fragment's item (PS3.5 A.4)
    second = offsets.stop + struct.unpack("<I", table[4:8])[0]
    return list(takewhile(lambda fragment: fragment.start - 8 < second, fragments))


def _fragments(source: Source, pixels: Element) -> Iterator[Span]:
    """Give the items of encapsulated pixels, of which the first is a table."""
    at = pixels.body
    while at + 8 <= pixels.end:
        group, number, length = struct.unpack("<HHI", source.read(Span(at, at + 8)))
        if group << 16 | number != ITEM:
            break
        yield Span(at + 8, at + 8 + length)
        at += 8 + length
