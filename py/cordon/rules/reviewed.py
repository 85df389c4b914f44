"""What a person has decided on descriptions outranks the profile.

It is the cleaning that PS3.15 E.3.5 asks for, of these two attributes at the top level
of the instances meant; the last look before release still judges the result.
"""

from collections.abc import Mapping

from cordon.core.profile import DROP, Element, Path, Rule
from cordon.rules.actions import RULES, put
from cordon.rules.instance import DESCRIPTIONS, Instance


def reviewed_rules(table: Mapping[int, Rule | None]) -> dict[int, Rule | None]:
    """Make the rules for descriptions; those of `table` are for what is not reviewed."""
    return {tag: _rule(table[tag] or DROP) for tag in DESCRIPTIONS}


def _rule(rule: Rule) -> Rule:
    base = RULES["X"] if rule is DROP else rule

    def by_review(element: Element, path: Path, instance: Instance) -> Rule:
        if path or element.tag not in instance.reviewed:
            return base if base.choose is None else base.choose(element, path, instance)
        value = instance.description(element.tag)
        return put(value, "C") if value else RULES["X"]

    return base._replace(choose=by_review)
