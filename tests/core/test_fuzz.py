"""Whatever is broken in a file, there is an outcome or an error that tells nothing."""

from functools import cache
from pathlib import Path
from random import Random

import pytest
from builders import ENCODINGS, Encoding, Study, file, image_pixels
from corpus import files
from endurance import SETTINGS, profile, withstand
from engine import assemble, plan
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import MOST, WAYS, damaged, disarrayed

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified

CRASHERS = Path(__file__).parents[1] / "data" / "crashers"
SMALL = [path for path in files() if path.stat().st_size < 100_000]
NAMES = st.sampled_from(sorted(SETTINGS))
FIRST_READS = st.sampled_from((1, 133, 4096, 1 << 16))
RANDOMS = st.randoms(use_true_random=False)

CANARIES = {
    0x00080050: b"CNRYACC4711",
    0x00080090: b"CNRYREFER",
    0x00100010: b"CNRYNAME",
    0x00100020: b"CNRYPID0815",
    0x00204000: b"CNRYCOMMENT",
}
PRIVATE = [(0x00090010, "LO", "CNRYMAKER"), (0x00091001, "LO", "CNRYPRIVATE")]
NESTED = [(0x00101002, "SQ", [[(0x00100020, "LO", "CNRYNESTED")]])]


@cache
def contents(path: Path) -> bytes:
    return path.read_bytes()


@given(st.sampled_from(SMALL), RANDOMS, NAMES, FIRST_READS)
@settings(max_examples=600)
def test_any_damage_to_any_file_is_withstood(path, random, name, first_read) -> None:
    withstand(damaged(contents(path), random), name, first_read)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_every_file_is_withstood_in_every_way_to_break_it(path) -> None:
    source = path.read_bytes()[:MOST]
    random = Random(path.name)  # noqa: S311 - to be the same again
    for number, way in enumerate(WAYS):
        withstand(way(source, random)[:MOST], sorted(SETTINGS)[number % len(SETTINGS)])


@given(RANDOMS, st.sampled_from(sorted(ENCODINGS)), NAMES, FIRST_READS)
@settings(max_examples=400)
def test_any_disarray_of_data_elements_is_withstood(
    random, encoded, name, first_read
) -> None:
    withstand(_in_disarray(random, *ENCODINGS[encoded]), name, first_read)


@given(RANDOMS, st.sampled_from(sorted(ENCODINGS)))
@settings(max_examples=400)
def test_what_has_to_go_goes_in_any_disarray(random, encoded) -> None:
    source = _in_disarray(random, *ENCODINGS[encoded])
    said: object
    try:
        outcome = plan(source, profile("warning"))
    except InstanceError as error:
        said = error
    else:
        said = outcome
        if isinstance(outcome, Deidentified):
            said = outcome.row
            assert b"CNRY" not in assemble(source, outcome)
    assert "CNRY" not in repr(said)


def _in_disarray(random, encoding: Encoding, syntax: str) -> bytes:
    elements = [
        (tag, vr, CANARIES.get(tag, value)) for tag, vr, value in Study().elements()
    ]
    elements += [(0x00204000, "LT", CANARIES[0x00204000]), *PRIVATE, *NESTED]
    elements += image_pixels(2, encoding)
    elements.sort(key=lambda one: one[0])
    return file(disarrayed(elements, random, encoding), encoding, syntax)


@pytest.mark.parametrize("path", sorted(CRASHERS.iterdir()), ids=lambda path: path.name)
@pytest.mark.parametrize("name", SETTINGS)
def test_what_once_broke_the_engine_does_not_any_more(path: Path, name: str) -> None:
    assert path.name in (CRASHERS.parent / "README.md").read_text()
    source = path.read_bytes()
    withstand(source, name)
    if name != "keeping":
        outcome = plan(source, profile(name))
        assert b"DOE" not in b"".join(
            part for part in outcome.segments if isinstance(part, bytes)
        )
