"""Where bytes come from.

A plan is a list of segments: new bytes, and spans of the source that are copied
unread. Whoever writes the result decides how to copy a span.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """Bytes `start` to `stop` of the source, counted from its first byte."""

    start: int
    stop: int


Segment: TypeAlias = bytes | Span


def size_of(segments: Iterable[Segment]) -> int:
    """Count the bytes that `segments` stand for."""
    size = 0
    for segment in segments:
        if isinstance(segment, Span):
            start, stop = segment
            size += stop - start
        else:
            size += len(segment)
    return size
