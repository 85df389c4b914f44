"""Memory of the browser's processes that a test has started, from /proc."""

import os
from contextlib import suppress
from pathlib import Path


def renderers(field: str = "VmRSS") -> int:
    """Tell how many MB the renderers, with all workers, have; `VmHWM` is their peak."""
    status = {}
    for path in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            status[path.parent.name] = dict(
                line.split(":\t", 1) for line in path.read_text().splitlines()
            )

    def ours(number: str) -> bool:
        while number in status and number != str(os.getpid()):
            number = status[number]["PPid"]
        return number == str(os.getpid())

    def renders(number: str) -> bool:
        with suppress(OSError):
            return b"--type=renderer" in Path(f"/proc/{number}/cmdline").read_bytes()
        return False

    return sum(
        int(told[field].split()[0]) // 1024
        for number, told in status.items()
        if field in told and ours(number) and renders(number)
    )
