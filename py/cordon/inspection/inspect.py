"""Inspect one instance: what would become of it, and why.

The engine runs as for a release, under rules that note what they decide; what forbids
the release is told beside the rows.
"""

import gc
from typing import Any

from pydicom import config
from pydicom.uid import UID

from cordon.core.listing import Read, elements, nearby, opened, planned
from cordon.core.outcome import Deidentified, Note
from cordon.core.profile import Element
from cordon.core.splice import run, splice
from cordon.inspection.image import image_of
from cordon.inspection.rows import Rows
from cordon.inspection.trace import Trace, Traced
from cordon.rules.dictionary import public_vrs


def inspect(traced: Traced, size: int, read: Read) -> dict[str, Any]:
    """Inspect a source of `size` bytes under a profile.

    Raises
    ------
    InstanceError
        The source cannot be read.
    """
    # all that is made here lives until it is shown: no garbage to be looked for
    gc.disable()
    try:
        return _inspected(traced, size, read)
    finally:
        gc.enable()


def _inspected(traced: Traced, size: int, read: Read) -> dict[str, Any]:
    trace = traced.trace = Trace()
    outcome = run(splice(size, traced.profile), read)
    assert isinstance(outcome, Deidentified)  # noqa: S101 - a trace rejects nothing
    vrs = public_vrs()
    old = opened(read, size)
    new = opened(*planned(outcome.segments, nearby(read, size)))
    olds, news = elements(old, vrs), elements(new, vrs)
    notes = _notes(trace, outcome)
    rows = Rows(traced, trace, _by_place(notes), _count(olds) + _count(news))
    rows.meta(old.container.meta, new.container.meta)
    rows.data_set(old, olds, new, news)
    row = outcome.row
    return {
        "rejected": trace.rejected.reason if trace.rejected else "",
        "sop_class": _name(row.sop_class_uid),
        "iod": trace.instance.iod if trace.instance else None,
        "transfer_syntax": _name(row.transfer_syntax_uid),
        "notes": [note._asdict() for note in notes],
        "whys": [
            {"by": by, "option": option, "listed": listed}
            for by, option, listed in rows.whys
        ],
        "rows": rows.rows,
        "left_out": rows.left_out,
        "image": image_of(old, olds),
    }


def _notes(trace: Trace, outcome: Deidentified) -> list[Note]:
    rejected = trace.rejected.notes if trace.rejected else ()
    return list(dict.fromkeys((*rejected, *outcome.row.notes)))


def _by_place(notes: list[Note]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for note in notes:
        if note.place:
            found.setdefault(note.place, []).append(note.code)
    return found


def _count(listed: list[Element]) -> int:
    """Count data elements, those in items too."""
    inner = (
        _count([edit for edit in item.edits if isinstance(edit, Element)])
        for element in listed
        for item in element.items or ()
    )
    return len(listed) + sum(inner)


def _name(uid: str) -> str:
    """Name what DICOM registers; else the UID itself."""
    return UID(uid, validation_mode=config.IGNORE).name
