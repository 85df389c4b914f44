"""The command as it is installed, and on systems that lack what Linux has."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command import ENVIRONMENT, ROOT, jobs_of, study, tree
from engine import KEY

from cordon.drivers import processes
from cordon.drivers.processes import in_processes
from cordon.drivers.work import Terms
from cordon.settings import Settings


def test_the_wheel_installs_a_command(tmp_path: Path) -> None:
    [wheel] = (ROOT / "dist" / "wheels").glob("cordon-*.whl")
    folder = tmp_path / "installed"
    quiet = ("--quiet", "--disable-pip-version-check")
    how = ("--no-index", "--no-deps", "--target", folder)
    pip = [sys.executable, "-m", "pip", "install", *quiet, *how, wheel]
    subprocess.run(pip, check=True)
    source = study(tmp_path / "in", 2)
    run = [
        folder / "bin" / "cordon",
        "--study",
        "--recursive",
        source,
        tmp_path / "out",
    ]
    environment = {**ENVIRONMENT, "PYTHONPATH": str(folder)}
    subprocess.run(run, check=True, env=environment, capture_output=True)
    assert len(tree(tmp_path / "out")) == 3


def test_the_package_runs_from_where_it_is_packed(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 3)
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", ROOT / "py", "cordon")
    run = [sys.executable, "-m", "cordon", "--study", "--recursive"]
    environment = {**ENVIRONMENT, "PYTHONPATH": packed}
    subprocess.run(
        [*run, source, tmp_path / "out"],
        check=True,
        env=environment,
        cwd=tmp_path,
        capture_output=True,
    )
    assert len(tree(tmp_path / "out")) == 4  # with the DICOMDIR


def test_where_nothing_can_be_forked_processes_are_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = study(tmp_path / "in", 12)
    monkeypatch.setattr(processes, "_FORKS", False)
    done = list(in_processes(jobs_of(source, tmp_path), Terms(Settings(), KEY), 2))
    assert [one.outcome for one in done] == ["deidentified"] * 12


def test_a_run_loads_only_what_it_needs(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 2)
    script = (
        "import sys; from cordon.__main__ import main; code = main(sys.argv[1:]);"
        "print(*sys.modules, sep='\\n'); sys.exit(code)"
    )
    options = ["--study", "--recursive", source, tmp_path / "out", "--threads", "1"]
    run = [sys.executable, "-c", script, *options]
    done = subprocess.run(
        run, check=True, env=ENVIRONMENT, capture_output=True, text=True
    )
    loaded = set(done.stdout.splitlines())
    assert "cordon.drivers.work" in loaded
    unneeded = {"pydicom", "multiprocessing", "email", "html", "distributed"}
    unneeded |= {"inspect", "tempfile", "zipfile"}  # what others load for little
    unneeded |= {"base64", "datetime", "math", "cordon.media.unpack"}
    unneeded |= {"cordon.drivers.signature", "cordon.drivers.seal"}
    assert not loaded & unneeded
