"""Faults around a run: no memory, no room, sources and places that go away, other tabs.

Whatever goes wrong, the run ends, and each instance is whole in the result or named.
"""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from engine import deidentify
from many import many
from oracle import read
from playwright.sync_api import BrowserContext, Page, expect
from steps import (
    FIXED_KEY,
    MEGA,
    STUBBED_FOLDER,
    STUBBED_PICKER,
    details,
    download,
    giant,
    images,
    kept,
    members,
    outcome,
    process,
    saved,
    series,
    state,
    tree,
    write,
)
from web import DIST, Site, Watch

from cordon.core.errors import InstanceError

pytestmark = pytest.mark.browser

OUTPUTS = ("zip", "folder", "storage", "download")


def served(site: Site, path: str, script: str) -> None:
    """Let a worker run a script of the test's before its own."""
    original = (DIST / path).read_text()
    site.replaced[f"/{path}"] = f"{script}\n{original}".encode()


def numbers(found: dict[str, bytes]) -> list[int]:
    """Tell the instance numbers, in order, of results, which must be whole."""
    return sorted(int(read(one).InstanceNumber) for one in images(found).values())


def problems(page: Page) -> int:
    """Tell how many files were not written, as the page says."""
    told = re.search(r"(\d+) not written", page.locator("#verdict").inner_text())
    return int(told[1]) if told else 0


def ended(watch: Watch, cause: str) -> None:
    """See that the console tells of one run that failed, and of nothing else."""
    told = re.compile(rf" *[\d.]+ error run-failed cause={cause}( \w+=\d+)*")
    assert len(watch.said) == 1
    assert told.fullmatch(watch.said[0])
    watch.said.clear()


# ---------------------------------------------------------------- memory

SCARCE = """
  WebAssembly.Memory.prototype.grow = () => { throw new RangeError('of a value') }
  pyodide.runPython(`
import builtins
builtins.taken = []
try:
    while True:
        taken.append(bytearray(1 << 20))
except MemoryError:
    del taken[-6:]
`)
"""
"""An engine that has booted has some megabytes left, and is given no more."""


def test_an_instance_for_which_there_is_no_memory_is_named_and_costs_no_other(
    open_page: Callable[..., Page], site: Site, tmp_path: Path
) -> None:
    runtime = (DIST / "workers/runtime.js").read_text()
    spot = "  return pyodide.pyimport(DRIVER)"
    scarce = runtime.replace(spot, SCARCE + spot)
    site.replaced["/workers/runtime.js"] = scarce.encode()
    page = open_page("output=download&workers=1")
    series(tmp_path, 12)
    # what is larger than these is never held
    for number in range(6):
        giant(tmp_path / f"big {number}", 8 * MEGA - 5000, 100 + number)
    outcome(page, tmp_path)
    lost = problems(page)
    assert lost > 0
    found = numbers(members(download(page, "Download Study ZIP")[1]))
    assert len(found) == 18 - lost
    assert set(range(12)) <= set(found)
    dialog = details(page)
    expect(dialog.get_by_role("row", name="MemoryError")).to_have_count(lost)
    expect(dialog.get_by_text(re.compile("can be tried again"))).to_be_visible()


def test_a_source_that_finds_no_memory_is_not_said_to_be_lost(
    open_page: Callable[..., Page], site: Site, tmp_path: Path
) -> None:
    served(
        site,
        "workers/engine.js",
        """
        const give = FileReaderSync.prototype.readAsArrayBuffer
        FileReaderSync.prototype.readAsArrayBuffer = function (blob) {
          if (blob.size > 1e6) {
            throw new RangeError('of a value')
          }
          return give.call(this, blob)
        }
        """,
    )
    page = open_page("output=download&workers=1")
    series(tmp_path, 3)
    giant(tmp_path / "big", 2 * MEGA, 100)
    outcome(page, tmp_path)
    dialog = details(page)
    expect(dialog.get_by_role("row", name="RangeError")).to_have_count(1)
    assert "of a value" not in page.content()


# ---------------------------------------------------------------- places

FAILING_WRITES = """
const write_ = FileSystemWritableFileStream.prototype.write
FileSystemWritableFileStream.prototype.write = function (data) {
  return this.count++ >= window.after || window.after <= 0
    ? Promise.reject(new DOMException('of a value', window.error))
    : (window.after--, write_.call(this, data))
}
"""
FAILING_STORAGE = """
const write_ = FileSystemSyncAccessHandle.prototype.write
let after = 3
self.addEventListener('message', ({ data }) => {
  after = data.type === 'close' ? Infinity : after
})
FileSystemSyncAccessHandle.prototype.write = function (...parts) {
  if (!after--) {
    after = 0
    throw new DOMException('of a value', 'QuotaExceededError')
  }
  return write_.apply(this, parts)
}
"""
FAILING_MEMORY = """
const Blob_ = window.Blob
window.Blob = class extends Blob_ {
  constructor(parts, options) {
    if (parts?.[0]?.length > 1e6 && window.after-- <= 0) {
      throw new DOMException('of a value', 'QuotaExceededError')
    }
    super(parts, options)
  }
}
"""


