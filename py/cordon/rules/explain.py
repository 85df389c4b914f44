"""The profile in words: the conformance statement that PS3.15 E.1.3 asks for.

Made from the compiled table, so it says what the engine does and not what it should.
"""

from collections.abc import Iterator

from cordon.core.profile import Rule
from cordon.rules import documents, tables
from cordon.rules.options import OPTIONS, used
from cordon.rules.private import safe_vrs
from cordon.rules.pseudonyms import DAYS_A_WEEK, MAX_WEEKS
from cordon.rules.requirements import iods
from cordon.rules.table import rules_under
from cordon.settings import Settings

_ACTIONS = {
    "X": "removed",
    "Z": "emptied",
    "D": "replaced by a dummy",
    "U": "replaced by new UIDs",
    "C": "cleaned",
    "K": "kept",
    "X/Z": "removed, or emptied where the IOD requires it (Type 2)",
    "X/D": "removed, or replaced by a dummy where the IOD requires it (Type 1 and 2)",
    "Z/D": "emptied, or replaced by a dummy where the IOD requires a value (Type 1)",
    "X/Z/D": "removed, emptied or replaced by a dummy, as its Type in the IOD asks",
    "X/Z/U*": "removed or emptied, or kept with new UIDs where the IOD requires it",
}
"""Codes of PS3.15 Table E.1-1a and what they do, in the order they are told."""


def explain(settings: Settings) -> str:
    """Describe in Markdown what is done under `settings`."""
    return "\n".join((*_summary(settings), "", *_attributes(settings)))


def statement(settings: Settings) -> Iterator[tuple[str, str]]:
    """Say what is done to what, under `settings`; `code` is between backticks."""
    names = ", ".join(option.name for option in used(settings))
    yield "Profile", f"PS3.15 edition 2026d, {_basic()}; options: {names or 'none'}"
    yield from _elements(settings)
    yield from _manner(settings)


def attributes(settings: Settings) -> Iterator[tuple[str, str, list[str]]]:
    """List attributes of the tables by action code, with what the code means."""
    rules = rules_under(settings)
    listed: dict[str, list[str]] = {code: [] for code in _ACTIONS}
    for row in (*tables.read("profile.csv"), *tables.read("additions.csv")):
        if row["keyword"] and "x" not in row["tag"]:
            tag = int(row["tag"], 16)
            listed[_code(rules[tag])].append(f"{row['keyword']} ({_spell(tag)})")
    for code, found in listed.items():
        if found:
            yield code, _ACTIONS[code], sorted(found)


def _summary(settings: Settings) -> Iterator[str]:
    yield "| What | What happens |"
    yield "| --- | --- |"
    for what, happens in statement(settings):
        yield f"| {what} | {happens} |"
    yield ""
    yield "| Option | Code | Section | Setting | Kept | Cleaned |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for option in OPTIONS:
        codes = [row[option.column] for row in tables.read("profile.csv")]
        setting = f"{option.setting} = {_spelled(option.value)}"
        yield (
            f"| {option.name} | {option.code.decode()} | {option.section} "
            f"| `{setting}` | {codes.count('K')} | {codes.count('C')} |"
        )


def _basic() -> str:
    return "Basic Application Level Confidentiality Profile"


