"""Values that the user puts in place of a file's own.

Each is written TAG=VALUE and checked once, before any file is read: the data element
must be one that may be replaced, and the value legal for its VR (PS3.5 6.2) and VM
(PS3.6). What is left for later are placeholders, whose length is known.
"""

import re
import struct
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple
from unicodedata import category

from cordon.core.head import SHORT_VRS
from cordon.rules import tables
from cordon.rules.dictionary import (
    entry_of,
    is_public,
    private_entry_of,
    public_vrs,
    tag_of,
    vm_of,
)
from cordon.settings import Settings, SettingsError, Why

PLACEHOLDERS: Final = ("patient", "study", "series", "instance")
"""Entities whose new ID a value may name in braces."""

ID_LENGTH: Final = 16
UID_LENGTH: Final = 44
NUMBER_LENGTH: Final = 9
"""How long an ID may become in text, in VR UI, and in VRs IS and DS."""


class Replacement(NamedTuple):
    """The value that data elements of `tag` get, wherever they stand.

    With a `creator` the tag is that of its private data element without the block:
    (gggg,00ee).
    """

    tag: int
    creator: str
    vr: str
    value: str


WORDS: Final = {
    "entry": "must be TAG=VALUE",
    "twice": "is replaced twice",
    "vr": "data elements of VR {vr} cannot be replaced",
    "name": "is no tag, and no keyword of a dictionary",
    "never": "can never be replaced",
    "group": "has a group that is not allowed",
    "creator": 'is a private creator; give gggg,"CREATOR",ee of a data element',
    "private": 'is private; give gggg,"CREATOR",ee of a data element',
    "dictionary": "is in no dictionary",
    "private-group": "has a group that is not a private one",
    "private-creator": "has a creator that is not 1 to 64 ASCII characters",
    "half": "has half a character, which cannot be encoded",
    "values": "must have {vm} values, not {count}",
    "value": "a value of VR {vr} must be {must}",
    "length": "is longer than {most} bytes",
    "placeholder-vr": "a value of VR {vr} cannot have a placeholder",
    "placeholder": "has an unknown placeholder; there are {known}",
    "placeholder-alone": "in VR {vr} a placeholder must stand alone",
}
"""Why an entry cannot be followed, by code."""

MUST: Final = {
    "ae": "at most 16 ASCII characters, not only spaces",
    "age": "nnnD, nnnW, nnnM or nnnY",
    "tag": "8 hexadecimal digits",
    "code": "at most 16 of A-Z, 0-9, space and underscore",
    "date": "a date as YYYYMMDD",
    "time": "a time as HHMMSS.FFFFFF",
    "date-time": "a date and time as YYYYMMDDHHMMSS.FFFFFF&ZZXX",
    "decimal": "a decimal number that fits",
    "decimal-string": "a decimal number of at most 16 characters",
    "whole": "a whole number from {low} to {high}",
    "whole-string": "a whole number from {low} to {high}, of at most 12 characters",
    "name": "at most 3 groups (=) of at most 64 characters and 5 components (^),"
    " without control characters",
    "text": "text, of control characters none",
    "text-most": "at most {most} characters, of control characters none",
    "lines": "text, of control characters CR, LF, FF and TAB",
    "lines-most": "at most {most} characters, of control characters CR, LF, FF and TAB",
    "uid": "a UID: at most 64 digits and dots, no component with a leading zero",
    "uri": "a URI, of the characters that RFC 3986 allows",
}
"""What a value must be, by code."""


class _RefusedError(Exception):
    """Why an entry cannot be followed: a code of `WORDS`, and what they name."""

    def __init__(self, code: str, **named: str) -> None:
        super().__init__(code)
        self.code = code
        self.named = named

    def __str__(self) -> str:
        named = dict(self.named)
        if must := named.get("must"):
            named["must"] = MUST[must].format(**named)
        return WORDS[self.code].format(**named)


# ------------------------------------------------------------------- one entry

_HEX = "[0-9A-Fa-f]"
_PUBLIC: Final = rf"{_HEX}{{8}}|{_HEX}{{4}}, ?{_HEX}{{4}}|\({_HEX}{{4}}, ?{_HEX}{{4}}\)"
_PRIVATE: Final = (
    rf'(?P<open>\()?(?P<group>{_HEX}{{4}}), ?"(?P<creator>[^"]*)", ?(?P<low>{_HEX}{{2}})'
    r"(?(open)\))"
)
_ENTRY: Final = rf'(?P<name>{_PRIVATE}\s*|[^="]+)=(?P<value>.*)'
_SHOWN: Final = 80


