"""Content items of structured reports, by concept name and value type (PS3.15 E.3.4).

The tree is judged as a whole before anything changes: what Table E.3.4-1 removes goes
with all below it, what refers to it by position goes too, and other references get
the new positions of what they refer to (PS3.3 C.17.3.2.5).
"""

import struct
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple, TypeAlias

from cordon.core.profile import Edits, Element, Item
from cordon.rules import tables
from cordon.rules.options import Option, effective

CODE_VALUE: Final = 0x00080100
CODING_SCHEME: Final = 0x00080102
LONG_CODE_VALUE: Final = 0x00080119
ACQUISITION_CONTEXT: Final = 0x00400555
SPECIMEN_PREPARATION_STEP: Final = 0x00400612
VALUE_TYPE: Final = 0x0040A040
CONCEPT_NAME: Final = 0x0040A043
CONTENT: Final = 0x0040A730
REFERENCED_ITEM: Final = 0x0040DB73

NAMES: Final = (CODE_VALUE, CODING_SCHEME, LONG_CODE_VALUE)
"""What has to be read of a concept name."""

SEQUENCES: Final = (ACQUISITION_CONTEXT, SPECIMEN_PREPARATION_STEP, CONTENT)
"""Those whose items are content items."""

_SNOMED: Final = ("SRT", "SNM3", "99SDM")

Position: TypeAlias = tuple[int, ...]
ROOT: Final[Position] = (1,)
"""The document itself."""

Concepts: TypeAlias = Mapping[tuple[str, str, str], str]


class Content(NamedTuple):
    """What happens to the content items of an instance, by where each starts."""

    actions: Mapping[int, str]
    removed: frozenset[int]
    moved: Mapping[Position, Position]

    def refer(self, position: Position) -> Position | None:
        """Give the new position of an item; None if it is there no more."""
        return self.moved.get(position)


@cache
def concepts(options: tuple[Option, ...]) -> Concepts:
    """Give the action code by code value, coding scheme and value type."""
    found: dict[tuple[str, str, str], str] = {}
    for row in tables.read("content_items.csv"):
        # whether a template asks for the item is not known: keep it, without its value
        code = effective(row, options).replace("X/D", "D")
        found[row["code_value"], row["scheme"], row["value_type"]] = code
        if row["retired"]:
            for scheme in _SNOMED:
                found[row["retired"], scheme, row["value_type"]] = code
    return found


def judge(edits: Edits, table: Concepts) -> Content:
    """Decide on every content item of a data set."""
    actions: dict[int, str] = {}
    positions: dict[Position, int] = {}
    references: dict[int, list[Position]] = {}
    top = {
        edit.start
        for edit in edits
        if isinstance(edit, Element) and edit.tag == CONTENT
    }
    for sequence in _sequences(edits):
        root = ROOT if sequence.start in top else None
        _walk(sequence, root, table, actions, positions, references)
    removed = {start for start, action in actions.items() if action == "X"}
    removed |= _dangling(positions, references, removed)
    return Content(actions, frozenset(removed), _moved(positions, removed))


def positions_of(value: bytes, little: bool) -> Position:
    """Read a Referenced Content Item Identifier."""
    count = len(value) // 4
    return struct.unpack_from(f"{'<' if little else '>'}{count}I", value)


def encode_position(position: Position, little: bool) -> bytes:
    """Write a Referenced Content Item Identifier."""
    return struct.pack(f"{'<' if little else '>'}{len(position)}I", *position)


def _sequences(edits: Edits) -> Iterator[Element]:
    """List the outermost sequences of content items, wherever they are."""
    for edit in edits:
        if isinstance(edit, Element) and edit.items:
            if edit.tag in SEQUENCES:
                yield edit
            else:
                for item in edit.items:
                    yield from _sequences(item.edits)


def _walk(
    sequence: Element,
    at: Position | None,
    table: Concepts,
    actions: dict[int, str],
    positions: dict[Position, int],
    references: dict[int, list[Position]],
) -> None:
    """Judge content items; `at` is where they are in the tree, if they are in it."""
    for number, item in enumerate(sequence.items or (), 1):
        position = None if at is None else (*at, number)
        actions[item.start] = _action(item, table)
        if position is not None:
            positions[position] = item.start
        for edit in item.edits:
            if not isinstance(edit, Element):
                continue
            if edit.tag == REFERENCED_ITEM and edit.value is not None:
                target = positions_of(edit.value, edit.little)
                references.setdefault(item.start, []).append(target)
            elif edit.tag in SEQUENCES:
                below = position if edit.tag == CONTENT else None
                _walk(edit, below, table, actions, positions, references)
            else:
                for inner in edit.items or ():
                    for deeper in _sequences(inner.edits):
                        _walk(deeper, None, table, actions, positions, references)


def _action(item: Item, table: Concepts) -> str:
    """Look an item up; no code where the table does not list it."""
    kind = _text(item.edits, VALUE_TYPE)
    for edit in item.edits:
        if isinstance(edit, Element) and edit.tag == CONCEPT_NAME:
            for concept in edit.items or ():
                value = _text(concept.edits, CODE_VALUE) or _text(
                    concept.edits, LONG_CODE_VALUE
                )
                scheme = _text(concept.edits, CODING_SCHEME)
                return table.get((value, scheme, kind), "")
    return ""


def _dangling(
    positions: Mapping[Position, int],
    references: Mapping[int, list[Position]],
    removed: set[int],
) -> set[int]:
    """List the items that refer to what is not there, or goes because of this."""
    below: dict[Position, list[Position]] = {}
    places: dict[int, Position] = {}
    for position, start in positions.items():
        below.setdefault(position[:-1], []).append(position)
        places[start] = position
    referring: dict[Position, list[int]] = {}
    for start, targets in references.items():
        for target in targets:
            referring.setdefault(target, []).append(start)

    found: set[int] = set()
    gone = {places[start] for start in removed if start in places}
    gone |= referring.keys() - positions.keys() - {ROOT}
    waiting = list(gone)
    while waiting:
        position = waiting.pop()
        new = set(below.get(position, ()))
        for start in referring.get(position, ()):
            found.add(start)
            if start in places:
                new.add(places[start])
        new -= gone
        gone |= new
        waiting += new
    return found


def _moved(
    positions: Mapping[Position, int], removed: set[int]
) -> dict[Position, Position]:
    """Give the new position of each item that stays, by the old one."""
    moved: dict[Position, Position] = {ROOT: ROOT}
    count: dict[Position, int] = {}
    for position, start in sorted(positions.items()):
        parent = moved.get(position[:-1])
        if parent is None or start in removed:
            continue
        count[parent] = count.get(parent, 0) + 1
        moved[position] = (*parent, count[parent])
    return moved


def _text(edits: Edits, tag: int) -> str:
    for edit in edits:
        if isinstance(edit, Element) and edit.tag == tag and edit.value:
            return edit.value.strip(b"\0 ").decode("latin-1")
    return ""
