"""One side of the comparison: a data set, and how its values are read and shown."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from cordon.core.listing import Source
from cordon.core.profile import Element, Item
from cordon.core.span import Span
from cordon.inspection.values import SHOWN, is_bytes, text_of
from cordon.rules.charsets import SPECIFIC_CHARACTER_SET

PIXEL_REPRESENTATION: Final = 0x00280103


class Side(NamedTuple):
    """A data set on one side, and what its values are read with."""

    source: Source
    character_set: bytes
    signed: bool

    def inside(self, elements: list[Element]) -> "Side":
        """Give what holds for these data elements, the character set above all."""
        for element in elements:
            if element.tag == SPECIFIC_CHARACTER_SET:
                return self._replace(character_set=self.value(element, 1024))
        return self

    def value(self, element: Element, most: int) -> bytes:
        """Read a value's first bytes."""
        stop = min(element.end, element.body + most)
        return self.source.read(Span(element.body, stop))


def creator_of(element: Element, side: Side, creators: dict[int, str]) -> str:
    """Name the private creator of a data element, as far as it has been met."""
    group, number = element.tag >> 16, element.tag & 0xFFFF
    if not group & 1:
        return ""
    if number & 0xFF00:
        return creators.get(group << 16 | number >> 8, "")
    name = side.value(element, 64).decode("latin-1").strip("\0 ")
    creators.setdefault(element.tag, name)
    return ""


def show_element(
    row: dict[str, Any], name: str, vr: str, element: Element, side: Side
) -> None:
    """Put the value of a data element in a row."""
    size = element.end - element.body

    def read(most: int) -> bytes:
        return side.value(element, most)

    _put(row, name, vr, size, read, side.character_set, element.little)


def show(
    row: dict[str, Any], name: str, vr: str, value: bytes, character_set: bytes
) -> None:
    """Put a value that is at hand in a row."""

    def read(most: int) -> bytes:
        return value[:most]

    _put(row, name, vr, len(value), read, character_set, True)


def _put(
    row: dict[str, Any],
    name: str,
    vr: str,
    size: int,
    read: Callable[[int], bytes],
    character_set: bytes,
    little: bool,
) -> None:
    """Put a value in a row, and its full length where not all of it is shown."""
    text = text_of(vr, size, read, character_set, little)
    row[name] = text[:SHOWN]
    if is_bytes(vr) or len(text) > SHOWN:
        row[f"{name}Size"] = size
    if is_bytes(vr):
        row["bytes"] = True


def elements_of(item: Item | None) -> list[Element]:
    """Give the data elements of an item that has been listed."""
    if item is None:
        return []
    return [edit for edit in item.edits if isinstance(edit, Element)]


def is_signed(source: Source, elements: list[Element]) -> bool:
    """Tell whether pixels, and what has their VR, are numbers with a sign."""
    for element in elements:
        if element.tag == PIXEL_REPRESENTATION:
            stop = min(element.end, element.body + 2)
            return any(source.read(Span(element.body, stop)))
    return False
