"""Put the changes and what stays together again.

What stays is spans of the source, so that a data set in which nothing changes is
one span. A sequence or item of defined length whose content changes gets a new
length; one of undefined length keeps its delimiters.
"""

from collections.abc import Iterable, Set
from typing import Final, NamedTuple

from cordon.core.encode import MAX_SHORT, header
from cordon.core.head import ITEM, LONG_VRS
from cordon.core.profile import CREATOR, Element, Gap, Instance, Item, Path, Rule
from cordon.core.scan import Scan
from cordon.core.span import Segment, Span, size_of

_PRIVATE: Final = 0x00010000


class _Insert(NamedTuple):
    """A data element that is added at `start`."""

    start: int
    stop: int
    tag: int


class Weave:
    """Applies the rules to one instance.

    `counts` sums them up by action code. Of the top-level data elements that `tells`
    lists, `kept` has the values that were only read and `told` what became of others.
    """

    def __init__(self, instance: Instance, tells: Set[int]) -> None:
        self.counts: dict[str, int] = {}
        self.kept: dict[int, bytes] = {}
        self.told: dict[int, list[Segment]] = {}
        self._top = instance
        self._tells = tells

    def data_set(self, scan: Scan, inserts: Iterable[int]) -> list[Segment]:
        """Plan the whole data set, with those of the `inserts` that it lacks."""
        present = {edit.tag for edit in scan.edits if isinstance(edit, Element)}
        self.kept = {
            tag: scan.values[tag]
            for tag in scan.values.keys() & self._tells
            if tag not in present
        }
        lacking = [
            _Insert(scan.marks[tag], scan.marks[tag], tag)
            for tag in inserts
            if tag not in present
        ]
        # by place; where one begins, what is inserted comes before what is there
        edits = sorted((*lacking, *scan.edits))
        woven = self._edited(edits, scan.start, scan.stop, (), self._top)
        counts = self.counts
        counts["X"] = counts.get("X", 0) + scan.removed
        counts.update(scan.decided)
        return woven

    def _edited(
        self,
        edits: Iterable[Element | Gap | _Insert],
        start: int,
        stop: int,
        path: Path,
        instance: Instance,
    ) -> list[Segment]:
        """Plan a data set that is the source from `start` to `stop` but for `edits`."""
        counts = self.counts
        woven: list[Segment] = []
        creators: list[tuple[int, int]] = []  # tag, and place in `woven`
        used: set[int] = set()
        at = start
        for edit in edits:
            if at < edit.start:
                woven.append(Span(at, edit.start))
            at = edit.stop
            if isinstance(edit, Gap):
                continue
            if isinstance(edit, _Insert):
                woven.append(instance.insert(edit.tag))
                if edit.tag in self._tells:
                    self.told[edit.tag] = woven[-1:]
                continue
            rule = edit.rule
            if rule.choose is not None:
                rule = rule.choose(edit, path, instance)
            code, length = rule.code, len(woven)
            new = rule.apply(edit, instance)
            if new is not None:
                woven.append(new)
            elif edit.items is None:
                woven.append(Span(edit.start, at))
            else:
                woven += self._sequence(edit, edit.items, rule, path, instance)
                if len(woven) == length:
                    code = "X"
            if not path and edit.tag in self._tells:
                self.told[edit.tag] = woven[length:]
            if code != "K":
                counts[code] = counts.get(code, 0) + 1
            if edit.tag & _PRIVATE and new != b"" and len(woven) > length:
                if rule is CREATOR:
                    creators.append((edit.tag, length))
                else:
                    used.add(edit.tag & 0xFFFF0000 | edit.tag >> 8 & 0xFF)
        woven.append(Span(at, stop))
        for tag, index in creators:
            if tag not in used:
                woven[index] = b""
                counts["X"] = counts.get("X", 0) + 1
        return woven

    def _sequence(
        self,
        element: Element,
        items: list[Item],
        rule: Rule,
        path: Path,
        instance: Instance,
    ) -> list[Segment]:
        """Plan a sequence that stays, with the changes in its items."""
        path = (*path, element.tag)
        little = element.little or element.vr == "UN"  # PS3.5 6.2.2
        woven: list[Segment] = []
        at = element.body
        for item in items:
            woven.append(Span(at, item.start))
            at = item.stop
            inner = instance.enter(element, item)
            if inner is None:
                continue
            content = self._edited(item.edits, item.body, item.end, path, inner)
            if not rule.prunes or size_of(content):
                woven += _framed(item, content, ITEM, "", little)
        woven.append(Span(at, element.end))
        if rule.append is not None:
            woven.append(rule.append(element, instance))
        if rule.prunes and not size_of(woven):
            return []
        return _framed(element, woven, element.tag, element.vr, element.little)


def _framed(
    old: Element | Item, content: list[Segment], tag: int, vr: str, little: bool
) -> list[Segment]:
    """Put `content` where the value of `old` was, under a length that fits."""
    size = size_of(content)
    if old.stop > old.end or size == old.end - old.body:
        return [Span(old.start, old.body), *content, Span(old.end, old.stop)]
    if size > MAX_SHORT and vr and vr not in LONG_VRS.values():
        vr = "SQ"  # which it is, whatever the source says; items of UN have no VRs
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
