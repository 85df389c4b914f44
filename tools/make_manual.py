"""Make the manual that is served with the page: dist/manual.

The text is `manual/*.html`, in which `{{key}}` stands for the page's own word of that
key and `[[name]]` for a part that is made of the schemas, the words, the compiled
profile and the command's arguments, so that none of it can drift. The same sources
give the same bytes. Run by build.sh when all else is laid out, on what the wheels hold.
"""

import json
import re
import shutil
import struct
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from html import escape, unescape
from pathlib import Path
from typing import Final, NamedTuple

import headers

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "manual"
WHEELS: Final = ROOT / "vendor" / "wheels"
DIST: Final = ROOT / "dist"

PAGES: Final = {
    "index": "Guide",
    "options": "Options",
    "errors": "Messages",
    "attributes": "What happens to each attribute",
    "hosting": "For hospital IT",
    "command": "The command line",
}
"""Pages in the order of the contents, with their titles."""

_HEADING: Final = re.compile(r'<h([23]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
_ROW: Final = re.compile(r'<tr id="([^"]+)" data-title="([^"]+)">(.*?)</tr>', re.DOTALL)


class Section(NamedTuple):
    """A place in the manual that the contents or the search lead to."""

    level: int
    id: str
    title: str
    text: str


def main() -> None:
    """Write every page, the index of the search and what goes along as it is."""
    with tempfile.TemporaryDirectory() as folder:
        _unpack_wheels(Path(folder))
        import manual_parts  # stands on the wheels

        parts = {**manual_parts.parts(ROOT), **_sizes(), **_policies()}
    target = DIST / "manual"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    shutil.copytree(SOURCE / "pictures", target / "pictures")
    shutil.copyfile(SOURCE / "search.js", target / "search.js")
    words = json.loads((ROOT / "js" / "words" / "en.json").read_text("utf-8"))
    bodies = {name: _body(name, words, parts) for name in PAGES}
    frame = (SOURCE / "frame.html").read_text("utf-8")
    for name, body in bodies.items():
        inside = {
            "title": PAGES[name],
            "contents": _contents(name, bodies),
            "body": body.rstrip(),
        }
        page = _filled(frame, {**parts, **inside})
        (target / f"{name}.html").write_text(page, "utf-8")
    index = [entry for name, body in bodies.items() for entry in _entries(name, body)]
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in index)
    (target / "index.json").write_text(f"[\n{lines}\n]\n", "utf-8")


def _unpack_wheels(folder: Path) -> None:
    """Make importable what is served, and nothing that this machine may have."""
    for name in ("cordon-*.whl", "pydicom-*.whl"):
        (wheel,) = WHEELS.glob(name)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    sys.path.insert(0, str(folder))


def _policies() -> dict[str, str]:
    """Give the policy of the page itself, and what a host should send."""
    page = (DIST / "index.html").read_text("utf-8")
    lines = (f"{name}: {value}" for name, value in headers.headers(page).items())
    sent = escape("\n".join(lines), quote=False)
    return {
        "policy": headers.policy(page),
        "headers": f'<pre tabindex="0"><code>{sent}</code></pre>',
    }


def _sizes() -> dict[str, str]:
    """Give the attributes that keep a picture's place until it is loaded."""
    sizes = {}
    for path in (SOURCE / "pictures").glob("*.png"):
        width, height = struct.unpack_from(">II", path.read_bytes(), 16)
        sizes[f"size-{path.stem}"] = f'width="{width}" height="{height}"'
    return sizes


def _body(name: str, words: Mapping[str, str], parts: Mapping[str, str]) -> str:
    text = (SOURCE / f"{name}.html").read_text("utf-8")
    said = re.sub(r"\{\{([^}]+)\}\}", lambda match: escape(words[match[1]]), text)
    return _filled(said, parts)


def _filled(text: str, parts: Mapping[str, str]) -> str:
    """Put parts in their places; what has no part is an error."""
    return re.sub(r"\[\[([\w-]+)\]\]", lambda match: parts[match[1]], text)


def _contents(current: str, bodies: Mapping[str, str]) -> str:
    """List the pages, and the sections of the one that is open."""
    lines = ["<ul>"]
    for name, title in PAGES.items():
        here = ' aria-current="page"' if name == current else ""
        lines.append(f'<li><a href="{name}.html"{here}>{title}</a>')
        sections = [one for one in _sections(bodies[name]) if one.level == 2]
        if here and sections:
            lines.append("<ul>")
            lines += (
                f'<li><a href="#{one.id}">{escape(one.title)}</a></li>'
                for one in sections
            )
            lines.append("</ul>")
        lines.append("</li>")
    return "\n".join((*lines, "</ul>"))


def _sections(body: str) -> Iterator[Section]:
    """Find the headings, each with the text up to the next."""
    found = list(_HEADING.finditer(body))
    ends = [*(match.start() for match in found[1:]), len(body)]
    for match, end in zip(found, ends, strict=True):
        text = _ROW.sub("", body[match.end() : end])
        yield Section(int(match[1]), match[2], _plain(match[3]), _plain(text))


def _entries(name: str, body: str) -> Iterator[tuple[str, str, str]]:
    """Give what the search finds on a page: sections, and rows that have a title."""
    for one in _sections(body):
        yield f"{name}.html#{one.id}", one.title, one.text
    for match in _ROW.finditer(body):
        yield f"{name}.html#{match[1]}", unescape(match[2]), _plain(match[3])


def _plain(markup: str) -> str:
    """Give the text, as it is read."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


if __name__ == "__main__":
    main()
