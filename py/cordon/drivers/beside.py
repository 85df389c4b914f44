"""A file of text that has its name only once it is whole."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from cordon.drivers.sinks import TargetError
from cordon.drivers.work import WriteError

PRIVATE: Final = 0o600
"""Permissions of a file that identifies people."""


@contextmanager
def beside(path: str, flag: str, force: bool, mode: int = 0o666) -> Iterator[TextIO]:
    """Write a file beside its place, and put it there at the end; `flag` asked for it.

    Raises
    ------
    TargetError
        It may not be written there.
    WriteError
        It could not be finished.
    """
    target = Path(path)
    if target.exists() and not force:
        raise TargetError(f"{flag}: exists; --force overwrites it")
    staged = target.with_name(f"{target.name}.cordon-{secrets.token_hex(4)}")

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, mode)

    try:
        file = open(staged, "w", encoding="utf-8", newline="", opener=opener)  # noqa: SIM115 - below
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
