"""Where results go: each output, each codec, giants, faults, cancelling and resuming."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from builders import JPEG, LE, Study, file
from engine import deidentify
from oracle import read
from playwright.sync_api import BrowserContext, BrowserType, Page, expect
from steps import (
    FIXED_KEY,
    MEGA,
    STUBBED_FOLDER,
    STUBBED_PICKER,
    download,
    engines,
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
from web import Site

from cordon.media.archive import method_for

pytestmark = pytest.mark.browser


def result(page: Page, output: str) -> dict[str, bytes]:
    if output == "folder":
        return tree(page)
    if output == "zip":
        return members(saved(page))
    return members(download(page, "Download Study ZIP")[1])


CODECS = (
    "codec=fast&level=1",
    "codec=store",
    "codec=native",
    "codec=software&level=9",
    "codec=software&level=0&zip_workers=false",
)


@pytest.mark.parametrize(
    ("output", "codec"),
    [
        *((output, CODECS[0]) for output in ("zip", "folder", "storage", "download")),
        *(("storage", codec) for codec in CODECS[1:]),
        ("zip", CODECS[2]),
        ("download", CODECS[3]),
    ],
)
def test_each_output_by_each_codec_holds_what_the_engine_makes(
    page: Page, open_page: Callable[..., Page], tmp_path: Path, output: str, codec: str
) -> None:
    for script in (FIXED_KEY, STUBBED_PICKER, STUBBED_FOLDER):
        page.add_init_script(script)
    open_page(f"output={output}&{codec}&workers=2")
    folder = series(tmp_path / "in", 12, 64)
    outcome(page, folder)
    found = images(result(page, output))
    expected = {deidentify(path.read_bytes()) for path in folder.iterdir()}
    assert set(found.values()) == expected
    assert all(re.fullmatch(r"DICOM/[A-Z0-9/]+", name) for name in found)


@pytest.mark.parametrize("codec", ["native", "software"])
def test_zip_workers_work_under_the_policy(
    page: Page, open_page: Callable[..., Page], tmp_path: Path, codec: str
) -> None:
    started: list[str] = []
    page.on("worker", lambda worker: started.append(worker.url))
    open_page(f"output=download&codec={codec}&workers=1&level=5")
    outcome(page, series(tmp_path, 6, 200))
    assert any(url.endswith("zip-web-worker.js") for url in started)
    assert len(images(members(download(page, "Download Study ZIP")[1]))) == 6


def test_without_zip_workers_none_is_started(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    started: list[str] = []
    page.on("worker", lambda worker: started.append(worker.url))
    open_page("output=download&codec=native&workers=1&zip_workers=false")
    outcome(page, series(tmp_path, 3))
    assert not [url for url in started if "zip" in url]


def test_compressed_pixel_data_are_stored_unless_asked(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    assert method_for(JPEG) == 0
    for query, method in (("", 0), ("&deflate_compressed=true", 8)):
        for codec in ("fast", "native"):
            page = open_page(f"output=download&workers=1&codec={codec}{query}")
            outcome(page, write(tmp_path, {"a": jpeg()}))
            _, data = download(page, "Download Study ZIP")
            with zipfile.ZipFile(BytesIO(data)) as archive:
                first = archive.infolist()[0]
                assert first.compress_type == method
                assert not first.flag_bits & 8


def jpeg() -> bytes:
    return file(Study().elements(), LE, JPEG, sop_instance="1.2.3.4.5.1")


def test_a_folder_that_has_results_is_refused(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(STUBBED_FOLDER)
    open_page("output=folder&workers=1")
    folder = series(tmp_path, 3)
    outcome(page, folder)
    before = tree(page)
    outcome(page, folder, "failed")
    assert tree(page) == before
    assert kept(page) == []


def test_existing_files_are_never_overwritten_and_equal_ones_count_as_written(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    for script in (FIXED_KEY, STUBBED_FOLDER):
        page.add_init_script(script)
    open_page("output=folder&workers=1&dicomdir=false")
    folder = series(tmp_path, 3)
    outcome(page, folder)
    before = tree(page)
    altered = sorted(before)[0]
    page.evaluate(
        """async (name) => {
          let folder = await navigator.storage.getDirectory()
          folder = await folder.getDirectoryHandle('picked')
          const steps = name.split('/')
          for (const step of steps.slice(0, -1)) {
            folder = await folder.getDirectoryHandle(step)
          }
          const handle = await folder.getFileHandle(steps.at(-1))
          const writable = await handle.createWritable()
          await writable.write('mine')
          await writable.close()
        }""",
        altered,
    )
    outcome(page, folder)
    assert tree(page) == {**before, altered: b"mine"}
    errors = page.get_by_role("region", name="Errors")
    expect(errors.get_by_text("file-exists", exact=True).first).to_be_attached()


def test_one_file_id_twice_is_named_the_same_everywhere(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    for script in (FIXED_KEY, STUBBED_FOLDER):
        page.add_init_script(script)
    image = Study().image(size=16)
    other = bytearray(image)
    other[-1] ^= 1
    folder = write(tmp_path, {"a": image, "b": image, "c": bytes(other)})
    names = []
    for query in ("output=folder", "output=storage", "output=download&codec=native"):
        open_page(f"{query}&workers=1")
        outcome(page, folder)
        found = images(result(page, "folder" if "folder" in query else "storage"))
        assert set(found.values()) == {deidentify(image), deidentify(bytes(other))}
        names.append(set(found))
    assert names[0] == names[1] == names[2]


def test_storage_that_cannot_hold_the_result_is_refused_early(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(
        "navigator.storage.estimate = async () => ({ quota: 1e6, usage: 999000 })"
    )
    open_page("output=storage&codec=store&workers=1")
    outcome(page, series(tmp_path, 3), "failed")
    expect(page.get_by_text("There is not enough space left")).to_be_visible()
    assert kept(page) == []


def test_a_writer_that_fails_in_mid_run_leaves_nothing(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(STUBBED_PICKER)
    page.add_init_script("""
      const write = FileSystemWritableFileStream.prototype.write
      FileSystemWritableFileStream.prototype.write = function (data) {
        return window.full
          ? Promise.reject(new DOMException('', 'QuotaExceededError'))
          : write.call(this, data)
      }
      window.full = true
    """)
    open_page("output=zip&workers=1")
    outcome(page, series(tmp_path, 4), "failed")
    names = page.evaluate(
        "async () => Array.fromAsync((await navigator.storage.getDirectory()).keys())"
    )
    assert "deidentified-study.zip" not in names


@pytest.mark.parametrize("codec", ["fast", "store", "native"])
def test_an_instance_too_large_to_hold_is_streamed(
    open_page: Callable[..., Page], tmp_path: Path, codec: str
) -> None:
    page = open_page(f"output=storage&codec={codec}&workers=2")
    folder = series(tmp_path / "in", 3)
    giant(folder / "giant", 80 * MEGA, 9)
    outcome(page, folder)
    _, data = download(page, "Download Study ZIP")
    path = tmp_path / "result.zip"
    path.write_bytes(data)
    subprocess.run(["7z", "t", path], check=True, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        largest = max(archive.infolist(), key=lambda info: info.file_size)
        assert largest.file_size > 79 * MEGA
        assert archive.read(largest).endswith(b"the end.")


def test_a_giant_goes_to_a_folder_whole(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(STUBBED_FOLDER)
    open_page("output=folder&workers=1")
    (tmp_path / "in").mkdir()
    giant(tmp_path / "in" / "giant", 40 * MEGA)
    outcome(page, tmp_path / "in")
    sizes = page.evaluate(
        """async () => {
          const sizes = []
          const look = async (folder) => {
            for await (const handle of folder.values()) {
              if (handle.kind === 'directory') {
                await look(handle)
              } else {
                const file = await handle.getFile()
                sizes.push([file.size, await file.slice(-8).text()])
              }
            }
          }
          const root = await navigator.storage.getDirectory()
          await look(await root.getDirectoryHandle('picked'))
          return sizes
        }"""
    )
    size, end = max(sizes)
    assert size > 39 * MEGA
    assert end == "the end."


def test_engines_that_die_over_a_giant_cost_parts_of_it(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    open_page("output=storage&codec=fast&level=9&workers=2")
    folder = tmp_path / "in"
    folder.mkdir()
    giant(folder / "giant", 300 * MEGA)
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    victims = engines(page)
    process(page)
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.wait_for_timeout(300)
    victims[0].evaluate("self.close()")
    state(page, "done")
    _, data = download(page, "Download Study ZIP")
    assert len(images(members(data))) == 1


@pytest.mark.parametrize("output", ["zip", "folder", "storage", "download"])
def test_cancel_over_a_giant_takes_less_than_a_second_and_leaves_nothing(
    page: Page, open_page: Callable[..., Page], tmp_path: Path, output: str
) -> None:
    for script in (STUBBED_PICKER, STUBBED_FOLDER):
        page.add_init_script(script)
    open_page(f"output={output}&codec=fast&level=9&workers=1")
    folder = tmp_path / "in"
    folder.mkdir()
    giant(folder / "giant", 900 * MEGA)
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    page.wait_for_timeout(600)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("html")).to_have_attribute("data-state", "ready", timeout=1000)
    page.wait_for_timeout(500)
    assert kept(page) == []
    names = page.evaluate(
        "async () => Array.fromAsync((await navigator.storage.getDirectory()).keys())"
    )
    assert "deidentified-study.zip" not in names
    if output == "folder":
        assert tree(page) == {}


def test_a_cancelled_run_to_a_folder_takes_away_what_it_wrote(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(STUBBED_FOLDER)
    open_page("output=folder&workers=1")
    page.set_input_files("#pick-folder", series(tmp_path, 400, 64))
    state(page, "ready")
    process(page)
    expect(page.get_by_role("button", name="Stop and keep")).to_be_enabled()
    page.get_by_role("button", name="Cancel").click()
    state(page, "ready")
    assert tree(page) == {}
    assert kept(page) == []


def noted(page: Page) -> None:
    """Wait until the page has noted that its result was given: it does so after."""
    while not any(name.endswith(".given") for name in kept(page)):
        page.wait_for_timeout(50)


def test_a_result_that_was_never_downloaded_is_offered_to_the_next_visit(
    context: BrowserContext, page: Page, site: Site, tmp_path: Path
) -> None:
    page.goto(f"{site.url}?output=storage&workers=1")
    outcome(page, series(tmp_path, 3))
    page.close()
    for _ in range(2):
        other = context.new_page()
        other.goto(f"{site.url}?output=storage&workers=1")
        expect(other.get_by_text("which was never downloaded")).to_be_visible()
        outcome(other, tmp_path)
        download(other, "Download Study ZIP")
        noted(other)
        other.close()
    other = context.new_page()
    other.goto(f"{site.url}?output=storage&workers=1")
    _, data = download(other, "Download")
    assert len(images(members(data))) == 3
    expect(other.get_by_text("which was never downloaded")).to_be_hidden()


@pytest.mark.parametrize("output", ["folder", "storage"])
def test_what_is_finished_can_be_kept_when_a_run_is_cancelled(
    page: Page, open_page: Callable[..., Page], tmp_path: Path, output: str
) -> None:
    page.add_init_script(STUBBED_FOLDER)
    open_page(f"output={output}&codec=fast&level=9&workers=1")
    folder = series(tmp_path / "in", 5)
    giant(folder / "giant", 1500 * MEGA, 99)
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Stop and keep").click()
    state(page, "done")
    found = images(result(page, output))
    numbers = {int(read(one).InstanceNumber) for one in found.values()}
    assert numbers
    assert numbers <= set(range(5))
    assert not [name for name in kept(page) if name.endswith(".journal")]


@pytest.fixture
def reopened(
    browser_type: BrowserType,
    browser_type_launch_args: dict,
    tmp_path: Path,
    site: Site,
) -> Iterator[Callable[..., Page]]:
    """Open the page in a browser that remembers, again and again."""
    contexts: list[BrowserContext] = []
    profile = tmp_path / "profile"

    def open_again(query: str) -> Page:
        for context in contexts:
            context.close()
        contexts[:] = [
            browser_type.launch_persistent_context(profile, **browser_type_launch_args)
        ]
        page = contexts[0].new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(STUBBED_FOLDER)
        page.goto(f"{site.url}?{query}")
        page.locator("#engines[data-engines=ready]").wait_for()
        return page

    yield open_again
    for context in contexts:
        context.close()
    shutil.rmtree(profile, ignore_errors=True)


def journal(page: Page) -> str:
    """Read the journal that is there."""
    return page.evaluate(
        """async () => {
          const root = await navigator.storage.getDirectory()
          const folder = await root.getDirectoryHandle('cordon-results', { create: true })
          for await (const [name, handle] of folder.entries()) {
            if (name.endsWith('.journal')) {
              // it is written to while it is read
              return handle.getFile().then((file) => file.text()).catch(() => '')
            }
          }
          return ''
        }"""
    )


@pytest.mark.parametrize("output", ["folder", "storage"])
def test_a_run_whose_page_died_is_continued(
    reopened: Callable[..., Page], tmp_path: Path, output: str
) -> None:
    count = 60
    folder = series(tmp_path / "in", count, 400)
    page = reopened(f"output={output}&workers=1&codec=fast&level=9")
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    lines = ""
    while lines.count("\n") < 6:
        lines = journal(page)
    assert page.locator("html").get_attribute("data-state") == "running"

    page = reopened("workers=2")
    page.get_by_role("button", name="Continue").click()
    finished = journal(page).count("\n") - 1
    assert 4 < finished < count
    page.evaluate("""() => {
      window.asked = 0
      const post = Worker.prototype.postMessage
      Worker.prototype.postMessage = function (message, ...rest) {
        window.asked += message?.type === 'deidentify' ? 1 : 0
        return post.call(this, message, ...rest)
      }
    }""")
    outcome(page, folder)
    assert page.evaluate("window.asked") == count - finished
    found = images(result(page, output))
    assert len(found) == count
    results = [read(data) for data in found.values()]
    assert len({one.StudyInstanceUID for one in results}) == 1, "the same key"
    assert sorted(one.InstanceNumber for one in results) == list(range(count))
    assert journal(page) == ""


def test_a_journal_holds_no_path_and_no_value(
    reopened: Callable[..., Page], tmp_path: Path
) -> None:
    canary = "KANARIENVOGEL"
    one = Study(patient_id=f"{canary}1", patient_name=f"{canary}^JANE")
    folder = write(
        tmp_path / canary, {f"{canary}{n}": one.image(n, size=400) for n in range(40)}
    )
    page = reopened("output=storage&workers=1")
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    text = ""
    while text.count("\n") < 4:
        text = journal(page)
    assert canary not in text
    for original in (one.study, one.series):
        assert original not in text
    state(page, "done")
    assert journal(page) == ""


STORAGE = "const at = (name) => import(new URL(`js/sink/${name}.js`, location.href))\n"


def let_go(page: Page) -> None:
    """Wait until no open page holds a run."""
    held = "async () => (await navigator.locks.query()).held.map(({ name }) => name)"
    while any("cordon-results/" in name for name in page.evaluate(held)):
        page.wait_for_timeout(50)


def test_clearing_never_touches_what_an_open_page_holds(
    context: BrowserContext, page: Page, site: Site, tmp_path: Path
) -> None:
    page.goto(f"{site.url}?output=storage&workers=1")
    outcome(page, series(tmp_path, 3))
    other = context.new_page()
    other.goto(f"{site.url}?workers=1")
    look = f"async () => {{ {STORAGE} return (await at('storage')).staged() }}"
    clear = f"async () => {{ {STORAGE} return (await at('storage')).clear() }}"
    (one,) = other.evaluate(look)
    assert one["held"]
    assert not one["unfinished"]
    assert one["size"] > 1000
    other.evaluate(clear)
    assert len(images(members(download(page, "Download Study ZIP")[1]))) == 3
    page.close()
    let_go(other)
    other.evaluate(clear)
    assert other.evaluate(look) == []


def test_unfinished_runs_are_listed_only_when_their_page_is_gone_and_can_be_discarded(
    context: BrowserContext, page: Page, site: Site, tmp_path: Path
) -> None:
    page.goto(f"{site.url}?output=storage&workers=1&codec=fast&level=9")
    other = context.new_page()
    other.goto(f"{site.url}?workers=1")
    page.bring_to_front()
    page.set_input_files("#pick-folder", series(tmp_path, 400, 128))
    state(page, "ready")
    process(page)
    while journal(page).count("\n") < 4:
        page.wait_for_timeout(100)
    look = f"async () => {{ {STORAGE} return (await at('journal')).openJournals() }}"
    assert other.evaluate(look) == []
    page.close()
    let_go(other)
    (run,) = other.evaluate(look)
    assert run["mode"] == "storage"
    assert run["finished"] >= 3
    assert run["bytes"] > 3 * 2 * 128 * 128
    assert run["keyed"]
    other.evaluate(
        f"async (id) => {{ {STORAGE} return (await at('journal')).discard(id) }}",
        run["id"],
    )
    assert kept(other) == []


GIGA = 1 << 30


@pytest.mark.bench
def test_instances_over_2_gib_make_an_archive_over_4_gib(
    reopened: Callable[..., Page], tmp_path: Path
) -> None:
    page = reopened("output=storage&codec=store&workers=2")
    folder = tmp_path / "in"
    folder.mkdir()
    for number in (1, 2):
        giant(folder / f"{number}", 2 * GIGA + 100 * MEGA, number)
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    state(page, "running")
    most = 0
    while page.locator("html").get_attribute("data-state") == "running":
        most = max(most, page.evaluate("performance.memory.usedJSHeapSize"))
        page.wait_for_timeout(200)
    state(page, "done")
    assert most < 200 * MEGA
    with page.expect_download(timeout=300_000) as download_:
        page.get_by_role("button", name="Download Study ZIP").click()
    path = download_.value.path()
    assert path.stat().st_size > 4 * GIGA
    subprocess.run(["7z", "t", path], check=True, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        assert sorted(info.file_size for info in infos)[-2] > 2 * GIGA
        assert all(not info.flag_bits & 8 for info in infos)