def failing(page: Page, site: Site, error: str = "QuotaExceededError") -> None:
    """Let every place fail after a few writes."""
    scripts = (STUBBED_PICKER, STUBBED_FOLDER, FAILING_WRITES, FAILING_MEMORY)
    for script in scripts:
        page.add_init_script(script)
    page.add_init_script(f"window.after = 3; window.error = '{error}'")
    served(site, "workers/storage.js", FAILING_STORAGE)


def picked(page: Page) -> list[str]:
    """List what is at the top of the browser's own storage."""
    return page.evaluate(
        "async () => Array.fromAsync((await navigator.storage.getDirectory()).keys())"
    )


def continue_left(page: Page) -> None:
    """Choose to continue the run that has just failed."""
    expect(page.locator("#verdict")).to_contain_text("can be continued")
    assert [name.endswith(".journal") for name in kept(page)] == [True]
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_place_that_is_full_in_mid_run_ends_the_run_and_says_so(
    output: str,
    page: Page,
    open_page: Callable[..., Page],
    watch: Watch,
    site: Site,
    tmp_path: Path,
) -> None:
    failing(page, site)
    if output == "folder":
        site.replaced.clear()  # or the run could not be continued
    open_page(f"output={output}&codec=store&workers=1")
    outcome(page, series(tmp_path, 40, 512), "failed")
    expect(page.get_by_text("There is not enough space left")).to_be_visible()
    ended(watch, "storage-full")
    assert "of a value" not in page.content()
    assert "deidentified-study.zip" not in picked(page)
    site.replaced.clear()
    page.evaluate("window.after = 1e9")
    if output == "folder":
        whole = tree(page)
        assert len(whole) <= 3
        assert all(read(data).Rows == 512 for data in whole.values())
        continue_left(page)
    assert kept(page) == [] or output == "folder"
    outcome(page, tmp_path)
    expect(page.locator("#verdict")).to_contain_text("40 instances de-identified")


@pytest.mark.parametrize("output", ["zip", "folder"])
@pytest.mark.parametrize("error", ["NotAllowedError", "NotFoundError"])
def test_a_place_that_is_withdrawn_or_gone_in_mid_run_ends_the_run(
    error: str,
    output: str,
    page: Page,
    open_page: Callable[..., Page],
    watch: Watch,
    site: Site,
    tmp_path: Path,
) -> None:
    failing(page, site, error)
    site.replaced.clear()
    page.add_init_script("""
      for (const [type, name] of [
        [FileSystemDirectoryHandle, 'removeEntry'],
        [FileSystemDirectoryHandle, 'getFileHandle'],
        [FileSystemHandle, 'remove'],
      ]) {
        const original = type.prototype[name]
        type.prototype[name] = function (...parts) {
          // the journal is the browser's own
          return window.after <= 0 && !String(parts[0]).endsWith('.journal')
            ? Promise.reject(new DOMException('of a value', window.error))
            : original.apply(this, parts)
        }
      }
    """)
    open_page(f"output={output}&codec=store&workers=1")
    outcome(page, series(tmp_path, 40, 512), "failed")
    expect(page.get_by_text("The result could not be written")).to_be_visible()
    ended(watch, "output-failed")
    assert "of a value" not in page.content()
    page.evaluate("window.after = 1e9")
    if output == "folder":
        continue_left(page)
    assert kept(page) == [] or output == "folder"
    outcome(page, tmp_path)
    assert kept(page) == []
    expect(page.locator("#verdict")).to_contain_text("40 instances de-identified")


def test_a_journal_that_finds_no_room_does_not_end_a_run_to_a_folder(
    page: Page, open_page: Callable[..., Page], site: Site, tmp_path: Path
) -> None:
    page.add_init_script(STUBBED_FOLDER)
    served(site, "workers/storage.js", FAILING_STORAGE)
    open_page("output=folder&workers=1")
    outcome(page, series(tmp_path, 20), "done|failed")
    expect(page.locator("#verdict")).to_contain_text("20 instances de-identified")
    assert numbers(tree(page)) == list(range(20))
    assert kept(page) == []


