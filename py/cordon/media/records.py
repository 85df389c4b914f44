"""What a directory says of one instance: the keys of its records (PS3.3 Annex F.5).

Made in the engine that has the instance, from what its outcome tells, so whoever
writes the directory needs no file again. Keys are what the result says. Where a key
that must have a value has none, or none that is legal, a fixed one fills in, never
the date of today; it identifies nobody.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

from cordon.core import encode
from cordon.core.container import EXPLICIT_BIG
from cordon.core.outcome import Deidentified
from cordon.media import sequences
from cordon.media.names import folder
from cordon.rules import charsets, structured
from cordon.rules.charsets import SPECIFIC_CHARACTER_SET
from cordon.rules.directory import (
    RELATED_GENERAL_SOP_CLASS_UID,
    UPPER,
    VERIFICATION_DATETIME,
    VERIFYING_OBSERVER_SEQUENCE,
    Key,
    keys_of,
    record_of,
    stands_at_root,
)
from cordon.rules.documents import MIME_TYPE
from cordon.rules.instance import (
    PATIENT_ID,
    SERIES_INSTANCE_UID,
    STUDY_INSTANCE_UID,
)
from cordon.rules.replacements import is_legal
from cordon.rules.values import DUMMIES, code_item, encode_items

RELATED_GENERAL_SOP_CLASS_UID_IN_FILE: Final = 0x0004151A
STUDY_ID: Final = 0x00200010
COMPLETION_FLAG: Final = 0x0040A491
VERIFICATION_FLAG: Final = 0x0040A493
RELATIONSHIP_TYPE: Final = 0x0040A010
HL7_INSTANCE_IDENTIFIER: Final = 0x0040E001
MODIFIES: Final = b"HAS CONCEPT MOD"
"""Of content items, what a directory wants of those below the root."""

_UNKNOWN: Final = b"UNKNOWN"
_CODE: Final = code_item(_UNKNOWN, b"99CORDON", b"Unknown")
_FILLS: Final = {
    **DUMMIES,
    **dict.fromkeys(("CS", "LO", "LT", "PN", "SH", "ST"), _UNKNOWN),
    "SQ": encode_items(_CODE, explicit=True, little=True),
}
"""What fills a Type 1 key, by VR."""

_SAID: Final = {
    0x00080008: rb"ORIGINAL\PRIMARY",
    0x00080060: b"OT",  # Modality
    0x00720006: b"SITE",  # Hanging Protocol Level
    COMPLETION_FLAG: b"PARTIAL",
    VERIFICATION_FLAG: b"UNVERIFIED",
}
"""What fills keys whose values the standard lists."""

_IF_THERE: Final = frozenset(("1C", "3"))
_WHOLE: Final = frozenset(("LT", "ST"))
_ESCAPE: Final = b"\x1b"
_UID_BYTES: Final = frozenset(b"0123456789.")
_MAX_UID: Final = 64

Uppers: TypeAlias = tuple[bytes, bytes, bytes]
"""The keys of the records for patient, study and series; none where there is no such."""


class Entry(NamedTuple):
    """The keys of an instance's records, encoded in explicit VR little endian.

    `record` is the type of its own; without one it is in no directory.
    """

    record: str
    uppers: Uppers = (b"", b"", b"")
    instance: bytes = b""


def entry(outcome: Deidentified) -> Entry:
    """Make the entry for an instance."""
    row, told = outcome.row, outcome.told
    uid = row.sop_instance_uid.encode("latin-1")
    record, is_root, big, before, after = _common(
        row.sop_class_uid, len(uid), row.transfer_syntax_uid
    )
    if not record or not uid:
        return Entry("")
    character_set = told.get(SPECIFIC_CHARACTER_SET, b"")
    own = before + uid + after + _keys(record, told, character_set, big, "")
    if is_root:
        return Entry(record, instance=own)
    upper = tuple(map(told.get, _upper_tags()))
    uppers = _upper_keys(upper, character_set, big, folder(row))
    return Entry(record, uppers, own)


class _Common(NamedTuple):
    """What instances of a SOP Class share that are encoded alike.

    A record of them belongs to no patient if it `is_root`; values are `big` endian, or
    not. What it says of a file stands `before` and `after` a SOP Instance UID.
    """

    record: str
    is_root: bool
    big: bool
    before: bytes
    after: bytes


@lru_cache(maxsize=256)
def _common(sop_class_uid: str, length: int, transfer_syntax_uid: str) -> _Common:
    """Give it for a SOP Instance UID of so many bytes."""
    record = record_of(sop_class_uid)
    header = encode.header(0x00041511, "UI", length + length % 2, True, True)
    before = _element(0x00041510, "UI", sop_class_uid.encode("latin-1")) + header
    after = _element(0x00041512, "UI", transfer_syntax_uid.encode("latin-1"))
    if length % 2:
        after = b"\0" + after  # PS3.5 9.1
    is_root = bool(record) and stands_at_root(record)
    big = transfer_syntax_uid == EXPLICIT_BIG
    return _Common(record, is_root, big, before, after)


@lru_cache(maxsize=256)  # a series shares its upper records
def _upper_keys(
    values: tuple[bytes | None, ...],
    character_set: bytes,
    big: bool,
    folder: str,
) -> Uppers:
    """Encode the keys of the records for patient, study and series, all in `folder`."""
    told = {
        tag: value
        for tag, value in zip(_upper_tags(), values, strict=True)
        if value is not None
    }
    _, *components = folder.split("/")
    places = accumulate(components, "{}/{}".format)
    patient, study, series = (
        _keys(kind, told, character_set, big, place)
        for kind, place in zip(UPPER, places, strict=True)
    )
    return patient, study, series


def uid_for(digest: bytes) -> bytes:
    """Make a UID as a random UUID is, of 16 bytes of a digest (PS3.5 B.2)."""
    number = int.from_bytes(digest[:16])
    number = number & ~(0xF << 76) | 0x4 << 76
    return b"2.25.%d" % (number & ~(0x3 << 62) | 0x2 << 62)


@cache
def _upper_tags() -> tuple[int, ...]:
    """List what has to be known for the keys of all upper records."""
    return tuple(dict.fromkeys(key.tag for kind in UPPER for key in keys_of(kind)))


def _keys(
    record: str, told: Mapping[int, bytes], character_set: bytes, big: bool, place: str
) -> bytes:
    """Encode the keys of a record; `place` is its File ID, if it is no file's."""
    known = character_set if _is_known(character_set) else b""
    elements: list[bytes] = []
    speaks = False
    for key in keys_of(record):
        value, said = _value(key, told, known, big)
        if not value and _must_be(key, told):
            value = _fill(key, place)
        if value or key.type not in _IF_THERE:
            elements.append(_element(key.tag, key.vr, value))
            speaks = speaks or said
    if speaks:
        elements.insert(0, _element(SPECIFIC_CHARACTER_SET, "CS", known))
    related = told.get(RELATED_GENERAL_SOP_CLASS_UID, b"").strip(b"\0 ")
    if related and _UID_BYTES.issuperset(related.replace(b"\\", b"")):
        tag = RELATED_GENERAL_SOP_CLASS_UID_IN_FILE
        elements.insert(0, _element(tag, "UI", related))
    return b"".join(elements)