def parse(settings: Settings) -> tuple[Replacement, ...]:
    """Read the setting `replacements`."""
    found: dict[tuple[int, str], Replacement] = {}
    for entry in settings.replacements:
        match = re.fullmatch(_ENTRY, entry.lstrip(), re.DOTALL)
        try:
            if not match:
                raise _RefusedError("entry")
            replacement = _replacement(match)
            if replacement[:2] in found:
                raise _RefusedError("twice")
        except _RefusedError as refused:
            name = (match["name"] if match else entry).strip()[:_SHOWN]
            why = Why(name, refused.code, refused.named)
            raise SettingsError("replacements", f"{name}: {refused}", why) from None
        found[replacement[:2]] = replacement
    return tuple(found.values())


def _replacement(match: re.Match[str]) -> Replacement:
    if match["group"]:
        tag = int(match["group"], 16) << 16 | int(match["low"], 16)
        creator = match["creator"].strip(" ")
        vr, vm = _private(tag, creator)
    else:
        tag, creator = _tag(match["name"].rstrip()), ""
        vr, vm = _public(tag)
    if vr not in _RULES:
        raise _RefusedError("vr", vr=vr)
    if match["value"]:
        _check(match["value"], vr, vm)
    return Replacement(tag, creator, vr, match["value"])


# -------------------------------------------------------------- data elements

_GROUPS: Final = frozenset((0x0000, 0x0002, 0x0004, 0xFFFE))
_ILLEGAL_GROUPS: Final = frozenset((0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF))
_FIXED: Final = frozenset(
    (
        0x00080005,  # Specific Character Set
        0x00080016,  # SOP Class UID
        0x00080018,  # SOP Instance UID
        0x00120062,  # the markers
        0x00120063,
        0x00120064,
        0x0020000D,  # Study Instance UID
        0x0020000E,  # Series Instance UID
        0x00280303,  # a marker
        0x7FE00008,  # pixel data
        0x7FE00009,
        0x7FE00010,
    )
)
"""What places an instance, says how to read it or what was done to it."""


def _tag(name: str) -> int:
    """Read a public tag or keyword."""
    if re.fullmatch(_PUBLIC, name):
        return int(re.sub("[(), ]", "", name), 16)
    listed = (tag for tag, row in _table().items() if row["keyword"] == name)
    tag = next(listed, tag_of(name))
    if tag is None:
        raise _RefusedError("name")
    return tag


def _public(tag: int) -> tuple[str, str]:
    """Give VR and VM of a public data element that may be replaced."""
    group, number = tag >> 16, tag & 0xFFFF
    if tag in _FIXED or group in _GROUPS or not number:
        raise _RefusedError("never")
    if group in _ILLEGAL_GROUPS:
        raise _RefusedError("group")
    if group & 1:
        raise _RefusedError("creator" if 0x10 <= number <= 0xFF else "private")
    if not is_public(tag):
        raise _RefusedError("dictionary")
    # a VM that the dictionary does not have yet, or a VR of a large repeating group
    newer = _table().get(tag)
    vr = public_vrs().get(tag) or entry_of(tag)[0]
    return vr, newer["vm"] if newer else vm_of(tag)


def _private(tag: int, creator: str) -> tuple[str, str]:
    """Give VR and VM of a private data element; LO if nobody knows."""
    group = tag >> 16
    if group in _ILLEGAL_GROUPS or not group & 1:
        raise _RefusedError("private-group")
    if not re.fullmatch(r"[ -\[\]-~]{1,64}", creator):
        raise _RefusedError("private-creator")
    for block in (0x1000, 0):
        if entry := private_entry_of(tag | block, creator):
            vr, vm, *_ = entry
            return vr[:2], vm
    return "LO", "1-n"


@cache
def _table() -> dict[int, dict[str, str]]:
    """Give the rows of Table E.1-1 that are about one public tag."""
    rows = tables.read("profile.csv")
    return {
        int(row["tag"], 16): row for row in rows if re.fullmatch(_HEX * 8, row["tag"])
    }


# --------------------------------------------------------------------- values

_SINGLE: Final = frozenset(("LT", "ST", "UR", "UT"))
"""VRs in which a backslash does not separate values."""

_TEXT: Final = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
"""VRs whose bytes depend on Specific Character Set."""

_LAYOUTS: Final = {
    "AT": "HH",
    "FD": "d",
    "FL": "f",
    "SL": "i",
    "SS": "h",
    "SV": "q",
    "UL": "I",
    "US": "H",
    "UV": "Q",
}
"""How `struct` packs a value of a binary VR."""

