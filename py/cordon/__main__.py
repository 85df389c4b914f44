"""Run as `cordon`, or as `python -m cordon`."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

gc.disable()  # nothing of what is loaded is garbage

from cordon.cli import main  # noqa: E402

gc.freeze()
gc.set_threshold(1 << 16)  # what is told of each instance is kept, and is none either
gc.enable()


def run() -> NoReturn:
    """Run, and leave it to the system to free what was used: Python is slow at it."""
    code = main()
    with suppress(OSError):  # nobody reads it any more
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
