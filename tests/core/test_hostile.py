"""What is made to exhaust time or memory exhausts neither."""

import json
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from builders import IMPLICIT_LE, JPEG, LE, UNDEFINED, Study, file
from command import ENVIRONMENT, ROOT
from endurance import profile, withstand
from engine import PROFILE, plan
from hostile import HOSTILE, SOP, chained

from cordon.core.errors import InstanceError
from cordon.core.reading import FIRST_READ, MAX_READ
from cordon.core.span import Span
from cordon.core.splice import run, splice

LONG, SHORT = 25, 12
"""Processor time, in that of ten million turns of a loop (a second or so).

Most need less than one, few more than five and none more than ten.
"""

MIB = 1100
"""What an instance may take, at most: a data set of 256 MiB, and 2 million changes."""

HEAVY = {
    *("elements-changed", "elements-too-many", "elements-by-turns", "items-empty"),
    *("items-changed", "deflated-zeros", "deflated-elements", "deflated-text"),
    *("deflated-too-long",),
}

LARGE = {"elements-kept", "elements-removed", "items-kept", "fragments"}

MEASURED = """
import json, os, resource, sys, time
sys.path.insert(0, "tests")
from endurance import profile
from cordon.core.errors import InstanceError
from cordon.core.splice import run, splice

number = os.open(sys.argv[1], os.O_RDONLY)
read = lambda span: os.pread(number, span.stop - span.start, span.start)
engine = splice(os.fstat(number).st_size, profile("usual"))
usage = lambda: resource.getrusage(resource.RUSAGE_SELF)
start, turns = time.process_time(), 0
while turns < 2_000_000:
    turns += 1
unit = 5 * (time.process_time() - start)
before, start = usage().ru_maxrss, time.process_time()
try:
    outcome = run(engine, read)
    code = getattr(outcome, "reason", "deidentified")
except InstanceError as error:
    code = error.code
taken = (time.process_time() - start) / unit
print(json.dumps([code, taken, usage().ru_maxrss - before]))
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_instance_takes_bounded_time_and_memory(
    name: str, tmp_path: Path
) -> None:
    make, codes = HOSTILE[name]
    path = tmp_path / "hostile.dcm"
    path.write_bytes(make())
    size = path.stat().st_size
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MEASURED, path],
        env=ENVIRONMENT,
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=300,
    )
    code, taken, kib = json.loads(done.stdout)
    assert code in codes
    assert taken < (LONG if name in HEAVY else SHORT)
    assert kib < (MIB << 10 if name in HEAVY else (64 << 20 >> 10) + 4 * (size >> 10))


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - HEAVY - LARGE))
def test_a_hostile_instance_tells_nothing_under_any_settings(name: str) -> None:
    source = HOSTILE[name][0]()
    for settings in ("cleaning", "keeping"):
        start = time.process_time()
        withstand(source, settings)
        assert time.process_time() - start < 6


@pytest.mark.parametrize("encoding", [LE, IMPLICIT_LE], ids=["explicit", "implicit"])
def test_a_length_of_4_gib_is_not_believed_anywhere(encoding) -> None:
    """Nor where the source is said to be as long."""
    source = Study().image(size=2, encoding=encoding)
    claimed = 1 << 33
    for at in range(132, len(source) - 4, 6):
        for length in (0xFFFFFFFE, UNDEFINED):
            lying = source[:at] + struct.pack("<I", length) + source[at + 4 :]
            withstand(lying)
            asked = _asked(lying, claimed)
            assert sum(stop - start for start, stop in asked) < 4 * MAX_READ


def _asked(source: bytes, size: int) -> list[Span]:
    """List what is read of a source that goes on with zeros up to `size`."""
    asked: list[Span] = []

    def read(span: Span) -> bytes:
        asked.append(span)
        # zeros without end are no mistake of the engine's
        if sum(stop - start for start, stop in asked) > 4 * FIRST_READ:
            return b""
        return source[span.start : span.stop].ljust(span.stop - span.start, b"\0")

    with suppress(InstanceError):
        run(splice(size, profile("usual")), read)
    return asked


def test_more_than_can_be_inflated_is_not_even_read() -> None:
    head = HOSTILE["deflated-text"][0]()[:1000]
    asked = _asked(head, 1 << 31)
    assert sum(stop - start for start, stop in asked) <= 1 << 16


# ------------------------------------------------------------------------- values


def test_values_that_grow_beyond_a_short_length_become_unknown() -> None:
    """Of VR UN, whose length has four bytes (PS3.5 6.2.2)."""
    uids = b"\\".join(b"1.2.3.%d" % number for number in range(5_000))
    source = file([*SOP, (0x00081155, "UI", uids), (0x00280010, "US", b"\7\0")])
    outcome = plan(source)
    new = b"".join(part for part in outcome.segments if isinstance(part, bytes))
    at = new.index(b"\x08\x00\x55\x11UN\0\0")
    (length,) = struct.unpack_from("<I", new, at + 8)
    values = new[at + 12 : at + 12 + length].split(b"\\")
    assert len(set(values)) == 5_000
    assert all(value.startswith(b"2.25.") for value in values)


def test_items_that_grow_beyond_a_short_length_become_a_sequence() -> None:
    """Some writers give sequences a wrong VR."""
    item = LE.item([(0x00081155, "UI", "1.2.3.4.5")])
    content = item * 2_000
    head = LE.head(0x00081115, "LO", len(content))
    source = file([*SOP, head + content, (0x00280010, "US", b"\7\0")])
    outcome = plan(source)
    new = b"".join(part for part in outcome.segments if isinstance(part, bytes))
    assert b"\x08\x00\x15\x11SQ\0\0" in new
    assert new.count(b"2.25.") >= 2_000


# --------------------------------------------------------------------- references


def test_what_refers_to_what_is_not_there_goes_all_along_a_chain() -> None:
    assert _findings(chained(300)) == 0
    assert _findings(chained(300, last=300)) == 300
    assert _findings(chained(300, last=7)) == 300


def _findings(source: bytes) -> int:
    outcome = plan(source, profile("cleaning"))
    result = b"".join(
        source[part.start : part.stop] if isinstance(part, Span) else part
        for part in outcome.segments
    )
    return result.count(b"CONTAINS")


# ---------------------------------------------------------------------- fragments


def _reads(source: bytes, size: int | None = None) -> list[Span]:
    asked: list[Span] = []

    def read(span: Span) -> bytes:
        asked.append(span)
        return source[span.start : span.stop]

    run(splice(size or len(source), PROFILE), read)
    return asked


def test_small_fragments_are_read_in_windows() -> None:
    count, length = 100_000, 100
    fragment = struct.pack("<HHI", 0xFFFE, 0xE000, length) + bytes(length)
    source = file([*SOP, LE.fragments()[:-8] + fragment * count + LE.fragments()[-8:]])
    asked = _reads(source)
    assert len(asked) < len(source) / 60_000 + 8
    assert sum(stop - start for start, stop in asked) < 1.05 * len(source)


@pytest.mark.parametrize("length", [10_000, 40_000, 70_000, 500_000])
def test_large_fragments_take_a_small_read_each(length: int) -> None:
    """They are holes: only what is between them is there."""
    count = 2_000
    head = file([*SOP, LE.fragments()[:-8]], LE, JPEG)
    tail = LE.fragments()[-8:] + LE.element(0xFFFCFFFC, "OB", b"Jane")
    item = struct.pack("<HHI", 0xFFFE, 0xE000, length)
    stride = len(item) + length
    end = len(head) + count * stride
    asked: list[Span] = []

    def read(span: Span) -> bytes:
        asked.append(span)
        window = bytearray(span.stop - span.start)
        first = max(0, (span.start - len(head)) // stride)
        last = min(count, (span.stop - len(head)) // stride + 1)
        parts = [(len(head) + number * stride, item) for number in range(first, last)]
        for start, part in ((0, head), (end, tail), *parts):
            for at in range(max(start, span.start), min(start + len(part), span.stop)):
                window[at - span.start] = part[at - start]
        return bytes(window)

    outcome = run(splice(end + len(tail), PROFILE), read)
    kept = [part for part in outcome.segments if isinstance(part, Span)]
    assert kept[-1].stop == end + 8
    assert len(asked) <= count + 8
    total = sum(stop - start for start, stop in asked)
    assert total < (0.002 * end if length > 1 << 16 else 1.3 * end) + 400_000


def test_what_follows_a_large_fragment_is_read_as_usual() -> None:
    """A small picture, compressed, and then a long header."""
    icon = [LE.fragments(bytes(200_000), bytes(200_000))]
    items = [[(0x00180050, "DS", "1.5 ")]] * 20_000
    source = file([*SOP, (0x00880200, "SQ", [icon]), (0x52009230, "SQ", items)])
    assert len(_reads(source)) < 16
