"""Overlays that hide in the pixel data (PS3.3 C.9.2, in use until 2004).

An overlay plane without data of its own names the bit of each pixel that it is kept
in. With the plane gone nothing would show that bit, and it would still be there.
"""

from typing import Final, Literal

from cordon.core.profile import Element, Header
from cordon.rules.dictionary import expand

BITS_ALLOCATED: Final = 0x00280100
BITS_STORED: Final = 0x00280101
HIGH_BIT: Final = 0x00280102
BIT_POSITIONS: Final = tuple(expand("60xx0102"))
READ: Final = (BITS_ALLOCATED, BITS_STORED, HIGH_BIT, *BIT_POSITIONS)
"""Attributes to read, if planes are removed."""

_TO_DATA: Final = 0x3000 - 0x0102
_NATIVE: Final = frozenset(
    ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99",
     "1.2.840.10008.1.2.2")
)  # fmt: skip


def mask(header: Header) -> bytes:
    """Give the bits of each pixel, as it is stored, that hold overlays.

    No bytes where nothing does, as nearly always.
    """
    values = header.values
    positions = [tag for tag in BIT_POSITIONS if tag in values]
    if not positions:
        return b""
    order: Literal["little", "big"] = "little" if header.syntax.little else "big"
    # of more values than one the first counts, or the number may be of any size
    number = {
        tag: int.from_bytes(values[tag][:2], order) for tag in READ if tag in values
    }
    allocated = number.get(BITS_ALLOCATED, 0)
    high = number.get(HIGH_BIT, allocated - 1)
    stored = range(high - number.get(BITS_STORED, allocated) + 1, high + 1)
    with_data = {edit.tag for edit in header.edits if isinstance(edit, Element)}
    bits = 0
    for tag in positions:
        position = number[tag]
        # 0 where the plane has data of its own
        hidden = position or tag + _TO_DATA not in with_data
        if hidden and position not in stored and position < allocated:
            bits |= 1 << position
    return bits.to_bytes(allocated // 8, order) if bits and allocated % 8 == 0 else b""


def is_encapsulated(header: Header) -> bool:
    """Tell whether the pixel data is compressed, so that no bit can be cleared."""
    return header.transfer_syntax_uid not in _NATIVE
