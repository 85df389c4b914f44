"""Compile the rules of PS3.15, under the user's settings, into one profile."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from cordon.core.outcome import Rejected
from cordon.core.profile import (
    BULK,
    DESCEND,
    DROP,
    KEEP,
    Header,
    Profile,
    Rule,
)
from cordon.rules import (
    containers,
    directory,
    instance,
    private,
    structured,
    tables,
)
from cordon.rules.actions import (
    NOTE,
    Table,
    coded_rules,
    keep,
    marker_rules,
    replaced_rule,
)
from cordon.rules.blocks import block_rules
from cordon.rules.containers import Markers
from cordon.rules.content import content_rules
from cordon.rules.counting import counted
from cordon.rules.descriptions import Reviewed
from cordon.rules.dictionary import LAST_PLANE, is_public
from cordon.rules.instance import Run, begin
from cordon.rules.options import Option, effective, used
from cordon.rules.origins import Origin, Origins
from cordon.rules.private import Private
from cordon.rules.pseudonyms import Pseudonyms
from cordon.rules.replacements import Replacement, parse
from cordon.rules.requirements import iods
from cordon.rules.reviewed import reviewed_rules
from cordon.rules.sweep import KINDS, kind_of
from cordon.rules.table import ASKED, NOT_IN_DATA_SETS, rules_under, sequences
from cordon.settings import Settings

MANUFACTURER: Final = 0x00080070
MODEL_NAME: Final = 0x00081090

_CURVES, _OVERLAYS = 0x50, 0x60
_UNTOLD: Final = DESCEND._replace(otherwise=Rule("K", keep))
"""Keep what nobody knows: a sequence if it has items, else a value."""


Begin: TypeAlias = Callable[[Header, Run], "instance.Instance | Rejected"]


def compile_profile(
    settings: Settings, key: bytes, reviewed: Reviewed | None = None
) -> Profile:
    """Compile the profile of `settings` under a secret key of 32 bytes.

    `reviewed` are the descriptions of studies and series that a person wants.

    Raises
    ------
    SettingsError
        A setting cannot be followed.
    """
    profile, origins = compile_plain(settings, key, reviewed)
    return counted(profile, origins, settings)


def compile_plain(
    settings: Settings,
    key: bytes,
    reviewed: Reviewed | None = None,
    begin: Begin = begin,
) -> tuple[Profile, Origins]:
    """Compile a profile that counts no options, and tell where its rules come from.

    `begin` begins an instance; else as `compile_profile`.
    """
    origins: Origins = {}
    replacements = parse(settings)
    public = {one.tag: one for one in replacements if not one.creator}
    wanted_private = {
        Private(one.tag >> 16, one.creator, one.tag & 0xFF): one
        for one in replacements
        if one.creator
    }
    rules = rules_under(settings, origins)
    _complete(rules, settings, public, origins)
    run = _run(settings, Pseudonyms(key), public, reviewed or {})
    inserts = {*containers.INSERTS, *run.inserted}
    if reviewed:
        rules.update(reviewed_rules(rules))
        origins.update(dict.fromkeys(instance.DESCRIPTIONS, Origin("review")))
        inserts.update(instance.DESCRIPTIONS)
    _tell(rules)
    profile = Profile(
        rules=rules,
        private=DROP,
        unlisted=_unlisted if settings.delete_unknown else _unknown,
        inserts=tuple(sorted(inserts)),
        begin=lambda header: begin(header, run),
        block=block_rules(settings, wanted_private),
        tells=directory.tells(),
    )
    return profile, origins


def _run(
    settings: Settings,
    pseudonyms: Pseudonyms,
    public: Mapping[int, Replacement],
    reviewed: Reviewed,
) -> Run:
    """Gather what all instances share."""
    options = used(settings)
    follows = settings.delete_private and settings.delete_unknown
    deviates = settings.allow_deviation or not follows
    return Run(
        settings=settings,
        pseudonyms=pseudonyms,
        markers=Markers(options, deviates),
        reviewed_markers=Markers(options, deviates, reviewed=True),
        iods=iods(),
        known=sequences(),
        spoken={**_spoken(options), **dict.fromkeys(public, KINDS)},
        inserted=public if settings.allow_deviation else {},
        concepts=structured.concepts(options)
        if settings.clean_structured_content
        else None,
        reviewed=reviewed,
    )


def _complete(
    rules: dict[int, Rule | None],
    settings: Settings,
    public: Mapping[int, Replacement],
    origins: Origins,
) -> None:
    """Add the user's replacements, and sequences that have tables of their own inside.

    The inner tables are made of the outer one, so they come last; and what the user
    replaces has the last word in each.
    """

    def replaced(table: Table) -> dict[int, Rule | None]:
        allowed = settings.allow_deviation
        return {
            tag: replaced_rule(table.get(tag, DROP), wanted, allowed)
            for tag, wanted in public.items()
        }

    if settings.clean_structured_content:
        content = content_rules()
        rules.update(content)
        by = Origin("content", "Clean Structured Content")
        origins.update(dict.fromkeys(content, by))
    rules.update(replaced(rules))
    origins.update(dict.fromkeys(public, Origin("replacement")))
    if settings.clean_structured_content:
        inside = {**rules, **dict.fromkeys(structured.NAMES, NOTE)}
        inside.update(replaced(inside))
        rules[structured.CONCEPT_NAME] = DESCEND._replace(inside=inside)
    if settings.clean_descriptors:
        rules.update(coded_rules(rules, replaced))
    if settings.retain_safe_private:
        inside = {**rules, **dict.fromkeys(private.DECLARATIONS, NOTE)}
        declaring = DESCEND._replace(inside=inside, declares=True)
        rules[private.CHARACTERISTICS] = declaring
    markers = marker_rules(rules)
    rules.update(markers)
    origins.update(dict.fromkeys(markers, Origin("marker")))


def _tell(rules: dict[int, Rule | None]) -> None:
    """Make the rules see what a directory says of the result, even if it stays."""
    for tag in directory.tells():
        rule = rules[tag]
        if rule is KEEP or rule is BULK:
            rules[tag] = ASKED
        elif rule.descends:
            rules[tag] = rule._replace(counts=True)


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
    illegal = tag >> 16 in NOT_IN_DATA_SETS or not tag & 0xFFFF
    # all of a curve is listed (50xx,xxxx); and of overlays there are no more (PS3.5 7.6)
    kind, plane = tag >> 24, tag >> 16 & 0xFF
    shows = kind == _CURVES or (kind == _OVERLAYS and plane > LAST_PLANE)
    return DROP if illegal or shows else _UNTOLD
