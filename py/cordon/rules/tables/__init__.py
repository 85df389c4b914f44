"""What the standard says, as data.

Each file names its source and edition in the lines that begin with #, then is CSV
with a header line.
"""

import csv
from functools import cache
from pkgutil import get_data


@cache
def read(name: str) -> tuple[dict[str, str], ...]:
    """Read a table of this folder, a dictionary for each row."""
    head, *rows = csv.reader(lines(name))
    return tuple(dict(zip(head, row, strict=True)) for row in rows)


def lines(name: str) -> list[str]:
    """Read a file of this folder, line by line."""
    text = (get_data(__name__, name) or b"").decode()
    return [line for line in text.splitlines() if not line.startswith("#")]
