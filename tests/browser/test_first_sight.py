"""The page as it comes up: of use before its engines are, and at rest."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import make_archive

import pytest
from playwright.sync_api import Page, Route, expect
from pydicom.data import get_testdata_file
from steps import chooser_at, process, series, state
from tour import HOLDING, LAYOUTS, hold, mixed, release_one
from web import Site

pytestmark = pytest.mark.browser

SHIFTS = """
window.shifts = []
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries()) {
    // what follows a click at once is an answer to it
    if (!hadRecentInput) {
      shifts.push([value, ...sources.map(({ node }) => node?.id || node?.className)])
    }
  }
}).observe({ type: 'layout-shift', buffered: true })
"""


def test_the_page_is_of_use_while_its_engines_start(
    open_page: Callable[..., Page], site: Site
) -> None:
    # engines that never answer are engines that are still starting
    site.replaced["/workers/engine.js"] = b""
    page = open_page(ready=False)
    engines = page.locator("#engines")
    expect(engines).to_have_attribute("data-engines", "booting")
    page.get_by_label("Research").check()
    expect(page.locator("#profile-summary")).not_to_have_text("Basic Profile")
    page.locator("summary", has_text="Output").click()
    page.get_by_label("Write a DICOMDIR").uncheck()
    expect(page.get_by_label("Write a DICOMDIR")).not_to_be_checked()
    chooser_at(page, "Shift+O")
    expect(engines).to_have_attribute("data-engines", "booting")


def test_what_is_chosen_while_the_page_is_put_together_is_taken(
    page: Page, site: Site, tmp_path: Path
) -> None:
    held: list[Route] = []
    page.route("**/config.json", lambda route: held.append(route))
    page.goto(f"{site.url}?output=download&workers=1")
    expect(page.locator("html")).not_to_have_attribute("data-composed", "")
    page.set_input_files("#pick-folder", series(tmp_path, 3))
    while not held:
        page.wait_for_timeout(10)
    held[0].continue_()
    state(page, "ready")
    expect(page.locator("#summary")).to_contain_text("3 instances")


@pytest.mark.parametrize(
    ("layout", "width"),
    [*((layout, 1280) for layout in LAYOUTS), ("portrait", 390), ("tabbed", 390)],
)
def test_nothing_shifts_from_load_through_the_start_of_a_run(
    layout: str, width: int, open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    page.add_init_script(HOLDING)
    page.add_init_script(SHIFTS)
    page.set_viewport_size({"width": width, "height": 800})
    open_page(f"output=download&workers=2&layout={layout}")
    page.set_input_files("#pick-folder", mixed(tmp_path))
    state(page, "ready")
    expect(page.locator("#summary")).to_contain_text("9 instances")
    hold(page, 0)
    process(page)
    # what comes much later than the click is no answer to it
    page.wait_for_timeout(600)
    for number in range(1, 7):
        release_one(page)
        expect(page.locator("#progress-files")).to_contain_text(f"{number} /")
    expect(page.locator("#progress-time")).to_contain_text("left")
    assert page.evaluate("shifts") == []


def test_a_tab_is_shown_when_something_happens_in_it(
    open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    page.add_init_script(HOLDING)
    open_page("output=download&workers=2&layout=tabbed")
    configuration = page.get_by_role("tabpanel", name="Configuration")
    results = page.get_by_role("tabpanel", name="Results")
    page.set_input_files("#pick-folder", mixed(tmp_path))
    state(page, "ready")
    hold(page, 2)
    process(page)
    expect(page.locator("#progress-files")).to_contain_text("2 /")
    expect(configuration).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(results.get_by_text("Cancelled")).to_be_visible()
    expect(configuration).to_be_hidden()
    expect(page.get_by_role("tab", name="Results", selected=True)).to_be_visible()
    page.set_input_files("#pick-file", tmp_path / "0.dcm")
    expect(configuration.locator("#summary-files")).to_contain_text("1 file")
    expect(results).to_be_hidden()
    page.get_by_label("Layout").select_option("Portrait")
    expect(page.get_by_role("tabpanel")).to_have_count(0)


def test_a_page_whose_script_does_not_run_is_seen_all_the_same(
    open_page: Callable[..., Page], site: Site
) -> None:
    site.replaced["/js/main.js"] = b"await new Promise(() => {})"
    page = open_page(ready=False)
    expect(page.get_by_role("heading", name="De-identify DICOM")).to_be_visible()


def test_what_was_given_is_counted_before_anything_is_done_with_it(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=1")
    files = mixed(tmp_path / "some")
    page.set_input_files("#pick-folder", files)
    summary = page.locator("#summary")
    counted = "2 patients · 2 studies · 8 series · 9 instances · 2 odd files"
    expect(summary).to_have_text(re.compile(rf"^11 files · \d+ KB {counted}$"))
    expect(page.locator("#summary-said")).to_have_text(
        re.compile(rf"^11 files · \d+ KB · {counted}$")
    )
    assert "PAT" not in page.content()

    # what lies in an archive, and a directory, which is none of the odd ones
    directory = Path(str(get_testdata_file("dicomdirtests/DICOMDIR")))
    packed = Path(make_archive(str(tmp_path / "packed"), "zip", files))
    page.set_input_files("#pick-file", [packed, directory])
    expect(page.get_by_role("dialog", name="Metadata Review")).to_be_visible()
    expect(summary).to_have_text(re.compile(rf"^12 files · \d+ KB {counted}$"))
    page.keyboard.press("Escape")

    # it is told of what is there now
    page.set_input_files("#pick-file", files / "0.dcm")
    counted = "1 patient · 1 study · 1 series · 1 instance"
    expect(summary).to_have_text(re.compile(rf"^1 file · [\d.]+ KB {counted}$"))
