"""Pictures of every screen, left in test-results/screens by each run of the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tour import HOLDING, LAYOUTS, QUERY, THEMES, WIDTHS, dress, is_dialog, looks, tour

pytestmark = pytest.mark.browser

SCREENS = Path(__file__).parents[2] / "test-results" / "screens"


def _unroll(page: Page, width: int) -> None:
    """Make the window as high as the page, so that what sticks is where it belongs."""
    page.evaluate("scrollTo(0, 0)")
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height})


def test_every_screen_is_taken_as_a_picture(
    open_page: Callable[..., Page], page: Page, tmp_path: Path
) -> None:
    page.add_init_script(HOLDING)
    page.emulate_media(reduced_motion="reduce")
    open_page(QUERY)
    SCREENS.mkdir(parents=True, exist_ok=True)
    taken = set()
    for screen in tour(page, tmp_path):
        dialog = is_dialog(page)
        for layout, theme, width in looks(page, screen):
            dress(page, layout, theme, width)
            name = f"{screen}{'' if dialog else f'-{layout}'}-{width}-{theme}"
            path = SCREENS / f"{name}.png"
            if not dialog:
                _unroll(page, width)
            page.screenshot(path=path)
            taken.add(name)
        dress(page, LAYOUTS[0], THEMES[0], WIDTHS[0])
    assert len(taken) == 6 * 15 + 7 * 6 + 6 * 4 + 2
