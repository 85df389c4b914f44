"""What a DICOMDIR and the beginnings of instances tell before a run."""

import struct
import time
import tracemalloc
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pydicom
import pytest
from builders import CT, DEFLATED, ENCODINGS, LE, Encoding, Study, file
from corpus import files
from engine import KEY, assemble, plan
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from strategies import sources

from cordon.core.errors import InstanceError, NotDicomError, UnsupportedError
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.splice import run
from cordon.media import survey as surveys
from cordon.media.dicomdir import Directory
from cordon.media.names import file_id
from cordon.media.places import GLANCE, Place, View, glance
from cordon.media.records import entry
from cordon.media.survey import Survey, survey
from cordon.rules.compile import compile_profile
from cordon.rules.pseudonyms import Pseudonyms
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

VIEW = View(Pseudonyms(KEY), retain_uids=False)
FOLDER = Path(str(get_testdata_file("dicomdirtests/DICOMDIR"))).parent
DIRECTORY = "1.2.840.10008.1.3.10"

new = VIEW.pseudonyms.uid


def surveyed(data: bytes, view: View = VIEW) -> Survey:
    return run(survey(len(data), view), lambda span: data[span.start : span.stop])


def glanced(data: bytes, view: View = VIEW) -> Place:
    seen = run(glance(len(data), view), lambda span: data[span.start : span.stop])
    assert isinstance(seen, Place)
    return seen


def counted(places: list[Place]) -> Counter[tuple]:
    """Count instances by all that is said of them."""
    counts: Counter[tuple] = Counter()
    for one in places:
        counts[one[:-1]] += one.instances
    return counts


# ------------------------------------------------------------------ directories made


class Record:
    """A directory record with those below it."""

    def __init__(self, kind: str, *keys: tuple, below: "list[Record] | None" = None):
        self.kind = kind
        self.keys = keys
        self.below = below or []
        self.in_use = 0xFFFF
        self.at = 0
        self.following = self.lower = 0

    def encoded(self, how: Encoding) -> bytes:
        elements = [
            (0x00041400, "UL", how.pack("I", self.following)),
            (0x00041410, "US", how.pack("H", self.in_use)),
            (0x00041420, "UL", how.pack("I", self.lower)),
            (0x00041430, "CS", self.kind),
            *self.keys,
        ]
        return how.item(elements)

    def all(self) -> "list[Record]":
        return [self, *(one for below in self.below for one in below.all())]


def directory(roots: list[Record], encoding: str = "explicit", spoil=None) -> bytes:
    """Encode a directory; `spoil` changes the linked records before that."""
    how, syntax = ENCODINGS[encoding]
    records = [one for root in roots for one in root.all()]

    def whole(first: int) -> bytes:
        content = b"".join(one.encoded(how) for one in records)
        if how.undefined:
            head = how.head(0x00041220, "SQ", 0xFFFFFFFF)
            content += how.pack("HHI", 0xFFFE, 0xE0DD, 0)
        else:
            head = how.head(0x00041220, "SQ", len(content))
        top = [
            (0x00041130, "CS", ""),
            (0x00041200, "UL", how.pack("I", first)),
            (0x00041202, "UL", how.pack("I", first)),
            (0x00041212, "US", bytes(2)),
            head + content,
        ]
        return file(top, how, syntax, sop_class=DIRECTORY)

    size = len(whole(0))
    tail = 8 if how.undefined else 0
    at = size - tail - sum(len(one.encoded(how)) for one in records)
    for one in records:
        one.at = at
        at += len(one.encoded(how))

    def link(level: list[Record]) -> None:
        for one, other in pairwise(level):
            one.following = other.at
        for one in level:
            one.lower = one.below[0].at if one.below else 0
            link(one.below)

    link(roots)
    first = roots[0].at if roots else 0
    if spoil:
        first = spoil(records, first) or first
    return whole(first)


def image(number: int) -> Record:
    return Record(
        "IMAGE",
        (0x00041500, "CS", f"A\\{number}"),
        (0x00041510, "UI", CT),
        (0x00041511, "UI", f"1.2.3.4.5.{number}"),
        (0x00200013, "IS", str(number)),
    )


def series(number: int, images: int = 2) -> Record:
    return Record(
        "SERIES",
        (0x00080005, "CS", "ISO_IR 192"),
        (0x00080060, "CS", "CT"),
        (0x0008103E, "LO", f"Schädel Jané {number}mm".encode()),
        (0x0020000E, "UI", f"1.2.3.4.{number}"),
        (0x00200011, "IS", str(number)),
        below=[image(one) for one in range(images)],
    )


