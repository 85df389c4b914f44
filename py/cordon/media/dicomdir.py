"""The directory of the results, a DICOMDIR (PS3.3 Annex F, PS3.10 8.6).

Its records are made of our own encoded data elements, one join each: a pydicom
`Dataset` for each of them would cost half a millisecond to build and write, several
times that in WebAssembly. So pydicom's `FileSet` stays an independent judge, too.
"""

import struct
from functools import cache
from hashlib import sha256
from itertools import accumulate
from typing import Final, NamedTuple

from cordon.core import encode
from cordon.core.container import EXPLICIT_LITTLE
from cordon.core.head import ITEM
from cordon.media.records import Entry, Uppers, uid_for
from cordon.rules.containers import file_meta
from cordon.rules.directory import UPPER
from cordon.rules.instance import (
    MEDIA_STORAGE_DIRECTORY,
    PATIENT_ID,
    SERIES_INSTANCE_UID,
    STUDY_INSTANCE_UID,
)

FILE_NAME: Final = "DICOMDIR"
"""Its File ID, in the root of the file-set (PS3.10 8.6)."""

_IDENTITIES: Final = (PATIENT_ID, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID)
"""What tells records of the same type below the same record apart."""

_LEVELS: Final = 4

_HEAD: Final = struct.Struct("<4sI 8sI 8sH 8sI")
_ITEM: Final = struct.pack("<HH", ITEM >> 16, ITEM & 0xFFFF)
_NEXT, _FLAG, _LOWER = (
    encode.header(tag, vr, length, explicit=True, little=True)
    for tag, vr, length in (
        (0x00041400, "UL", 4),  # offset of the next record
        (0x00041410, "US", 2),  # in-use flag
        (0x00041420, "UL", 4),  # offset of the lower-level entity
    )
)
_IN_USE: Final = 0xFFFF
_SHORT: Final = struct.Struct("<HH2sH")

_Leaf = tuple[Uppers, bytes]
_Record = tuple[int, bytes]
"""How deep a record is, and its data elements past the offsets."""


class _Node(NamedTuple):
    """A record that others stand below, or the root; of a file's there is the content."""

    content: bytes
    below: "list[_Node | bytes]"


class Directory:
    """Collects the entries of instances."""

    def __init__(self) -> None:
        self._leaves: dict[str, _Leaf] = {}
        self._shared: dict[Uppers, Uppers] = {}

    def add(self, file_id: str, entry: Entry) -> bool:
        """Add an instance that has been written as `file_id`, with slashes.

        False if there is no type of record for it, so it is left out.
        """
        if not entry.record:
            return False
        uppers = self._shared.setdefault(entry.uppers, entry.uppers)
        self._leaves[file_id] = uppers, _file_record(file_id, entry)
        return True

    def encode(self) -> bytes:
        """Encode the file: the same for the same instances, in whatever order."""
        leaves = [self._leaves[file_id] for file_id in sorted(self._leaves)]
        digest = sha256(b"".join(content for _, content in leaves))
        uid = uid_for(digest.digest())
        meta = file_meta(MEDIA_STORAGE_DIRECTORY, uid, EXPLICIT_LITTLE)
        records = _listed(_tree(leaves), 0, [])
        start = len(meta) + len(_top(0, 0, 0))
        sizes = (_HEAD.size + len(content) for _, content in records)
        *offsets, stop = accumulate(sizes, initial=start)
        roots = [0]
        roots += [
            at for at, (depth, _) in zip(offsets, records, strict=True) if not depth
        ]
        top = _top(roots[1] if records else 0, roots[-1], stop - start)
        return b"".join((meta, top, *_linked(records, offsets)))


def _file_record(file_id: str, entry: Entry) -> bytes:
    """Encode a record that references a file, past its offsets."""
    name = _element(0x00041500, "CS", file_id.replace("/", "\\").encode())
    return _kind(entry.record) + name + entry.instance


@cache
def _kind(record: str) -> bytes:
    """Encode the type of a record."""
    return _element(0x00041430, "CS", record.encode())


def _tree(leaves: list[_Leaf]) -> _Node:
    """Put records below those they belong to; of several alike the first stands."""
    root = _Node(b"", [])
    nodes: dict[tuple[bytes, ...], _Node] = {(): root}
    placed: dict[Uppers, _Node] = {}
    for uppers, content in leaves:
        node = placed.get(uppers)
        if node is None:
            node = placed[uppers] = _place(nodes, uppers)
        node.below.append(content)
    return root


def _place(nodes: dict[tuple[bytes, ...], _Node], uppers: Uppers) -> _Node:
    """Give the record that instances with these upper records stand below.

    `nodes` has those that there are, by what tells apart each on the way to them.
    """
    way: tuple[bytes, ...] = ()
    for record, tag, keys in zip(UPPER, _IDENTITIES, uppers, strict=True):
        if keys:
            above, way = nodes[way], (*way, _value(keys, tag))
            if way not in nodes:
                nodes[way] = _Node(_kind(record) + keys, [])
                above.below.append(nodes[way])
    return nodes[way]


def _value(keys: bytes, wanted: int) -> bytes:
    """Find a key of an upper record, all of which have a short length."""
    at = tag = length = 0
    while tag != wanted:
        group, number, _, length = _SHORT.unpack_from(keys, at)
        tag = group << 16 | number
        at += _SHORT.size + length
    return keys[at - length : at]


def _listed(node: _Node, depth: int, records: list[_Record]) -> list[_Record]:
    """Add what is below a record to `records`, in the order of the file."""
    for below in node.below:
        if isinstance(below, bytes):
            records.append((depth, below))
        else:
            records.append((depth, below.content))
            _listed(below, depth + 1, records)
    return records


def _top(first: int, last: int, size: int) -> bytes:
    """Encode what stands before the records, `size` bytes of them (PS3.3 F.3.2)."""
    elements = (
        (0x00041130, "CS", b""),
        (0x00041200, "UL", first.to_bytes(4, "little")),
        (0x00041202, "UL", last.to_bytes(4, "little")),
        (0x00041212, "US", bytes(2)),
    )
    encoded = b"".join(_element(*element) for element in elements)
    sequence = encode.header(0x00041220, "SQ", size, explicit=True, little=True)
    return encoded + sequence


def _linked(records: list[_Record], offsets: list[int]) -> list[bytes]:
    """Encode all records; each names its neighbour and the first one below it."""
    # by depth, the record that comes next below the same one
    following = [0] * (_LEVELS + 1)
    linked: list[bytes] = []
    for (depth, content), at in zip(reversed(records), reversed(offsets), strict=True):
        linked += content, _head(len(content), following[depth], following[depth + 1])
        following[depth], following[depth + 1] = at, 0
    linked.reverse()
    return linked


def _head(size: int, following: int, lower: int) -> bytes:
    """Encode a record's item tag and the offsets."""
    length = size + _HEAD.size - len(_ITEM) - 4
    return _HEAD.pack(_ITEM, length, _NEXT, following, _FLAG, _IN_USE, _LOWER, lower)


def _element(tag: int, vr: str, value: bytes) -> bytes:
    return encode.element(tag, vr, value, explicit=True, little=True)
