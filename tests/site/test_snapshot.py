"""Once prepared, an engine imports and reads nothing more: a snapshot has no files."""

import subprocess
import sys
from pathlib import Path

from command import ENVIRONMENT, ROOT

STUBS = {
    "js.py": "class Object:\n    fromEntries = None\n",
    "pyodide/__init__.py": "__version__ = '0'\n",
    "pyodide/ffi.py": (
        "JsBuffer = JsProxy = object\n"
        "class JsException(Exception):\n    name = ''\n"
        "def to_js(value, dict_converter=None):\n    return value\n"
    ),
}
"""What Pyodide has and CPython has not."""

DRIVEN = """
import json, sys, zlib
from types import SimpleNamespace

from cordon.drivers import browser

browser.prepare()
known = set(sys.modules)

sys.path.append("tests")
from corpus import files

class Buffer(bytes):
    def to_bytes(self):
        return bytes(self)

def opened(data, packed=None):
    read = lambda start, stop: Buffer(data[start:stop])
    return SimpleNamespace(
        size=len(data), read=read, packed=packed, other=None, sliced=True
    )

sources = [path.read_bytes() for path in files() if path.stat().st_size < 60_000]
directory = next(path for path in files() if path.name == "DICOMDIR").read_bytes()
mine = {name for name in sys.modules if name not in known}
for name in mine:  # what the test itself has loaded is not there
    del sys.modules[name]
sys.path.clear()

def refuse(event, arguments):
    if event in ("open", "os.listdir", "import") :
        raise AssertionError(f"{event} {arguments[0]}")

sys.addaudithook(refuse)
key = Buffer(range(32))
packing = SimpleNamespace(level=1, again=False, elsewhere=False)
chosen = {
    "none": {},
    "all": {
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
    "kept": {
        "delete_private": False,
        "delete_unknown": False,
        "retain_uids": True,
        "retain_longitudinal": "full",
        "sweep": "off",
    },
}
types = set()
for name, values in chosen.items():
    settings = json.dumps(values)
    assert browser.refusal(settings, "{}") is None
    deidentify = browser.engine(settings, key, "")
    look = browser.viewer(settings, key)
    inspect = browser.inspector(settings, key, "")
    lines, entries = [], []
    for number, source in enumerate(sources, 1):
        for reply in (
            deidentify(opened(source), len, packing, True),
            deidentify(opened(source), len),
            deidentify(opened(source), len, None, False, True),
            look("glance", opened(source)),
            json.loads(inspect(opened(source))),
            browser.digest(opened(source)),
        ):
            assert reply["type"] != "failed", (name, reply)
            types.add(reply["type"])
            if "entry" in reply and "member" in reply:
                entries.append((reply["name"], reply["entry"]))
                lines.append({
                    "number": number, "outcome": "deidentified", "notes": [],
                    "row": reply["row"],
                })
    surveyed = look("survey", opened(directory))
    assert surveyed["type"] == "surveyed", surveyed
    assert browser.directory(entries)
    for format_ in ("json", "csv", "html"):
        report = browser.report(format_, settings, "a browser")
        assert report.add(json.dumps(lines)) + report.close()
    assert browser.certificate_head(settings)
    assert browser.self_test(settings, key)["passed"]
assert types >= {
    "deidentified", "rejected", "unreadable", "identified", "glanced", "inspected",
    "digested",
}
assert browser.refusal('{"replacements": ["Nothing=1"]}', "") is not None
assert browser.refusal("{}", "no JSON") is not None
assert browser.attributes()
assert browser.sample()
assert browser.derive("a passphrase that is long")
"""


def test_a_prepared_engine_imports_and_reads_nothing_whatever_it_is_asked(
    tmp_path: Path,
) -> None:
    for name, text in STUBS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DRIVEN],
        env={**ENVIRONMENT, "PYTHONPATH": f"{tmp_path}:{ROOT / 'py'}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
