"""An instance as the data of a ZIP member, ready to be placed in an archive.

Deflating and summing happen here, in the engine that has the bytes, piece by
piece; whoever writes the archive only copies. What is too large for one engine is
packed in parts, each by itself: deflated parts make one stream when put together.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from cordon.core.container import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE
from cordon.core.span import Segment, Span

PIECE: Final = 1 << 20
"""Bytes that are read, deflated and written at once, about."""

STORED: Final = 0
DEFLATED: Final = 8

_NATIVE: Final = frozenset((IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG))


class Member(NamedTuple):
    """What an archive says of a member: compression method, size in bytes, CRC-32."""

    method: int
    size: int
    crc32: int


def method_for(transfer_syntax_uid: str) -> int:
    """Choose the method: what is compressed already is stored."""
    return DEFLATED if transfer_syntax_uid in _NATIVE else STORED


def pack(
    segments: Iterable[Segment],
    read: Callable[[Span], bytes],
    write: Callable[[bytes], object],
    method: int,
    level: int,
    see: Callable[[bytes], object] | None = None,
    *,
    last: bool = True,
) -> Member:
    """Write the member's data piece by piece; `read` gives spans of the source.

    `see` is shown the pieces of the instance as they are before they are packed.
    Data that are not the `last` of a member end where those of its next part can begin.
    """
    size = crc32 = held = 0
    ready: list[bytes] = []
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    for piece in _pieces(segments, read):
        size += len(piece)
        crc32 = zlib.crc32(piece, crc32)
        if see is not None:
            see(piece)
        data = packer.compress(piece) if method == DEFLATED else piece
        ready.append(data)
        held += len(data)
        if held >= PIECE:
            write(b"".join(ready))
            ready.clear()
            held = 0
    if method == DEFLATED:
        ready.append(packer.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH))
    write(b"".join(ready))
    return Member(method, size, crc32)


def _pieces(
    segments: Iterable[Segment], read: Callable[[Span], bytes]
) -> Iterator[bytes]:
    for segment in segments:
        if isinstance(segment, Span):
            for start in range(segment.start, segment.stop, PIECE):
                yield read(Span(start, min(start + PIECE, segment.stop)))
        else:
            yield segment
