"""Where sources are found: in folders and in ZIP archives, or named one by one.

A source is told to others by its number alone, since a path may say who the patient
is. Listing opens no file but archives, and reads of those the directory only.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Final, NamedTuple

PLAIN: Final = -1
"""Stands for a member's place where a source is a file of its own."""


class Source(NamedTuple):
    """A file, or the member at a place of an archive's directory; `size` in bytes."""

    path: str
    size: int
    member: int = PLAIN


class Unlisted(NamedTuple):
    """Something that should have been looked into and could not be: a code."""

    path: str
    code: str


def is_archive(path: str) -> bool:
    """Tell by its name whether a file is to be looked into."""
    return path[-4:].lower() == ".zip"


def begins_archive(path: str) -> bool:
    """Tell by its first bytes whether a file is an archive, whatever its name."""
    from cordon.media.unpack import MAGIC  # which takes long to load

    with open(path, "rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def named(paths: Iterable[str]) -> Iterator[Source | Unlisted]:
    """List files, and what is in archives, that were named one by one."""
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            yield Unlisted(path, "source-lost")
            continue
        if stat.S_ISREG(status.st_mode):
            yield from _file(path, status.st_size)
        else:
            yield Unlisted(path, "not-a-file")


def walk(root: str, recursive: bool) -> Iterator[Source | Unlisted]:
    """List what is in a folder, or in an archive, in the order of the names.

    Links are followed, each folder only once.
    """
    if os.path.isfile(root):
        yield from _root_file(root)
        return
    if not os.path.isdir(root):
        yield Unlisted(root, "not-a-file")
        return
    seen: set[tuple[int, int]] = set()
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in seen:
                continue
            if status.st_ino:  # some file systems number nothing
                seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                found = sorted(entries, key=attrgetter("name"))
        except OSError:
            yield Unlisted(folder, "folder-unreadable")
            continue
        inner = []
        for entry in found:
            try:
                if entry.is_dir():
                    inner.append(entry.path)
                elif entry.is_file():
                    yield from _file(entry.path, entry.stat().st_size)
                elif entry.is_symlink():  # a loop, or to nowhere
                    yield Unlisted(entry.path, "source-lost")
            except OSError:
                yield Unlisted(entry.path, "source-lost")
        if recursive:
            folders.extend(reversed(inner))


def _root_file(path: str) -> Iterator[Source | Unlisted]:
    """List an archive of any name, or a file."""
    try:
        size, is_one = os.path.getsize(path), begins_archive(path)
    except OSError:
        yield Unlisted(path, "source-lost")
        return
    yield from _members(path) if is_one else _file(path, size)


def _file(path: str, size: int) -> Iterable[Source | Unlisted]:
    return _members(path) if is_archive(path) else (Source(path, size),)


def _members(path: str) -> Iterator[Source | Unlisted]:
    from cordon.drivers import archives  # which takes long to load

    try:
        members = archives.members(path)
    except archives.ArchiveError as error:
        yield Unlisted(path, error.code)
        return
    for place, member_size in members:
        yield Source(path, member_size, place)
