"""A source as the system has it: read by ranges, and copied to a staged result."""

import os
from collections.abc import Callable
from errno import errorcode
from typing import Final, Protocol, TypeAlias

from cordon.core.reading import FIRST_READ
from cordon.core.span import Segment, Span
from cordon.drivers.sources import PLAIN, Source

PIECE: Final = 1 << 20
"""Bytes copied at once where the system does not copy by itself."""

AT_ONCE: Final = 1 << 30
"""Bytes that the system is asked to copy at once."""

GATHERED: Final = 16
"""Pieces up to which they are written without being put together, where that can be."""

See: TypeAlias = Callable[[bytes], object]
"""Is shown the bytes of a result, piece by piece."""

_BINARY: Final = getattr(os, "O_BINARY", 0)  # Windows
_READ: Final = os.O_RDONLY | _BINARY | getattr(os, "O_CLOEXEC", 0)
_WRITE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY


class SourceChanged(OSError):  # noqa: N818 - like the system's own
    """A source is not what it was when it was opened."""


class WriteError(Exception):
    """The result cannot be written; `code` is the name of the system's error."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.code = errorcode.get(error.errno or 0, "unknown")


def show(path: str, see: See) -> None:
    """Show a result, which the system may have copied without showing it."""
    try:
        with open(path, "rb") as file:
            while piece := file.read(PIECE):
                see(piece)
    except OSError as error:
        raise WriteError(error) from None


class Opened(Protocol):
    """A source of `size` bytes, opened to be read."""

    size: int
    head: bytes
    """What has been read of its beginning, when it was opened or later."""

    def read(self, span: Span) -> bytes:
        """Give the bytes of `span`; fewer where there are no more."""

    def copy(self, segments: list[Segment], target: int) -> None:
        """Write the result."""

    def finish(self) -> None:
        """See that what was read is what there is."""

    def close(self) -> None:
        """Let go of it."""


class File:
    """A source that is a file: its beginning is kept, its pixels never seen."""

    def __init__(self, path: str) -> None:
        self.number = os.open(path, _READ)
        self.head = b""
        self._status: os.stat_result | None = None
        try:
            self.size = os.lseek(self.number, 0, os.SEEK_END)
            if self.size <= FIRST_READ:
                self.head = _read_at(self.number, self.size, 0)
            else:
                self._status = os.fstat(self.number)
        except OSError:
            self.close()
            raise

    def read(self, span: Span) -> bytes:
        """Give the bytes of `span`; fewer where the file has become shorter."""
        start, stop = span
        if stop <= len(self.head):
            return self.head[start:stop]
        data = _read_at(self.number, stop - start, start)
        if not start and len(data) <= FIRST_READ:
            self.head = data
        return data

    def copy(self, segments: list[Segment], target: int) -> None:
        """Write the result; spans go from file to file where the system can."""
        ready: list[bytes | memoryview] = []
        head, seen = len(self.head), memoryview(self.head)
        for segment in segments:
            if not isinstance(segment, Span):
                ready.append(segment)
            elif segment.stop <= head:
                ready.append(seen[segment.start : segment.stop])
            else:
                if ready:
                    write(target, ready)
                    ready.clear()
                self._copy_span(segment, target)
        if ready:
            write(target, ready)

    def close(self) -> None:
        """Let go of it."""
        os.close(self.number)

    def finish(self) -> None:
        """See that nobody has written to what was not read at once."""
        before = self._status
        if before is not None:
            now = os.fstat(self.number)
            if (before.st_mtime_ns, self.size) != (now.st_mtime_ns, now.st_size):
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
                write(target, [data])
                done = len(data)
            at += done


def opened(source: Source) -> Opened:
    """Open a source to be read, and to be closed."""
    if source.member == PLAIN:
        return File(source.path)
    from cordon.drivers.archives import Member  # which takes long to load

    return Member(source.path, source.member)


def create(path: str) -> int:
    """Open a result to be written; gives its number."""
    try:
        return os.open(path, _WRITE, 0o666)
    except OSError as error:
        raise WriteError(error) from None


def end(target: int) -> None:
    """Close a result."""
    try:
        os.close(target)
    except OSError as error:  # some file systems tell only now
        raise WriteError(error) from None


def whole(span: Span, data: bytes) -> bytes:
    """See that all of a span has been read."""
    if len(data) != span.stop - span.start:
        raise SourceChanged
    return data


def write(target: int, pieces: list[bytes | memoryview]) -> None:
    """Write all of some pieces, one after the other."""
    try:
        done = _gather(target, pieces) if len(pieces) <= GATHERED else 0
        if done < sum(map(len, pieces)):
            data = memoryview(b"".join(pieces))
            while done < len(data):
                done += os.write(target, data[done:])
    except OSError as error:
        raise WriteError(error) from None


def _seek_and_read(number: int, count: int, offset: int) -> bytes:
    os.lseek(number, offset, os.SEEK_SET)
    return os.read(number, count)


_read_at: Final[Callable[[int, int, int], bytes]] = getattr(os, "pread", _seek_and_read)
_gather: Final[Callable[[int, list[bytes | memoryview]], int]] = getattr(
    os, "writev", lambda target, pieces: 0
)
_copy_range: Final[Callable[[int, int, int, int], int] | None] = getattr(
    os, "copy_file_range", None
)
