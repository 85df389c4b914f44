"""Both ways to boot, and what leads from the first to the second."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from oracle import read
from playwright.sync_api import Page, expect
from steps import WITHOUT_PICKER, download, process, state, write
from web import DIST, Site

pytestmark = pytest.mark.browser


def test_engines_boot_from_the_snapshot_while_the_user_chooses(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("workers=2")
    engines = page.locator("#engines")
    expect(engines).to_have_attribute("data-from", "snapshot")
    expect(engines).to_have_text("Engine ready · 2 workers")
    state(page, "idle")


def _packed(change: Callable[[bytearray], None]) -> bytes:
    snapshot = bytearray(gzip.decompress((DIST / "engine.snapshot").read_bytes()))
    change(snapshot)
    return gzip.compress(snapshot, 1)


def _other_build(snapshot: bytearray) -> None:
    snapshot[16:48] = bytes(32)


def _no_snapshot(snapshot: bytearray) -> None:
    snapshot[:4] = b"none"


def _flipped() -> bytes:
    data = bytearray((DIST / "engine.snapshot").read_bytes())
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


HINDRANCES = {
    "missing": lambda: {"/engine.snapshot": None},
    "corrupt": lambda: {"/engine.snapshot": _flipped()},
    "cut": lambda: {
        "/engine.snapshot": (DIST / "engine.snapshot").read_bytes()[:500_000]
    },
    "of another version": lambda: {"/engine.snapshot": _packed(_other_build)},
    "something else": lambda: {"/engine.snapshot": _packed(_no_snapshot)},
    "refused by the browser": lambda: {
        "/workers/engine.js": (DIST / "workers/engine.js").read_bytes()
        + b"\ndelete self.DecompressionStream"
    },
}


@pytest.mark.parametrize("hindrance", HINDRANCES)
def test_engines_boot_from_the_wheels_when_the_snapshot_is(
    hindrance: str, page: Page, site: Site, tmp_path: Path
) -> None:
    site.replaced = HINDRANCES[hindrance]()
    page.add_init_script(WITHOUT_PICKER)
    page.goto(f"{site.url}?workers=1")
    engines = page.locator("#engines")
    expect(engines).to_have_attribute("data-engines", "ready", timeout=60_000)
    expect(engines).to_have_attribute("data-from", "wheels")
    folder = write(tmp_path, {"a": Study().image(size=8)})
    page.get_by_label("Single DICOM file").check()
    page.set_input_files("#pick-file", folder / "a")
    process(page)
    state(page, "done")
    name, data = download(page, "Download anonymized file")
    assert name.endswith(".dcm")
    assert read(data).PatientID.startswith("P-")


def test_an_engine_that_cannot_boot_at_all_is_said(page: Page, site: Site) -> None:
    site.replaced = {"/engine.snapshot": None, "/wheels/wheels.json": None}
    page.goto(f"{site.url}?workers=1&output=download")
    engines = page.locator("#engines")
    expect(engines).to_have_attribute("data-engines", "failed", timeout=60_000)
    page.set_input_files(
        "#pick-file", {"name": "a", "mimeType": "", "buffer": b"not DICOM"}
    )
    process(page)
    state(page, "failed")
    expect(page.get_by_text("could not be started")).to_be_visible()
