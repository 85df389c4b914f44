"""Which data elements there are, and their VR.

pydicom's dictionaries, with the attributes that Table E.1-1 knows and they do not yet.
They are loaded without the rest of pydicom, which takes longer than a hundred
instances.
"""

import sys
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any, Final, TypeAlias

from cordon.rules import tables

Entry: TypeAlias = tuple[str, str, str, str, str]
"""VR, VM, name, whether it is retired, and keyword."""

UNLISTED: Final[Entry] = ("UN", "1-n", "Unknown", "", "")

PrivateEntry: TypeAlias = tuple[str, str, str, str]
"""VR, VM, name, and whether it is retired."""


def _load(name: str) -> Any:
    """Load a module of pydicom that needs nothing else of it."""
    name = f"pydicom.{name}"
    if name not in sys.modules:
        package = find_spec("pydicom")  # which loads nothing
        places = package.submodule_search_locations if package else None
        spec = PathFinder.find_spec(name, places)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(name=name)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module
    return sys.modules[name]


_PUBLIC: Final[dict[int, Entry]] = _load("_dicom_dict").DicomDictionary
_REPEATING: Final[dict[str, Entry]] = _load("_dicom_dict").RepeatersDictionary

_BULK: Final = frozenset(("OB", "OD", "OF", "OL", "OV", "OW"))
_ELEMENT: Final = 4  # digits behind the group's last one
_MANY: Final = 3
"""Digits left open in a repeating group that is too large to list."""

_PLANES: Final = ("50xx", "60xx")
LAST_PLANE: Final = 0x1E
"""Curves and overlays are in even groups from 00 to this (PS3.5 7.6)."""


@cache
def public_vrs() -> dict[int, str]:
    """Give the VR of each public tag; of a choice of VRs the first.

    Repeating groups (PS3.5 7.6) are listed tag by tag, but for the two retired ones
    that are too large.
    """
    first = {vr: _first(vr) for vr in {entry[0] for entry in _PUBLIC.values()}}
    vrs = {
        int(row["tag"], 16): _first(row["vr"])
        for row in tables.read("profile.csv")
        if row["vr"] and "x" not in row["tag"]
    }
    for mask, entry in _REPEATING.items():
        if mask.count("x") < _MANY:
            vrs.update(dict.fromkeys(expand(mask), _first(entry[0])))
    vrs.update({tag: first[one[0]] for tag, one in _PUBLIC.items() if one[0] != "NONE"})
    return vrs


def attributes() -> list[tuple[str, str, str, str]]:
    """List tag, keyword, name and VR of all public attributes, but for group 0002."""
    found = {
        tag: (keyword, name, _first(vr))
        for tag, (vr, _, name, _, keyword) in _PUBLIC.items()
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
    vrs = {entry[0] for entry in _PUBLIC.values()}
    bulk = {vr for vr in vrs if not _BULK.isdisjoint(vr.split())}
    return frozenset(tag for tag, entry in _PUBLIC.items() if entry[0] in bulk)


def is_public(tag: int) -> bool:
    """Tell whether the standard has, or had, a data element of this tag."""
    return tag in public_vrs() or entry_of(tag) is not UNLISTED


def entry_of(tag: int) -> Entry:
    """Give what the dictionary says of a public tag; `UNLISTED` if nothing."""
    if tag in _PUBLIC:
        return _PUBLIC[tag]
    fitting = (entry for tags, entry in _repeating() if tag in tags)
    return next(fitting, UNLISTED)


def vm_of(tag: int) -> str:
    """Give the VM of a public tag."""
    return entry_of(tag)[1]


def keyword_of(tag: int) -> str:
    """Give the keyword of a public tag; none if it is not listed."""
    return entry_of(tag)[4]


def tag_of(keyword: str) -> int | None:
    """Give the public tag of a keyword."""
    return _tags().get(keyword)


def private_entry_of(tag: int, creator: str) -> PrivateEntry | None:
    """Give what the dictionary says of a private tag, whatever its block."""
    known = _private().get(creator, {})
    digits = f"{tag:08X}"
    masks = (digits, f"{digits[:4]}xx{digits[6:]}", f"{digits[:2]}xxxx{digits[6:]}")
    return next((known[mask] for mask in masks if mask in known), None)


def is_listed_uid(uid: str) -> bool:
    """Tell whether PS3.6 lists a UID."""
    return uid in _uids()


def expand(mask: str) -> range:
    """List the tags with an even group that a mask such as 60xx0010 stands for.

    The digits that it leaves open stand side by side.
    """
    last = f"{mask[:2]}{LAST_PLANE:02X}{mask[4:]}" if mask[:4] in _PLANES else mask
    first, stop = int(mask.replace("x", "0"), 16), int(last.replace("x", "F"), 16) + 1
    behind = len(mask) - 1 - mask.rindex("x")
    step = 1 << 4 * behind
    return range(first, stop, 2 * step if behind == _ELEMENT else step)


def planes() -> list[int]:
    """List the tags of all curves and overlays (50xx,xxxx) and (60xx,xxxx)."""
    masks = (mask for mask in _REPEATING if mask[:4] in _PLANES)
    return [tag for mask in masks for tag in expand(mask)]


@cache
def _uids() -> dict[str, Any]:
    """Give the dictionary of UIDs."""
    known: dict[str, Any] = _load("_uid_dict").UID_dictionary
    return known


@cache
def _private() -> dict[str, dict[str, PrivateEntry]]:
    """Give the private dictionary, which is large, by private creator."""
    known: dict[str, dict[str, PrivateEntry]] = _load(
        "_private_dict"
    ).private_dictionaries
    return known


@cache
def _repeating() -> list[tuple[range, Entry]]:
    """List the tags of repeating groups, and what they are."""
    return [(expand(mask), entry) for mask, entry in _REPEATING.items()]


@cache
def _tags() -> dict[str, int]:
    return {entry[4]: tag for tag, entry in _PUBLIC.items()}


def _first(vr: str) -> str:
    return vr.split(" ", 1)[0]
