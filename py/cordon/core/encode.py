"""A data element as bytes (PS3.5 7.1)."""

import struct
from functools import lru_cache
from typing import Final

from cordon.core.head import ITEM, LONG_VRS

MAX_SHORT: Final = 0xFFFE
"""Bytes of the longest value under a length of two bytes."""

_LONG: Final = frozenset(LONG_VRS.values())
_NUL_PADDED: Final = frozenset(("UI", "OB", "UN"))

# each by `little`
_EXPLICIT: Final = tuple(struct.Struct(f"{o}HH2sH").pack for o in "><")
_EXPLICIT_LONG: Final = tuple(struct.Struct(f"{o}HH2sHI").pack for o in "><")
_IMPLICIT: Final = tuple(struct.Struct(f"{o}HHI").pack for o in "><")


@lru_cache(maxsize=1024)
def header(tag: int, vr: str, length: int, explicit: bool, little: bool) -> bytes:
    """Encode tag, VR and length of a data element; UN if that is too long for the VR."""
    group, number = tag >> 16, tag & 0xFFFF
    if not explicit:
        return _IMPLICIT[little](group, number, length)
    if length > MAX_SHORT and vr not in _LONG:
        vr = "UN"  # PS3.5 6.2.2
    if vr in _LONG:
        return _EXPLICIT_LONG[little](group, number, vr.encode(), 0, length)
    return _EXPLICIT[little](group, number, vr.encode(), length)


def element(tag: int, vr: str, value: bytes, explicit: bool, little: bool) -> bytes:
    """Encode a data element, its value padded to an even length (PS3.5 6.2)."""
    length = len(value)
    if length % 2:
        value += b"\0" if vr in _NUL_PADDED else b" "
        length += 1
    return header(tag, vr, length, explicit, little) + value


def value_of(encoded: bytes, explicit: bool) -> bytes:
    """Take the value out of an encoded data element."""
    return encoded[12 if explicit and encoded[4:6] in LONG_VRS else 8 :]


def item(content: bytes, little: bool) -> bytes:
    """Encode an item of a sequence, with its length."""
    return _IMPLICIT[little](ITEM >> 16, ITEM & 0xFFFF, len(content)) + content
