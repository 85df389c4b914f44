"""What each action code of Table E.1-1 does to a data element (PS3.15 Table E.1-1a)."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final, TypeAlias

from cordon.core import encode
from cordon.core.head import LONG_VRS, SHORT_VRS
from cordon.core.profile import DESCEND, DROP, KEEP, Element, Item, Path, Rule
from cordon.rules import charsets, containers, dates, tables, text
from cordon.rules.dictionary import keyword_of, public_vrs
from cordon.rules.instance import Instance
from cordon.rules.replacements import Replacement
from cordon.rules.requirements import choose, requirements
from cordon.rules.values import DUMMIES, SEQUENCE_DUMMIES, encode_items

Table: TypeAlias = Mapping[int, Rule | None]

_VRS: Final = frozenset((*SHORT_VRS.values(), *LONG_VRS.values())) - {"UN", "SQ"}
_SINGLE: Final = frozenset(("LT", "ST", "UT"))
TEXT: Final = frozenset(("AE", "CS", "LO", "LT", "SH", "ST", "UC", "UT"))
"""VRs of which words may stay."""


# ------------------------------------------------------------------ rules by code


def rule_for(tag: int, code: str, kind: str, inside: Table) -> Rule | None:
    """Make the rule for an action code at `tag`, compound codes included.

    `kind` is of identifier, if the value is one; `inside` is the table for what is in
    a sequence that goes, of which only identifiers matter.
    """
    sequence = public_vrs().get(tag) == "SQ"
    if code == "K":
        return DESCEND if sequence else KEEP
    if code == "U" or (code == "D" and public_vrs().get(tag) == "UI"):
        return MAP_UIDS
    required = requirements().get(tag, {})
    if code in RULES and not required:
        rule = RULES[code]
    else:
        actions = {need.action for place in required.values() for need in place}
        if code.endswith("U*") or not actions.isdisjoint(("K", "U*")):
            return Rule(code, keep, descends=True, choose=_by_type(tag, code))
        rule = Rule(code, keep, choose=_by_type(tag, code))
    if sequence:
        return rule._replace(descends=True, inside=inside)
    if kind:
        return rule._replace(reads=True, kind=kind)
    return DROP if rule is RULES["X"] else rule


def cleaning_rule(tag: int, vr: str, basic: str, kind: str) -> Rule | None:
    """Make the rule for code C; what cannot be cleaned gets the basic code."""
    if vr == "SQ":
        return DESCEND
    if vr in ("DA", "DT"):
        return _cleaned(tag, basic, shifted)._replace(kind=kind)
    if vr == "TM" or tag == TIMEZONE_OFFSET:
        # whole days are added, so the time of day tells nothing new
        return _cleaned(tag, basic, _timed)
    if vr in TEXT:
        return _cleaned(tag, basic, described)
    return rule_for(tag, basic, kind, {})


def resolve(tag: int, basic: str, path: Path, instance: Instance) -> Rule:
    """Give the rule for a code of the Basic Profile at this place."""
    required = requirements().get(tag)
    if basic in RULES and not required:
        return RULES[basic]
    return RULES[choose(basic, tag, path, instance.iod)]


def _by_type(tag: int, code: str) -> Callable[[Element, Path, Instance], Rule]:
    def by_type(element: Element, path: Path, instance: Instance) -> Rule:
        return RULES[choose(code, tag, path, instance.iod)]

    return by_type


def _cleaned(
    tag: int, basic: str, clean: Callable[[Element, Instance], bytes | None]
) -> Rule:
    def by_value(element: Element, path: Path, instance: Instance) -> Rule:
        value = clean(element, instance)
        if value is None:
            return resolve(tag, basic, path, instance)
        return put(value, "C") if value != element.value else CLEAN

    return Rule("C", keep, reads=True, choose=by_value)


# ------------------------------------------------------------------------- values


def shifted(element: Element, instance: Instance) -> bytes | None:
    """Give the value of VR DA or DT with its dates moved; None if it has others."""
    vr = vr_of(element.tag, element.vr)
    return dates.shift(vr, element.value or b"", instance.days)


def _timed(element: Element, instance: Instance) -> bytes | None:
    """Give the value of VR TM, or of a UTC offset, if it is one."""
    return element.value if dates.is_time(element.value or b"") else None


def described(element: Element, instance: Instance) -> bytes | None:
    """Give text with identity taken out (PS3.15 E.3.5); None if no word is left."""
    return clean_text(element.value or b"", vr_of(element.tag, element.vr), instance)


def clean_text(value: bytes, vr: str, instance: Instance) -> bytes | None:
    """Clean a value; see `described`."""
    return _clean_text(value, vr, instance.character_set, instance.own)


@lru_cache(maxsize=4096)  # a series repeats its descriptors
def _clean_text(
    value: bytes, vr: str, character_set: bytes, own: frozenset[str]
) -> bytes | None:
    old = charsets.decode(value, character_set)
    if not charsets.is_text(old):
        return None
    parts = [old] if vr in _SINGLE else old.split("\\")
    new = "\\".join(text.clean(part, own) for part in parts)
    if new == old:
        return value
    if not text.words(new):
        return None
    return charsets.encode(new, character_set)


@lru_cache(maxsize=4096)  # a series repeats most of its values
def put(value: bytes, code: str = "D") -> Rule:
    """Make the rule that gives a data element this value."""
    return Rule(code, lambda element, instance: replace(element, value))


def replace(element: Element, value: bytes) -> bytes:
    """Encode `element` with another value, the way the source encodes it."""
    vr = vr_of(element.tag, element.vr)
    return encode.element(element.tag, vr, value, bool(element.vr), element.little)


def vr_of(tag: int, found: str) -> str:
    """Tell the VR of a new value: the one found, unless it is no help."""
    listed = public_vrs().get(tag, "UN")
    return listed if listed == "SQ" or found not in _VRS else found


@cache
def _encode_empty(tag: int, found: str, little: bool) -> bytes:
    return encode.element(tag, vr_of(tag, found), b"", bool(found), little)


@cache
def _encode_dummy(tag: int, found: str, little: bool) -> bytes:
    vr, explicit = vr_of(tag, found), bool(found)
    if vr == "SQ":
        content = SEQUENCE_DUMMIES.get(tag, ())
        value = encode_items(content, explicit, little)
    else:
        value = DUMMIES[vr]
    return encode.element(tag, vr, value, explicit, little)


# -------------------------------------------------------------------------- rules


def keep(element: Element, instance: Instance) -> None:
    """Leave a data element as it is, but for what is in its items."""


def _remove(element: Element, instance: Instance) -> bytes:
    return b""


def _empty(element: Element, instance: Instance) -> bytes:
    return _encode_empty(element.tag, element.vr, element.little)


def _dummy(element: Element, instance: Instance) -> bytes:
    return _encode_dummy(element.tag, element.vr, element.little)


def _map_uids(element: Element, instance: Instance) -> bytes:
    return replace(element, instance.pseudonyms.uids(element.value or b""))


def _patient(element: Element, instance: Instance) -> bytes:
    return replace(element, instance.patient_of(element.value or b""))


RULES: Final = {
    "X": Rule("X", _remove),
    "Z": Rule("Z", _empty),
    "D": Rule("D", _dummy),
    "K": DESCEND,
    "U*": DESCEND,
}

MAP_UIDS: Final = Rule("U", _map_uids, reads=True, kind="uid")
PATIENT_NAME: Final = Rule("D", _patient, reads=True, kind="name")
PATIENT_ID: Final = Rule("D", _patient, reads=True, kind="identifier")
"""Z and Z/D both allow a dummy: a pseudonym keeps a patient's instances together."""

