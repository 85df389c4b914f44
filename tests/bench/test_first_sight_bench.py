"""How soon a page can be used, against how soon its engines are ready."""

from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Browser
from web import Site

pytestmark = pytest.mark.bench

TIMES = """
const since = (name, element, attribute, value) => new MutationObserver(() => {
  const one = document.querySelector(element)
  if (one?.getAttribute(attribute) === value) window[name] ??= performance.now()
}).observe(document, { attributes: true, childList: true, subtree: true })
since('composed', 'html', 'data-composed', '')
since('ready', '#engines', 'data-engines', 'ready')
"""


def test_a_page_is_of_use_long_before_its_engines_are(
    browser: Browser, site: Site, say: Callable[[str], None]
) -> None:
    ratios = []
    for _ in range(5):
        context = browser.new_context()
        page = context.new_page()
        page.add_init_script(TIMES)
        page.goto(site.url)
        page.locator("#engines[data-engines=ready]").wait_for(timeout=120_000)
        composed, ready = page.evaluate("[composed, ready]")
        ratios.append(composed / ready)
        context.close()
    say(f"first visit: page of use after {composed:.0f} ms, engines {ready:.0f} ms")
    say(f"page / engines = {median(ratios):.2f} (at most 0.50)")
    assert median(ratios) <= 0.50
