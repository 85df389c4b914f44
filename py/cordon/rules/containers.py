"""What the result says of itself: preamble, file meta information, markers.

PS3.15 E.1.1: nothing of the old preamble and group 0002 passes; the new ones
describe who wrote the file, and the data set says that it was de-identified.
"""

from functools import cache
from typing import Final

from cordon import __version__
from cordon.core import encode
from cordon.core.container import PREAMBLE, PREFIX, TRANSFER_SYNTAX_UID
from cordon.core.profile import Element, Gap
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

MARKERS: Final = {
    PATIENT_IDENTITY_REMOVED: ("CS", b"YES"),
    DEIDENTIFICATION_METHOD: ("LO", b"Cordon: PS3.15 2026d Basic Profile"),
    LONGITUDINAL_MODIFIED: ("CS", b"REMOVED"),
}
"""Values that every result holds, beside the method codes (PS3.15 E.1.1, E.3.6)."""

INSERTS: Final = tuple(sorted((*MARKERS, DEIDENTIFICATION_METHOD_CODES)))
"""Tags that every result holds, in order."""

METHOD_CODES: Final[dict[bytes, Content]] = {
    b"113100": code_item(
        b"113100", b"DCM", b"Basic Application Confidentiality Profile"
    ),
}
"""The items of CID 7050 that apply, by code value."""


def file_meta(
    sop_class_uid: bytes, sop_instance_uid: bytes, transfer_syntax_uid: str
) -> bytes:
    """Encode preamble, prefix and file meta information (PS3.10 7.1)."""
    elements = (
        (0x00020001, "OB", b"\0\1"),
        (MEDIA_STORAGE_SOP_CLASS_UID, "UI", sop_class_uid),
        (MEDIA_STORAGE_SOP_INSTANCE_UID, "UI", sop_instance_uid),
        (TRANSFER_SYNTAX_UID, "UI", transfer_syntax_uid.encode()),
        (0x00020012, "UI", IMPLEMENTATION_CLASS_UID),
        (0x00020013, "SH", IMPLEMENTATION_VERSION_NAME),
    )
    group = b"".join(
        encode.element(tag, vr, value, explicit=True, little=True)
        for tag, vr, value in elements
        if value
    )
    length = encode.element(
        0x00020000, "UL", len(group).to_bytes(4, "little"), explicit=True, little=True
    )
    return bytes(PREAMBLE) + PREFIX + length + group


@cache
def marker(tag: int, explicit: bool, little: bool) -> bytes:
    """Encode a marker that the source does not have."""
    if tag == DEIDENTIFICATION_METHOD_CODES:
        items = (encode_items(code, explicit, little) for code in METHOD_CODES.values())
        return encode.element(tag, "SQ", b"".join(items), explicit, little)
    vr, value = MARKERS[tag]
    return encode.element(tag, vr, value, explicit, little)


def method_with(earlier: bytes) -> bytes:
    """Add what was done now to what De-identification Method said before."""
    method = MARKERS[DEIDENTIFICATION_METHOD][1]
    values = earlier.rstrip(b"\0 ").split(b"\\") if earlier.strip(b"\0 ") else []
    if method not in [value.strip() for value in values]:
        values.append(method)
    return b"\\".join(values)


def lacking_codes(sequence: Element) -> bytes:
    """Encode the method codes that `sequence` does not have yet."""
    there = {
        edit.value.strip(b"\0 ")
        for item in sequence.items or ()
        for edit in item.edits
        if not isinstance(edit, Gap) and edit.tag == CODE_VALUE and edit.value
    }
    explicit = bool(sequence.vr)
    little = sequence.little or sequence.vr == "UN"
    return b"".join(
        encode_items(content, explicit, little)
        for code, content in METHOD_CODES.items()
        if code not in there
    )
