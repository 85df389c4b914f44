"""The hot loop: walk the data elements of a data set.

Nothing is built for a data element that stays. The walk keeps its open sequences
on a stack of its own, so it can stop wherever the bytes at hand end and go on in
the next window; a long value that stays is jumped over and never asked for.

This module is written for speed: bound locals, one `unpack_from` and one look-up a
data element. What is rare has its own method.
"""

import struct
from collections.abc import Mapping
from typing import Final, NamedTuple

from cordon.core.errors import MalformedError, TruncatedError
from cordon.core.head import (
    EXPLICIT,
    IMPLICIT,
    ITEM,
    ITEM_END,
    ITEM_TAGS,
    LENGTH,
    LONG_VRS,
    SEQUENCE_END,
    SHORT_VRS,
    UNDEFINED,
)
from cordon.core.profile import (
    BULK,
    CREATOR,
    DESCEND,
    DROP,
    READ,
    Edits,
    Element,
    Gap,
    Item,
    Profile,
    Rule,
    Syntax,
)
from cordon.core.span import Span

PIXEL_DATA: Final = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))

MAX_DEPTH: Final = 128
"""Sequences and items open at once; deeper nesting is hostile."""

MAX_VALUE: Final = 1 << 20
"""Bytes of the longest value a rule may read; a longer one is hostile."""

MAX_CHANGES: Final = 1 << 21
"""Data elements and items in which something changes; more is hostile."""

OPEN: Final = 1 << 62
"""Where a data set or sequence of undefined length stops, until that is known."""

_FIRST_BLOCK: Final = 0x0010

_PRIVATE: Final = 0x00010000

_DATA_SET, _SEQUENCE, _FRAGMENTS = range(3)
_BEFORE_PIXELS: Final = 0x7FE00007
_ENCAPSULATED: Final = frozenset((b"OB", b"OW"))
_NESTING: Final = frozenset((b"SQ", b"UN"))
_UNTOLD: Final = frozenset((b"", b"UN"))
_NAMES: Final = {b"": "", **SHORT_VRS, **LONG_VRS}
_UNLISTED: Final = Rule("", lambda element, instance: None)
_DELIMITER: Final = Rule("", lambda element, instance: None, descends=True)
_DELIMITERS: Final = dict.fromkeys((ITEM, ITEM_END, SEQUENCE_END), _DELIMITER)


class _Met(NamedTuple):
    """A data element where the walk is; positions are of the window."""

    tag: int
    vr: bytes
    at: int
    body: int
    length: int
    rule: Rule | None


class _Frame:
    """A data set (the whole or an item's), a sequence or a fragment sequence."""

    __slots__ = (
        "body",
        "creators",
        "edits",
        "explicit",
        "items",
        "kind",
        "little",
        "rule",
        "rules",
        "start",
        "stop",
        "tag",
        "vr",
    )

    def __init__(
        self, kind: int, start: int, body: int, stop: int, explicit: bool, little: bool
    ) -> None:
        self.kind = kind
        self.start = start
        self.body = body
        self.stop = stop
        self.explicit = explicit
        self.little = little
        # of a data set; no edits: it goes as a whole, so nothing is looked up
        self.edits: Edits | None = None
        self.rules: Mapping[int, Rule | None] = _DELIMITERS
        self.creators: dict[int, bytes] = {}
        # of a sequence; no items likewise
        self.items: list[Item] | None = None
        self.tag = 0
        self.vr = ""
        self.rule: Rule | None = None


