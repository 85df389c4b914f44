"""File IDs made from new UIDs (PS3.10 8.2).

At most eight components of eight characters A-Z, 0-9 and _. They depend on what
the instance's UIDs and patient became and on nothing else, so every run and every
engine names an instance alike, and no name tells where it came from.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Final

from cordon.core.outcome import Row

ROOT: Final = "DICOM"
"""The folder that all instances are in."""

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIRS: Final = tuple(low + high for high in _DIGITS for low in _DIGITS)
_ONES: Final = len(_PAIRS)
_SIBLING_LENGTH: Final = 7


def file_id(row: Row) -> str:
    """Name an instance: patient, study, series, image, joined by slashes."""
    return f"{folder(row)}/IM{_digits(row.sop_instance_uid)}"


def folder(row: Row) -> str:
    """Name what an instance belongs to: patient, study, series.

    Without any identity of a patient, each study is its own patient's.
    """
    study = row.study_instance_uid
    return _folder(row.patient or study, study, row.series_instance_uid)


@lru_cache(maxsize=256)
def _folder(patient: str, study: str, series: str) -> str:
    return f"{ROOT}/PT{_digits(patient)}/ST{_digits(study)}/SE{_digits(series)}"


def sibling(name: str, crc32: int) -> str:
    """Name another instance that would have the same File ID, by its content."""
    folder = name.rpartition("/")[0]
    places = range(_SIBLING_LENGTH - 1, -1, -1)
    digits = "".join(_DIGITS[crc32 // 36**place % 36] for place in places)
    return f"{folder}/I{digits}"


def _digits(identity: str) -> str:
    """Give the last six digits of a hash to the base of 36, the lowest first."""
    number = int.from_bytes(sha256(identity.encode()).digest()[:8])
    rest, low = divmod(number, _ONES)
    high, middle = divmod(rest, _ONES)
    return _PAIRS[low] + _PAIRS[middle] + _PAIRS[high % _ONES]
