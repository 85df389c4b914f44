"""File IDs made from new UIDs (PS3.10 8.2).

At most eight components of eight characters A-Z, 0-9 and _. They depend on what
the instance's UIDs and patient became and on nothing else, so every run and every
engine names an instance alike, and no name tells where it came from.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from cordon.core.outcome import Row

ROOT: Final = "DICOM"
"""The folder that all instances are in."""

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENGTH: Final = 6
_SIBLING_LENGTH: Final = 7


class Components(NamedTuple):
    """The components of a File ID, in order."""

    root: str
    patient: str
    study: str
    series: str
    instance: str


def components(row: Row) -> Components:
    """Name an instance and all it belongs to.

    Without any identity of a patient, each study is its own patient's.
    """
    return Components(
        ROOT,
        "PT" + _digits(row.patient or row.study_instance_uid),
        "ST" + _digits(row.study_instance_uid),
        "SE" + _digits(row.series_instance_uid),
        "IM" + _digits(row.sop_instance_uid),
    )


def file_id(row: Row) -> str:
    """Name an instance: patient, study, series, image, joined by slashes."""
    return "/".join(components(row))


def sibling(name: str, crc32: int) -> str:
    """Name another instance that would have the same File ID, by its content."""
    folder = name.rpartition("/")[0]
    return f"{folder}/I{_base36(crc32, _SIBLING_LENGTH)[::-1]}"


@lru_cache(maxsize=4096)  # a series shares all but the last
def _digits(identity: str) -> str:
    number = int.from_bytes(sha256(identity.encode()).digest()[:8])
    return _base36(number, _LENGTH)


def _base36(number: int, length: int) -> str:
    """Give the last `length` digits, the lowest first."""
    return "".join(_DIGITS[number // 36**place % 36] for place in range(length))
