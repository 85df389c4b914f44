"""Names and archive members."""

import re
import zipfile
import zlib
from io import BytesIO
from itertools import pairwise

import pytest
from builders import JPEG, LE, Study, file
from engine import assemble, plan
from hypothesis import given
from hypothesis import strategies as st

from cordon.core.span import Span
from cordon.media.archive import DEFLATED, PIECE, STORED, method_for, pack
from cordon.media.names import file_id

FILE_ID = re.compile(r"[A-Z0-9_]{1,8}(/[A-Z0-9_]{1,8}){0,7}\Z")


def test_a_file_id_is_legal_and_tells_nothing() -> None:
    row = plan(Study().image(size=4)).row
    name = file_id(row)
    assert FILE_ID.match(name)
    assert name == file_id(row)
    assert "4711" not in name


def test_instances_of_a_series_lie_in_one_folder() -> None:
    study = Study()
    names = [file_id(plan(study.image(number, size=4)).row) for number in range(1, 200)]
    assert len(set(names)) == 199
    assert len({name.rsplit("/", 1)[0] for name in names}) == 1


def test_compressed_pixels_are_stored_and_others_deflated() -> None:
    assert method_for(plan(Study().image(size=4)).row.transfer_syntax_uid) == DEFLATED
    compressed = file([*Study().elements(), LE.fragments(b"abcd")], LE, JPEG)
    assert method_for(plan(compressed).row.transfer_syntax_uid) == STORED


@given(
    st.lists(
        st.binary(max_size=50) | st.tuples(st.integers(0, 900), st.integers(0, 99))
    ),
    st.sampled_from((STORED, DEFLATED)),
)
def test_a_member_holds_what_the_segments_stand_for(parts: list, method: int) -> None:
    source = bytes(range(256)) * 4
    segments = [
        part if isinstance(part, bytes) else Span(part[0], part[0] + part[1])
        for part in parts
    ]
    written = []
    member = pack(
        segments,
        lambda span: source[span.start : span.stop],
        written.append,
        method,
        1,
    )
    data = b"".join(written)
    plain = zlib.decompress(data, -15) if method == DEFLATED else data
    expected = b"".join(
        part if isinstance(part, bytes) else source[part.start : part.stop]
        for part in segments
    )
    assert plain == expected
    assert (member.size, member.crc32) == (len(expected), zlib.crc32(expected))


@given(st.binary(max_size=2000), st.lists(st.integers(0, 2000), max_size=4))
def test_parts_packed_one_by_one_are_one_stream(data: bytes, cuts: list) -> None:
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    parts = [data[start:stop] for start, stop in pairwise(edges)] or [b""]
    written: list[bytes] = []
    for number, part in enumerate(parts, 1):
        last = number == len(parts)
        pack([part], lambda span: b"", written.append, DEFLATED, 1, last=last)
    assert zlib.decompress(b"".join(written), -15) == data


def test_a_large_member_is_written_piece_by_piece() -> None:
    source = bytes(10 * PIECE)
    asked, written = [], []

    def read_span(span: Span) -> bytes:
        asked.append(span)
        return source[span.start : span.stop]

    pack([Span(0, len(source))], read_span, written.append, STORED, 1)
    assert max(stop - start for start, stop in asked) <= PIECE
    assert max(map(len, written)) <= 2 * PIECE


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_a_member_placed_in_an_archive_opens(method: int) -> None:
    source = Study().image(size=32)
    outcome = plan(source)
    written = []
    member = pack(
        outcome.segments,
        lambda span: source[span.start : span.stop],
        written.append,
        method,
        1,
    )
    data = b"".join(written)
    name = b"A"
    head = b"PK\3\4" + b"".join(
        number.to_bytes(size, "little")
        for number, size in (
            (20, 2), (0, 2), (method, 2), (0, 4), (member.crc32, 4),
            (len(data), 4), (member.size, 4), (len(name), 2), (0, 2),
        )
    )  # fmt: skip
    body = head + name + data
    entry = b"PK\1\2" + b"\x14\0" + head[4:30] + bytes(14) + name
    end = b"PK\5\6" + bytes(4) + b"\1\0\1\0" + len(entry).to_bytes(4, "little")
    archive = body + entry + end + len(body).to_bytes(4, "little") + bytes(2)
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        assert opened.read("A") == assemble(source, outcome)
