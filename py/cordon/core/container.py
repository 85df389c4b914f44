"""What stands before the data set: preamble, prefix, file meta information.

PS3.10 7.1 wants them all; files in the world lack some or all of them, or say one
thing and do another. The first data element settles it.
"""

import struct
from typing import Final, NamedTuple

from cordon.core.errors import MalformedError, NotDicomError, TruncatedError
from cordon.core.head import LONG_VRS, SHORT_VRS, UNDEFINED
from cordon.core.profile import Syntax

TRANSFER_SYNTAX_UID: Final = 0x00020010

IMPLICIT_LITTLE: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
EXPLICIT_BIG: Final = "1.2.840.10008.1.2.2"
DEFLATED: Final = frozenset(
    (
        "1.2.840.10008.1.2.1.99",  # Deflated Explicit VR Little Endian
        "1.2.840.10008.1.2.4.95",  # JPIP Referenced Deflate
        "1.2.840.10008.1.2.4.205",  # JPIP HTJ2K Referenced Deflate
    )
)

PREAMBLE: Final = 128
PREFIX: Final = b"DICM"

MAX_META: Final = 1 << 20
"""Bytes of file meta information; more is hostile."""

MAX_UID: Final = 64
"""Characters of the longest UID."""

MAX_FIRST: Final = 256
"""Bytes of the first value where only its shape tells that a file is DICOM."""

_NATIVE: Final = {
    Syntax(explicit=False, little=True): IMPLICIT_LITTLE,
    Syntax(explicit=True, little=True): EXPLICIT_LITTLE,
    Syntax(explicit=True, little=False): EXPLICIT_BIG,
}


def is_uid(value: bytes) -> bool:
    """Tell whether a value is made as UIDs are (PS3.5 9.1), so that it is no word."""
    return 0 < len(value) <= MAX_UID and not value.translate(None, b"0123456789.")


class NeedMore(Exception):  # noqa: N818 - a request, not an error
    """The bytes at hand end too early: the first `stop` of the source are needed."""

    def __init__(self, stop: int) -> None:
        super().__init__()
        self.stop = stop


class Container(NamedTuple):
    """How a source begins.

    `meta` holds the values of the file meta information, `data_set` the offset of
    the first byte after it; that byte is encoded in `syntax`, which fits
    `transfer_syntax_uid` whether or not the source says so.
    """

    meta: dict[int, bytes]
    data_set: int
    transfer_syntax_uid: str
    syntax: Syntax


def read_container(head: bytes, size: int) -> Container:
    """Read what stands before the data set of a source of `size` bytes.

    Raises
    ------
    NeedMore
        `head`, the source's first bytes, ends too early.
    NotDicomError, TruncatedError, MalformedError
        The source does not begin as PS3.10 7.1 or PS3.5 7.1 have it.
    """
    start = PREAMBLE + len(PREFIX)
    if len(head) < min(start, size):
        raise NeedMore(min(start, size))
    if head[PREAMBLE:start] != PREFIX:
        start = len(PREFIX) if head.startswith(PREFIX) else 0
        if not start and not _begins_data_set(head[:8]):
            raise NotDicomError(0)
    meta, data_set = _read_meta(head, start, size)
    if data_set + 8 > size:
        raise TruncatedError(size)
    if data_set + 8 > len(head):
        raise NeedMore(data_set + 8)
    said = _uid(meta.get(TRANSFER_SYNTAX_UID, b""))
    if said in DEFLATED:
        return Container(meta, data_set, said, Syntax(explicit=True, little=True))
    seen = _syntax_of(head[data_set : data_set + 8], said)
    if not said or said in _NATIVE.values():
        said = _NATIVE[seen]
    return Container(meta, data_set, said, seen)


def _read_meta(head: bytes, start: int, size: int) -> tuple[dict[int, bytes], int]:
    """Read group 0002, which is explicit VR little endian by PS3.10 7.1."""
    meta = {}
    at = start
    while at + 8 <= size:
        if at + 8 > len(head):
            raise NeedMore(at + 8)
        group, number, vr, length = struct.unpack_from("<HH2sH", head, at)
        if group != 0x0002:
            break
        body = at + 8
        if vr in LONG_VRS:
            if body + 4 > size:
                raise TruncatedError(size)
            if body + 4 > len(head):
                raise NeedMore(body + 4)
            (length,) = struct.unpack_from("<I", head, body)
            body += 4
        elif vr not in SHORT_VRS:  # some writers use implicit VR here
            (length,) = struct.unpack_from("<I", head, at + 4)
        end = body + length
        if length == UNDEFINED or end - start > MAX_META:
            raise MalformedError(at)
        if end > size:
            raise TruncatedError(size)
        if end > len(head):
            raise NeedMore(end)
        meta[group << 16 | number] = head[body:end]
        at = end
    return meta, at


def _uid(value: bytes) -> str:
    """Give a UID; none for what is not one, which might say anything."""
    uid = value.strip(b"\0 ")
    return uid.decode("ascii") if is_uid(uid) else ""


def _begins_data_set(first: bytes) -> bool:
    """Tell whether a file without prefix begins with group 0002 or 0008."""
    if len(first) < 8:
        return False
    for order in "<>":
        group, _number, vr, _ = struct.unpack(f"{order}HH2sH", first)
        if group in (0x0002, 0x0008):
            (length,) = struct.unpack(f"{order}I", first[4:])
            return vr in SHORT_VRS or vr in LONG_VRS or length <= MAX_FIRST
    return False


def _syntax_of(first: bytes, said: str) -> Syntax:
    """Tell how the data element that begins with `first` is encoded.

    The byte order is in doubt only where the source says nothing, or big endian:
    the group of the first data element is low, and looks high the wrong way round.
    """
    explicit = first[4:6] in SHORT_VRS or first[4:6] in LONG_VRS
    (group,) = struct.unpack("<H", first[:2])
    big = explicit and group >= 0x0400 and said in ("", EXPLICIT_BIG)
    return Syntax(explicit, little=not big)
