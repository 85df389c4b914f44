"""What dciodvfy has against an instance."""

import re
import subprocess
import tempfile

_VALUES = re.compile(r"<[^>]*>|\[\d+\]|\b\d+(\.\d+)+\b")


def errors_of(data: bytes) -> set[str]:
    """List the kinds of errors, without the values they name."""
    with tempfile.NamedTemporaryFile(suffix=".dcm") as file:
        file.write(data)
        file.flush()
        command = ["dciodvfy", "-new", file.name]
        ran = subprocess.run(command, capture_output=True, timeout=60, check=False)
    text = (ran.stdout + ran.stderr).decode("latin-1")
    return {
        _VALUES.sub("<>", line)
        for line in text.splitlines()
        if line.startswith("Error")
    }
