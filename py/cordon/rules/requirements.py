"""What an IOD requires of an attribute that the profile would take away.

PS3.15 E.1.1: compound codes are chosen by the attribute's Type at that place, and
the result must still be an instance of its IOD.
"""

from functools import cache, lru_cache
from typing import Final, NamedTuple

from cordon.core.profile import Path
from cordon.rules import tables

CHOICES: Final = {
    "X": "X",
    "Z": "Z",
    "Z/D": "Z",
    "X/Z": "X",
    "X/D": "X",
    "X/Z/D": "X",
    "X/Z/U*": "X",
}
"""What a code means where the IOD does not require the attribute."""

UNKNOWN: Final = {
    "X": "X",
    "Z": "Z",
    "Z/D": "D",
    "X/Z": "Z",
    "X/D": "D",
    "X/Z/D": "D",
    "X/Z/U*": "U*",
}
"""What a code means where the IOD is not known: no requirement is broken."""


class Requirement(NamedTuple):
    """The action an attribute gets in some IODs: those named, or all but those.

    `iods` has a space before and behind each.
    """

    action: str
    iods: str
    all_but: bool


@cache
def requirements() -> dict[int, dict[Path, list[Requirement]]]:
    """Give the requirements of each tag by the path it stands at."""
    found: dict[int, dict[Path, list[Requirement]]] = {}
    for row in tables.read("requirements.csv"):
        path = tuple(int(tag, 16) for tag in row["path"].split(">") if tag)
        named = f" {row['iods'].replace('!', '')} "
        requirement = Requirement(row["action"], named, named.startswith(" * "))
        places = found.setdefault(int(row["tag"], 16), {})
        places.setdefault(path, []).append(requirement)
    return found


@cache
def iods() -> dict[str, str]:
    """Give the IOD of each SOP Class by its UID."""
    return {row["sop_class_uid"]: row["iod"] for row in tables.read("sop_classes.csv")}


@lru_cache(maxsize=1 << 14)
def choose(code: str, tag: int, path: Path, iod: str | None) -> str:
    """Choose X, Z, D, K or U* for an attribute of this code at this place."""
    if iod is None:
        return UNKNOWN[code]
    for requirement in requirements().get(tag, {}).get(path, ()):
        if (f" {iod} " in requirement.iods) != requirement.all_but:
            return requirement.action
    return CHOICES[code]
