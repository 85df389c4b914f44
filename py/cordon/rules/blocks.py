"""Rules for private data elements, where not all of them go (PS3.15 E.3.10).

What is kept still passes the rules: UIDs are replaced, dates treated as the options
say, names removed, and text that holds a word of the instance's own identifiers too.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from cordon.core import encode
from cordon.core.profile import DESCEND, DROP, Element, Path, Rule
from cordon.rules import charsets, dates, private, text
from cordon.rules.actions import CLEAN, MAP_UIDS, RULES, TEXT, keep
from cordon.rules.instance import Instance
from cordon.rules.private import Block, Private
from cordon.rules.replacements import Replacement
from cordon.rules.values import DUMMIES
from cordon.settings import Settings

_RECOMMENDED: Final = frozenset("DZXU")
"""Action codes that an instance may recommend for what identifies (0008,0307)."""


def block_rules(
    settings: Settings, wanted: Mapping[Private, Replacement]
) -> Block | None:
    """Make what tells the rule of a private data element; None if all of them go."""
    keeps_all = not settings.delete_private
    if not (keeps_all or settings.retain_safe_private or wanted):
        return None

    @lru_cache(maxsize=1 << 12)
    def rule(element: Private, vr: str, declared: bool) -> Rule:
        nested = _sequence(element, prunes=not keeps_all)
        if vr == "SQ":
            return nested
        untold = vr in ("", "UN")
        choose = _chooser(element, vr, settings, wanted.get(element))
        reads = vr in private.READ or (untold and declared)
        plain = Rule("K", keep, reads=reads, choose=choose)
        return nested._replace(otherwise=plain) if untold else plain

    @lru_cache(maxsize=1 << 14)
    def block(tag: int, creator: bytes | None, found: bytes, declared: bool) -> Rule:
        element = private.identify(tag, creator)
        if element is None:
            if not keeps_all or not private.is_legal(tag):
                return DROP
            element = Private(tag >> 16, "", tag & 0xFF)
        vr = private.vr_of(element, found.decode("latin-1"))
        stays = keeps_all or element in wanted
        if settings.retain_safe_private:
            stays = stays or declared or vr == "SQ" or element in private.safe_vrs()
        return rule(element, vr, declared) if stays else DROP

    return block


def _sequence(element: Private, prunes: bool) -> Rule:
    """Make the rule for a private sequence: item by item, unless declared unsafe."""

    def by_declaration(edit: Element, path: Path, instance: Instance) -> Rule:
        declared = instance.declared.action(element)
        return RULES["X"] if declared in _RECOMMENDED else rule

    rule = DESCEND._replace(prunes=prunes)
    return rule._replace(choose=by_declaration)


def _chooser(
    element: Private, vr: str, settings: Settings, wanted: Replacement | None
) -> Callable[[Element, Path, Instance], Rule]:
    """Make the choice for one private data element, once its instance is known."""

    def by_safety(edit: Element, path: Path, instance: Instance) -> Rule:
        if wanted is not None and settings.allow_deviation:
            return _filled(wanted)
        if wanted is not None:
            instance.note("replacement-ignored", path, edit.tag)
        code = instance.declared.action(element)
        if code not in _RECOMMENDED:
            kept = not settings.delete_private
            kept |= settings.retain_safe_private and (
                code == "K" or element in private.safe_vrs()
            )
            return _kept(edit, vr, settings, instance) if kept else RULES["X"]
        if code == "D":
            dummy = DUMMIES.get(vr, DUMMIES["UN"])
            # the VR that is written may be UN, and would pad it otherwise
            return _put(dummy + b" " * (len(dummy) % 2), "D")
        if code == "U":
            return _put(instance.pseudonyms.uids(edit.value or b""), "U")
        return RULES[code]

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


@lru_cache(maxsize=1 << 12)
def _put(value: bytes, code: str = "C") -> Rule:
    def apply(element: Element, instance: Instance) -> bytes:
        return encode.element(
            element.tag, element.vr or "UN", value, bool(element.vr), element.little
        )

    return Rule(code, apply)


def _filled(wanted: Replacement) -> Rule:
    def apply(element: Element, instance: Instance) -> bytes:
        value = instance.fill(wanted, element.little)
        return encode.element(
            element.tag, wanted.vr, value, bool(element.vr), element.little
        )

    return Rule("D", apply)
