"""Every data element of a data set, as a tree, for who wants to look at it.

The walk is the engine's own scan, under rules that leave nothing out. Values are not
read: each data element says where its value is.
"""

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

from cordon.core.container import DEFLATED, Container
from cordon.core.errors import InstanceError
from cordon.core.head import LONG_VRS, SHORT_VRS
from cordon.core.profile import BULK, Edits, Element, Profile, Rule, no_instance
from cordon.core.reading import FIRST_READ, NEXT_READ
from cordon.core.scan import Scan
from cordon.core.span import Segment, Span, size_of
from cordon.core.splice import begin, inflate, run

Read: TypeAlias = Callable[[Span], bytes]

NO_TAG: Final = 0
"""Stands for bytes that are no data element."""

_CHUNK: Final = 1 << 18
_SEQUENCE: Final = Rule("K", lambda element, instance: None, descends=True, counts=True)
_ANY: Final = _SEQUENCE._replace(otherwise=BULK)
_CLOSED: Final = Rule("K", lambda element, instance: None)


class Source(NamedTuple):
    """A file to look at: its data set is what `read` gives from `start` to `stop`."""

    container: Container
    read: Read
    start: int
    stop: int


def opened(read: Read, size: int) -> Source:
    """Open a source of `size` bytes; one that is deflated is inflated.

    Raises
    ------
    InstanceError
        The source cannot be read.
    """
    container, _ = run(begin(size, FIRST_READ), read)
    start = container.data_set
    if container.transfer_syntax_uid not in DEFLATED:
        return Source(container, nearby(read, size), start, size)
    data_set = inflate(read(Span(start, size)), start)
    return Source(container, lambda span: data_set[slice(*span)], 0, len(data_set))


def planned(segments: Sequence[Segment], read: Read) -> tuple[Read, int]:
    """Give what reads a plan as if it were written, and its size."""
    starts = [0, *accumulate(size_of((segment,)) for segment in segments)]

    def read_plan(span: Span) -> bytes:
        parts = []
        for number in range(bisect_right(starts, span.start) - 1, len(segments)):
            begin, segment = starts[number], segments[number]
            if begin >= span.stop:
                break
            first = max(span.start - begin, 0)
            last = min(span.stop, starts[number + 1]) - begin
            if isinstance(segment, bytes):
                parts.append(segment[first:last])
            elif first < last:
                parts.append(read(Span(segment.start + first, segment.start + last)))
        return b"".join(parts)

    return read_plan, starts[-1]


def elements(source: Source, vrs: Mapping[int, str]) -> list[Element]:
    """List the data elements of a source; `vrs` tells which are sequences.

    A sequence that cannot be followed is not followed: it may be one that goes unseen.
    """
    rules = {tag: _SEQUENCE if vr == "SQ" else BULK for tag, vr in vrs.items()}
    known = {tag: rule for tag, rule in rules.items() if rule is _SEQUENCE}
    for table, other in ((rules, _ANY), (known, _CLOSED)):
        try:
            edits = _scanned(source, table, other)
            break
        except InstanceError:
            continue
    else:
        edits = _scanned(source, {}, _CLOSED)
    return list(_whole(edits, source.start, source.stop, source))


def _whole(edits: Edits, start: int, stop: int, source: Source) -> Iterator[Element]:
    """Give all from `start` to `stop`, with what the scan did not go into."""
    at = start
    for edit in edits:
        if at < edit.start:
            yield _unread(at, edit.start, source)
        if isinstance(edit, Element):
            yield edit if edit.items is None else _filled(edit, source)
        else:
            yield _unread(edit.start, edit.stop, source)
        at = edit.stop
    if at < stop:
        yield _unread(at, stop, source)


def _filled(sequence: Element, source: Source) -> Element:
    items = [
        item._replace(edits=[*_whole(item.edits, item.body, item.end, source)])
        for item in sequence.items or ()
    ]
    return sequence._replace(items=items)


def _unread(start: int, stop: int, source: Source) -> Element:
    """Make a data element of bytes, of which nothing but the header is looked at."""
    head = source.read(Span(start, min(start + 12, stop)))
    little = source.container.syntax.little
    if len(head) < 8 or not any(head):
        return Element(start, stop, start, stop, NO_TAG, "", little, BULK)
    group, number = struct.unpack_from("<HH" if little else ">HH", head)
    told = head[4:6]
    vr = SHORT_VRS.get(told) or LONG_VRS.get(told) or ""
    body = min(start + (12 if told in LONG_VRS else 8), stop)
    return Element(start, stop, body, stop, group << 16 | number, vr, little, BULK)


def _scanned(source: Source, rules: Mapping[int, Rule | None], other: Rule) -> Edits:
    profile = Profile(rules, other, lambda tag: other, (), no_instance)
    scan = Scan(profile, source.container.syntax, source.start, source.stop)
    window, base = b"", source.start
    while (need := scan.walk(window, base)) is not None:
        base = need.start
        count = _CHUNK if scan.stride < _CHUNK else NEXT_READ
        stop = min(source.stop, max(need.stop, base + count))
        window = source.read(Span(base, stop))
    return scan.edits


def nearby(read: Read, size: int) -> Read:
    """Make a reader that asks for more than is wanted, as what follows mostly is."""
    data, base = b"", 0

    def read_near(span: Span) -> bytes:
        nonlocal data, base
        if not base <= span.start <= span.stop <= base + len(data):
            # far ahead is what follows a long value: another, maybe
            count = _CHUNK if span.start <= base + len(data) else NEXT_READ
            base = span.start
            data = read(Span(base, min(size, max(span.stop, base + count))))
        return data[span.start - base : span.stop - base]

    return read_near
