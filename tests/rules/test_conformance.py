"""No file becomes less conformant than it was, says dciodvfy."""

from collections.abc import Iterator
from functools import cache

import pytest
from choices import SETTINGS
from corpus import instances
from engine import KEY, deidentify
from iod import errors_of
from studies import sources

from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile

# Source Image Sequence is emptied, as its code and Type say; dciodvfy then misses
# what Referenced Series Sequence refers to.
ACCEPTED = {
    "</ReferencedSeriesSequence(0008,1115)> - ReferencedSeriesSequence present but"
    " Instance does not reference Instances"
}

PARTLY_IMPLICIT = (
    "Implicit VR encoding even though supposed to be explicit",
    "Illegal zero bytes where explicit Value Representation expected",
)
UNSEEN_BEFORE = {
    # so broken that dciodvfy gives up before it sees these errors
    "meta_missing_tsyntax.dcm": ("PixelData has incorrect value",),
    "nested_priv_SQ.dcm": ("PixelData has incorrect value",),
    # what is new in an implicit data set is implicit too, whatever the meta says
    "SC_rgb_jpeg.dcm": PARTLY_IMPLICIT,
    # only the meta had a legal UID, another one
    "bad_sequence.dcm": ("MediaStorageSOPInstanceUID",),
}

MARKS = (
    (b"\x12\x00\x64\x00SQ\0\0", "little"),
    (b"\x12\x00\x64\x00", "little"),
    (b"\x00\x12\x00\x64SQ\0\0", "big"),
)
WORDS = (b"REMOVED ", b"UNMODIFIED", b"MODIFIED")


@cache
def profile(name: str) -> Profile:
    return compile_profile(SETTINGS[name], KEY)


def cases() -> Iterator:
    """List the corpus and a study of each kind of object."""
    for path in instances():
        yield pytest.param(path.read_bytes(), path.name, id=path.name)
    for (patient, number, kind), source in sources().items():
        if (patient, number) == (1, 1):
            yield pytest.param(source, kind, id=kind)


def unmarked(data: bytes) -> bytes:
    """Take out what only says which options were used."""
    for mark, order in MARKS:
        at = data.find(mark) + len(mark)
        length = int.from_bytes(data[at : at + 4], order)
        if at >= len(mark) and length < len(data):
            data = data[:at] + data[at + 4 + length :]
            break
    for word in WORDS:
        data = data.replace(word, b"")
    return data


@pytest.mark.parametrize(("source", "name"), cases())
def test_no_option_brings_a_new_kind_of_error(source: bytes, name: str) -> None:
    before = errors_of(source) | ACCEPTED
    unseen = UNSEEN_BEFORE.get(name, ())
    seen: dict[bytes, set[str]] = {}
    worse = {}
    for option in SETTINGS:
        result = deidentify(source, profile(option))
        if (key := unmarked(result)) not in seen:
            seen[key] = errors_of(result)
        worse[option] = [
            error
            for error in seen[key] - before
            if not any(known in error for known in unseen)
        ]
    assert {option: new for option, new in worse.items() if new} == {}
