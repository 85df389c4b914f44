"""File IDs made from new UIDs (PS3.10 8.2).

At most eight components of eight characters A-Z, 0-9 and _. They depend on what
the instance's UIDs and patient became and on nothing else, so every run and every
engine names an instance alike, and no name tells where it came from.
"""

from hashlib import sha256
from typing import Final

from cordon.core.outcome import Row

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENGTH: Final = 6


def file_id(row: Row) -> str:
    """Name an instance: patient, study, series, image, joined by slashes."""
    components = (
        "DICOM",
        "PT" + _digits(row.patient),
        "ST" + _digits(row.study_instance_uid),
        "SE" + _digits(row.series_instance_uid),
        "IM" + _digits(row.sop_instance_uid),
    )
    return "/".join(components)


def _digits(identity: str) -> str:
    number = int.from_bytes(sha256(identity.encode()).digest()[:8])
    return "".join(_DIGITS[number // 36**place % 36] for place in range(_LENGTH))
