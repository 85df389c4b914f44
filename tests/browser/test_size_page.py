"""Large instances in the page: none is ever held, and the result begins at once."""

import struct
import time
from collections.abc import Callable
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


def fragmented(path: Path, form: tuple[str, str], count: int, each: int) -> Path:
    """Write an instance of many fragments of mostly nothing, which takes little room."""
    syntax, sop_class = form
    elements = Study().elements(1, sop_class)
    head = file(elements, LE, syntax, sop_class=sop_class, sop_instance="1.2.3.4.5.1")
    with path.open("wb") as target:
        target.write(head + LE.head(0x7FE00010, "OB", 0xFFFFFFFF))
        target.write(struct.pack("<HHI", 0xFFFE, 0xE000, 0))
        for _ in range(count):
            target.write(struct.pack("<HHI", 0xFFFE, 0xE000, each))
            target.seek(each - 8, 1)
            target.write(b"the end.")
        target.write(struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))
    return path


def watched(page: Page) -> tuple[int, list[int], int]:
    """Follow a run; gives the most memory, how far it got, the largest buffer."""
    state(page, "running|done")
    most, shares = 0, []
    while page.locator("html").get_attribute("data-state") == "running":
        most = max(most, renderers())
        told = page.locator("#progress-bar").get_attribute("aria-valuenow")
        shares.append(int(told or 0))
        page.wait_for_timeout(100)
    expect(page.locator("#verdict")).to_contain_text("1 instance")
    largest = [page.evaluate("self.largest")]
    largest += [one.evaluate("self.largest ?? 0") for one in page.workers]
    return max(most, renderers()), shares, max(largest)


WRITTEN = """
async () => {
  const sizes = []
  const look = async (folder) => {
    for await (const one of folder.values()) {
      if (one.kind === 'directory') {
        await look(one)
      } else {
        sizes.push((await one.getFile()).size)
      }
    }
  }
  await look(await navigator.storage.getDirectory())
  return Math.max(0, ...sizes)
}
"""

MOST = {"single": 150, "folder": 150, "storage": 300}
"""MB, however large an instance is."""

GIANTS = {
    "many fragments": (VIDEO, 4000, 50_000),
    "video": (VIDEO, 4000, MEGA // 4),
    "slide": (SLIDE, 20_000, MEGA // 4),
}


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        *((mode, "many fragments") for mode in MOST),
        *(pytest.param(mode, "video", marks=pytest.mark.bench) for mode in MOST),
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
    form, count, each = GIANTS[name]
    (tmp_path / "in").mkdir()
    path = fragmented(tmp_path / "in" / "giant", form, count, each)
    if mode == "single":
        page.get_by_role("radio", name="Single DICOM file").check()
        page.set_input_files("#pick-file", path)
    else:
        page.set_input_files("#pick-folder", path.parent)
    state(page, "ready")
    before = renderers()
    begun = time.monotonic()
    process(page)
    most, shares, largest = watched(page)
    took = time.monotonic() - begun
    size = path.stat().st_size
    say(f"{name} of {size / 1e6:.0f} MB, {mode}: {took:.1f} s,")
    say(f"{most - before} MB more, largest buffer {largest / MEGA:.1f} MiB")
    assert most - before < MOST[mode]
    assert 0 < largest <= 64 * MEGA
    if mode == "single":
        return
    assert abs(page.evaluate(WRITTEN) - size) < 20_000
    steps = sorted(set(shares))
    assert shares == sorted(shares)
    assert len(steps) > 3
    assert steps[0] < 50
