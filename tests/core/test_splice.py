"""The engine on data sets made for one purpose, and on any at all."""

import zlib
from itertools import pairwise

import pytest
from builders import (
    BE,
    BIG,
    CT,
    DEFLATED,
    ENCODINGS,
    EXPLICIT,
    IMPLICIT,
    IMPLICIT_LE,
    JPEG,
    LE,
    LE_UNDEFINED,
    Encoding,
    Study,
    file,
    image_pixels,
)
from corpus import CT_SMALL, instances
from engine import EMPTY, KEY, PROFILE, WALKING, assemble, deidentify, plan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import differences, read
from strategies import sources

from cordon.core.errors import (
    InstanceError,
    MalformedError,
    NotDicomError,
    TruncatedError,
)
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.reading import FIRST_READ
from cordon.core.scan import MAX_DEPTH, MAX_VALUE
from cordon.core.span import Span
from cordon.core.splice import run, splice
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

ENCODED = pytest.mark.parametrize(
    ("encoding", "syntax"), ENCODINGS.values(), ids=ENCODINGS
)
SOP = [(0x00080016, "UI", CT), (0x00080018, "UI", "1.2.3.4.5.6")]


@given(sources())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_data_set_comes_back_whole_under_an_empty_profile(source: bytes) -> None:
    for profile in (EMPTY, WALKING):
        assert plan(source, profile).segments == [Span(0, len(source))]


@given(sources())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_data_set_changes_as_the_profile_says(source: bytes) -> None:
    assert list(differences(read(source), read(deidentify(source)))) == []


@given(sources(), st.integers(1, 200))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_first_read_gives_the_same_result(source: bytes, first_read: int) -> None:
    outcome = plan(source, first_read=first_read)
    assert assemble(source, outcome) == deidentify(source)


@given(st.binary(max_size=400), st.booleans())
@settings(max_examples=500)
def test_any_bytes_have_an_outcome_or_an_error(data: bytes, prefixed: bool) -> None:
    source = bytes(128) + b"DICM" + data if prefixed else data
    assert _ends_well(source)


@given(st.data())
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_any_damage_to_a_real_file_has_an_outcome_or_an_error(data) -> None:
    path = data.draw(st.sampled_from(SMALL))
    source = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, min(len(source), 4000) - 1))
        source[at] = data.draw(st.integers(0, 255))
    damaged = bytes(source[: data.draw(st.integers(1, len(source)))])
    assert _ends_well(damaged)


def _ends_well(source: bytes) -> bool:
    try:
        outcome = plan(source)
    except InstanceError as error:
        return 0 <= error.offset <= len(source)
    return isinstance(outcome, Deidentified | Rejected)


SMALL = [path for path in instances() if path.stat().st_size < 100_000]


@ENCODED
def test_pixel_data_is_a_span(encoding: Encoding, syntax: str) -> None:
    source = Study().image(size=16, encoding=encoding)
    last = plan(source).segments[-1]
    assert isinstance(last, Span)
    assert last.stop == len(source)
    assert last.stop - last.start >= 16 * 16 * 2


def test_an_ordinary_instance_is_read_once_and_its_pixels_never() -> None:
    source = Study().image(size=512)
    asked = []

    def read_span(span: Span) -> bytes:
        asked.append(span)
        return source[span.start : span.stop]

    outcome = run(splice(len(source), PROFILE), read_span)
    assert asked == [Span(0, FIRST_READ)]
    new = b"".join(part for part in outcome.segments if isinstance(part, bytes))
    pixels = source[-512 * 512 * 2 :]
    assert not any(
        pixels[at : at + 16] in new for at in range(4096, len(pixels), 997 * 16)
    )


@pytest.mark.parametrize("missing", [0, 1])
def test_a_source_that_is_at_hand_is_not_read(missing: int) -> None:
    source = Study().image(size=16)
    asked = []

    def read_span(span: Span) -> bytes:
        asked.append(span)
        return source[span.start : span.stop]

    head = source[: len(source) - missing]
    outcome = run(splice(len(source), PROFILE, head=head), read_span)
    assert outcome == plan(source)
    assert asked == [Span(0, len(source))] * missing


