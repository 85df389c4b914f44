"""No file becomes less conformant than it was, says dciodvfy."""

import re
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from functools import cache

import pytest
from corpus import instances
from engine import KEY, deidentify
from oracle import OPTIONS
from studies import sources

from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

ALONE = {"sweep": "off", "burned_in": "ignore"}
SWITCHES = {one.setting: True for one in OPTIONS.values() if one.value is True}
SETTINGS = {
    "none": Settings(**ALONE),
    **{
        column: Settings(**ALONE, **{option.setting: option.value})
        for column, option in OPTIONS.items()
    },
    "all-full": Settings(**ALONE, **SWITCHES, retain_longitudinal="full"),
    "all-modified": Settings(**ALONE, **SWITCHES, retain_longitudinal="modified"),
}

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

DEFLATED = b"1.2.840.10008.1.2.1.99"
EXPLICIT = b"1.2.840.10008.1.2.1\0\0\0"

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


def errors_of(data: bytes) -> set[str]:
    """List the errors by what they are about, without numbers of items and values."""
    with tempfile.NamedTemporaryFile(suffix=".dcm") as file:
        file.write(inflated(data))
        file.flush()
        command = ["dciodvfy", "-new", file.name]
        ran = subprocess.run(command, capture_output=True, timeout=60, check=False)
    text = (ran.stdout + ran.stderr).decode("latin-1")
    found = set()
    for line in text.splitlines():
        if line.startswith("Error - "):
            where, *what = line.removeprefix("Error - ").split(" - ")
            kind = re.sub("= <[^>]*>", "= <>", " - ".join(what))
            found.add(re.sub(r"\[\d+\]", "", where) + " - " + kind)
    return found


def inflated(data: bytes) -> bytes:
    """Undo what dciodvfy cannot read."""
    if DEFLATED not in data[:1024]:
        return data
    start = 144 + int.from_bytes(data[140:144], "little")
    data_set = zlib.decompressobj(wbits=-15).decompress(data[start:])
    return data[:start].replace(DEFLATED, EXPLICIT) + data_set


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
