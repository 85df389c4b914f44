"""Text in the character set in force (PS3.5 6.1, PS3.3 C.12.1.1.2).

pydicom knows the character sets and code extensions; what it would say about bad
ones quotes them, so it is not let to. Most instances say nothing but ASCII in one of
the usual sets, so it is not loaded before it is asked.
"""

import codecs
import re
import warnings
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final
from unicodedata import category, combining, normalize

SPECIFIC_CHARACTER_SET: Final = 0x00080005

_DEFAULT: Final = "iso8859"
_ESCAPE: Final = b"\x1b"
_KATAKANA: Final = "shift_jis"  # pydicom's name for JIS X 0201
_USUAL: Final = {
    "": _DEFAULT,
    "ISO_IR 6": _DEFAULT,
    "ISO_IR 100": "latin_1",
    "ISO_IR 192": "UTF8",
}
"""pydicom's names for the usual character sets."""

_UNKNOWN: Final = "\ufffd"
_CONTROLS: Final = frozenset("\t\n\f\r")
_PARTS: Final = r"([\\^=\r\n\f\t])"
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe"}
    | {"Œ": "OE", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th"}
)
_DELIMITERS: Final = {0x0A, 0x0C, 0x0D, 0x09, 0x5C, 0x3D, 0x5E}


def decode(value: bytes, character_set: bytes) -> str:
    """Decode text whose Specific Character Set has the value `character_set`."""
    if value.isascii() and value.find(_ESCAPE) < 0:
        return value.decode("ascii")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            encodings = _encodings(character_set)
            text: str = _pydicom().decode_bytes(value, encodings, _DELIMITERS)
        except (UnicodeError, LookupError):
            return value.decode("latin-1")
    return text


def is_text(text: str) -> bool:
    """Tell whether decoding gave text, and not what a wrong character set makes."""
    if text.isascii() and text.isprintable():
        return True
    return not any(
        one == _UNKNOWN or (category(one) == "Cc" and one not in _CONTROLS)
        for one in text.rstrip("\0")
    )


def encode(text: str, character_set: bytes) -> bytes | None:
    """Encode text; None if the character set does not have its letters."""
    if text.isascii():
        return text.encode("ascii")
    value = _encode(text, character_set)
    if value is not None:
        return value
    # pydicom gives up on some texts that it can encode in parts; code extensions end
    # where values, components and lines do (PS3.5 6.1.2.5.3)
    parts = [_encode(part, character_set) for part in re.split(_PARTS, text)]
    value = b"".join(part for part in parts if part is not None)
    whole = None not in parts and decode(value, character_set) == text
    return value if whole else None


def plain(text: str) -> bytes:
    """Encode text without accents, for character sets that do not have its letters."""
    decomposed = normalize("NFKD", text.translate(_LETTERS))
    letters = "".join(one for one in decomposed if not combining(one))
    return letters.encode("ascii", "replace") or b"?"


@lru_cache(maxsize=1024)
def _encode(part: str, character_set: bytes) -> bytes | None:
    """Encode a text, or a part of one, at once."""
    if part.isascii():
        return part.encode("ascii")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first, *others = _encodings(character_set)
        if first == _DEFAULT and any("\x80" <= one < "\u0100" for one in part):
            return None  # of the default repertoire only ASCII is DICOM's
        try:
            if first == _KATAKANA and _is_katakana(part):
                value = part.encode(first)
            elif first == _KATAKANA and not others:
                return None
            else:
                value = _pydicom().encode_string(part, [first, *others])
        except (UnicodeError, LookupError):
            return None
    return value if decode(value, character_set) == part else None


def _is_katakana(text: str) -> bool:
    """Tell whether JIS X 0201 has all of it: ASCII, and katakana of half the width."""
    return all(one.isascii() or "\uff61" <= one <= "\uff9f" for one in text)


def is_term(text: str) -> bool:
    """Tell whether a text is a defined term of a character set."""
    return text in _USUAL or text in _pydicom().python_encoding


def load() -> None:
    """Load all that may be needed, while there are files to load from."""
    for name in set(_pydicom().python_encoding.values()):
        codecs.lookup(name)


def codecs_of(character_set: bytes) -> tuple[str, ...]:
    """Name what a Specific Character Set is written with, so that equals are equal."""
    return tuple(_encodings(character_set))


@cache
def _pydicom() -> Any:
    return import_module("pydicom.charset")


@lru_cache(maxsize=64)
def _encodings(character_set: bytes) -> list[str]:
    """Name Python's encodings for the values of a Specific Character Set."""
    terms = character_set.decode("latin-1").strip("\0 ")
    if terms in _USUAL:
        return [_USUAL[terms]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            values = [value.strip() for value in terms.split("\\")]
            encodings: list[str] = _pydicom().convert_encodings(values)
        except (LookupError, ValueError):
            return [_DEFAULT]
    return encodings