class Scan:
    """A walk over the data set that begins at `start` of a source of `size` bytes.

    Once `walk` has returned None: `edits` is what does not simply stay, `marks` is
    where each of the profile's inserts would stand, `values` what rules read at the
    top level, `bulk` where numbers stay, `removed` how many data elements were dropped
    unseen, and `decided` how many rules were met by what decided on them. While it goes
    on, `stride` is how far the last fragment reached.
    """

    def __init__(self, profile: Profile, syntax: Syntax, start: int, size: int) -> None:
        self.edits: Edits = []
        self.marks: dict[int, int] = {}
        self.values: dict[int, bytes] = {}
        self.bulk: list[Span] = []
        self.removed = 0
        self.decided: dict[str, int] = {}
        self._counted = -1  # where the last of them was
        self._declared = False
        self._changes = 0  # in what has been closed
        self.stride = 0
        self.start, self.stop = start, size
        self._profile = profile
        self._targets = (*profile.inserts, _BEFORE_PIXELS, OPEN)
        self._at = start
        top = _Frame(_DATA_SET, start, start, size, *syntax)
        top.edits, top.rules = self.edits, profile.rules
        self._stack = [top]

    @property
    def is_at_top(self) -> bool:
        """Tell whether no sequence is open."""
        return len(self._stack) <= 1

    def walk(self, window: bytes, base: int) -> Span | None:
        """Go on in `window`, which begins at `base`, the start last asked for.

        Returns the span needed next, or None when the data set has been walked.

        Raises
        ------
        TruncatedError, MalformedError
            The data set cannot be followed any further.
        """
        position = self._at - base
        while self._stack:
            frame = self._stack[-1]
            if frame.kind == _DATA_SET:
                position, lacking = self._elements(frame, window, base, position)
            else:
                position, lacking = self._items(frame, window, base, position)
            if lacking:
                self._at = base + position
                stop = min(self._at + lacking, self.stop)
                if self._at >= stop:
                    raise TruncatedError(self.stop)
                self._see_to_room()
                if stop > base + len(window):
                    return Span(self._at, stop)
                self._end_early(window[position:])
        for target in self._targets:
            self.marks.setdefault(target, self.stop)
        return None

    def _elements(
        self, frame: _Frame, window: bytes, base: int, position: int
    ) -> tuple[int, int]:
        """Walk data elements until `frame` is left, or another opened, or bytes lack.

        Returns the position reached, and how many bytes from there are lacking.
        """
        get, edits = frame.rules.get, frame.edits
        default: Rule | None = _UNLISTED
        private, block = self._profile.private, self._profile.block
        if edits is None:  # it goes as a whole: no rule is DROP, no edit is made
            edits, default, private, block = [], None, None, None
        creators = frame.creators
        explicit, little = frame.explicit, frame.little
        header, implicit = EXPLICIT[little], IMPLICIT[little]
        long_length = LENGTH[little]
        short_vrs, long_vrs, names = SHORT_VRS, LONG_VRS, _NAMES
        stop = frame.stop - base
        limit = min(stop, len(window))
        top = len(self._stack) == 1
        mark = self._next_mark() if top else OPEN
        gap_start = gap_stop = removed = lacking = 0

        while position < limit:
            at = position
            try:
                if explicit:
                    group, number, vr, length = header(window, at)
                    if vr in short_vrs:
                        body = at + 8
                        plain = True
                    elif vr in long_vrs:
                        (length,) = long_length(window, at + 8)
                        body = at + 12
                        plain = length != UNDEFINED and vr not in _NESTING
                    else:
                        body = at + 8
                        if not (vr.isalpha() and vr.isupper()):
                            # some writers fall back to implicit VR half-way
                            length = implicit(window, at)[2]
                            vr = b""
                        plain = length != UNDEFINED
                else:
                    group, number, length = implicit(window, at)
                    vr = b""
                    body = at + 8
                    plain = length != UNDEFINED
            except struct.error:
                lacking = 8 if at + 8 > len(window) else 12
                break

            position = body + length
            if group & 1:
                rule = private
                if block is not None:
                    if number & 0xFF00:
                        # PS3.5 7.8.1: (gggg,00bb) names who reserved (gggg,bb00-bbFF)
                        creator = creators.get(group << 16 | number >> 8)
                        told = vr
                        if length == UNDEFINED and vr in _UNTOLD:
                            told = b"SQ"
                        tag = group << 16 | number & 0xFF
                        rule = block(tag, creator, told, self._declared)
                    elif number >= _FIRST_BLOCK:
                        # a second one of a block would speak for nothing
                        rule = DROP if group << 16 | number in creators else CREATOR
            else:
                tag = group << 16 | number
                rule = get(tag, default)
                if rule is None and plain and tag <= mark:
                    continue
                if rule is _UNLISTED:
                    rule = self._unlisted(tag)
            if rule is not None and rule.by:
                if base + at > self._counted:  # not again if bytes were lacking
                    self._counted = base + at
                    self.decided[rule.by] = self.decided.get(rule.by, 0) + 1
                rule = rule.otherwise
            if rule is DROP and length != UNDEFINED and position <= stop:
                removed += 1
                if at != gap_stop:
                    if gap_stop:
                        edits.append(Gap(base + gap_start, base + gap_stop))
                    gap_start = at
                gap_stop = position
                continue

            tag = group << 16 | number
            if tag > mark:
                mark = self._pass(tag, base + at)
            if rule is None and plain:
                continue
            if gap_stop:
                edits.append(Gap(base + gap_start, base + gap_stop))
                gap_stop = 0
            if rule is not None and rule.otherwise is not None and length != UNDEFINED:
                if length >= 8 and body + 4 > len(window):
                    position, lacking = at, body + 4 - at
                    break
                if length < 8 or window[body : body + 4] not in ITEM_TAGS:
                    rule = rule.otherwise
            if (
                rule is None
                or rule.descends
                or length == UNDEFINED
                or position > stop
                or (vr == b"SQ" and rule.code == "K")
            ):
                met = _Met(tag, vr, at, body, length, rule)
                position, lacking = self._rare(frame, window, base, met)
                if lacking or self._stack[-1] is not frame:
                    break
                continue
            value = None
            if rule.reads:
                if length > MAX_VALUE:
                    raise MalformedError(base + at)
                if position > len(window):
                    position, lacking = at, position - at
                    break
                value = window[body:position]
                if top:
                    self.values.setdefault(tag, value)
                if rule is READ:
                    continue
                if rule is CREATOR:
                    creators[tag] = value
            elif rule is BULK:
                self.bulk.append(Span(base + body, base + position))
            end = base + position
            name = names[vr] if vr in names else vr.decode("ascii")
            edits.append(
                Element(
                    base + at, end, base + body, end, tag, name, little, rule, value
                )
            )

        if gap_stop:
            edits.append(Gap(base + gap_start, base + gap_stop))
        self.removed += removed
        if not lacking and self._stack[-1] is frame:
            if position < stop:
                return position, 8
            if position > stop:
                raise self._overrun(base + position)
            self._close_data_set(base + position, base + position)
        return position, lacking

    def _rare(
        self, frame: _Frame, window: bytes, base: int, met: _Met
    ) -> tuple[int, int]:
        """Treat what is no plain value: delimiters, sequences, what runs over.

        Returns the position to go on from, and how many bytes from there are lacking.
        """
        tag, vr, at, body, length, rule = met
        if rule is _DELIMITER:
            if tag != ITEM_END or frame.stop != OPEN:
                raise MalformedError(base + at)
            self._close_data_set(base + at, base + body)
            return body, 0

        encapsulated = vr in _ENCAPSULATED or tag in PIXEL_DATA
        nests = vr == b"SQ" or (length == UNDEFINED and not encapsulated)
        if nests and rule is not None and rule.code == "K" and not rule.descends:
            # an attribute that is no sequence, but here is one: not to be kept unseen
            rule = DESCEND if rule in (BULK, READ) else DROP
            met = met._replace(rule=rule)
        descends = frame.edits is not None and (rule is None or rule.descends)
        expected = rule is not None and descends
        if length == UNDEFINED:
            if encapsulated and expected:
                met = met._replace(rule=DROP)  # no sequence where one has to be
            self._open(frame, _FRAGMENTS if encapsulated else _SEQUENCE, base, met)
            return body, 0
        told = vr == b"SQ" or (expected and not length)
        if descends and not told and (expected or vr == b"UN") and length:
            # the VR does not tell, so the first item must (PS3.5 6.2.2)
            if length >= 8 and body + 4 > len(window):
                return at, body + 4 - at
            told = length >= 8 and window[body : body + 4] in ITEM_TAGS
            if expected and not told:
                rule = DROP
        if descends and told:
            self._open(frame, _SEQUENCE, base, met)
            return body, 0

        end = body + length
        if rule is None or frame.edits is None:
            return end, 0
        if base + end > frame.stop:
            if rule is not DROP or len(self._stack) > 1 or not self._past_pixels():
                raise self._overrun(base + end)
            end = frame.stop - base  # what follows the pixels is no data element
        frame.edits.append(Gap(base + at, base + end))
        self.removed += 1
        return end, 0

    def _items(
        self, frame: _Frame, window: bytes, base: int, position: int
    ) -> tuple[int, int]:
        """Walk items or fragments; returns as `_elements` does."""
        header = IMPLICIT[frame.little]
        stop = frame.stop - base
        skim = frame.items is None
        before = position
        while position < stop:
            if position + 8 > len(window):
                self.stride = position - before
                return position, 8
            before = position
            group, number, length = header(window, position)
            tag = group << 16 | number
            body = position + 8
            if tag == SEQUENCE_END and frame.stop == OPEN:
                self._close_sequence(base + position, base + body)
                return body, 0
            if tag != ITEM:
                raise MalformedError(base + position)
            if length == UNDEFINED:
                if frame.kind == _FRAGMENTS:
                    raise MalformedError(base + position)
            elif skim:
                position = body + length
                continue
            explicit = frame.explicit
            if explicit and length:
                if body + 8 > len(window):
                    return position, 16
                vr = window[body + 4 : body + 6]
                explicit = vr.isalpha() and vr.isupper()
            item_stop = OPEN if length == UNDEFINED else base + body + length
            if item_stop > frame.stop and item_stop != OPEN:
                raise self._overrun(item_stop)
            item = _Frame(
                _DATA_SET,
                base + position,
                base + body,
                item_stop,
                explicit,
                frame.little,
            )
            if not skim:
                item.edits, item.rules = [], frame.rules
            self._push(item)
            return body, 0
        if position > stop:
            raise self._overrun(base + position)
        self._close_sequence(frame.stop, frame.stop)
        return position, 0

    def _open(self, frame: _Frame, kind: int, base: int, met: _Met) -> None:
        """Enter a sequence."""
        tag, vr, at, body, length, rule = met
        stop = OPEN if length == UNDEFINED else base + body + length
        if stop > frame.stop and stop != OPEN:
            raise self._overrun(stop)
        # a sequence of VR UN is little endian, whatever is around it (PS3.5 6.2.2)
        little = frame.little or vr == b"UN"
        opened = _Frame(kind, base + at, base + body, stop, frame.explicit, little)
        opened.tag, opened.vr, opened.rule = tag, _NAMES.get(vr, ""), rule
        descends = frame.edits is not None and (rule is None or rule.descends)
        if descends and kind == _SEQUENCE:
            self._declared |= rule is not None and rule.declares
            opened.items = []
            opened.rules = (rule and rule.inside) or frame.rules
        self._push(opened)

    def _push(self, frame: _Frame) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise MalformedError(frame.start)
        self._stack.append(frame)

    def _close_data_set(self, end: int, stop: int) -> None:
        frame = self._stack.pop()
        if not self._stack or frame.edits is None:
            return
        items, rule = self._stack[-1].items, self._stack[-1].rule
        if items is not None and (frame.edits or (rule and rule.counts)):
            self._changes += 1 + len(frame.edits)
            items.append(Item(frame.start, stop, frame.body, end, frame.edits))

    def _close_sequence(self, end: int, stop: int) -> None:
        frame = self._stack.pop()
        self.stride = 0
        parent, rule = self._stack[-1], frame.rule
        if parent.edits is None or (rule is None and not frame.items):
            return
        if rule is DROP:
            parent.edits.append(Gap(frame.start, stop))
            self.removed += 1
        elif rule is not DESCEND or frame.items or frame.tag & _PRIVATE:
            if rule is BULK:
                self.bulk.append(Span(frame.body, end))
            place = (frame.start, stop, frame.body, end)
            about = (frame.tag, frame.vr, parent.little, rule or DESCEND)
            parent.edits.append(Element(*place, *about, None, frame.items))

    def _unlisted(self, tag: int) -> Rule | None:
        return _DELIMITERS.get(tag) or self._profile.unlisted(tag)

    def _next_mark(self) -> int:
        return self._targets[len(self.marks)]

    def _pass(self, tag: int, offset: int) -> int:
        """Note the place of each insert that would stand before `tag`."""
        while tag > (mark := self._next_mark()):
            self.marks[mark] = offset
        return mark

    def _see_to_room(self) -> None:
        """Keep what is remembered within bounds, once a window."""
        changes = sum(len(frame.edits) for frame in self._stack if frame.edits)
        if self._changes + changes > MAX_CHANGES:
            raise MalformedError(self._at)

    def _past_pixels(self) -> bool:
        return _BEFORE_PIXELS in self.marks

    def _overrun(self, stop: int) -> MalformedError | TruncatedError:
        """Say what is wrong with a length that leads to `stop`."""
        return TruncatedError(self.stop) if stop > self.stop else MalformedError(stop)

    def _end_early(self, rest: bytes) -> None:
        """End where the source ends within a data element header.

        Bytes after the pixel data, and zeros anywhere, are no loss: they go.
        """
        if len(self._stack) > 1 or (any(rest) and not self._past_pixels()):
            raise TruncatedError(self._at)
        self.edits.append(Gap(self._at, self.stop))
        self._stack.clear()
