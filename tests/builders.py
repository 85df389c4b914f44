"""Instances made byte by byte.

Written from PS3.5 and PS3.10 alone, and never with the code under test, so that a
mistake in one is not repeated by the other.
"""

import struct
import zlib
from dataclasses import dataclass, field, replace
from functools import lru_cache

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG = "1.2.840.10008.1.2.2"
JPEG = "1.2.840.10008.1.2.4.50"

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"

LONG_VRS = frozenset(
    ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]
)
UNDEFINED = 0xFFFFFFFF


@dataclass(frozen=True)
class Encoding:
    """How to write data elements; lengths of sequences and items may be undefined."""

    explicit: bool = True
    little: bool = True
    undefined: bool = False

    def pack(self, layout: str, *values: int) -> bytes:
        return struct.pack(("<" if self.little else ">") + layout, *values)

    def element(self, tag: int, vr: str, value: "bytes | str | list") -> bytes:
        """Encode a data element; a list is the items of a sequence."""
        if isinstance(value, list):
            return self.sequence(tag, vr, value)
        value = pad(vr, value)
        return self.head(tag, vr, len(value)) + value

    def head(self, tag: int, vr: str, length: int) -> bytes:
        name = self.pack("HH", tag >> 16, tag & 0xFFFF)
        if not self.explicit:
            return name + self.pack("I", length)
        if vr in LONG_VRS:
            return name + vr.encode() + b"\0\0" + self.pack("I", length)
        return name + vr.encode() + self.pack("H", length)

    def sequence(self, tag: int, vr: str, items: list) -> bytes:
        # within VR UN everything is implicit VR little endian (PS3.5 6.2.2)
        inside = replace(self, explicit=False, little=True) if vr == "UN" else self
        content = b"".join(inside.item(item) for item in items)
        if self.undefined:
            end = inside.pack("HHI", 0xFFFE, 0xE0DD, 0)
            return self.head(tag, vr, UNDEFINED) + content + end
        return self.head(tag, vr, len(content)) + content

    def item(self, elements: list) -> bytes:
        content = self.data_set(elements)
        if self.undefined:
            start = self.pack("HHI", 0xFFFE, 0xE000, UNDEFINED)
            return start + content + self.pack("HHI", 0xFFFE, 0xE00D, 0)
        return self.pack("HHI", 0xFFFE, 0xE000, len(content)) + content

    def fragments(self, *fragments: bytes) -> bytes:
        """Encode encapsulated pixel data (PS3.5 A.4), with an empty offset table."""
        items = [
            self.pack("HHI", 0xFFFE, 0xE000, len(fragment)) + fragment
            for fragment in (b"", *fragments)
        ]
        end = self.pack("HHI", 0xFFFE, 0xE0DD, 0)
        return self.head(0x7FE00010, "OB", UNDEFINED) + b"".join(items) + end

    def data_set(self, elements: list) -> bytes:
        return b"".join(
            element if isinstance(element, bytes) else self.element(*element)
            for element in elements
        )


LE = Encoding()
LE_UNDEFINED = Encoding(undefined=True)
BE = Encoding(little=False)
IMPLICIT_LE = Encoding(explicit=False)
IMPLICIT_UNDEFINED = Encoding(explicit=False, undefined=True)

ENCODINGS = {
    "explicit": (LE, EXPLICIT),
    "explicit-undefined": (LE_UNDEFINED, EXPLICIT),
    "implicit": (IMPLICIT_LE, IMPLICIT),
    "implicit-undefined": (IMPLICIT_UNDEFINED, IMPLICIT),
    "big": (BE, BIG),
}


def pad(vr: str, value: bytes | str) -> bytes:
    if isinstance(value, str):
        value = value.encode("ascii")
    filler = b"\0" if vr in ("UI", "OB", "UN") else b" "
    return value + filler * (len(value) % 2)


