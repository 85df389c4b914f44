"""The browsers, each driven in its own way, all of them used alike."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import bidi
from playwright.sync_api import Browser

MINI_BROWSERS = (
    Path("/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"),
    Path("/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser"),
)


class MissingError(Exception):
    """This machine does not have the browser; the text says what is missing."""


class Driver(Protocol):
    """A browser with one page; what it says on its console is kept, if it can be had."""

    said: list[str]

    def open(self, url: str) -> None:
        """Load a page, in place of what was there."""

    def run(self, expression: str) -> Any:
        """Evaluate JavaScript in the page; promises are waited for."""

    def set_files(self, selector: str, paths: list[Path]) -> None:
        """Choose files in an input, as a person does."""

    def close(self) -> None:
        """End the browser."""


def written(expression: str) -> str:
    """Have what an expression gives as JSON, which every protocol carries alike."""
    return f"(async () => JSON.stringify((await ({expression})) ?? null))()"


class Chromium:
    """By Playwright."""

    def __init__(self, browser: Browser) -> None:
        self._context = browser.new_context()
        self._page = self._context.new_page()
        self.said: list[str] = []
        self._page.on("console", lambda message: self.said.append(message.text))
        self._page.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, url: str) -> None:
        self._page.goto(url)

    def run(self, expression: str) -> Any:
        return json.loads(self._page.evaluate(written(expression)))

    def set_files(self, selector: str, paths: list[Path]) -> None:
        self._page.set_input_files(selector, paths)

    def close(self) -> None:
        self._context.close()


class Firefox:
    """By WebDriver BiDi, which it speaks itself."""

    def __init__(self, folder: Path, preferences: str = "") -> None:
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        if not program:
            raise MissingError("Firefox")
        self._process, address = bidi.start(program, folder, preferences)
        self._bidi = bidi.Bidi(address)
        self.said = self._bidi.said
        (tab,) = self._bidi.ask("browsingContext.getTree")["contexts"]
        self._tab = tab["context"]

    def open(self, url: str) -> None:
        # a page that lacks a module may never be loaded as a whole
        self._bidi.ask(
            "browsingContext.navigate", context=self._tab, url=url, wait="interactive"
        )

    def run(self, expression: str) -> Any:
        found = self._bidi.ask(
            "script.evaluate",
            expression=written(expression),
            target={"context": self._tab},
            awaitPromise=True,
        )
        if found["type"] == "exception":
            raise bidi.BidiError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])

    def set_files(self, selector: str, paths: list[Path]) -> None:
        (element,) = self._bidi.ask(
            "browsingContext.locateNodes",
            context=self._tab,
            locator={"type": "css", "value": selector},
        )["nodes"]
        self._bidi.ask(
            "input.setFiles",
            context=self._tab,
            element={"sharedId": element["sharedId"]},
            files=[str(path) for path in paths],
        )

    def close(self) -> None:
        self._bidi.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()


class WebKit:
    """WebKitGTK's own small browser by WebDriver, on a display that nobody sees."""

    def __init__(self) -> None:
        from selenium import webdriver
        from selenium.webdriver.webkitgtk.service import Service

        driver, browser = shutil.which("WebKitWebDriver"), _mini_browser()
        if not driver or not browser or not shutil.which("Xvfb"):
            raise MissingError("WebKitWebDriver, MiniBrowser or Xvfb")
        self.said: list[str] = []
        with ExitStack() as ends:
            display = ends.enter_context(_display())
            options = webdriver.WebKitGTKOptions()
            options.binary_location = str(browser)
            options.add_argument("--automation")
            environment = {**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11"}
            service = Service(driver, env=environment)
            self._driver = webdriver.WebKitGTK(options=options, service=service)
            ends.callback(self._driver.quit)
            self._driver.set_script_timeout(bidi.PATIENCE)
            self._ends = ends.pop_all()

    def open(self, url: str) -> None:
        self._driver.get(url)

    def run(self, expression: str) -> Any:
        found = self._driver.execute_async_script(
            f"const done = arguments[arguments.length - 1];{written(expression)}"
            ".then((value) => done(`+${value}`), (error) => done(`-${error}`))"
        )
        if not found.startswith("+"):
            raise RuntimeError(found)
        return json.loads(found[1:])

    def set_files(self, selector: str, paths: list[Path]) -> None:
        element = self._driver.find_element("css selector", selector)
        element.send_keys("\n".join(str(path) for path in paths))

    def close(self) -> None:
        self._ends.close()


def _mini_browser() -> Path | None:
    return next((path for path in MINI_BROWSERS if path.exists()), None)


@contextmanager
def _display() -> Iterator[str]:
    """Start a display; the server chooses a free number and tells it."""
    reading, writing = os.pipe()
    size = ("-screen", "0", "1280x900x24")
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp", *size],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        name = f":{told.readline().strip()}"
    try:
        yield name
    finally:
        display.terminate()
        display.wait(30)
