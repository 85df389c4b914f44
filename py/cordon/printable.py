"""A report to be read, printed and filed: one HTML document that needs nothing else.

It has numbers, settings and the conformance statement that PS3.15 E.1.3 asks for,
and no identifier, neither an original nor a new one. It runs nothing and loads
nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Final, TextIO

from cordon import __version__
from cordon.report import CODES, PROFILE, Line, Tally
from cordon.rules.explain import attributes, statement
from cordon.rules.options import used
from cordon.settings import Settings

_MEANINGS: Final = {
    "D": "replaced by a dummy",
    "Z": "emptied",
    "X": "removed",
    "U": "UIDs replaced",
    "C": "cleaned",
}

_STYLE: Final = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  font: 14px/1.5 system-ui, sans-serif; color: #14201f; background: #fff;
  font-variant-numeric: tabular-nums }
h1 { font-size: 24px; margin: 0 } h2 { font-size: 16px; margin: 2rem 0 .5rem }
h3 { font-size: 14px; margin: 1rem 0 0; break-after: avoid }
table { width: 100%; border-collapse: collapse }
th, td { padding: 4px 16px 4px 0; border-bottom: 1px solid #d9e1e1;
  text-align: left; vertical-align: top; overflow-wrap: anywhere }
thead th { color: #55666a; font-weight: 500 } tbody th { font-weight: 500 }
tr { break-inside: avoid } h2 { break-after: avoid }
.list { font-size: 12px; color: #55666a; margin: 0 }
@media print { body { margin: 0; max-width: none; font-size: 11px } }
"""

Cell = str | int


class HtmlReport:
    """A report as an HTML document, written once the run is over."""

    def __init__(
        self, file: TextIO, settings: Settings, environment: Mapping[str, str]
    ) -> None:
        self._file = file
        self._settings = settings
        self._environment = environment

    def add(self, line: Line) -> None:
        """Do nothing: what is told of a file is in the numbers of the run."""

    def close(self, tally: Tally) -> None:
        """Write the document."""
        for part in self._parts(tally):
            self._file.write(part + "\n")

    def _parts(self, tally: Tally) -> Iterator[str]:
        yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
        yield (
            '<meta http-equiv="Content-Security-Policy"'
            " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        )
        yield f"<title>De-identification report</title>\n<style>{_STYLE}</style>"
        yield "</head>\n<body>\n<h1>De-identification report</h1>"
        yield f"<p>{escape(PROFILE)}. No identifier is in this report.</p>"
        yield from self._numbers(tally)
        yield from _problems(tally)
        yield from self._terms(tally)
        yield from self._conformance()
        yield "</body>\n</html>"

    def _numbers(self, tally: Tally) -> Iterator[str]:
        summary = tally.summary()
        names = ("files", "bytes_in", "bytes_out", "patients", "studies", "series")
        rows = ((name.replace("_", " ").capitalize(), summary[name]) for name in names)
        yield from _section("Run", ("What", "Number"), rows)
        outcomes = summary["outcomes"].items()
        yield from _section("Outcomes", ("Outcome", "Files"), sorted(outcomes))
        actions = (
            (code, _MEANINGS[code], summary["actions"].get(code, 0)) for code in CODES
        )
        yield from _section(
            "Data elements by action code", ("Code", "Meaning", "Number"), actions
        )
        if notes := sorted(summary["notes"].items()):
            yield from _section("To be looked at", ("Note", "Files"), notes)

    def _terms(self, tally: Tally) -> Iterator[str]:
        options: list[tuple[Cell, ...]] = [
            (code := one.code.decode(), one.name, one.section, tally.options[code])
            for one in used(self._settings)
        ]
        head = ("Code", "Option", "Section of PS3.15", "Data elements it decided on")
        yield from _section("Options in use", head, options or [("", "None", "", "")])
        settings = [(key, _spelled(value)) for key, value in self._chosen()]
        yield from _section("Settings", ("Setting", "Value"), settings)
        versions = (("cordon", __version__), *self._environment.items())
        yield from _section("Versions", ("Part", "Version"), versions)

    def _chosen(self) -> Iterable[tuple[str, object]]:
        return self._settings._asdict().items()

    def _conformance(self) -> Iterator[str]:
        head = ("What", "What happens")
        yield from _section("Conformance statement", head, statement(self._settings))
        for code, meaning, found in attributes(self._settings):
            yield f"<h3>{escape(f'{code}: {meaning} ({len(found)} attributes)')}</h3>"
            yield f'<p class="list">{escape(", ".join(found))}</p>'


def _problems(tally: Tally) -> Iterator[str]:
    """List the files that were not written, by number, code and place."""
    if tally.problems:
        rows = (
            (line.number, line.outcome, line.code, _place(line))
            for line in tally.problems
        )
        yield from _section("Not written", ("File", "Outcome", "Code", "Where"), rows)


def _place(line: Line) -> str:
    places = (" ".join(note).strip() for note in line.notes)
    return str(line.at) if line.at != "" else "; ".join(places)


def _section(
    title: str, head: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]
) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>\n<table>\n<thead><tr>"
    yield "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    yield "</tr></thead>\n<tbody>"
    for first, *rest in rows:
        cells = "".join(f"<td>{_cell(cell)}</td>" for cell in rest)
        yield f'<tr><th scope="row">{_cell(first)}</th>{cells}</tr>'
    yield "</tbody>\n</table>"


def _cell(cell: Cell) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(str(cell)))


def _spelled(value: object) -> str:
    """Write a setting's value as it is written in the settings."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