CLEAN: Final = Rule("C", keep)
"""Keep what has been found clean."""

NOTE: Final = Rule("K", keep, reads=True)
"""Keep a value that other rules ask for."""

TIMEZONE_OFFSET: Final = 0x00080201


_KEPT: Final = Rule("K", keep)
_CODING_SCHEME: Final = 0x00080102
_CODES: Final = (0x00080100, _CODING_SCHEME, 0x00080119, 0x00080120)
"""Code Value, Coding Scheme Designator, Long Code Value, URN Code Value."""

_CODE_MEANING: Final = 0x00080104


def replaced_rule(rule: Rule | None, wanted: Replacement, allowed: bool) -> Rule:
    """Put the user's value in place, where the profile does, or a deviation may."""
    base = RULES["X"] if rule is DROP else rule or _KEPT

    def by_user(element: Element, path: Path, instance: Instance) -> Rule:
        chosen = base
        if base.choose is not None:
            chosen = base.choose(element, path, instance)
        if chosen.code in ("X", "K") and not allowed:
            instance.note("replacement-ignored", path, element.tag)
            return chosen
        return filling

    def fill(element: Element, instance: Instance) -> bytes:
        value = instance.fill(wanted, element.little)
        explicit = bool(element.vr)
        return encode.element(element.tag, wanted.vr, value, explicit, element.little)

    filling = Rule("D", fill)
    return base._replace(choose=by_user)


