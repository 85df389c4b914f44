"""Making a form of two instances that were walked through.

What is equal in both is what it has in common, and the data elements that differ are
its blanks. It is one if it gives what came out of both walks.
"""

import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import copy
from itertools import pairwise
from typing import Final, NamedTuple

from cordon.core.container import PREAMBLE, PREFIX, Container
from cordon.core.errors import InstanceError
from cordon.core.form import (
    SCANNED,
    Blank,
    Depends,
    Form,
    Found,
    assembled,
    scan_part,
    search,
)
from cordon.core.outcome import Deidentified, Note, Rejected
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
from cordon.core.scan import Scan
from cordon.core.span import Segment, Span, size_of
from cordon.core.weave import Weave

SLACK: Final = 1 << 12
"""Bytes that the head of another instance may be longer."""

_LISTED: Final = Rule(
    "K", lambda element, instance: None, descends=True, otherwise=EVERYTHING.private
)
_LISTING: Final = EVERYTHING._replace(private=_LISTED, unlisted=lambda tag: _LISTED)
"""Lists each data element, and what is in sequences."""

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


class Sample(NamedTuple):
    """An instance that was walked through.

    It is made of `head`, the value of `pixels`, and `tail`.
    """

    head: bytes
    pixels: Element
    tail: bytes
    container: Container
    scan: Scan
    outcome: Deidentified


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
                raise Depends
            self.asked.add(tag)
        return self._values[tag]

    def __iter__(self) -> Iterator[int]:
        raise Depends

    def __len__(self) -> int:
        raise Depends


def form_of(
    profile: Profile, old: Sample, new: Sample, known: frozenset[int]
) -> Form | None:
    """Make the form of two instances; what is `known` to differ is a blank as well.

    Raises
    ------
    Depends
        They have none.
    """
    differing = _differing(old, new, known)
    starts = (0, *(element.stop for element in differing))
    blanks = [
        _blank(profile, element, new.head[start : element.body])
        for element, start in zip(differing, starts, strict=False)
    ]
    places = {
        element.start
        for blank, element in zip(blanks, differing, strict=True)
        if blank.rule is not DROP
    }
    tags = {blank.tag for blank in blanks}
    edits = _others(new.scan.edits, places)
    instance = _knowing_none(frozenset(tags), profile, new, edits)
    if instance is None:
        return None
    for number, (blank, element) in enumerate(zip(blanks, differing, strict=True)):
        if _is_settled(blank, element, instance):
            blanks[number] = blank._replace(rule=DROP)
            tags.remove(blank.tag)
            places.remove(element.start)
    varying = [number for number, one in enumerate(blanks) if one.rule is not DROP]
    marked = [differing[number]._replace(rule=_marking(number)) for number in varying]
    nested = [differing[at] for at in varying if blanks[at].rule is SCANNED]
    scan = _without(nested, profile, new)
    scan.edits = [*_others(new.scan.edits, places), *marked]
    weave = Weave(instance, profile.tells)
    segments = weave.data_set(scan, profile.inserts)
    marks = [element.rule.apply(element, instance) for element in marked]
    pixels, numbered = new.pixels, list(enumerate(blanks))
    form = Form(
        blanks=blanks,
        fixed=(*(blank.fixed for blank in blanks), new.head[starts[-1] :]),
        woven=_between(segments, marks, new.head),
        header=pixels.body - pixels.start,
        length=pixels.end - pixels.body if pixels.end == pixels.stop else None,
        tail=new.tail,
        instance=instance,
        profile=profile,
        syntax=new.container.syntax,
        reach=pixels.body + SLACK,
        counts=weave.counts,
        told={tag: value for tag, value in new.outcome.told.items() if tag not in tags},
        renewed=[(one.tag, at) for at, one in numbered if one.tag in instance.renews],
        shown=[(one.tag, at) for at, one in numbered if one.told and not one.rule],
        varying=varying,
        nesting=[at for at, one in numbered if one.nests],
        found=frozenset(),
        noted=(),
        layouts={},
    )
    form = form._replace(found=_found(form, new))
    form = form._replace(noted=_noted(form, new))
    return form if all(_is_true(form, sample) for sample in (old, new)) else None


def _knowing_none(
    tags: frozenset[int], profile: Profile, new: Sample, edits: Edits
) -> Instance | None:
    """Begin an instance that knows no blank, of these `tags`; None if it needs one."""
    container, values = new.container, _Values(new.scan.values, tags)
    meta = {tag: value for tag, value in container.meta.items() if tag not in tags}
    instance = profile.begin(
        Header(container.transfer_syntax_uid, container.syntax, meta, values, edits)
    )
    if isinstance(instance, Rejected) or instance.mask:
        return None
    if not values.asked <= instance.renews:
        return None
    values.begun = True
    return instance


