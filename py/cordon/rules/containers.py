"""What the result says of itself: preamble, file meta information, markers.

PS3.15 E.1.1: nothing of the old preamble and group 0002 passes; the new ones
describe who wrote the file, and the data set says how it was de-identified.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cordon import __version__
from cordon.core import encode
from cordon.core.container import PREAMBLE, PREFIX, TRANSFER_SYNTAX_UID
from cordon.core.profile import Element, Gap
from cordon.rules.options import Option
from cordon.rules.values import Content, code_item, encode_items

MEDIA_STORAGE_SOP_CLASS_UID: Final = 0x00020002
MEDIA_STORAGE_SOP_INSTANCE_UID: Final = 0x00020003

IMPLEMENTATION_CLASS_UID: Final = b"2.25.154553973764462029612029246136952179088"
IMPLEMENTATION_VERSION_NAME: Final = b"CORDON_" + __version__.encode()

CODE_VALUE: Final = 0x00080100
PATIENT_IDENTITY_REMOVED: Final = 0x00120062
DEIDENTIFICATION_METHOD: Final = 0x00120063
DEIDENTIFICATION_METHOD_CODES: Final = 0x00120064
LONGITUDINAL_MODIFIED: Final = 0x00280303

METHOD: Final = b"Cordon: PS3.15 2026d Basic Profile"
DEVIATION: Final = b"Cordon: deviates, as configured"
"""Said beside the method if private or unknown elements or more may have stayed."""

REVIEWED: Final = b"Cordon: descriptions cleaned by review"
"""Said beside it of an instance with a description that a person has let pass."""

INSERTS: Final = (
    PATIENT_IDENTITY_REMOVED,
    DEIDENTIFICATION_METHOD,
    DEIDENTIFICATION_METHOD_CODES,
    LONGITUDINAL_MODIFIED,
)
"""Tags that every result holds, in order (PS3.15 E.1.1, E.3.6)."""

_BEGINNING: Final = (
    bytes(PREAMBLE)
    + PREFIX
    + encode.header(0x00020000, "UL", 4, explicit=True, little=True)
)
_BASIC: Final = (b"113100", b"Basic Application Confidentiality Profile")
_LONGITUDINAL: Final = {b"113106": b"UNMODIFIED", b"113107": b"MODIFIED"}
_NOT_TRUE: Final = frozenset((b"REMOVED", b"MODIFIED"))


class Markers:
    """What a result under these options is marked with."""

    def __init__(
        self, options: tuple[Option, ...], deviates: bool, reviewed: bool = False
    ) -> None:
        codes = [_BASIC, *((one.code, one.meaning.encode()) for one in options)]
        self._codes = {code: code_item(code, b"DCM", name) for code, name in codes}
        said = {METHOD: True, DEVIATION: deviates, REVIEWED: reviewed}
        self._methods = [method for method, true in said.items() if true]
        modified = [
            _LONGITUDINAL[code] for code in self._codes if code in _LONGITUDINAL
        ]
        self._longitudinal = modified[0] if modified else b"REMOVED"
        self.encode = lru_cache(self._encode)

    def value(self, tag: int, earlier: bytes) -> bytes:
        """Give the value of a marker that had a value before."""
        if tag == PATIENT_IDENTITY_REMOVED:
            return b"YES"
        if tag == LONGITUDINAL_MODIFIED:
            # dates that were not the true ones do not become so by being kept
            earlier = earlier.strip(b"\0 ")
            kept = self._longitudinal == b"UNMODIFIED" and earlier in _NOT_TRUE
            return earlier if kept else self._longitudinal
        values = [value.strip(b"\0 ") for value in earlier.split(b"\\")]
        lacking = [method for method in self._methods if method not in values]
        return b"\\".join((*filter(None, values), *lacking))

    def lacking_codes(self, sequence: Element) -> bytes:
        """Encode the method codes that `sequence` does not have yet."""
        there = {
            edit.value.strip(b"\0 ")
            for item in sequence.items or ()
            for edit in item.edits
            if not isinstance(edit, Gap) and edit.tag == CODE_VALUE and edit.value
        }
        little = sequence.little or sequence.vr == "UN"
        return self._items(there, bool(sequence.vr), little)

    def _encode(self, tag: int, explicit: bool, little: bool) -> bytes:
        """Encode a marker that the source does not have."""
        if tag == DEIDENTIFICATION_METHOD_CODES:
            value = self._items(set(), explicit, little)
            return encode.element(tag, "SQ", value, explicit, little)
        vr = "LO" if tag == DEIDENTIFICATION_METHOD else "CS"
        return encode.element(tag, vr, self.value(tag, b""), explicit, little)

    def _items(self, there: set[bytes], explicit: bool, little: bool) -> bytes:
        codes: Mapping[bytes, Content] = self._codes
        return b"".join(
            encode_items(content, explicit, little)
            for code, content in codes.items()
            if code not in there
        )


def file_meta(
    sop_class_uid: bytes, sop_instance_uid: bytes, transfer_syntax_uid: str
) -> bytes:
    """Encode preamble, prefix and file meta information (PS3.10 7.1)."""
    before, after = _meta_around(sop_class_uid, transfer_syntax_uid)
    own = _meta_element(MEDIA_STORAGE_SOP_INSTANCE_UID, "UI", sop_instance_uid)
    size = len(before) + len(own) + len(after)
    return b"".join((_BEGINNING, size.to_bytes(4, "little"), before, own, after))


@lru_cache(maxsize=64)
def _meta_around(sop_class_uid: bytes, transfer_syntax_uid: str) -> tuple[bytes, bytes]:
    """Encode what of group 0002 stands before and after the SOP Instance UID."""
    version = _meta_element(0x00020001, "OB", b"\0\1")
    after = (
        _meta_element(TRANSFER_SYNTAX_UID, "UI", transfer_syntax_uid.encode()),
        _meta_element(0x00020012, "UI", IMPLEMENTATION_CLASS_UID),
        _meta_element(0x00020013, "SH", IMPLEMENTATION_VERSION_NAME),
    )
    sop_class = _meta_element(MEDIA_STORAGE_SOP_CLASS_UID, "UI", sop_class_uid)
    return version + sop_class, b"".join(after)


def _meta_element(tag: int, vr: str, value: bytes) -> bytes:
    return encode.element(tag, vr, value, explicit=True, little=True) if value else b""
