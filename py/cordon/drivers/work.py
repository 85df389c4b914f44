"""One instance, from its source to a staged result.

This is what each process does, on this machine or another: it is given paths and
gives back a few words. A result is staged under a name of no meaning; whoever gave
the job puts it in its place, so no half result has a final name.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple, TypeAlias

from cordon.core.alike import Alike
from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Note, Row
from cordon.core.profile import Profile
from cordon.core.span import Span, size_of
from cordon.core.splice import run, splice
from cordon.drivers.failure import place
from cordon.drivers.files import (
    Opened,
    See,
    WriteError,
    create,
    end,
    opened,
    show,
    whole,
    write,
)
from cordon.drivers.sources import Source
from cordon.mapping import Originals
from cordon.media import archive, records
from cordon.media.records import Entry
from cordon.rules.compile import compile_profile
from cordon.rules.descriptions import read_reviewed
from cordon.settings import Settings

BATCH: Final = 32
"""Jobs given out at once, at most."""

BATCH_BYTES: Final = 1 << 24
"""Bytes of sources given out at once, about."""


class Terms(NamedTuple):
    """What all jobs of a run share.

    `level` is of deflate, if results are to be members of a ZIP archive. With
    `directory` each outcome has what a DICOMDIR says of it, with `digest` the SHA-256
    of the result, with `mapping` its original IDs; `dry` writes nothing. `reviewed` is
    JSON; see `cordon.rules.descriptions`.
    """

    settings: Settings
    key: bytes
    level: int | None = None
    directory: bool = True
    dry: bool = False
    reviewed: str = ""
    digest: bool = False
    mapping: bool = False


class Job(NamedTuple):
    """A source, its number in the run, and where to stage the result."""

    number: int
    source: Source
    staged: str


class Done(NamedTuple):
    """What became of a job: no value but what was asked for as `mapping`, no path.

    `outcome` is deidentified, rejected, unreadable or failed, `code` why, `at` an
    offset in the source or a place in the code. `size` is of the result, in bytes.
    `mapping` has lines of original and new IDs.
    """

    number: int
    outcome: str
    code: str = ""
    at: int | str = ""
    notes: tuple[Note, ...] = ()
    row: Row | None = None
    entry: Entry | None = None
    size: int = 0
    member: archive.Member | None = None
    sha256: str = ""
    mapping: tuple[str, ...] = ()


_Plan: TypeAlias = tuple[Job, Opened, Deidentified, Done]
"""A job whose source is open, what is to be written, and what is told then."""


def perform(jobs: Sequence[Job], terms: Terms) -> Iterator[Done]:
    """Do one job after the other; what goes wrong with one is what became of it.

    A few are opened, then planned, then written: what reads and copies pixels drives
    all else out of the processor's caches.
    """
    alike = _alike(terms.settings, terms.key, terms.reviewed)
    for batch in batched(jobs):
        sources = [(job, _open(job)) for job in batch]
        plans = [
            source if isinstance(source, Done) else _plan(job, source, terms, alike)
            for job, source in sources
        ]
        yield from [
            plan if isinstance(plan, Done) else _carry_out(plan, terms)
            for plan in plans
        ]


def batched(jobs: Sequence[Job], parts: int = 1) -> Iterator[list[Job]]:
    """Group jobs, so that there are many groups and none is heavy."""
    most = max(1, min(BATCH, len(jobs) // parts))
    batch: list[Job] = []
    size = 0
    for job in jobs:
        batch.append(job)
        size += job.source.size
        if len(batch) >= most or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@lru_cache(maxsize=2)
def profile(settings: Settings, key: bytes, reviewed: str = "") -> Profile:
    """Compile the profile, once in each process."""
    return compile_profile(settings, key, read_reviewed(reviewed))


@lru_cache(maxsize=2)
def _alike(settings: Settings, key: bytes, reviewed: str) -> Alike:
    """Remember the last series, in each process."""
    return Alike(profile(settings, key, reviewed))


def _open(job: Job) -> Opened | Done:
    """Open a source."""
    try:
        return opened(job.source)
    except Exception as error:
        return _failed(job, error)


def _plan(job: Job, source: Opened, terms: Terms, alike: Alike) -> _Plan | Done:
    """Plan the result of a source."""
    originals = Originals() if terms.mapping else None
    try:
        if originals:
            engine = splice(source.size, originals.noting(alike.profile))
        else:
            engine = splice(source.size, alike.profile, alike=alike, head=source.head)
        outcome = run(engine, source.read)
        if isinstance(outcome, Deidentified):
            done = Done(
                job.number,
                "deidentified",
                notes=outcome.row.notes,
                row=outcome.row,
                entry=records.entry(outcome) if terms.directory else None,
                size=size_of(outcome.segments),
                mapping=originals.lines(outcome) if originals else (),
            )
            return job, source, outcome, done
    except Exception as error:
        source.close()
        return _failed(job, error)
    source.close()
    return Done(job.number, "rejected", outcome.reason, "", outcome.notes)


def _carry_out(plan: _Plan, terms: Terms) -> Done:
    """Write a result; gives what was planned to be told, with what only now is known."""
    job, source, outcome, done = plan
    member, digest = None, sha256() if terms.digest else None
    try:
        if not terms.dry:
            see = digest.update if digest else None
            target = create(job.staged)
            try:
                if terms.level is None:
                    source.copy(outcome.segments, target)
                else:
                    member = _pack(source, outcome, target, terms.level, see)
            finally:
                end(target)
            source.finish()
            if see and member is None:
                show(job.staged, see)
        if member or digest:
            summed = digest.hexdigest() if digest else ""
            done = done._replace(member=member, sha256=summed)
        return done
    except Exception as error:
        return _failed(job, error)
    finally:
        source.close()


def _failed(job: Job, error: Exception) -> Done:
    """Tell what went wrong; nothing stays staged."""
    with suppress(OSError):
        os.unlink(job.staged)
    if isinstance(error, InstanceError):
        return Done(job.number, "unreadable", error.code, error.offset)
    if isinstance(error, OSError):
        return Done(job.number, "unreadable", "source-lost")
    if isinstance(error, WriteError):
        return Done(job.number, "failed", "not-written", error.code)
    return Done(job.number, "failed", type(error).__name__, place(error))


def _pack(
    source: Opened,
    outcome: Deidentified,
    target: int,
    level: int,
    see: See | None,
) -> archive.Member:
    method = archive.method_for(outcome.row.transfer_syntax_uid) if level else 0

    def read_all(span: Span) -> bytes:
        return whole(span, source.read(span))

    def write_all(data: bytes) -> None:
        write(target, [data])

    return archive.pack(outcome.segments, read_all, write_all, method, level, see)