_LONGEST: Final = {
    **dict.fromkeys((*_TEXT, "AE", "CS"), "X" * ID_LENGTH),
    **dict.fromkeys(("DS", "IS"), "9" * NUMBER_LENGTH),
    "UI": "2." + "9" * (UID_LENGTH - 2),
}
"""The longest that a placeholder may become, in the VRs that can have one."""

_ALONE: Final = frozenset(("DS", "IS", "UI"))
_BRACES: Final = r"\{([^{}]*)\}"
_PLACEHOLDER: Final = rf"\{{({'|'.join(PLACEHOLDERS)})\}}"
_MAX_SHORT: Final = 0xFFFE


def expand(replacement: Replacement, entity: Callable[[str, str], str]) -> str:
    """Fill placeholders in: `entity` gives the ID of one for a VR."""
    return re.sub(
        _PLACEHOLDER,
        lambda found: entity(found[1], replacement.vr),
        replacement.value,
    )


def encode(
    vr: str, value: str, little: bool, encode_text: Callable[[str], bytes]
) -> bytes:
    """Encode a value without padding; `encode_text` knows the character set."""
    if not value:
        return b""
    if vr in _TEXT:
        return encode_text(value)
    if vr not in _LAYOUTS:
        return value.encode("ascii")
    pack = struct.Struct(("<" if little else ">") + _LAYOUTS[vr]).pack
    return b"".join(pack(*_numbers(vr, part)) for part in value.split("\\"))


def is_legal(vr: str, vm: str, value: str) -> bool:
    """Tell whether a text is what a data element of this VR and VM may say."""
    parts = [value] if vr in _SINGLE else value.split("\\")
    counted = vr in _SINGLE or _allows(vm, len(parts))
    return counted and all(map(_RULES[vr].allows, parts))


def _numbers(vr: str, part: str) -> tuple[float, ...]:
    if vr == "AT":
        return int(part[:4], 16), int(part[4:], 16)
    return (float(part) if vr in ("FD", "FL") else int(part),)


def _check(value: str, vr: str, vm: str) -> None:
    """Refuse what is not a legal value, whatever becomes of its placeholders."""
    if any(category(character) == "Cs" for character in value):
        raise _RefusedError("half")
    parts = [value] if vr in _SINGLE else value.split("\\")
    if vr not in _SINGLE and not _allows(vm, len(parts)):
        raise _RefusedError("values", vm=vm, count=str(len(parts)))
    filled = [_fill(part, vr) for part in parts]
    rule = _RULES[vr]
    for part in filled:
        # one of several values may be empty, unless its size is fixed
        empty = not part and vr not in _LAYOUTS
        if not empty and not rule.allows(part):
            raise _RefusedError("value", vr=vr, must=rule.must, **rule.named)
    size = len(encode(vr, "\\".join(filled), True, str.encode))
    if size > _MAX_SHORT and vr in SHORT_VRS.values():
        raise _RefusedError("length", most=str(_MAX_SHORT))


@lru_cache(maxsize=256)
def _allows(vm: str, count: int) -> bool:
    """Tell whether a VM such as 1, 1-3, 2-n or 3-3n allows so many values."""
    least, _, most = vm.partition("-")
    if most.endswith("n"):
        return count >= int(least) and count % int(most[:-1] or 1) == 0
    return int(least) <= count <= int(most or least)


def _fill(part: str, vr: str) -> str:
    """Put the longest possible ID in place of each placeholder."""
    names = re.findall(_BRACES, part)
    if not names:
        return part
    if vr not in _LONGEST:
        raise _RefusedError("placeholder-vr", vr=vr)
    if not set(names) <= set(PLACEHOLDERS):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise _RefusedError("placeholder", known=known)
    if vr in _ALONE and not re.fullmatch(_PLACEHOLDER, part):
        raise _RefusedError("placeholder-alone", vr=vr)
    return re.sub(_PLACEHOLDER, _LONGEST[vr], part)


# ------------------------------------------------------------ rules of each VR

_INTEGER: Final = re.compile("[+-]?[0-9]{1,20}").fullmatch
_INFINITE: Final = float("inf")
_DECIMAL = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
# 60 only in a leap second: the last of a UTC day, which ends with a quarter of an hour
_FRACTION = r"(\.\d{1,6})?"
_SECONDS = rf"[0-5]\d([0-5]\d{_FRACTION})?|(14|29|44|59)60{_FRACTION}"
_TIME = rf"([01]\d|2[0-3])({_SECONDS})?"
_ZONE = r"(?!-0000)([+-](0\d|1[01])[0-5]\d|\+1[23][0-5]\d|\+1400|-1200)"
_DATE_TIME = rf"(\d{{4}})((\d\d)((\d\d)({_TIME})?)?)?({_ZONE})?"
_ARC = r"(0|[1-9]\d*)"


