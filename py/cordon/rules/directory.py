"""What a directory says of an instance (PS3.3 Annex F).

The type of the directory record that its SOP Class has, and the keys of each type:
attributes that are copied from the instance, or of its patient, study and series.
"""

from functools import cache
from typing import Final, NamedTuple

from cordon.rules import tables
from cordon.rules.charsets import SPECIFIC_CHARACTER_SET
from cordon.rules.dictionary import public_vrs, vm_of

RELATED_GENERAL_SOP_CLASS_UID: Final = 0x0008001A
VERIFICATION_DATETIME: Final = 0x0040A030
VERIFYING_OBSERVER_SEQUENCE: Final = 0x0040A073

_SERIES: Final = "SERIES"
UPPER: Final = ("PATIENT", "STUDY", _SERIES)
"""Types of records that reference no file, from the root down (PS3.3 F.4)."""

_ROOT: Final = "ROOT"
_COLUMNS: Final = {"type1": "1", "type1c": "1C", "type2": "2"}


class Key(NamedTuple):
    """An attribute of a directory record; `type` is 1, 1C, 2 or 3."""

    tag: int
    vr: str
    vm: str
    type: str


_SERIES_DESCRIPTION: Final = Key(0x0008103E, "LO", "1", "3")
"""What viewers show of a series, if it has it; the one Type 3 key."""


def record_of(sop_class_uid: str) -> str:
    """Give the type of record for a SOP Class; empty if it has none."""
    return _types().get(sop_class_uid, "")


@cache
def keys_of(record: str) -> tuple[Key, ...]:
    """Give the keys of a type of record by tag, Specific Character Set apart."""
    row = _rows()[record]
    keys = [
        Key(tag, public_vrs()[tag], vm_of(tag), kind)
        for column, kind in _COLUMNS.items()
        for tag in (int(digits, 16) for digits in row[column].split())
    ]
    if record == _SERIES:
        keys.append(_SERIES_DESCRIPTION)
    return tuple(sorted(keys))


@cache
def stands_at_root(record: str) -> bool:
    """Tell whether a type of record belongs to no patient (PS3.3 Table F.4-1)."""
    return _rows()[record]["parent"] == _ROOT


@cache
def tells() -> frozenset[int]:
    """List the attributes that have to be known of a result."""
    keys = {key.tag for record in _rows() for key in keys_of(record)}
    keys |= {SPECIFIC_CHARACTER_SET, RELATED_GENERAL_SOP_CLASS_UID}
    # what Verification DateTime is, an item of this says
    return frozenset(keys - {VERIFICATION_DATETIME} | {VERIFYING_OBSERVER_SEQUENCE})


@cache
def _types() -> dict[str, str]:
    rows = tables.read("record_types.csv")
    return {row["sop_class_uid"]: row["record"] for row in rows}


@cache
def _rows() -> dict[str, dict[str, str]]:
    return {row["record"]: row for row in tables.read("record_keys.csv")}
