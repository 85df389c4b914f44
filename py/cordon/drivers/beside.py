"""Text files about a run: written beside their place, and put there once whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TextIO

from cordon.certificate import CertificateWriter, Sign
from cordon.drivers.sinks import TargetError
from cordon.drivers.work import WriteError
from cordon.report import CsvReport, JsonReport, Tally, versions
from cordon.settings import Settings


@contextmanager
def reporting(
    path: str | None, force: bool, settings: Settings
) -> Iterator[JsonReport | CsvReport | None]:
    """Open the report of a run, if there is to be one."""
    if not path:
        yield None
        return
    with placed(path, "--report", force) as file:
        if path.lower().endswith(".json"):
            yield JsonReport(file, settings)
        else:
            yield CsvReport(file)


@contextmanager
def sealing(
    path: str | None, force: bool, settings: Settings, tally: Tally, sign: Sign | None
) -> Iterator[CertificateWriter | None]:
    """Open the certificate of a run, if there is to be one; it ends with its tally."""
    if not path:
        yield None
        return
    head = {**versions(settings), "created": now()}
    with placed(path, "--seal", force) as file:
        writer = CertificateWriter(file, head)
        yield writer
        writer.close(tally.summary(), sign)


@contextmanager
def placed(path: str, flag: str, force: bool) -> Iterator[TextIO]:
    """Open the text file that `flag` asked for; it is there if no error is raised.

    Raises
    ------
    TargetError
        Nothing may be written there.
    WriteError
        It cannot be written.
    """
    target = Path(path)
    if target.exists() and not force:
        raise TargetError(f"{flag}: exists; --force overwrites it")
    staged = target.with_name(f"{target.name}.cordon-{token_hex(4)}")
    try:
        file = staged.open("w", encoding="utf-8", newline="")
    except OSError:
        raise TargetError(f"{flag}: cannot be written") from None
    try:
        with file:
            yield file
        staged.replace(target)
    except OSError as error:
        raise WriteError(error) from None
    finally:
        staged.unlink(missing_ok=True)


def now() -> str:
    """Tell the time, to the second and in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
