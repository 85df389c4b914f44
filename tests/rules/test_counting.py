"""How many data elements each option decided on, by pydicom's reading of the result."""

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from builders import CT, Study, file, image_pixels
from choices import SETTINGS
from corpus import UNREADABLE, files
from engine import KEY, assemble, plan
from oracle import OPTIONS, read, table
from pydicom.dataset import Dataset

from cordon.core.outcome import Deidentified
from cordon.core.reading import FIRST_READ
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

SOP = [(0x00080016, "UI", CT), (0x00080018, "UI", "1.2.3")]
KEEPING = [
    *("retain_patient_characteristics", "retain_device_identity", "retain_uids"),
    *("retain_institution_identity", "retain_longitudinal_full"),
]
CORPUS = [path for path in files() if path.name not in UNREADABLE]


@cache
def listed(column: str, code: str) -> frozenset[int]:
    """List the tags that have a code in an option's column."""
    rows = [*table("profile.csv"), *table("additions.csv")]
    return frozenset(
        int(row["tag"], 16)
        for row in rows
        if row.get(column) == code and "x" not in row["tag"] and row["keyword"]
    )


@cache
def made_anew(column: str) -> frozenset[int]:
    """List sequences that get an item with dummies, if the option says nothing."""
    return frozenset(
        int(row["tag"], 16)
        for row in table("profile.csv")
        if row["vr"] == "SQ" and "D" in row["basic"] and not row[column]
    )


def tags(data_set: Dataset, column: str) -> Iterator[int]:
    """List the tags at every depth, but for what is in items that are made anew."""
    for element in data_set:
        yield int(element.tag)
        if element.VR == "SQ" and int(element.tag) not in made_anew(column):
            for item in element.value:
                yield from tags(item, column)


def under(settings: Settings, source: bytes) -> tuple[Counter[str], Dataset]:
    """Give the counts under `settings`, and the result."""
    outcome = plan(source, compile_profile(settings, KEY))
    if not isinstance(outcome, Deidentified):  # the profile forbids it
        return Counter(), Dataset()
    return Counter(outcome.row.counts), read(assemble(source, outcome))


@pytest.mark.parametrize("column", KEEPING)
def test_what_an_option_keeps_is_counted(column: str) -> None:
    code = OPTIONS[column].code
    total = 0
    for path in CORPUS:
        counts, result = under(SETTINGS[column], path.read_bytes())
        there = sum(tag in listed(column, "K") for tag in tags(result, column))
        assert counts[code] == there, path.name
        total += there
    assert total > 50


@pytest.mark.parametrize(
    "column", ["clean_descriptors", "retain_longitudinal_modified"]
)
def test_what_an_option_cleans_is_counted(column: str) -> None:
    """Where it stood, be there something left of it or not."""
    code = OPTIONS[column].code
    total = 0
    for path in CORPUS:
        source = path.read_bytes()
        counts, result = under(SETTINGS[column], source)
        left, stood = (
            sum(tag in listed(column, "C") for tag in tags(one, column))
            for one in (result, read(source))
        )
        assert left <= counts[code] <= stood, path.name
        total += counts[code]
    assert total > 100


def test_no_option_is_counted_that_is_not_used() -> None:
    counts, _ = under(SETTINGS["none"], Study().image())
    assert counts
    assert not [code for code in counts if code.isdigit()]


def test_safe_private_data_elements_are_counted() -> None:
    elements = [
        *SOP,
        *image_pixels(8),
        (0x00190010, "LO", "SIEMENS MR HEADER"),
        (0x0019100C, "IS", "1000"),
        (0x0019100D, "CS", "NONE"),
        (0x001910FF, "LO", "of whom nothing is known"),
    ]
    source = file(sorted(elements, key=lambda one: one[0]))
    counts, result = under(SETTINGS["retain_safe_private"], source)
    assert [
        tag for tag in tags(result, "retain_safe_private") if tag >> 16 == 0x19
    ] == [0x00190010, 0x0019100C, 0x0019100D]
    assert counts["113111"] == 2
    assert "113111" not in under(SETTINGS["none"], source)[0]


def test_what_is_not_whole_in_what_was_read_is_counted_once() -> None:
    """The engine comes back to it, with more bytes."""
    ages = [(0x00101010, "AS", "061Y")]
    texts = [(0x00180015, "CS", "CHEST"), (0x00181030, "LO", "CHEST " * 9)]
    for length in range(FIRST_READ - 500, FIRST_READ, 10):
        gap = [(0x00090010, "LO", "SOMEBODY"), (0x00091001, "OB", bytes(length))]
        source = file([*SOP, *gap, *ages, *texts])
        for column, code in (
            ("retain_patient_characteristics", "113108"),
            ("clean_descriptors", "113105"),
        ):
            counts, _ = under(SETTINGS[column], source)
            assert counts[code] == 1
