"""One corpus through CPython and through Pyodide: the same bytes, names and DICOMDIR."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import Study
from command import ENVIRONMENT, ROOT, images, tree
from corpus import files

SETTINGS = {
    "basic": {},
    "options": {
        "retain_longitudinal": "modified",
        "retain_patient_characteristics": True,
        "retain_device_identity": True,
        "retain_safe_private": True,
        "clean_graphics": True,
        "clean_structured_content": True,
        "clean_descriptors": True,
        "sweep": "warn",
        "replacements": ["PatientID=Subject {patient}", "StudyID=Größe"],
    },
}
HERE = Path(__file__).parent


@pytest.mark.parametrize("name", SETTINGS)
def test_pyodide_gives_what_cpython_gives(tmp_path: Path, name: str) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for number, path in enumerate(files()):
        if path.stat().st_size < 1_000_000:
            shutil.copy(path, source / f"{number:03}")
    # the very same name twice, with other content
    (source / "one").write_bytes(Study().image(1, 8))
    (source / "other").write_bytes(Study(patient_name="Other").image(1, 9))
    chosen = json.dumps(SETTINGS[name])
    script = HERE / "run.py"
    for command, result in (
        ([sys.executable, script, tmp_path, chosen, "native"], "native"),
        (
            ["node", HERE / "pyodide.mjs", script, tmp_path, chosen, "pyodide"],
            "pyodide",
        ),
    ):
        subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True)
        assert (tmp_path / result / "DICOMDIR").exists()
    native, pyodide = tmp_path / "native", tmp_path / "pyodide"
    assert len(images(tree(native))) > 200
    assert tree(pyodide) == tree(native)
    assert (tmp_path / "pyodide.json").read_text() == (
        tmp_path / "native.json"
    ).read_text()
