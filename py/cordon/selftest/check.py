"""The self-test: each canary through the engine, in each encoding, and what became of it.

An instance takes the way of any other: planned, packed as a member of an archive,
and looked at as whoever opens the archive would.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified
from cordon.core.profile import Profile
from cordon.core.span import Span
from cordon.core.splice import run, splice
from cordon.media import records
from cordon.media.archive import DEFLATED, method_for, pack
from cordon.media.names import file_id
from cordon.report import versions
from cordon.rules.compile import compile_profile
from cordon.selftest.instances import WAYS, Way, encode, opened
from cordon.selftest.place import Place, must
from cordon.selftest.places import places
from cordon.settings import Settings

GONE: Final = "gone"
THERE: Final = "there"
HELD: Final = "held-back"
NOT_PLANTED: Final = "not-planted"
"""What may become of a canary, besides a code of an error or `failed`."""

_RIGHT: Final = {
    "go": {GONE},
    "be-held": {HELD},
    "stay": {THERE},
    "either": {GONE, THERE, HELD},
}
_LEVEL: Final = 1


class Finding(NamedTuple):
    """A kind of place: what had to become of its canary, and what did, by encoding."""

    place: str
    must: str
    found: Mapping[str, str]
    passed: bool


def self_test(settings: Settings, key: bytes) -> list[Finding]:
    """Send canaries through the engine; a list of what became of them.

    Raises
    ------
    SettingsError
        A setting cannot be followed.
    """
    profile = compile_profile(settings, key)
    return [_finding(place, settings, profile) for place in places()]


def record(settings: Settings, findings: Sequence[Finding]) -> dict[str, Any]:
    """Make a record of a self-test: what was tested, and the verdict."""
    return {
        **versions(settings),
        "passed": all(one.passed for one in findings),
        "places": [one._asdict() for one in findings],
    }


def _finding(place: Place, settings: Settings, profile: Profile) -> Finding:
    wanted = must(place, settings)
    ways = [way for way in WAYS if way.explicit or not place.told]
    found = {way.name: _become(place, way, profile) for way in ways}
    return Finding(place.name, wanted, found, _RIGHT[wanted].issuperset(found.values()))


def _become(place: Place, way: Way, profile: Profile) -> str:
    """Tell what becomes of a canary."""
    source = encode(place.instance, way)
    if place.canary not in opened(source) + place.instance.tail:
        return NOT_PLANTED
    try:
        released = _released(source, profile)
    except InstanceError as error:
        return error.code
    except Exception:  # a fault of ours, which is one result among others here
        return "failed"
    if released is None:
        return HELD
    return THERE if place.canary in released else GONE


def _released(source: bytes, profile: Profile) -> bytes | None:
    """Give all that is told and written of a source; None if it is rejected."""

    def read(span: Span) -> bytes:
        return source[span.start : span.stop]

    outcome = run(splice(len(source), profile), read)
    if not isinstance(outcome, Deidentified):
        return None
    method = method_for(outcome.row.transfer_syntax_uid)
    parts: list[bytes] = []
    pack(outcome.segments, read, parts.append, method, _LEVEL)
    result = b"".join(parts)
    if method == DEFLATED:
        result = zlib.decompress(result, -zlib.MAX_WBITS)
    told = f"{outcome.row} {file_id(outcome.row)}".encode()
    made = records.entry(outcome)
    return opened(result) + told + b"".join((*made.uppers, made.instance))
