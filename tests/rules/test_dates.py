"""Dates moved by whole weeks, held against Python's own (PS3.15 E.3.6)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache

import pytest
from builders import CT, ENCODINGS, Study, file
from engine import KEY, deidentify
from hypothesis import example, given
from hypothesis import strategies as st
from oracle import raw, raw_bytes, read, table
from pydicom.dataset import Dataset

from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.rules.dates import shift
from cordon.rules.pseudonyms import DAYS_A_WEEK, MAX_WEEKS, Pseudonyms
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

ENCODED = pytest.mark.parametrize("encoding", ENCODINGS)
LONGEST = MAX_WEEKS * DAYS_A_WEEK


@cache
def profile(dates: str = "modified", **choices: bool) -> Profile:
    alone = {"sweep": "off", "burned_in": "ignore", **choices}
    return compile_profile(Settings(**alone, retain_longitudinal=dates), KEY)


# ------------------------------------------------------------------------ one value

DAYS = st.integers(-LONGEST, -1)
SINCE = st.dates(min_value=date(1, 1, 1) + timedelta(LONGEST))
ZONES = st.sampled_from(["", "+0000", "+0130", "-1200", "+1400", "-0730"])
TIMES = st.tuples(
    st.times(), st.sampled_from(["", "%H", "%H%M", "%H%M%S", "%H%M%S.%f", "tenths"])
).map(
    lambda pair: (
        pair[0].strftime("%H%M%S.%f")[:8]
        if pair[1] == "tenths"
        else pair[0].strftime(pair[1])
    )
)


def text_of(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


@given(SINCE, DAYS)
def test_a_date_is_moved_as_python_moves_it(day: date, days: int) -> None:
    moved = text_of(day + timedelta(days)).encode()
    assert shift("DA", text_of(day).encode(), days) == moved
    dotted = f"{day.year:04}.{day.month:02}.{day.day:02}".encode()
    assert shift("DA", dotted, days) == moved


@given(SINCE, TIMES, ZONES, DAYS)
@example(date(2024, 2, 29), "23", "+1400", -7)
def test_a_date_and_time_is_moved_but_for_the_time(
    day: date, time: str, zone: str, days: int
) -> None:
    moved = text_of(day + timedelta(days))
    old = f"{text_of(day)}{time}{zone}".encode()
    assert shift("DT", old, days) == f"{moved}{time}{zone}".encode()


@given(SINCE, ZONES, DAYS, st.booleans())
def test_what_is_less_precise_stays_so(
    day: date, zone: str, days: int, monthly: bool
) -> None:
    digits = 6 if monthly else 4
    first = day.replace(day=1) if monthly else day.replace(month=1, day=1)
    if first - date.min < timedelta(LONGEST):
        return
    moved = text_of(first + timedelta(days))[:digits]
    old = text_of(day)[:digits] + zone
    assert shift("DT", old.encode(), days) == (moved + zone).encode()


@given(st.lists(st.one_of(st.just(""), SINCE.map(text_of)), min_size=2), DAYS)
def test_each_of_many_values_is_moved_and_empty_ones_stay(
    values: list[str], days: int
) -> None:
    new = shift("DA", "\\".join(values).encode(), days)
    assert new is not None
    expected = [
        text_of(datetime.strptime(one, "%Y%m%d").date() + timedelta(days))
        if one
        else ""
        for one in values
    ]
    assert new.decode().split("\\") == expected


@given(SINCE, DAYS, st.sampled_from(["", " ", "\0", "  "]))
def test_padding_is_no_part_of_a_date(day: date, days: int, padding: str) -> None:
    padded = (text_of(day) + padding).encode()
    assert shift("DA", padded, days) == shift("DA", text_of(day).encode(), days)
    assert shift("DT", padded, days) == shift("DT", text_of(day).encode(), days)


@given(st.dates(max_value=date(1, 1, 1) + timedelta(LONGEST)), DAYS)
def test_no_date_comes_before_the_first(day: date, days: int) -> None:
    new = shift("DA", text_of(day).encode(), days)
    if day - date.min < timedelta(-days):
        assert new is None
    else:
        assert new == text_of(day + timedelta(days)).encode()


@given(st.binary(max_size=30), st.sampled_from(["DA", "DT"]), DAYS)
def test_any_bytes_are_moved_as_dates_or_not_at_all(
    value: bytes, vr: str, days: int
) -> None:
    new = shift(vr, value, days)
    if new is None:
        return
    old_parts, new_parts = value.split(b"\\"), new.split(b"\\")
    assert len(old_parts) == len(new_parts)
    for old, part in zip(old_parts, new_parts, strict=True):
        stripped = old.strip(b"\0 ")
        assert bool(stripped) == bool(part)
        assert not stripped or part[:4].isdigit()


NO_DATES = {
    "DA": [
        "20230229",
        "20241301",
        "20240132",
        "20240000",
        "00000101",
        "2024",
        "202402",
        "2024022",
        "202402291",
        "2024-02-29",
        "2024.2.29",
        "2024.0229",
        "20240101-20240301",
        "20240101-",
        "-20240101",
        "20240229 101112",
        "2024\N{ARABIC-INDIC DIGIT ONE}101",
        "+2024229",
        "today",
        "20240229\\today",
        "20240229/20240301",
    ],
    "DT": [
        "20230229",
        "20241301",
        "202413",
        "202400",
        "0000",
        "202",
        "20240",
        "2024022",
        "2024022910111",
        "20240229101112.",
        "20240229101112.1234567",
        "202402291011.5",
        "2024.5",
        "20240229101112,5",
        "2024022910111213",
        "20240101-20240301",
        "2024+1",
        "2024+01:00",
        "2024+1500",
        "2024+0160",
        "2024Z",
        "20240229T101112",
        "20240229101112+0100 x",
        "20240229\\x",
    ],
}
IMPOSSIBLE = [(vr, value) for vr, values in NO_DATES.items() for value in values]


@pytest.mark.parametrize(("vr", "value"), IMPOSSIBLE)
def test_what_is_no_date_is_not_moved(vr: str, value: str) -> None:
    assert shift(vr, value.encode(), -7) is None


# ------------------------------------------------------------------------- one patient

PATIENTS = st.binary(min_size=1, max_size=20).filter(lambda one: one.strip(b"\0 "))


@given(PATIENTS, st.binary(min_size=32, max_size=32))
def test_a_patients_dates_are_moved_back_by_whole_weeks(
    patient: bytes, key: bytes
) -> None:
    days = Pseudonyms(key).days(patient)
    assert days % DAYS_A_WEEK == 0
    assert -LONGEST <= days <= -DAYS_A_WEEK
    assert days == Pseudonyms(key).days(patient + b" ")


def test_patients_and_keys_have_moves_of_their_own() -> None:
    ways = {Pseudonyms(KEY).days(b"%d" % number) for number in range(20000)}
    assert ways == set(range(-LONGEST, 0, DAYS_A_WEEK))
    others = [Pseudonyms(bytes([key]) * 32).days(b"1") for key in range(100)]
    assert len(set(others)) > 50


def test_all_dates_of_a_patient_are_moved_alike_in_all_instances() -> None:
    moves = set()
    for number, (study, day) in enumerate(
        [("1.2.3.4", "20240229"), ("1.2.3.5", "20191231"), ("1.2.3.6", "19991101")]
    ):
        extra = [(0x00080021, "DA", day), (0x0008002A, "DT", f"{day}235959.9-0330")]
        patient = Study(study=study, patient_name=f"Doe^{number}", extra=extra)
        elements = patient.elements()
        new = read(deidentify(file(elements), profile()))
        old = datetime.strptime(day, "%Y%m%d").date()
        moved = datetime.strptime(new.SeriesDate, "%Y%m%d").date()
        moves.add(moved - old)
        assert new.AcquisitionDateTime == f"{new.SeriesDate}235959.9-0330"
        known = {element[0]: element[2] for element in elements}
        studied = datetime.strptime(known[0x00080020], "%Y%m%d").date()
        assert new.StudyDate == text_of(studied + (moved - old))
        assert new.StudyTime == "101112"
        assert new.LongitudinalTemporalInformationModified == "MODIFIED"
    (move,) = moves
    assert move.days == Pseudonyms(KEY).days(b"PAT-4711")


def series_date(*elements: tuple) -> str:
    given_ = [
        (0x00080016, "UI", CT),
        (0x00080018, "UI", "1.2.3"),
        (0x00080021, "DA", "20240229"),
        *elements,
    ]
    new = read(deidentify(file(sorted(given_, key=lambda one: one[0])), profile()))
    return new.SeriesDate


def test_who_has_no_id_is_told_by_name_and_who_has_no_name_by_study() -> None:
    name, other = (0x00100010, "PN", "Doe^Jane"), (0x00100010, "PN", "Doe^John")
    id_, nothing = (0x00100020, "LO", "4711"), (0x00100020, "LO", "")
    study = (0x0020000D, "UI", "1.2.3.4")
    assert series_date(id_, name) == series_date(id_, other) == series_date(id_)
    assert series_date(name) == series_date(name, nothing) == series_date(name, study)
    ways = [series_date(*one) for one in ([id_], [name], [other], [study])]
    assert len(set(ways)) == len(ways)
    assert "20240229" not in ways


def test_dates_are_moved_once_however_often_it_is_done() -> None:
    source = file(Study(extra=[(0x00080021, "DA", "20240229")]).elements())
    once = deidentify(source, profile())
    assert read(once).SeriesDate == read(deidentify(once, profile())).SeriesDate


# --------------------------------------------------------------------------- any place

MOVED = [
    (int(row["tag"], 16), row["vr"])
    for row in table("profile.csv")
    if row["retain_longitudinal_modified"] == "C" and "x" not in row["tag"]
]
INNER = [(tag, vr) for tag, vr in MOVED if tag >> 16 not in (0x0000, 0x0002)]
PLACES = [(), (0x00081115,), (0x52009229, 0x00289145)]


def placed(elements: Iterable[tuple], path: tuple[int, ...], encoding: str) -> bytes:
    how, syntax = ENCODINGS[encoding]
    content = sorted(elements, key=lambda one: one[0])
    for tag in reversed(path):
        content = [(tag, "SQ", [content])]
    known = {
        0x00080016: (0x00080016, "UI", CT),
        0x00080018: (0x00080018, "UI", "1.2.3"),
        0x00100020: (0x00100020, "LO", "PAT-4711"),
    }
    known |= {one[0]: one for one in content}
    return file([known[tag] for tag in sorted(known)], how, syntax)


def found_at(new: Dataset, path: tuple[int, ...]) -> Dataset:
    for tag in path:
        (new,) = new[tag].value
    return new


@ENCODED
@pytest.mark.parametrize("path", PLACES)
def test_every_date_of_the_table_is_moved_everywhere(
    encoding: str, path: tuple[int, ...]
) -> None:
    day = date(2024, 2, 29) + timedelta(Pseudonyms(KEY).days(b"PAT-4711"))
    values = {
        "DA": ("20240229\\19991231", f"{text_of(day)}\\"),
        "DT": ("20240229101112.5+0130", f"{text_of(day)}101112.5+0130"),
        "TM": ("101112.5", "101112.5"),
    }
    elements = [(tag, vr, values[vr][0]) for tag, vr in INNER if vr in values]
    source = placed(elements, path, encoding)
    item = found_at(read(deidentify(source, profile())), path)
    wrong = [
        (hex(tag), raw(item, tag))
        for tag, vr, _ in elements
        if not raw(item, tag).startswith(values[vr][1])
    ]
    assert wrong == []
    full = found_at(read(deidentify(source, profile("full"))), path)
    for tag, _, value in elements:
        assert raw(full, tag) == value


@pytest.mark.parametrize("encoding", ["explicit", "implicit-undefined"])
@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("index", range(0, 24, 4))
def test_what_cannot_be_moved_gets_the_basic_code(
    encoding: str, path: tuple[int, ...], index: int
) -> None:
    elements = []
    for number, (tag, vr) in enumerate(INNER, index):
        if vr in NO_DATES:
            value = NO_DATES[vr][number % len(NO_DATES[vr])]
            elements.append((tag, vr, value.encode()))
    source = placed(elements, path, encoding)
    modified = found_at(read(deidentify(source, profile())), path)
    basic = found_at(read(deidentify(source, profile("off"))), path)
    for tag, _, _ in elements:
        assert (tag in modified) == (tag in basic)
        if tag in basic:
            assert raw_bytes(modified, tag) == raw_bytes(basic, tag)


def test_birth_dates_are_never_kept_nor_moved() -> None:
    born = [
        (0x00100030, "DA", "19700101"),
        (0x00100032, "TM", "0101"),
    ]
    for dates in ("off", "full", "modified"):
        source = placed(born, (), "explicit")
        new = read(deidentify(source, profile(dates)))
        assert new.PatientBirthDate == ""
        assert "PatientBirthTime" not in new
