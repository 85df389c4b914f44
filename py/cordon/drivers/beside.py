"""Text files about a run: written beside their place, and put there once whole."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TextIO

from cordon.certificate import CertificateWriter, Sign
from cordon.drivers.files import WriteError
from cordon.drivers.reports import report_as
from cordon.drivers.sinks import Sink, TargetError
from cordon.mapping import HEAD
from cordon.report import Report, Tally, versions
from cordon.settings import Settings

PRIVATE: Final = 0o600
"""Permissions of a file that identifies people."""


@contextmanager
def reporting(
    path: str | None, force: bool, settings: Settings
) -> Iterator[Report | None]:
    """Open the report of a run, if there is to be one."""
    if not path:
        yield None
        return
    format_ = os.path.splitext(path)[1][1:].lower()
    environment = {"python": sys.version.split()[0]}
    with placed(path, "--report", force) as file:
        yield report_as(format_, file, settings, environment)


@contextmanager
def mapping(
    path: str | None, force: bool
) -> Iterator[Callable[[tuple[str, ...]], object]]:
    """Open the mapping, if one is asked for: each pair of IDs is in it once."""
    if not path:
        yield len
        return
    with placed(path, "--mapping", force, PRIVATE) as file:
        file.write(HEAD)
        written: set[str] = set()

        def tell(lines: tuple[str, ...]) -> None:
            new = [line for line in lines if line not in written]
            written.update(new)
            file.writelines(new)

        yield tell


@contextmanager
def sealing(
    path: str | None,
    force: bool,
    settings: Settings,
    tally: Tally,
    sign: Sign | None,
    sink: Sink | None,
) -> Iterator[Sink | None]:
    """Open the certificate of a run, if there is to be one; it ends with its tally.

    Gives a sink that passes on to `sink`, and writes down what is placed there.
    """
    if not path:
        yield sink
        return
    from cordon.drivers.seal import SealedSink

    head = {**versions(settings), "created": now()}
    with placed(path, "--seal", force) as file:
        writer = CertificateWriter(file, head)
        yield SealedSink(sink, writer) if sink else None
        writer.close(tally.summary(), sign)


@contextmanager
def placed(path: str, flag: str, force: bool, mode: int = 0o666) -> Iterator[TextIO]:
    """Open the text file that `flag` asked for; it is there if no error is raised.

    Raises
    ------
    TargetError
        Nothing may be written there.
    WriteError
        It cannot be written.
    """
    if os.path.exists(path) and not force:
        raise TargetError(f"{flag}: exists; --force overwrites it")
    staged = f"{path}.cordon-{os.urandom(4).hex()}"

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, mode)

    try:
        file = open(staged, "w", encoding="utf-8", newline="", opener=opener)  # noqa: SIM115 - below
    except OSError:
        raise TargetError(f"{flag}: cannot be written") from None
    try:
        with file:
            yield file
        os.replace(staged, path)
    except OSError as error:
        raise WriteError(error) from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(staged)


def now() -> str:
    """Tell the time, to the second and in UTC."""
    from datetime import UTC, datetime  # which take long to load

    return datetime.now(UTC).isoformat(timespec="seconds")
