"""Compile the rules of PS3.15, under the user's settings, into one table.

Who wants to know where a rule comes from hands in an empty dictionary of origins.
"""

from collections.abc import Callable
from functools import cache
from typing import Final, TypeAlias

from cordon.core.outcome import Rejected
from cordon.core.profile import (
    BULK,
    DESCEND,
    DROP,
    KEEP,
    READ,
    Element,
    Header,
    Profile,
    Rule,
)
from cordon.rules import (
    containers,
    directory,
    documents,
    graphics,
    instance,
    overlays,
    private,
    review,
    structured,
    tables,
)
from cordon.rules.actions import (
    NOTE,
    PATIENT_ID,
    PATIENT_NAME,
    RULES,
    Table,
    cleaning_rule,
    coded_rules,
    keep,
    marker_rules,
    replace,
    replaced_rule,
    rule_for,
)
from cordon.rules.blocks import block_rules
from cordon.rules.charsets import SPECIFIC_CHARACTER_SET
from cordon.rules.containers import Markers
from cordon.rules.content import content_rules
from cordon.rules.descriptions import Reviewed
from cordon.rules.dictionary import bulk_tags, is_public, public_vrs
from cordon.rules.instance import Run, begin
from cordon.rules.options import Option, decide, effective, used
from cordon.rules.origins import Origin, Origins
from cordon.rules.private import Private
from cordon.rules.pseudonyms import Pseudonyms
from cordon.rules.replacements import parse
from cordon.rules.requirements import iods
from cordon.rules.reviewed import reviewed_rules
from cordon.rules.sweep import KINDS, kind_of
from cordon.settings import Settings

MANUFACTURER: Final = 0x00080070
MODEL_NAME: Final = 0x00081090

_CURVES: Final = 0x50
_UNTOLD: Final = DESCEND._replace(otherwise=Rule("K", keep))
"""Keep what nobody knows: a sequence if it has items, else a value."""

_ASKED: Final = DESCEND._replace(otherwise=READ)
"""Keep a value that is asked for; what has items instead does not pass unseen."""

_NOT_IN_DATA_SETS: Final = frozenset((0x0000, 0x0002, 0x0004))
"""Groups of messages, file meta information and DICOMDIR (PS3.15 E.1.1)."""

_IDENTITY: Final = (
    instance.SOP_INSTANCE_UID,
    instance.STUDY_INSTANCE_UID,
    instance.SERIES_INSTANCE_UID,
)


Begin: TypeAlias = Callable[[Header, Run], "instance.Instance | Rejected"]


def compile_profile(
    settings: Settings,
    key: bytes,
    reviewed: Reviewed | None = None,
    begin: Begin = begin,
    origins: Origins | None = None,
) -> Profile:
    """Compile the profile of `settings` under a secret key of 32 bytes.

    `reviewed` are the descriptions of studies and series that a person wants, `begin`
    begins an instance; `origins` is told where the rules come from.

    Raises
    ------
    SettingsError
        A setting cannot be followed.
    """
    options = used(settings)
    replacements = parse(settings)
    public = {one.tag: one for one in replacements if not one.creator}

    def with_replaced(table: Table) -> Table:
        allowed = settings.allow_deviation
        replaced = {
            tag: replaced_rule(table.get(tag, DROP), wanted, allowed)
            for tag, wanted in public.items()
        }
        return {**table, **replaced}

    origins = {} if origins is None else origins
    laid = rules_under(settings, origins)
    rules = _with_inner_tables(laid, settings, with_replaced, origins)
    origins.update(dict.fromkeys(public, Origin("replacement")))
    inserted = public if settings.allow_deviation else {}
    inserts = {*containers.INSERTS, *inserted}
    if reviewed:
        rules = {**rules, **reviewed_rules(rules)}
        origins.update(dict.fromkeys(instance.DESCRIPTIONS, Origin("review")))
        inserts.update(instance.DESCRIPTIONS)
    follows = settings.delete_private and settings.delete_unknown
    deviates = settings.allow_deviation or not follows
    run = Run(
        settings=settings,
        pseudonyms=Pseudonyms(key),
        markers=Markers(options, deviates),
        reviewed_markers=Markers(options, deviates, reviewed=True),
        iods=iods(),
        known=_sequences(),
        spoken={**_spoken(options), **dict.fromkeys(public, KINDS)},
        inserted=inserted,
        concepts=structured.concepts(options)
        if settings.clean_structured_content
        else None,
        reviewed=reviewed or {},
    )
    wanted_private = {
        Private(one.tag >> 16, one.creator, one.tag & 0xFF): one
        for one in replacements
        if one.creator
    }
    return Profile(
        rules=_telling(rules),
        private=DROP,
        unlisted=_unlisted if settings.delete_unknown else _unknown,
        inserts=tuple(sorted(inserts)),
        begin=lambda header: begin(header, run),
        block=block_rules(settings, wanted_private),
        tells=directory.tells(),
    )