def patient(name: str = "Doe^Jane", uid: str = "1.2.3") -> Record:
    study = Record(
        "STUDY",
        (0x00080050, "SH", "ACC99"),
        (0x00081030, "LO", "CT thorax DOE ACC99"),
        (0x0020000D, "UI", uid),
        (0x00200010, "SH", "S7"),
        below=[series(1), series(2, 3)],
    )
    who = ((0x00100010, "PN", name), (0x00100020, "LO", f"ID of {name}"))
    return Record("PATIENT", *who, below=[study])


EXPECTED = Counter({("1", new(b"1.2.3.4.1").decode()): 2})
EXPECTED[("2", new(b"1.2.3.4.2").decode())] = 3


def numbers(found: Survey) -> Counter[tuple]:
    counts: Counter[tuple] = Counter()
    for one in found.places:
        counts[one.number, one.series] += one.instances
    return counts


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_directory_tells_its_series(encoding: str) -> None:
    found = surveyed(directory([patient()], encoding))
    assert found.faults == {}
    assert numbers(found) == EXPECTED
    for place in found.places:
        pseudonym = VIEW.pseudonyms.code(b"patient", b"ID of Doe^Jane").decode()
        assert place.patient == pseudonym
        assert place.study == new(b"1.2.3").decode()
        assert place.modality == "CT"
        assert place.study_description == ("CT thorax DOE ACC99", "CT thorax")
        assert place.series_description.original.startswith("Schädel Jané ")
        assert "Jan" not in place.series_description.suggestion


def test_new_ids_are_those_of_the_results() -> None:
    for retained in (False, True):
        view = View(VIEW.pseudonyms, retained)
        settings = Settings(retain_uids=retained, sweep="off")
        profile = compile_profile(settings, KEY)
        for path in files():
            data = path.read_bytes()
            try:
                outcome = plan(data, profile)
            except InstanceError:
                continue
            if isinstance(outcome, Deidentified):
                row, place = outcome.row, glanced(data, view)
                assert place.patient == row.patient
                assert place.study == row.study_instance_uid
                assert place.series == row.series_instance_uid


@pytest.mark.parametrize(
    "name", ["DICOMDIR", "DICOMDIR-implicit", "DICOMDIR-bigEnd", "DICOMDIR-reordered"]
)
def test_a_directory_tells_what_its_instances_tell(name: str) -> None:
    found = surveyed((FOLDER / name).read_bytes())
    assert found.faults == {}
    records = pydicom.dcmread(FOLDER / name).DirectoryRecordSequence
    paths = [
        FOLDER.joinpath(*one.ReferencedFileID)
        for one in records
        if "ReferencedFileID" in one
    ]
    instances = [path.read_bytes() for path in paths]
    assert len(instances) == 31

    def comparable(place: Place) -> Place:
        # a directory need not say what the series is
        return place._replace(series_description=("", ""))  # type: ignore[arg-type]

    seen = [comparable(glanced(data)) for data in instances]
    assert counted([comparable(one) for one in found.places]) == counted(seen)
    assert len({one.study_description for one in seen}) > 1


def test_a_directory_of_ours_tells_what_its_instances_tell() -> None:
    made = Directory()
    results = []
    profile = compile_profile(Settings(clean_descriptors=True), KEY)
    for number in range(6):
        more = [(0x0008103E, "LO", f"Axial {number % 2}mm")]
        one = Study(series=f"1.2.3.{number % 2}", extra=more)
        data = one.image(number, 8)
        outcome = plan(data, profile)
        assert isinstance(outcome, Deidentified)
        made.add(file_id(outcome.row), entry(outcome))
        results.append(assemble(data, outcome))
    found = surveyed(made.encode())
    assert found.faults == {}
    assert counted(found.places) == counted([glanced(data) for data in results])


# ------------------------------------------------------------------ damage and malice


def spoiled(change) -> Survey:
    return surveyed(directory([patient(), patient("Roe^Rick", "1.2.9")], spoil=change))


def test_records_that_are_not_in_use_are_left_out_with_what_is_below() -> None:
    def change(records: list[Record], first: int) -> None:
        records[2].in_use = 0  # the first series, of two images

    found = spoiled(change)
    assert found.faults == {"inactive": 3}
    total = sum(one.instances for one in found.places)
    assert total == 8


