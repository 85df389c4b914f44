"""What a browser lacks, and what the page says and does about it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from playwright.sync_api import BrowserType, Page, expect
from steps import WITHOUT_PICKER, state, study, write
from web import Site, Watch

pytestmark = pytest.mark.browser

WITHOUT_STORAGE = """
StorageManager.prototype.getDirectory = () =>
  Promise.reject(new DOMException('', 'SecurityError'))
"""
"""As in a private window: it is there, and refuses."""

WITHOUT_FOLDERS = "delete HTMLInputElement.prototype.webkitdirectory"

MISSING = {
    "modules": "delete HTMLScriptElement.prototype.noModule",
    "WebAssembly": "delete window.WebAssembly",
    "promises": "delete Promise.withResolvers",
    "colours": "CSS.supports = () => false",
}

GIANT = """
Object.defineProperty(File.prototype, 'size', { get: () => 2 ** 31 })
"""


@pytest.mark.parametrize("missing", MISSING)
def test_an_old_browser_is_told_so_and_nothing_else(
    missing: str, page: Page, site: Site
) -> None:
    page.add_init_script(MISSING[missing])
    page.goto(site.url)
    expect(page.get_by_role("alert")).to_contain_text("This browser is too old")
    expect(page.get_by_role("main")).to_be_hidden()
    expect(page.locator("#engines")).to_be_hidden()


def test_an_error_of_an_extension_or_after_the_beginning_is_not_the_browsers_age(
    page: Page, site: Site
) -> None:
    page.add_init_script(
        "setInterval(() => { throw new Error('of an extension') }, 10)"
    )
    page.goto(site.url)
    page.locator("#engines[data-engines=ready]").wait_for()
    page.evaluate(
        """async () => {
          setTimeout(() => { throw new Error('later') })
          await new Promise((resolve) => setTimeout(resolve, 50))
        }"""
    )
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("main")).to_be_visible()


def test_storage_that_refuses_is_not_offered_and_memory_takes_its_place(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(WITHOUT_PICKER + ";" + WITHOUT_STORAGE)
    open_page("output=storage")
    storage = page.locator("#choice-output option[value=storage]")
    expect(storage).to_be_disabled()
    expect(page.locator("#destination")).to_contain_text("in memory until")
    expect(page.locator("#choice-output-help")).to_contain_text("private windows")
    assert len(study(page, write(tmp_path, {"a": Study().image(size=8)}))) == 1


def test_a_browser_that_lacks_nothing_is_told_nothing(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("")
    expect(page.locator("#choice-output option:disabled")).to_have_count(0)
    expect(page.locator("#choice-output-help")).not_to_contain_text("browser")
    expect(page.locator("#no-folders")).to_be_hidden()


def test_over_plain_http_the_page_works_and_says_what_is_missing(
    browser_type: BrowserType,
    browser_type_launch_args: dict,
    site: Site,
    tmp_path: Path,
) -> None:
    named = ["--host-resolver-rules=MAP intranet.test 127.0.0.1"]
    arguments = [*browser_type_launch_args["args"], *named]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    page = browser.new_page()
    watch = Watch(page)
    page.goto(site.url.replace("127.0.0.1", "intranet.test"))
    page.locator("#engines[data-engines=ready]").wait_for(timeout=60_000)
    assert not page.evaluate("isSecureContext")
    expect(page.locator("#choice-output-help")).to_contain_text("plain HTTP")
    expect(page.get_by_text("Verify this page")).to_be_hidden()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#options-said")).to_contain_text("http://intranet.test")
    assert len(study(page, write(tmp_path, {"a": Study().image(size=8)}))) == 1
    assert watch.said == []
    browser.close()


def test_without_folders_files_are_asked_for(
    page: Page, open_page: Callable[..., Page]
) -> None:
    page.add_init_script(WITHOUT_FOLDERS)
    open_page()
    expect(page.get_by_text("Choose folder")).to_be_hidden()
    expect(page.get_by_text("choose all files of the study")).to_be_visible()


@pytest.mark.parametrize(
    ("output", "storage", "advice"),
    [
        ("download", "", "choose another output"),
        ("download", WITHOUT_STORAGE, "process fewer at a time, or use"),
        ("storage", "", None),
    ],
)
def test_what_memory_may_not_hold_is_said_before_the_run(
    output: str,
    storage: str,
    advice: str | None,
    page: Page,
    open_page: Callable[..., Page],
    tmp_path: Path,
) -> None:
    page.add_init_script(f"{GIANT};{storage}")
    open_page(f"output={output}")
    page.set_input_files("#pick-folder", write(tmp_path, {"a": b"a", "b": b"b"}))
    state(page, "ready")
    warning = page.locator("#memory")
    if advice:
        expect(warning).to_contain_text("4.3 GB of files")
        expect(warning).to_contain_text(advice)
    else:
        expect(warning).to_be_hidden()


def test_a_browser_without_folders_to_write_to_is_told_of_these_alone(
    page: Page, open_page: Callable[..., Page]
) -> None:
    page.add_init_script("delete window.showDirectoryPicker")
    open_page("")
    closed = page.locator("#choice-output option:disabled")
    expect(closed).to_have_text(["Folder"])
    help_ = page.locator("#choice-output-help")
    expect(help_).to_have_text(re.compile("cannot write to a folder you choose.$"))
