"""Run as `cordon`, or as `python -m cordon`."""

import gc
import sys

gc.disable()  # nothing of what is loaded is garbage

from cordon.cli import main  # noqa: E402

gc.freeze()
gc.set_threshold(1 << 16)  # what is told of each instance is kept, and is none either
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
