"""The page for those who see, point or hear otherwise: WCAG 2.2 AA on every screen."""

from collections.abc import Callable
from pathlib import Path
from shutil import make_archive

import pytest
from playwright.sync_api import Page, expect
from steps import chooser_at, mixed, process, series, state
from tour import (
    HEIGHTS,
    HOLDING,
    LAYOUTS,
    QUERY,
    THEMES,
    WIDTHS,
    dress,
    fold_all,
    hold,
    layouts,
    looks,
    release,
    tour,
)
from web import DIST, Site, Watch

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

CHECK = """
async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
  const { violations } = await axe.run(document, {
    runOnly: { type: 'tag', values: tags },
    resultTypes: ['violations'],
  })
  return violations.map(({ id, nodes }) => [
    id,
    ...nodes.map(({ target, any }) => `${target} ${any[0]?.message ?? ''}`),
  ])
}
"""


def test_no_screen_breaks_a_rule_of_wcag(
    open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    page.add_init_script(HOLDING)
    # a colour that is still changing is not the one that is read
    page.emulate_media(reduced_motion="reduce")
    open_page(QUERY)
    page.evaluate(AXE.read_text())
    broken = {}
    for screen in tour(page, tmp_path):
        for look in looks(page, screen):
            dress(page, *look)
            if found := page.evaluate(CHECK):
                broken[screen, *look] = found
        dress(page, LAYOUTS[0], THEMES[0], WIDTHS[0])
    assert broken == {}


def test_choices_that_are_at_odds_break_no_rule(
    open_page: Callable[..., Page], page: Page
) -> None:
    page.emulate_media(reduced_motion="reduce")
    query = "delete_private=false&retain_safe_private=true&sweep=off&dates=1&level=99"
    open_page(f"output=download&allow_deviation=true&{query}")
    page.evaluate(AXE.read_text())
    for opened in (False, True):
        fold_all(page, opened=opened)
        assert page.evaluate(CHECK) == []
    expect(page.locator(".choice-conflict:not(:empty)")).to_have_count(4)


def test_no_page_of_the_manual_breaks_a_rule_of_wcag(
    page: Page, site: Site, watch: Watch
) -> None:
    # where it is narrow, more has to be scrolled
    page.set_viewport_size({"width": WIDTHS[-1], "height": HEIGHTS[WIDTHS[-1]]})
    pages = sorted(path.name for path in (DIST / "manual").glob("*.html"))
    assert len(pages) >= 6
    broken = {}
    for name in pages:
        page.goto(f"{site.url}manual/{name}")
        expect(page.locator("#search")).to_be_visible(timeout=30_000)
        if name == "attributes.html":
            # thousands of rows that are all alike
            page.locator("#filter").fill("Patient Name")
        page.evaluate(AXE.read_text())
        if found := page.evaluate(CHECK):
            broken[name] = found
    assert broken == {}
    assert watch.said == []


def test_a_rule_that_is_broken_is_noticed(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.evaluate(AXE.read_text())
    page.evaluate("document.getElementById('summary').append(new Image(9, 9))")
    page.evaluate("document.getElementById('version').className = 'faint'")
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet()
          sheet.replaceSync('.faint { color: #aaa }')
          document.adoptedStyleSheets = [sheet]
        }"""
    )
    assert {rule for rule, *_ in page.evaluate(CHECK)} >= {
        "image-alt",
        "color-contrast",
    }


# -------------------------------------------------------------------------- keyboard

FOCUSED = """
() => {
  const one = document.activeElement
  if (one === document.body) return null
  const box = one.getBoundingClientRect()
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const around = one.closest('.segments label') ?? one
  const shown = one.matches('input.hidden') ? one.nextElementSibling : around
  const { outlineStyle, outlineWidth } = getComputedStyle(shown)
  const top = document.elementFromPoint(x, y)
  return {
    name: one.id || one.textContent.trim().slice(0, 30) || one.outerHTML.slice(0, 80),
    ringed: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    seen: shown !== one || one.contains(top) || Boolean(top?.contains(one)),
  }
}
"""
"""What has focus, whether one sees it has, and that nothing lies on it."""


@pytest.mark.parametrize(
    ("layout", "width"), [("portrait", 1280), ("tabbed", 390), ("dashboard-v2", 1280)]
)
def test_everything_is_reached_by_tab_and_shows_that_it_has_focus(
    layout: str, width: int, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"output=download&layout={layout}")
    page.set_viewport_size({"width": width, "height": 800})
    fold_all(page, opened=True)
    page.locator("#sample:enabled").wait_for()
    page.evaluate("document.activeElement.blur()")
    page.locator(".brand").click()
    found = []
    while len(found) < 200:
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None or (found and at["name"] == found[0]["name"]):
            break
        found.append(at)
    assert [at for at in found if not (at["ringed"] and at["seen"])] == []
    names = {at["name"] for at in found}
    assert {"choice-layout", "help", "pick-folder", "pick-file", "sample"} <= names
    assert {"key", "replacement-add", "options-reset", "verify"} <= names


def test_a_run_is_made_by_keyboard_and_focus_goes_along(
    open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    page.add_init_script(HOLDING)
    open_page("output=download&workers=2")
    folder = mixed(tmp_path)
    chosen = chooser_at(page, "Shift+O")
    chosen.set_files(folder)
    state(page, "ready")
    hold(page, 3)
    page.locator("#process").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    state(page, "ready")
    expect(page.get_by_role("button", name="Process DICOM")).to_be_focused()
    release(page)
    page.keyboard.press("Space")
    state(page, "done")
    expect(page.get_by_role("button", name="Download Study ZIP")).to_be_focused()


def test_focus_that_is_elsewhere_stays_there_when_a_run_ends(
    open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    page.add_init_script(HOLDING)
    open_page("output=download&workers=2")
    page.set_input_files("#pick-folder", mixed(tmp_path))
    state(page, "ready")
    hold(page, 3)
    process(page)
    expect(page.get_by_label("Outcome")).to_be_visible()
    page.get_by_label("Outcome").focus()
    release(page)
    state(page, "done")
    expect(page.get_by_label("Outcome")).to_be_focused()


def test_what_is_removed_hands_focus_on(open_page: Callable[..., Page]) -> None:
    query = "replacements=StudyDescription%3DTrial&allow_deviation=true"
    page = open_page(f"output=download&{query}")
    page.locator("summary", has_text="Replacements").click()
    page.get_by_role(
        "button", name="Remove the replacement of StudyDescription"
    ).click()
    expect(page.locator("#replacements-list")).to_be_hidden()
    expect(page.locator("#replacement-attribute")).to_be_focused()


def test_the_shortcuts_are_told_and_work(
    open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    open_page()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Help")
    keys = [key.inner_text() for key in sheet.locator("dt").all()]
    assert keys == ["O", "Shift O", "Enter", "Esc", "?"]
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    chosen = chooser_at(page, "o")
    chosen.set_files(mixed(tmp_path) / "1.dcm")
    state(page, "ready")
    page.locator(".brand").click()
    page.keyboard.press("Enter")
    state(page, "done")
    page.get_by_role("button", name="Help").click()
    page.get_by_label("Use shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()


# ------------------------------------------------------------- other ways of seeing


def test_nothing_is_wider_than_a_narrow_window_and_nothing_moves(
    open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    page.add_init_script(HOLDING)
    open_page(QUERY)
    wide = []
    for screen in tour(page, tmp_path):
        for layout in layouts(page, screen):
            dress(page, layout, "light", 390)
            # 1280 pixels at 200 % and at 400 %
            for width in (640, 320):
                page.set_viewport_size({"width": width, "height": 800})
                over = page.evaluate(
                    """() => {
                      const inner = document.querySelector('dialog[open]')
                      const one = inner ?? document.documentElement
                      return one.scrollWidth - one.clientWidth
                    }"""
                )
                if over > 0:
                    wide.append((screen, layout, width, over))
        assert page.evaluate("document.getAnimations().length") == 0
        dress(page, LAYOUTS[0], "light", WIDTHS[0])
    assert wide == []


def test_what_is_chosen_shows_where_the_system_chooses_the_colours(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("output=download&layout=tabbed")
    page.emulate_media(forced_colors="active")
    ground = "(label) => getComputedStyle(label).backgroundColor"
    labels = page.locator("#presets label")
    chosen, *others = (label.evaluate(ground) for label in labels.all())
    assert chosen not in others
    ring = "(tab) => getComputedStyle(tab).outlineStyle"
    assert page.locator("#tab-configuration").evaluate(ring) == "solid"
    assert page.locator("#tab-results").evaluate(ring) == "none"


LISTENING = """
() => {
  window.said = {}
  const live = '[role=status], [role=alert], [role=log], [aria-live], output'
  for (const one of document.querySelectorAll(live)) {
    if (one.ariaLive === 'off') continue
    let text = one.textContent
    new MutationObserver(() => {
      if (text !== one.textContent) {
        text = one.textContent
        said[one.id] = (said[one.id] ?? 0) + 1
      }
    }).observe(one, { childList: true, subtree: true, characterData: true })
  }
  window.begun = performance.now()
}
"""
"""Counts what is read aloud, by where it stands."""

SLOW_READING = """
const read = Blob.prototype.arrayBuffer
Blob.prototype.arrayBuffer = async function () {
  await new Promise((resolve) => setTimeout(resolve, 200))
  return read.call(this)
}
"""


def test_what_is_read_aloud_of_listing_and_of_a_window_is_little(
    open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    page.add_init_script(SLOW_READING)
    open_page("output=download&workers=2")
    files = mixed(tmp_path / "some")
    for number in range(8):
        make_archive(str(tmp_path / "in" / f"{number}"), "zip", files)
    page.locator("#requests", has_text="request").wait_for()
    page.evaluate(LISTENING)
    page.set_input_files("#pick-folder", tmp_path / "in")
    expect(page.locator("#summary")).to_contain_text("72 instances")
    assert page.evaluate("performance.now() - begun") > 1500
    # listing begins, all is listed, all is counted
    assert page.evaluate("said") == {"summary-said": 3}
    page.locator("#inspect-open").click()
    expect(page.locator("#preview-tools")).to_be_visible()
    for _ in range(5):
        page.get_by_role("slider", name="Level").press("ArrowRight")
    assert "preview-level-value" not in page.evaluate("said")


def test_what_is_read_aloud_of_a_run_is_little(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=2")
    page.set_input_files("#pick-folder", series(tmp_path, 300, 256))
    state(page, "ready")
    page.evaluate(LISTENING)
    process(page)
    state(page, "done")
    said = page.evaluate("said")
    seconds = page.evaluate("(performance.now() - begun) / 1000")
    assert sum(said.values()) <= seconds / 5 + 4, said
    assert said["verdict"] == 1
