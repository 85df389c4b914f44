"""An instance that is a member of a ZIP archive, read where it lies.

Whoever drives this gives ranges of the archive and what its directory says; nothing of
that is believed. A small member is unpacked once, in memory. A large one is inflated as
it is read, from its beginning again if something before is wanted. What ends early, has
another sum, shares its bytes with others or swells beyond all reason is an error of
that member.
"""

import zlib
from collections.abc import Callable
from struct import Struct
from typing import Final, NamedTuple, TypeAlias

from cordon.core.errors import InstanceError
from cordon.core.span import Span
from cordon.media.archive import DEFLATED, STORED

DEFLATE64: Final = 9

WHOLE: Final = 1 << 24
"""Bytes up to which a member is unpacked at once."""

PIECE: Final = 1 << 20
"""Bytes that are read or inflated at once of a larger one."""

SWELLS: Final = 1 << 26
MAX_RATIO: Final = 200
"""What more than SWELLS bytes may be inflated from, at most: pixels rarely pass 10."""

BEYOND: Final = 1 << 9
"""Bytes read beyond a header and a member, so that one read mostly gets both."""

MAGIC: Final = b"PK\3\4"
LOCAL_HEADER: Final = Struct("<4s22xHH")
"""What begins a member, and so an archive: magic, lengths of name and extra."""

Read: TypeAlias = Callable[[int, int], bytes]
"""Gives the bytes from a start to a stop; fewer where there are no more."""


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


class Packed(NamedTuple):
    """What an archive's directory says of a member.

    `offset` is of its local header, `packed` and `size` count its bytes before and
    after unpacking. It `overlaps` if its bytes are another member's as well.
    """

    offset: int
    packed: int
    size: int
    method: int
    crc32: int
    encrypted: bool = False
    overlaps: bool = False


def judge(packed: Packed) -> None:
    """Refuse a member by what is said of it.

    Raises
    ------
    MemberError
        It is not to be unpacked.
    """
    if packed.encrypted:
        raise EncryptedError(0)
    if packed.size > max(SWELLS, packed.packed * MAX_RATIO):
        raise BombError(0)
    if packed.method == STORED and packed.size != packed.packed:
        raise MemberError(0)
    if packed.overlaps:
        raise BombError(0)


class Unpacked:
    """A member, opened to be read.

    `read` gives ranges of the archive, `other` those of a member that is compressed by
    a method not known here, unpacked.
    """

    def __init__(self, packed: Packed, read: Read, other: Read | None = None) -> None:
        judge(packed)
        self.size = packed.size
        self.start: int | None = None
        """Where in the archive the member's bytes begin, if they lie there as such."""
        self._crc32 = packed.crc32
        self._sum = self._summed = 0
        self._whole: bytes | None = None
        if packed.method in (STORED, DEFLATED):
            read = _ahead(packed, read)
            begin = _begin(packed, read)
            if packed.method == STORED:
                self.start = begin
                self._read: Read = lambda start, stop: read(begin + start, begin + stop)
            else:
                self._read = _Inflated(read, begin, begin + packed.packed).read
        elif other is not None:
            self._read = other
        else:
            raise MethodError(0)
        if self.size <= WHOLE:
            self._whole = self._get(0, self.size)
            self.finish()

    def read(self, span: Span) -> bytes:
        """Give the bytes of `span`."""
        if self._whole is not None:
            return self._whole[span.start : span.stop]
        return self._get(*span)

    def finish(self) -> None:
        """Read what has not been read, which tells whether all that was is right."""
        for start in range(self._summed, self.size, PIECE):
            self._get(start, min(start + PIECE, self.size))
        if self._sum != self._crc32:
            raise MemberError(0)

    def _get(self, start: int, stop: int) -> bytes:
        data = self._read(start, min(stop, self.size))
        if start + len(data) < min(stop, self.size):
            raise MemberError(start + len(data))
        if start <= self._summed < start + len(data):
            new = memoryview(data)[self._summed - start :]
            self._sum = zlib.crc32(new, self._sum)
            self._summed = start + len(data)
        return data


class _Inflated:
    """Inflates forwards; what lies behind is inflated anew from the beginning."""

    def __init__(self, read: Read, start: int, stop: int) -> None:
        self._archive = read
        self._start = start
        self._stop = stop
        self._rewind()

    def read(self, start: int, stop: int) -> bytes:
        """Give the bytes from `start` to `stop`; fewer where the stream ends."""
        if start < self._at:
            self._rewind()
        while self._at < start and self._next(min(PIECE, start - self._at)):
            pass
        pieces = []
        while self._at < stop and (piece := self._next(stop - self._at)):
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _rewind(self) -> None:
        self._at = 0
        self._rest = b""
        self._packed_at = self._start
        self._unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)

    def _next(self, count: int) -> bytes:
        """Inflate `count` bytes at most, none at the end."""
        while not self._unpacker.eof:
            packed = self._rest or self._more()
            try:
                data = self._unpacker.decompress(packed, count)
            except zlib.error:
                raise MemberError(self._at) from None
            self._rest = self._unpacker.unconsumed_tail
            self._at += len(data)
            if data or not packed:
                return data
        return b""

    def _more(self) -> bytes:
        """Give more of what is packed, nothing at its end."""
        stop = min(self._packed_at + PIECE, self._stop)
        data = self._archive(self._packed_at, stop)
        if len(data) != stop - self._packed_at:
            raise MemberError(self._at)
        self._packed_at = stop
        return data


def _ahead(packed: Packed, read: Read) -> Read:
    """Read a small member and its header at once, and give ranges of that."""
    start = packed.offset
    small = packed.packed if packed.packed <= PIECE else 0
    held = read(start, start + LOCAL_HEADER.size + BEYOND + small)

    def ranges(begin: int, stop: int) -> bytes:
        if start <= begin and stop <= start + len(held):
            return held[begin - start : stop - start]
        return read(begin, stop)

    return ranges


def _begin(packed: Packed, read: Read) -> int:
    """Find where a member's bytes begin, behind a header of their own."""
    header = read(packed.offset, packed.offset + LOCAL_HEADER.size)
    if len(header) != LOCAL_HEADER.size:
        raise MemberError(0)
    magic, name, extra = LOCAL_HEADER.unpack(header)
    if magic != MAGIC:
        raise MemberError(0)
    begin: int = packed.offset + LOCAL_HEADER.size + name + extra
    return begin