def _without(nested: list[Element], profile: Profile, new: Sample) -> Scan:
    """Copy the scan of an instance, without what it counted in some sequences."""
    scan = copy(new.scan)
    for one in nested:
        inner = scan_part(profile, new.container.syntax, new.head, one.start, one.stop)
        scan.removed -= inner.removed
        scan.decided = dict(Counter(scan.decided) - Counter(inner.decided))
    return scan


def _differing(old: Sample, new: Sample, known: frozenset[int]) -> list[Element]:
    """List the data elements of `new`, pixels apart, that are others in `old`."""
    layouts = _layout(old), _layout(new)
    if len(layouts[0]) != len(layouts[1]):
        raise Depends
    differing = []
    for before, after in zip(*layouts, strict=True):
        then = old.head[before.start : before.stop]
        now = new.head[after.start : after.stop]
        if isinstance(after, Gap):
            if then != now:
                raise Depends
        elif then != now or after.tag in known:
            differing.append(after)
    return differing


def _layout(sample: Sample) -> list[Element | Gap]:
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
            raise Depends from None
        tags = [edit.tag for edit in part.edits if isinstance(edit, Element)]
        if lacking or not all(first < second for first, second in pairwise(tags)):
            raise Depends
    return [edit for part in parts for edit in part.edits]


def _blank(profile: Profile, element: Element, before: bytes) -> Blank:
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
            raise Depends
        rule, nests = SCANNED, False
    while rule is not None and rule.otherwise is not None:
        rule = rule.otherwise
    if rule is not None and (rule.kind not in _KINDS or rule.descends):
        raise Depends
    wide = not vr or body - start > _SHORT_HEADER
    length, width = (_LONG[little], 4) if wide else (_SHORT[little], 2)
    told = rule is not KEEP and tag in profile.tells
    fixed, header = before[:-width], body - start - width
    if rule is READ:
        rule = KEEP
    return Blank(fixed, header, length, width, tag, vr, little, rule, told, nests)


def _is_scannable(profile: Profile, tag: int, rule: Rule | None) -> bool:
    """Tell whether what becomes of a sequence that differs concerns it alone."""
    expected = rule is None or rule is DROP or rule.descends
    return expected and profile.block is None and tag not in profile.tells


def _others(edits: Edits, places: set[int]) -> Edits:
    """List edits that begin at none of these `places`."""
    return [edit for edit in edits if edit.start not in places]


def _is_settled(blank: Blank, element: Element, instance: Instance) -> bool:
    """Tell whether a blank becomes the same whatever its value is."""
    rule = blank.rule
    if rule is None or rule is DROP or rule.reads:
        return False
    if rule.choose is not None:
        rule = rule.choose(element, (), instance)
    return not rule.reads and rule.apply(element, instance) is not None


def _rule(profile: Profile, tag: int) -> Rule | None:
    """Give the rule for a data element of the top level."""
    if tag >> 16 == _META_GROUP:
        if tag not in _META_BLANKS:
            raise Depends
        return DROP
    if tag & _PRIVATE:
        if profile.block is not None:
            raise Depends
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


def _found(form: Form, sample: Sample) -> frozenset[Found]:
    """Tell what a search finds in an instance that was released, and where."""
    matched = form.match(sample.head, sample.scan.stop)
    if matched is None:
        raise Depends
    instance, parts, *_ = form.fill(sample.head, *matched)
    return frozenset(search(instance, b"".join(parts), parts))


def _noted(form: Form, sample: Sample) -> tuple[Note, ...]:
    """Tell what was noted of that, which is the same wherever just that is found.

    In a sequence that differs another data element may stand there.
    """
    outcome = _outcome(form, sample)
    if outcome is None:
        raise Depends
    noted = sample.outcome.row.notes[len(outcome.row.notes) :]
    sequences = {
        3 * at + 2
        for at, number in enumerate(form.varying)
        if form.blanks[number].rule is SCANNED
    }
    if noted and any(part in sequences for part, *_ in form.found):
        raise Depends
    return noted


def _is_true(form: Form, sample: Sample) -> bool:
    """Tell whether a form gives what came out of the walk."""
    outcome, told = _outcome(form, sample), sample.outcome
    return (
        outcome is not None
        and (outcome.row, outcome.told) == (told.row, told.told)
        and assembled(outcome.segments, sample.head)
        == assembled(told.segments, sample.head)
        and size_of(outcome.segments) == size_of(told.segments)
    )


def _outcome(form: Form, sample: Sample) -> Deidentified | None:
    matched = form.match(sample.head, sample.scan.stop)
    if matched is None or form.tail != sample.tail:
        return None
    pixels = Span(matched[0].size, sample.pixels.stop)
    return form.outcome(sample.head, *matched, pixels)
