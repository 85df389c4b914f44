"""What a DICOMDIR says of patients, studies and series (PS3.3 Annex F).

A directory may have half a million records, so of those that reference a file only
the links are kept. Records are found by their offsets, each at most once; those that
no offset leads to belong where they stand.
"""

import struct
from array import array
from collections import Counter
from collections.abc import Generator
from typing import Final, NamedTuple, TypeAlias

from cordon.core.container import DEFLATED
from cordon.core.errors import NotDicomError, UnsupportedError
from cordon.core.head import UNDEFINED
from cordon.core.reading import FIRST_READ, read_span
from cordon.core.scan import OPEN
from cordon.core.span import Span
from cordon.core.splice import begin
from cordon.media.places import Place, Values, View
from cordon.media.record_reader import (
    FILE_ID,
    IN_USE,
    LEVELS,
    LOWER,
    NEXT,
    RecordReader,
    kind_of,
)

MAX_SIZE: Final = 1 << 28
"""Bytes of the largest directory; one of half a million records has less."""

MAX_RECORD: Final = 1 << 18
"""Bytes of the largest record, which may have an icon image."""

WINDOW: Final = 1 << 22
"""Bytes of a read."""

_SERIES: Final = 2
_FILE: Final = 3
_OTHER: Final = 4
"""Levels of records; the first three are patient, study and series."""

_Uppers: TypeAlias = tuple[int, ...]
"""The patient, study and series around a record, by their numbers; -1 for none."""

_ROOT: Final[_Uppers] = (-1, -1, -1)


class Survey(NamedTuple):
    """The series of a directory, and how many records are not as they should be.

    `faults` has codes: inactive records are left out; broken offsets lead to no record,
    circular ones to one met before; to unlinked records no offset leads. Where it is
    truncated or malformed a directory ends.
    """

    places: list[Place]
    faults: dict[str, int]


def survey(size: int, view: View) -> Generator[Span, bytes, Survey]:
    """Read a directory of `size` bytes.

    Raises
    ------
    InstanceError
        The source cannot be read.
    """
    if size > MAX_SIZE:
        raise UnsupportedError(0)
    container, window = yield from begin(size, FIRST_READ)
    if container.transfer_syntax_uid in DEFLATED:
        raise UnsupportedError(container.data_set)
    reader = RecordReader(container.syntax)
    try:
        first, at, length = reader.top(window, container.data_set)
    except (ValueError, struct.error):
        raise NotDicomError(container.data_set) from None
    stop = OPEN if length == UNDEFINED else at + length
    records, base = _Records(reader), 0
    while at < stop:
        if base + len(window) < min(at + MAX_RECORD, size):
            base = at
            window = yield from read_span(base, min(base + WINDOW, size))
        try:
            values, end = reader.record(window, at - base)
        except (ValueError, struct.error) as error:
            ended = isinstance(error, struct.error) and base + len(window) == size
            records.faults["truncated" if ended else "malformed"] += 1
            break
        if values is None:
            break
        records.add(at, values)
        at = base + end
    return Survey(records.places(first, view), dict(records.faults))


class _Records:
    """The records of a directory, numbered in the order of the file."""

    def __init__(self, reader: RecordReader) -> None:
        self.faults: Counter[str] = Counter()
        self._number = reader.number
        self._at: dict[int, int] = {}  # by offset
        self._next = array("I")
        self._lower = array("I")
        self._level = bytearray()
        self._active = bytearray()
        self._uppers: dict[int, Values] = {}
        self._instances: dict[_Uppers, int] = {}

    def add(self, offset: int, values: Values) -> None:
        """Take in the record that begins at `offset`."""
        index = len(self._level)
        level = LEVELS.get(kind_of(values), _FILE if values.get(FILE_ID) else _OTHER)
        if level < _FILE:
            self._uppers[index] = values
        self._at[offset] = index
        self._next.append(self._number(values.get(NEXT)))
        self._lower.append(self._number(values.get(LOWER)))
        self._level.append(level)
        self._active.append(IN_USE not in values or self._number(values[IN_USE]) > 0)

    def places(self, first: int, view: View) -> list[Place]:
        """List the series; the records of the root begin at offset `first`."""
        self._collect_strays(self._follow(first))
        known: dict[int, Values] = {-1: {}, **self._uppers}
        found = []
        for uppers, count in self._instances.items():
            patient, study, series = (known[one] for one in uppers)
            found.append(view.place(patient, study, series, count))
        return found

    def _follow(self, first: int) -> bytearray:
        """Go from record to record; tells which were met."""
        met = bytearray(len(self._level))
        links: list[tuple[int, _Uppers | None]] = [(first, _ROOT)] if first else []
        while links:
            offset, uppers = links.pop()
            index = self._at.get(offset)
            if index is None or met[index]:
                self.faults["broken" if index is None else "circular"] += 1
                continue
            met[index] = True
            if self._next[index]:
                links.append((self._next[index], uppers))
            below = self._place(index, uppers)
            if self._lower[index]:
                links.append((self._lower[index], below))
        return met

    def _collect_strays(self, met: bytearray) -> None:
        """Take in what was not met, as below what stands before it."""
        uppers: _Uppers = _ROOT
        for index, level in enumerate(self._level):
            if not met[index]:
                self.faults["unlinked"] += 1
                self._place(index, uppers)
            if level < _FILE:
                uppers = _with(uppers, level, index)

    def _place(self, index: int, uppers: _Uppers | None) -> _Uppers | None:
        """Count a record where it belongs; tells where those below it do."""
        level = self._level[index]
        if uppers is None or not self._active[index]:
            self.faults["inactive"] += 1
            return None
        if level < _FILE:
            uppers = _with(uppers, level, index)
        if uppers[_SERIES] >= 0 and level in (_SERIES, _FILE):
            count = self._instances.get(uppers, 0)
            self._instances[uppers] = count + (level == _FILE)
        return uppers


def _with(uppers: _Uppers, level: int, index: int) -> _Uppers:
    """Go down to a patient, study or series."""
    return (*uppers[:level], index, *_ROOT[level + 1 :])
