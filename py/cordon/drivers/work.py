"""One instance, from its source to a staged result.

This is what each process does, on this machine or another: it is given paths and
gives back a few words. A result is staged under a name of no meaning; whoever gave
the job puts it in its place, so no half result has a final name.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import errorcode
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple, TypeAlias

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Note, Row
from cordon.core.profile import Profile
from cordon.core.span import Segment, Span, size_of
from cordon.core.splice import FIRST_READ, run, splice
from cordon.drivers.archives import Member
from cordon.drivers.failure import place
from cordon.drivers.sources import PLAIN, Source
from cordon.mapping import Originals
from cordon.media import archive, records
from cordon.media.records import Entry
from cordon.rules.compile import compile_profile
from cordon.rules.descriptions import read_reviewed
from cordon.settings import Settings

PIECE: Final = 1 << 20
"""Bytes copied at once where the system does not copy by itself."""

AT_ONCE: Final = 1 << 30
"""Bytes that the system is asked to copy at once."""

See: TypeAlias = Callable[[bytes], object]
"""Is shown the bytes of a result, piece by piece."""

_BINARY: Final = getattr(os, "O_BINARY", 0)  # Windows
_READ: Final = os.O_RDONLY | _BINARY | getattr(os, "O_CLOEXEC", 0)
_WRITE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY


@dataclass(frozen=True, slots=True)
class Terms:
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


class SourceChanged(OSError):  # noqa: N818 - like the system's own
    """A source is not what it was when it was opened."""


class WriteError(Exception):
    """The result cannot be written; `code` is the name of the system's error."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.code = errorcode.get(error.errno or 0, "unknown")


def perform(job: Job, terms: Terms) -> Done:
    """Do a job; never raises."""
    number = job.number
    try:
        return _perform(job, profile(terms.settings, terms.key, terms.reviewed), terms)
    except InstanceError as error:
        done = Done(number, "unreadable", error.code, error.offset)
    except OSError:
        done = Done(number, "unreadable", "source-lost")
    except WriteError as error:
        done = Done(number, "failed", "not-written", error.code)
    except Exception as error:
        done = Done(number, "failed", type(error).__name__, place(error))
    with suppress(OSError):
        os.unlink(job.staged)
    return done


def in_this_process(jobs: Iterable[Job], terms: Terms) -> Iterator[Done]:
    """Do one job after the other."""
    for job in jobs:
        yield perform(job, terms)


@lru_cache(maxsize=2)
def profile(settings: Settings, key: bytes, reviewed: str = "") -> Profile:
    """Compile the profile, once in each process."""
    return compile_profile(settings, key, read_reviewed(reviewed))


def _perform(job: Job, profile: Profile, terms: Terms) -> Done:
    originals = Originals()
    if terms.mapping:
        profile = originals.noting(profile)
    with _opened(job.source) as source:
        outcome = run(splice(source.size, profile), source.read)
        if not isinstance(outcome, Deidentified):
            return Done(job.number, "rejected", outcome.reason, "", outcome.notes)
        member, digest = None, sha256() if terms.digest else None
        if not terms.dry:
            see = digest.update if digest else None
            with _staged(job.staged) as target:
                if terms.level is None:
                    source.copy(outcome.segments, target)
                else:
                    member = _pack(source, outcome, target, terms.level, see)
            source.finish()
            if see and member is None:
                _show(job.staged, see)
    return Done(
        job.number,
        "deidentified",
        notes=outcome.row.notes,
        row=outcome.row,
        entry=records.entry(outcome) if terms.directory else None,
        size=size_of(outcome.segments),
        member=member,
        sha256=digest.hexdigest() if digest else "",
        mapping=originals.lines(outcome),
    )


def _pack(
    source: "_File | _ArchiveMember",
    outcome: Deidentified,
    target: int,
    level: int,
    see: See | None,
) -> archive.Member:
    method = archive.method_for(outcome.row.transfer_syntax_uid) if level else 0

    def read_all(span: Span) -> bytes:
        return whole(span, source.read(span))

    def write_all(data: bytes) -> None:
        write(target, data)

    return archive.pack(outcome.segments, read_all, write_all, method, level, see)


