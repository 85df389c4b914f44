"""The engine driven by bytes in memory."""

from typing import ClassVar

from cordon.core.outcome import Deidentified, Outcome
from cordon.core.profile import DESCEND, Element, Header, Item, Profile
from cordon.core.reading import FIRST_READ
from cordon.core.span import Span
from cordon.core.splice import run, splice
from cordon.rules.compile import compile_profile
from cordon.rules.dictionary import public_vrs
from cordon.settings import Settings

KEY = bytes(range(32))
PROFILE = compile_profile(Settings(sweep="warn"), KEY)


class KeptInstance:
    """An instance in which nothing changes."""

    mask = b""
    searches = False
    known: ClassVar = {}

    def enter(self, sequence: Element, item: Item) -> "KeptInstance":
        return self

    def insert(self, tag: int) -> bytes:
        raise AssertionError(tag)

    def container(self) -> None:
        return None

    def row(self, counts: dict[str, int]) -> dict[str, int]:
        return counts


def _begin(header: Header) -> KeptInstance:
    return KeptInstance()


EMPTY = Profile({}, None, lambda tag: None, (), _begin)
"""Nothing is listed, nothing is changed."""

WALKING = Profile(
    {tag: DESCEND if vr == "SQ" else None for tag, vr in public_vrs().items()},
    None,
    lambda tag: None,
    (),
    _begin,
)
"""Nothing is changed, but every known sequence is walked."""


def plan(
    source: bytes, profile: Profile = PROFILE, first_read: int = FIRST_READ
) -> Outcome:
    return run(
        splice(len(source), profile, first_read),
        lambda span: source[span.start : span.stop],
    )


def assemble(source: bytes, outcome: Outcome) -> bytes:
    assert isinstance(outcome, Deidentified)
    return b"".join(
        source[segment.start : segment.stop] if isinstance(segment, Span) else segment
        for segment in outcome.segments
    )


def deidentify(source: bytes, profile: Profile = PROFILE) -> bytes:
    return assemble(source, plan(source, profile))
