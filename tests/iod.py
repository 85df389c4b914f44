"""What dciodvfy has against an instance."""

import re
import subprocess
import tempfile
import zlib

DEFLATED = b"1.2.840.10008.1.2.1.99"
EXPLICIT = b"1.2.840.10008.1.2.1\0\0\0"


def errors_of(data: bytes) -> set[str]:
    """List the errors by what they are about, without numbers of items and values."""
    with tempfile.NamedTemporaryFile(suffix=".dcm") as file:
        file.write(inflated(data))
        file.flush()
        command = ["dciodvfy", "-new", file.name]
        ran = subprocess.run(command, capture_output=True, timeout=60, check=False)
    text = (ran.stdout + ran.stderr).decode("latin-1")
    found = set()
    for line in text.splitlines():
        if line.startswith("Error - "):
            where, *what = line.removeprefix("Error - ").split(" - ")
            kind = re.sub("= <[^>]*>", "= <>", " - ".join(what))
            found.add(re.sub(r"\[\d+\]", "", where) + " - " + kind)
    return found


def inflated(data: bytes) -> bytes:
    """Undo what dciodvfy cannot read."""
    if DEFLATED not in data[:1024]:
        return data
    start = 144 + int.from_bytes(data[140:144], "little")
    data_set = zlib.decompressobj(wbits=-15).decompress(data[start:])
    return data[:start].replace(DEFLATED, EXPLICIT) + data_set
