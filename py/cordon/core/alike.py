"""What an engine remembers: the instances of a series are alike.

Of two of them what is equal makes a form, and the data elements that differ are its
blanks. The next one is compared with the form byte for byte, and only its blanks are
decided on. A form is followed where nothing but blanks differs, and nothing that is
decided elsewhere depends on a blank; so the outcome is what a walk through the whole
instance gives. Where that is in doubt there is none, and the walk is due.
"""

import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from copy import copy
from itertools import accumulate, pairwise
from typing import Final, NamedTuple, TypeAlias

from cordon.core.container import PREAMBLE, PREFIX, Container
from cordon.core.encode import value_of
from cordon.core.errors import InstanceError
from cordon.core.head import ITEM_TAGS, SEQUENCE_END, UNDEFINED
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import (
    DROP,
    EVERYTHING,
    KEEP,
    READ,
    Edits,
    Element,
    Gap,
    Header,
    Instance,
    Profile,
    Rule,
    Syntax,
)
from cordon.core.reading import walk
from cordon.core.scan import Scan
from cordon.core.span import Segment, Span, size_of
from cordon.core.weave import Weave

MAX_SERIES: Final = 8
"""Series that are remembered at once."""

MAX_HEAD: Final = 1 << 18
"""Bytes before the pixels of what is remembered."""

SLACK: Final = 1 << 12
"""Bytes that the head of another instance may be longer."""

MAX_TAIL: Final = 1 << 12
"""Bytes after the pixels of what is remembered."""

CREDIT: Final = 4
"""Forms that are made of a series in vain before it is let be."""

MAX_LAYOUTS: Final = 32
"""Layouts that are remembered of a form."""

_SEAM: Final = b"\n"
"""Stands in seams between what is behind one value and what is before the next."""

_SCANNED: Final = Rule("", lambda element, instance: None, reads=True)
"""Stands for the rules of a sequence that differs: it is walked through in each source."""

_LISTED: Final = Rule(
    "K", lambda element, instance: None, descends=True, otherwise=EVERYTHING.private
)
_LISTING: Final = EVERYTHING._replace(private=_LISTED, unlisted=lambda tag: _LISTED)
"""Lists each data element, and what is in sequences."""

_DROPPING: Final = EVERYTHING._replace(private=DROP, unlisted=lambda tag: DROP)
"""Counts data elements, but for what is in sequences."""

_ENDS: Final = tuple(
    struct.pack(f"{order}HHI", SEQUENCE_END >> 16, SEQUENCE_END & 0xFFFF, 0)
    for order in "><"
)
"""Sequence delimitation items, by `little`."""

_META: Final = Syntax(explicit=True, little=True)
_META_BLANKS: Final = frozenset((0x00020000, 0x00020003))
"""Group length and SOP Instance UID: all that differs in file meta information."""

_KINDS: Final = frozenset(("", "uid", "date"))
"""Kinds of identifiers that a blank may be: others change what is looked for."""

_UNTOLD: Final = frozenset(("", "UN"))
"""VRs that a sequence may have as well (PS3.5 6.2.2)."""

_META_GROUP: Final = 0x0002
_PRIVATE: Final = 0x00010000
_SHORT_HEADER: Final = 8  # bytes; PS3.5 7.1.2
_SHORT: Final = tuple(struct.Struct(f"{order}H").unpack_from for order in "><")
_LONG: Final = tuple(struct.Struct(f"{order}I").unpack_from for order in "><")

_Filled: TypeAlias = tuple[Instance, list[bytes], dict[str, int], dict[int, bytes]]
_Found: TypeAlias = tuple[int, int, str]
"""What a search finds: number of the part, offset in it, and kind."""


class _Depends(Exception):  # noqa: N818 - a way out, not an error
    """What is decided depends on more than the blanks themselves."""


class _Values(Mapping[int, bytes]):
    """Top-level values, of which those of blanks must not be asked for.

    While an instance begins they may be, and `asked` notes it.
    """

    def __init__(self, values: Mapping[int, bytes], blanks: frozenset[int]) -> None:
        self._values = values
        self._blanks = blanks
        self.asked: set[int] = set()
        self.begun = False

    def __getitem__(self, tag: int) -> bytes:
        if tag in self._blanks:
            if self.begun:
                raise _Depends
            self.asked.add(tag)
        return self._values[tag]

    def __iter__(self) -> Iterator[int]:
        raise _Depends

    def __len__(self) -> int:
        raise _Depends