def _element(tag: int, vr: str, value: bytes) -> bytes:
    return encode.element(tag, vr, value, explicit=True, little=True)


# ------------------------------------------------------------------------- values


def _value(
    key: Key, told: Mapping[int, bytes], character_set: bytes, big: bool
) -> tuple[bytes, bool]:
    """Give a key's value, nothing if it is not legal; and whether that speaks."""
    tag, vr, vm, _ = key
    if tag == VERIFICATION_DATETIME:
        return _verified(told), False
    value = told.get(tag, b"")
    if not value or (tag == HL7_INSTANCE_IDENTIFIER and not _is_cda(told)):
        return b"", False
    if vr == "SQ":
        return _sequence(tag, value, character_set)
    if vr in sequences.WIDTHS:
        return _number(value, sequences.WIDTHS[vr], big), False
    value = value.rstrip(b"\0 ") if vr in _WHOLE else value.strip(b"\0 ")
    if vr == "UI":
        # the files say so as well, legal or not
        legal = len(value) <= _MAX_UID and _UID_BYTES.issuperset(value)
        return (value if legal else b""), False
    speaks = _speaks(value)
    if not speaks:
        text = value.decode("ascii")
    elif character_set:
        text = charsets.decode(value, character_set)
    else:
        return b"", False
    if not charsets.is_text(text) or not is_legal(vr, vm, text):
        return b"", False
    return value, speaks


