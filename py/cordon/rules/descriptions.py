"""Descriptions of studies and series as a person reviews them: as text.

A review says for the new Study or Series Instance UID what the description of its
instances is to be; None drops it. Beside what an instance says a person is shown a
suggestion, from which what may identify has been taken.
"""

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple, TypeAlias
from unicodedata import category

from cordon.rules import charsets
from cordon.rules.replacements import is_legal
from cordon.rules.text import clean, words
from cordon.settings import SettingsError

Reviewed: TypeAlias = Mapping[str, str | None]

MAX_DESCRIPTION: Final = 64
"""Characters of a description, which has VR LO (PS3.5 6.2)."""

_UID: Final = r"[0-9]+(\.[0-9]+)+"
_LONGEST_UID: Final = 64
_SETTING: Final = "reviewed"
_NO_TEXT: Final = frozenset(("Cc", "Cs"))
"""Categories of controls, and of halves of characters."""


class Description(NamedTuple):
    """What is there, for a person's eyes only, and what could stay of it."""

    original: str
    suggestion: str


def describe(value: bytes, character_set: bytes, own: AbstractSet[str]) -> Description:
    """Read a description, and suggest one without what is or may be of `own`."""
    original = charsets.decode(value, character_set).strip("\0 ")
    if not charsets.is_text(original):
        return Description(original, "")
    cleaned = clean(_legal(original), own)[:MAX_DESCRIPTION].strip()
    return Description(original, cleaned if words(cleaned) else "")


def read_reviewed(text: str) -> Reviewed:
    """Read a review, a JSON object; no text is no review.

    Raises
    ------
    SettingsError
        It cannot be followed.
    """
    if not text:
        return {}
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise SettingsError(_SETTING, "is no JSON") from None
    if not isinstance(values, dict):
        raise SettingsError(_SETTING, "must be a JSON object")
    return {_uid(uid): _description(uid, value) for uid, value in values.items()}


def _legal(text: str) -> str:
    """Put a space where there is what no single value may have."""
    kept = (" " if one == "\\" or _is_none(one) else one for one in text)
    return " ".join("".join(kept).split())


def _uid(uid: str) -> str:
    if len(uid) > _LONGEST_UID or not re.fullmatch(_UID, uid):
        raise SettingsError(_SETTING, "has a key that is no UID")
    return uid


def _description(uid: str, value: object) -> str | None:
    """Check a description; one of only spaces is none."""
    if value is None:
        return None
    text = value.strip(" ") if isinstance(value, str) else "\\"
    if not is_legal("LO", "1", text) or any(map(_is_none, text)):
        rule = f"null, or at most {MAX_DESCRIPTION} characters, no backslash or control"
        raise SettingsError(_SETTING, f"what is said of {uid} must be {rule}")
    return text or None


def _is_none(character: str) -> bool:
    return category(character) in _NO_TEXT
