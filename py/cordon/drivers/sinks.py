"""Where results go: a file, a tree with a DICOMDIR, or a ZIP archive of that tree.

Results are staged beside their place by whoever makes them, and placed here, one
after the other, by renaming or appending: what has its final name is whole.
"""

import contextlib
import os
import zlib
from collections.abc import Callable, Container
from errno import EEXIST
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from cordon.drivers.files import PIECE, WriteError
from cordon.drivers.work import Done
from cordon.media.archive import DEFLATED
from cordon.media.dicomdir import FILE_NAME
from cordon.media.names import ROOT, file_id, sibling

if TYPE_CHECKING:
    import zipfile

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment a ZIP can tell: it tells nothing."""

_UNIX: Final = 3
_MODE: Final = 0o644 << 16

Identity: TypeAlias = tuple[int, int]  # size in bytes, and CRC-32


class TargetError(Exception):
    """Nothing may be written there: why, in words that name no path."""


class Sink(Protocol):
    """Takes results as they are finished, in the order of their numbers."""

    def staged(self, number: int) -> str:
        """Say where the result of this number is to be staged."""

    def add(self, done: Done) -> str | None:
        """Put a staged result in its place; gives its name, None for a duplicate.

        Raises
        ------
        WriteError
            It cannot be written.
        """

    def close(self, directory: bytes | None) -> None:
        """Finish, with this DICOMDIR."""

    def abort(self) -> None:
        """Give up; what has been placed in a folder stays."""


class SingleFile:
    """One result, as a file of this name."""

    def __init__(self, path: str, source: str, force: bool) -> None:
        if os.path.exists(path):
            if os.path.exists(source) and os.path.samefile(path, source):
                raise TargetError("the output is the input")
            if os.path.isdir(path):
                raise TargetError("the output is a folder")
            if not force:
                raise TargetError("the output exists; --force overwrites it")
        self._path = path
        self._staged = f"{path}.cordon-{os.urandom(4).hex()}"

    def staged(self, number: int) -> str:
        """Say where the result of this number is to be staged."""
        return self._staged

    def add(self, done: Done) -> str | None:
        """Put a staged result in its place."""
        _rename(self._staged, self._path)
        return ""

    def close(self, directory: bytes | None) -> None:
        """Finish, with this DICOMDIR."""
        pass

    def abort(self) -> None:
        """Give up, or clear away."""
        _remove(self._staged)


class Tree:
    """A folder of results, named by their File IDs (PS3.10 8.2), with a DICOMDIR.

    `sources` tells device and inode of what must never be overwritten.
    """

    def __init__(
        self, root: str, force: bool, sources: Container[tuple[int, int]] = ()
    ) -> None:
        if not force and any(
            os.path.lexists(os.path.join(root, name)) for name in (ROOT, FILE_NAME)
        ):
            raise TargetError("the output folder has results; --force overwrites them")
        try:
            os.makedirs(root, exist_ok=True)
            self._staging = os.path.join(root, f".cordon-{os.urandom(4).hex()}")
            os.mkdir(self._staging)
        except OSError as error:
            raise TargetError(_cannot("the output folder", error)) from None
        self._root = root
        self._force = force
        self._sources = sources
        self._names = _Names()
        self._folders: set[str] = set()

    def staged(self, number: int) -> str:
        """Say where the result of this number is to be staged."""
        return f"{self._staging}/{number}"

    def add(self, done: Done) -> str | None:
        """Put a staged result in its place."""
        staged = self.staged(done.number)
        name = self._names.settle(
            _file_id(done), lambda: _sum(staged), lambda name: _sum(self._path(name))
        )
        if name is None:
            _remove(staged)
        else:
            self._place(staged, name)
        return name

    def close(self, directory: bytes | None) -> None:
        """Finish, with this DICOMDIR."""
        if directory is not None:
            staged = self.staged(0)
            with _writing(), open(staged, "wb") as file:
                file.write(directory)
            self._place(staged, FILE_NAME)
        self.abort()

    def abort(self) -> None:
        """Give up, or clear away."""
        _clear(self._staging)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _place(self, staged: str, name: str) -> None:
        path = self._path(name)
        folder = path[: path.rindex("/")]
        if folder not in self._folders:
            with _writing():
                os.makedirs(folder, exist_ok=True)
            self._folders.add(folder)
        if self._force and _is_one_of(path, self._sources):
            raise WriteError(FileExistsError(EEXIST, ""))
        _rename(staged, path)


class Archive:
    """A ZIP archive of the tree. The members come deflated and summed up."""

    def __init__(
        self, path: str, force: bool, sources: Container[tuple[int, int]] = ()
    ) -> None:
        if os.path.isdir(path):
            raise TargetError("the archive is a folder")
        if os.path.lexists(path) and not force:
            raise TargetError("the archive exists; --force overwrites it")
        if _is_one_of(path, sources):
            raise TargetError("the archive is an input")
        self._path = path
        self._staging = f"{path}.cordon-{os.urandom(4).hex()}"
        try:
            os.mkdir(self._staging)
            import zipfile  # which takes long to load

            self._zip = zipfile.ZipFile(self.staged(0), "w")
        except OSError as error:
            raise TargetError(_cannot("the archive", error)) from None
        self._names = _Names()
        self._placed: dict[str, Identity] = {}

    def staged(self, number: int) -> str:
        """Say where the result of this number is to be staged."""
        return f"{self._staging}/{number}"

    def add(self, done: Done) -> str | None:
        """Put a staged result in its place."""
        staged, member = self.staged(done.number), done.member
        if member is None:
            raise AssertionError("a result was not packed")
        identity = (member.size, member.crc32)
        name = self._names.settle(
            _file_id(done), lambda: identity, self._placed.__getitem__
        )
        if name is not None:
            info = _member(name, member.method)
            info.file_size, info.CRC = identity
            self._append(info, staged)
            self._placed[name] = identity
        _remove(staged)
        return name

    def close(self, directory: bytes | None) -> None:
        """Finish, with this DICOMDIR."""
        with _writing():
            if directory is not None:
                info = _member(FILE_NAME, DEFLATED)
                self._zip.writestr(info, directory)
            self._zip.close()
        _rename(self.staged(0), self._path)
        _clear(self._staging)

    def abort(self) -> None:
        """Give up, or clear away."""
        if self._zip.fp is not None:
            self._zip.fp.close()  # as it is: it is thrown away
            self._zip.fp = None
        _clear(self._staging)

    def _append(self, info: "zipfile.ZipInfo", staged: str) -> None:
        """Append a member that is deflated already, which `zipfile` has no call for."""
        archive, file = self._zip, self._zip.fp
        if file is None:
            raise AssertionError("the archive is closed")
        archive._didModify = True  # type: ignore[attr-defined]  # so a directory is due
        with _writing():
            info.compress_size = os.stat(staged).st_size
            info.header_offset = archive.start_dir
            file.seek(archive.start_dir)  # over what may have been left half-written
            file.write(info.FileHeader())
            with open(staged, "rb") as data:
                while piece := data.read(PIECE):
                    file.write(piece)
            archive.start_dir = file.tell()
        archive.filelist.append(info)
        archive.NameToInfo[info.filename] = info


class _Names:
    """The names that are taken."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def settle(
        self, name: str, new: Callable[[], Identity], old: Callable[[str], Identity]
    ) -> str | None:
        """Name a result; None if the very same has been placed already."""
        if name in self._taken:
            identity = new()
            wanted, crc32 = name, identity[1]
            while name in self._taken:
                if old(name) == identity:
                    return None
                name = sibling(wanted, crc32)
                crc32 += 1
        self._taken.add(name)
        return name


