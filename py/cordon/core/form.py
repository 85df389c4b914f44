"""A form: what instances of a series have in common, and the blanks in it.

It is compared with a source byte for byte, and only what stands in its blanks is
decided on. Where what is decided depends on more than that, no outcome is given.
"""

import struct
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

from cordon.core.encode import value_of
from cordon.core.errors import InstanceError
from cordon.core.head import ITEM_TAGS, SEQUENCE_END, UNDEFINED
from cordon.core.outcome import Deidentified, Note
from cordon.core.profile import (
    DROP,
    EVERYTHING,
    Edits,
    Element,
    Instance,
    Profile,
    Rule,
    Syntax,
)
from cordon.core.scan import Scan
from cordon.core.span import Segment, Span
from cordon.core.weave import Weave

MAX_LAYOUTS: Final = 32
"""Layouts that are remembered of a form."""

SCANNED: Final = Rule("", lambda element, instance: None, reads=True)
"""Stands for the rules of a sequence that differs: it is walked through in each source."""

_DROPPING: Final = EVERYTHING._replace(private=DROP, unlisted=lambda tag: DROP)
"""Counts data elements, but for what is in sequences."""

_ENDS: Final = tuple(
    struct.pack(f"{order}HHI", SEQUENCE_END >> 16, SEQUENCE_END & 0xFFFF, 0)
    for order in "><"
)
"""Sequence delimitation items, by `little`."""

_Filled: TypeAlias = tuple[Instance, list[bytes], dict[str, int], dict[int, bytes]]

Found: TypeAlias = tuple[int, int, str]
"""What a search finds: number of the part, offset in it, and kind."""


class Depends(Exception):  # noqa: N818 - a way out, not an error
    """What is decided depends on more than the blanks themselves."""


class Blank(NamedTuple):
    """A data element of another value in each instance.

    In each source `fixed` stands before its length of `width` bytes; `header` bytes of
    that are its own. It stays, unless there is a rule; for a sequence that is `SCANNED`.
    """

    fixed: bytes
    header: int
    length: Callable[[bytes, int], tuple[int]]
    width: int
    tag: int
    vr: str
    little: bool
    rule: Rule | None
    told: bool  # the outcome tells the value
    nests: bool  # the value tells whether it is a sequence


class _Decided(NamedTuple):
    """A blank that a rule decides on; `element` lacks the value alone.

    What becomes of it is the `part` of this number of a result.
    """

    number: int
    part: int
    told: bool
    element: tuple[int, int, int, int, int, str, bool, Rule]


class _Nested(NamedTuple):
    """A blank that is a sequence, from `start` to `stop`; becomes this `part`.

    If it is `open`, its length is undefined, and where it stops is to be seen to.
    """

    part: int
    start: int
    stop: int
    open: bool


class Layout(NamedTuple):
    """Where the blanks are that have these lengths.

    What stands before the pixels, in `size` bytes, is cut into three pieces for each
    blank, what is fixed, the length, and the value; and what is fixed at the end. A
    result has three `parts` for each of those that vary in it, what is woven, a header,
    and a value; and what is woven at the end. The `seams` are what stands around the
    values, as far as something that is sought may go.
    """

    size: int
    pixels: Span | None  # unless they are fragments
    cut: Callable[[bytes], tuple[bytes, ...]]
    lengths: tuple[bytes, ...]
    parts: list[bytes]
    seams: list[bytes]
    decided: list[_Decided]
    nested: list[_Nested]


