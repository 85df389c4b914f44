"""The run while it goes on, what is said of it afterwards, and what may be saved."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from command import cordon, key_file, tree
from playwright.sync_api import Locator, Page, expect
from steps import (
    FIXED_KEY,
    download,
    engines,
    mixed,
    outcome,
    process,
    series,
    state,
    write,
)

pytestmark = pytest.mark.browser

NAMES = "Show file names on this screen"


def _mixed(folder: Path) -> Path:
    """Write the files of two patients, in a folder that tells one's name."""
    return mixed(folder, 6, 8, burned_in=-1, under="DOE^JANE/")


def _table(page: Page) -> Locator:
    return page.get_by_role("region", name="Files").get_by_role("table")


# -------------------------------------------------------------------- while it runs


def test_a_run_shows_how_far_it_is_and_each_file_as_it_is_done(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=2")
    page.set_input_files("#pick-folder", series(tmp_path, 300, 512))
    state(page, "ready")
    process(page)
    run = page.get_by_role("region", name="Run", exact=True)
    expect(page.get_by_role("progressbar")).to_have_count(1)
    expect(run.get_by_text(re.compile(r"\d+ / 300 files")).first).to_be_visible()
    expect(run.get_by_text(re.compile(r"\d files/s"))).to_be_visible()
    expect(run.get_by_text(re.compile(r"B/s in · .*B/s out"))).to_be_visible()
    engines = run.get_by_role("list", name="Engines").get_by_role("listitem")
    expect(engines).to_have_count(2)
    expect(engines.first).to_have_text(re.compile("Engine 1 (working|idle)"))
    expect(page).to_have_title(re.compile(r"^[1-9]\d? % · Cordon$"))
    expect(_table(page).get_by_role("row").nth(1)).to_be_visible()
    state(page, "running")
    expect(run.get_by_text(re.compile(r"\d (s|min) left"))).to_be_visible()
    expect(run.get_by_role("img", name="Bytes read per second")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page).to_have_title("Cordon")


def test_an_engine_that_died_is_shown_as_replaced(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=2")
    page.set_input_files("#pick-folder", series(tmp_path, 200, 512))
    state(page, "ready")
    process(page)
    engines(page)[0].evaluate("self.close()")
    listed = page.get_by_role("list", name="Engines").get_by_role("listitem")
    expect(listed.filter(has_text="replaced")).to_have_count(1)
    state(page, "done")


def test_the_page_changes_a_few_times_a_second_and_says_something_more_rarely(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=2")
    page.set_input_files("#pick-folder", series(tmp_path, 600, 256))
    state(page, "ready")
    page.evaluate(
        """() => {
          window.seen = { drawn: 0, said: 0 }
          const watch = (id, name) => new MutationObserver(() => window.seen[name]++)
            .observe(document.getElementById(id), { childList: true, subtree: true })
          watch('progress-files', 'drawn')
          watch('progress-said', 'said')
          window.begun = performance.now()
        }"""
    )
    process(page)
    state(page, "done")
    seen = page.evaluate("({ ...seen, seconds: (performance.now() - begun) / 1000 })")
    assert 2 <= seen["drawn"] <= 4 * seen["seconds"] + 4
    assert seen["said"] <= seen["seconds"] / 5 + 1


# ------------------------------------------------------------------------ afterwards


def test_what_was_done_is_told_in_numbers_and_as_a_tree_of_new_ids(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&clean_graphics=true&retain_longitudinal=modified")
    outcome(page, _mixed(tmp_path))
    results = page.get_by_role("region", name="Result")
    verdict = results.get_by_role("status").first
    expect(verdict).to_contain_text("6 instances de-identified in")
    expect(verdict).to_contain_text(re.compile(r"in \d+\.\d s · 2 not written · 1 dup"))
    expect(results.get_by_text("Swept for identifiers: none found")).to_be_visible()
    graphics = results.get_by_text("Clean Graphics (113103): 0 data elements")
    expect(graphics).to_be_visible()
    dates = re.compile(r"Modified Dates: shift them \(113107\): [1-9]\d data elements")
    expect(results.get_by_text(dates)).to_be_visible()
    results.get_by_text("2 patients · 2 studies · 6 series").click()
    patients = page.locator("#tree > li")
    expect(patients).to_have_count(2)
    expect(patients.first.locator("summary").first).to_have_text(
        re.compile(r"^P-\w{14} 1 study · 3 instances$")
    )
    patients.first.locator("summary").first.click()
    patients.first.locator("ul summary").click()
    expect(patients.first.locator("ul ul li")).to_have_count(3)
    expect(patients.first.locator("ul ul li").first).to_have_text(
        re.compile(r"^2\.25\.\d+ 1 instance$")
    )
    assert "PAT" not in page.content()
    assert "1.2.3." not in page.content()


def test_a_single_file_tells_its_time_and_both_sizes(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    data = Study().image(size=300)
    write(tmp_path, {"one.dcm": data})
    page.get_by_label("Single DICOM file").check()
    page.set_input_files("#pick-file", tmp_path / "one.dcm")
    process(page)
    state(page, "done")
    results = page.get_by_role("region", name="Result")
    expect(results.get_by_text(re.compile(r"^\d+ ms$"))).to_be_visible()
    _, result = download(page, "Download anonymized file")
    for size in (len(data), len(result)):
        told = f"{size:,}".replace(",", "\u2009")
        expect(results.get_by_text(f"({told} bytes)").first).to_be_visible()


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        ("warn", "Swept for identifiers: 1 instance may still have one"),
        ("reject", "none found in what was written; 1 instance held back"),
        ("off", ""),
    ],
)
def test_that_nothing_was_found_is_said_only_if_it_is_so(
    open_page: Callable[..., Page], tmp_path: Path, sweep: str, said: str
) -> None:
    page = open_page("output=download")
    if sweep != "reject":
        chosen = {"warn": "Report only", "off": "Off"}[sweep]
        page.get_by_text("General", exact=True).click()
        page.get_by_label("Last look before release").select_option(label=chosen)
    leaks = Study(series="1.2.3.7", extra=[(0x00180015, "CS", "DOE JANE")])
    files = {"fine": Study().image(1, size=8), "leaks": leaks.image(2, size=8)}
    outcome(page, write(tmp_path, files))
    swept = page.locator("#swept")
    if said:
        expect(swept).to_contain_text(said)
    else:
        expect(swept).to_be_hidden()
    expect(
        page.get_by_text("Swept for identifiers: none found", exact=True)
    ).to_have_count(0)
    notes = page.get_by_role("list", name="To be looked at")
    if sweep == "warn":
        expect(notes.get_by_text("(0018,0015)")).to_be_visible()


def test_a_cancelled_run_and_a_failed_one_still_show_what_was_done(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=1")
    page.set_input_files("#pick-folder", series(tmp_path / "many", 300, 512))
    state(page, "ready")
    process(page)
    expect(_table(page).get_by_role("row").nth(3)).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    state(page, "ready")
    results = page.get_by_role("region", name="Result")
    expect(results.get_by_text(re.compile("^Cancelled after"))).to_be_visible()
    expect(_table(page).get_by_role("row").nth(3)).to_be_visible()
    expect(results.get_by_role("button", name="JSON")).to_be_hidden()
    expect(results.get_by_role("button", name="Save mapping")).to_be_hidden()

    outcome(page, write(tmp_path / "bad", {"a": b"none", "b": b"neither"}), "failed")
    expect(results.get_by_text("Nothing was de-identified.")).to_be_visible()
    expect(_table(page).get_by_role("row", name="Unreadable")).to_have_count(2)
    expect(results.get_by_role("button", name="JSON")).to_be_visible()
    expect(results.get_by_role("button", name="Save mapping")).to_be_hidden()


# ---------------------------------------------------------------- the table of files


def test_the_table_tells_outcome_code_and_place_and_names_only_if_asked(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    outcome(page, _mixed(tmp_path))
    table = _table(page)
    expect(table).to_have_attribute("aria-rowcount", "10")
    expect(table.get_by_role("row", name="De-identified")).to_have_count(6)
    expect(table.get_by_role("row", name="Duplicate")).to_have_count(1)
    expect(
        table.get_by_role("row", name=re.compile("truncated at byte"))
    ).to_be_visible()
    expect(table.get_by_text(re.compile(r"^DICOM/PT\w+/ST"))).to_have_count(6)
    assert "cut.dcm" not in page.content()

    chosen = page.get_by_role("region", name="Files").get_by_label("Outcome")
    chosen.select_option(label="Unreadable (2)")
    expect(table).to_have_attribute("aria-rowcount", "3")
    expect(table.get_by_role("row", name="De-identified")).to_have_count(0)
    page.get_by_role("region", name="Files").get_by_label(NAMES).check()
    expect(table.get_by_role("columnheader", name="File name")).to_be_visible()
    expect(table.get_by_role("cell", name=re.compile("cut.dcm"))).to_be_visible()
    page.get_by_role("region", name="Files").get_by_label(NAMES).uncheck()
    assert "cut.dcm" not in page.content()


INJECT = """async (count) => {
  const at = (path) => new URL(path, document.baseURI).href
  const { State } = await import(at('js/state.js'))
  const { instancesView } = await import(at('js/ui/instances.js'))
  const state = new State()
  instancesView(state)
  for (let number = 1; number <= count; number++) {
    const failed = number % 1000 === 0
    state.tally.lines.push({
      number, path: 'p', outcome: failed ? 'failed' : 'deidentified',
      code: failed ? 'KeyError' : '', at: '', notes: [], name: `DICOM/${number}`,
      bytesIn: number, bytesOut: number, ms: 1, row: null,
    })
  }
  document.getElementById('outcome').style.setProperty('display', 'grid')
  state.set({ name: 'ready' })
  const begun = performance.now()
  state.set({ name: 'running' })
  const first = performance.now() - begun
  for (let again = 0; again < 20; again++) {
    state.set({})
  }
  return { first, next: (performance.now() - begun - first) / 20 }
}"""


def test_a_hundred_thousand_lines_are_scrolled_and_filtered_at_once(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    took = page.evaluate(INJECT, 100_000)
    assert took["first"] < 500
    assert took["next"] < 20
    table = _table(page)
    expect(table).to_have_attribute("aria-rowcount", "100001")
    assert table.get_by_role("row").count() < 40
    scroll = page.get_by_role("region", name="Scrollable table")
    scroll.focus()
    page.keyboard.press("End")
    expect(
        table.get_by_role("cell", name="DICOM/100000", exact=True)
    ).to_be_in_viewport()
    last = table.get_by_role("row").last
    expect(last).to_have_attribute("aria-rowindex", "100001")
    page.keyboard.press("PageUp")
    expect(table.get_by_role("cell", name="DICOM/99980", exact=True)).to_be_visible()
    page.keyboard.press("Home")
    expect(table.get_by_role("cell", name="DICOM/1", exact=True)).to_be_in_viewport()
    page.get_by_role("region", name="Files").get_by_label("Outcome").select_option(
        "failed"
    )
    expect(table).to_have_attribute("aria-rowcount", "101")
    scroll.focus()
    page.keyboard.press("End")
    expect(
        table.get_by_role("cell", name="DICOM/100000", exact=True)
    ).to_be_in_viewport()
    assert page.evaluate("document.querySelectorAll('#instances-rows tr').length") < 40


# ------------------------------------------------------------ reports and the mapping


def _files(report: dict) -> list[dict]:
    """List the files of a report by what they are and not by their number."""
    found = [{k: v for k, v in one.items() if k != "number"} for one in report["files"]]
    return sorted(found, key=json.dumps)


def test_the_page_saves_the_reports_that_the_command_writes(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(FIXED_KEY)
    open_page()
    folder = _mixed(tmp_path / "in")
    outcome(page, folder)
    made = {}
    for name, suffix in (("JSON", "json"), ("CSV", "csv"), ("Printable", "html")):
        file, data = download(page, name)
        assert file == f"deidentification-report.{suffix}"
        made[suffix] = data.decode()
        assert "DOE" not in made[suffix]
        assert "PAT" not in made[suffix]
    report = tmp_path / "native.json"
    arguments = ("--study", "--recursive", "--key-file", key_file(tmp_path), folder)
    cordon(*arguments, tmp_path / "out", "--report", report, code=1)
    native, told = json.loads(report.read_text()), json.loads(made["json"])
    assert told["summary"] == native["summary"]
    assert told["settings"] == native["settings"]
    assert _files(told) == _files(native)
    assert {"browser", "pyodide", "python"} <= set(told["environment"])
    assert [one["number"] for one in told["files"]] == list(range(1, 10))
    rows = list(csv.DictReader(io.StringIO(made["csv"], newline="")))
    assert [row["outcome"] for row in rows] == [one["outcome"] for one in told["files"]]
    assert made["html"].startswith("<!doctype html>")
    assert "Conformance statement" in made["html"]
    for one in told["files"]:
        assert one.get("file_id", "DICOM/") not in made["html"]


def test_the_mapping_is_made_on_demand_only_and_is_the_command_s(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(FIXED_KEY)
    open_page()
    folder = _mixed(tmp_path / "in")
    outcome(page, folder)
    opener = page.get_by_role("button", name="Save mapping of IDs…")
    opener.click()
    dialog = page.get_by_role("dialog", name="Save which original ID became which")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Save mapping")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()

    opener.click()
    dialog.get_by_role("checkbox").check()
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Save mapping").click()
    assert saved.value.suggested_filename == "identifying-mapping.csv"
    data = Path(saved.value.path()).read_bytes()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Save mapping")).to_be_focused()
    assert "PAT" not in page.content()
    head, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    assert head == ["id_old", "id_new"]
    path = tmp_path / "native.csv"
    arguments = ("--study", "--recursive", "--key-file", key_file(tmp_path), folder)
    cordon(*arguments, tmp_path / "out", "--mapping", path, code=1)
    with path.open(newline="") as file:
        _, *native = csv.reader(file)
    assert sorted(rows) == sorted(native)
    assert len(rows) == 2 + 2 + 6 + 6
    patients = sorted(row[0] for row in rows if row[1].startswith("P-"))
    assert patients == ["'=PAT0", "'=PAT1"]
    dialog.get_by_role("button", name="Close").click()

    opener.click()
    expect(dialog.get_by_role("checkbox")).not_to_be_checked()


def test_a_source_that_has_changed_since_makes_no_mapping(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    folder = write(tmp_path, {"a": Study().image(size=8)})
    outcome(page, folder)
    (folder / "a").write_bytes(b"something else")
    page.get_by_role("button", name="Save mapping of IDs…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Save mapping").click()
    expect(dialog.get_by_text("could not be made")).to_be_visible()
    assert tree(folder) == {"a": b"something else"}