def _must_be(key: Key, told: Mapping[int, bytes]) -> bool:
    if key.tag == VERIFICATION_DATETIME:
        return _is_verified(told)
    return key.type == "1"


def _fill(key: Key, place: str) -> bytes:
    """Give a value for a key that must have one."""
    if key.tag in (PATIENT_ID, STUDY_ID):
        return place.rpartition("/")[2].encode()
    if key.tag in (STUDY_INSTANCE_UID, SERIES_INSTANCE_UID):
        return uid_for(sha256(place.encode()).digest())
    return _SAID.get(key.tag) or _FILLS[key.vr]


def _number(value: bytes, width: int, big: bool) -> bytes:
    if len(value) != width:
        return b""
    return sequences.swap(value, width) if big else value


def _sequence(tag: int, value: bytes, character_set: bytes) -> tuple[bytes, bool]:
    """Give the items of a sequence; and whether a text in them speaks."""
    try:
        items = sequences.read_items(value)
    except ValueError:
        return b"", False
    if tag == structured.CONTENT:
        items = [item for item in items if _text(item, RELATIONSHIP_TYPE) == MODIFIES]
    speaks = _speaks(sequences.texts(items))
    if speaks and not character_set:
        return b"", False
    return sequences.write_items(items), speaks


def _verified(told: Mapping[int, bytes]) -> bytes:
    """Give the latest Verification DateTime of a document that is verified."""
    if not _is_verified(told):
        return b""
    try:
        observers = sequences.read_items(told.get(VERIFYING_OBSERVER_SEQUENCE, b""))
    except ValueError:
        return b""
    moments = (_text(item, VERIFICATION_DATETIME) for item in observers)
    legal = (
        moment
        for moment in moments
        if moment and is_legal("DT", "1", moment.decode("latin-1"))
    )
    return max(legal, default=b"")


def _is_verified(told: Mapping[int, bytes]) -> bool:
    return told.get(VERIFICATION_FLAG, b"").strip(b"\0 ") == b"VERIFIED"


def _is_cda(told: Mapping[int, bytes]) -> bool:
    """Tell whether an encapsulated document is of HL7's architecture."""
    return told.get(MIME_TYPE, b"").strip(b"\0 ").lower() == b"text/xml"


def _text(item: list[sequences.Element], tag: int) -> bytes:
    for element in item:
        if element.tag == tag and isinstance(element.value, bytes):
            return element.value.strip(b"\0 ")
    return b""


# ----------------------------------------------------------------- character sets


def _speaks(text: bytes) -> bool:
    """Tell whether text needs a Specific Character Set (PS3.5 6.1.2)."""
    return not text.isascii() or text.find(_ESCAPE) >= 0


@lru_cache(maxsize=64)
def _is_known(character_set: bytes) -> bool:
    """Tell whether a Specific Character Set has defined terms only."""
    terms = character_set.decode("latin-1").strip("\0 ").split("\\")
    return any(terms) and all(charsets.is_term(term.strip()) for term in terms)
