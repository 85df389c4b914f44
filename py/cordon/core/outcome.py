"""What becomes of a source instance that could be read.

A rejection is a result, not an error: the profile worked.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from cordon.core.span import Segment


class Row(NamedTuple):
    """What may be told about one instance: codes, counts and new UIDs, no value.

    `counts` maps an action code of PS3.15 Table E.1-1a to the number of data
    elements it was applied to; elements inside a removed sequence are not counted.
    """

    sop_class_uid: str
    transfer_syntax_uid: str
    patient: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Deidentified:
    """The de-identified form: write `segments` one after the other."""

    segments: list[Segment]
    row: Row


@dataclass(frozen=True, slots=True)
class Rejected:
    """The profile forbids releasing this instance; `reason` is a stable code."""

    reason: str


Outcome: TypeAlias = Deidentified | Rejected
