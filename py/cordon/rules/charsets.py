"""Text in the character set in force (PS3.5 6.1, PS3.3 C.12.1.1.2).

pydicom knows the character sets and code extensions; what it would say about bad
ones quotes them, so it is not let to.
"""

import codecs
import warnings
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from pydicom import charset

SPECIFIC_CHARACTER_SET: Final = 0x00080005

_DEFAULT: Final = "iso8859"
_ESCAPE: Final = b"\x1b"
_DELIMITERS: Final = {0x0A, 0x0C, 0x0D, 0x09, 0x5C, 0x3D, 0x5E}


def decode(value: bytes, character_set: bytes) -> str:
    """Decode text whose Specific Character Set has the value `character_set`."""
    if value.isascii() and _ESCAPE not in value:
        return value.decode("ascii")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return charset.decode_bytes(value, _encodings(character_set), _DELIMITERS)
        except (UnicodeError, LookupError):
            return value.decode("latin-1")


def encode(text: str, character_set: bytes) -> bytes | None:
    """Encode text; None if the character set does not have its letters."""
    if text.isascii():
        return text.encode("ascii")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = charset.encode_string(text, _encodings(character_set))
        except (UnicodeError, LookupError):
            return None
    return value if decode(value, character_set) == text else None


def plain(text: str) -> bytes:
    """Encode text without accents, for character sets that do not have its letters."""
    return normalize("NFKD", text).encode("ascii", "ignore") or b"?"


def load() -> None:
    """Load every codec that may be needed, while there are files to load from."""
    for name in set(charset.python_encoding.values()):
        codecs.lookup(name)


@lru_cache(maxsize=64)
def _encodings(character_set: bytes) -> list[str]:
    """Name Python's encodings for the values of a Specific Character Set."""
    values = character_set.decode("latin-1").strip("\0 ").split("\\")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return charset.convert_encodings([value.strip() for value in values])
        except LookupError:
            return [_DEFAULT]
