"""Members of archives, read by ranges: no file, and nothing that is said is believed."""

import hashlib
import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordon.core.span import Span
from cordon.media import unpack
from cordon.media.unpack import (
    BombError,
    EncryptedError,
    MemberError,
    MethodError,
    Packed,
    Unpacked,
    judge,
)

NOISE = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(1250))
CONTENT = NOISE + bytes(40_000) + b"end" * 7_000


class Archive:
    """An archive in memory that counts what is read of it."""

    def __init__(self, content: bytes = CONTENT, method: int = 8) -> None:
        target = BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            archive.writestr("before", b"x" * 99)
            archive.writestr("a", content)
            info = archive.getinfo("a")
        self.data = bytearray(target.getvalue())
        self.reads: list[tuple[int, int]] = []
        self.packed = Packed(
            info.header_offset, info.compress_size, info.file_size, method, info.CRC
        )

    def read(self, start: int, stop: int) -> bytes:
        self.reads.append((start, stop))
        return bytes(self.data[start:stop])

    def open(self, **said: int) -> Unpacked:
        return Unpacked(self.packed._replace(**said), self.read)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every member be a large one, in many pieces."""
    monkeypatch.setattr(unpack, "WHOLE", -1)
    monkeypatch.setattr(unpack, "PIECE", 1000)


@pytest.mark.parametrize("method", [0, 8])
def test_a_small_member_is_had_by_one_read(method: int) -> None:
    archive = Archive(method=method)
    member = archive.open()
    assert member.read(Span(0, member.size)) == CONTENT
    assert member.read(Span(5, 9)) == CONTENT[5:9]
    member.finish()
    assert len(archive.reads) == 1


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("method", [0, 8])
def test_a_large_member_is_read_in_any_order(method: int) -> None:
    member = Archive(method=method).open()

    @given(st.lists(st.tuples(st.integers(0, len(CONTENT)), st.integers(0, 5000))))
    def look(wanted: list[tuple[int, int]]) -> None:
        for start, count in wanted:
            stop = min(start + count, member.size)
            assert member.read(Span(start, stop)) == CONTENT[start:stop]
        member.finish()

    look()


@pytest.mark.usefixtures("large")
def test_a_large_member_is_never_read_in_large_pieces() -> None:
    archive = Archive()
    member = archive.open()
    for start in range(0, member.size, 700):
        member.read(Span(start, min(start + 700, member.size)))
    member.finish()
    most = max(stop - start for start, stop in archive.reads)
    assert most <= 1000
    read = sum(stop - start for start, stop in archive.reads)
    assert read < archive.packed.packed + 2000


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("start", [0, 40_000])
def test_a_sum_is_of_all_bytes_whatever_was_read(method: int, start: int) -> None:
    archive = Archive(method=method)
    member = archive.open(crc32=archive.packed.crc32 ^ 1)
    member.read(Span(start, start + 100))
    with pytest.raises(MemberError):
        member.finish()


@pytest.mark.usefixtures("large")
def test_a_byte_that_nobody_asked_for_is_summed_all_the_same() -> None:
    archive = Archive(method=0)
    at = archive.data.index(b"endend")
    archive.data[at] ^= 1
    member = archive.open()
    member.read(Span(0, 100))
    member.read(Span(member.size - 5, member.size))
    with pytest.raises(MemberError):
        member.finish()


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("more", [-100, 100, 1 << 25])
def test_sizes_that_lie_are_an_error(method: int, more: int) -> None:
    with pytest.raises(MemberError):
        _read_all(Archive(method=method).open(size=len(CONTENT) + more))


@pytest.mark.parametrize("whole", [-1, 1 << 24])
def test_damage_is_an_error_of_the_member_or_does_no_harm(
    monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr(unpack, "WHOLE", whole)
    content = CONTENT[39_000:41_000]
    archive = Archive(content)
    start, refused = archive.packed.offset, 0
    # the header's magic, and all behind the member's name
    for at in (start, *range(start + 31, start + 31 + archive.packed.packed)):
        archive.data[at] ^= 0xFF
        try:
            assert _read_all(archive.open()) == content
        except MemberError:
            refused += 1
        archive.data[at] ^= 0xFF
    # the mark of the stream's end is not needed
    assert refused >= archive.packed.packed - 2


def test_an_archive_that_ends_early_is_an_error_of_the_member() -> None:
    archive = Archive()
    whole = bytes(archive.data)
    for stop in range(0, archive.packed.offset + archive.packed.packed, 997):
        archive.data[:] = whole[:stop]
        with pytest.raises(MemberError):
            _read_all(archive.open())


def _read_all(member: Unpacked) -> bytes:
    data = member.read(Span(0, member.size))
    member.finish()
    return data


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"encrypted": True}, EncryptedError),
        ({"overlaps": True}, BombError),
        ({"method": 12}, MethodError),
        ({"method": 9}, MethodError),
        ({"size": 1 << 40}, BombError),
        ({"size": (1 << 26) + 1, "packed": 1 << 18}, BombError),
        ({"method": 0, "size": len(CONTENT) - 1, "packed": len(CONTENT)}, MemberError),
        ({"offset": 1 << 40}, MemberError),
        ({"offset": 1}, MemberError),
    ],
)
def test_what_is_said_of_a_member_decides_its_code(
    said: dict[str, int], error: type[MemberError]
) -> None:
    with pytest.raises(MemberError) as raised:
        Archive().open(**said)
    assert type(raised.value) is error


def test_what_is_refused_is_not_read() -> None:
    archive = Archive()
    with pytest.raises(BombError):
        archive.open(size=1 << 40)
    assert archive.reads == []


def test_much_that_was_little_is_accepted_within_reason() -> None:
    judge(Packed(0, 1, 1 << 26, 8, 0))
    judge(Packed(0, 1 << 20, 200 << 20, 8, 0))
    with pytest.raises(BombError):
        judge(Packed(0, 1 << 20, (200 << 20) + 1, 8, 0))


def test_another_method_is_read_through_its_own_reader() -> None:
    archive = Archive()
    packed = archive.packed._replace(method=9)
    member = Unpacked(packed, archive.read, lambda start, stop: CONTENT[start:stop])
    assert member.read(Span(10, 20)) == CONTENT[10:20]
    assert member.start is None
    assert archive.reads == []
    with pytest.raises(MemberError):
        Unpacked(packed, archive.read, lambda start, stop: CONTENT[start : stop - 1])


def test_a_stored_member_tells_where_its_bytes_lie() -> None:
    archive = Archive(method=0)
    member = archive.open()
    assert member.start is not None
    assert archive.data[member.start :][: member.size] == CONTENT
    assert Archive().open().start is None


def test_a_long_local_header_is_read_again() -> None:
    archive = Archive(method=0)
    start = archive.packed.offset
    archive.data[start + 28 : start + 30] = (60_000).to_bytes(2, "little")
    archive.data[start + 31 : start + 31] = bytes(60_000)
    member = archive.open()
    assert zlib.crc32(member.read(Span(0, member.size))) == archive.packed.crc32
