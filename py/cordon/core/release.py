"""The result before it is written: read as if it were, to search it.

What is new lies in the plan and what stays lies in the source, most of it in the
window at hand, so looking costs no read but for long values. Bulk data is left out.
"""

from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from operator import itemgetter
from typing import Final, TypeAlias, TypeVar

from cordon.core.profile import (
    EVERYTHING,
    Edits,
    Element,
    Find,
    Gap,
    Instance,
    Item,
    Path,
    Rule,
    Syntax,
)
from cordon.core.scan import Scan
from cordon.core.span import Segment, Span, size_of

PIECE: Final = 1 << 20
"""Bytes searched at once."""

OVERLAP: Final = 256
"""Bytes of a piece that the next one repeats, lest a cut goes through a find."""

SMALL: Final = 64
"""Bytes up to which it is not worth leaving bulk data out."""

_WINDOW: Final = 1 << 16
_NONE: Final = Span(1 << 62, 1 << 62)

_Part = TypeVar("_Part", Element | Gap, Item)

Reader: TypeAlias = Callable[[Span], Generator[Span, bytes, bytes]]
"""Gives the bytes of a span of the source, asking the driver for what is lacking."""


class Release:
    """A planned data set, of which `bulk` of the source needs no look.

    `head` is the source from its first byte on, as far as it is at hand.
    """

    def __init__(
        self, plan: list[Segment], bulk: list[Span], head: bytes, read: Reader
    ) -> None:
        self._plan = plan
        self._bulk = sorted(span for span in bulk if span.stop - span.start > SMALL)
        self._head = head
        self._read = read

    def search(
        self, instance: Instance
    ) -> Generator[Span, bytes, list[tuple[int, str]]]:
        """Let `instance` search it; gives offsets in the data set, and kinds."""
        finds: set[tuple[int, str]] = set()
        held: list[bytes] = []  # from `begin` on, without a gap
        begin = at = 0
        head, bulk = self._head, iter((*self._bulk, _NONE))
        unseen = next(bulk)

        def look() -> bytes:
            piece = b"".join(held)
            if piece:
                found = instance.search(piece)
                finds.update((begin + offset, kind) for offset, kind in found)
            return piece

        def hold(piece: bytes) -> None:
            nonlocal held, begin, at
            held.append(piece)
            at += len(piece)
            if at - begin > PIECE:
                held = [look()[-OVERLAP:]]
                begin = at - len(held[0])

        for part in self._plan:
            if isinstance(part, bytes):
                hold(part)
                continue
            start, stop = part
            while start < stop:
                while unseen.start < start:
                    unseen = next(bulk)
                seen = min(stop, unseen.start)
                if seen <= len(head) and seen - start <= PIECE:
                    hold(head[start:seen])
                else:
                    for piece in range(start, seen, PIECE):
                        span = Span(piece, min(piece + PIECE, seen))
                        hold((yield from self._read(span)))
                start = seen
                if unseen.start >= stop:
                    break
                if unseen.stop > stop:
                    unseen = next(bulk)
                else:
                    look()
                    held.clear()
                    start = unseen.stop
                    begin = at = at + unseen.stop - unseen.start
        look()
        return sorted(finds)

    def locate(
        self,
        finds: list[tuple[int, str]],
        syntax: Syntax,
        sequences: Mapping[int, Rule | None],
    ) -> Generator[Span, bytes, list[Find]]:
        """Tell which data elements `finds` are in; `sequences` are looked into."""
        size = size_of(self._plan)
        scan = Scan(EVERYTHING._replace(rules=sequences), syntax, 0, size)
        window, base = b"", 0
        last = finds[-1][0]
        while (need := scan.walk(window, base)) is not None:
            base = need.start
            if base > last and scan.is_at_top:
                break  # what comes after the last find is of no interest
            wanted = last + 1 if base <= last < base + _WINDOW else base + _WINDOW
            stop = min(size, max(need.stop, wanted))
            window = yield from self._window(Span(base, stop))
        return [_place(scan.edits, (), at, kind) for at, kind in finds]

    def _window(self, span: Span) -> Generator[Span, bytes, bytes]:
        """Give bytes of the data set."""
        data: list[bytes] = []
        index = bisect_right(self._starts, span.start) - 1
        for at, segment in self._from(index):
            if at >= span.stop:
                break
            start, stop = max(span.start - at, 0), span.stop - at
            if isinstance(segment, bytes):
                data.append(segment[start:stop])
            else:
                wanted = Span(
                    segment.start + start, min(segment.start + stop, segment.stop)
                )
                data.append((yield from self._read(wanted)))
        return b"".join(data)

    def _from(self, index: int) -> Iterator[tuple[int, Segment]]:
        """Give segments from one on, and where each begins."""
        for number in range(index, len(self._plan)):
            yield self._starts[number], self._plan[number]

    @cached_property
    def _starts(self) -> list[int]:
        """List where in the data set each segment of the plan begins."""
        sizes = (size_of((segment,)) for segment in self._plan)
        return list(accumulate(sizes, initial=0))


def _place(edits: Edits, path: Path, at: int, kind: str) -> Find:
    """Find the innermost data element around an offset."""
    edit = _around(edits, at)
    if not isinstance(edit, Element):
        return Find(path, 0, "", kind)
    item = _around(edit.items or (), at)
    if item is None:
        return Find(path, edit.tag, edit.vr, kind)
    return _place(item.edits, (*path, edit.tag), at, kind)


def _around(parts: Sequence[_Part], at: int) -> _Part | None:
    """Find the part, of those in order, that an offset is in."""
    index = bisect_right(parts, at, key=itemgetter(0)) - 1
    return parts[index] if index >= 0 and at < parts[index].stop else None
