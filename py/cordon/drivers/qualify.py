"""The self-test on this machine: a matrix on the terminal, and a record to be kept."""

import csv
import json
import platform
import sys
from collections.abc import Sequence
from typing import Any, Final, TextIO

from cordon.drivers.beside import now, placed
from cordon.selftest.check import Finding, record, self_test
from cordon.selftest.instances import WAYS
from cordon.settings import Settings

_COLUMNS: Final = ("place", "must", *(way.name for way in WAYS), "passed")


def qualify(settings: Settings, key: bytes, report: str | None, force: bool) -> bool:
    """Try the settings on built-in instances; tell whether all is well."""
    findings = self_test(settings, key)
    if report:
        made = _record(settings, findings)
        with placed(report, "--report", force) as file:
            if report.lower().endswith(".json"):
                json.dump(made, file, indent=1)
                file.write("\n")
            else:
                _write_table(file, made)
    return _tell(findings)


def _tell(findings: Sequence[Finding]) -> bool:
    """Print the matrix and the verdict."""
    lines = [_COLUMNS, *(_cells(one) for one in findings)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    right = sum(one.passed for one in findings)
    passed = right == len(findings)
    verdict = f"{right} of {len(findings)} kinds of places are right"
    sys.stdout.write(f"{verdict}: {'passed' if passed else 'FAILED'}\n")
    return passed


def _record(settings: Settings, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "platform": platform.platform(),
        "created": now(),
        **record(settings, findings),
    }


def _write_table(file: TextIO, made: dict[str, Any]) -> None:
    """Write a record as a table, below what was tested."""
    writer = csv.writer(file)
    for name, value in made.items():
        if name != "places":
            writer.writerow(
                (name, value if isinstance(value, str) else json.dumps(value))
            )
    writer.writerow(())
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(Finding(**one)) for one in made["places"])


def _cells(finding: Finding) -> tuple[str, ...]:
    found = (finding.found.get(way.name, "-") for way in WAYS)
    return (finding.place, finding.must, *found, "yes" if finding.passed else "NO")
