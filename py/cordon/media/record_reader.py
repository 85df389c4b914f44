"""The records of a DICOMDIR, one after the other, in whatever encoding.

Of each only what a survey needs is read, and of one that references a file no more
than its offsets. Where bytes lack `struct` complains.
"""

import struct
from typing import Final

from cordon.core.head import ITEM, ITEM_END, SEQUENCE_END, UNDEFINED, read_head
from cordon.core.profile import Syntax
from cordon.media.places import WANTED, Values
from cordon.rules.directory import UPPER

FIRST: Final = 0x00041200
RECORDS: Final = 0x00041220
NEXT: Final = 0x00041400
IN_USE: Final = 0x00041410
LOWER: Final = 0x00041420
RECORD_TYPE: Final = 0x00041430
FILE_ID: Final = 0x00041500

LEVELS: Final = {kind.encode(): level for level, kind in enumerate(UPPER)}
"""How far down a record of a type is that references no file."""

_ASKED: Final = WANTED | {NEXT, IN_USE, LOWER, RECORD_TYPE, FILE_ID}
_LAST: Final = max(_ASKED)


class RecordReader:
    """Reads data elements in one encoding."""

    def __init__(self, syntax: Syntax) -> None:
        self._explicit = syntax.explicit
        self._little = syntax.little

    def top(self, data: bytes, at: int) -> tuple[int, int, int]:
        """Give the offset of the first record, and where the records are, how long.

        Raises
        ------
        ValueError, struct.error
            These are no records.
        """
        first = 0
        while True:
            tag, body, length = self._head(data, at)
            if tag == RECORDS:
                return first, body, length
            if tag > RECORDS or length == UNDEFINED:
                raise ValueError("no records")
            at = body + length
            if tag == FIRST:
                first = self.number(data[body:at])

    def record(self, data: bytes, at: int) -> tuple[Values | None, int]:
        """Give what is wanted of a record, and where it ends; None if there is no more.

        Raises
        ------
        ValueError, struct.error
            This is no record, or its end is not there.
        """
        tag, at, length = self._head(data, at)
        if tag == SEQUENCE_END:
            return None, at
        if tag != ITEM:
            raise ValueError("no item")
        delimited = length == UNDEFINED
        end = len(data) if delimited else at + length
        values: dict[int, bytes] = {}
        while at < end or delimited:
            tag, body, length = self._head(data, at)
            if tag == ITEM_END and delimited:
                return values, body
            if length == UNDEFINED:
                at = self._skip(data, at)
                continue
            at = body + length
            if at > len(data) or at > end:
                raise struct.error
            if tag in _ASKED:
                values[tag] = data[body:at]
            if tag >= FILE_ID and not delimited and _is_done(tag, values):
                break
        if end > len(data):
            raise struct.error
        return values, end

    def number(self, value: bytes | None) -> int:
        """Read a number; what is none counts as 0."""
        if value is None or len(value) > 4:
            return 0
        return int.from_bytes(value, "little" if self._little else "big")

    def _skip(self, data: bytes, at: int) -> int:
        """Pass over a sequence of undefined length, and all that is in it."""
        depth = 0
        while True:
            tag, at, length = self._head(data, at)
            if tag in (ITEM_END, SEQUENCE_END):
                depth -= 1
            elif length == UNDEFINED:
                depth += 1
            else:
                at += length
            if depth <= 0:
                return at

    def _head(self, data: bytes, at: int) -> tuple[int, int, int]:
        """Read a tag, and tell where the value is and how long."""
        tag, _, body, length = read_head(data, at, self._explicit, self._little)
        return tag, body, length


def kind_of(values: Values) -> bytes:
    """Give the type of a record."""
    return values.get(RECORD_TYPE, b"").strip(b"\0 ")


def _is_done(tag: int, values: Values) -> bool:
    """Tell whether nothing that is wanted comes any more."""
    return tag >= _LAST or kind_of(values) not in LEVELS