class _Rule(NamedTuple):
    """Whether a value is legal, and what it must be: a code of `MUST`, and its limits."""

    allows: Callable[[str], bool]
    must: str
    named: Mapping[str, str] = MappingProxyType({})


def _matching(pattern: str, must: str, limit: int | None = None) -> _Rule:
    def allows(value: str) -> bool:
        return bool(re.fullmatch(pattern, value, re.ASCII)) and (
            limit is None or len(value) <= limit
        )

    return _Rule(allows, must)


def _whole(bits: int, signed: bool) -> _Rule:
    low = -1 << bits - 1 if signed else 0
    high = low + (1 << bits) - 1

    def allows(value: str) -> bool:
        # more digits than any VR needs
        return bool(_INTEGER(value)) and low <= int(value) <= high

    return _Rule(allows, "whole", {"low": str(low), "high": str(high)})


def _decimal(layout: str) -> _Rule:
    def allows(value: str) -> bool:
        if not re.fullmatch(_DECIMAL, value, re.ASCII) or not _is_finite(value):
            return False
        try:
            struct.pack(layout, float(value))
        except OverflowError:
            return False
        return True

    return _Rule(allows, "decimal")


def _text(limit: int | None, controls: str = "") -> _Rule:
    """Allow any characters but controls; a limit counts characters (PS3.5 6.2)."""

    def allows(value: str) -> bool:
        return (limit is None or len(value) <= limit) and all(
            character in controls or category(character) != "Cc" for character in value
        )

    must = "lines" if controls else "text"
    if limit is None:
        return _Rule(allows, must)
    return _Rule(allows, f"{must}-most", {"most": str(limit)})


def _is_date(value: str) -> bool:
    return bool(re.fullmatch("[0-9]{8}", value)) and _is_date_time(value)


def _is_date_time(value: str) -> bool:
    match = re.fullmatch(_DATE_TIME, value, re.ASCII)
    if not match:
        return False
    from datetime import date  # which takes long to load

    try:
        date(int(match[1]), int(match[3] or 1), int(match[5] or 1))
    except ValueError:
        return False
    return True


def _is_decimal_string(value: str) -> bool:
    number = value.strip(" ")
    return (
        len(value) <= 16
        and bool(re.fullmatch(_DECIMAL, number, re.ASCII))
        and _is_finite(number)
    )


def _is_finite(number: str) -> bool:
    return abs(float(number)) != _INFINITE  # `math` takes long to load


def _is_integer_string(value: str) -> bool:
    return len(value) <= 12 and _RULES["SL"].allows(value.strip(" "))


def _is_name(value: str) -> bool:
    """Tell whether component groups and components are few and short (PS3.5 6.2.1)."""
    groups = value.split("=")
    group = _text(64)
    return len(groups) <= 3 and all(
        group.allows(part) and part.count("^") <= 4 for part in groups
    )


_LINES: Final = "\r\n\f\t"

_RULES: Final = {
    "AE": _matching(r"(?! *\Z)[ -\[\]-~]*", "ae", 16),
    "AS": _matching(r"\d{3}[DWMY]", "age"),
    "AT": _matching(_HEX + "{8}", "tag"),
    "CS": _matching("[A-Z0-9_ ]*", "code", 16),
    "DA": _Rule(_is_date, "date"),
    "DS": _Rule(_is_decimal_string, "decimal-string"),
    "DT": _Rule(_is_date_time, "date-time"),
    "FD": _decimal("<d"),
    "FL": _decimal("<f"),
    "IS": _Rule(_is_integer_string, "whole-string", _whole(32, True).named),
    "LO": _text(64),
    "LT": _text(10240, _LINES),
    "PN": _Rule(_is_name, "name"),
    "SH": _text(16),
    "SL": _whole(32, True),
    "SS": _whole(16, True),
    "ST": _text(1024, _LINES),
    "SV": _whole(64, True),
    "TM": _matching(_TIME, "time"),
    "UC": _text(None),
    "UI": _matching(rf"{_ARC}(\.{_ARC})+", "uid", 64),
    "UL": _whole(32, False),
    "UR": _matching(
        rf"([A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~-]|%{_HEX}{{2}})*",
        "uri",
    ),
    "US": _whole(16, False),
    "UT": _text(None, _LINES),
    "UV": _whole(64, False),
}
