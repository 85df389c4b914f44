"""What the standard says, as data.

The first lines of a file, which begin with #, name its source and edition; then comes
CSV with a header line.
"""

import csv
from functools import cache
from itertools import dropwhile
from pkgutil import get_data


@cache
def read(name: str) -> tuple[dict[str, str], ...]:
    """Read a table of this folder, a dictionary for each row."""
    head, *rows = csv.reader(lines(name))
    return tuple(dict(zip(head, row, strict=True)) for row in rows)


def lines(name: str) -> list[str]:
    """Read a file of this folder, line by line."""
    text = (get_data(__name__, name) or b"").decode()
    return list(dropwhile(lambda line: line.startswith("#"), text.splitlines()))
