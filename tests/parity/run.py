"""De-identify a folder in this very process: the same code in any Python.

Its arguments are the folder, in which `in` lies, the settings as JSON and the name of
the result; what is said of each instance goes to a file beside that.
"""

import json
import sys

from cordon.drivers.sinks import Tree
from cordon.drivers.sources import walk
from cordon.drivers.study import deidentify
from cordon.drivers.work import Terms, perform
from cordon.settings import read_settings

folder, chosen, name = globals().get("arguments") or sys.argv[1:]
terms = Terms(read_settings(json.loads(chosen)), bytes(range(32)))
found = list(walk(f"{folder}/in", recursive=True))
sink = Tree(f"{folder}/{name}", force=False)
lines = deidentify(found, lambda jobs: perform(jobs, terms), sink, True)
with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
    json.dump(
        [line._replace(row=line.row and line.row._asdict()) for line in lines], file
    )