class Form(NamedTuple):
    """What instances have in common, and what becomes of it.

    In each source it is `fixed` what stands around the blanks; in each result it is
    `woven` what stands around those that are `varying`. Of `found` it is known that it
    may stay where it is; if there is something to be `noted` of it, all of it and no
    more has to be there. Then come pixels, and in the source a `tail`. Pixels of no
    `length` are fragments: they have to be walked through from their header on, of
    `header` bytes. `instance` knows of no blank.
    """

    blanks: list[Blank]
    fixed: tuple[bytes, ...]
    woven: list[bytes]
    header: int
    length: int | None
    tail: bytes
    instance: Instance
    profile: Profile
    syntax: Syntax
    reach: int  # bytes in which all blanks are found
    counts: dict[str, int]
    told: dict[int, bytes]
    renewed: list[tuple[int, int]]  # tag and number of a blank
    shown: list[tuple[int, int]]  # of those that stay and are told
    varying: list[int]
    nesting: list[int]
    found: frozenset[Found]
    noted: tuple[Note, ...]
    layouts: dict[int, Layout]

    def match(self, head: bytes, size: int) -> tuple[Layout, tuple[bytes, ...]] | None:
        """Find the values of the blanks in a source of `size` bytes.

        None if it is not alike.
        """
        key = size if self.length is not None else 0
        layout = self.layouts.get(key)
        if layout is not None and len(head) >= layout.size:
            pieces = layout.cut(head)
            if pieces[::3] == self.fixed and pieces[1::3] == layout.lengths:
                return layout, pieces[2::3]
        if (layout := self._layout(head, size)) is None:
            return None
        if len(self.layouts) == MAX_LAYOUTS:
            self.layouts.clear()
        self.layouts[key] = layout
        return layout, layout.cut(head)[2::3]

    def _layout(self, head: bytes, size: int) -> Layout | None:
        """Find where the blanks are in a source; None if it is not alike."""
        lengths, parts, decided, nested = [], self.woven[:1], [], []
        woven = iter(self.woven[1:])
        sizes = ""
        at = 0
        for number, blank in enumerate(self.blanks):
            if not head.startswith(blank.fixed, at):
                return None
            at += len(blank.fixed)
            start, body = at - blank.header, at + blank.width
            if body > len(head):
                return None
            stop = body + (length := blank.length(head, at)[0])
            if length == UNDEFINED and blank.rule is SCANNED:
                stop = self._end(head, body, number)
            sizes += f"{len(blank.fixed)}s{blank.width}s{stop - body}s"
            lengths.append(head[at:body])
            rule = blank.rule
            if rule is SCANNED:
                nested.append(_Nested(len(parts) + 1, start, stop, length == UNDEFINED))
            elif rule is not None and rule is not DROP:
                place = start, stop, body, stop, blank.tag, blank.vr, blank.little, rule
                decided.append(_Decided(number, len(parts) + 1, blank.told, place))
            if rule is not DROP:
                parts += b"" if rule else head[start:body], b"", next(woven)
            at = stop
        end = self.fixed[-1]
        if not head.startswith(end, at):
            return None
        at += len(end)
        pixels = None if self.length is None else Span(at, at + self.length)
        if pixels and pixels.stop + len(self.tail) != size:
            return None
        cut = struct.Struct(f"{sizes}{len(end)}s").unpack_from
        seams = [_edges(b"".join(parts[:2]))]
        for part in range(3, len(parts), 3):
            seams += b"", _edges(b"".join(parts[part : part + 2]))
        return Layout(at, pixels, cut, tuple(lengths), parts, seams, decided, nested)

    def _end(self, head: bytes, body: int, number: int) -> int:
        """Tell where a sequence of undefined length seems to stop, if it does."""
        blank, following = self.blanks[number], self.fixed[number + 1]
        end = _ENDS[blank.little or blank.vr == "UN"]  # PS3.5 6.2.2
        at = head.find(end, body)
        while at >= 0 and not head.startswith(following, at + len(end)):
            at = head.find(end, at + 1)
        return at + len(end) if at >= 0 else len(head)

    def outcome(
        self, head: bytes, layout: Layout, values: tuple[bytes, ...], pixels: Span
    ) -> Deidentified | None:
        """Give the outcome for a source that matches; None if it cannot be told."""
        try:
            instance, parts, counts, told = self.fill(head, layout, values)
        except Depends:
            return None
        begun, data_set = instance.container(), b"".join(parts)
        if begun is None:
            return None
        if instance.searches:
            seams = layout.seams.copy()
            seams[1::2] = parts[2::3]
            if self.noted or instance.touches(data_set, b"".join(seams)):
                found = frozenset(search(instance, data_set, parts))
                if not found <= self.found or (self.noted and found != self.found):
                    return None
        row = instance.row(counts)
        if self.noted:
            row = row._replace(notes=row.notes + self.noted)
        return Deidentified([begun + data_set, pixels], row, told)

    def fill(self, head: bytes, layout: Layout, values: tuple[bytes, ...]) -> _Filled:
        """Decide on the values of the blanks of a source.

        Raises
        ------
        Depends
            What is decided depends on more than that.
        """
        for number in self.nesting:
            if values[number][:4] in ITEM_TAGS:
                raise Depends
        elements = [Element(*one.element, values[one.number]) for one in layout.decided]
        renewed = {tag: values[number] for tag, number in self.renewed}
        edits: Edits = [*elements]
        scans = []
        for one in layout.nested:
            scans.append(self._scan(head, one))
            edits += scans[-1].edits
        instance = self.instance.like(renewed, edits)
        if instance is None:
            raise Depends

        parts, told, counts = layout.parts.copy(), self.told.copy(), self.counts.copy()
        parts[2::3] = [values[number] for number in self.varying]
        for tag, number in self.shown:
            told[tag] = values[number]
        for (_, part, tells, _), element in zip(layout.decided, elements, strict=True):
            rule = element.rule
            if rule.choose is not None:
                rule = rule.choose(element, (), instance)
            new = rule.apply(element, instance)
            if rule.code != "K":
                counts[rule.code] = counts.get(rule.code, 0) + 1
            if new is None:
                new = head[element.start : element.stop]
            parts[part] = new
            if tells and new:
                told[element.tag] = value_of(new, self.syntax.explicit)
        for (part, *_), scan in zip(layout.nested, scans, strict=True):
            weave = Weave(instance, frozenset())
            parts[part] = assembled(weave.data_set(scan, ()), head)
            for code, number in weave.counts.items():
                counts[code] = counts.get(code, 0) + number
        return instance, parts, counts, told

    def _scan(self, head: bytes, nested: _Nested) -> Scan:
        """Walk through a blank that is a sequence."""
        place = nested.start, nested.stop
        if nested.open:
            dropped = scan_part(_DROPPING, self.syntax, head, *place)
            if dropped.removed != 1:
                raise Depends
        return scan_part(self.profile, self.syntax, head, *place)