def _elements(settings: Settings) -> Iterator[tuple[str, str]]:
    """Say what happens to each kind of data element."""
    yield "Attributes of Table E.1-1", "by their action code, at every depth; see below"
    yield (
        "Compound codes",
        f"resolved by the Type at that place in each of {len(set(iods().values()))} IODs;"
        " in an unknown SOP Class never removed where a requirement may be",
    )
    yield (
        "Patient's Name, Patient ID",
        "one pseudonym for both, the same wherever the patient is met",
    )
    if settings.retain_uids:
        yield "UIDs", "kept; a date that is found in one is reported"
    else:
        yield (
            "UIDs",
            "new ones under `2.25.`, the same for the same original in data set, items and"
            " file meta information, in every instance under the same key; UIDs that"
            " DICOM registers stay",
        )
    if not settings.delete_private:
        yield "Private data elements", "kept, but for names, UIDs and dates in them"
    elif settings.retain_safe_private:
        yield (
            "Private data elements",
            f"removed but for {len(safe_vrs())} of Table E.3.10-1 and those that (0008,0300)"
            " declares safe; what stays passes the rules for UIDs, dates and names",
        )
    else:
        yield "Private data elements", "removed"
    unknown = "removed" if settings.delete_unknown else "kept"
    yield "Data elements in no dictionary", unknown
    yield "Groups 0000, 0002, 0004; group lengths; padding", "removed"
    yield "Other public data elements", "kept byte for byte; pixel data always"
    yield (
        "Preamble, file meta information",
        "written anew; nothing of the old ones passes",
    )
    graphics = "geometry kept, text cleaned" if settings.clean_graphics else "removed"
    yield "Overlays, curves, graphic annotations", graphics
    if not settings.clean_graphics:
        yield "Overlays in unused bits of the pixel data", "the bits are cleared"
    yield (
        "Encapsulated documents",
        f"replaced by an empty one of the same type ({', '.join(_types())}), or rejected",
    )
    content = "cleaned item by item, by Table E.3.4-1; text as descriptors are"
    if not settings.clean_structured_content:
        content = "replaced by one item that says nothing"
    yield "Content of structured reports", content


def _manner(settings: Settings) -> Iterator[tuple[str, str]]:
    """Say how it is done, as E.1.3 and E.3 ask."""
    yield "Dummies", "the same for everybody, legal for the VR; text reads ANONYMIZED"
    dates = {
        "off": "as their action codes say; REMOVED is marked",
        "full": "kept; UNMODIFIED is marked",
        "modified": f"moved back by whole weeks, 1 to {MAX_WEEKS} of {DAYS_A_WEEK} days, the"
        " same for all of a patient under the same key; times of day stay; what is no"
        " date is treated as without the option; MODIFIED is marked",
    }
    yield "Dates and times", dates[settings.retain_longitudinal]
    if settings.clean_descriptors:
        yield (
            "Descriptors",
            "words on a list of medical and technical terms stay, all else goes, the"
            " instance's own identifiers always",
        )
    yield (
        "Inserted",
        "(0012,0062), (0012,0063), (0012,0064), (0028,0303), and what the IOD requires of"
        " a dummy sequence",
    )
    yield (
        "Referential integrity",
        "all instances de-identified under one key: those of a run, or of all runs and"
        " sites that share a passphrase",
    )
    yield "Encrypted attributes", "none are made; (0400,0500) is removed"
    sweep = {
        "reject": "an instance in which an identifier of its own is found is not released",
        "warn": "an instance in which an identifier of its own is found is reported",
        "off": "none",
    }
    yield "Last look before release", sweep[settings.sweep]
    burned = {
        "warn": "reported, where declared or likely",
        "reject": "rejected, where declared or likely",
        "ignore": "not looked at",
    }
    yield "Text burned into pixels", burned[settings.burned_in]
    yield (
        "Not done",
        "pixels are not cleaned (E.3.1, E.3.2); metadata inside compressed frames stays",
    )


def _attributes(settings: Settings) -> Iterator[str]:
    for code, meaning, found in attributes(settings):
        yield "<details>"
        yield f"<summary>{code}: {meaning} ({len(found)} attributes)</summary>"
        yield ""
        yield ", ".join(found)
        yield ""
        yield "</details>"


def _code(rule: Rule | None) -> str:
    return "K" if rule is None else rule.code


def _types() -> list[str]:
    return [f"`{name.decode()}`" for name in documents.DOCUMENTS]


def _spell(tag: int) -> str:
    return f"{tag >> 16:04X},{tag & 0xFFFF:04X}"


def _spelled(value: bool | str) -> str:
    return str(value).lower()
