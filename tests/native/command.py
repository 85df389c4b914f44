"""The command as a user runs it, and what it leaves behind."""

import os
import subprocess
import sys
from pathlib import Path

from builders import Study

from cordon.drivers.sources import Source, walk
from cordon.drivers.work import Job

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "py"), "NO_COLOR": "1"}
KEY_HEX = bytes(range(32)).hex()
"""The key of `engine.PROFILE`, as a key file has it."""


def start(*arguments: str | bytes | Path, **options: object) -> subprocess.Popen:
    return subprocess.Popen(  # type: ignore[call-overload]
        [sys.executable, "-m", "cordon", *arguments],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def cordon(
    *arguments: str | bytes | Path, code: int = 0, **options: object
) -> subprocess.CompletedProcess:
    """Run the command to its end; it must end with this exit code."""
    running = start(*arguments, **options)
    out, err = running.communicate(timeout=300)
    assert running.returncode == code, out + err
    assert "Traceback" not in out + err, err
    return subprocess.CompletedProcess(running.args, code, out, err)


def tree(folder: Path) -> dict[str, bytes]:
    """Read what there is below a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def images(files: dict[str, bytes]) -> dict[str, bytes]:
    """Take the DICOMDIR away."""
    return {name: data for name, data in files.items() if name != "DICOMDIR"}


def study(folder: Path, count: int = 6, size: int = 8) -> Path:
    """Make a folder with two series in sub-folders."""
    for number in range(1, count + 1):
        series = Study(series=f"1.2.3.4.5.{number % 2}")
        path = folder / f"S{number % 2}" / f"I{number}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(series.image(number, size))
    return folder


def key_file(folder: Path) -> Path:
    path = folder / "key"
    path.write_text(KEY_HEX)
    return path


def jobs_of(source: Path, tmp_path: Path) -> list[Job]:
    """List the jobs of a folder, to be staged beside it."""
    staging = tmp_path / "staging"
    staging.mkdir(exist_ok=True)
    return [
        Job(number, one, str(staging / str(number)))
        for number, one in enumerate(walk(str(source), recursive=True), 1)
        if isinstance(one, Source)
    ]