def _edges(between: bytes) -> bytes:
    """Leave out what is between NULs, since nothing that is sought goes across one."""
    before, nul, rest = between.partition(b"\0")
    return before + nul + rest.rpartition(b"\0")[2]


def scan_part(
    profile: Profile, syntax: Syntax, head: bytes, start: int, stop: int
) -> Scan:
    """Walk through a data element of a source.

    Raises
    ------
    Depends
        It cannot be followed.
    """
    scan = Scan(profile, syntax, start, stop)
    try:
        lacking = scan.walk(head, 0)
    except InstanceError:
        lacking = Span(start, stop)
    if lacking is not None:
        raise Depends
    return scan


def search(instance: Instance, data_set: bytes, parts: list[bytes]) -> list[Found]:
    """Search a data set made of `parts`; a find is in the part that it begins in."""
    finds = instance.search(data_set) if instance.searches else ()
    if not finds:
        return []
    starts = list(accumulate(map(len, parts), initial=0))
    found = []
    for at, kind in finds:
        part = bisect_right(starts, at) - 1
        found.append((part, at - starts[part], kind))
    return found


def assembled(segments: list[Segment], head: bytes) -> bytes:
    """Put segments together, as far as `head` has them."""
    return b"".join(
        head[slice(*segment)] if isinstance(segment, Span) else segment
        for segment in segments
    )
