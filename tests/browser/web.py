"""The site as a test may alter it, and what is seen of a page."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request

DIST = Path(__file__).parents[2] / "dist"


BLOCKED = "Service Worker registration blocked by Playwright"
"""What the browser says of it where a test does not let it keep the app."""


class Site:
    """The site at some address; `replaced` maps paths to other bytes, or to None."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replaced: dict[str, bytes | None] = {}

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def configure(self, **config: object) -> None:
        self.replaced["/config.json"] = json.dumps(config).encode()

    def held_by(self, portal: "Site") -> str:
        """Have the example on another origin hold this page; gives its address."""
        html = (DIST / "examples" / "portal.html").read_text()
        assert 'src="../"' in html
        there = html.replace('src="../"', f'src="{self.url}?workers=1"')
        portal.replaced["/examples/portal.html"] = there.encode()
        return f"{portal.url}examples/portal.html"


class Watch:
    """What a page said on its console, and what it asked for."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.text != BLOCKED:
            self.said.append(message.text)

    def _error(self, error: Error) -> None:
        self.said.append(str(error))

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)
