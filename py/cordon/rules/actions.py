"""What each action code of Table E.1-1 does to a data element (PS3.15 Table E.1-1a)."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from cordon.core import encode
from cordon.core.profile import DESCEND, DROP, Element, Path, Rule
from cordon.core.scan import LONG_VRS, SHORT_VRS
from cordon.rules import containers
from cordon.rules.dictionary import public_vrs
from cordon.rules.instance import BasicInstance
from cordon.rules.requirements import choose, requirements
from cordon.rules.values import DUMMIES, SEQUENCE_DUMMIES, encode_items

_VRS: Final = frozenset((*SHORT_VRS.values(), *LONG_VRS.values())) - {"UN", "SQ"}


def rule_for(tag: int, code: str) -> Rule:
    """Make the rule for an action code at `tag`, compound codes included."""
    if code == "U":
        return MAP_UIDS
    required = requirements().get(tag, {})
    if code in _RULES and not required:
        return DROP if code == "X" else _RULES[code]
    actions = {need.action for place in required.values() for need in place}
    keeps = code.endswith("U*") or not actions.isdisjoint(("K", "U*"))

    def by_type(element: Element, path: Path, instance: BasicInstance) -> Rule:
        return _RULES[choose(code, tag, path, instance.iod)]

    return Rule(code, _keep, descends=keeps, choose=by_type)


def _replace(element: Element, value: bytes) -> bytes:
    """Encode `element` with another value, the way the source encodes it."""
    vr = _vr_of(element.tag, element.vr)
    return encode.element(element.tag, vr, value, bool(element.vr), element.little)


def _vr_of(tag: int, found: str) -> str:
    """Tell the VR of a new value: the one found, unless it is no help."""
    listed = public_vrs().get(tag, "UN")
    return listed if listed == "SQ" or found not in _VRS else found


@cache
def _encode_empty(tag: int, found: str, little: bool) -> bytes:
    return encode.element(tag, _vr_of(tag, found), b"", bool(found), little)


@cache
def _encode_dummy(tag: int, found: str, little: bool) -> bytes:
    vr, explicit = _vr_of(tag, found), bool(found)
    if vr == "SQ":
        content = SEQUENCE_DUMMIES.get(tag, ())
        value = encode_items(content, explicit, little)
    else:
        value = DUMMIES[vr]
    return encode.element(tag, vr, value, explicit, little)


def _keep(element: Element, instance: BasicInstance) -> None:
    return None


def _remove(element: Element, instance: BasicInstance) -> bytes:
    return b""


def _empty(element: Element, instance: BasicInstance) -> bytes:
    return _encode_empty(element.tag, element.vr, element.little)


def _dummy(element: Element, instance: BasicInstance) -> bytes:
    return _encode_dummy(element.tag, element.vr, element.little)


def _map_uids(element: Element, instance: BasicInstance) -> bytes:
    return _replace(element, instance.pseudonyms.uids(element.value or b""))


def _patient(element: Element, instance: BasicInstance) -> bytes:
    return _replace(element, instance.patient_of(element.value or b""))


def _marker(element: Element, instance: BasicInstance) -> bytes:
    return _replace(element, containers.MARKERS[element.tag][1])


def _method(element: Element, instance: BasicInstance) -> bytes:
    return _replace(element, containers.method_with(element.value or b""))


_RULES: Final = {
    "X": Rule("X", _remove),
    "Z": Rule("Z", _empty),
    "D": Rule("D", _dummy),
    "K": DESCEND,
    "U*": DESCEND,
}

MAP_UIDS: Final = Rule("U", _map_uids, reads=True)
PATIENT: Final = Rule("D", _patient, reads=True)
"""Z and Z/D both allow a dummy: a pseudonym keeps a patient's instances together."""

NOTE: Final = Rule("K", _keep, reads=True)
"""Keep a value that other rules ask for."""


def _at_top(rule: Rule) -> Rule:
    """Apply `rule` at the top level, where the markers stand; keep what is nested."""
    kept = rule._replace(apply=_keep, append=None)

    def by_depth(element: Element, path: Path, instance: BasicInstance) -> Rule:
        return kept if path else rule

    return rule._replace(choose=by_depth)


MARKER: Final = _at_top(Rule("K", _marker))
METHOD: Final = _at_top(Rule("K", _method, reads=True))


def method_codes(inside: Mapping[int, Rule | None]) -> Rule:
    """Make the rule that adds to the method codes; `inside` treats their items."""
    return _at_top(
        Rule(
            "K",
            _keep,
            descends=True,
            inside={**inside, containers.CODE_VALUE: NOTE},
            append=lambda element, instance: containers.lacking_codes(element),
        )
    )