class _Sample(NamedTuple):
    """An instance that was walked through.

    It is made of `head`, the value of `pixels`, and `tail`.
    """

    head: bytes
    pixels: Element
    tail: bytes
    container: Container
    scan: Scan
    outcome: Deidentified


class _Blank(NamedTuple):
    """A data element of another value in each instance.

    In each source `fixed` stands before its length of `width` bytes; `header` bytes of
    that are its own. It stays, unless there is a rule.
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


class _Layout(NamedTuple):
    """Where the blanks are that have these lengths.

    What stands before the pixels, in `size` bytes, is cut into three pieces for each
    blank, what is fixed, the length, and the value; and what is fixed at the end. A
    result has three `parts` for each of those that vary in it, what is woven, a header,
    and a value; and what is woven at the end. The `seams` are what stands around the
    values, as far as something that is sought may go.
    """

    size: int
    cut: Callable[[bytes], tuple[bytes, ...]]
    lengths: tuple[bytes, ...]
    parts: list[bytes]
    seams: list[bytes]
    decided: list[_Decided]
    nested: list[_Nested]


class _Form(NamedTuple):
    """What instances have in common, and what becomes of it.

    In each source it is `fixed` what stands around the blanks; in each result it is
    `woven` what stands around those that are `varying`. Of `found` it is known that it
    may stay where it is. Then come pixels, and in the source a `tail`. Pixels of no
    `length` are fragments: they have to be walked through from their header on, of
    `header` bytes. `instance` knows of no blank.
    """

    blanks: list[_Blank]
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
    found: frozenset[_Found]
    layouts: dict[int, _Layout]

    def match(self, head: bytes, size: int) -> tuple[_Layout, tuple[bytes, ...]] | None:
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

    def _layout(self, head: bytes, size: int) -> _Layout | None:
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
            if length == UNDEFINED and blank.rule is _SCANNED:
                stop = self._end(head, body, number)
            sizes += f"{len(blank.fixed)}s{blank.width}s{stop - body}s"
            lengths.append(head[at:body])
            rule = blank.rule
            if rule is _SCANNED:
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
        if self.length is not None and at + self.length + len(self.tail) != size:
            return None
        cut = struct.Struct(f"{sizes}{len(end)}s").unpack_from
        near = self.instance.longest
        seams = [parts[0][-near:] + parts[1]] if self.varying else []
        for part in range(3, len(parts), 3):
            around = parts[part][:near], _SEAM, parts[part][-near:]
            seams += b"", b"".join((*around, *parts[part + 1 : part + 2]))
        return _Layout(at, cut, tuple(lengths), parts, seams, decided, nested)

    def _end(self, head: bytes, body: int, number: int) -> int:
        """Tell where a sequence of undefined length seems to stop, if it does."""
        blank, following = self.blanks[number], self.fixed[number + 1]
        end = _ENDS[blank.little or blank.vr == "UN"]  # PS3.5 6.2.2
        at = head.find(end, body)
        while at >= 0 and not head.startswith(following, at + len(end)):
            at = head.find(end, at + 1)
        return at + len(end) if at >= 0 else len(head)

    def outcome(
        self, head: bytes, layout: _Layout, values: tuple[bytes, ...], pixels: Span
    ) -> Deidentified | None:
        """Give the outcome for a source that matches; None if it cannot be told."""
        try:
            instance, parts, counts, told = self.fill(head, layout, values)
        except _Depends:
            return None
        begun, data_set = instance.container(), b"".join(parts)
        if begun is None:
            return None
        if instance.searches:
            seams = layout.seams.copy()
            seams[1::2] = parts[2::3]
            if instance.touches(data_set, b"".join(seams)) and not (
                self.found.issuperset(_search(instance, data_set, parts))
            ):
                return None
        plan: list[Segment] = [begun + data_set, pixels]
        return Deidentified(plan, instance.row(counts), told)

    def fill(self, head: bytes, layout: _Layout, values: tuple[bytes, ...]) -> _Filled:
        """Decide on the values of the blanks of a source.

        Raises
        ------
        _Depends
            What is decided depends on more than that.
        """
        for number in self.nesting:
            if values[number][:4] in ITEM_TAGS:
                raise _Depends
        elements = [Element(*one.element, values[one.number]) for one in layout.decided]
        renewed = {tag: values[number] for tag, number in self.renewed}
        scans = [self._scan(head, one) for one in layout.nested]
        edits: Edits = [*elements]
        for scan in scans:
            edits += scan.edits
        instance = self.instance.like(renewed, edits)
        if instance is None:
            raise _Depends

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
            parts[part] = _whole(weave.data_set(scan, ()), head)
            for code, number in weave.counts.items():
                counts[code] = counts.get(code, 0) + number
        return instance, parts, counts, told

    def _scan(self, head: bytes, nested: _Nested) -> Scan:
        """Walk through a blank that is a sequence."""
        place = nested.start, nested.stop
        if nested.open:
            dropped = _scan(_DROPPING, self.syntax, head, *place)
            if dropped.removed != 1:
                raise _Depends
        return _scan(self.profile, self.syntax, head, *place)


class _Series:
    """What is known of a series, by its new UID."""

    def __init__(self, uid: str, sample: _Sample) -> None:
        self.uid = uid
        self.sample = sample
        self.form: _Form | None = None
        self.credit = CREDIT


class Alike:
    """Remembers the last series that were treated under `profile`."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._series: list[_Series] = []  # the last one first

    @property
    def enough(self) -> int:
        """Tell how many bytes of a source are likely to show whether it is alike."""
        form = self._series[0].form if self._series else None
        return form.reach if form else MAX_HEAD

    def outcome(
        self, head: bytes, size: int
    ) -> Generator[Span, bytes, Deidentified | None]:
        """Give the outcome for a source of `size` bytes that begins with `head`.

        None if it is like none that is remembered.
        """
        for number, series in enumerate(self._series):
            form = series.form
            if form is None or not head.startswith(form.fixed[0]):
                continue
            if len(head) < (reach := min(size, form.reach)):
                head += yield Span(len(head), reach)
            if (matched := form.match(head, size)) is None:
                continue
            if number:
                self._series.insert(0, self._series.pop(number))
            at = matched[0].size
            if form.length is None:
                pixels = yield from self._fragments(form, head, at, size)
            else:
                pixels = Span(at, at + form.length)
            if pixels.stop < size or form.tail:
                tail = yield from _read(head, Span(pixels.stop, size))
                if tail != form.tail:
                    return None
            outcome = form.outcome(head, *matched, pixels)
            if outcome is not None:
                series.credit = CREDIT
            return outcome
        return None

    def _fragments(
        self, form: _Form, head: bytes, at: int, size: int
    ) -> Generator[Span, bytes, Span]:
        """Tell where fragments are that begin at `at`."""
        rest = Scan(self.profile, form.syntax, at - form.header, size)
        yield from walk(rest, head, size)
        return Span(at, rest.edits[0].stop)

    def learn(
        self, head: bytes, container: Container, scan: Scan, outcome: Deidentified
    ) -> Generator[Span, bytes, None]:
        """Remember a source that was walked through, and what became of it."""
        pixels, size = _pixels(scan), scan.stop
        uid = outcome.row.series_instance_uid
        series = next((one for one in self._series if one.uid == uid), None)
        if (
            pixels is None
            or pixels.body > MAX_HEAD
            or size - pixels.stop > MAX_TAIL
            or head[PREAMBLE : PREAMBLE + len(PREFIX)] != PREFIX
            or (series and not series.credit)
        ):
            return
        if len(head) < pixels.body:
            head += yield Span(len(head), pixels.body)
        tail = yield from _read(head, Span(pixels.stop, size))
        sample = _Sample(head[: pixels.body], pixels, tail, container, scan, outcome)
        if series is None:
            self._series.insert(0, _Series(uid, sample))
            del self._series[MAX_SERIES:]
            return
        form = series.form
        if form and form.match(head, size) is not None:
            return
        series.credit -= 1
        blanks = frozenset(blank.tag for blank in form.blanks) if form else frozenset()
        with suppress(_Depends):
            series.form = _form(self.profile, series.sample, sample, blanks) or form
        series.sample = sample