def test_a_long_value_that_stays_is_jumped_over() -> None:
    profile_of_colour = bytes(3_000_000)
    source = file(
        [*SOP, (0x00282000, "OB", profile_of_colour), *image_pixels(8)], LE, EXPLICIT
    )
    asked = []

    def read_span(span: Span) -> bytes:
        asked.append(span)
        return source[span.start : span.stop]

    run(splice(len(source), PROFILE), read_span)
    assert sum(stop - start for start, stop in asked) < 300_000


def test_fragments_are_jumped_over() -> None:
    fragments = [bytes([number]) * 200_000 for number in range(20)]
    source = file([*SOP, LE.fragments(*fragments)], LE, JPEG)
    asked = []

    def read_span(span: Span) -> bytes:
        asked.append(span)
        return source[span.start : span.stop]

    outcome = run(splice(len(source), PROFILE), read_span)
    assert assemble(source, outcome).endswith(source[-20 * 200_000 :])
    assert sum(stop - start for start, stop in asked) < len(source)


def test_a_long_header_is_read_in_few_steps() -> None:
    items = [[(0x00081155, "UI", f"1.2.{number}")] for number in range(100_000)]
    source = file([*SOP, (0x00081115, "SQ", items)])
    asked = []

    def read_span(span: Span) -> bytes:
        asked.append(span)
        return source[span.start : span.stop]

    run(splice(len(source), PROFILE), read_span)
    assert len(asked) < 12
    assert sum(stop - start for start, stop in asked) < 1.1 * len(source)


@ENCODED
def test_changes_deep_inside_give_sequences_their_new_length(
    encoding: Encoding, syntax: str
) -> None:
    inner = [
        (0x00081155, "UI", "1.2.3"),
        (0x00100020, "LO", "PAT"),
        (0x00280010, "US", encoding.pack("H", 7)),
    ]
    nested = inner
    for tag in (0x00081115, 0x00081140, 0x00540016, 0x00081115, 0x00540016):
        nested = [(tag, "SQ", [nested, inner])]
    source = file([*SOP, *nested], encoding, syntax)
    result = deidentify(source)
    assert list(differences(read(source), read(result))) == []


def test_what_a_sequence_of_vr_un_holds_is_changed() -> None:
    request = [(0x00400007, "LO", "Jane"), (0x00400009, "SH", "SPS1")]
    reference = [(0x00081155, "UI", "1.2.3.77")]
    for encoding in (LE, LE_UNDEFINED, BE):
        source = file(
            [
                *SOP,
                (0x00081115, "UN", [reference]),
                (0x00400275, "UN", [request]),
            ],
            encoding,
            BIG if encoding is BE else EXPLICIT,
        )
        result = deidentify(source)
        for gone in (b"Jane", b"SPS1", b"1.2.3.77"):
            assert gone not in result
        assert result.count(b"2.25.") >= 4


def test_a_known_sequence_that_holds_none_is_removed() -> None:
    source = file([*SOP, (0x00081115, "UN", b"Jane Doe"), (0x00280010, "US", b"\1\0")])
    result = deidentify(source)
    assert b"Jane" not in result
    assert read(result).Rows == 1
    undefined = LE.head(0x00081115, "OB", 0xFFFFFFFF) + LE.fragments(b"Jane Doe")[12:]
    assert b"Jane" not in deidentify(file([*SOP, undefined]))


def test_items_of_implicit_vr_within_explicit_vr_are_followed() -> None:
    item = IMPLICIT_LE.item([(0x00081155, "UI", "1.2.3.77"), (0x00100010, "PN", "Doe")])
    sequence = LE.head(0x00081115, "SQ", len(item)) + item
    source = file([*SOP, sequence])
    result = deidentify(source)
    assert b"1.2.3.77" not in result
    assert b"Doe" not in result
    assert read(result).ReferencedSeriesSequence[0].ReferencedSOPInstanceUID


def test_deflated_data_sets_are_inflated_and_deflated_again() -> None:
    elements = [*Study().elements(), *image_pixels(16)]
    elements.sort(key=lambda element: element[0])
    source = file(elements, LE, DEFLATED)
    assert plan(source, EMPTY).segments == [Span(0, len(source))]
    result = deidentify(source)
    assert list(differences(read(source), read(result))) == []
    assert len(result) % 2 == 0