def coded_rules(
    rules: Table, replaced: Callable[[Table], Table]
) -> dict[int, Rule | None]:
    """Make the rules for sequences of codes that are cleaned as descriptors.

    Meanings are cleaned; a sequence with a code of a site's own gets its basic code.
    """
    meaning = cleaning_rule(_CODE_MEANING, "LO", "D", "")
    noted = {**rules, _CODE_MEANING: meaning, **dict.fromkeys(_CODES, NOTE)}
    inside = {**noted, **replaced(noted)}
    coded: dict[int, Rule | None] = {}
    for row in tables.read("profile.csv"):
        if row["clean_descriptors"] and row["vr"] == "SQ":
            tag = int(row["tag"], 16)
            coded[tag] = _coded_rule(tag, row["basic"], inside)
    for tag, vr in public_vrs().items():
        # sequences of codes inside these
        if vr == "SQ" and "CodeSequence" in keyword_of(tag) and rules[tag] is DESCEND:
            inside[tag] = coded.get(tag) or _coded_rule(tag, "X", inside)
    return coded


def _coded_rule(tag: int, basic: str, inside: Table) -> Rule:
    def by_scheme(element: Element, path: Path, instance: Instance) -> Rule:
        if any(_is_local(item, instance) for item in element.items or ()):
            return resolve(tag, basic, path, instance)
        return rule

    rule = DESCEND._replace(code="C", inside=inside)
    return rule._replace(choose=by_scheme)


def _is_local(item: Item, instance: Instance) -> bool:
    """Tell whether a code is of a site's own, and not a word that may stay."""
    values = {
        edit.tag: (edit.value or b"").strip(b"\0 ")
        for edit in item.edits
        if isinstance(edit, Element)
    }
    scheme = values.get(_CODING_SCHEME, b"").upper()
    if scheme and scheme != b"L" and not scheme.startswith(b"99"):
        return False
    codes = (values[tag] for tag in _CODES if tag != _CODING_SCHEME and tag in values)
    return any(code and clean_text(code, "UC", instance) != code for code in codes)


# ------------------------------------------------------------------------ markers


def marker_rules(rules: Table) -> dict[int, Rule | None]:
    """Make the rules for what a result is marked with; `rules` are for all others."""
    made = dict.fromkeys(containers.INSERTS, _at_top(Rule("K", _mark, reads=True)))
    codes = Rule(
        "K",
        keep,
        descends=True,
        inside={**rules, containers.CODE_VALUE: NOTE},
        append=lambda element, instance: instance.markers.lacking_codes(element),
    )
    made[containers.DEIDENTIFICATION_METHOD_CODES] = _at_top(codes)
    return {**made}


def _mark(element: Element, instance: Instance) -> bytes:
    value = instance.markers.value(element.tag, element.value or b"")
    return replace(element, value)


def _at_top(rule: Rule) -> Rule:
    """Apply `rule` at the top level, where the markers stand; keep what is nested."""
    kept = rule._replace(apply=keep, append=None)

    def by_depth(element: Element, path: Path, instance: Instance) -> Rule:
        return kept if path else rule

    return rule._replace(choose=by_depth)
