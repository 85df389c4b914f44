"""Lay out what the page is made of: `vendor` for what others wrote, then `dist`.

Run by build.sh, in this order:

    lay_out.py vendor   node_modules and downloaded wheels -> vendor/
    lay_out.py site     sources, vendor/ and our wheel     -> dist/
    lay_out.py seal     names and sums of what is served   -> dist/manifest.json
                        and of all files                   -> dist/SHA256SUMS
    lay_out.py pack     dist/ as one archive               -> release/
"""

import hashlib
import json
import shutil
import sys
import zipfile
from collections.abc import Collection
from pathlib import Path

import headers

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
SITE = (
    *("index.html", "app.webmanifest", "config.json", "examples"),
    *("css", "js", "workers"),
)
CONFIG = "config.json"
OFFLINE = "offline.js"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"

RELEASE = ROOT / "release"
NO_TIME = (1980, 1, 1, 0, 0, 0)
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
    """Write what depends on all files: headers, the offline worker, the manifest."""
    page = (DIST / "index.html").read_text()
    hosts = headers.files(headers.headers(page))
    for name, text in hosts.items():
        (DIST / name).parent.mkdir(exist_ok=True)
        (DIST / name).write_text(text)
    worker = DIST / "workers" / "offline.js"
    _put(worker, "HEADERS = {}", headers.sent_by_worker(page))
    # hosts keep to themselves what is for them
    build = hashlib.sha256(json.dumps(_sums(hosts)).encode()).hexdigest()
    # a service worker governs what lies beside and below it
    shutil.copyfile(worker, DIST / OFFLINE)
    _put(DIST / OFFLINE, "BUILD = 'none'", build)
    (DIST / MANIFEST).write_text(json.dumps(_sums(hosts), indent=2) + "\n")
    lines = [f"{sum_}  {name}\n" for name, sum_ in _sums([SUMS]).items()]
    (DIST / SUMS).write_text("".join(lines))


def _put(path: Path, old: str, value: object) -> None:
    text = path.read_text()
    if old not in text:
        raise ValueError(f"the offline worker has no {old}")
    name = old.split(" = ")[0]
    path.write_text(text.replace(old, f"{name} = {json.dumps(value)}"))


def _sums(without: Collection[str]) -> dict[str, str]:
    """Sum up what is ours; the configuration belongs to who runs the site."""
    names = {
        path: path.relative_to(DIST).as_posix() for path in sorted(DIST.rglob("*"))
    }
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path, name in names.items()
        if path.is_file() and name not in (CONFIG, *without)
    }


def pack() -> None:
    """Put the site in one archive, the same bytes every time, with its sum beside it."""
    version = json.loads((ROOT / "package.json").read_text())["version"]
    RELEASE.mkdir(exist_ok=True)
    name = f"cordon-site-{version}.zip"
    with zipfile.ZipFile(RELEASE / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(DIST.rglob("*")):
            if path.is_file():
                info = zipfile.ZipInfo(path.relative_to(DIST).as_posix(), NO_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, path.read_bytes())
    total = hashlib.sha256((RELEASE / name).read_bytes()).hexdigest()
    (RELEASE / f"{name}.sha256").write_text(f"{total}  {name}\n")


if __name__ == "__main__":
    {"vendor": vendor, "site": site, "seal": seal, "pack": pack}[sys.argv[1]]()