# ------------------------------------------------------------------ making a form


def _form(
    profile: Profile, old: _Sample, new: _Sample, known: frozenset[int]
) -> _Form | None:
    """Make the form of two instances; what is `known` to differ is a blank as well.

    Raises
    ------
    _Depends
        They have none.
    """
    differing = _differing(old, new, known)
    starts = (0, *(element.stop for element in differing))
    blanks = [
        _blank(profile, element, new.head[start : element.body])
        for element, start in zip(differing, starts, strict=False)
    ]
    tags = {blank.tag for blank in blanks}
    pixels, container, scan = new.pixels, new.container, copy(new.scan)
    values = _Values(scan.values, frozenset(tags))
    meta = {tag: value for tag, value in container.meta.items() if tag not in tags}
    places = [
        element.start
        for blank, element in zip(blanks, differing, strict=True)
        if blank.rule is not DROP
    ]
    scan.edits = _others(new.scan.edits, places)
    for blank, element in zip(blanks, differing, strict=True):
        if blank.rule is _SCANNED:
            place = element.start, element.stop
            inner = _scan(profile, container.syntax, new.head, *place)
            scan.removed -= inner.removed
            scan.decided = dict(Counter(scan.decided) - Counter(inner.decided))
    instance = profile.begin(
        Header(
            container.transfer_syntax_uid, container.syntax, meta, values, scan.edits
        )
    )
    if isinstance(instance, Rejected) or instance.mask:
        return None
    if not values.asked <= instance.renews:
        return None
    values.begun = True

    for number, (blank, element) in enumerate(zip(blanks, differing, strict=True)):
        if _is_settled(blank, element, instance):
            blanks[number] = blank._replace(rule=DROP)
            tags.remove(blank.tag)
            places.remove(element.start)
    varying = [number for number, one in enumerate(blanks) if one.rule is not DROP]
    marked = [differing[number]._replace(rule=_marking(number)) for number in varying]
    scan.edits = [*_others(new.scan.edits, places), *marked]
    weave = Weave(instance, profile.tells)
    segments = weave.data_set(scan, profile.inserts)
    marks = [element.rule.apply(element, instance) for element in marked]
    numbered = list(enumerate(blanks))
    form = _Form(
        blanks=blanks,
        fixed=(*(blank.fixed for blank in blanks), new.head[starts[-1] :]),
        woven=_between(segments, marks, new.head),
        header=pixels.body - pixels.start,
        length=pixels.end - pixels.body if pixels.end == pixels.stop else None,
        tail=new.tail,
        instance=instance,
        profile=profile,
        syntax=container.syntax,
        reach=pixels.body + SLACK,
        counts=weave.counts,
        told={tag: value for tag, value in new.outcome.told.items() if tag not in tags},
        renewed=[(one.tag, at) for at, one in numbered if one.tag in instance.renews],
        shown=[(one.tag, at) for at, one in numbered if one.told and not one.rule],
        varying=varying,
        nesting=[at for at, one in numbered if one.nests],
        found=frozenset(),
        layouts={},
    )
    form = form._replace(found=_found(form, new))
    return form if all(_is_true(form, sample) for sample in (old, new)) else None


