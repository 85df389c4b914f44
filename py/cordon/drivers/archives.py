"""Instances in ZIP archives, read where they lie: nothing is unpacked to disk.

A small member is inflated once, in memory. A large one is inflated as it is read, from
its beginning again if something before is wanted. What an archive says of sizes is not
believed: a member that ends early, has another sum, shares its bytes with others or
swells beyond all reason is an error of that member.
"""

import os
import zipfile
import zlib
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

from cordon.core.errors import InstanceError
from cordon.core.span import Span

with suppress(ImportError):
    import zipfile_deflate64  # noqa: F401 - teaches `zipfile` the method

WHOLE: Final = 1 << 24
"""Bytes up to which a member is inflated at once."""

PIECE: Final = 1 << 20
"""Bytes that are inflated at once of a larger one."""

SWELLS: Final = 1 << 26
MAX_RATIO: Final = 200
"""What more than SWELLS bytes may be inflated from, at most: pixels rarely pass 10."""

_MAGIC: Final = b"PK\3\4"
_DEFLATE64: Final = 9
_ENCRYPTED: Final = 0x1
_LOCAL_HEADER: Final = 30


class ArchiveError(Exception):
    """An archive as a whole cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MemberError(InstanceError):
    """A member does not hold what the archive says."""

    code = "archive-member"


class BombError(MemberError):
    """A member swells beyond reason, or shares its bytes with another."""

    code = "archive-bomb"


class EncryptedError(MemberError):
    """A member is encrypted."""

    code = "archive-encrypted"


class MethodError(MemberError):
    """A member is compressed by a method that is not known here."""

    code = "archive-method"


class Deflate64Error(MemberError):
    """A member is compressed by Deflate64, for which an extra has to be installed."""

    code = "archive-deflate64"


def is_archive(path: str) -> bool:
    """Tell by its name whether a file is to be looked into."""
    return path[-4:].lower() == ".zip"


def begins_archive(path: str) -> bool:
    """Tell by its first bytes whether a file is an archive, whatever its name."""
    with open(path, "rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


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


class Member:
    """A member of an archive, opened to be read."""

    def __init__(self, path: str, place: int) -> None:
        try:
            self._archive = _kept_open(path, os.stat(path).st_mtime_ns)
        except (ArchiveError, OSError):
            raise MemberError(0) from None
        self._info = self._archive.infolist()[place]
        self.size = self._info.file_size
        self._judge()
        self._whole: bytes | None = None
        self._stream: Any = None
        with _as_member_error(0):
            self._stream = self._archive.open(self._info)
            if self.size <= WHOLE:
                self._whole = self._stream.read()
        if self._whole is not None and len(self._whole) != self.size:
            raise MemberError(len(self._whole))

    def read(self, span: Span) -> bytes:
        """Give the bytes of `span`; fewer where the member ends early."""
        if self._whole is not None:
            return self._whole[span.start : span.stop]
        with _as_member_error(span.start):
            if self._stream.tell() != span.start:
                self._stream.seek(span.start)
            data: bytes = self._stream.read(span.stop - span.start)
        return data

    def finish(self) -> None:
        """Read to the end, which tells whether all that was read is right."""
        if self._whole is None:
            with _as_member_error(0):
                while self._stream.read(PIECE):
                    pass

    def close(self) -> None:
        """Let go of it."""
        self._stream.close()

    def _judge(self) -> None:
        info = self._info
        if info.flag_bits & _ENCRYPTED:
            raise EncryptedError(0)
        if info.file_size > max(SWELLS, info.compress_size * MAX_RATIO):
            raise BombError(0)
        if info.compress_type == zipfile.ZIP_STORED:
            if info.file_size != info.compress_size:
                raise MemberError(0)
        elif info.compress_type == _DEFLATE64 and not _knows_deflate64():
            raise Deflate64Error(0)
        if info.header_offset in _shared(self._archive):
            raise BombError(0)


class _as_member_error:  # noqa: N801 - reads as what it does
    """Turn what `zipfile` raises into an error of the member, saying only where."""

    def __init__(self, offset: int) -> None:
        self._offset = offset

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, NotImplementedError):
            raise MethodError(self._offset) from None
        if isinstance(error, (zipfile.BadZipFile, zlib.error, EOFError, ValueError)):
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
        (one.header_offset, one.header_offset + _LOCAL_HEADER + one.compress_size)
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
