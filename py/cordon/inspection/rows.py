"""Original and result, data element by data element, and why each became what it is.

Both trees are read from their bytes. What a rule decided is known from the trace, and
what became of a data element from the comparison: a row says both.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from cordon.core.listing import Source
from cordon.core.outcome import place_of
from cordon.core.profile import Element, Item, Path, Rule
from cordon.inspection.image import PIXEL_DATA
from cordon.inspection.sides import (
    Side,
    creator_of,
    elements_of,
    is_signed,
    show,
    show_element,
)
from cordon.inspection.trace import Choice, Trace, Traced
from cordon.inspection.values import MAX_READ, name_of, vr_of
from cordon.rules.origins import Origin

ADDED: Final = "+"
"""Stands where an action code would, for what the source did not say."""

MOST: Final = 20_000
"""Data elements up to which all are shown."""

FEW: Final = 20
"""Items of a sequence that are shown otherwise."""

Table = Mapping[int, Rule | None]

_DECIDED: Final = {"D": "replaced", "U": "replaced", "C": "cleaned", "Z": "emptied"}
_WITHIN: Final = Origin("within")


class _Level(NamedTuple):
    """Where in the tree rows are made."""

    path: Path
    depth: int
    table: Table
    origin: Origin  # of the sequence around


class Rows:
    """Makes the rows of one instance; a row names its why by number, in `whys`."""

    def __init__(
        self, traced: Traced, trace: Trace, notes: Mapping[str, list[str]], total: int
    ) -> None:
        self.rows: list[dict[str, Any]] = []
        self.whys: dict[tuple[str, str, str], int] = {}
        self._traced = traced
        self._trace = trace
        self._notes = notes
        self._few = FEW if total > MOST else total
        self.left_out = 0

    def data_set(
        self,
        old: Source,
        old_elements: list[Element],
        new: Source,
        new_elements: list[Element],
    ) -> None:
        """Add the rows of the whole data set."""
        level = _Level((), 0, self._traced.rules, Origin("dictionary"))
        sides = [
            Side(source, b"", is_signed(source, elements))
            for source, elements in ((old, old_elements), (new, new_elements))
        ]
        self._level(level, sides[0], old_elements, sides[1], new_elements)

    def meta(self, old: Mapping[int, bytes], new: Mapping[int, bytes]) -> None:
        """Add the rows of the file meta information, which is written anew."""
        for tag in sorted(old.keys() | new.keys()):
            vr = vr_of(tag, "", "", False, 0)
            before, after = old.get(tag), new.get(tag)
            kind = _compared(before, after)
            code = {"kept": "K", "removed": "X", "added": ADDED}.get(kind, "D")
            if code == "D" and vr == "UI":
                code = "U"
            row = self._row(_Level((), 0, {}, _WITHIN), tag, vr, "", kind, code)
            row["why"] = self._why(Origin("meta"))
            for name, value in (("old", before), ("new", after)):
                if value is not None:
                    show(row, name, vr, value, b"")

    # ------------------------------------------------------------------- levels

    def _level(
        self,
        level: _Level,
        old: Side,
        olds: list[Element],
        new: Side,
        news: list[Element],
        whole: bool = False,
    ) -> None:
        """Add the rows of a data set; it goes or comes as a whole, or is compared."""
        old, new = old.inside(olds), new.inside(news)
        creators: dict[int, str] = {}
        for before, after in _paired(olds, news):
            element = before or after
            assert element is not None  # noqa: S101 - one of the two is there
            side = old if before else new
            creator = creator_of(element, side, creators)
            self._element(level, old, before, new, after, creator, whole)

    def _element(
        self,
        level: _Level,
        old: Side,
        before: Element | None,
        new: Side,
        after: Element | None,
        creator: str,
        whole: bool,
    ) -> None:
        shown: list[tuple[str, Side, Element]] = []
        if before is not None:
            shown.append(("old", old, before))
        if after is not None:
            shown.append(("new", new, after))
        name, side, element = shown[0]
        tag, size = element.tag, element.end - element.body
        vr = "SQ" if element.items is not None else None
        vr = vr or vr_of(tag, element.vr, creator, side.signed, size)
        choice = self._choice(before, after)
        kind = self._kind(old, before, new, after)
        if before is not None and tag == PIXEL_DATA and self._trace.masked:
            kind = "cleaned"
        elif kind == "replaced":
            kind = _DECIDED.get(choice.code, kind)
        origin = self._origin(level, tag, whole)
        code = ADDED if kind == "added" else choice.code
        if origin.by == "marker" and kind != "kept":
            code = ADDED
        row = self._row(level, tag, vr, creator, kind, code)
        row["why"] = self._why(origin, choice.listed if choice.listed != code else "")
        for name, side, one in shown:
            if one.items is None:
                show_element(row, name, vr, one, side)
            else:
                row[f"{name}Items"] = len(one.items)
        if any(one.items for _, _, one in shown):
            self._items(level, old, before, new, after, choice, kind, whole, origin)

    def _items(
        self,
        level: _Level,
        old: Side,
        before: Element | None,
        new: Side,
        after: Element | None,
        choice: Choice,
        kind: str,
        whole: bool,
        origin: Origin,
    ) -> None:
        """Add the rows of a sequence's items."""
        olds = before.items or [] if before else []
        news = after.items or [] if after else []
        one = before or after
        assert one is not None  # noqa: S101 - one of the two is there
        rule = level.table.get(one.tag)
        table = rule.inside if rule is not None and rule.inside else level.table
        inner = _Level((*level.path, one.tag), level.depth + 2, table, origin)
        replaced = choice.code in ("D", "X", "Z")
        pairs = list(self._item_pairs(olds, news, replaced))
        for number, (item, other) in enumerate(pairs, 1):
            if number > self._few:
                self.left_out += len(pairs) - self._few
                self.rows.append(
                    {"depth": level.depth + 1, "more": len(pairs) - self._few}
                )
                break
            gone = item is None or other is None
            row: dict[str, Any] = {"depth": level.depth + 1, "item": number}
            row["kind"] = "added" if item is None else "kept"
            if other is None:
                row["kind"] = "removed"
            self.rows.append(row)
            self._level(
                inner,
                old,
                elements_of(item),
                new,
                elements_of(other),
                whole or gone,
            )

    def _item_pairs(
        self, olds: list[Item], news: list[Item], replaced: bool
    ) -> Iterator[tuple[Item | None, Item | None]]:
        """Pair items in order; one of which nothing is left has no other."""
        waiting = list(reversed(news))
        for item in olds:
            other = None
            if waiting and not replaced and item.start not in self._trace.removed:
                tags = {element.tag for element in elements_of(item)}
                if all(element.tag in tags for element in elements_of(waiting[-1])):
                    other = waiting.pop()
            yield item, other
        for item in reversed(waiting):
            yield None, item

    # ------------------------------------------------------------------ one row

    def _row(
        self, level: _Level, tag: int, vr: str, creator: str, kind: str, code: str
    ) -> dict[str, Any]:
        row: dict[str, Any] = {
            "depth": level.depth,
            "tag": f"{tag >> 16:04X},{tag & 0xFFFF:04X}",
            "name": name_of(tag, creator),
            "vr": vr,
            "kind": kind,
            "code": code,
        }
        if self._notes:
            place = place_of(level.path, tag)
            if place in self._notes:
                row["notes"] = self._notes[place]
        self.rows.append(row)
        return row

    def _why(self, origin: Origin, listed: str = "") -> int:
        return self.whys.setdefault((*origin, listed), len(self.whys))

    def _origin(self, level: _Level, tag: int, whole: bool) -> Origin:
        if whole:
            return _WITHIN
        return self._traced.origin(tag, level.table, level.origin)

    def _choice(self, before: Element | None, after: Element | None) -> Choice:
        """Give what was decided; what the rules keep or drop unasked is not noted."""
        if before is None:
            return Choice(ADDED, ADDED)
        choice = self._trace.choices.get(before.start)
        if after is None and (choice is None or choice.code == "K"):
            return Choice("X", "X")
        return choice or Choice("K", "K")

    def _kind(
        self, old: Side, before: Element | None, new: Side, after: Element | None
    ) -> str:
        if before is None or after is None:
            return "removed" if before else "added"
        if before.items is not None and after.items is not None:
            choice = self._trace.choices.get(before.start)
            if choice is not None and choice.code == "D":
                return "replaced"
            return "emptied" if before.items and not after.items else "kept"
        sizes = before.end - before.body, after.end - after.body
        if sizes[0] == sizes[1] > MAX_READ:
            return "kept"  # new values are short
        value, result = old.value(before, MAX_READ), new.value(after, MAX_READ)
        return _compared(value, result)


def _compared(value: bytes | None, result: bytes | None) -> str:
    if value is None or result is None:
        return "added" if value is None else "removed"
    if value == result:
        return "kept"
    return "replaced" if result else "emptied"


def _paired(
    olds: list[Element], news: list[Element]
) -> Iterator[tuple[Element | None, Element | None]]:
    """Pair data elements in order; what was added stands where it is in the result."""
    old_tags = {element.tag for element in olds}
    at = 0
    for element in olds:
        while at < len(news) and news[at].tag not in old_tags:
            yield None, news[at]
            at += 1
        if at < len(news) and news[at].tag == element.tag:
            yield element, news[at]
            at += 1
        else:
            yield element, None
    for element in news[at:]:
        yield None, element