def rules_under(
    settings: Settings, origins: Origins | None = None
) -> dict[int, Rule | None]:
    """List the rule of every public tag, but for what is in some sequences."""
    options = used(settings)
    rules: dict[int, Rule | None] = {**_kept(), **_sequences()}
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
    lay(Origin("graphics", option_name), graphics.rules_for(settings, rules))
    foreign = [tag for tag in rules if tag >> 16 in _NOT_IN_DATA_SETS]
    lay(Origin("group"), dict.fromkeys(foreign, DROP))
    rules[instance.PATIENT_NAME] = PATIENT_NAME
    rules[instance.PATIENT_ID] = PATIENT_ID
    stand_in = {
        documents.ENCAPSULATED_DOCUMENT: Rule("D", _document),
        documents.ENCAPSULATED_DOCUMENT_LENGTH: Rule("D", _length),
    }
    lay(Origin("document"), stand_in)
    rules[SPECIFIC_CHARACTER_SET] = NOTE
    read = (
        instance.SOP_CLASS_UID,
        *_IDENTITY,
        *review.READ,
        *overlays.READ,
        documents.MIME_TYPE,
    )
    for tag in read:
        rules[tag] = _reading(rules[tag])
    return rules


def _with_inner_tables(
    table: Table,
    settings: Settings,
    with_replaced: Callable[[Table], Table],
    origins: Origins,
) -> Table:
    """Add the user's replacements, and sequences that have tables of their own inside.

    The inner tables are made of the outer one, so they come last; and what the user
    replaces has the last word in each.
    """
    rules = dict(table)
    if settings.clean_structured_content:
        content = content_rules()
        rules.update(content)
        by = Origin("content", "Clean Structured Content")
        origins.update(dict.fromkeys(content, by))
    rules = dict(with_replaced(rules))
    if settings.clean_structured_content:
        inside = with_replaced({**rules, **dict.fromkeys(structured.NAMES, NOTE)})
        rules[structured.CONCEPT_NAME] = DESCEND._replace(inside=inside)
    if settings.clean_descriptors:
        rules.update(coded_rules(rules, with_replaced))
    if settings.retain_safe_private:
        inside = {**rules, **dict.fromkeys(private.DECLARATIONS, NOTE)}
        declaring = DESCEND._replace(inside=inside, declares=True)
        rules[private.CHARACTERISTICS] = declaring
    markers = marker_rules(rules)
    rules.update(markers)
    origins.update(dict.fromkeys(markers, Origin("marker")))
    return rules


def _telling(rules: Table) -> Table:
    """Make the rules see what a directory says of the result, even if it stays."""
    telling = dict(rules)
    for tag in directory.tells():
        rule = rules[tag]
        if rule is KEEP or rule is BULK:
            telling[tag] = _ASKED
        elif rule.descends:
            telling[tag] = rule._replace(counts=True)
    return telling


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
        return _ASKED
    return (RULES["X"] if rule is DROP else rule)._replace(reads=True)


@cache
def _kept() -> dict[int, Rule | None]:
    """List every public tag as what stays."""
    bulk = bulk_tags()
    return {tag: BULK if tag in bulk else KEEP for tag in public_vrs()}


@cache
def _sequences() -> dict[int, Rule | None]:
    """List every public sequence as one that stays."""
    return {tag: DESCEND for tag, vr in public_vrs().items() if vr == "SQ"}


@cache
def _gathering() -> dict[int, Rule | None]:
    """List what identifies, for sequences that go: it must not be elsewhere either."""
    found: dict[int, Rule | None] = {**dict.fromkeys(public_vrs()), **_sequences()}
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


def _spoken(options: tuple[Option, ...]) -> dict[int, frozenset[str]]:
    """List what may be said where: what an option keeps, and who made the device."""
    makers = dict.fromkeys((MANUFACTURER, MODEL_NAME), frozenset(("institution",)))
    for row in tables.read("profile.csv"):
        if "x" not in row["tag"] and row["keyword"] and effective(row, options) == "K":
            kind = "uid" if row["vr"] == "UI" else kind_of(row["keyword"], row["vr"])
            makers[int(row["tag"], 16)] = frozenset((kind,))
    return makers


def _unlisted(tag: int) -> Rule | None:
    """Decide on an even group: what no dictionary knows cannot be judged, so it goes."""
    return KEEP if is_public(tag) else DROP


def _unknown(tag: int) -> Rule | None:
    """Decide on an even group, where unknown data elements are kept."""
    illegal = tag >> 16 in _NOT_IN_DATA_SETS or not tag & 0xFFFF
    # all of a curve is listed (50xx,xxxx)
    return DROP if illegal or tag >> 24 == _CURVES else _UNTOLD