def _differing(old: _Sample, new: _Sample, known: frozenset[int]) -> list[Element]:
    """List the data elements of `new`, pixels apart, that are others in `old`."""
    layouts = _layout(old), _layout(new)
    if len(layouts[0]) != len(layouts[1]):
        raise _Depends
    differing = []
    for before, after in zip(*layouts, strict=True):
        then = old.head[before.start : before.stop]
        now = new.head[after.start : after.stop]
        if isinstance(after, Gap):
            if then != now:
                raise _Depends
        elif then != now or after.tag in known:
            differing.append(after)
    return differing


def _layout(sample: _Sample) -> list[Element | Gap]:
    """List what a source consists of."""
    head, pixels, _, container, *_ = sample
    meta, data_set = PREAMBLE + len(PREFIX), container.data_set
    parts = (
        Scan(_LISTING, _META, meta, data_set),
        Scan(_LISTING, container.syntax, data_set, pixels.start),
    )
    for part in parts:
        try:
            lacking = part.walk(head, 0)
        except InstanceError:
            raise _Depends from None
        tags = [edit.tag for edit in part.edits if isinstance(edit, Element)]
        if lacking or not all(first < second for first, second in pairwise(tags)):
            raise _Depends
    return [edit for part in parts for edit in part.edits]


def _blank(profile: Profile, element: Element, before: bytes) -> _Blank:
    """Make a blank of a data element, if what becomes of it concerns it alone.

    `before` is what stands between the blank before it and its value.
    """
    start, stop, body, end, tag, vr, little, *_, items = element
    rule = _rule(profile, tag)
    while rule is not None and rule.by:
        rule = rule.otherwise
    nests = vr in _UNTOLD or (rule is not None and rule.otherwise is not None)
    if rule is DROP and stop == end:
        nests = False
    elif items is not None:
        if not _is_scannable(profile, tag, rule):
            raise _Depends
        rule, nests = _SCANNED, False
    while rule is not None and rule.otherwise is not None:
        rule = rule.otherwise
    if rule is not None and (rule.kind not in _KINDS or rule.descends):
        raise _Depends
    wide = not vr or body - start > _SHORT_HEADER
    length, width = (_LONG[little], 4) if wide else (_SHORT[little], 2)
    told = rule is not KEEP and tag in profile.tells
    fixed, header = before[:-width], body - start - width
    if rule is READ:
        rule = KEEP
    return _Blank(fixed, header, length, width, tag, vr, little, rule, told, nests)