class _writing:  # noqa: N801 - reads as what it does
    """Turn what the system raises into an error of writing."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, OSError):
            raise WriteError(error) from None


def _file_id(done: Done) -> str:
    if done.row is None:
        raise AssertionError("only results have names")
    return file_id(done.row)


def _member(name: str, method: int) -> "zipfile.ZipInfo":
    import zipfile

    info = zipfile.ZipInfo(name, _NO_TIME)
    info.compress_type = method
    info.create_system = _UNIX
    info.external_attr = _MODE
    return info


def _sum(path: str) -> Identity:
    size = crc32 = 0
    with _writing(), open(path, "rb") as file:
        while piece := file.read(PIECE):
            size += len(piece)
            crc32 = zlib.crc32(piece, crc32)
    return size, crc32


def _is_one_of(path: str, files: Container[tuple[int, int]]) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return (status.st_dev, status.st_ino) in files


def _rename(staged: str, path: str) -> None:
    try:  # each result comes here, and a `with` is two calls more
        os.replace(staged, path)
    except OSError as error:
        raise WriteError(error) from None


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _clear(folder: str) -> None:
    """Remove a folder and the files in it, as far as possible."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            _remove(f"{folder}/{name}")
        os.rmdir(folder)


def _cannot(what: str, error: OSError) -> str:
    return f"{what} cannot be made: {WriteError(error).code}"
