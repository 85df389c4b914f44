"""Lay out what the page is made of: `vendor` for what others wrote, then `dist`.

Run by build.sh, in this order:

    lay_out.py vendor   node_modules and downloaded wheels -> vendor/
    lay_out.py site     sources, vendor/ and our wheel     -> dist/
    lay_out.py seal     names and sums of all files        -> dist/manifest.json
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "vendor"
DIST = ROOT / "dist"

PYODIDE = (
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide.d.ts",
    "pyodide.mjs",
    "python_stdlib.zip",
)
ZIP_JS = {
    # the worker is a file of its own: the page's policy allows no other
    "dist/zip-core-external.min.js": "zip.js",
    "dist/zip-web-worker.js": "zip-web-worker.js",
    "dist/zip-module.wasm": "zip-module.wasm",
    "index.d.ts": "zip.d.ts",
    "LICENSE": "LICENSE",
}
ASM_TYPES = "export default function create(settings: any): Promise<any>\n"
SITE = ("index.html", "css", "js", "workers")
SCHEMA = "py/cordon/settings.schema.json"


def vendor() -> None:
    """Copy the run-time parts of the pinned packages."""
    pyodide = VENDOR / "pyodide"
    pyodide.mkdir(parents=True, exist_ok=True)
    for name in PYODIDE:
        # many servers know no type for .mjs
        new = name.replace(".mjs", ".js")
        shutil.copyfile(MODULES / "pyodide" / name, pyodide / new)
    (pyodide / "pyodide.asm.d.ts").write_text(ASM_TYPES)
    # Pyodide's own list of packages would send it to other places for them
    lock = json.loads((MODULES / "pyodide" / "pyodide-lock.json").read_text())
    lock["packages"] = {}
    (pyodide / "pyodide-lock.json").write_text(json.dumps(lock, sort_keys=True))

    zip_js = VENDOR / "zip.js"
    zip_js.mkdir(exist_ok=True)
    package = MODULES / "@zip.js" / "zip.js"
    for name, new in ZIP_JS.items():
        shutil.copyfile(package / name, zip_js / new)


def site() -> None:
    """Put together the site as it is served, but for the snapshot."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    for name in SITE:
        source = ROOT / name
        if source.is_dir():
            types = shutil.ignore_patterns("*.d.ts", "tsconfig.json")
            shutil.copytree(source, DIST / name, ignore=types)
        else:
            shutil.copyfile(source, DIST / name)
    (DIST / SCHEMA).parent.mkdir(parents=True)
    shutil.copyfile(ROOT / SCHEMA, DIST / SCHEMA)
    for part in ("pyodide", "zip.js"):
        types = shutil.ignore_patterns("*.d.ts")
        shutil.copytree(VENDOR / part, DIST / "vendor" / part, ignore=types)
    shutil.copytree(VENDOR / "wheels", DIST / "wheels")
    wheels = sorted(path.name for path in (DIST / "wheels").glob("*.whl"))
    installer = next(name for name in wheels if name.startswith("micropip-"))
    wheels.remove(installer)
    listing = {"installer": installer, "wheels": wheels}
    (DIST / "wheels" / "wheels.json").write_text(json.dumps(listing, indent=2) + "\n")


def seal() -> None:
    """Write the manifest: the SHA-256 sum of every file that is served."""
    sums = {
        path.relative_to(DIST).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(DIST.rglob("*"))
        if path.is_file()
    }
    (DIST / "manifest.json").write_text(json.dumps(sums, indent=2) + "\n")


if __name__ == "__main__":
    {"vendor": vendor, "site": site, "seal": seal}[sys.argv[1]]()