def file(
    elements: list,
    encoding: Encoding = LE,
    transfer_syntax: str = EXPLICIT,
    *,
    sop_class: str = CT,
    sop_instance: str = "1.2.3.4.5.6",
    preamble: bytes = bytes(128),
    meta: list | None = None,
) -> bytes:
    """Make a DICOM file; `meta` is more elements of group 0002."""
    group = LE.data_set(
        [
            (0x00020001, "OB", b"\0\1"),
            (0x00020002, "UI", sop_class),
            (0x00020003, "UI", sop_instance),
            (0x00020010, "UI", transfer_syntax),
            (0x00020012, "UI", "1.2.3"),
            *(meta or []),
        ]
    )
    length = LE.element(0x00020000, "UL", struct.pack("<I", len(group)))
    data_set = encoding.data_set(elements)
    if transfer_syntax == DEFLATED:
        packer = zlib.compressobj(wbits=-15)
        data_set = packer.compress(data_set) + packer.flush()
        data_set += b"\0" * (len(data_set) % 2)
    return preamble + b"DICM" + length + group + data_set


@dataclass(frozen=True)
class Study:
    """A patient's study, to make instances that belong together."""

    patient_id: str = "PAT-4711"
    patient_name: str = "Doe^Jane"
    study: str = "1.2.3.4"
    series: str = "1.2.3.4.5"
    frame: str = "1.2.3.4.9"
    extra: list = field(default_factory=list)

    def elements(self, number: int = 1, sop_class: str = CT) -> list:
        """List the data elements of an instance, without pixel data, sorted."""
        elements = [
            (0x00080005, "CS", "ISO_IR 100"),
            (0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
            (0x00080016, "UI", sop_class),
            (0x00080018, "UI", f"{self.series}.{number}"),
            (0x00080020, "DA", "20240229"),
            (0x00080030, "TM", "101112"),
            (0x00080050, "SH", "ACC-99"),
            (0x00080060, "CS", "CT"),
            (0x00080070, "LO", "Maker"),
            (0x00080090, "PN", "Refer^Ring"),
            (0x00081030, "LO", "CT of Jane Doe"),
            (
                0x00081140,
                "SQ",
                [
                    [
                        (0x00081150, "UI", sop_class),
                        (0x00081155, "UI", f"{self.series}.{number + 1}"),
                    ]
                ],
            ),
            (0x00100010, "PN", self.patient_name),
            (0x00100020, "LO", self.patient_id),
            (0x00100030, "DA", "19700101"),
            (0x00100040, "CS", "F"),
            (0x00180050, "DS", "1.5"),
            (0x0020000D, "UI", self.study),
            (0x0020000E, "UI", self.series),
            (0x00200010, "SH", "ST7"),
            (0x00200011, "IS", "3"),
            (0x00200013, "IS", str(number)),
            (0x00200052, "UI", self.frame),
            *self.extra,
        ]
        return sorted(elements, key=lambda element: element[0])

    def image(self, number: int = 1, size: int = 64, encoding: Encoding = LE) -> bytes:
        """Make an image of `size` x `size` pixels of 16 bit."""
        elements = self.elements(number)
        elements += image_pixels(size, encoding)
        elements.sort(key=lambda element: element[0])
        syntax = next(uid for some, uid in ENCODINGS.values() if some == encoding)
        uid = f"{self.series}.{number}"
        return file(elements, encoding, syntax, sop_instance=uid)


def image_pixels(size: int, encoding: Encoding = LE) -> list:
    """List the data elements of the Image Pixel module (PS3.3 C.7.6.3)."""
    numbers = [
        (0x00280002, 1),
        (0x00280010, size),
        (0x00280011, size),
        (0x00280100, 16),
        (0x00280101, 12),
        (0x00280102, 11),
        (0x00280103, 0),
    ]
    return [
        (0x00280004, "CS", "MONOCHROME2"),
        *((tag, "US", encoding.pack("H", number)) for tag, number in numbers),
        (0x7FE00010, "OW", _pixels(size, encoding)),
    ]


@lru_cache(maxsize=8)
def _pixels(size: int, encoding: Encoding) -> bytes:
    values = [(x * y) & 0xFFF for x in range(size) for y in range(size)]
    return encoding.pack(f"{len(values)}H", *values)
