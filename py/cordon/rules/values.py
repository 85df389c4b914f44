"""Dummy values: legal for their VR, and the same for everybody.

PS3.15 E.1.1 asks for dummies that fit the VR and cannot identify. Text dummies are
plain letters, which every Specific Character Set shows alike.
"""

from typing import Final, TypeAlias

from cordon.core import encode

DUMMIES: Final = {
    "AE": b"ANONYMOUS",
    "AS": b"000Y",
    "AT": bytes(4),
    "CS": b"ANON",
    "DA": b"19000101",
    "DS": b"0",
    "DT": b"19000101000000",
    "FD": bytes(8),
    "FL": bytes(4),
    "IS": b"0",
    "LO": b"ANONYMIZED",
    "LT": b"ANONYMIZED",
    "OB": bytes(2),
    "OD": bytes(8),
    "OF": bytes(4),
    "OL": bytes(4),
    "OV": bytes(8),
    "OW": bytes(2),
    "PN": b"Anonymized",
    "SH": b"ANON",
    "SL": bytes(4),
    "SS": bytes(2),
    "ST": b"ANONYMIZED",
    "SV": bytes(8),
    "TM": b"000000",
    "UC": b"ANONYMIZED",
    "UI": b"2.25.0",
    "UL": bytes(4),
    "UN": bytes(2),
    "UR": b"urn:uuid:00000000-0000-0000-0000-000000000000",
    "US": bytes(2),
    "UT": b"ANONYMIZED",
    "UV": bytes(8),
}
"""A value for each VR (PS3.5 6.2)."""

Content: TypeAlias = "tuple[tuple[int, str, bytes | Content], ...]"
"""Data elements of one item: tag, VR and value or, of a sequence, its one item."""


def code_item(value: bytes, scheme: bytes, meaning: bytes) -> Content:
    """Give the item of a code sequence (PS3.3 8.8)."""
    return (
        (0x00080100, "SH", value),
        (0x00080102, "SH", scheme),
        (0x00080104, "LO", meaning),
    )


_NOBODY: Final = code_item(b"ANON", b"99CORDON", b"Anonymized")
_PERSON: Final[Content] = (
    (0x00080080, "LO", DUMMIES["LO"]),
    (0x00401101, "SQ", _NOBODY),
)

SEQUENCE_DUMMIES: Final[dict[int, Content]] = {
    # Institution Code Sequence
    0x00080082: _NOBODY,
    # Operator Identification Sequence
    0x00081072: _PERSON,
    # Referenced Performed Procedure Step Sequence
    0x00081111: (
        (0x00081150, "UI", b"1.2.840.10008.3.1.2.3.3"),
        (0x00081155, "UI", DUMMIES["UI"]),
    ),
    # Flow Identifier Sequence
    0x00340001: ((0x00340002, "OB", DUMMIES["OB"]),),
    # Person Identification Code Sequence
    0x00401101: _NOBODY,
    # Verifying Observer Sequence
    0x0040A073: (
        (0x0040A027, "LO", DUMMIES["LO"]),
        (0x0040A030, "DT", DUMMIES["DT"]),
        (0x0040A075, "PN", DUMMIES["PN"]),
        (0x0040A088, "SQ", ()),
    ),
    # Content Sequence
    0x0040A730: (
        (0x0040A010, "CS", b"CONTAINS"),
        (0x0040A040, "CS", b"TEXT"),
        (0x0040A043, "SQ", code_item(b"121071", b"DCM", b"Finding")),
        (0x0040A160, "UT", DUMMIES["UT"]),
    ),
    # Waveform Annotation Sequence
    0x0040B020: (
        (0x0040A0B0, "US", bytes(4)),
        (0x00700006, "ST", DUMMIES["ST"]),
    ),
    # ROI Interpreter Sequence
    0x3006004E: _PERSON,
}
"""What fills a sequence that must not be empty, as its macro requires (PS3.3)."""


def encode_items(content: Content, explicit: bool, little: bool) -> bytes:
    """Encode one item that holds `content`; no content, no item."""
    if not content:
        return b""
    elements = [
        encode.element(
            tag,
            vr,
            value
            if isinstance(value, bytes)
            else encode_items(value, explicit, little),
            explicit,
            little,
        )
        for tag, vr, value in content
    ]
    return encode.item(b"".join(elements), little)
