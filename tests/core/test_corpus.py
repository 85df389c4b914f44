"""The engine on real files, with pydicom as the judge."""

from pathlib import Path

import pytest
from corpus import UNREADABLE, files, instances, is_directory, name_of
from engine import EMPTY, WALKING, assemble, deidentify, plan
from oracle import differences, pixels, read, shape

from cordon.core.errors import InstanceError
from cordon.core.outcome import Rejected
from cordon.core.span import Span

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

INSTANCES = pytest.mark.parametrize("path", instances(), ids=name_of)


@INSTANCES
def test_an_empty_profile_gives_back_the_source_as_one_span(path: Path) -> None:
    source = path.read_bytes()
    for profile in (EMPTY, WALKING):
        outcome = plan(source, profile)
        assert outcome.segments == [Span(0, len(source))]


@INSTANCES
def test_how_the_bytes_arrive_does_not_change_the_plan(path: Path) -> None:
    source = path.read_bytes()
    whole = assemble(source, plan(source, first_read=len(source)))
    for first_read in (1, 7, 133, 4096, 1 << 20):
        outcome = plan(source, first_read=first_read)
        assert assemble(source, outcome) == whole


@INSTANCES
def test_the_difference_is_what_the_profile_says(path: Path) -> None:
    source = path.read_bytes()
    assert list(differences(read(source), read(deidentify(source)))) == []


@INSTANCES
def test_pixel_data_is_the_same(path: Path) -> None:
    source = path.read_bytes()
    assert pixels(read(deidentify(source))) == pixels(read(source))


@INSTANCES
def test_a_result_has_the_same_shape_when_de_identified_again(path: Path) -> None:
    once = deidentify(path.read_bytes())
    assert shape(read(deidentify(once))) == shape(read(once))


def test_what_cannot_be_read_has_a_code() -> None:
    for path in files():
        if path.name in UNREADABLE:
            with pytest.raises(InstanceError) as caught:
                plan(path.read_bytes())
            assert caught.value.code == UNREADABLE[path.name]


def test_a_dicomdir_is_rejected() -> None:
    directories = [path for path in files() if is_directory(path)]
    assert len(directories) > 5
    for path in directories:
        assert plan(path.read_bytes()) == Rejected("dicomdir")
