"""What keeps a user safe around a run: errors, a retry, what is kept, and the log."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from builders import LE, Study, file
from oracle import read
from playwright.sync_api import Dialog, FileChooser, Page, expect
from pydicom import dcmread
from steps import (
    LEAVE,
    chooser_at,
    details,
    download,
    engines,
    images,
    members,
    process,
    state,
    write,
)
from web import Watch

pytestmark = pytest.mark.browser

CANARY = "KANARIENVOGEL"


def mixed(folder: Path) -> Path:
    """Write two good instances and three bad files, of telling names."""
    series = Study()
    return write(
        folder,
        {
            "good 1": series.image(1, size=8),
            "good 2": series.image(2, size=8),
            f"{CANARY} cut": series.image(3, size=8)[:-7],
            f"{CANARY} text": CANARY.encode(),
            f"{CANARY} empty": b"",
        },
    )


def leaking(study: Study) -> bytes:
    """Make an instance whose result would hold a name, at another place."""
    extra = [*study.extra, (0x00181160, "SH", "Erika")]
    one = Study(patient_name="Mustermann^Erika", extra=extra)
    return file(one.elements(9), LE)


def run(page: Page, folder: Path) -> None:
    page.set_input_files("#pick-folder", folder)
    process(page)
    state(page, "done|failed")


def many_files(folder: Path) -> Path:
    series = Study()
    return write(folder, {f"{n}": series.image(n, size=512) for n in range(400)})


# ---------------------------------------------------------------- errors


def test_errors_are_counted_by_cause_and_told_in_full_on_demand(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    run(page, mixed(tmp_path))
    region = page.get_by_role("region", name="Errors")
    expect(region.get_by_role("listitem")).to_have_text(
        [re.compile(r"2 files .* not-dicom"), re.compile(r"1 file .* truncated")]
    )
    dialog = details(page)
    expect(dialog.get_by_role("row", name="not-dicom")).to_have_count(2)
    expect(dialog.get_by_text("Copy them again")).to_be_visible()
    dialog.get_by_label("Show file names on this screen").check()
    expect(dialog.get_by_text(f"{CANARY} cut")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Details")).to_be_focused()
    details(page)
    expect(dialog.get_by_label("Show file names on this screen")).not_to_be_checked()
    expect(dialog.get_by_text(CANARY)).to_have_count(0)


def test_saved_errors_have_codes_and_numbers_but_no_names(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    run(page, mixed(tmp_path))
    dialog = details(page)
    dialog.get_by_label("Show file names on this screen").check()
    name, data = download(page, "Save to file")
    assert name == "_errors.txt"
    assert CANARY not in data.decode()
    rows = re.findall(r"^\d\tunreadable\t(\S+)\t\d+$", data.decode(), re.MULTILINE)
    assert sorted(rows) == ["not-dicom", "not-dicom", "truncated"]


@pytest.mark.parametrize("wanted", ["true", "false"])
def test_the_errors_log_is_in_the_archive_only_on_demand(
    wanted: str, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(f"output=download&errors_in_zip={wanted}")
    run(page, mixed(tmp_path))
    _, data = download(page, "Download Study ZIP")
    found = members(data)
    assert ("_errors.txt" in found) == (wanted == "true")
    assert CANARY.encode() not in b"".join(found.values())
    assert len(found) == 3 + (wanted == "true")


def test_no_errors_make_no_errors_log(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&errors_in_zip=true")
    run(page, write(tmp_path, {"a": Study().image(size=8)}))
    _, data = download(page, "Download Study ZIP")
    assert len(images(members(data))) == 1


def test_a_retry_takes_what_was_held_back_under_the_same_new_ids(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    series = Study()
    files = {
        "good": series.image(1, size=8),
        "held": leaking(series),
        "text": b"no DICOM",
    }
    run(page, write(tmp_path, files))
    dialog = details(page)
    retry = dialog.get_by_role("button", name="Retry failed")
    expect(retry).to_be_disabled()
    expect(dialog.get_by_text("Download the result first")).to_be_visible()
    page.keyboard.press("Escape")
    _, data = download(page, "Download Study ZIP")
    (first,) = images(members(data)).values()

    page.locator("summary", has_text="General").click()
    page.get_by_label("Last look before release").select_option("Report only")
    details(page)
    expect(dialog.get_by_text("1 file can be tried again")).to_be_visible()
    retry.click()
    expect(page.locator("#verdict")).to_contain_text("1 instance de-identified in")
    expect(page.locator("#verdict")).to_contain_text("1 not written")
    name, data = download(page, "Download Study ZIP")
    assert name == "deidentified-study-retry.zip"
    (second,) = images(members(data)).values()
    assert read(second).StudyInstanceUID == read(first).StudyInstanceUID
    assert read(second).SOPInstanceUID != read(first).SOPInstanceUID
    expect(page.get_by_role("region", name="Errors")).to_contain_text("not-dicom")
    page.set_input_files("#pick-folder", tmp_path)
    process(page)
    expect(page.locator("#verdict")).to_contain_text("2 instances de-identified in")


# ---------------------------------------------------------------- stopping


def test_a_stopped_run_keeps_what_is_finished_whole(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=1")
    page.set_input_files("#pick-folder", many_files(tmp_path))
    state(page, "ready")
    process(page)
    page.get_by_role("button", name="Stop and keep what is finished").click()
    state(page, "done")
    verdict = page.locator("#verdict").inner_text()
    told = re.search(r"(\d+) instances? .* stopped: (\d+) files were left", verdict)
    assert told is not None
    written, left = map(int, told.groups())
    assert written + left == 400
    assert 0 < written < 400
    _, data = download(page, "Download Study ZIP")
    found = members(data)
    assert len(images(found)) == written
    records = dcmread(BytesIO(found["DICOMDIR"])).DirectoryRecordSequence
    listed = {
        "/".join(one.ReferencedFileID) for one in records if "ReferencedFileID" in one
    }
    assert listed == set(images(found))


def test_after_a_cancelled_run_nothing_is_kept(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=1")
    page.set_input_files("#pick-folder", many_files(tmp_path))
    state(page, "ready")
    process(page)
    finish = page.get_by_role("button", name="Stop and keep what is finished")
    expect(finish).to_be_enabled()
    page.keyboard.press("Escape")
    expect(page.locator("html")).to_have_attribute("data-state", "ready", timeout=1000)
    expect(finish).to_be_hidden()
    page.get_by_role("button", name="Storage", exact=True).click()
    expect(page.get_by_text("Nothing is kept.")).to_be_visible()


# ---------------------------------------------------------------- workers


def test_the_number_of_workers_is_explained_and_followed_at_once(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(
        "for (const [key, value] of Object.entries({ hardwareConcurrency: 1, deviceMemory: 2 }))"
        "  Object.defineProperty(navigator, key, { get: () => value })"
    )
    open_page("output=download")
    expect(page.locator("#engines")).to_have_text("Engine ready · 2 workers")
    page.locator("summary", has_text="Workers").click()
    expect(page.get_by_text("2 workers: 1 core and 2 GB of memory")).to_be_visible()
    number = page.get_by_role("spinbutton", name="Workers")
    for wanted in (3, 1):
        number.fill(str(wanted))
        number.press("Tab")
        said = f"Engine ready · {wanted} worker{'s' * (wanted > 1)}"
        expect(page.locator("#engines")).to_have_text(said)
        assert len(engines(page)) == wanted
    expect(page.get_by_text("automatic would be 2 workers")).to_be_visible()
    run(page, write(tmp_path, {f"{n}": Study().image(n, size=8) for n in range(9)}))
    expect(page.locator("#verdict")).to_contain_text("9 instances")


# ---------------------------------------------------------------- attention

HIDDEN = """
Object.defineProperty(document, 'hidden', { get: () => window.unseen === true })
window.see = (seen) => {
  window.unseen = !seen
  document.dispatchEvent(new Event('visibilitychange'))
}
"""
WAKE_LOCK = """
window.locks = []
Object.defineProperty(navigator, 'wakeLock', { value: { request: async (kind) => {
  locks.push(kind)
  return { release: async () => { locks.push('released') } }
} } })
"""
NOTIFICATION = """
window.told = []
window.Notification = class {
  static permission = 'default'
  static async requestPermission() {
    return (this.permission = window.answer)
  }
  constructor(title, { body }) {
    told.push(`${title}: ${body}`)
  }
}
"""


def test_the_device_stays_awake_during_a_run_and_the_title_says_how_it_ended(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(HIDDEN + WAKE_LOCK)
    open_page("output=download&workers=1")
    expect(page).to_have_title("Cordon")
    page.set_input_files("#pick-folder", many_files(tmp_path / "many"))
    state(page, "ready")
    process(page)
    expect(page).to_have_title(re.compile(r"^\d+ % · Cordon$"))
    page.evaluate("see(false)")
    page.evaluate("see(true)")
    assert page.evaluate("locks") == ["screen", "released", "screen"]
    page.get_by_role("button", name="Cancel").click()
    state(page, "ready")
    expect(page).to_have_title("Cordon")
    assert page.evaluate("locks")[3:] == ["released"]
    run(page, write(tmp_path / "one", {"a": Study().image(size=8)}))
    expect(page).to_have_title("Done · Cordon")
    run(page, write(tmp_path / "bad", {"a": b"no DICOM"}))
    expect(page).to_have_title("Failed · Cordon")


def test_leaving_is_asked_about_until_the_result_is_downloaded(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    run(page, write(tmp_path, {"a": Study().image(size=8)}))
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    download(page, "Download Study ZIP")
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("answer", ["granted", "denied"])
def test_the_end_is_notified_if_wanted_and_allowed_and_nobody_looks(
    answer: str, page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(HIDDEN + NOTIFICATION)
    open_page()
    page.evaluate(f"answer = '{answer}'")
    assert page.evaluate("Notification.permission") == "default"
    page.locator("summary", has_text="General").click()
    box = page.get_by_label("Notify me when done")
    box.click()
    expect(box).to_be_checked(checked=answer == "granted")
    run(page, mixed(tmp_path / "seen"))
    assert page.evaluate("told") == []
    page.set_input_files("#pick-folder", mixed(tmp_path / "unseen"))
    page.evaluate("see(false)")
    process(page)
    state(page, "done")
    expected = ["Done · Cordon: 2 instances · 3 not written"]
    assert page.evaluate("told") == (expected if answer == "granted" else [])


# ---------------------------------------------------------------- log


def test_up_to_info_the_log_has_no_names_and_debug_warns_of_them(
    open_page: Callable[..., Page], watch: Watch, tmp_path: Path
) -> None:
    page = open_page()
    page.get_by_role("button", name="Log", exact=True).click()
    dialog = page.get_by_role("dialog", name="Log")
    expect(dialog.get_by_label("Entries")).to_have_value("Nothing has been logged.")
    verbosity = dialog.get_by_label("Verbosity")
    verbosity.select_option("Info: what was done")
    page.keyboard.press("Escape")
    run(page, mixed(tmp_path))
    page.get_by_role("button", name="Log", exact=True).click()
    expect(dialog.get_by_label("Entries")).to_have_value(
        re.compile(r"run-begins files=5 bytes=\d+\n(.|\n)* code=truncated at=\d+")
    )
    expect(dialog.get_by_label("Entries")).to_have_value(
        re.compile(r"run-done written=2 problems=3 left=0 ms=\d+$")
    )
    name, data = download(page, "Save log")
    assert name == "cordon-log.txt"
    assert CANARY not in data.decode() + "".join(watch.said)
    assert any("run-done written=2" in text for text in watch.said)
    watch.said.clear()

    expect(dialog.get_by_text("File names may show")).to_be_hidden()
    verbosity.select_option("Debug: with file names")
    expect(dialog.get_by_text("File names may show")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("names may show", exact=True)).to_be_visible()
    process(page)
    state(page, "done")
    page.get_by_role("button", name="Log", exact=True).click()
    _, data = download(page, "Save log")
    assert f"{CANARY} cut" in data.decode()
    watch.said.clear()


def test_trace_tells_each_message_and_neither_values_nor_secrets(
    open_page: Callable[..., Page], watch: Watch, tmp_path: Path
) -> None:
    page = open_page(f"output=download&verbosity=trace&replacements=StudyID%3D{CANARY}")
    page.get_by_label("New IDs").select_option("From a project passphrase")
    page.get_by_label("Project passphrase").fill(CANARY)
    run(page, write(tmp_path, {"a": Study(patient_id=CANARY).image(size=8)}))
    page.get_by_role("button", name="Log", exact=True).click()
    warning = page.get_by_role("dialog").get_by_role("status")
    expect(warning).to_contain_text("Each message to and from engines")
    page.get_by_label("Verbosity").select_option("Debug: with file names")
    expect(warning).to_contain_text("File names may show")
    expect(warning).not_to_contain_text("Each message")
    _, data = download(page, "Save log")
    text = data.decode() + "".join(watch.said)
    for kind in ("boot", "derive", "configure", "deidentify", "deidentified"):
        assert f"type={kind}" in text
    assert CANARY not in text
    watch.said.clear()


# ---------------------------------------------------------------- storage


def test_what_an_earlier_visit_left_is_offered_for_removal(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    page.evaluate(LEAVE)
    page.reload()
    notice = page.get_by_text("An earlier visit left 5.0 KB")
    expect(notice).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(notice).to_be_hidden()
    page.get_by_role("button", name="Storage", exact=True).click()
    expect(page.get_by_text("Nothing is kept.")).to_be_visible()


def test_the_storage_is_cleared_after_a_question_but_for_what_a_page_uses(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=storage")
    run(page, write(tmp_path, {"a": Study().image(size=8)}))
    page.evaluate(LEAVE)
    page.get_by_role("button", name="Storage", exact=True).click()
    dialog = page.get_by_role("dialog", name="Storage")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    expect(
        dialog.get_by_text("5.0 KB · left over from an earlier visit")
    ).to_be_visible()
    expect(dialog.get_by_text("in use by an open page")).to_be_visible()
    expect(dialog.get_by_role("meter", name="Storage used")).to_be_visible()
    dialog.get_by_role("button", name="Clear App Storage").click()
    expect(dialog.get_by_text("Remove 1 result (5.0 KB)?")).to_be_visible()
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    dialog.get_by_role("button", name="Clear App Storage").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog.get_by_text("5.0 KB removed")).to_be_visible()
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    page.keyboard.press("Escape")
    _, data = download(page, "Download Study ZIP")
    assert len(images(members(data))) == 1


def test_an_unfinished_run_is_offered_for_continuing(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    page.evaluate("""async () => {
      const { storageView } = await import('./js/ui/storage.js')
      window.done = []
      let runs = ['one', 'two'].map((id) => ({ id, began: 0, finished: 7, bytes: 5000 }))
      const drop = (id) => { runs = runs.filter((run) => run.id !== id) }
      storageView(new EventTarget(), {
        list: async () => [{ id: 'one', size: 9, held: false, unfinished: true }],
        quota: async () => ({ quota: 100, usage: 9 }),
        clear: async () => {},
        tidy: async () => {},
        runs: {
          list: async () => runs,
          resume: (id) => { done.push(`resume ${id}`); drop(id) },
          discard: async (id) => { done.push(`discard ${id}`); drop(id) },
        },
      })
    }""")
    offers = page.get_by_text("interrupted after 7 instances (5.0 KB). To continue,")
    expect(offers).to_have_count(2)
    page.get_by_role("button", name="Continue").first.click()
    expect(offers).to_have_count(1)
    page.get_by_role("button", name="Discard").click()
    expect(offers).to_have_count(0)
    assert page.evaluate("done") == ["resume one", "discard two"]


# ---------------------------------------------------------------- shortcuts


def test_keys_choose_process_cancel_and_help(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=1")
    chooser = chooser_at(page, "o")
    assert chooser.element.get_attribute("id") == "pick-file"
    chooser.set_files([])
    chooser = chooser_at(page, "Shift+O")
    assert chooser.element.get_attribute("id") == "pick-folder"
    chooser.set_files(many_files(tmp_path))
    state(page, "ready")
    page.keyboard.press("Enter")
    state(page, "running")
    page.keyboard.press("Escape")
    state(page, "ready")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Help")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="Help").click()
    expect(sheet).to_be_visible()


def test_keys_mean_themselves_in_a_field_and_nothing_when_turned_off(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    page.get_by_label("New IDs").select_option("From a project passphrase")
    field = page.get_by_label("Project passphrase")
    field.press_sequentially("oO?")
    expect(field).to_have_value("oO?")
    sheet = page.get_by_role("dialog", name="Help")
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="Help").click()
    page.keyboard.press("o")
    sheet.get_by_label("Use shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    assert choosers == []


def test_enter_does_not_give_up_a_result(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    run(page, write(tmp_path, {"a": Study().image(size=8)}))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Enter")
    state(page, "done")
    download(page, "Download Study ZIP")


def test_errors_of_an_earlier_run_are_not_told_of_a_later_one(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    run(page, write(tmp_path / "bad", {"a": b"none", "b": b"neither"}))
    expect(page.locator("#causes li")).to_contain_text("2 files")
    run(page, write(tmp_path / "worse", {"c": b"nothing"}))
    expect(page.locator("#causes li")).to_contain_text("1 file ")
