"""A walk through the screens of the page, stopping at each for who looks at it.

Screens are the states of the page, its folds and its dialogs. The run is held while
somebody looks at it.
"""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect
from steps import LEAVE, mixed, process, state, write

LAYOUTS = ("portrait", "dashboard", "dashboard-v2", "tabbed")
HEIGHTS = {1280: 800, 768: 1024, 390: 844}
WIDTHS = tuple(HEIGHTS)
THEMES = ("light", "dark")

QUERY = "output=download&workers=2&seal=true"
"""What the page is asked for, so that all screens can be reached."""

FEW = {
    "no-results": "tabbed",
    **dict.fromkeys(("confirm", "selftest", "compare"), LAYOUTS[0]),
    **dict.fromkeys(("tree", "signing", "cancelled"), LAYOUTS[0]),
}
"""Screens of which a layout, the widest window and the narrowest show all there is."""

HOLDING = """
const post = Worker.prototype.postMessage
const kept = []
let free = Infinity
window.hold = (after) => { free = after }
window.held = () => kept.length
window.release = (count = Infinity) => {
  if (count === Infinity) free = Infinity
  for (const [worker, given] of kept.splice(0, count)) post.apply(worker, given)
}
Worker.prototype.postMessage = function (...given) {
  if (given[0]?.type === 'deidentify' && free-- <= 0) kept.push([this, given])
  else post.apply(this, given)
}
"""
"""Lets only so many instances reach the engines, until they are released."""


def hold(page: Page, after: int) -> None:
    """Let a run come no further than some instances."""
    page.evaluate("(after) => hold(after)", after)


def release(page: Page) -> None:
    page.evaluate("release()")


def release_one(page: Page) -> None:
    """Let one more instance through, once there is one."""
    page.wait_for_function("held() > 0")
    page.evaluate("release(1)")


def tour(page: Page, folder: Path) -> Iterator[str]:
    """Go through all screens, from one that is ready; gives the name of each."""
    yield "idle"
    fold_all(page, opened=True)
    yield "options"
    fold_all(page, opened=False)
    for name, button in (("storage", "Storage"), ("log", "Log"), ("keys", "Help")):
        page.get_by_role("button", name=button, exact=True).click()
        yield from _dialog(page, name)
    yield from _proofs(page)
    page.set_input_files("#pick-folder", mixed(folder / "mixed"))
    state(page, "ready")
    expect(page.locator("#review-open")).to_be_visible()
    yield "ready"
    yield from _empty_tab(page)
    page.locator("#inspect-open").click()
    expect(page.locator("#inspect-content[aria-busy=false]")).to_be_attached()
    page.locator("#inspect-rows tr").first.click()
    yield from _dialog(page, "inspect")
    page.locator("#review-open").click()
    expect(page.get_by_role("dialog", name="Metadata Review")).to_be_visible()
    yield from _dialog(page, "review")
    hold(page, 4)
    process(page)
    expect(page.locator("#progress-files")).to_contain_text("4 /")
    yield "running"
    release(page)
    state(page, "done")
    yield "done"
    page.locator("#tree-summary").click()
    page.locator("#tree summary").first.click()
    yield "tree"
    page.locator("#tree-summary").click()
    page.locator("#signing-open").click()
    yield from _dialog(page, "signing")
    page.locator("#errors-details").click()
    for group in page.locator("#problems summary").all():
        group.click()
    yield from _dialog(page, "errors")
    page.locator("#mapping-open").click()
    yield from _dialog(page, "mapping")
    bad = write(folder / "bad", {"a": b"none", "b": b"neither"})
    page.set_input_files("#pick-folder", bad)
    state(page, "ready")
    process(page)
    state(page, "failed")
    yield "failed"
    # last, for engines begin anew
    page.set_input_files("#pick-folder", folder / "mixed")
    state(page, "ready")
    hold(page, 4)
    process(page)
    expect(page.locator("#progress-files")).to_contain_text("4 /")
    page.get_by_role("button", name="Cancel", exact=True).click()
    state(page, "ready")
    yield "cancelled"


def layouts(page: Page, screen: str) -> tuple[str, ...]:
    """Give the layouts a screen differs in."""
    if screen in FEW:
        return (FEW[screen],)
    return LAYOUTS[:1] if is_dialog(page) else LAYOUTS


def widths(screen: str) -> tuple[int, ...]:
    """Give the widths of windows a screen is looked at in."""
    return (WIDTHS[0], WIDTHS[-1]) if screen in FEW else WIDTHS


def looks(page: Page, screen: str) -> list[tuple[str, str, int]]:
    """List the layouts, themes and widths in which a screen is looked at."""
    return [
        (layout, theme, width)
        for layout in layouts(page, screen)
        # colours are those of a theme, whatever the layout
        for theme in (THEMES if layout == LAYOUTS[0] else THEMES[:1])
        for width in widths(screen)
    ]


def dress(page: Page, layout: str, theme: str, width: int) -> None:
    """Show the screen that is there in another layout, theme and width."""
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    choice = page.locator("#choice-layout")
    if choice.input_value() != layout:
        choice.select_option(layout)


def is_dialog(page: Page) -> bool:
    """Tell whether a dialog covers the layout, so that there is one look at it."""
    return page.locator("dialog[open]").count() > 0


def fold_all(page: Page, *, opened: bool) -> None:
    """Open or close all folds of the options."""
    for fold in page.locator("#options > details").all():
        if (fold.get_attribute("open") is not None) != opened:
            fold.locator("> summary").click()


def _proofs(page: Page) -> Iterator[str]:
    """Ask to remove what was left, test the engine, look at how a result is verified."""
    page.evaluate(LEAVE)
    page.get_by_role("button", name="Storage", exact=True).click()
    page.locator("#storage-clear").click()
    expect(page.locator("#storage-remove")).to_be_visible()
    yield "confirm"
    page.locator("#storage-remove").click()
    expect(page.locator("#storage-none")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Self-test").click()
    page.locator("#selftest-run").click()
    expect(page.locator("#selftest-found")).to_be_visible(timeout=60_000)
    yield from _dialog(page, "selftest")
    page.get_by_role("button", name="Verify a result").click()
    yield from _dialog(page, "compare")


def _empty_tab(page: Page) -> Iterator[str]:
    """Look at where results will be."""
    layout = page.locator("#choice-layout")
    layout.select_option("tabbed")
    page.get_by_role("tab", name="Results").click()
    yield "no-results"
    layout.select_option("tabbed")
    page.get_by_role("tab", name="Configuration").click()
    layout.select_option(LAYOUTS[0])


def _dialog(page: Page, name: str) -> Iterator[str]:
    yield name
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
