"""The page within somebody else's: who is heard, what is given back, what is locked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from oracle import read
from playwright.sync_api import FrameLocator, Page, expect
from steps import write
from web import DIST, Site

pytestmark = pytest.mark.browser


def visit(page: Page, site: Site, portal: Site) -> FrameLocator:
    """Open the example on the portal's origin, with the page from the site's."""
    page.goto(site.held_by(portal))
    frame = page.frame_locator("iframe")
    expect(frame.locator("#engines")).to_have_attribute(
        "data-engines", "ready", timeout=60_000
    )
    return frame


KEEP = """() => {
  window.kept = []
  const page = document.querySelector('cordon-page')
  for (const type of ['instance', 'result', 'refused']) {
    page.addEventListener(`cordon-${type}`, ({ detail }) => kept.push(detail))
  }
}"""

BYTES = """async () => Promise.all(kept.filter(({ blob }) => blob).map(async ({ blob }) =>
  Array.from(new Uint8Array(await blob.arrayBuffer()))))"""


def test_a_portal_gives_files_and_gets_instances_back(
    page: Page, site: Site, portal: Site, tmp_path: Path
) -> None:
    site.configure(origins=[portal.origin])
    frame = visit(page, site, portal)
    expect(page.locator("#said")).to_have_text("Cordon is idle")
    page.evaluate(KEEP)
    files = {f"{n}": Study().image(n, size=8) for n in range(1, 4)}
    folder = write(tmp_path, {**files, "JANE DOE": b"no DICOM"})
    page.set_input_files("#files", [folder / name for name in (*files, "JANE DOE")])
    expect(page.locator("#said")).to_have_text("Cordon is ready")
    page.get_by_role("button", name="De-identify to instances").click()
    expect(page.locator("#said")).to_have_text(
        "3 of 4 files de-identified", timeout=60_000
    )
    results = [bytes(one) for one in page.evaluate(BYTES)]
    assert sorted(read(one).InstanceNumber for one in results) == [1, 2, 3]
    assert not any(b"Doe" in one for one in results)
    report = page.evaluate("kept.at(-1).report")
    assert len(report["files"]) == report["summary"]["files"] == 4
    assert report["settings"]["retain_uids"] is False
    assert report["cordon"]
    assert "JANE" not in json.dumps(report)

    page.get_by_role("button", name="De-identify to a ZIP").click()
    expect(page.locator("#results li").last).to_contain_text(
        "deidentified-study.zip", timeout=60_000
    )
    expect(frame.get_by_label("Layout")).to_be_hidden()


def test_a_portal_cancels_and_is_told_of_what_failed_and_is_refused(
    page: Page, site: Site, portal: Site, tmp_path: Path
) -> None:
    site.configure(origins=[portal.origin])
    frame = visit(page, site, portal)
    page.evaluate(KEEP)
    element = page.locator("cordon-page")
    element.evaluate("page => page.settings({ retain_uids: 'perhaps', no: 1 })")
    element.evaluate("page => page.key('secret')")
    page.wait_for_function("kept.length === 2")
    assert page.evaluate("kept.map(({ reason }) => reason)") == [
        "retain_uids, no",
        "key",
    ]
    page.set_input_files("#files", write(tmp_path, {"JANE": b"no DICOM"}) / "JANE")
    page.get_by_role("button", name="De-identify to a ZIP").click()
    page.wait_for_function("kept.length === 3")
    failed = page.evaluate("kept[2]")
    assert failed["reason"] == "nothing-written"
    assert failed["report"]["files"][0]["code"] == "not-dicom"
    assert "JANE" not in json.dumps(failed)

    many = {f"{n}": Study().image(n, size=256) for n in range(200)}
    folder = write(tmp_path / "many", many)
    page.set_input_files("#files", [folder / name for name in many])
    page.get_by_role("button", name="De-identify to a ZIP").click()
    expect(frame.locator("html")).to_have_attribute("data-state", "running")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#said")).to_have_text("Cordon is ready")
    assert page.evaluate("kept.length") == 3


def test_the_button_in_the_frame_works_too(
    page: Page, site: Site, portal: Site, tmp_path: Path
) -> None:
    site.configure(origins=[portal.origin])
    frame = visit(page, site, portal)
    folder = write(tmp_path, {"a": Study().image(size=8)})
    frame.locator("#pick-file").set_input_files(folder / "a")
    # no picker may be shown in a frame of another origin
    frame.get_by_role("button", name="Process DICOM").click()
    expect(frame.locator("html")).to_have_attribute(
        "data-state", "done", timeout=60_000
    )
    expect(frame.locator("#choice-output option[value=zip]")).to_be_disabled()
    expect(frame.locator("#choice-output-help")).to_contain_text("a frame of another")
    with page.expect_download():
        frame.get_by_role("button", name="Download Study ZIP").click()


def test_what_a_portal_locks_cannot_be_changed(
    page: Page, site: Site, portal: Site
) -> None:
    site.configure(origins=[portal.origin])
    frame = visit(page, site, portal)
    expect(page.locator("#said")).to_have_text("Cordon is idle")
    frame.locator("summary", has_text="PS3.15 options").click()
    expect(frame.get_by_label("Retain UIDs")).to_be_disabled()
    expect(frame.get_by_label("Retain Device Identity")).to_be_enabled()


def test_an_origin_that_is_not_listed_is_not_heard(
    page: Page, site: Site, portal: Site, tmp_path: Path
) -> None:
    site.configure(origins=["https://portal.example"])
    frame = visit(page, site, portal)
    folder = write(tmp_path, {"a": Study().image(size=8)})
    page.set_input_files("#files", folder / "a")
    page.get_by_role("button", name="De-identify to a ZIP").click()
    page.wait_for_timeout(1000)
    expect(page.locator("#said")).to_have_text("Waiting for Cordon")
    expect(frame.locator("#summary")).to_have_text("")


def test_a_site_has_its_own_name_colours_and_rules(
    page: Page, site: Site, open_page: Callable[..., Page]
) -> None:
    site.configure(
        name="Example Hospital",
        help="https://help.example/",
        logo="javascript:alert(1)",
        colors={"accent": "rgb(1, 2, 3)", "bad": "red"},
        settings={"retain_device_identity": True, "layout": "tabbed"},
        locked=["retain_uids", "layout"],
    )
    open_page("retain_uids=true&output=download")
    expect(page.locator("#config-said")).to_have_text(
        "In config.json of this site, what cannot be followed is ignored: logo, colors.bad"
    )
    expect(page.locator(".brand-name")).to_have_text("Example Hospital")
    expect(page.get_by_role("link", name="Help")).to_have_attribute(
        "href", "https://help.example/"
    )
    expect(page.locator(".brand img")).to_have_attribute("src", "css/icon.svg")
    expect(page.get_by_role("button", name="Process DICOM")).to_have_css(
        "background-color", "rgb(1, 2, 3)"
    )
    expect(page.locator("html")).to_have_attribute("data-layout", "tabbed")
    expect(page.get_by_label("Layout")).to_be_disabled()
    expect(page.locator("#refused")).to_have_text(
        "Set by this site, so ignored: Retain UIDs"
    )
    page.locator("summary", has_text="PS3.15 options").click()
    expect(page.get_by_label("Retain UIDs")).not_to_be_checked()
    expect(page.get_by_label("Retain UIDs")).to_be_disabled()
    expect(page.get_by_label("Retain Device Identity")).to_be_checked()


def test_a_logo_of_the_same_site_is_shown(
    page: Page, site: Site, open_page: Callable[..., Page]
) -> None:
    site.replaced["/logo.svg"] = (DIST / "css" / "icon.svg").read_bytes()
    site.configure(logo="logo.svg")
    open_page()
    logo = page.locator(".brand img[src='logo.svg']")
    assert logo.evaluate("image => image.decode().then(() => image.naturalWidth)")
    expect(page.locator("#config-said")).to_be_hidden()


def test_a_configuration_that_cannot_be_read_is_told(
    page: Page, site: Site, open_page: Callable[..., Page]
) -> None:
    site.replaced["/config.json"] = b'{"locked": ["layout"],}'
    open_page(ready=False)
    expect(page.get_by_role("alert")).to_contain_text("config.json cannot be read")
