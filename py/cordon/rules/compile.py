"""Compile the rules of PS3.15 into the one table that the engine obeys."""

from functools import cache, partial
from typing import Final

from cordon.core.profile import DESCEND, DROP, KEEP, Profile, Rule
from cordon.rules import containers, tables
from cordon.rules.actions import (
    MAP_UIDS,
    MARKER,
    METHOD,
    NOTE,
    PATIENT,
    method_codes,
    rule_for,
)
from cordon.rules.dictionary import is_public, public_vrs
from cordon.rules.instance import PATIENT_ID, PATIENT_NAME, SOP_CLASS_UID, begin
from cordon.rules.pseudonyms import Pseudonyms
from cordon.rules.requirements import iods

GRAPHIC_ANNOTATION_SEQUENCE: Final = 0x00700001

_NOT_IN_DATA_SETS: Final = frozenset((0x0000, 0x0002, 0x0004))
"""Groups of messages, file meta information and DICOMDIR (PS3.15 E.1.1)."""


def compile_profile(key: bytes) -> Profile:
    """Compile the Basic Profile under a secret key of 32 bytes."""
    return Profile(
        rules=_basic_rules(),
        private=DROP,
        unlisted=_unlisted,
        inserts=containers.INSERTS,
        begin=partial(begin, pseudonyms=Pseudonyms(key), iods=iods()),
    )


@cache
def _basic_rules() -> dict[int, Rule | None]:
    """List the rule of every public tag under the Basic Profile (PS3.15 E.2)."""
    rules: dict[int, Rule | None] = {
        tag: DESCEND if vr == "SQ" else KEEP for tag, vr in public_vrs().items()
    }
    rules.update(
        (int(row["tag"], 16), MAP_UIDS)
        for row in tables.read("uids.csv")
        if row["action"] == "U"
    )
    for row in tables.read("additions.csv"):
        tag = int(row["tag"], 16)
        rules[tag] = rule_for(tag, row["action"])
    for row in tables.read("profile.csv"):
        if "x" not in row["tag"] and row["keyword"]:
            tag = int(row["tag"], 16)
            rules[tag] = rule_for(tag, row["basic"])
    for tag in rules:
        # overlays and curves: what is left without their data is no module
        if tag >> 24 in (0x50, 0x60) or tag >> 16 in _NOT_IN_DATA_SETS:
            rules[tag] = DROP
    # the module that holds it may be absent, and an invented annotation would show
    rules[GRAPHIC_ANNOTATION_SEQUENCE] = DROP
    rules[PATIENT_NAME] = rules[PATIENT_ID] = PATIENT
    rules[SOP_CLASS_UID] = NOTE
    rules.update(dict.fromkeys(containers.MARKERS, MARKER))
    rules[containers.DEIDENTIFICATION_METHOD] = METHOD
    rules[containers.DEIDENTIFICATION_METHOD_CODES] = method_codes(rules)
    return rules


def _unlisted(tag: int) -> Rule | None:
    """Decide on an even group: what no dictionary knows cannot be judged, so it goes."""
    return KEEP if is_public(tag) else DROP
