"""Reports by the name of their format, for the command and for the page.

The page sends what it knows of each file as plain data, a few thousand at a time,
and is given the text as far as it is written: one report, whoever asks.
"""

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, TextIO

from cordon.core.outcome import Note, Row
from cordon.report import CsvReport, JsonReport, Line, Report, Tally
from cordon.settings import Settings, read_settings

FORMATS: Final = ("json", "csv", "html")


def report_as(
    format_: str, file: TextIO, settings: Settings, environment: Mapping[str, str]
) -> Report:
    """Begin a report in one of the `FORMATS`."""
    if format_ == "json":
        return JsonReport(file, settings, environment)
    if format_ == "html":
        from cordon.printable import HtmlReport  # which knows the whole table

        return HtmlReport(file, settings, environment)
    return CsvReport(file)


class Written:
    """A report that is written piece by piece, from plain data."""

    def __init__(
        self, format_: str, settings: str, environment: Mapping[str, str]
    ) -> None:
        self._file = io.StringIO(newline="")
        read = read_settings(json.loads(settings))
        self._report = report_as(format_, self._file, read, environment)
        self._tally = Tally()

    def add(self, lines: str) -> str:
        """Add lines, JSON; gives the text written since."""
        for line in _lines(json.loads(lines)):
            self._tally.add(line)
            self._report.add(line)
        return self._text()

    def close(self) -> str:
        """Finish; gives the rest of the text."""
        self._report.close(self._tally)
        return self._text()

    def _text(self) -> str:
        text = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return text


def _lines(plain: Iterable[Mapping[str, Any]]) -> Iterable[Line]:
    for one in plain:
        notes = tuple(Note(**note) for note in one["notes"])
        row = Row(**{**one["row"], "notes": notes}) if one["row"] else None
        yield Line(**{**one, "notes": notes, "row": row})
