"""A synthetic study, to try the software with before any real file is at hand.

The patient is invented and so is the picture: ellipses in a head, drawn slice by slice.
The headers hold what headers of scanners hold, names in free text and private data
elements among it, so that there is something to be seen going.
"""

import sys
from array import array
from collections.abc import Iterator
from typing import Final, TypeAlias

from cordon.core.container import EXPLICIT_LITTLE
from cordon.core.encode import element, item

SLICES: Final = 12
SIDE: Final = 128

Elements: TypeAlias = list[tuple[int, str, object]]
"""Tag, VR and value of each data element; the value of a sequence is its items."""

_ROOT: Final = "1.2.826.0.1.3680043.8.498.7"
_CT: Final = "1.2.840.10008.5.1.4.1.1.2"
_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"

# centre, radii and Hounsfield units: skull, brain, ventricles, a lesion
_ELLIPSES: Final = (
    (0.50, 0.50, 0.42, 0.48, 900),
    (0.50, 0.50, 0.38, 0.44, 38),
    (0.43, 0.47, 0.05, 0.14, 6),
    (0.57, 0.47, 0.05, 0.14, 6),
    (0.66, 0.62, 0.06, 0.05, 65),
)
_AIR: Final = -1000


def study() -> Iterator[tuple[str, bytes]]:
    """Make the instances, each with the path of its file."""
    for number in range(1, SLICES + 1):
        yield f"DOE JANE/CT HEAD/IM{number:04}", _instance(_slice(number))
    yield "DOE JANE/REPORT/CAPTURE", _instance(_capture())


