"""What is told of a run: a line for each file, in numbers, codes and new IDs.

A file is named by its number in the run. Nothing here is a value of a source, or its
path, so a report may go where the results go.
"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple, Protocol, TextIO

from cordon import __version__
from cordon.core.outcome import Note, Row
from cordon.rules.options import used
from cordon.settings import Settings

PROFILE: Final = "PS3.15 2026d Basic Application Level Confidentiality Profile"

CODES: Final = ("D", "Z", "X", "U", "C")
"""Action codes of PS3.15 Table E.1-1a that change something."""

DEIDENTIFIED: Final = "deidentified"
DUPLICATE: Final = "duplicate"
LEFT_OUT: Final = "left-out"
FINE: Final = frozenset((DEIDENTIFIED, DUPLICATE, LEFT_OUT))
"""Outcomes that are no failure. A DICOMDIR is left out, since a new one is written."""

_IDS: Final = (
    "sop_class_uid",
    "transfer_syntax_uid",
    "patient",
    "study_instance_uid",
    "series_instance_uid",
    "sop_instance_uid",
)
COLUMNS: Final = (
    *("number", "outcome", "code", "at", "file_id", "bytes_in", "bytes_out"),
    *_IDS,
    *(f"count_{code}" for code in CODES),
    "notes",
)


class Line(NamedTuple):
    """What became of one file.

    `code` says why it was not written; `at` is an offset in the source or a place in
    the code. `file_id` is its name in the result, sizes are in bytes.
    """

    number: int
    outcome: str
    code: str = ""
    at: int | str = ""
    notes: tuple[Note, ...] = ()
    row: Row | None = None
    file_id: str = ""
    bytes_in: int = 0
    bytes_out: int = 0


class Report(Protocol):
    """Is told what became of each file, and at the end the numbers of the run."""

    def add(self, line: Line) -> None:
        """Write what became of a file."""

    def close(self, tally: "Tally") -> None:
        """Write the numbers of the run."""


class Tally:
    """A run in numbers; `problems` are the lines of what was not written.

    `counts` are the numbers of data elements, by what a row says of them.
    """

    def __init__(self) -> None:
        self.files = self.bytes_in = self.bytes_out = 0
        self.outcomes: Counter[str] = Counter()
        self.counts: dict[str, int] = {}
        self.notes: Counter[str] = Counter()
        self.problems: list[Line] = []
        self.patients: set[str] = set()
        self.studies: set[str] = set()
        self.series: set[str] = set()

    def add(self, line: Line) -> None:
        """Count a file."""
        _, outcome, _, _, notes, row, _, bytes_in, bytes_out = line
        self.files += 1
        self.bytes_in += bytes_in
        self.bytes_out += bytes_out
        self.outcomes[outcome] += 1
        if notes:
            self.notes.update({note.code for note in notes})
        if outcome not in FINE:
            self.problems.append(line)
        if outcome == DEIDENTIFIED and row is not None:
            counts = self.counts
            for code, number in row.counts.items():
                counts[code] = counts.get(code, 0) + number
            self.patients.add(row.patient)
            self.studies.add(row.study_instance_uid)
            self.series.add(row.series_instance_uid)

    @property
    def actions(self) -> Counter[str]:
        """The numbers of data elements by action code."""
        return Counter({c: n for c, n in self.counts.items() if not c.isdigit()})

    @property
    def options(self) -> Counter[str]:
        """The numbers by the code of the option that decided."""
        return Counter({c: n for c, n in self.counts.items() if c.isdigit()})

    def summary(self) -> dict[str, Any]:
        """Give the numbers as plain data."""
        return {
            "files": self.files,
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "outcomes": dict(self.outcomes),
            "actions": dict(self.actions),
            "options": dict(self.options),
            "notes": dict(sorted(self.notes.items())),
            "patients": len(self.patients),
            "studies": len(self.studies),
            "series": len(self.series),
        }


@cache
def _version_of_pydicom() -> str:
    from importlib.metadata import version  # which takes long to load

    return version("pydicom")


def versions(settings: Settings) -> dict[str, Any]:
    """Tell what a result depends on besides its source: versions and settings."""
    return {
        "cordon": __version__,
        "pydicom": _version_of_pydicom(),
        "python": ".".join(map(str, sys.version_info[:3])),
        "profile": PROFILE,
        "options": [
            {"code": one.code.decode(), "meaning": one.meaning}
            for one in used(settings)
        ],
        "settings": settings._asdict(),
    }


class JsonReport:
    """A report as one JSON object, written line by line.

    `environment` tells versions of what the engine ran in, by name.
    """

    def __init__(
        self, file: TextIO, settings: Settings, environment: Mapping[str, str]
    ) -> None:
        self._file = file
        head = {**versions(settings), "environment": dict(environment)}
        file.write(json.dumps(head, indent=1)[:-2])
        file.write(',\n "files": [')
        self._between = "\n  "

    def add(self, line: Line) -> None:
        """Write what became of a file."""
        self._file.write(self._between + json.dumps(_plain(line)))
        self._between = ",\n  "

    def close(self, tally: Tally) -> None:
        """Write the numbers of the run."""
        summary = json.dumps(tally.summary(), indent=1).replace("\n", "\n ")
        self._file.write(f'\n ],\n "summary": {summary}\n}}\n')


class CsvReport:
    """A report as a table."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(COLUMNS)

    def add(self, line: Line) -> None:
        """Write what became of a file."""
        row, counts = line.row, line.row.counts if line.row else {}
        self._writer.writerow(
            (
                *(line.number, line.outcome, line.code, line.at, line.file_id),
                *(line.bytes_in, line.bytes_out),
                *(getattr(row, name, "") for name in _IDS),
                *(counts.get(code, 0) for code in CODES),
                "; ".join(" ".join(note).strip() for note in line.notes),
            )
        )

    def close(self, tally: Tally) -> None:
        """Do nothing: a table has lines only."""


def _plain(line: Line) -> Mapping[str, Any]:
    """Give a line as plain data, without what is empty."""
    found = line._asdict()
    row: Row | None = found.pop("row")
    if row is not None:
        found.update({name: getattr(row, name) for name in _IDS}, counts=row.counts)
    found["notes"] = [note._asdict() for note in line.notes]
    return {key: value for key, value in found.items() if value not in ("", [], {})}
