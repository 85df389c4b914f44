"""The page's own figures: engines, a thousand images, and very many instances."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from builders import Study
from ct_images import images
from memory import renderers
from playwright.sync_api import Page
from steps import process, state
from web import DIST, Site

pytestmark = pytest.mark.bench

HEAP = (Path(__file__).parent / "heap-engine.js").read_text()


def test_speed_and_memory_by_the_number_of_engines(
    bench: Page, tmp_path: Path, say: Callable[[str], None]
) -> None:
    bench.set_input_files("input", images(tmp_path, 400, 512))
    bench.evaluate("list()")
    idle = renderers()
    speeds = {}
    for engines in (1, 2, 3):
        bench.evaluate("(size) => boot('workers/engine.js', size)", engines)
        bench.evaluate("ours()")
        speeds[engines] = median(bench.evaluate("ours()") for _ in range(3))
        memory = (renderers() - idle) / engines
        say(f"{engines} engines: {speeds[engines]:.0f} MB/s, {memory:.0f} MB for each")
        assert memory < 400
    say(f"two engines / one = {speeds[2] / speeds[1]:.2f} (at least 1.1)")
    assert speeds[2] / speeds[1] >= 1.1


def test_a_thousand_images_against_a_copy_and_the_native_codec(
    bench: Page, tmp_path: Path, say: Callable[[str], None]
) -> None:
    bench.set_input_files("input", images(tmp_path, 1000, 512))
    assert bench.evaluate("list()") == 1000
    bench.evaluate("boot('workers/engine.js')")
    to_copy = []
    for _ in range(3):
        copied = bench.evaluate("copyFiles()")
        ours = bench.evaluate("ours()")
        to_copy.append(ours / copied)
    say(f"1000 CT: {ours:.0f} MB/s, a copy of the files {copied:.0f} MB/s")
    native = ours / bench.evaluate("native()")
    say(f"run / copy of the files = {median(to_copy):.2f} (at least 0.60)")
    say(f"run / native codec = {native:.1f} (at least 2.5)")
    assert median(to_copy) >= 0.6
    assert native >= 2.5


MANY = 100_000
"""Instances of a run in which nothing may pile up."""


def many(path: Path, count: int) -> Path:
    """Write an archive of as many small instances, each another one."""
    whole = Study().image(1, 8)
    uid = b"1.2.3.4.5.1\0"
    assert whole.count(uid) == 2
    with zipfile.ZipFile(path, "w") as target:
        for number in range(count):
            one = whole.replace(uid, f"1.2.{number:07}".encode() + b"\0")
            target.writestr(f"{number}", one)
    return path


def test_memory_over_very_many_instances(
    page: Page,
    open_page: Callable[..., Page],
    site: Site,
    tmp_path: Path,
    say: Callable[[str], None],
) -> None:
    site.replaced["/workers/heap-engine.js"] = HEAP.replace(
        "./workers/engine.js", "./engine.js"
    ).encode()
    pool = (DIST / "js/main.js").read_text()
    assert pool.count("workers/engine.js") == 1
    site.replaced["/js/main.js"] = pool.replace(
        "workers/engine.js", "workers/heap-engine.js"
    ).encode()
    open_page("output=storage&workers=2&dicomdir=false")
    inside = page.context.new_cdp_session(page)

    def measured() -> tuple[int, float, int, int]:
        inside.send("HeapProfiler.collectGarbage")
        done = page.locator("#progress-files").inner_text() or "0"
        files = int("".join(filter(str.isdigit, done.split("/")[0])) or 0)
        heap = inside.send("Runtime.getHeapUsage")["usedSize"]
        engines = [one.evaluate("self.heap?.() ?? 0") for one in page.workers]
        return files, heap, max(engines), renderers()

    page.set_input_files("#pick-file", many(tmp_path / "in.zip", MANY))
    state(page, "ready")
    process(page)
    seen = []
    while page.locator("html").get_attribute("data-state") == "running":
        seen.append(measured())
        page.wait_for_timeout(15_000)
    state(page, "done")
    seen = [one for one in seen if MANY / 10 < one[0] < MANY]
    (first, early, before, resident), *_, (last, late, after, most) = seen
    each = (late - early) / (last - first)
    say(f"{MANY} instances: page {each:.0f} bytes for each (at most 1500)")
    say(f"engines {before / 1e6:.1f} to {after / 1e6:.1f} MB (no growth)")
    say(f"renderer {resident} to {most} MB (at most 400 more)")
    # what the page keeps of each instance grows with their number; engines do not
    assert each < 1500
    assert after == before
    assert most - resident < 400
    with page.expect_download(timeout=300_000) as download:
        page.get_by_role("button", name="Download Study ZIP").click()
    with zipfile.ZipFile(download.value.path()) as opened:
        assert len(set(opened.namelist())) == MANY
