"""Rules for private data elements, where not all of them go (PS3.15 E.3.10).

What is kept still passes the rules: UIDs are replaced, dates treated as the options
say, names removed, and text that holds a word of the instance's own identifiers too.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from cordon.core import encode
from cordon.core.profile import DESCEND, DROP, Element, Path, Rule
from cordon.rules import charsets, dates, private, text
from cordon.rules.actions import CLEAN, MAP_UIDS, RULES, TEXT, keep
from cordon.rules.instance import Instance
from cordon.rules.private import Block, Private
from cordon.rules.replacements import Replacement
from cordon.settings import Settings


def block_rules(
    settings: Settings, wanted: Mapping[Private, Replacement]
) -> Block | None:
    """Make what tells the rule of a private data element; None if all of them go."""
    keeps_all = not settings.delete_private
    if not (keeps_all or settings.retain_safe_private or wanted):
        return None
    sequence = DESCEND if keeps_all else DESCEND._replace(prunes=True)

    @lru_cache(maxsize=1 << 12)
    def rule(element: Private, vr: str) -> Rule:
        if vr == "SQ":
            return sequence
        choose = _chooser(element, vr, settings, wanted.get(element))
        return Rule("K", keep, reads=vr in private.READ, choose=choose)

    @lru_cache(maxsize=1 << 14)
    def block(tag: int, creator: bytes | None, found: str, declared: bool) -> Rule:
        element = private.identify(tag, creator)
        if element is None:
            if not keeps_all or not private.is_legal(tag):
                return DROP
            element = Private(tag >> 16, "", tag & 0xFF)
        vr = private.vr_of(element, found)
        may_stay = keeps_all or declared or element in wanted
        if may_stay or vr == "SQ" or element in private.safe_vrs():
            return rule(element, vr)
        return DROP

    return block


def _chooser(
    element: Private, vr: str, settings: Settings, wanted: Replacement | None
) -> Callable[[Element, Path, Instance], Rule]:
    """Make the choice for one private data element, once its instance is known."""

    def by_safety(edit: Element, path: Path, instance: Instance) -> Rule:
        if wanted is not None:
            return _filled(wanted)
        code = "K" if not settings.delete_private else ""
        if settings.retain_safe_private:
            code = code or instance.safety(element)
        if code != "K":
            return MAP_UIDS if code == "U" else RULES.get(code, RULES["X"])
        return _kept(edit, vr, settings, instance)

    return by_safety


def _kept(edit: Element, vr: str, settings: Settings, instance: Instance) -> Rule:
    """Give the rule for a private data element that is safe in itself."""
    value = edit.value or b""
    if vr == "UI":
        return CLEAN if settings.retain_uids else MAP_UIDS
    if vr in ("DA", "DT", "TM"):
        if settings.retain_longitudinal == "off":
            return RULES["X"]
        if settings.retain_longitudinal == "full" or vr == "TM":
            return CLEAN
        moved = dates.shift(vr, value, instance.days)
        return RULES["X"] if moved is None else _put(moved)
    if vr == "PN":
        return RULES["X"]
    if vr in TEXT:
        found = text.words(charsets.decode(value, instance.character_set))
        if not instance.own.isdisjoint(found):
            return RULES["X"]
    return CLEAN


def _put(value: bytes) -> Rule:
    def apply(element: Element, instance: Instance) -> bytes:
        return encode.element(
            element.tag, element.vr or "UN", value, bool(element.vr), element.little
        )

    return Rule("C", apply)


def _filled(wanted: Replacement) -> Rule:
    def apply(element: Element, instance: Instance) -> bytes:
        value = instance.fill(wanted, element.little)
        return encode.element(
            element.tag, wanted.vr, value, bool(element.vr), element.little
        )

    return Rule("D", apply)