def _is_scannable(profile: Profile, tag: int, rule: Rule | None) -> bool:
    """Tell whether what becomes of a sequence that differs concerns it alone."""
    expected = rule is None or rule is DROP or rule.descends
    return expected and profile.block is None and tag not in profile.tells


def _scan(profile: Profile, syntax: Syntax, head: bytes, start: int, stop: int) -> Scan:
    """Walk through a data element of a source.

    Raises
    ------
    _Depends
        It cannot be followed.
    """
    scan = Scan(profile, syntax, start, stop)
    try:
        lacking = scan.walk(head, 0)
    except InstanceError:
        lacking = Span(start, stop)
    if lacking is not None:
        raise _Depends
    return scan


def _others(edits: Edits, places: list[int]) -> Edits:
    """List edits that begin at none of these `places`."""
    return [edit for edit in edits if edit.start not in places]


def _is_settled(blank: _Blank, element: Element, instance: Instance) -> bool:
    """Tell whether a blank becomes the same whatever its value is."""
    rule = blank.rule
    if rule is None or rule is DROP or rule.reads:
        return False
    if rule.choose is not None:
        rule = rule.choose(element, (), instance)
    return not rule.reads and rule.apply(element, instance) is not None


def _rule(profile: Profile, tag: int) -> Rule | None:
    """Give the rule for a plain data element."""
    if tag >> 16 == _META_GROUP:
        if tag not in _META_BLANKS:
            raise _Depends
        return DROP
    if tag & _PRIVATE:
        if profile.block is not None:
            raise _Depends
        return profile.private
    return profile.rules[tag] if tag in profile.rules else profile.unlisted(tag)


def _marking(number: int) -> Rule:
    """Make a rule that leaves a mark."""
    mark = b"blank %d" % number
    return Rule("K", lambda element, instance: mark)


def _between(
    segments: list[Segment], marks: list[bytes | None], head: bytes
) -> list[bytes]:
    """Give what stands around the marks in a result."""
    parts: list[list[bytes]] = [[]]
    left = iter((*marks, None))
    mark = next(left)
    for segment in segments:
        if isinstance(segment, Span):
            parts[-1].append(head[slice(*segment)])
        elif segment is mark:
            parts.append([])
            mark = next(left)
        else:
            parts[-1].append(segment)
    return [b"".join(part) for part in parts]


def _found(form: _Form, sample: _Sample) -> frozenset[_Found]:
    """Tell what a search finds in an instance that was released, and where."""
    matched = form.match(sample.head, sample.scan.stop)
    if matched is None:
        raise _Depends
    instance, parts, *_ = form.fill(sample.head, *matched)
    return frozenset(_search(instance, b"".join(parts), parts))


def _search(instance: Instance, data_set: bytes, parts: list[bytes]) -> list[_Found]:
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


def _is_true(form: _Form, sample: _Sample) -> bool:
    """Tell whether a form gives what came out of the walk."""
    head, told = sample.head, sample.outcome
    matched = form.match(head, sample.scan.stop)
    if matched is None or form.tail != sample.tail:
        return False
    pixels = Span(matched[0].size, sample.pixels.stop)
    outcome = form.outcome(head, *matched, pixels)
    return (
        outcome is not None
        and (outcome.row, outcome.told) == (told.row, told.told)
        and _whole(outcome.segments, head) == _whole(told.segments, head)
        and size_of(outcome.segments) == size_of(told.segments)
    )


def _whole(segments: list[Segment], head: bytes) -> bytes:
    """Put segments together, as far as `head` has them."""
    return b"".join(
        head[slice(*segment)] if isinstance(segment, Span) else segment
        for segment in segments
    )


def _pixels(scan: Scan) -> Element | None:
    """Give the numbers after which nothing stays."""
    edits = list(scan.edits)
    end = scan.stop
    while edits and isinstance(edits[-1], Gap) and edits[-1].stop == end:
        end = edits.pop().start
    pixels = edits[-1] if edits else None
    if (
        not isinstance(pixels, Element)
        or (pixels.body, pixels.end) not in scan.bulk[-1:]
        or pixels.body == pixels.end
        or pixels.stop != end
    ):
        return None
    return pixels


def _read(head: bytes, span: Span) -> Generator[Span, bytes, bytes]:
    """Give the bytes of a span of a source, of which `head` is at hand."""
    if span.stop <= len(head) or span.start == span.stop:
        return head[slice(*span)]
    return (yield span)
