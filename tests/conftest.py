"""A static server for the site, and the browser that is there."""

import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserType, Page
from web import DIST, Site, Watch

# a busy machine is no fault of the code
hypothesis.settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("unhurried")

LOGGED = re.compile(r" *\d+\.\d{3} (warn |error) [a-z-]+( \w+=[\w-]*)*")
"""An entry of the page's log: codes and numbers, no value and no name."""

QUERY = "output=download&workers=1"
"""What most tests ask of the page: one engine starts soonest."""

BROWSERS = ("chromium", "google-chrome", "google-chrome-stable")

SHELL = "chromium-headless-shell"
"""It has no windows to draw, and starts a page in two thirds of the time."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Use what the machine has."""
    return {**browser_type_launch_args, **_launching(SHELL, *BROWSERS)}


@pytest.fixture(scope="session")
def whole_browser(
    browser_type: BrowserType, browser_type_launch_args: dict
) -> Iterator[Browser]:
    """Start a browser with all that people have."""
    whole = _launching(*BROWSERS)
    if not whole["executable_path"]:
        # Playwright's own would be the shell
        whole["channel"] = "chromium"
    browser = browser_type.launch(**{**browser_type_launch_args, **whole})
    yield browser
    browser.close()


def _launching(*names: str) -> dict:
    """Find a browser; root cannot have its sandbox."""
    found = next(filter(None, map(shutil.which, names)), None)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": found, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    """Keep nothing for use without a network: each test would fetch it all again."""
    return {**browser_context_args, "service_workers": "block"}


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve dist/ below a path of its own, as many hosts do."""
    with _serving() as served:
        yield served


@pytest.fixture
def portal() -> Iterator[Site]:
    """Serve it once more, which is another origin."""
    with _serving() as served:
        yield served


@contextmanager
def _serving() -> Iterator[Site]:
    class Handler(SimpleHTTPRequestHandler):
        # a page has very many files: neither a connection nor a wait for each
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(DIST))

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if not path.startswith("/some/where/"):
                self.send_error(404)
                return
            self.path = path.removeprefix("/some/where")
            if self.path in served.replaced:
                self._replace(served.replaced[self.path])
            else:
                super().do_GET()

        def _replace(self, data: bytes | None) -> None:
            if data is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", self.guess_type(self.path))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *about: object) -> None:
            if not isinstance(sys.exception(), ConnectionError):  # a page has gone
                super().handle_error(*about)

    with Server(("127.0.0.1", 0), Handler) as server:
        served = Site(f"http://127.0.0.1:{server.server_port}/some/where/")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


@pytest.fixture
def watch(page: Page) -> Watch:
    return Watch(page)


@pytest.fixture
def open_page(page: Page, site: Site, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open the page; afterwards, see that its console is clean and it kept to itself."""

    def open_with(query: str = QUERY, *, ready: bool = True) -> Page:
        page.set_default_timeout(60_000)
        page.goto(f"{site.url}?{query}")
        if ready:
            page.locator("#engines[data-engines=ready]").wait_for()
        return page

    yield open_with
    assert [text for text in watch.said if not LOGGED.fullmatch(text)] == []
    outside = [
        url for url in watch.asked if not url.startswith((site.url, "blob:", "data:"))
    ]
    assert outside == []


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Tell figures, also of a test that passes."""

    def print_line(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="")  # noqa: T201 - figures are the point

    return print_line