def test_a_deflate_bomb_is_not_unpacked() -> None:
    packer = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(packer.compress(bytes(1 << 24)) for _ in range(20)) + packer.flush()
    source = file([], LE, DEFLATED)[:-2] + bomb
    with pytest.raises(InstanceError) as caught:
        plan(source)
    assert caught.value.code in ("unsupported-transfer-syntax", "malformed")


@ENCODED
def test_files_without_meta_information_become_whole_files(
    encoding: Encoding, syntax: str
) -> None:
    elements = [*SOP, *Study().elements()[4:], *image_pixels(8, encoding)]
    elements.sort(key=lambda element: element[0])
    bare = encoding.data_set(elements)
    result = read(deidentify(bare))
    assert result.preamble == bytes(128)
    assert result.file_meta.TransferSyntaxUID == syntax
    assert result.file_meta.MediaStorageSOPClassUID == CT
    assert result.PatientID.startswith("P-")


def test_meta_information_without_preamble_is_read() -> None:
    source = Study().image(size=8)
    assert deidentify(source[132:]) == deidentify(source[128:]) == deidentify(source)


def test_a_transfer_syntax_that_is_not_true_is_corrected() -> None:
    elements = [*SOP, (0x00280010, "US", b"\7\0")]
    for encoding, said, true in (
        (LE, IMPLICIT, EXPLICIT),
        (IMPLICIT_LE, EXPLICIT, IMPLICIT),
        (LE, BIG, EXPLICIT),
    ):
        result = read(deidentify(file(elements, encoding, said)))
        assert result.file_meta.TransferSyntaxUID == true
        assert result.Rows == 7


def test_nothing_of_the_old_preamble_and_meta_information_passes() -> None:
    source = file(
        SOP,
        preamble=b"II*\0 Jane Doe".ljust(128, b"!"),
        meta=[
            (0x00020013, "SH", "OTHER"),
            (0x00020016, "AE", "JANES_AE"),
            (0x00020100, "UI", "1.2.3.4.77"),
            (0x00020102, "OB", "Doe, Jane"),
        ],
    )
    result = deidentify(source)
    for gone in (b"Jane", b"JANES_AE", b"OTHER", b"1.2.3.4.77", b"II*"):
        assert gone not in result


@pytest.mark.parametrize(
    "tail", [b"\0" * 7, b"\0" * 512, b"JOHN DOE", b"JOHN DOE'S " * 9]
)
def test_bytes_after_the_pixel_data_go(tail: bytes) -> None:
    source = Study().image(size=8)
    assert deidentify(source + tail) == deidentify(source)


def test_zeros_after_a_data_set_without_pixels_go() -> None:
    source = file([*SOP, (0x00280010, "US", b"\7\0")])
    for count in (4, 8, 100):
        assert deidentify(source + bytes(count)) == deidentify(source)


def test_elements_after_the_pixel_data_are_treated_like_any() -> None:
    source = Study().image(size=8) + LE.data_set(
        [
            (0x7FE10010, "LO", "MAKER"),
            (0x7FE11001, "OB", "Jane Doe"),
            (0xFFFAFFFA, "SQ", [[(0x04000115, "OB", "Jane Doe")]]),
            (0xFFFCFFFC, "OB", "Jane Doe"),
        ]
    )
    assert deidentify(source) == deidentify(Study().image(size=8))


