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
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(csv.DictReader(lines))
