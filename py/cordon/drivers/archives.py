"""ZIP archives as files: what is in them, and each member opened to be read.

Nothing is unpacked to disk. Stored and deflated members are read by ranges of the
archive; `zipfile` unpacks what is compressed by rarer methods.
"""

import os
import zipfile
import zlib
from contextlib import suppress
from functools import lru_cache
from typing import IO, Final, cast

from cordon.core.span import Segment, Span
from cordon.drivers.files import PIECE, whole, write
from cordon.media.unpack import (
    DEFLATE64,
    LOCAL_HEADER,
    MemberError,
    MethodError,
    Packed,
    Unpacked,
)

with suppress(ImportError):
    import zipfile_deflate64  # noqa: F401 - teaches `zipfile` the method

BROKEN: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
)
"""What `zipfile` raises of a member that does not hold what the archive says."""

with suppress(ImportError):  # which some Pythons come without
    from lzma import LZMAError

    BROKEN += (LZMAError,)

_ENCRYPTED: Final = 0x1


class ArchiveError(Exception):
    """An archive as a whole cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Deflate64Error(MemberError):
    """A member is compressed by Deflate64, for which an extra has to be installed."""

    code = "archive-deflate64"


def members(path: str) -> list[tuple[int, int]]:
    """List place and size of each file in an archive.

    Raises
    ------
    ArchiveError
        It is no archive, or cannot be read.
    """
    # not the one that is kept open: a forked process would share its place in the file
    with _opened(path) as archive:
        infos = archive.infolist()
    return [(at, one.file_size) for at, one in enumerate(infos) if not one.is_dir()]


def name_of(path: str, place: int) -> str:
    """Name a member, for the screen only."""
    with _opened(path) as archive:
        return archive.infolist()[place].filename


class Member(Unpacked):
    """A member of an archive, opened to be read."""

    head = b""

    def __init__(self, path: str, place: int) -> None:
        try:
            archive = _kept_open(path, os.stat(path).st_mtime_ns)
        except (ArchiveError, OSError):
            raise MemberError(0) from None
        info = archive.infolist()[place]
        file = cast("IO[bytes]", archive.fp)

        def read(start: int, stop: int) -> bytes:
            file.seek(start)
            return file.read(stop - start)

        self._other = _Other(archive, info)
        super().__init__(_packed(archive, info), read, self._other.read)

    def copy(self, segments: list[Segment], target: int) -> None:
        """Write the result piece by piece."""
        for segment in segments:
            if isinstance(segment, Span):
                for start in range(*segment, PIECE):
                    span = Span(start, min(start + PIECE, segment.stop))
                    write(target, [whole(span, self.read(span))])
            else:
                write(target, [segment])

    def close(self) -> None:
        """Let go of it."""
        self._other.close()


class _Other:
    """A member that only `zipfile` can unpack, opened when it is first read."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._info = info
        self._stream: IO[bytes] | None = None

    def read(self, start: int, stop: int) -> bytes:
        """Give the bytes from `start` to `stop`; fewer where there are no more."""
        if self._info.compress_type == DEFLATE64 and not _knows_deflate64():
            raise Deflate64Error(0)
        with _as_member_error(start):
            if self._stream is None:
                self._stream = self._archive.open(self._info)
            if self._stream.tell() != start:
                self._stream.seek(start)
            data = self._stream.read(stop - start)
        return data

    def close(self) -> None:
        """Let go of it."""
        if self._stream is not None:
            self._stream.close()


def _packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Packed:
    return Packed(
        info.header_offset,
        info.compress_size,
        info.file_size,
        info.compress_type,
        info.CRC,
        encrypted=bool(info.flag_bits & _ENCRYPTED),
        overlaps=info.header_offset in _shared(archive),
    )


class _as_member_error:  # noqa: N801 - reads as what it does
    """Turn what `zipfile` raises into an error of the member, saying only where."""

    def __init__(self, offset: int) -> None:
        self._offset = offset

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, NotImplementedError):
            raise MethodError(self._offset) from None
        # bz2 has no error of its own; one of the system has a number
        unnumbered = isinstance(error, OSError) and error.errno is None
        if unnumbered or isinstance(error, BROKEN):
            raise MemberError(self._offset) from None


@lru_cache(maxsize=4)
def _kept_open(path: str, modified: int) -> zipfile.ZipFile:
    """Open an archive, once for all its members in this process."""
    return _opened(path)


def _opened(path: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError):
        raise ArchiveError("archive-malformed") from None
    except OSError:
        raise ArchiveError("source-lost") from None


@lru_cache(maxsize=4)
def _shared(archive: zipfile.ZipFile) -> frozenset[int]:
    """List the offsets of members whose bytes reach into the next one's."""
    spans = sorted(
        (one.header_offset, one.header_offset + LOCAL_HEADER.size + one.compress_size)
        for one in archive.infolist()
    )
    reach, shared = 0, set()
    for start, stop in spans:
        if start < reach:
            shared.add(start)
        reach = max(reach, stop)
    return frozenset(shared)


def _knows_deflate64() -> bool:
    return "zipfile_deflate64" in globals()
