"""The command line."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from cordon.rules.explain import explain
from cordon.rules.replacements import parse
from cordon.settings import Settings, SettingsError, read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what `arguments` say; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="cordon", description="De-identify DICOM instances by PS3.15 Annex E."
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        required=True,
        help="say what happens to each data element, as a conformance statement",
    )
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="settings that differ, as JSON"
    )
    options = parser.parse_args(arguments)
    try:
        settings = _settings(options.settings)
        parse(settings)
    except SettingsError as error:
        parser.error(str(error))
    print(explain(settings))
    return 0


def _settings(path: Path | None) -> Settings:
    if path is None:
        return Settings()
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingsError("--settings", "is no file with JSON") from None
    if not isinstance(values, dict):
        raise SettingsError("--settings", "must be a JSON object")
    return read_settings(values)
