"""Put the changes and what stays together again.

What stays is spans of the source, so that a data set in which nothing changes is
one span. A sequence or item of defined length whose content changes gets a new
length; one of undefined length keeps its delimiters.
"""

from collections.abc import Iterable
from typing import NamedTuple

from cordon.core.encode import header
from cordon.core.profile import Element, Gap, Instance, Item, Path
from cordon.core.scan import ITEM, Scan
from cordon.core.span import Segment, Span, size_of


class _Insert(NamedTuple):
    """A data element that is added at `start`."""

    start: int
    stop: int
    tag: int


class Weave:
    """Applies the rules to one instance; `counts` sums them up by action code."""

    def __init__(self, instance: Instance) -> None:
        self.counts: dict[str, int] = {}
        self._instance = instance

    def data_set(self, scan: Scan, inserts: Iterable[int]) -> list[Segment]:
        """Plan the whole data set, with those of the `inserts` that it lacks."""
        present = {edit.tag for edit in scan.edits if isinstance(edit, Element)}
        lacking = [
            _Insert(scan.marks[tag], scan.marks[tag], tag)
            for tag in inserts
            if tag not in present
        ]
        # by place; where one begins, what is inserted comes before what is there
        edits = sorted((*lacking, *scan.edits))
        return self._edited(edits, scan.start, scan.stop, ())

    def _edited(
        self,
        edits: Iterable[Element | Gap | _Insert],
        start: int,
        stop: int,
        path: Path,
    ) -> list[Segment]:
        """Plan a data set that is the source from `start` to `stop` but for `edits`."""
        instance, counts = self._instance, self.counts
        woven: list[Segment] = []
        at = start
        for edit in edits:
            if at < edit.start:
                woven.append(Span(at, edit.start))
            at = edit.stop
            if isinstance(edit, _Insert):
                woven.append(instance.insert(edit.tag))
            if not isinstance(edit, Element):
                continue
            rule = edit.rule
            if rule.choose is not None:
                rule = rule.choose(edit, path, instance)
            if rule.code != "K":
                counts[rule.code] = counts.get(rule.code, 0) + 1
            new = rule.apply(edit, instance)
            if new is not None:
                woven.append(new)
            elif edit.items is None:
                woven.append(Span(edit.start, at))
            else:
                added = b"" if rule.append is None else rule.append(edit, instance)
                woven += self._sequence(edit, edit.items, added, path)
        woven.append(Span(at, stop))
        return woven

    def _sequence(
        self, element: Element, items: list[Item], added: bytes, path: Path
    ) -> list[Segment]:
        """Plan a sequence that stays, with the changes in its items."""
        path = (*path, element.tag)
        little = element.little or element.vr == "UN"  # PS3.5 6.2.2
        woven: list[Segment] = []
        at = element.body
        for item in items:
            content = self._edited(item.edits, item.body, item.end, path)
            woven.append(Span(at, item.start))
            woven += _framed(item, content, ITEM, "", little)
            at = item.stop
        woven += (Span(at, element.end), added)
        return _framed(element, woven, element.tag, element.vr, element.little)


def _framed(
    old: Element | Item, content: list[Segment], tag: int, vr: str, little: bool
) -> list[Segment]:
    """Put `content` where the value of `old` was, under a length that fits."""
    size = size_of(content)
    if old.stop > old.end or size == old.end - old.body:
        return [Span(old.start, old.body), *content, Span(old.end, old.stop)]
    return [header(tag, vr, size, bool(vr), little), *content]


def join(segments: Iterable[Segment]) -> list[Segment]:
    """Merge neighbours, bytes with bytes and span with touching span."""
    joined: list[Segment] = []
    new: list[bytes] = []
    for segment in segments:
        if not isinstance(segment, Span):
            new.append(segment)
        elif segment.start < segment.stop:
            if data := b"".join(new):
                joined.append(data)
            new.clear()
            last = joined[-1] if joined else None
            if isinstance(last, Span) and last.stop == segment.start:
                joined[-1] = Span(last.start, segment.stop)
            else:
                joined.append(segment)
    if data := b"".join(new):
        joined.append(data)
    return joined
