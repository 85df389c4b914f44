"""What becomes of a source instance that could be read.

A rejection is a result, not an error: the profile worked.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from cordon.core.span import Segment


class Note(NamedTuple):
    """Something a person should know: a stable code, and the data element it is about.

    `place` is as in `(0008,1115)>(0008,1155)`, or empty.
    """

    code: str
    place: str = ""


def place_of(path: tuple[int, ...], tag: int) -> str:
    """Spell where a data element is, within the sequences of `path`."""
    return ">".join(f"({one >> 16:04X},{one & 0xFFFF:04X})" for one in (*path, tag))


class Row(NamedTuple):
    """What may be told about one instance: codes, counts and new UIDs, no value.

    `counts` maps an action code of PS3.15 Table E.1-1a to the number of data elements
    it was applied to, and the code of an option (CID 7050) to the number of those it
    decided on; elements inside a removed sequence are not counted.
    """

    sop_class_uid: str
    transfer_syntax_uid: str
    patient: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    counts: dict[str, int]
    notes: tuple[Note, ...] = ()


class Deidentified(NamedTuple):
    """The de-identified form: write `segments` one after the other.

    `told` holds the values that the profile tells of the result's top level, by tag,
    each as the result encodes it; that of a sequence is its items.
    """

    segments: list[Segment]
    row: Row
    told: Mapping[int, bytes]


class Rejected(NamedTuple):
    """The profile forbids releasing this instance; `reason` is a stable code."""

    reason: str
    notes: tuple[Note, ...] = ()


Outcome: TypeAlias = Deidentified | Rejected
