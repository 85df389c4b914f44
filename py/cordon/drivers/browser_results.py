"""What JavaScript is given: plain objects, and results packed or as segments."""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

from js import Object
from pyodide.ffi import to_js

from cordon.core.alike import Alike
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Profile
from cordon.core.span import Span, size_of
from cordon.core.splice import run, splice
from cordon.drivers.browser_sources import Opened
from cordon.mapping import HEAD, Originals
from cordon.media import records
from cordon.media.archive import DEFLATED, STORED, method_for, pack
from cordon.media.names import file_id
from cordon.media.records import Entry

GIANT: Final = 1 << 24
"""Bytes of a result from which it is packed in parts, on demand."""

Write: TypeAlias = Callable[[bytes], object]


class Packing(NamedTuple):
    """How results become members of an archive."""

    level: int
    """Of deflate, 0 to store."""

    again: bool
    """Whether to deflate pixel data that are compressed already."""

    elsewhere: bool
    """Whether somebody else deflates; what is stored is packed all the same."""

    def method(self, outcome: Deidentified) -> int:
        """Choose the method for a result."""
        if not self.level:
            return STORED
        return DEFLATED if self.again else method_for(outcome.row.transfer_syntax_uid)

    def takes(self, outcome: Deidentified) -> bool:
        """Tell whether a result is packed here, as a whole: giants are not held."""
        deflates = self.method(outcome) == DEFLATED
        elsewhere = self.elsewhere and deflates
        return not elsewhere and size_of(outcome.segments) < GIANT


class Target(NamedTuple):
    """What a result is wanted as, and who sees it."""

    write: Write
    packing: Packing | None
    sliced: bool
    see: Write | None


def plain(reply: dict[str, Any]) -> Any:
    """Make a reply an object of JavaScript's."""
    return to_js(reply, dict_converter=Object.fromEntries)


def giving(write: Write | None) -> Write:
    """Hand bytes over to JavaScript, or to nobody."""
    return (lambda data: write(to_js(data))) if write else len


def rejected(outcome: Rejected) -> dict[str, Any]:
    """Reply that an instance must not be released, and why."""
    notes = [note._asdict() for note in outcome.notes]
    return {"type": "rejected", "reason": outcome.reason, "notes": notes}


def identified(profile: Profile, source: Opened) -> dict[str, Any]:
    """Reply with which original ID became which new one, and nothing else."""
    originals = Originals()
    outcome = run(splice(source.size, originals.noting(profile)), source.read)
    if isinstance(outcome, Rejected):
        return {"type": "rejected", "reason": outcome.reason, "notes": []}
    return {"type": "identified", "head": HEAD, "lines": originals.lines(outcome)}


def deidentified(alike: Alike, source: Opened, target: Target) -> dict[str, Any]:
    """Reply with what became of a source, as it is wanted."""
    engine = splice(source.size, alike.profile, source.first_read, alike)
    outcome = run(engine, source.read)
    if isinstance(outcome, Rejected):
        return rejected(outcome)
    reply: dict[str, Any] = {
        "type": "deidentified",
        "name": file_id(outcome.row),
        "entry": _write_entry(records.entry(outcome)),
        "row": {
            **outcome.row._asdict(),
            "notes": [note._asdict() for note in outcome.row.notes],
        },
    }
    packing, see = target.packing, target.see
    method = packing.method(outcome) if packing else STORED
    if packing:
        reply["method"] = method
    if packing and packing.takes(outcome):
        reply["member"] = _written(outcome, source, target, method)
    elif target.sliced:
        reply["segments"] = _segments(outcome, source.start or 0)
        if see:  # packed for nobody, to be seen
            pack(outcome.segments, source.read, len, STORED, 0, see)
    else:
        reply["plain"] = _written(outcome, source, target, STORED)
    source.finish()
    return reply


def _write_entry(entry: Entry) -> str:
    """Write an entry as one string, which JavaScript keeps and does not look into."""
    keys = *entry.uppers, entry.instance
    return json.dumps([entry.record, *(key.decode("latin-1") for key in keys)])


def read_entry(written: str) -> Entry:
    """Read what JavaScript has kept of an entry."""
    record, *keys = json.loads(written)
    patient, study, series, instance = (key.encode("latin-1") for key in keys)
    return Entry(record, (patient, study, series), instance)


def _written(
    outcome: Deidentified, source: Opened, target: Target, method: int
) -> dict[str, Any]:
    level = target.packing.level if target.packing else 0
    write = giving(target.write)
    member = pack(outcome.segments, source.read, write, method, level, target.see)
    return member._asdict()


def _segments(outcome: Deidentified, start: int) -> list[Any]:
    return [
        Span(segment.start + start, segment.stop + start)._asdict()
        if isinstance(segment, Span)
        else segment
        for segment in outcome.segments
    ]
