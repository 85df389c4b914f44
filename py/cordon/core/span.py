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
    return sum(
        segment.stop - segment.start if isinstance(segment, Span) else len(segment)
        for segment in segments
    )
