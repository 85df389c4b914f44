"""The app without its server, one version at a time, and as its manifest says."""

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from builders import Study
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect
from steps import engines, study, write
from web import DIST, Site

pytestmark = pytest.mark.browser


OWN = {"/.htaccess": 403, "/_headers": 404, "/web.config": 404, "/SHA256SUMS": 404}
"""What hosts answer where they are asked for what is for them alone."""


class Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: object, host: "Host") -> None:
        self.host = host
        super().__init__(*arguments, directory=str(host.folder))

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        status = 404 if path.startswith("/hosting/") else OWN.get(path)
        if status:
            self.send_error(status)
        elif path in self.host.answers:
            self._answer(*self.host.answers[path])
        else:
            super().do_GET()

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", text)
        self.end_headers()
        self.wfile.write(text.encode())

    def end_headers(self) -> None:
        for name, value in self.host.sent.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Host:
    """A server of a copy of the site, which may go and come with another version."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: dict[str, tuple[int, str]] = {}
        self.sent: dict[str, str] = {}
        shutil.copytree(DIST, folder, dirs_exist_ok=True)
        self.port = 0
        self.start()
        self.url = f"http://127.0.0.1:{self.port}/?output=download&workers=1"

    def start(self) -> None:
        handler = partial(Handler, host=self)
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def publish(self, text: str) -> None:
        """Lay out a version whose page is marked with `text`."""
        page = self.folder / "index.html"
        page.write_text(page.read_text().replace("<html", f'<html class="{text}"'))
        manifest = self.folder / "manifest.json"
        sums = json.loads(manifest.read_text())
        sums["index.html"] = hashlib.sha256(page.read_bytes()).hexdigest()
        offline = self.folder / "offline.js"
        build = hashlib.sha256(text.encode()).hexdigest()
        head, tail = offline.read_text().split('const BUILD = "')
        offline.write_text(f'{head}const BUILD = "{build}"{tail[65:]}')
        sums["offline.js"] = hashlib.sha256(offline.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(sums))


@pytest.fixture(scope="module")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "service_workers": "allow"}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path / "site")
    yield host
    host.stop()


def visit(context: BrowserContext, host: Host) -> Page:
    page = context.new_page()
    page.goto(host.url)
    expect(page.locator("#offline")).to_have_text("works offline ✓", timeout=60_000)
    return page


def test_a_browser_offers_to_install_the_app(
    whole_browser: Browser, host: Host
) -> None:
    with whole_browser.new_context() as context:
        browser = context.new_cdp_session(visit(context, host))
        errors = browser.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # nothing is ever installed from a window like this one
        assert [error["errorId"] for error in errors] == ["in-incognito"]
        assert browser.send("Page.getAppManifest")["errors"] == []


def test_the_app_works_after_the_server_is_gone(
    context: BrowserContext, host: Host, tmp_path: Path
) -> None:
    page = visit(context, host)
    host.stop()
    page.reload()
    expect(page.locator("#engines")).to_have_attribute(
        "data-engines", "ready", timeout=60_000
    )
    folder = write(tmp_path / "in", {f"{n}": Study().image(n, size=8) for n in (1, 2)})
    assert len(study(page, folder)) == 2
    page.get_by_role("button", name="Verify this page").click()
    files = len(json.loads((DIST / "manifest.json").read_text()))
    expect(page.locator("#verified")).to_have_text(
        f"All {files} files are what the manifest says"
    )
    host.start()


def test_what_is_kept_carries_the_policy_also_for_workers(
    context: BrowserContext, host: Host
) -> None:
    page = visit(context, host)
    page.reload()
    for name in ("", "workers/engine.js", "vendor/pyodide/pyodide.asm.wasm"):
        policy = page.evaluate(
            """async (name) =>
              (await fetch(name)).headers.get('Content-Security-Policy')""",
            name,
        )
        assert policy.startswith("default-src 'none'; script-src 'self'"), name
        assert policy.endswith("frame-ancestors 'self'")
    # and a worker obeys it: it may connect to nobody else
    expect(page.locator("#engines")).to_have_attribute(
        "data-engines", "ready", timeout=60_000
    )
    assert (
        engines(page)[0].evaluate(
            "fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => error.name)"
        )
        == "TypeError"
    )


def test_portals_of_the_configuration_may_hold_the_page(
    context: BrowserContext, host: Host
) -> None:
    origins = ["https://portal.example", "https://x.example; script-src *"]
    (host.folder / "config.json").write_text(json.dumps({"origins": origins}))
    page = visit(context, host)
    page.reload()
    page.reload()
    policy = page.evaluate(
        "async () => (await fetch('')).headers.get('Content-Security-Policy')"
    )
    assert policy.endswith(", frame-ancestors 'self' https://portal.example")


def test_what_a_host_sends_stays(context: BrowserContext, host: Host) -> None:
    host.sent = {
        "Content-Security-Policy": "media-src 'none'; frame-ancestors https://a.example",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "Vary": "*",
    }
    page = visit(context, host)
    page.reload()
    headers = page.evaluate("async () => Object.fromEntries((await fetch('')).headers)")
    assert headers["content-security-policy"].startswith(
        "media-src 'none'; frame-ancestors https://a.example, default-src 'none'; "
    )
    assert headers["content-security-policy"].endswith(", frame-ancestors 'self'")
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_host_that_lets_nobody_hold_the_page_is_heeded(
    context: BrowserContext, host: Host
) -> None:
    host.sent = {"X-Frame-Options": "DENY"}
    page = visit(context, host)
    page.reload()
    headers = page.evaluate("async () => Object.fromEntries((await fetch('')).headers)")
    # browsers would not look at it beside `frame-ancestors`
    assert "frame-ancestors" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_a_host_may_send_visitors_elsewhere(
    context: BrowserContext, host: Host
) -> None:
    page = visit(context, host)
    host.answers["/old"] = (302, "/examples/portal.html")
    page.goto(host.url.split("?")[0] + "old")
    expect(page.locator("h1")).to_have_text("A portal with Cordon in it")


def hold(page: Page, host: Host, portal: Site) -> FrameLocator:
    """Show the page within one of another origin."""
    held = f'<iframe src="{host.url}&embed"></iframe>'
    portal.replaced["/examples/portal.html"] = held.encode()
    page.goto(f"{portal.url}examples/portal.html")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#offline")).to_have_text("works offline ✓", timeout=60_000)
    return frame


def origin_of(site: Site) -> str:
    return "/".join(site.url.split("/")[:3])


def test_a_portal_holds_the_page_again_and_again(
    page: Page, host: Host, portal: Site
) -> None:
    config = {"name": "Example Hospital", "origins": [origin_of(portal)]}
    (host.folder / "config.json").write_text(json.dumps(config))
    hold(page, host, portal)
    hold(page, host, portal)
    host.publish("newer")
    frame = hold(page, host, portal)
    frame.get_by_role("button", name="Update now").click(timeout=60_000)
    expect(frame.locator("html.newer")).to_have_count(1, timeout=60_000)
    host.stop()
    frame = hold(page, host, portal)
    expect(frame.locator("html.newer .brand-name")).to_have_text("Example Hospital")
    host.start()


def test_a_portal_that_is_listed_later_may_hold_the_page(
    context: BrowserContext, host: Host, portal: Site
) -> None:
    host.sent = {"Content-Security-Policy": "frame-ancestors 'self'"}
    page = visit(context, host)
    page.reload()
    config = json.dumps({"origins": [origin_of(portal)]})
    (host.folder / "config.json").write_text(config)
    host.sent = {
        "Content-Security-Policy": f"frame-ancestors 'self' {origin_of(portal)}"
    }
    hold(page, host, portal)


def test_a_new_version_is_not_used_before_the_user_agrees(
    context: BrowserContext, host: Host
) -> None:
    page = visit(context, host)
    host.publish("newer")
    page.reload()
    expect(page.locator("#update")).to_be_visible(timeout=60_000)
    # nothing keeps the new worker from being started now
    page.close()
    page = visit(context, host)
    expect(page.locator("html.newer")).to_have_count(0)
    build = page.locator("#version").get_attribute("title")
    page.get_by_role("button", name="Update now").click()
    expect(page.locator("html.newer")).to_have_count(1, timeout=60_000)
    expect(page.locator("#version")).to_have_attribute("title", re.compile("[0-9a-f]+"))
    assert page.locator("#version").get_attribute("title") != build
    expect(page.locator("#update")).to_be_hidden()


def test_a_worker_that_cannot_be_laid_out_leaves_the_app_as_it_is(
    context: BrowserContext, host: Host
) -> None:
    page = visit(context, host)
    worker = host.folder / "offline.js"
    worker.write_text(worker.read_text() + "// of the same name\n")
    style = host.folder / "css" / "app.css"
    style.write_text(style.read_text() + "/* tampered */")
    page.evaluate(
        """async () => {
          const registration = await navigator.serviceWorker.ready
          await registration.update().catch(() => {})
          const { installing } = registration
          await new Promise((done) => {
            installing.onstatechange = () => installing.state === 'redundant' && done()
          })
        }"""
    )
    host.stop()
    page.reload()
    expect(page.locator("#engines")).to_have_attribute(
        "data-engines", "ready", timeout=60_000
    )
    host.start()


def test_the_configuration_and_its_logo_outlive_bad_answers(
    context: BrowserContext, host: Host
) -> None:
    (host.folder / "logo.svg").write_bytes((DIST / "css" / "icon.svg").read_bytes())
    config = {"name": "Example Hospital", "logo": "logo.svg", "locked": ["layout"]}
    (host.folder / "config.json").write_text(json.dumps(config))
    page = visit(context, host)
    for status, text in ((200, "<html>sign in"), (403, "{}"), (500, "{}")):
        host.answers["/config.json"] = (status, text)
        page.reload()
        expect(page.locator(".brand-name")).to_have_text("Example Hospital")
        expect(page.get_by_label("Layout")).to_be_disabled()
    host.stop()
    page.reload()
    logo = page.locator(".brand img[src='logo.svg']")
    expect(logo).to_be_visible()
    assert logo.evaluate("image => image.decode().then(() => image.naturalWidth)")
    host.start()


def test_a_new_version_waits_until_the_user_agrees_and_is_alone(
    context: BrowserContext, host: Host
) -> None:
    page = visit(context, host)
    host.publish("newer")
    page.reload()
    notice = page.locator("#update")
    expect(notice).to_be_visible(timeout=60_000)
    expect(page.locator("html.newer")).to_have_count(0)
    other = context.new_page()
    other.goto(host.url)
    notice.get_by_role("button", name="Update now").click()
    expect(notice).to_contain_text("Close the other tabs")
    other.close()
    notice.get_by_role("button", name="Update now").click()
    expect(page.locator("html.newer")).to_have_count(1, timeout=60_000)
    expect(notice).to_be_hidden()


def test_a_version_that_is_not_whole_is_not_kept(
    context: BrowserContext, host: Host
) -> None:
    script = host.folder / "js" / "tally.js"
    script.write_text(script.read_text() + "// tampered\n")
    page = context.new_page()
    page.goto(host.url)
    expect(page.locator("#engines")).to_have_attribute(
        "data-engines", "ready", timeout=60_000
    )
    page.get_by_role("button", name="Verify this page").click()
    expect(page.locator("#verified")).to_have_text(
        "1 file differs from the manifest: js/tally.js", timeout=30_000
    )
    expect(page.locator("#offline")).to_have_text("")
