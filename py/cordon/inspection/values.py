"""Names and values as a person reads them."""

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from cordon.core.head import LONG_VRS, SHORT_VRS
from cordon.core.listing import NO_TAG
from cordon.rules import charsets, private, tables
from cordon.rules.dictionary import UNLISTED, entry_of, private_entry_of, public_vrs
from cordon.rules.private import Private

SHOWN: Final = 400
"""Characters of a value that are shown."""

SHOWN_BYTES: Final = 16
"""Bytes that are shown of what is no text and no numbers."""

MAX_READ: Final = 1 << 16
"""Bytes of a value that are looked at."""

_LAYOUTS: Final = {
    "FD": "d",
    "FL": "f",
    "SL": "i",
    "SS": "h",
    "SV": "q",
    "UL": "I",
    "US": "H",
    "UV": "Q",
}
_BYTES: Final = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))
_VRS: Final = frozenset((*SHORT_VRS.values(), *LONG_VRS.values()))
_SIGNED: Final = "US or SS"

Reader = Callable[[int], bytes]
"""Gives a value's first bytes, at most so many."""


def text_of(
    vr: str, size: int, read: Reader, character_set: bytes, little: bool
) -> str:
    """Show a value of `size` bytes: text decoded, numbers in digits, else bytes."""
    if vr == "AT":
        return _tags(read(MAX_READ), little)
    if vr in _LAYOUTS and size % struct.calcsize(_LAYOUTS[vr]) == 0:
        return _numbers(_LAYOUTS[vr], read(SHOWN * 8), little)
    if vr in _BYTES or vr in _LAYOUTS or vr not in _VRS:
        return read(SHOWN_BYTES).hex(" ").upper()
    value = read(MAX_READ)
    if len(value) < size:  # not to be cut within a character
        value = value[: value.rfind(b" ") + 1] or value
    return charsets.decode(value, character_set).rstrip("\0 ")[: SHOWN + 1]


def is_bytes(vr: str) -> bool:
    """Tell whether a value of this VR is shown by its first bytes."""
    return vr in _BYTES or vr not in _VRS


def _numbers(layout: str, value: bytes, little: bool) -> str:
    count = len(value) // struct.calcsize(layout)
    order = "<" if little else ">"
    numbers = struct.unpack_from(f"{order}{count}{layout}", value)
    return "\\".join(
        f"{number:.9g}" if layout == "f" else repr(number) for number in numbers
    )


def _tags(value: bytes, little: bool) -> str:
    pairs = struct.iter_unpack("<HH" if little else ">HH", value[: len(value) & ~3])
    return "\\".join(f"({group:04X},{number:04X})" for group, number in pairs)


@lru_cache(maxsize=1 << 14)
def vr_of(tag: int, found: str, creator: str, signed: bool, size: int) -> str:
    """Tell the VR: the one found, unless the encoding does not say."""
    if found not in ("", "UN"):
        return found
    if tag >> 16 & 1:
        if tag & 0xFF00:
            private_vr = private.vr_of(Private(tag >> 16, creator, tag & 0xFF), found)
            return private_vr or "UN"
        return "LO"
    if not tag & 0xFFFF:
        return "UL"
    entry = entry_of(tag)
    if entry is UNLISTED:
        return public_vrs().get(tag, "UN")
    listed, *_ = entry
    if listed == "US or OW":
        return "US" if size <= 2 else "OW"
    return "SS" if listed.startswith(_SIGNED) and signed else listed.split(" ")[0]


@lru_cache(maxsize=1 << 14)
def name_of(tag: int, creator: str) -> str:
    """Give the name of a data element, as the dictionaries have it."""
    if tag == NO_TAG:
        return "Bytes that are no data element"
    if tag >> 16 & 1:
        if not tag & 0xFF00:
            return "Private Creator"
        if known := private_entry_of(tag, creator):
            return known[2]
        return f"Private, {creator}" if creator else "Private"
    if not tag & 0xFFFF:
        return "Group Length"
    entry = entry_of(tag)
    _, _, name, *_ = entry
    return _listed_names().get(tag, name) if entry is UNLISTED else name


@lru_cache(maxsize=1)
def _listed_names() -> dict[int, str]:
    """Name the attributes that Table E.1-1 knows and the dictionary does not yet."""
    rows = tables.read("profile.csv")
    return {
        int(row["tag"], 16): row["name"]
        for row in rows
        if row["keyword"] and "x" not in row["tag"]
    }
