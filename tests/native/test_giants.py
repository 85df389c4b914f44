"""Instances and archives beyond 2 and 4 GiB: memory stays flat, numbers stay right."""

import os
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from builders import Study
from command import ENVIRONMENT

GIB = 1 << 30
MEASURED = """
import re, sys
from cordon.cli import main
code = main(sys.argv[1:])
print(re.search("VmHWM:.*?([0-9]+)", open("/proc/self/status").read())[1])
sys.exit(code)
"""


def giant(path: Path, size: int, number: int = 1) -> int:
    """Write an instance with so many bytes of pixel data, nearly all in a hole."""
    head = Study().image(number, 8)
    at = head.rindex(b"OW\0\0") + 4
    with path.open("wb") as file:
        file.write(head[:at] + struct.pack("<I", size))
        file.write(b"first")
        file.seek(at + 4 + size - 4)
        file.write(b"last")
        file.write(b"\xfc\xff\xfc\xffOB\0\0\4\0\0\0Jane")  # trailing padding
    return at + 4


def measured(*arguments: str | Path) -> int:
    """Run the command; gives the memory it needed, in KiB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments, "--threads", "1", "--public"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1])


def test_an_instance_over_2_gib_needs_no_more_memory(tmp_path: Path) -> None:
    source = tmp_path / "in.dcm"
    size = 2 * GIB + 1000
    giant(source, size)
    out = tmp_path / "out.dcm"
    assert measured(source, out) < 100_000
    with out.open("rb") as file:
        head = file.read(4096)
        at = head.index(b"OW\0\0") + 8
        assert struct.unpack_from("<I", head, at - 4) == (size,)
        assert head[at : at + 5] == b"first"
        file.seek(at + size - 4)
        assert file.read() == b"last"
    assert b"Jane" not in head


@pytest.mark.parametrize("level", ["0", "1"])
def test_an_archive_over_4_gib_opens(tmp_path: Path, level: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(2 if level == "0" else 1):
        giant(folder / str(number), 2 * GIB + 1000, number)
    giant(folder / "small", 1000, 7)
    archive = tmp_path / "out.zip"
    assert measured("--study", folder, "--zip", archive, "--level", level) < 100_000
    subprocess.run(["7z", "t", archive], check=True, capture_output=True)
    with zipfile.ZipFile(archive) as opened:
        infos = [one for one in opened.infolist() if one.filename != "DICOMDIR"]
        assert len(infos) == len(os.listdir(folder))
        for info in infos:
            with opened.open(info) as member:
                assert re.search(b"OW\0\0....first", member.read(4096), re.S)
    if level == "0":
        assert archive.stat().st_size > 4 * GIB
