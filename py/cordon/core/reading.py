"""How a source is read: in windows, of which a walk asks for one after the other."""

from collections.abc import Generator
from typing import Final

from cordon.core.errors import TruncatedError
from cordon.core.scan import Scan
from cordon.core.span import Span

FIRST_READ: Final = 1 << 16
"""Bytes of the first read: most headers fit."""

NEXT_READ: Final = 1 << 8
"""Bytes of the read after a fragment that is longer than a first read."""

MAX_READ: Final = 1 << 22
"""Bytes of a read once a header proves to be long."""


def read_span(start: int, stop: int) -> Generator[Span, bytes, bytes]:
    """Ask for a span and see that all of it came."""
    if start == stop:
        return b""
    got = yield Span(start, stop)
    if len(got) != stop - start:
        raise TruncatedError(start + len(got))
    return got


def walk(
    scan: Scan, window: bytes, size: int
) -> Generator[Span, bytes, tuple[bytes, int]]:
    """Walk to the end of a source of `size` bytes that begins with `window`.

    Gives the last window read, and where it begins.
    """
    base, count = 0, FIRST_READ
    while (need := scan.walk(window, base)) is not None:
        # a header that goes on is read in ever larger steps; after a jump, anew
        if need.start <= base + len(window):
            count = min(2 * count, MAX_READ)
        else:
            count = FIRST_READ if scan.stride < FIRST_READ else NEXT_READ
        base = need.start
        window = yield from read_span(base, min(size, max(need.stop, base + count)))
    return window, base