def _show(path: str, see: See) -> None:
    """Show a result, which the system may have copied without showing it."""
    try:
        with open(path, "rb") as file:
            while piece := file.read(PIECE):
                see(piece)
    except OSError as error:
        raise WriteError(error) from None


@contextmanager
def _opened(source: Source) -> "Iterator[_File | _ArchiveMember]":
    if source.member == PLAIN:
        file = _File(source.path)
        try:
            yield file
        finally:
            os.close(file.number)
    else:
        member = _ArchiveMember(source.path, source.member)
        try:
            yield member
        finally:
            member.close()


@contextmanager
def _staged(path: str) -> Iterator[int]:
    """Open a result to be written; its owner alone may read it until it is placed."""
    try:
        target = os.open(path, _WRITE, 0o666)
    except OSError as error:
        raise WriteError(error) from None
    try:
        yield target
    finally:
        _closed(target)


def _closed(target: int) -> None:
    try:
        os.close(target)
    except OSError as error:  # some file systems tell only now
        raise WriteError(error) from None


class _File:
    """A source that is a file: its beginning is kept, its pixels never seen."""

    def __init__(self, path: str) -> None:
        self.number = os.open(path, _READ)
        self._status = os.fstat(self.number)
        self.size = self._status.st_size
        self._head = b""

    def read(self, span: Span) -> bytes:
        """Give the bytes of `span`; fewer where the file has become shorter."""
        start, stop = span
        if stop <= len(self._head):
            return self._head[start:stop]
        data = _read_at(self.number, stop - start, start)
        if not start and len(data) <= FIRST_READ:
            self._head = data
        return data

    def copy(self, segments: list[Segment], target: int) -> None:
        """Write the result; spans go from file to file where the system can."""
        ready: list[bytes] = []
        head = len(self._head)
        for segment in segments:
            if not isinstance(segment, Span):
                ready.append(segment)
            elif segment.stop <= head:
                ready.append(self._head[segment.start : segment.stop])
            else:
                if ready:
                    write(target, b"".join(ready))
                    ready.clear()
                self._copy_span(segment, target)
        if ready:
            write(target, b"".join(ready))

    def finish(self) -> None:
        """See that nobody has written to it since it was opened."""
        before, now = self._status, os.fstat(self.number)
        if (before.st_mtime_ns, before.st_size) != (now.st_mtime_ns, now.st_size):
            raise SourceChanged

    def _copy_span(self, span: Span, target: int) -> None:
        at, stop = span
        copy = _copy_range
        while at < stop:
            done = 0
            if copy is not None:
                try:
                    done = copy(self.number, target, min(stop - at, AT_ONCE), at)
                except OSError:  # another file system, or none that can
                    copy = None
            if not done:
                copy = None
                data = _read_at(self.number, min(stop - at, PIECE), at)
                if not data:
                    raise SourceChanged
                write(target, data)
                done = len(data)
            at += done


class _ArchiveMember(Member):
    """A source that is a member of an archive."""

    def copy(self, segments: list[Segment], target: int) -> None:
        """Write the result piece by piece."""
        for segment in segments:
            if isinstance(segment, Span):
                for start in range(*segment, PIECE):
                    span = Span(start, min(start + PIECE, segment.stop))
                    write(target, whole(span, self.read(span)))
            else:
                write(target, segment)


def whole(span: Span, data: bytes) -> bytes:
    """See that all of a span has been read."""
    if len(data) != span.stop - span.start:
        raise SourceChanged
    return data


def write(target: int, data: bytes) -> None:
    """Write all of `data`."""
    try:
        done = os.write(target, data)
        while done < len(data):
            done += os.write(target, memoryview(data)[done:])
    except OSError as error:
        raise WriteError(error) from None


def _seek_and_read(number: int, count: int, offset: int) -> bytes:
    os.lseek(number, offset, os.SEEK_SET)
    return os.read(number, count)


_read_at: Final[Callable[[int, int, int], bytes]] = getattr(os, "pread", _seek_and_read)
_copy_range: Final[Callable[[int, int, int, int], int] | None] = getattr(
    os, "copy_file_range", None
)
