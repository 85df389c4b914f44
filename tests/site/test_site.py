"""What is served: nothing missing, nothing remote, the same bytes every time."""

import hashlib
import importlib
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from web import DIST

ROOT = DIST.parent
ADDRESS = re.compile(rb"""["'`(]\s*(?:https?:)?//[\w.-]+\.\w+""")
OURS = (
    *("index.html", "app.webmanifest", "config.json", "examples"),
    *("css", "js", "manual", "workers"),
)


FOR_HOSTS = (
    *("_headers", ".htaccess", "web.config"),
    *("hosting/nginx.conf", "hosting/Caddyfile"),
)


def _sums(folder: Path) -> dict[str, str]:
    """Sum up all files but those that are written last, and the configuration."""
    last = ("manifest.json", "config.json", "SHA256SUMS")
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in last
    }


def test_the_manifest_names_every_file_that_is_served() -> None:
    sums = _sums(DIST)
    for name in FOR_HOSTS:
        del sums[name]
    assert json.loads((DIST / "manifest.json").read_text()) == sums


def test_all_files_can_be_compared_from_outside() -> None:
    lines = (DIST / "SHA256SUMS").read_text().splitlines()
    sums = {name: sum_ for sum_, name in (line.split("  ", 1) for line in lines)}
    manifest = hashlib.sha256((DIST / "manifest.json").read_bytes()).hexdigest()
    assert sums == {**_sums(DIST), "manifest.json": manifest}


def test_the_build_is_the_sum_of_all_and_another_with_another_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    lay_out = importlib.import_module("lay_out")
    monkeypatch.setattr(lay_out, "DIST", tmp_path)
    (tmp_path / "workers").mkdir()
    (tmp_path / "index.html").write_bytes((ROOT / "index.html").read_bytes())
    source = (ROOT / "workers/offline.js").read_text()
    builds = []
    for text in (source, source + "// other\n"):
        (tmp_path / "workers" / "offline.js").write_text(text)
        lay_out.seal()
        found = re.search('BUILD = "(.*)"', (tmp_path / "offline.js").read_text())
        assert found
        # as the page computes it
        sums = json.loads((tmp_path / "manifest.json").read_text())
        del sums["offline.js"]
        assert found[1] == hashlib.sha256(json.dumps(sums).encode()).hexdigest()
        builds.append(found[1])
        (tmp_path / "offline.js").unlink()
        (tmp_path / "manifest.json").unlink()
        (tmp_path / "SHA256SUMS").unlink()
    assert builds[0] != builds[1]


def test_building_again_elsewhere_gives_the_same_bytes(tmp_path: Path) -> None:
    package = ("py", "tools", "package.json", "pyproject.toml", "README.md", "LICENSE")
    for name in (*OURS, *package):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, tmp_path / name)
    _fetched(tmp_path / "vendor")
    python = ROOT / ".venv" / "bin" / "python"
    for command in (
        [python.with_name("hatchling"), "build", "-t", "wheel", "-d", "vendor/wheels"],
        [python, "tools/lay_out.py", "site"],
        [python, "tools/make_manual.py"],
        ["node", "tools/snapshot.mjs", "dist"],
        [python, "tools/lay_out.py", "seal"],
        [python, "tools/lay_out.py", "pack"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True)
    assert _sums(tmp_path / "dist") == _sums(DIST)
    _check_package(tmp_path / "release", tmp_path / "dist")


def _fetched(vendor: Path) -> None:
    """Have what others made, and not our own wheel."""
    (vendor / "wheels").mkdir(parents=True)
    for source in (*(ROOT / "vendor").iterdir(), *(ROOT / "vendor/wheels").iterdir()):
        if source.name != "wheels" and not source.name.startswith("cordon-"):
            there = vendor / source.relative_to(ROOT / "vendor")
            there.symlink_to(source)


def _check_package(release: Path, dist: Path) -> None:
    (packed,) = release.glob("*.zip")
    line = packed.with_name(f"{packed.name}.sha256").read_text()
    assert line == f"{hashlib.sha256(packed.read_bytes()).hexdigest()}  {packed.name}\n"
    with zipfile.ZipFile(packed) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files.pop("config.json") == (dist / "config.json").read_bytes()
    assert files.pop("SHA256SUMS") == (dist / "SHA256SUMS").read_bytes()
    assert files.pop("manifest.json") == (dist / "manifest.json").read_bytes()
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert sums == _sums(dist)


def test_hosts_are_told_the_policy_of_the_page() -> None:
    page = (DIST / "index.html").read_text()
    policy = re.search(r'Policy"\s+content="([^"]*)"', page)
    assert policy
    for name in (*FOR_HOSTS, "offline.js"):
        assert policy[1] in (DIST / name).read_text(), name


def test_our_files_name_no_other_host() -> None:
    for name in (*OURS, "offline.js"):
        root = DIST / name
        for path in [root] if root.is_file() else root.rglob("*.*"):
            found = ADDRESS.findall(path.read_bytes())
            assert [one for one in found if b"//www.w3.org" not in one] == []


def test_all_addresses_are_relative() -> None:
    page = (DIST / "index.html").read_text()
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert not address.startswith("/")
        assert (DIST / address).is_file()


def test_the_versions_agree() -> None:
    from cordon import __version__

    package = json.loads((ROOT / "package.json").read_text())
    assert package["version"] == __version__
    assert (DIST / "wheels" / f"cordon-{__version__}-py3-none-any.whl").is_file()


def test_every_dependency_is_pinned_with_a_hash() -> None:
    for lock in (ROOT / "tools").glob("*.txt"):
        text = lock.read_text().replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and line[0] not in "#- "]
        assert lines
        for line in lines:
            assert re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all(package.get("integrity") for name, package in packages.items() if name)


def test_the_app_can_be_installed() -> None:
    manifest = json.loads((DIST / "app.webmanifest").read_text())
    assert manifest["name"]
    assert manifest["start_url"] == manifest["scope"] == "./"
    assert manifest["display"] == "standalone"
    assert manifest["icons"]
    for icon in manifest["icons"]:
        assert (DIST / icon["src"]).is_file()
        assert icon["sizes"] == "any" or icon["sizes"].startswith("192")
    assert 'rel="manifest" href="app.webmanifest"' in (DIST / "index.html").read_text()


def test_each_host_is_told_the_same_headers() -> None:
    texts = {name: (DIST / name).read_text() for name in FOR_HOSTS}
    rules = ElementTree.fromstring(texts["web.config"])  # noqa: S314 - our own
    told = {one.get("name"): one.get("value") for one in rules.iter("add")}
    assert len(told) == 4
    types = {one.get("fileExtension") for one in rules.iter("mimeMap")}
    assert {".wasm", ".whl", ".snapshot", "."} <= types
    lines = {
        "_headers": "^  ([A-Z][\\w-]*): (.*)$",
        ".htaccess": '^  Header always set ([\\w-]+) "(.*)"$',
        "hosting/nginx.conf": '^  add_header ([\\w-]+) "(.*)" always;$',
        "hosting/Caddyfile": '^    ([A-Z][\\w-]*) "(.*)"$',
    }
    for name, line in lines.items():
        assert dict(re.findall(line, texts[name], re.MULTILINE)) == told, name