def test_a_download_that_the_browser_could_not_hold_is_no_result(
    page: Page, open_page: Callable[..., Page], watch: Watch, tmp_path: Path
) -> None:
    page.add_init_script("""
      Blob.prototype.arrayBuffer = async function () {
        throw new DOMException('', 'NotReadableError')
      }
    """)
    open_page("output=download&workers=1")
    outcome(page, series(tmp_path, 3), "failed")
    expect(page.get_by_text("There is not enough space left")).to_be_visible()
    ended(watch, "storage-full")


# ---------------------------------------------------------------- sources


def test_sources_that_change_before_they_are_read_are_named_each(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=1")
    folder = series(tmp_path, 6)
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    whole = (folder / "1").read_bytes()
    (folder / "1").write_bytes(whole[:-100])
    (folder / "2").write_bytes(Study().image(99, size=64))
    (folder / "3").unlink()
    (folder / "4").rename(folder / "moved")
    process(page)
    state(page, "done")
    assert numbers(members(download(page, "Download Study ZIP")[1])) == [0, 5]
    dialog = details(page)
    expect(dialog.get_by_role("row", name="source-lost")).to_have_count(4)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("fault", ["grows", "goes"])
def test_a_giant_that_changes_while_it_is_written_is_named_and_leaves_nothing(
    output: str,
    fault: str,
    page: Page,
    open_page: Callable[..., Page],
    tmp_path: Path,
) -> None:
    for script in (STUBBED_PICKER, STUBBED_FOLDER):
        page.add_init_script(script)
    open_page(f"output={output}&codec=fast&level=9&workers=1")
    folder = series(tmp_path / "in", 3)
    # 0 and 1 before the giant, 2 and 99 after it
    big = giant(folder / "1 giant", 900 * MEGA, 50)
    write(folder, {"99": Study().image(99, size=32)})
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    bar = page.get_by_role("progressbar")
    while int(bar.get_attribute("aria-valuenow") or 0) < 2:
        page.wait_for_timeout(50)
    if fault == "grows":
        with big.open("ab") as source:
            source.write(b"more")
    else:
        big.unlink()
    state(page, "done")
    dialog = details(page)
    expect(dialog.get_by_role("row", name="source-lost")).to_have_count(1)
    page.keyboard.press("Escape")
    if output == "folder":
        found = tree(page)
    elif output == "zip":
        found = members(saved(page))
    else:
        found = members(download(page, "Download Study ZIP")[1])
    assert numbers(found) == [0, 1, 2, 99]


def test_a_disk_that_is_taken_away_ends_the_run_with_each_file_accounted_for(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=1")
    folder = series(tmp_path / "disk", 400, 256)
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    expect(page.get_by_role("button", name="Stop and keep")).to_be_enabled()
    folder.rename(tmp_path / "gone")
    state(page, "done")
    found = numbers(members(download(page, "Download Study ZIP")[1]))
    lost = problems(page)
    assert lost > 0
    assert found
    assert len(found) + lost == 400
    region = page.get_by_role("region", name="Errors")
    expect(region.get_by_role("listitem")).to_have_text(
        re.compile(f"{lost} files.*source-lost")
    )


# ---------------------------------------------------------------- around the page

UNSEEN = """
Object.defineProperty(document, 'hidden', { get: () => true })
Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
const setTimeout_ = window.setTimeout
window.setTimeout = (job, wait, ...rest) =>
  setTimeout_(job, Math.max(wait ?? 0, 1000), ...rest)
const setInterval_ = window.setInterval
window.setInterval = (job, wait, ...rest) =>
  setInterval_(job, Math.max(wait ?? 0, 1000), ...rest)
window.requestAnimationFrame = () => 0
"""
"""How a browser treats a page in the background."""


def test_a_page_in_the_background_lists_and_runs_as_fast(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(UNSEEN)
    open_page("output=download&workers=1")
    path = tmp_path / "in.zip"
    text = b"no DICOM"
    with zipfile.ZipFile(path, "w") as target:
        for number in range(30_000):
            target.writestr(f"{number}", text)
        target.writestr("good", Study().image(size=8))
    page.evaluate("window.begun = performance.now()")
    page.set_input_files("#pick-file", path)
    state(page, "ready")
    # thirty waits of a second each would be too many
    assert page.evaluate("performance.now() - begun") < 20_000
    small = series(tmp_path / "small", 30)
    outcome(page, small)
    assert len(numbers(members(download(page, "Download Study ZIP")[1]))) == 30


def test_two_pages_at_once_finish_and_keep_both_results(
    context: BrowserContext, page: Page, site: Site, tmp_path: Path
) -> None:
    folders = [series(tmp_path / name, 150, 256) for name in ("one", "two")]
    pages = [page, context.new_page()]
    for one in pages:
        one.set_default_timeout(60_000)
        one.goto(f"{site.url}?output=storage&workers=1&level=9")
        one.locator("#engines[data-engines=ready]").wait_for()
    for one, folder in zip(pages, folders, strict=True):
        one.bring_to_front()
        one.set_input_files("#pick-folder", folder)
        state(one, "ready")
    for one in pages:
        process(one)
    both = [one.locator("html").get_attribute("data-state") for one in pages]
    assert both == ["running", "running"]
    for one in pages:
        state(one, "done")
    assert len(kept(page)) == 2
    for one in pages:
        found = members(download(one, "Download Study ZIP")[1])
        assert numbers(found) == list(range(150))


def test_a_run_that_began_while_another_page_looked_is_left_alone(
    page: Page, open_page: Callable[..., Page], context: BrowserContext, tmp_path: Path
) -> None:
    open_page("output=storage&workers=1&level=9")
    page.set_input_files("#pick-folder", series(tmp_path, 100, 256))
    state(page, "ready")
    other = context.new_page()
    # what it learned of the locks is old by the time it looks
    other.add_init_script("navigator.locks.query = async () => ({ held: [] })")
    removed = "FileSystemDirectoryHandle.prototype.removeEntry"
    other.add_init_script(
        f"window.removed = []; {removed} = async (name) => {{ removed.push(name) }}"
    )
    served_ = page.url.split("?")[0]
    other.goto(served_)
    other.set_default_timeout(60_000)
    other.locator("#engines[data-engines=ready]").wait_for()
    page.evaluate(
        """async () => {
          const { begin } = await import(new URL('js/sink/journal.js', location.href))
          const key = new Uint8Array(32)
          const plan = { settings: '{}', key, random: true, options: {} }
          await begin({ ...plan, mode: 'storage' })
        }"""
    )
    look = """async () => {
      const { openJournals } = await import(new URL('js/sink/journal.js', location.href))
      await openJournals()
      return removed
    }"""
    assert other.evaluate(look) == []


def test_a_clock_that_jumps_changes_neither_times_nor_the_run(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script("""
      const now = Date.now
      let turn = 0
      Date.now = () => now() + [0, 1e9, -1e9, 3.6e6][turn++ % 4]
    """)
    open_page("output=storage&workers=1&level=9")
    page.set_input_files("#pick-folder", series(tmp_path, 150, 512))
    state(page, "ready")
    process(page)
    shown = []
    while page.locator("html").get_attribute("data-state") == "running":
        shown.append(page.locator("#progress-time").inner_text(timeout=1000))
        page.wait_for_timeout(250)
    state(page, "done")
    elapsed = [
        float(told[1])
        for text in shown
        if (told := re.match(r"([\d.]+) s", text)) is not None
    ]
    assert elapsed
    assert elapsed == sorted(elapsed)
    assert max(elapsed) < 240
    left = [int(one) for text in shown for one in re.findall(r"(\d+) s left", text)]
    assert all(0 < one < 240 for one in left)
    expect(page.locator("#verdict")).to_contain_text("150 instances de-identified")


# ---------------------------------------------------------------- many


@pytest.mark.parametrize(
    "count", [5_000, pytest.param(100_000, marks=pytest.mark.bench)]
)
def test_each_of_many_files_is_whole_or_named(
    count: int, page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(FIXED_KEY)
    open_page("output=storage&dicomdir=false")
    expected: set[bytes] = set()
    codes: dict[int, str] = {}
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as target:
        for number, one in enumerate(many(count)):
            target.writestr(f"{number}", one)
            try:
                expected.add(deidentify(one))
            except InstanceError as error:
                codes[number + 1] = error.code
    page.set_input_files("#pick-file", path)
    state(page, "ready")
    process(page)
    page.locator("html[data-state=done]").wait_for(timeout=1_500_000)
    with page.expect_download(timeout=120_000) as download_:
        page.get_by_role("button", name="Download Study ZIP").click()
    with zipfile.ZipFile(download_.value.path()) as opened:
        found = {opened.read(name) for name in opened.namelist()}
        assert len(found) == len(opened.namelist())
    assert found == expected
    details(page)
    _, errors = download(page, "Save to file")
    rows = re.findall(r"^(\d+)\tunreadable\t(\S+)\t\d+$", errors.decode(), re.MULTILINE)
    assert {int(number): code for number, code in rows} == codes
    assert len(found) + len(codes) == count