def test_records_in_a_circle_are_met_once() -> None:
    def change(records: list[Record], first: int) -> None:
        records[-1].following = records[0].at
        records[-1].lower = records[1].at
        records[3].following = records[3].at

    found = spoiled(change)
    assert found.faults["circular"] == 3
    assert sum(one.instances for one in found.places) == 10


@pytest.mark.parametrize("first", [1, 0xFFFFFFFF])
def test_records_that_no_offset_leads_to_belong_where_they_stand(first: int) -> None:
    def change(records: list[Record], _: int) -> int:
        for one in records:
            one.following = one.lower = 0
        return first

    found = spoiled(change)
    assert found.faults == {"broken": 1, "unlinked": 18}
    assert counted(found.places) == counted(spoiled(None).places)


def test_a_directory_without_patients_still_has_series() -> None:
    found = surveyed((FOLDER / "DICOMDIR-nopatient").read_bytes())
    assert len(found.places) == 13
    assert found.faults


@pytest.mark.parametrize("encoding", ["explicit", "explicit-undefined", "implicit"])
def test_of_a_directory_that_ends_what_is_there_is_told(encoding: str) -> None:
    data = directory([patient()], encoding)
    for cut in range(1, len(data)):
        try:
            found = surveyed(data[:-cut])
        except InstanceError:
            continue
        assert numbers(found) <= EXPECTED
        assert "truncated" in found.faults or numbers(found) == EXPECTED


def test_records_with_icons_and_sequences_are_passed_over() -> None:
    nested = [[(0x00080100, "SH", "A"), (0x00081140, "SQ", [[(0x00081150, "UI", CT)]])]]
    icon = LE.fragments(b"ab" * 500)
    for encoding in ("explicit", "explicit-undefined", "implicit-undefined", "big"):
        root = patient()
        study = root.below[0]
        for one in study.below:
            more = [(0x00081111, "SQ", nested)]
            one.keys = tuple(sorted((*one.keys, *more), key=lambda key: key[0]))
            if encoding.startswith("explicit"):
                one.keys = (*one.keys, icon)  # type: ignore[assignment]
        assert numbers(surveyed(directory([root], encoding))) == EXPECTED


def test_what_is_no_directory_is_refused() -> None:
    for data in (Study().image(), b"", b"DICM", bytes(4000), file([])):
        with pytest.raises(InstanceError):
            surveyed(data)
    with pytest.raises(NotDicomError):
        surveyed(file([(0x00080005, "CS", "ISO_IR 100")]))
    deflated = file([(0x00041130, "CS", "")], LE, DEFLATED, sop_class=DIRECTORY)
    with pytest.raises(UnsupportedError):
        surveyed(deflated)


def test_a_directory_beyond_all_bounds_is_not_read() -> None:
    with pytest.raises(UnsupportedError):
        next(survey(surveys.MAX_SIZE + 1, VIEW))


def test_a_record_beyond_all_bounds_ends_a_directory(monkeypatch) -> None:
    monkeypatch.setattr(surveys, "MAX_RECORD", 1 << 8)
    monkeypatch.setattr(surveys, "WINDOW", 1 << 10)
    root = patient()
    root.below[0].below.append(series(3))
    last = root.below[0].below[-1]
    last.keys = (*last.keys, (0x00880200, "SQ", [[(0x7FE00010, "OW", bytes(80_000))]]))
    last.below[1].keys = (*last.below[1].keys, (0x00880200, "UN", bytes(9_000)))
    found = surveyed(directory([root]))
    assert found.faults["malformed"] == 1
    assert numbers(found) >= EXPECTED


@given(st.data())
def test_any_damage_gives_series_or_a_code(data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(sorted(ENCODINGS)))
    whole = bytearray(directory([patient()], encoding))
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for damaged in (bytes(whole), bytes(whole[:cut])):
        try:
            found = surveyed(damaged)
        except InstanceError:
            continue
        assert sum(one.instances for one in found.places) <= 5


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["PATIENT", "STUDY", "SERIES", "IMAGE", "MRDR", "PRIVATE"]),
            st.integers(-1, 12),
            st.integers(-1, 12),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_any_links_end_and_count_each_file_at_most_once(drawn: list) -> None:
    roots = [
        Record(kind, (0x00041500, "CS", "A")) if kind == "IMAGE" else Record(kind)
        for kind, *_ in drawn
    ]

    def change(records: list[Record], first: int) -> None:
        places = [one.at for one in records]
        for one, (_, following, lower, used) in zip(records, drawn, strict=True):
            one.following = places[following] if 0 <= following < len(places) else 7
            one.lower = places[lower] if 0 <= lower < len(places) else 0
            one.in_use = 0xFFFF if used else 0

    found = surveyed(directory(roots, spoil=change))
    files_there = sum(kind == "IMAGE" and used for kind, _, _, used in drawn)
    assert sum(one.instances for one in found.places) <= files_there


