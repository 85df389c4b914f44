"""What the standard says, as data.

Each file names its source and edition in the lines that begin with #, then is CSV
with a header line.
"""

import csv
from functools import cache
from importlib.resources import files


@cache
def read(name: str) -> tuple[dict[str, str], ...]:
    """Read a table of this folder, a dictionary for each row."""
    return tuple(csv.DictReader(lines(name)))


def lines(name: str) -> list[str]:
    """Read a file of this folder, line by line."""
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
