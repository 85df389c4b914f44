"""What a person does on the page."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

FIXED_KEY = """
const draw = crypto.getRandomValues.bind(crypto)
crypto.getRandomValues = (array) =>
  array.length === 32 ? array.map((_, index) => index) : draw(array)
"""
"""Makes the page's key the one of the native tests."""

STUBBED_PICKER = """
window.showSaveFilePicker = async ({ suggestedName }) => {
  const root = await navigator.storage.getDirectory()
  return root.getFileHandle(suggestedName, { create: true })
}
"""
"""A picker cannot be clicked headless; this one gives a file of the browser's own."""

WITHOUT_PICKER = "delete window.showSaveFilePicker"


def state(page: Page, name: str) -> None:
    """Wait until the page is in a state."""
    expect(page.locator("html")).to_have_attribute(
        "data-state", re.compile(f"^({name})$"), timeout=240_000
    )


def process(page: Page) -> None:
    page.get_by_role("button", name="Process DICOM").click()


def download(page: Page, button: str) -> tuple[str, bytes]:
    """Press a download button; gives the suggested name and the bytes."""
    with page.expect_download() as download_:
        page.get_by_role("button", name=button).click()
    return download_.value.suggested_filename, Path(download_.value.path()).read_bytes()


def details(page: Page) -> Locator:
    """Open all that is said of what was not written; gives the dialog."""
    page.get_by_role("region", name="Errors").get_by_role(
        "button", name="Details"
    ).click()
    dialog = page.get_by_role("dialog", name="Not written")
    for group in dialog.locator("summary").all():
        group.click()
    return dialog


def study(page: Page, folder: Path) -> dict[str, bytes]:
    """De-identify a folder; gives the instances in the archive by name."""
    return images(archive(page, folder))


def archive(page: Page, folder: Path) -> dict[str, bytes]:
    """De-identify a folder; gives the members of the archive by name."""
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    state(page, "done")
    _, data = download(page, "Download Study ZIP")
    return members(data)


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        assert len(names) == len(set(names))
        return {name: opened.read(name) for name in names}


def images(found: dict[str, bytes]) -> dict[str, bytes]:
    """Take the DICOMDIR away, which must be there."""
    assert "DICOMDIR" in found
    return {name: data for name, data in found.items() if name != "DICOMDIR"}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files, by name, in a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