def test_half_a_million_records_take_seconds_and_little_memory() -> None:
    root = patient()
    one = root.below[0].below[1]
    data = directory([root])
    whole, count = image(7).encoded(LE), 500_000
    one.below = []
    # all alike: each is the last of its level, so no offset leads to the next
    head = data[: one.at]
    sequence = head.rindex(LE.pack("HH", 0x0004, 0x1220))
    kept = len(head) - sequence - 12 + len(one.encoded(LE))
    length = struct.pack("<I", kept + count * len(whole))
    head = head[: sequence + 8] + length + head[sequence + 12 :]
    one.lower = 0
    data = head + one.encoded(LE) + whole * count
    tracemalloc.start()
    # memory is traced of fewer, since tracing takes long
    few = surveyed(data[: len(data) // 10])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert few.faults["truncated"] == 1
    assert peak < 50 << 20
    begun = time.process_time()
    found = surveyed(data)
    assert time.process_time() - begun < 30
    assert found.faults == {"unlinked": count}
    assert max(place.instances for place in found.places) == count


# ------------------------------------------------------------------ glances


def test_a_glance_reads_only_the_beginning() -> None:
    data = Study(extra=[(0x00204000, "LT", "x" * 9000)]).image(1, 256)
    asked = []

    def read(span) -> bytes:
        asked.append(span)
        return data[span.start : span.stop]

    place = run(glance(len(data), VIEW), read)
    assert isinstance(place, Place)
    assert place.study_description == ("CT of Jane Doe", "CT")
    assert asked == [(0, GLANCE)]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_long_header_is_read_as_far_as_it_has_to_be(encoding: str) -> None:
    how, syntax = ENCODINGS[encoding]
    elements = [
        *Study().elements(),
        (0x0008103E, "LO", "Axial"),
        (0x00081115, "SQ", [[(0x0008103E, "LO", "Nested")]] * 900),
        (0x00091001, "UN", bytes(100_000)),
        (0x7FE00010, "OW", bytes(100_000)),
    ]
    elements.sort(key=lambda one: one[0])
    data = file(elements, how, syntax)
    read = []

    def ask(span) -> bytes:
        read.append(span.stop - span.start)
        return data[span.start : span.stop]

    place = run(glance(len(data), VIEW), ask)
    assert isinstance(place, Place)
    assert place.series_description.original == "Axial"
    assert place.number == "3"
    assert place.series == new(b"1.2.3.4.5").decode()
    assert sum(read) < len(data) - 150_000


def test_a_deflated_instance_has_a_place() -> None:
    data = file(Study().elements(), LE, DEFLATED)
    assert glanced(data) == glanced(file(Study().elements()))


def test_a_glance_at_a_directory_is_rejected() -> None:
    data = directory([patient()])
    seen = run(glance(len(data), VIEW), lambda span: data[span.start : span.stop])
    assert seen == Rejected("dicomdir")


@given(sources(), st.integers(0, 400))
def test_a_glance_at_anything_gives_a_place_or_a_code(data: bytes, cut: int) -> None:
    for some in (data, data[:cut], data[cut:]):
        try:
            seen = run(
                glance(len(some), VIEW), lambda span, some=some: some[slice(*span)]
            )
        except InstanceError:
            continue
        assert isinstance(seen, Place)


def test_places_have_no_original_id() -> None:
    data = directory([patient()])
    for place in (*surveyed(data).places, glanced(Study().image())):
        told = repr(place._replace(study_description=None, series_description=None))
        for original in ("Doe", "Jane", "PAT-4711", "1.2.3", "ACC99"):
            assert original not in told
        for description in (place.study_description, place.series_description):
            for word in ("DOE", "Doe", "Jan", "ACC99"):
                assert word not in description.suggestion
