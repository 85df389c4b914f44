"""Items of a sequence, read in any encoding and written in explicit VR little endian.

Only values of numbers change, by their byte order; text passes as it is, in whatever
character set it is. pydicom's datasets would decode it and encode it anew, and warn
in words that quote it.
"""

import struct
from typing import Final, NamedTuple, TypeAlias

from cordon.core import encode
from cordon.core.head import (
    ITEM,
    ITEM_END,
    LONG_VRS,
    SEQUENCE_END,
    SHORT_VRS,
    UNDEFINED,
    read_head,
)
from cordon.rules.dictionary import public_vrs

WIDTHS: Final = {
    **dict.fromkeys(("AT", "OW", "SS", "US"), 2),
    **dict.fromkeys(("FL", "OF", "OL", "SL", "UL"), 4),
    **dict.fromkeys(("FD", "OD", "OV", "SV", "UV"), 8),
}
"""Bytes of a number, in VRs whose byte order tells (PS3.5 7.3)."""

_OTHER: Final = frozenset((*WIDTHS, "OB", "SQ", "UN"))
_ITEM_BIG: Final = b"\xff\xfe\xe0\x00"


class Element(NamedTuple):
    """A data element; the value of a sequence is its items."""

    tag: int
    vr: str
    value: "bytes | Items"


Items: TypeAlias = list[list[Element]]


def read_items(value: bytes) -> Items:
    """Read the items of a sequence, however they are encoded.

    Raises
    ------
    ValueError
        They cannot be read.
    """
    little = not value.startswith(_ITEM_BIG)
    try:
        return _items(value, 0, len(value), little)[0]
    except (struct.error, RecursionError):
        raise ValueError("sequence without end") from None


def write_items(items: Items) -> bytes:
    """Encode items in explicit VR little endian, with their lengths.

    Some readers give up on a whole directory for one tag out of order.
    """
    return b"".join(encode.item(_in_order(item), little=True) for item in items)


def texts(items: Items) -> bytes:
    """Give all the text in items, at any depth, one after the other."""
    found = []
    for item in items:
        for element in item:
            if not isinstance(element.value, bytes):
                found.append(texts(element.value))
            elif element.vr not in _OTHER:
                found.append(element.value)
    return b"\\".join(found)


def swap(value: bytes, width: int) -> bytes:
    """Turn round the bytes of each number."""
    if len(value) % width:
        raise ValueError("part of a number")
    return b"".join(value[at : at + width][::-1] for at in range(0, len(value), width))


def _items(data: bytes, at: int, stop: int, little: bool) -> tuple[Items, int]:
    """Read items up to `stop` or the end of the sequence, and tell where that is."""
    items: Items = []
    while at < stop:
        tag, _, at, length = read_head(data, at, False, little)
        if tag == SEQUENCE_END:
            break
        if tag != ITEM:
            raise ValueError("no item")
        end = stop if length == UNDEFINED else at + length
        if end > stop:
            raise ValueError("item ends")
        item, at = _elements(data, at, end, little)
        items.append(item)
    return items, at


def _elements(
    data: bytes, at: int, stop: int, little: bool
) -> tuple[list[Element], int]:
    """Read data elements up to `stop` or the end of the item."""
    elements: list[Element] = []
    explicit = _is_vr(data[at + 4 : at + 6])
    while at < stop:
        tag, vr, at, length = read_head(data, at, explicit, little)
        if tag == ITEM_END:
            return elements, at
        known = public_vrs().get(tag, "UN")
        name = vr.decode() if vr not in (b"", b"UN") else known
        end = stop if length == UNDEFINED else at + length
        if end > stop:
            raise ValueError("value ends")
        if length == UNDEFINED and name in ("OB", "OW"):
            raise ValueError("fragments")
        if name == "SQ" or length == UNDEFINED:
            # a sequence of VR UN is little endian, whatever is around it (PS3.5 6.2.2)
            items, at = _items(data, at, end, little or vr == b"UN")
            elements.append(Element(tag, "SQ", items))
            continue
        value, at = data[at:end], end
        if not little and name in WIDTHS and vr != b"UN":
            value = swap(value, WIDTHS[name])
        if tag & 0xFFFF:  # a length of a group would be wrong now (PS3.5 7.2)
            elements.append(Element(tag, name, value))
    return elements, at


def _is_vr(name: bytes) -> bool:
    return name in SHORT_VRS or name in LONG_VRS


def _in_order(item: list[Element]) -> bytes:
    """Encode the data elements of an item, the first of each tag (PS3.5 7.1)."""
    first = {element.tag: element for element in reversed(item)}
    return b"".join(_encode(first[tag]) for tag in sorted(first))


def _encode(element: Element) -> bytes:
    tag, vr, value = element
    if not isinstance(value, bytes):
        value = write_items(value)
    return encode.element(tag, vr, value, explicit=True, little=True)
