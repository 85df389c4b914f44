"""Instances whose pixels may show who the patient is (PS3.3 C.7.6.1, C.7.6.3).

Nothing here looks at a pixel: it goes by what the instance says of itself and by the
kinds that are known for it.
"""

from collections.abc import Mapping
from typing import Final

IMAGE_TYPE: Final = 0x00080008
MODALITY: Final = 0x00080060
CONVERSION_TYPE: Final = 0x00080064
ROWS: Final = 0x00280010
BURNED_IN_ANNOTATION: Final = 0x00280301

READ: Final = (IMAGE_TYPE, MODALITY, CONVERSION_TYPE, ROWS, BURNED_IN_ANNOTATION)
"""Attributes to read."""

# ultrasound, also the retired classes
_ULTRASOUND: Final = ("3", "3.1", "6", "6.1", "6.2", "6.3")
_SECONDARY_CAPTURE: Final = ("7", "7.1", "7.2", "7.3", "7.4")
_FLUOROSCOPY: Final = ("12.1", "12.1.1", "12.2", "12.2.1", "12.3")
_VISIBLE_LIGHT: Final = (
    *("77.1", "77.1.1", "77.1.1.1", "77.1.2", "77.1.2.1", "77.1.4", "77.1.4.1"),
    *("77.1.5.1", "77.1.5.2"),
)
_CLASSES: Final = frozenset(
    b"1.2.840.10008.5.1.4.1.1." + suffix.encode()
    for suffix in (
        *_ULTRASOUND,
        *_SECONDARY_CAPTURE,
        *_FLUOROSCOPY,
        *_VISIBLE_LIGHT,
    )
)
_MODALITIES: Final = frozenset(
    (b"US", b"IVUS", b"ES", b"XC", b"GM", b"SC", b"OT", b"RF", b"XA", b"DOC", b"HC")
)
_IMAGE_TYPES: Final = (b"SCREEN", b"DOSE", b"CAPTURE", b"REPORT", b"PROTOCOL", b"LABEL")
_CONVERTED: Final = frozenset((b"DV", b"DI", b"DF", b"WSD", b"SD", b"SI", b"DRW"))


def may_show_text(sop_class_uid: bytes, values: Mapping[int, bytes]) -> bool:
    """Tell whether text burned into the pixels is declared, or likely."""
    declared = values.get(BURNED_IN_ANNOTATION, b"").strip(b"\0 ").upper()
    if declared == b"YES":
        return True
    if declared == b"NO" or ROWS not in values:
        return False
    image_type = values.get(IMAGE_TYPE, b"").upper()
    return (
        sop_class_uid in _CLASSES
        or values.get(MODALITY, b"").strip(b"\0 ").upper() in _MODALITIES
        or values.get(CONVERSION_TYPE, b"").strip(b"\0 ").upper() in _CONVERTED
        or any(word in image_type for word in _IMAGE_TYPES)
    )
