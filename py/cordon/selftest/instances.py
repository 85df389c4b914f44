"""Small instances for the self-test, made byte by byte from PS3.5 and PS3.10.

The engine's own encoder is not used, so that a mistake in it is not repeated here.
"""

import struct
import zlib
from typing import Final, NamedTuple, TypeAlias

Element: TypeAlias = "tuple[int, str, bytes | list[list[Element]]]"
"""Tag, VR and value; a list is the items of a sequence."""

CT: Final = b"1.2.840.10008.5.1.4.1.1.2"
NAME: Final = b"Kanari^Vogel"
PATIENT_ID: Final = b"KV-481516"
STUDY_UID: Final = b"2.999.108.1"

_UNDEFINED: Final = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXEL_DATA: Final = 0x7FE00010
_LONG: Final = frozenset(("OB", "OW", "SQ", "UC", "UN", "UR", "UT"))
_NUL_PADDED: Final = frozenset(("UI", "OB", "UN"))


class Way(NamedTuple):
    """A way to encode a data set (PS3.5 Annex A)."""

    name: str
    transfer_syntax_uid: bytes
    explicit: bool = True
    little: bool = True
    undefined: bool = False  # lengths of sequences and items
    deflated: bool = False
    encapsulated: bool = False


EXPLICIT: Final = Way("explicit", b"1.2.840.10008.1.2.1")
IMPLICIT: Final = Way("implicit", b"1.2.840.10008.1.2", explicit=False)
WAYS: Final = (
    EXPLICIT,
    EXPLICIT._replace(name="undefined", undefined=True),
    IMPLICIT,
    Way("big-endian", b"1.2.840.10008.1.2.2", little=False),
    Way("deflated", b"1.2.840.10008.1.2.1.99", deflated=True),
    Way("encapsulated", b"1.2.840.10008.1.2.4.50", encapsulated=True),
)


class Instance(NamedTuple):
    """What is in an instance besides what each has; `tail` follows all of it."""

    elements: tuple[Element, ...] = ()
    meta: tuple[Element, ...] = ()
    preamble: bytes = bytes(128)
    tail: bytes = b""
    pixels: bytes = bytes(32)
    sop_class_uid: bytes = CT


def encode(instance: Instance, way: Way) -> bytes:
    """Make the bytes of a DICOM file."""
    parts = {
        element[0]: _element(element, way)
        for element in (*_base(instance), *instance.elements)
    }
    if instance.sop_class_uid == CT:
        parts[_PIXEL_DATA] = _pixel_data(instance.pixels, way)
    data_set = _joined(parts)
    if way.deflated:
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        data_set = packer.compress(data_set) + packer.flush()
        data_set += b"\0" * (len(data_set) % 2)
    return _framed(instance, way) + data_set + instance.tail


def opened(data: bytes) -> bytes:
    """Give a DICOM file with its data set inflated, if it is deflated."""
    (length,) = struct.unpack_from("<I", data, 140)
    start = 144 + length
    if b"1.2.840.10008.1.2.1.99" not in data[:start]:
        return data
    return data[:start] + zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[start:])


def _base(instance: Instance) -> tuple[Element, ...]:
    return (
        (0x00080016, "UI", instance.sop_class_uid),
        (0x00080018, "UI", STUDY_UID + b".3"),
        (0x00080060, "CS", b"CT"),
        (0x00100010, "PN", NAME),
        (0x00100020, "LO", PATIENT_ID),
        (0x0020000D, "UI", STUDY_UID),
        (0x0020000E, "UI", STUDY_UID + b".2"),
        (0x00280301, "CS", b"NO"),
    )


def _framed(instance: Instance, way: Way) -> bytes:
    """Make preamble, prefix and file meta information (PS3.10 7.1)."""
    meta: tuple[Element, ...] = (
        (0x00020001, "OB", b"\0\1"),
        (0x00020002, "UI", instance.sop_class_uid),
        (0x00020003, "UI", STUDY_UID + b".3"),
        (0x00020010, "UI", way.transfer_syntax_uid),
        (0x00020012, "UI", b"2.999.1"),
        *instance.meta,
    )
    group = _joined({one[0]: _element(one, EXPLICIT) for one in meta})
    length = struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(group))
    return instance.preamble + b"DICM" + length + group


def _pixel_data(pixels: bytes, way: Way) -> bytes:
    if not way.encapsulated:
        return _element((_PIXEL_DATA, "OW", pixels), way)
    table, fragment = _head(_ITEM, 0, way), _head(_ITEM, len(pixels), way) + pixels
    opening = _element_head(_PIXEL_DATA, "OB", _UNDEFINED, way)
    return opening + table + fragment + _head(_SEQUENCE_END, 0, way)


def _joined(parts: dict[int, bytes]) -> bytes:
    """Join encoded data elements in the order of their tags."""
    return b"".join(parts[tag] for tag in sorted(parts))


def _element(element: Element, way: Way) -> bytes:
    tag, vr, value = element
    if isinstance(value, bytes):
        if len(value) % 2:
            value += b"\0" if vr in _NUL_PADDED else b" "
        return _element_head(tag, vr, len(value), way) + value
    # within VR UN all is implicit VR little endian (PS3.5 6.2.2)
    inside = way._replace(explicit=False, little=True) if vr == "UN" else way
    content = b"".join(_item(one, inside) for one in value)
    if way.undefined:
        content += _head(_SEQUENCE_END, 0, inside)
        return _element_head(tag, vr, _UNDEFINED, way) + content
    return _element_head(tag, vr, len(content), way) + content


def _item(elements: list[Element], way: Way) -> bytes:
    content = _joined({one[0]: _element(one, way) for one in elements})
    if way.undefined:
        return _head(_ITEM, _UNDEFINED, way) + content + _head(_ITEM_END, 0, way)
    return _head(_ITEM, len(content), way) + content


def _element_head(tag: int, vr: str, length: int, way: Way) -> bytes:
    if not way.explicit:
        return _head(tag, length, way)
    order = "<" if way.little else ">"
    group, number = tag >> 16, tag & 0xFFFF
    if vr in _LONG:
        return struct.pack(f"{order}HH2sHI", group, number, vr.encode(), 0, length)
    return struct.pack(f"{order}HH2sH", group, number, vr.encode(), length)


def _head(tag: int, length: int, way: Way) -> bytes:
    order = "<" if way.little else ">"
    return struct.pack(f"{order}HHI", tag >> 16, tag & 0xFFFF, length)
