"""The page for those who see, point or hear otherwise: WCAG 2.2 AA on every screen."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tour import HOLDING, LAYOUTS, WIDTHS, dress, is_dialog, tour

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

CHECK = """
async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_screen_breaks_a_rule_of_wcag(
    theme: str, open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    page.add_init_script(HOLDING)
    # a colour that is still changing is not the one that is read
    page.emulate_media(reduced_motion="reduce")
    open_page("output=download&workers=2")
    page.evaluate(AXE.read_text())
    broken = {}
    for screen in tour(page, tmp_path):
        layouts = LAYOUTS[:1] if is_dialog(page) else LAYOUTS
        for layout in layouts:
            for width in WIDTHS:
                dress(page, layout, theme, width)
                if found := page.evaluate(CHECK):
                    broken[f"{screen} {layout} {width}"] = found
        dress(page, LAYOUTS[0], theme, WIDTHS[0])
    assert broken == {}
