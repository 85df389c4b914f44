"""Large instances in the page: none is ever held, and the result begins at once."""

import struct
import time
from collections.abc import Callable
from functools import partial
from hashlib import shake_128
from pathlib import Path

import pytest
from builders import LE, Study, file
from memory import renderers
from playwright.sync_api import Page, expect
from steps import MEGA, STUBBED_FOLDER, process, state
from web import DIST, Site

pytestmark = pytest.mark.browser

VIDEO = ("1.2.840.10008.1.2.4.102", "1.2.840.10008.5.1.4.1.1.77.1.4.1")
"""MPEG-4 in a Video Photographic Image."""

SLIDE = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.5.1.4.1.1.77.1.6")
"""JPEG in a VL Whole Slide Microscopy Image."""

FRAMES = ("1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.7.3")
"""As they are, in a Multi-frame Grayscale Word Secondary Capture Image."""

RECORDED = """
self.largest = 0
const seen = (made) => {
  self.largest = Math.max(self.largest, made?.byteLength ?? 0)
  return made
}
for (const name of ['ArrayBuffer', 'Uint8Array']) {
  self[name] = new Proxy(self[name], {
    construct(type, given, as) {
      const made = Reflect.construct(type, given, as)
      // a view of memory that is there already is no memory
      return given[0] instanceof ArrayBuffer || given[0]?.buffer ? made : seen(made)
    },
  })
}
for (const [type, name] of [
  [Blob, 'arrayBuffer'],
  [Response, 'arrayBuffer'],
  [self.FileReaderSync ?? Blob, 'readAsArrayBuffer'],
]) {
  const original = type.prototype[name]
  if (original) {
    type.prototype[name] = function (...given) {
      const made = original.apply(this, given)
      return made instanceof Promise ? made.then(seen) : seen(made)
    }
  }
}
"""
"""Keeps the size of the largest buffer that was made."""


WRITTEN = """
async () => {
  const sizes = []
  const look = async (folder) => {
    for await (const one of folder.values()) {
      if (one.kind === 'directory') {
        await look(one)
      } else {
        // a journal may be gone by now
        sizes.push((await one.getFile().catch(() => ({ size: 0 }))).size)
      }
    }
  }
  await look(await navigator.storage.getDirectory())
  return Math.max(0, ...sizes)
}
"""


def head(form: tuple[str, str]) -> bytes:
    """Make what stands before the pixel data."""
    syntax, sop_class = form
    elements = Study().elements(1, sop_class)
    return file(elements, LE, syntax, sop_class=sop_class, sop_instance="1.2.3.4.5.1")


def fragmented(path: Path, form: tuple[str, str], count: int, each: int) -> None:
    """Write an instance of many fragments of mostly nothing, which takes little room."""
    with path.open("wb") as target:
        target.write(head(form) + LE.head(0x7FE00010, "OB", 0xFFFFFFFF))
        target.write(struct.pack("<HHI", 0xFFFE, 0xE000, 0))
        for _ in range(count):
            target.write(struct.pack("<HHI", 0xFFFE, 0xE000, each))
            target.seek(each - 8, 1)
            target.write(b"the end.")
        target.write(struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))


def framed(path: Path, form: tuple[str, str], megas: int) -> None:
    """Write an instance of frames that deflate to about a half."""
    noise = bytearray(MEGA)
    noise[::2] = shake_128().digest(MEGA // 2)
    with path.open("wb") as target:
        target.write(head(form) + LE.head(0x7FE00010, "OW", megas * MEGA))
        for _ in range(megas):
            target.write(noise)


def watched(page: Page) -> tuple[int, list[tuple[int, int]], int]:
    """Follow a run; gives the most memory, progress, and the largest buffer.

    Progress is percent beside the bytes that are in the browser's storage by then.
    """
    state(page, "running|done")
    most, progress = 0, []
    while page.locator("html").get_attribute("data-state") == "running":
        most = max(most, renderers())
        told = page.locator("#progress-bar").get_attribute("aria-valuenow")
        progress.append((int(told or 0), page.evaluate(WRITTEN)))
        page.wait_for_timeout(100)
    expect(page.locator("#verdict")).to_contain_text("1 instance")
    largest = [page.evaluate("self.largest")]
    largest += [one.evaluate("self.largest ?? 0") for one in page.workers]
    return max(most, renderers()), progress, max(largest)


MOST = {"single": 150, "folder": 150, "storage": 200}
"""MB, however large an instance is."""

GIANTS = {
    "many fragments": partial(fragmented, form=VIDEO, count=4000, each=50_000),
    "frames": partial(framed, form=FRAMES, megas=200),
    "video": partial(fragmented, form=VIDEO, count=4000, each=MEGA // 4),
    "many frames": partial(framed, form=FRAMES, megas=2000),
    "slide": partial(fragmented, form=SLIDE, count=20_000, each=MEGA // 4),
}


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        *((mode, "many fragments") for mode in MOST),
        ("storage", "frames"),
        *(pytest.param(mode, "video", marks=pytest.mark.bench) for mode in MOST),
        pytest.param("storage", "many frames", marks=pytest.mark.bench),
        # a browser without a profile has no room for it anywhere else
        pytest.param("single", "slide", marks=pytest.mark.bench),
    ],
)
def test_what_is_large_is_never_held(
    mode: str,
    name: str,
    page: Page,
    open_page: Callable[..., Page],
    site: Site,
    say: Callable[[str], None],
    tmp_path: Path,
) -> None:
    engine = (DIST / "workers/engine.js").read_text()
    recorded = engine.replace("self.onmessage =", f"{RECORDED}\nself.onmessage =", 1)
    site.replaced["/workers/engine.js"] = recorded.encode()
    page.add_init_script(RECORDED)
    page.add_init_script(STUBBED_FOLDER)
    output = "storage" if mode == "single" else mode
    open_page(f"output={output}&workers=2")
    path = tmp_path / "in" / "giant"
    path.parent.mkdir()
    GIANTS[name](path)
    if mode == "single":
        page.get_by_role("radio", name="Single DICOM file").check()
        page.set_input_files("#pick-file", path)
    else:
        page.set_input_files("#pick-folder", path.parent)
    state(page, "ready")
    before = renderers()
    begun = time.monotonic()
    process(page)
    most, progress, largest = watched(page)
    took = time.monotonic() - begun
    size = path.stat().st_size
    say(f"{name} of {size / 1e6:.0f} MB, {mode}: {took:.1f} s,")
    say(f"{most - before} MB more, largest buffer {largest / MEGA:.1f} MiB")
    assert most - before < MOST[mode]
    assert 0 < largest <= 64 * MEGA
    if mode == "single":
        return
    if not name.endswith("frames"):
        assert abs(page.evaluate(WRITTEN) - size) < 20_000
    shares = [share for share, _ in progress]
    steps = sorted(set(shares))
    assert shares == sorted(shares)
    assert len(steps) > 3
    assert steps[0] < 50
    if mode == "storage":
        # what comes into being at once, when all is written, is not seen before
        halves = [written for share, written in progress if share < 50]
        assert max(halves) > size / 10
