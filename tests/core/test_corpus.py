"""The engine on real files, with pydicom as the judge."""

from functools import cache
from pathlib import Path

import choices
import pytest
from choices import ALONE
from corpus import UNREADABLE, files, instances, is_directory, name_of
from engine import EMPTY, KEY, WALKING, assemble, deidentify, plan
from oracle import differences, pixels, read

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Profile
from cordon.core.span import Span
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

INSTANCES = pytest.mark.parametrize("path", instances(), ids=name_of)

SETTINGS = {
    **choices.SETTINGS,
    "deviating": Settings(**ALONE, delete_private=False, delete_unknown=False),
}
NOBODY = ("empty_charset_LEI.dcm", "meta_missing_tsyntax.dcm", "nested_priv_SQ.dcm")
"""Files with neither a UID nor a patient, so that a key makes no difference."""

OTHER_KEY = bytes(range(1, 33))


@cache
def profile(name: str, key: bytes = KEY) -> Profile:
    return compile_profile(SETTINGS[name], key)


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
    wrong = {}
    for name, settings in SETTINGS.items():
        if name != "deviating":
            result = read(deidentify(source, profile(name)))
            wrong[name] = list(differences(read(source), result, settings))
    assert {name: found for name, found in wrong.items() if found} == {}


@INSTANCES
def test_pixel_data_is_the_same(path: Path) -> None:
    source = path.read_bytes()
    before = pixels(read(source))
    for name in ("none", "all-modified"):
        assert pixels(read(deidentify(source, profile(name)))) == before


@INSTANCES
def test_a_result_stays_as_it_is_when_de_identified_again(path: Path) -> None:
    source = path.read_bytes()
    changed = []
    for name in SETTINGS:
        once = deidentify(source, profile(name))
        if deidentify(once, profile(name)) != once:
            changed.append(name)
    assert changed == []


@INSTANCES
def test_a_result_passes_the_sweep_when_de_identified_again(path: Path) -> None:
    """As the settings are by default, too."""
    usual = compile_profile(Settings(), KEY)
    source = path.read_bytes()
    outcome = plan(source, usual)
    assert isinstance(outcome, Deidentified)
    once = assemble(source, outcome)
    again = plan(once, usual)
    assert isinstance(again, Deidentified), again
    changes = assemble(once, again) != once
    assert not changes


@INSTANCES
def test_a_fresh_compilation_gives_the_same_and_another_key_does_not(
    path: Path,
) -> None:
    source = path.read_bytes()
    for name, settings in SETTINGS.items():
        once = deidentify(source, profile(name))
        differs = deidentify(source, anew(name)) != once
        assert not differs
        if path.name not in NOBODY and not settings.retain_uids:
            again = (
                deidentify(one, profile(name, OTHER_KEY)) for one in (source, once)
            )
            assert once not in tuple(again)


@cache
def anew(name: str) -> Profile:
    return compile_profile(SETTINGS[name], KEY)


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
