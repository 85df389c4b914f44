"""Which public data elements there are, and their VR.

pydicom's dictionary, with the attributes that Table E.1-1 knows and it does not yet.
"""

from functools import cache
from itertools import product
from typing import Final

from pydicom.datadict import (  # type: ignore[attr-defined]  # public by docs
    DicomDictionary,
    RepeatersDictionary,
    mask_match,
)

from cordon.rules import tables

_BULK: Final = frozenset(("OB", "OD", "OF", "OL", "OV", "OW"))
_MANY: Final = 3
"""Digits left open in a repeating group that is too large to list."""


@cache
def public_vrs() -> dict[int, str]:
    """Give the VR of each public tag; of a choice of VRs the first.

    Repeating groups (PS3.5 7.6) are listed tag by tag, but for the two retired ones
    that are too large.
    """
    vrs = {
        int(row["tag"], 16): _first(row["vr"])
        for row in tables.read("profile.csv")
        if row["vr"] and "x" not in row["tag"]
    }
    for mask, entry in RepeatersDictionary.items():
        if mask.count("x") < _MANY:
            vrs.update(dict.fromkeys(expand(mask), _first(entry[0])))
    vrs.update((tag, _first(entry[0])) for tag, entry in DicomDictionary.items())
    return {tag: vr for tag, vr in vrs.items() if vr != "NONE"}


def attributes() -> list[tuple[str, str, str, str]]:
    """List tag, keyword, name and VR of all public attributes, but for group 0002."""
    found = {
        tag: (keyword, name, _first(vr))
        for tag, (vr, _, name, _, keyword) in DicomDictionary.items()
        if keyword and tag > 0x0002FFFF
    }
    for row in tables.read("profile.csv"):
        if row["vr"] and "x" not in row["tag"] and row["keyword"]:
            tag = int(row["tag"], 16)
            found.setdefault(tag, (row["keyword"], row["keyword"], _first(row["vr"])))
    return [(f"{tag:08X}", *one) for tag, one in sorted(found.items())]


@cache
def bulk_tags() -> frozenset[int]:
    """Give the tags of binary data: no text, and often long."""
    tags = (
        tag for tag, entry in DicomDictionary.items() if set(entry[0].split()) & _BULK
    )
    return frozenset(tags)


def is_public(tag: int) -> bool:
    """Tell whether the standard has, or had, a data element of this tag."""
    return tag in public_vrs() or mask_match(tag) is not None


def expand(mask: str) -> list[int]:
    """List the tags with an even group that a mask such as 60xx0010 stands for."""
    digits = product("0123456789ABCDEF", repeat=mask.count("x"))
    pattern = mask.replace("x", "{}")
    tags = (int(pattern.format(*chosen), 16) for chosen in digits)
    return [tag for tag in tags if not tag >> 16 & 1]


def _first(vr: str) -> str:
    return vr.split(" ", 1)[0]
