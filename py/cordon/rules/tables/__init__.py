"""What the standard says, as data.

Each file names its source and edition in the lines that begin with #, then is CSV
with a header line.
"""

import csv
from importlib.resources import files


def read(name: str) -> list[dict[str, str]]:
    """Read a table of this folder, a dictionary for each row."""
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))
