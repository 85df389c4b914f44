"""What becomes of each attribute, as the profile is compiled: a table of the manual."""

from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import Any, Final, NamedTuple

from manual_markup import table

from cordon.rules import tables
from cordon.rules.dictionary import attributes as dictionary
from cordon.rules.options import OPTIONS, Option, effective
from cordon.rules.table import rules_under
from cordon.settings import Settings

_SHORT: Final = {
    "clean_graphics": "Gra",
    "clean_structured_content": "Str",
    "clean_descriptors": "Des",
    "retain_longitudinal_full": "Full",
    "retain_longitudinal_modified": "Mod",
    "retain_patient_characteristics": "Pat",
    "retain_device_identity": "Dev",
    "retain_uids": "UIDs",
    "retain_safe_private": "Priv",
    "retain_institution_identity": "Inst",
}
"""Heads of the columns of the table of attributes."""


class Attribute(NamedTuple):
    """What becomes of an attribute: without options, and with each of them alone."""

    tag: str
    keyword: str
    name: str
    listed: str  # its code in Table E.1-1; empty if that leaves it out
    basic: str
    codes: tuple[str, ...]


def attributes() -> Iterator[Attribute]:
    """Tell of each attribute of Table E.1-1, and of our additions, what it becomes."""
    for row in tables.read("profile.csv"):
        yield _attribute(row, row["basic"])
    for row in tables.read("additions.csv"):
        yield _attribute(row, "")


def _attribute(row: Mapping[str, str], listed: str) -> Attribute:
    basic = _code(row, None)
    found = ((option, _code(row, option)) for option in OPTIONS)
    codes = (code if _speaks(row, option, code) else "" for option, code in found)
    keyword = row["keyword"]
    name = row.get("name") or _names().get(keyword, keyword)
    tag = f"{row['tag'][:4]},{row['tag'][4:]}"
    return Attribute(tag, keyword, name, listed, basic, tuple(codes))


@cache
def _names() -> Mapping[str, str]:
    return {keyword: name for _, keyword, name, _ in dictionary()}


def _speaks(row: Mapping[str, str], option: Option, code: str) -> bool:
    return bool(row.get(option.column)) or code != _code(row, None)


def _code(row: Mapping[str, str], option: Option | None) -> str:
    """Give the code that is obeyed, as compiled; for masks that of the table."""
    if row["keyword"] and "x" not in row["tag"]:
        rule = _rules(option)[int(row["tag"], 16)]
        return rule.code if rule else "K"
    return effective(row, (option,) if option else ())


@cache
def _rules(option: Option | None) -> Mapping[int, Any]:
    chosen: dict[str, Any] = {option.setting: option.value} if option else {}
    return rules_under(Settings(**chosen))


def rows() -> str:
    """Write the table of all attributes."""
    heads = "".join(
        f'<th scope=col><abbr title="{option.name}">{_SHORT[option.column]}</abbr></th>'
        for option in OPTIONS
    )
    head = f"<th scope=col>Tag</th><th scope=col>Attribute</th><th scope=col>Basic</th>{heads}"
    return table(head, map(_attribute_row, attributes()), id_="table")


def _attribute_row(one: Attribute) -> str:
    cells = "".join(f"<td>{code}</td>" for code in one.codes)
    differs = f" <small>(table: {one.listed or 'none'})</small>"
    basic = one.basic + (differs if one.basic != one.listed else "")
    anchor = one.tag.replace(",", "")
    title = escape(f"{one.keyword or one.name} ({one.tag})")
    keyword = f' <code class="keyword">{one.keyword}</code>' if one.keyword else ""
    return (
        f'<tr id="a{anchor}" data-title="{title}"><td><code>{one.tag}</code></td>'
        f"<td>{escape(one.name)}{keyword}</td><td>{basic}</td>{cells}</tr>\n"
    )


def columns() -> str:
    """Write what the heads of the options stand for."""
    lines = (
        f"<tr><th scope=row>{_SHORT[option.column]}</th><td>{option.name}</td>"
        f"<td>{option.code.decode()}</td><td>PS3.15 {option.section}</td></tr>\n"
        for option in OPTIONS
    )
    heads = ("Column", "Option, by itself", "Code", "Section")
    return table("".join(f"<th scope=col>{head}</th>" for head in heads), lines)
