"""The rule of every public tag, made of the tables of PS3.15 under the user's settings.

Who wants to know where a rule comes from hands in an empty dictionary of origins.
"""

from functools import cache
from typing import Final

from cordon.core.profile import BULK, DESCEND, DROP, KEEP, READ, Element, Rule
from cordon.rules import documents, graphics, instance, overlays, review, tables
from cordon.rules.actions import (
    NOTE,
    PATIENT_ID,
    PATIENT_NAME,
    RULES,
    Table,
    cleaning_rule,
    replace,
    rule_for,
)
from cordon.rules.charsets import SPECIFIC_CHARACTER_SET
from cordon.rules.dictionary import bulk_tags, public_vrs
from cordon.rules.options import decide, used
from cordon.rules.origins import Origin, Origins
from cordon.rules.sweep import kind_of
from cordon.settings import Settings

ASKED: Final = DESCEND._replace(otherwise=READ)
"""Keep a value that is asked for; what has items instead does not pass unseen."""

NOT_IN_DATA_SETS: Final = frozenset((0x0000, 0x0002, 0x0004))
"""Groups of messages, file meta information and DICOMDIR (PS3.15 E.1.1)."""

_DATA_SET: Final = 0x00080000
"""The first tag of a data set."""

_READ: Final = (
    instance.SOP_CLASS_UID,
    instance.SOP_INSTANCE_UID,
    instance.STUDY_INSTANCE_UID,
    instance.SERIES_INSTANCE_UID,
    *review.READ,
    *overlays.READ,
    documents.MIME_TYPE,
)
"""Attributes that are read whatever becomes of them."""


def rules_under(
    settings: Settings, origins: Origins | None = None
) -> dict[int, Rule | None]:
    """List the rule of every public tag, but for what is in some sequences."""
    options = used(settings)
    rules: dict[int, Rule | None] = {**_kept(), **sequences()}
    origins = {} if origins is None else origins

    def lay(by: Origin, table: Table) -> None:
        rules.update(table)
        origins.update(dict.fromkeys(table, by))

    if not settings.retain_uids:
        mapped = dict.fromkeys(_other_uids(), rule_for(0, "U", "", {}))
        lay(Origin("uid"), mapped)
    for row in (*tables.read("additions.csv"), *tables.read("profile.csv")):
        if "x" in row["tag"] or not row["keyword"]:
            continue
        tag, vr = int(row["tag"], 16), row["vr"]
        code, option = decide(row, options)
        by = "addition" if "reason" in row else "table"
        origins[tag] = Origin(by, option.name if option else "")
        kind = kind_of(row["keyword"], vr)
        if code == "C":
            rules[tag] = cleaning_rule(tag, vr, row["basic"], kind)
        else:
            rules[tag] = rule_for(tag, code, kind, _gathering())
    option_name = "Clean Graphics" if settings.clean_graphics else ""
    lay(Origin("graphics", option_name), graphics.rules_for(settings))
    foreign = [
        tag for tag in rules if tag < _DATA_SET and tag >> 16 in NOT_IN_DATA_SETS
    ]
    lay(Origin("group"), dict.fromkeys(foreign, DROP))
    rules[instance.PATIENT_NAME] = PATIENT_NAME
    rules[instance.PATIENT_ID] = PATIENT_ID
    lay(Origin("document"), _stand_ins())
    rules[SPECIFIC_CHARACTER_SET] = NOTE
    rules.update({tag: _reading(rules[tag]) for tag in _READ})
    return rules


def _stand_ins() -> Table:
    """Make the rules for documents."""
    return {
        documents.ENCAPSULATED_DOCUMENT: Rule("D", _document),
        documents.ENCAPSULATED_DOCUMENT_LENGTH: Rule("D", _length),
    }


def _document(element: Element, of: instance.Instance) -> bytes:
    """Put a document in place that says nothing."""
    return replace(element, of.document())


def _length(element: Element, of: instance.Instance) -> bytes:
    """Tell the length of that document."""
    order: Final = "little" if element.little else "big"
    return replace(element, len(of.document()).to_bytes(4, order))


def _reading(rule: Rule | None) -> Rule:
    """Make a rule look at the value as well."""
    if rule is None:
        return ASKED
    return (RULES["X"] if rule is DROP else rule)._replace(reads=True)


@cache
def _kept() -> dict[int, Rule | None]:
    """List every public tag as what stays."""
    return {**dict.fromkeys(public_vrs(), KEEP), **dict.fromkeys(bulk_tags(), BULK)}


@cache
def sequences() -> dict[int, Rule | None]:
    """List every public sequence as one that stays."""
    return {tag: DESCEND for tag, vr in public_vrs().items() if vr == "SQ"}


@cache
def _gathering() -> dict[int, Rule | None]:
    """List what identifies, for sequences that go: it must not be elsewhere either."""
    found: dict[int, Rule | None] = {**dict.fromkeys(public_vrs()), **sequences()}
    for row in tables.read("profile.csv"):
        kind = "uid" if row["basic"] == "U" else kind_of(row["keyword"], row["vr"])
        if kind and "x" not in row["tag"]:
            gathered = RULES["X"]._replace(reads=True, kind=kind)
            found[int(row["tag"], 16)] = gathered
    found[SPECIFIC_CHARACTER_SET] = NOTE
    return found


def _other_uids() -> list[int]:
    """List attributes with UIDs to replace that Table E.1-1 leaves out."""
    rows = tables.read("uids.csv")
    return [int(row["tag"], 16) for row in rows if row["action"] == "U"]
