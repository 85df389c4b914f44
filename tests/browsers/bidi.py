"""A client of WebDriver BiDi: commands out, results in, over one websocket.

What a page says without being asked is kept in `said`, if its log was subscribed to.
"""

import json
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from websocket import WebSocketTimeoutException, create_connection

PREFERENCES = """
user_pref("app.normandy.enabled", false);
user_pref("app.update.auto", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("toolkit.telemetry.enabled", false);
"""
"""A browser in a test has nothing to tell anybody."""

PRIVATE = 'user_pref("browser.privatebrowsing.autostart", true);'
"""Every window is a private one."""

LISTENING = "WebDriver BiDi listening on "
PATIENCE = 300
"""Seconds until an answer is given up on."""


class BidiError(Exception):
    """What the browser has refused, as it says it."""


class Bidi:
    """A connection to a browser."""

    def __init__(self, address: str) -> None:
        self._socket = create_connection(address, PATIENCE, suppress_origin=True)
        self._number = 0
        self.said: list[str] = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send a command and wait for its result."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(command))
        while (reply := json.loads(self._socket.recv())).get("id") != self._number:
            self._hear(reply)
        if reply["type"] == "error":
            raise BidiError(f"{reply['error']}: {reply['message']}")
        return reply["result"]

    def _hear(self, event: dict[str, Any]) -> None:
        if event.get("method") == "log.entryAdded":
            self.said.append(event["params"]["text"])

    def close(self) -> None:
        with suppress(BidiError, WebSocketTimeoutException, ConnectionError):
            self.ask("browser.close")
        self._socket.close()


def start(program: str, folder: Path, preferences: str) -> tuple[subprocess.Popen, str]:
    """Start Firefox on a new profile; gives it and the address it listens at."""
    (folder / "user.js").write_text(PREFERENCES + preferences)
    log = folder / "log.txt"
    with log.open("wb") as errors:
        browser = subprocess.Popen(
            [program, "--headless", "--remote-debugging-port=0", "--profile", folder],
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and browser.poll() is None:
        _, found, rest = log.read_text(errors="replace").partition(LISTENING)
        if found and "\n" in rest:
            return browser, rest.split("\n")[0].strip() + "/session"
        time.sleep(0.2)
    browser.kill()
    raise TimeoutError(log.read_text(errors="replace"))
