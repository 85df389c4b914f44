"""Private data elements: which are safe, and what safe ones get (PS3.15 E.3.10).

An element is known by its group, its private creator and its number within the block,
wherever in the group the block lies (PS3.5 7.8.1). Where the VR is not written, the
standard's list tells it, else pydicom's private dictionary.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from cordon.core.profile import Edits, Element, Rule
from cordon.rules import tables
from cordon.rules.dictionary import private_entry_of

CHARACTERISTICS: Final = 0x00080300
GROUP: Final = 0x00080301
CREATOR_NAME: Final = 0x00080302
BLOCK_SAFETY: Final = 0x00080303
SAFE_ELEMENTS: Final = 0x00080304
ACTIONS: Final = 0x00080305
IDENTIFYING_ELEMENTS: Final = 0x00080306
ACTION: Final = 0x00080307

DECLARATIONS: Final = (
    GROUP,
    CREATOR_NAME,
    BLOCK_SAFETY,
    SAFE_ELEMENTS,
    IDENTIFYING_ELEMENTS,
    ACTION,
)
"""What has to be read of Private Data Element Characteristics (PS3.3 C.12.1.1.7)."""

READ: Final = frozenset(
    ("AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UT")
)
"""VRs of which a rule may look at the value."""

_ANY_BLOCK: Final = 0xFF00
_ILLEGAL: Final = frozenset((0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF))

Block: TypeAlias = Callable[[int, bytes | None, bytes, bool], Rule | None]


class Private(NamedTuple):
    """A private data element, apart from where its block lies."""

    group: int
    creator: str
    number: int  # within the block


class Declared(NamedTuple):
    """What an instance says of its own private data elements."""

    safe_blocks: frozenset[tuple[int, str]]
    safe: frozenset[Private]
    actions: Mapping[Private, str]

    def action(self, private: Private) -> str:
        """Give K for what is declared safe, an action code, or nothing."""
        if private in self.actions:
            return self.actions[private]
        safe = private in self.safe or private[:2] in self.safe_blocks
        return "K" if safe else ""


@cache
def safe_vrs() -> dict[Private, str]:
    """Give the VR of each element of Table E.3.10-1."""
    return {
        Private(int(row["group"], 16), row["creator"], int(row["element"], 16)): row[
            "vr"
        ]
        for row in tables.read("safe_private.csv")
    }


def identify(tag: int, creator: bytes | None) -> Private | None:
    """Tell which element `tag` is, given the private creator of its block."""
    if creator is None or not is_legal(tag):
        return None
    return Private(tag >> 16, creator.decode("latin-1").strip("\0 "), tag & 0xFF)


def is_legal(tag: int) -> bool:
    """Tell whether a group may hold private data elements (PS3.5 7.8)."""
    return tag >> 16 not in _ILLEGAL


@lru_cache(maxsize=1 << 12)
def vr_of(private: Private, found: str) -> str:
    """Tell the VR: the one found, unless it is no help."""
    if found not in ("", "UN"):
        return found
    listed = safe_vrs().get(private)
    if listed:
        return listed.split(" ")[0]
    tag = private.group << 16 | _ANY_BLOCK | private.number
    entry = private_entry_of(tag, private.creator)
    return entry[0].split(" ")[0] if entry else found


def declared(edits: Edits) -> Declared:
    """Read Private Data Element Characteristics Sequence, if it is there."""
    blocks: set[tuple[int, str]] = set()
    safe: set[Private] = set()
    actions: dict[Private, str] = {}
    for edit in edits:
        if isinstance(edit, Element) and edit.tag == CHARACTERISTICS:
            for item in edit.items or ():
                values = _values(item.edits)
                group = int.from_bytes(values.get(GROUP, b""), _order(edit))
                name = values.get(CREATOR_NAME, b"").decode("latin-1").strip("\0 ")
                safety = values.get(BLOCK_SAFETY, b"").strip(b"\0 ")
                if safety == b"SAFE":
                    blocks.add((group, name))
                listed = values.get(SAFE_ELEMENTS, b"") if safety == b"MIXED" else b""
                for number in _numbers(listed, _order(edit)):
                    safe.add(Private(group, name, number))
                for wanted in _actions(item.edits):
                    code = wanted.get(ACTION, b"").strip(b"\0 ").decode("latin-1")
                    numbers = wanted.get(IDENTIFYING_ELEMENTS, b"")
                    for number in _numbers(numbers, _order(edit)):
                        actions[Private(group, name, number)] = code
    return Declared(frozenset(blocks), frozenset(safe), actions)


def _actions(edits: Edits) -> list[dict[int, bytes]]:
    return [
        _values(item.edits)
        for edit in edits
        if isinstance(edit, Element) and edit.tag == ACTIONS
        for item in edit.items or ()
    ]


def _values(edits: Edits) -> dict[int, bytes]:
    return {
        edit.tag: edit.value
        for edit in edits
        if isinstance(edit, Element) and edit.value is not None
    }


def _order(element: Element) -> Literal["little", "big"]:
    return "little" if element.little else "big"


def _numbers(value: bytes, order: Literal["little", "big"]) -> list[int]:
    """Read numbers of elements, of which the block is not part."""
    return [
        int.from_bytes(value[at : at + 2], order) & 0xFF
        for at in range(0, len(value), 2)
    ]