def test_group_lengths_go_and_kept_elements_stay_in_order() -> None:
    source = file(
        [
            (0x00080000, "UL", b"\x20\0\0\0"),
            *SOP,
            (0x00280000, "UL", bytes(4)),
            (0x00280010, "US", b"\7\0"),
        ]
    )
    tags = [int(element.tag) for element in read(deidentify(source))]
    assert tags == sorted(tags)
    assert 0x00080000 not in tags
    assert 0x00280000 not in tags


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (b"", NotDicomError),
        (b"PK\3\4", NotDicomError),
        (b"%PDF-1.4" + bytes(2000), NotDicomError),
        (bytes(10_000), NotDicomError),
        (bytes(128) + b"DICM", TruncatedError),
        (file(SOP)[:300], TruncatedError),
        (Study().image()[:-1], TruncatedError),
        (Study().image()[:900], TruncatedError),
        (file([*SOP, LE.fragments(b"abcd")], LE, JPEG)[:-4], TruncatedError),
        (file([*SOP, LE.head(0x00081115, "SQ", 400)]), TruncatedError),
        (file([*SOP, LE.head(0x00081115, "SQ", 8) + b"Jane Doe"]), MalformedError),
        (
            file(
                [*SOP, LE.head(0x00100010, "UT", MAX_VALUE + 2), bytes(MAX_VALUE + 2)]
            ),
            MalformedError,
        ),
    ],
)
def test_what_cannot_be_read_says_why(source: bytes, error: type) -> None:
    with pytest.raises(error) as caught:
        plan(source)
    assert 0 <= caught.value.offset <= len(source)
    assert caught.value.code in str(caught.value)


def test_nesting_has_an_end() -> None:
    item = LE.pack("HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    opening = LE.head(0x00081115, "SQ", 0xFFFFFFFF) + item
    closing = LE.pack("HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)

    def nest(depth: int) -> bytes:
        return file([*SOP, opening * depth, closing * depth])

    deidentify(nest(MAX_DEPTH // 2 - 1))
    for depth in (MAX_DEPTH // 2, 10_000):
        with pytest.raises(MalformedError):
            plan(nest(depth))


def test_a_source_that_shrinks_while_it_is_read_is_truncated() -> None:
    source = Study().image()
    with pytest.raises(TruncatedError):
        run(splice(len(source) + 10_000, PROFILE), lambda span: source[:100])


def test_instances_of_a_patient_agree_in_any_order_and_engine() -> None:
    study = Study()
    instances_ = [study.image(number, size=4) for number in range(1, 6)]
    forward = [deidentify(one, compile_profile(Settings(), KEY)) for one in instances_]
    again = compile_profile(Settings(), KEY)
    backward = [deidentify(one, again) for one in reversed(instances_)]
    assert forward == backward[::-1]
    read_back = [read(one) for one in forward]
    for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"):
        assert len({one[keyword].value for one in read_back}) == 1
    assert len({one.SOPInstanceUID for one in read_back}) == 5
    for one, following in pairwise(read_back):
        (reference,) = one.get("ReferencedImageSequence") or [None]
        assert reference is None or (
            reference.ReferencedSOPInstanceUID == following.SOPInstanceUID
        )


def test_two_keys_never_agree() -> None:
    source = Study().image(size=4)
    one, other = (
        read(deidentify(source, compile_profile(Settings(), key)))
        for key in (KEY, bytes(32))
    )
    for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "SOPInstanceUID"):
        assert one[keyword].value != other[keyword].value


def test_the_row_tells_what_the_result_says() -> None:
    source = CT_SMALL.read_bytes()
    row = plan(source).row
    result = read(deidentify(source))
    assert row.sop_instance_uid == result.SOPInstanceUID
    assert row.series_instance_uid == result.SeriesInstanceUID
    assert row.study_instance_uid == result.StudyInstanceUID
    assert row.patient == result.PatientID
    assert row.transfer_syntax_uid == result.file_meta.TransferSyntaxUID
    gone = len(list(read(source).keys())) + 3 - len(list(result.keys()))
    assert row.counts["X"] >= gone


def test_offsets_beyond_four_gigabytes_are_followed() -> None:
    """A sparse source: only what the engine asks for exists."""
    head = file([*SOP, LE.head(0x00282000, "OB", 0xFFFFFFF0)])
    tail = LE.data_set([(0x00280010, "US", b"\7\0"), (0x00284000, "LT", "Jane")])
    jump = len(head) + 0xFFFFFFF0
    size = jump + len(tail)

    def read_span(span: Span) -> bytes:
        data = bytearray(span.stop - span.start)
        for start, part in ((0, head), (jump, tail)):
            for at in range(max(start, span.start), min(start + len(part), span.stop)):
                data[at - span.start] = part[at - start]
        return bytes(data)

    outcome = run(splice(size, PROFILE), read_span)
    spans = [part for part in outcome.segments if isinstance(part, Span)]
    assert Span(spans[-1].start, jump + 10) == spans[-1]
