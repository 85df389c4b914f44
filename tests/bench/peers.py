"""Other tools, each driven the fastest sensible way: many files in one process.

What is written in Python is looked for in the virtual environment that the variable
CORDON_PEERS names, programs on the PATH:

    python3 -m venv peers && export CORDON_PEERS=$PWD/peers
    peers/bin/pip install dicom-anonymizer dicognito deid dcmanon
    apt-get install dcmtk libgdcm-tools openssl
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cordon.rules import tables
from cordon.rules.dictionary import public_vrs

Command = list[str | Path]
Commands = Callable[[Path, Path], list[Command]]
"""Makes what has to be run to turn one folder into another."""

EACH: Final = """
import sys
from pathlib import Path
{prepare}
root, out = map(Path, sys.argv[1:])
for path in sorted(root.rglob("*.dcm")):
    target = out / path.relative_to(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    {treat}
"""
PYTHON: Final = {
    "pydicom": (
        "import pydicom",
        "pydicom.dcmread(path).save_as(target)",
    ),
    "pydicom, decoding": (
        "import pydicom\nfrom collections import deque",
        "found = pydicom.dcmread(path)\n"
        "    deque(found.iterall(), 0)\n"
        "    found.save_as(target)",
    ),
    "dicom-anonymizer": (
        "from dicomanonymizer.simpledicomanonymizer import *\n"
        "rules = initialize_actions()",
        "anonymize_dicom_file(path, target, base_rules_gen=lambda: rules)",
    ),
    "dicognito": (
        "import pydicom\n"
        "from dicognito.anonymizer import Anonymizer\n"
        "one = Anonymizer(seed='seed')",
        "found = pydicom.dcmread(path); one.anonymize(found); found.save_as(target)",
    ),
    "deid": (
        "from deid.config import DeidRecipe\n"
        "from deid.dicom import replace_identifiers\n"
        "recipe = DeidRecipe()",
        "replace_identifiers(str(path), deid=recipe, save=True, overwrite=True,"
        " output_folder=str(target.parent), remove_private=True)",
    ),
    "dcmanon": (
        "from dcmanon import Anonymizer\none = Anonymizer()",
        "target.write_bytes(one.anonymize(str(path)))",
    ),
}
"""By name, what is done once and what for each file."""

YARDSTICKS: Final = ("pydicom", "pydicom, decoding")
"""What changes nothing: bytes of values are passed on, or each is looked at."""

IMPORTS: Final = {"dicom-anonymizer": "dicomanonymizer"}

PROFILE: Final = frozenset(("dicom-anonymizer", "dcmanon", "dcmodify", "gdcmanon"))
"""Peers that apply a table of PS3.15, of whatever year."""

AT_ONCE: Final = 500
"""Files that fit on a command line beside the table."""


@dataclass(frozen=True)
class Peer:
    """A tool that is there, or what is to be said of one that is not."""

    name: str
    commands: Commands | None


def in_python(name: str, python: str | Path = sys.executable) -> Commands:
    prepare, treat = PYTHON[name]
    script = EACH.format(prepare=prepare, treat=treat)
    return lambda root, out: [[python, "-c", script, root, out]]


def peers(folder: Path) -> list[Peer]:
    """List the peers; `folder` is for what they need beside the instances."""
    names = (name for name in PYTHON if name not in YARDSTICKS)
    found = [Peer(name, _installed(name)) for name in names]
    dcmodify = _dcmodify if shutil.which("dcmodify") else None
    gdcmanon = None
    if shutil.which("gdcmanon") and shutil.which("openssl"):
        gdcmanon = _gdcmanon(folder / "peer.pem")
    return [*found, Peer("dcmodify", dcmodify), Peer("gdcmanon", gdcmanon)]


def _installed(name: str) -> Commands | None:
    python = Path(os.environ.get("CORDON_PEERS", "nowhere"), "bin", "python")
    if not python.exists():
        return None
    wanted = [python, "-c", f"import {IMPORTS.get(name, name)}"]
    if subprocess.run(wanted, capture_output=True).returncode:
        return None
    return in_python(name, python)


def _dcmodify(root: Path, out: Path) -> list[Command]:
    """Copy, then treat in place; a tag that an instance lacks is no error."""
    arguments: list[str] = ["-q", "-nb", "-ie", "-imt", "-ep", "-gin"]
    for row in tables.read("profile.csv"):
        tag, action = row["tag"], row["basic"]
        if "x" in tag or tag not in _public():
            continue
        name = f"({tag[:4]},{tag[4:]})"
        if action in ("Z", "Z/D") and row["vr"] != "SQ":
            arguments += ["-ma", f"{name}="]
        elif action == "D" and row["vr"] in ("LO", "SH", "ST", "PN"):
            arguments += ["-ma", f"{name}=ANON"]
        elif action.startswith("X"):
            arguments += ["-ea", name]
    paths = sorted(root.rglob("*.dcm"))
    copied = [out / path.relative_to(root) for path in paths]
    parts = [copied[at : at + AT_ONCE] for at in range(0, len(copied), AT_ONCE)]
    return [["cp", "-r", f"{root}/.", out]] + [
        ["dcmodify", *arguments, *part] for part in parts
    ]


def _public() -> frozenset[str]:
    return frozenset(f"{tag:08X}" for tag in public_vrs())


def _gdcmanon(certificate: Path) -> Commands:
    """Encrypt what is taken out, as it must, to a certificate made for it."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-subj", "/CN=peer", "-keyout", certificate.with_suffix(".key")),
            *("-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    options = ["-e", "-r", "--continue", "-c", certificate]
    return lambda root, out: [["gdcmanon", *options, "-i", root, "-o", out]]
