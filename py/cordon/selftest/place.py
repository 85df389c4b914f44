"""A kind of place in an instance, its canary, and what has to become of that.

This is said of each by hand, from PS3.15 Annex E and the settings alone: the compiled
profile is what is being judged.
"""

from typing import Final, NamedTuple

from cordon.selftest.instances import Element, Instance
from cordon.settings import Settings

WORD: Final = b"CNRY4711"
TOKENS: Final = {
    "AS": b"047Y",
    "DA": b"19110305",
    "DS": b"4711.4712",
    "DT": b"19110305031207.4711",
    "IS": b"47114712",
    "TM": b"031207.471147",
    "UI": b"2.999.4711.4712",
}
"""Canaries that are legal for their VR; elsewhere it is a word."""

Kept = tuple[tuple[str, object], ...]
"""Settings, each with a value, any of which keeps a canary where it is."""

NEVER: Final[Kept] = ()
ALWAYS: Final[Kept] = (("delete_private", True), ("delete_private", False))
PATIENT: Final[Kept] = (("retain_patient_characteristics", True),)
DEVICE: Final[Kept] = (("retain_device_identity", True),)
INSTITUTION: Final[Kept] = (("retain_institution_identity", True),)
UIDS: Final[Kept] = (("retain_uids", True),)
DATES: Final[Kept] = (("retain_longitudinal", "full"),)
TIMES: Final[Kept] = (*DATES, ("retain_longitudinal", "modified"))
GRAPHICS: Final[Kept] = (("clean_graphics", True),)
PRIVATE: Final[Kept] = (("delete_private", False),)
SAFE: Final[Kept] = (*PRIVATE, ("retain_safe_private", True))
UNKNOWN: Final[Kept] = (("delete_unknown", False),)
NOT_HELD_BACK: Final[Kept] = (("sweep", "warn"), ("sweep", "off"))


class Place(NamedTuple):
    """A kind of place: what stands there, and when it stays.

    With `may` either will do: the settings leave it open. An instance that must not be
    released at all is `held`. A place that is `told` by its VR is none without one.
    """

    name: str
    canary: bytes
    instance: Instance
    stays: Kept = NEVER
    may: Kept = NEVER
    held: bool = False
    told: bool = False


def must(place: Place, settings: Settings) -> str:
    """Say what has to become of a canary: go, stay or either; or be held back."""
    if _any(place.may, settings):
        return "either"
    if not _any(place.stays, settings) and not place.held:
        return "go"
    if settings.allow_deviation and settings.replacements:
        return "either"  # the user may have replaced what is looked for
    return "be-held" if place.held else "stay"


def _any(kept: Kept, settings: Settings) -> bool:
    return any(getattr(settings, name) == value for name, value in kept)


def at(name: str, tag: int, vr: str, stays: Kept = NEVER) -> Place:
    """Make a place at the top level."""
    element, canary = planted(tag, vr)
    return Place(name, canary, Instance((element,)), stays)


def within(
    name: str, sequences: tuple[int, ...], tag: int, vr: str, stays: Kept = NEVER
) -> Place:
    """Make a place within sequences, of which the first is the outermost."""
    element, canary = planted(tag, vr)
    for sequence in reversed(sequences):
        element = (sequence, "SQ", [[element]])
    return Place(name, canary, Instance((element,)), stays)


def planted(tag: int, vr: str) -> tuple[Element, bytes]:
    """Make a data element with a canary that is legal for its VR."""
    canary = TOKENS.get(vr, WORD)
    return (tag, vr, canary), canary
