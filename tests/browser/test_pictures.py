"""The pictures of the manual; those that are published are taken by `./build.sh pictures`.

The variable PICTURES names the folder that they are written to.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from playwright.sync_api import Locator, Page, expect
from png import reduced
from steps import process, state

pytestmark = pytest.mark.browser

SIZE = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def browser_context_args(browser_context_args: dict) -> dict:
    """Let the page say that it works offline."""
    return {**browser_context_args, "service_workers": "allow"}


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[Page | Locator, str], None]:
    """Give what writes the picture of a page, or of a part of it."""
    folder = Path(os.environ.get("PICTURES", tmp_path))

    def keep(of: Page | Locator, name: str) -> None:
        page = of if isinstance(of, Page) else of.page
        page.mouse.move(0, 0)
        png = reduced(of.screenshot(animations="disabled", caret="hide"))
        (folder / f"{name}.png").write_bytes(png)

    return keep


def opened(open_page: Callable[..., Page]) -> Page:
    page = open_page("theme=light&workers=2")
    output = page.locator("summary").filter(has_text="Output")
    output.click()
    page.get_by_label("Output").select_option("Plain download")
    output.click()
    page.set_viewport_size(SIZE)
    expect(page.locator("#offline")).not_to_be_empty()
    page.evaluate("scrollTo(0, 0)")
    return page


def test_what_is_done_with_the_sample(
    open_page: Callable[..., Page], keep: Callable[[Page | Locator, str], None]
) -> None:
    page = opened(open_page)
    keep(page, "first")
    page.get_by_role("button", name="Try with sample data").click()
    state(page, "ready")
    expect(page.locator("#summary-contents")).to_contain_text("2 series")
    keep(page.locator("#intake"), "given")

    page.get_by_role("button", name="Inspect").click()
    dialog = page.get_by_role("dialog", name="Inspect")
    expect(dialog.locator("[aria-busy=false]")).to_be_attached()
    expect(dialog.get_by_role("img", name="First frame")).to_be_visible()
    keep(page, "inspect")
    page.keyboard.press("Escape")

    page.get_by_role("radio", name="Research").check(force=True)
    page.get_by_text("PS3.15 options").click()
    page.locator("#options").evaluate("form => form.scrollIntoView()")
    keep(page, "options")
    page.get_by_text("PS3.15 options").click()

    page.get_by_role("button", name="Review descriptions").click()
    review = page.get_by_role("dialog", name="Metadata Review")
    expect(review.locator("tbody tr").first).to_be_visible()
    keep(review, "review")
    page.keyboard.press("Escape")

    process(page)
    state(page, "done")
    keep(page.locator("#results"), "done")


def test_what_is_said_of_files_that_were_not_written(
    open_page: Callable[..., Page],
    keep: Callable[[Page | Locator, str], None],
    tmp_path: Path,
) -> None:
    page = opened(open_page)
    folder = tmp_path / "in"
    folder.mkdir()
    whole = Study().image(size=64)
    for name, data in (
        ("IM0001", whole),
        ("IM0002", whole[:-60]),
        ("IM0003", whole[:-2]),
        ("notes.txt", b"not an image"),
    ):
        (folder / name).write_bytes(data)
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    state(page, "done")
    page.get_by_role("button", name="Details").click()
    dialog = page.get_by_role("dialog", name="Not written")
    dialog.locator("summary").first.click()
    keep(dialog, "errors")
