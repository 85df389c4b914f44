"""Results beside their certificate: what agrees, and what is changed, missing or extra.

Nothing is opened because a certificate names it: what there is is looked up in it.
"""

import os
import stat
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO, Final, NamedTuple, TypeAlias

from cordon.certificate import CertificateError, Sealed, read
from cordon.drivers import archives
from cordon.drivers.signature import check_signature
from cordon.drivers.sources import begins_archive, is_archive

AGREES: Final = "agrees"
CHANGED: Final = "changed"
MISSING: Final = "missing"
EXTRA: Final = "extra"

PIECE: Final = 1 << 20

_UNREADABLE: Final[tuple[type[Exception], ...]] = (
    *archives.BROKEN,
    OSError,
    NotImplementedError,
    RuntimeError,  # encrypted
)


Open: TypeAlias = Callable[[], IO[bytes]]


class Compared(NamedTuple):
    """A file of a result or of its certificate, and how the two agree on it."""

    name: str
    state: str


def verify(result: str, seal: str, signer: str | None, verbose: bool) -> bool:
    """Print what of a result does not agree with the certificate in a file.

    Raises
    ------
    CertificateError
        There is nothing to compare, or the signature is not `signer`'s.
    """
    try:
        certificate = read(Path(seal).read_bytes())
    except OSError:
        raise CertificateError("--seal: cannot be read") from None
    if signer:
        check_signature(certificate, signer)
    states: Counter[str] = Counter()
    for name, state in compare(result, certificate.files, seal):
        states[state] += 1
        if state != AGREES:
            # what is extra may have any name, which may tell who the patient is
            shown = verbose or state != EXTRA
            named = ascii(name)[1:-1] if shown else "a file; --verbosity debug names it"
            sys.stdout.write(f"{state}: {named}\n")
    agree = states.pop(AGREES, 0)
    told = [f"{agree} of {len(certificate.files)} files agree"]
    told += [f"{states[state]} {state}" for state in sorted(states)]
    sys.stdout.write(", ".join(told) + "\n")
    if certificate.signature is not None:
        whose = "is good" if signer else "was not checked; --signer KEY does"
        sys.stdout.write(f"the signature {whose}\n")
    return not states


def compare(result: str, files: Mapping[str, Sealed], seal: str) -> Iterator[Compared]:
    """Compare a folder, an archive or a file with what is in the file `seal`.

    Raises
    ------
    CertificateError
        There is nothing to compare.
    """
    try:
        if os.path.isdir(result):
            yield from _all(_in_folder(result, seal), files)
        elif is_archive(result) or begins_archive(result):
            yield from _all(_in_archive(result), files)
        else:
            yield from _one(result, files)
    except OSError:
        raise CertificateError("RESULT: cannot be read") from None


def _all(
    found: Iterator[tuple[str, Open | None]], files: Mapping[str, Sealed]
) -> Iterator[Compared]:
    """Compare what is found; nothing opens what is no plain file."""
    left = dict(files)
    for name, open_it in found:
        sealed = left.pop(name, None)
        if sealed is None:
            yield Compared(name, EXTRA)
        else:
            same = open_it is not None and _sealed(open_it, sealed.size) == sealed
            yield Compared(name, AGREES if same else CHANGED)
    for name in left:
        yield Compared(name, MISSING)


def _one(path: str, files: Mapping[str, Sealed]) -> Iterator[Compared]:
    """Compare a file, which may have been given any name."""
    found = _sealed(_opener(path), os.path.getsize(path))
    name = next((name for name, sealed in files.items() if sealed == found), None)
    yield Compared(name or "", AGREES if name else EXTRA)


def _in_folder(root: str, seal: str) -> Iterator[tuple[str, Open | None]]:
    """List the files below a folder, but for the certificate itself."""
    for folder, folders, names in os.walk(root, onerror=_give_up):
        folders.sort()
        linked = [name for name in folders if os.path.islink(f"{folder}/{name}")]
        for name in (*linked, *sorted(names)):
            path = os.path.join(folder, name)
            if os.path.exists(path) and os.path.samefile(path, seal):
                continue
            inner = os.path.relpath(path, root).replace(os.sep, "/")
            is_file = stat.S_ISREG(os.lstat(path).st_mode)
            yield inner, _opener(path) if is_file else None


def _give_up(error: OSError) -> None:
    raise error


def _in_archive(path: str) -> Iterator[tuple[str, Open | None]]:
    try:
        archive = zipfile.ZipFile(path)
    except _UNREADABLE:
        raise CertificateError("RESULT: is no archive that can be read") from None
    with archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield info.filename, partial(archive.open, info)


def _opener(path: str) -> Open:
    return lambda: open(path, "rb")


def _sealed(open_it: Open, size: int) -> Sealed | None:
    """Sum up a file, to just past the size it should have; None if it is unreadable."""
    digest, left = sha256(), size + 1
    try:
        with open_it() as file:
            while left and (piece := file.read(min(left, PIECE))):
                digest.update(piece)
                left -= len(piece)
    except _UNREADABLE:
        return None
    return Sealed(size + 1 - left, digest.hexdigest())
