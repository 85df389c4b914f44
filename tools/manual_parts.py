"""The parts of the manual that are made: options, messages, attributes, arguments.

All of it comes from what the page and the engine themselves obey. The tables are HTML;
a row with `data-title` is found by the search of the manual.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

import manual_attributes
from manual_markup import table

from cordon import __version__
from cordon.arguments import parser
from cordon.rules.explain import statement
from cordon.settings import Settings, schema

ABSENT: Final = ("clean_pixel_data", "clean_visual_features")
"""Options of PS3.15 that this version does not have."""

Words = Mapping[str, str]


def parts(root: Path) -> dict[str, str]:
    """Make all parts, by name."""
    words = json.loads((root / "js/words/en.json").read_text("utf-8"))
    settings = root / "js" / "settings"
    page = json.loads((settings / "page.schema.json").read_text("utf-8"))["properties"]
    engine = schema()["properties"]
    standard = [key for key in engine if f"{key}.code" in words]
    return {
        "version": __version__,
        "options-standard": _settings(words, {key: engine[key] for key in standard}),
        "options-absent": "".join(_absent(words, key) for key in ABSENT),
        "options-engine": _settings(
            words, {key: engine[key] for key in engine if key not in standard}
        ),
        "options-page": _settings(words, page),
        "presets": _presets(
            words, json.loads((settings / "presets.json").read_text("utf-8"))
        ),
        "problems": _messages(words, "problem"),
        "failures": _messages(words, "failure"),
        "notes": _messages(words, "note"),
        "statement": _statement(),
        "columns": manual_attributes.columns(),
        "attributes": manual_attributes.rows(),
        "usage": escape(f"usage: {parser().usage}"),
        "arguments": "".join(_arguments(parser())),
    }


# ------------------------------------------------------------------- options


def _settings(words: Words, properties: Mapping[str, Any]) -> str:
    return "".join(_setting(words, key, rule) for key, rule in properties.items())


def _setting(words: Words, key: str, rule: Mapping[str, Any]) -> str:
    """Say what a setting does, what it costs, and how it is written down."""
    said = [words.get(f"{key}.help"), words.get(f"{key}.cost")]
    if key == "replacements":
        said = [words["replacements.intro"]]
    help_ = " ".join(text for text in said if text)
    exact = rule.get("description", "")
    return (
        f'<section class="setting">\n{_title(words, key)}\n'
        + (f"<p>{escape(help_)}</p>\n" if help_ else "")
        + (f'<p class="muted">{escape(exact)}</p>\n' if exact else "")
        + f'<p class="values"><code>{key}</code>: {_values(words, key, rule)}</p>\n'
        "</section>\n"
    )


def _title(words: Words, key: str) -> str:
    places = (f"{key}.title", f"options.{key}", f"view.{key}")
    title = next(words[place] for place in places if place in words)
    code = words.get(f"{key}.code", "")
    shown = f" <code>{escape(code)}</code>" if code else ""
    return f'<h3 id="{key}">{escape(title)}{shown}</h3>'


def _values(words: Words, key: str, rule: Mapping[str, Any]) -> str:
    """List the values that are allowed, the default marked."""
    if rule["type"] == "array":
        return "any number of <code>TAG=VALUE</code>; none by default"
    if rule["type"] == "integer":
        low, high, usual = rule["minimum"], rule["maximum"], rule["default"]
        return f"{low} to {high}; {usual} by default"
    return ", ".join(_value(words, key, one, rule["default"]) for one in rule["enum"])


def _value(words: Words, key: str, value: bool | str, default: bool | str) -> str:
    spelled = str(value).lower()
    meaning = words.get(f"{key}.{spelled}", "")
    shown = f"<code>{spelled}</code>" + (f" {escape(meaning)}" if meaning else "")
    return f"{shown} <b>(default)</b>" if value == default else shown


def _absent(words: Words, key: str) -> str:
    help_ = escape(words[f"{key}.help"])
    title = _title(words, key)
    return f'<section class="setting">\n{title}\n<p>{help_}</p>\n</section>\n'


def _presets(words: Words, presets: Mapping[str, Mapping[str, Any]]) -> str:
    """Tell the settings of each preset side by side."""
    names = list(presets)
    heads = (f"<th scope=col>{escape(words[f'preset.{one}'])}</th>" for one in names)
    rows = []
    keys = {key: None for preset in presets.values() for key in preset}
    for key in (one for one in schema()["properties"] if one in keys):
        cells = (_chosen(words, key, presets[one].get(key)) for one in names)
        title = escape(words[f"{key}.title"])
        link = f'<a href="options.html#{key}">{title}</a>'
        rows.append(f"<tr><th scope=row>{link}</th>{''.join(cells)}</tr>\n")
    return table(f"<th scope=col>Option</th>{''.join(heads)}", rows)


def _chosen(words: Words, key: str, value: bool | str | None) -> str:
    if isinstance(value, str):
        return f"<td>{escape(words[f'{key}.{value}'])}</td>"
    return f"<td>{'yes' if value else 'no'}</td>"


# ------------------------------------------------------------------ messages


def _messages(words: Words, kind: str) -> str:
    """List the messages of a kind by their codes, with what to do if that is said."""
    rows = []
    for key, text in words.items():
        group, _, code = key.partition(".")
        if group != kind or "." in code:
            continue
        advice = words.get(f"{key}.advice", "")
        said = f"{_capital(text)}. {advice}" if advice else _capital(text)
        rows.append(
            f'<tr id="{kind}-{code}" data-title="{code}"><th scope=row>'
            f"<code>{code}</code></th><td>{escape(said)}</td></tr>\n"
        )
    return table("<th scope=col>Code</th><th scope=col>What it means</th>", rows)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# ----------------------------------------------------------------- statement


def _statement() -> str:
    rows = (
        f"<tr><th scope=row>{escape(what)}</th><td>{_coded(happens)}</td></tr>\n"
        for what, happens in statement(Settings())
    )
    return table("<th scope=col>What</th><th scope=col>What happens</th>", rows)


def _coded(text: str) -> str:
    """Show as code what is between backticks."""
    pieces = escape(text).split("`")
    return "".join(
        f"<code>{piece}</code>" if number % 2 else piece
        for number, piece in enumerate(pieces)
    )


# ----------------------------------------------------------------- arguments


def _arguments(made: argparse.ArgumentParser) -> Iterator[str]:
    """List the arguments by their groups, in no layout that depends on a terminal."""
    for group in made._action_groups:
        shown = [
            one for one in group._group_actions if one.help is not argparse.SUPPRESS
        ]
        if not shown:
            continue
        title = _capital(group.title or "")
        yield f'<h3 id="group-{title.lower().replace(" ", "-")}">{title}</h3>\n'
        if group.description:
            yield f"<p>{escape(group.description)}</p>\n"
        heads = "<th scope=col>Argument</th><th scope=col>What it does</th>"
        yield table(heads, map(_argument, shown))


def _argument(one: argparse.Action) -> str:
    values = "|".join(one.choices) if one.choices else one.metavar or ""
    takes = values if one.nargs != 0 else ""
    names = [f"{name} {takes}".strip() for name in one.option_strings] or [takes]
    spelled = ", ".join(f"<code>{escape(str(name))}</code>" for name in names)
    help_ = escape((one.help or "").replace("%%", "%"))
    return f"<tr><th scope=row>{spelled}</th><td>{help_}</td></tr>\n"
