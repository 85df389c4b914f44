"""The head of a data element: tag, VR and length (PS3.5 7.1).

Here it is read for who reads one after the other; the scan has the same in its loop,
for speed.
"""

import struct
from typing import Final

SHORT_VRS: Final = {
    name.encode(): name
    for name in (
        [
            "AE",
            "AS",
            "AT",
            "CS",
            "DA",
            "DS",
            "DT",
            "FD",
            "FL",
            "IS",
            "LO",
            "LT",
            "PN",
            "SH",
            "SL",
            "SS",
            "ST",
            "TM",
            "UI",
            "UL",
            "US",
        ]
    )
}
"""VRs with a length of two bytes in explicit VR (PS3.5 7.1.2)."""

LONG_VRS: Final = {
    name.encode(): name
    for name in [
        "OB",
        "OD",
        "OF",
        "OL",
        "OV",
        "OW",
        "SQ",
        "SV",
        "UC",
        "UN",
        "UR",
        "UT",
        "UV",
    ]
}
"""VRs with two reserved bytes and a length of four."""

UNDEFINED: Final = 0xFFFFFFFF
ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
ITEM_TAGS: Final = (b"\xff\xfe\xe0\x00", b"\xfe\xff\x00\xe0")
SEQUENCE_END: Final = 0xFFFEE0DD

# each by `little`
EXPLICIT: Final = tuple(struct.Struct(f"{o}HH2sH").unpack_from for o in "><")
IMPLICIT: Final = tuple(struct.Struct(f"{o}HHI").unpack_from for o in "><")
LENGTH: Final = tuple(struct.Struct(f"{o}I").unpack_from for o in "><")

_DELIMITERS: Final = ITEM >> 16


def read_head(
    data: bytes, at: int, explicit: bool, little: bool
) -> tuple[int, bytes, int, int]:
    """Give tag, VR, where the value is and how long; no VR where none is said.

    Raises
    ------
    struct.error
        Not all of it is there.
    """
    group, number, vr, length = EXPLICIT[little](data, at)
    tag = group << 16 | number
    if explicit and group != _DELIMITERS:
        if vr in SHORT_VRS:
            return tag, vr, at + 8, length
        if vr in LONG_VRS:
            return tag, vr, at + 12, LENGTH[little](data, at + 8)[0]
    # some writers fall back to implicit VR half-way
    return tag, b"", at + 8, LENGTH[little](data, at + 4)[0]
