"""Rules for what is in content items, where they are cleaned (PS3.15 E.3.4)."""

from cordon.core.profile import DESCEND, Element, Path, Rule
from cordon.rules import structured
from cordon.rules.actions import (
    CLEAN,
    MAP_UIDS,
    NOTE,
    RULES,
    clean_text,
    keep,
    put,
)
from cordon.rules.instance import Instance
from cordon.rules.values import DUMMIES

TEXT_VALUE = 0x0040A160
UID_VALUE = 0x0040A124


def content_rules() -> dict[int, Rule | None]:
    """List the rules for attributes of content items."""
    items = DESCEND._replace(counts=True)
    return {
        **dict.fromkeys(structured.SEQUENCES, items),
        structured.CONTENT: items._replace(prunes=True),
        structured.VALUE_TYPE: NOTE,
        structured.REFERENCED_ITEM: Rule("K", keep, reads=True, choose=_referring),
        TEXT_VALUE: Rule("C", keep, reads=True, choose=_text),
        UID_VALUE: MAP_UIDS._replace(choose=_uid),
    }


def _text(element: Element, path: Path, instance: Instance) -> Rule:
    """Clean the text of an item, listed or not: no text is safe by its place."""
    if instance.item_action in ("D", "X"):
        return RULES["D"]
    if instance.item_action == "K":
        return CLEAN
    value = clean_text(element.value or b"", "UT", instance)
    if value is None:
        return put(DUMMIES["UT"])
    return CLEAN if value == element.value else put(value, "C")


def _uid(element: Element, path: Path, instance: Instance) -> Rule:
    return CLEAN if instance.item_action == "K" else MAP_UIDS


def _referring(element: Element, path: Path, instance: Instance) -> Rule:
    """Follow an item to its new position."""
    value = instance.refer(element)
    return CLEAN if value is None or value == element.value else put(value, "C")