def _slice(number: int) -> Elements:
    along = abs(2 * (number - 0.5) / SLICES - 1)
    pixels = _picture((1 - along**2) ** 0.5)
    return [
        (0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
        *_common(_CT, f"{_ROOT}.3.{number}", "CT"),
        (0x0008103E, "LO", "CT HEAD AXIAL for Dr. Example"),
        (0x00081090, "LO", "SAMPLE SCANNER"),
        (0x00081110, "SQ", [[(0x00081150, "UI", _CT), (0x00081155, "UI", _ROOT)]]),
        *_patient(),
        (0x00180050, "DS", "5"),
        (0x00180060, "DS", "120"),
        (0x00181000, "LO", "SN-4711"),
        (0x00181030, "LO", "HEAD ROUTINE"),
        (0x00185100, "CS", "HFS"),
        (0x0020000D, "UI", f"{_ROOT}.1"),
        (0x0020000E, "UI", f"{_ROOT}.2"),
        (0x00200010, "SH", "S-2024"),
        (0x00200011, "IS", "2"),
        (0x00200012, "IS", "1"),
        (0x00200013, "IS", str(number)),
        (0x00200032, "DS", f"-125\\-125\\{5 * number}"),
        (0x00200037, "DS", "1\\0\\0\\0\\1\\0"),
        (0x00200052, "UI", f"{_ROOT}.4"),
        (0x00200060, "CS", ""),
        (0x00201040, "LO", ""),
        (0x00280002, "US", 1),
        (0x00280004, "CS", "MONOCHROME2"),
        (0x00280010, "US", SIDE),
        (0x00280011, "US", SIDE),
        (0x00280030, "DS", "1.953125\\1.953125"),
        (0x00280100, "US", 16),
        (0x00280101, "US", 16),
        (0x00280102, "US", 15),
        (0x00280103, "US", 1),
        (0x00281050, "DS", "40"),
        (0x00281051, "DS", "100"),
        (0x00281052, "DS", "0"),
        (0x00281053, "DS", "1"),
        (0x00290010, "LO", "SAMPLE VENDOR 1.0"),
        (0x00291001, "LO", "Operator note: Jane Doe, room 12"),
        (0x7FE00010, "OW", pixels),
    ]


def _capture() -> Elements:
    """Draw a page with writing in it, as a dose sheet is."""
    rows = [bytearray(b"\x20" * SIDE) for _ in range(SIDE)]
    for top in (12, 24, 36):
        for line in range(top, top + 5):
            rows[line][10 : 10 + 2 * top] = b"\xe0" * (2 * top)
    return [
        (0x00080008, "CS", "DERIVED\\SECONDARY"),
        *_common(_CAPTURE, f"{_ROOT}.5.1", "OT"),
        (0x00080064, "CS", "WSD"),
        (0x0008103E, "LO", "Dose report DOE JANE"),
        *_patient(),
        (0x0020000D, "UI", f"{_ROOT}.1"),
        (0x0020000E, "UI", f"{_ROOT}.5"),
        (0x00200010, "SH", "S-2024"),
        (0x00200011, "IS", "99"),
        (0x00200013, "IS", "1"),
        (0x00200020, "CS", ""),
        (0x00200060, "CS", ""),
        (0x00280002, "US", 1),
        (0x00280004, "CS", "MONOCHROME2"),
        (0x00280010, "US", SIDE),
        (0x00280011, "US", SIDE),
        (0x00280100, "US", 8),
        (0x00280101, "US", 8),
        (0x00280102, "US", 7),
        (0x00280103, "US", 0),
        (0x00280301, "CS", "YES"),
        (0x7FE00010, "OB", b"".join(rows)),
    ]


def _common(sop_class_uid: str, instance_uid: str, modality: str) -> Elements:
    return [
        (0x00080016, "UI", sop_class_uid),
        (0x00080018, "UI", instance_uid),
        (0x00080020, "DA", "20240229"),
        (0x00080021, "DA", "20240229"),
        (0x00080022, "DA", "20240229"),
        (0x00080023, "DA", "20240229"),
        (0x00080030, "TM", "101500"),
        (0x00080033, "TM", "101611"),
        (0x00080050, "SH", "ACC-0815"),
        (0x00080060, "CS", modality),
        (0x00080070, "LO", "SAMPLE VENDOR"),
        (0x00080080, "LO", "Sample General Hospital"),
        (0x00080081, "ST", "1 Example Street, Sampletown"),
        (0x00080090, "PN", "Example^Erin^^Dr."),
        (0x00081010, "SH", "CT-ROOM-12"),
        (0x00081030, "LO", "Head CT of Jane Doe"),
        (0x00081070, "PN", "Operator^Olga"),
    ]


def _patient() -> Elements:
    return [
        (0x00100010, "PN", "Doe^Jane"),
        (0x00100020, "LO", "PAT-123456"),
        (0x00100030, "DA", "19700401"),
        (0x00100040, "CS", "F"),
        (0x00101010, "AS", "053Y"),
        (0x00101030, "DS", "64"),
        (0x00101040, "LO", "7 Invented Road, Sampletown"),
        (0x00102154, "SH", "555-0100"),
    ]


def _picture(scale: float) -> bytes:
    pixels = array("h", [_AIR]) * (SIDE * SIDE)
    for x, y, width, height, value in _ELLIPSES:
        for row in range(SIDE):
            left = 1 - ((row / SIDE - y) / (height * scale)) ** 2
            if left > 0:
                half = left**0.5 * width * scale
                first, last = int((x - half) * SIDE), int((x + half) * SIDE)
                at = row * SIDE
                pixels[at + first : at + last] = array("h", [value]) * (last - first)
    if sys.byteorder == "big":
        pixels.byteswap()
    return pixels.tobytes()


def _instance(elements: Elements) -> bytes:
    values = {tag: value for tag, _, value in elements}
    meta = _data_set(
        [
            (0x00020001, "OB", b"\0\1"),
            (0x00020002, "UI", values[0x00080016]),
            (0x00020003, "UI", values[0x00080018]),
            (0x00020010, "UI", EXPLICIT_LITTLE),
            (0x00020012, "UI", f"{_ROOT}.9"),
            (0x00020016, "AE", "SAMPLE_AE"),
        ]
    )
    length = element(0x00020000, "UL", len(meta).to_bytes(4, "little"), True, True)
    return b"\0" * 128 + b"DICM" + length + meta + _data_set(elements)


def _data_set(elements: Elements) -> bytes:
    return b"".join(
        element(tag, vr, _value(value), True, True)
        for tag, vr, value in sorted(elements, key=lambda one: one[0])
    )


def _value(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, int):
        return value.to_bytes(2, "little")
    if isinstance(value, list):
        return b"".join(item(_data_set(one), True) for one in value)
    return str(value).encode()
