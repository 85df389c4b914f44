"""What a first visit costs: our own code, without run-time, snapshot and libraries."""

import gzip
from pathlib import Path

from web import DIST

OURS = ("index.html", "js", "css", "workers")
WIRE = 300_000
"""Bytes of our own code as a host sends them, compressed."""


def own_files() -> list[Path]:
    """List what we wrote that a page loads; of the words, those in English."""
    found = [DIST / name for name in OURS]
    files = [path for one in found for path in [one, *one.rglob("*")] if path.is_file()]
    words = DIST / "js" / "words"
    return [path for path in files if path.parent != words or path.name == "en.json"]


def test_our_own_code_is_small() -> None:
    files = own_files()
    assert len(files) > 50
    raw = sum(path.stat().st_size for path in files)
    wire = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
    assert wire <= WIRE, f"{wire} bytes compressed, {raw} as they are"
