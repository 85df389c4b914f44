"""Dates moved by whole days, as precise as they were (PS3.15 E.3.6).

Times of day and UTC offsets stay, so intervals stay too. What is no date, a range
for one, is not guessed at.
"""

import re
from functools import lru_cache
from typing import Final

# compiled where they are used: most runs move no dates
_DA: Final = rb"(\d{4})(?:(\d\d)(\d\d)|\.(\d\d)\.(\d\d))\Z"
_DT: Final = (
    rb"(\d{4})(?:(\d\d)(?:(\d\d)((?:\d\d){0,3}(?<=\d{14})\.\d{1,6}|(?:\d\d){0,3}))?)?"
    rb"([+-](?:0\d|1[0-4])[0-5]\d)?\Z"
)
_TM: Final = rb"(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?\Z"
_ZONE: Final = rb"[+-](?:0\d|1[0-4])[0-5]\d\Z"


@lru_cache(maxsize=4096)  # a study repeats its dates
def shift(vr: str, value: bytes, days: int) -> bytes | None:
    """Move each date of a value of VR DA or DT; None if one cannot be read.

    A DT without day or month is moved as its first day and cut back.
    """
    move = _shift_da if vr == "DA" else _shift_dt
    moved = [
        move(one, days) if one else one
        for one in (part.strip(b"\0 ") for part in value.split(b"\\"))
    ]
    if None in moved:
        return None
    return b"\\".join(one for one in moved if one is not None)


def is_time(value: bytes) -> bool:
    """Tell whether a value is times of day, or UTC offsets, and nothing else."""
    parts = [part.strip(b"\0 ") for part in value.split(b"\\")]
    return all(
        not part or re.match(_TM, part) or re.match(_ZONE, part) for part in parts
    )


def days_of(value: bytes) -> list[bytes]:
    """List the full dates in a value of VR DA or DT, as YYYYMMDD."""
    found = []
    for part in value.split(b"\\"):
        digits = part.strip(b"\0 ").replace(b".", b"")[:8]
        if len(digits) == len("YYYYMMDD") and digits.isdigit():
            found.append(digits)
    return found


def _shift_da(value: bytes, days: int) -> bytes | None:
    match = re.match(_DA, value)
    if match is None:
        return None
    year, month, day, *old = match.groups()
    return _move(year, month or old[0], day or old[1], days)


def _shift_dt(value: bytes, days: int) -> bytes | None:
    match = re.match(_DT, value)
    if match is None:
        return None
    year, month, day, time, zone = match.groups()
    moved = _move(year, month or b"01", day or b"01", days)
    if moved is None:
        return None
    precision = 4 if month is None else 6 if day is None else 8
    return moved[:precision] + (time or b"") + (zone or b"")


def _move(year: bytes, month: bytes, day: bytes, days: int) -> bytes | None:
    from datetime import date, timedelta  # which take long to load

    try:
        moved = date(int(year), int(month), int(day)) + timedelta(days)
    except (ValueError, OverflowError):
        return None
    return b"%04d%02d%02d" % (moved.year, moved.month, moved.day)
