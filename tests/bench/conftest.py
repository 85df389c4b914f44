"""The page that benchmarks measure in."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from web import Site

HERE = Path(__file__).parent


@pytest.fixture
def bench(page: Page, site: Site) -> Page:
    """Open a page with the parts of the site and the measures of bench.js."""
    site.replaced = {f"/{path.name}": path.read_bytes() for path in HERE.glob("*.*")}
    page.set_default_timeout(600_000)
    page.goto(f"{site.url}bench.html")
    page.locator("html[data-ready]").wait_for(state="attached")
    return page
