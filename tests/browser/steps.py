"""What a person does on the page."""

import base64
import re
import zipfile
from io import BytesIO
from pathlib import Path

from builders import Study
from playwright.sync_api import FileChooser, Locator, Page, Worker, expect

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

STUBBED_FOLDER = """
window.showDirectoryPicker = async () => {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle('picked', { create: true })
}
"""
"""A folder picker that gives a folder of the browser's own."""

LEAVE = """async () => {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('cordon-results', { create: true })
  const file = await folder.getFileHandle('left.zip', { create: true })
  const writable = await file.createWritable()
  await writable.write(new Uint8Array(5000))
  await writable.close()
}"""
"""Leaves a result in the browser's own storage, as an earlier visit might."""

WITHOUT_PICKER = "delete window.showSaveFilePicker"

MEGA = 1 << 20


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


def outcome(page: Page, folder: Path, expected: str = "done") -> None:
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    process(page)
    state(page, expected)


def series(folder: Path, count: int, size: int = 32) -> Path:
    one = Study()
    return write(folder, {f"{n}": one.image(n, size=size) for n in range(count)})


def mixed(
    folder: Path, count: int = 8, size: int = 64, *, burned_in: int = 5, under: str = ""
) -> Path:
    """Write two patients' instances, one of them twice, and what is no instance."""
    files = {}
    for number in range(count):
        patient = number % 2
        one = Study(
            patient_id=f"=PAT{patient}",
            study=f"1.2.3.{patient}",
            series=f"1.2.3.{patient}.{number}",
            extra=[(0x00280301, "CS", "YES")] if number == burned_in else [],
        )
        files[f"{number}.dcm"] = one.image(number, size=size)
    files["again.dcm"] = files["0.dcm"]
    files["cut.dcm"] = files["0.dcm"][:-9]
    files["text"] = b"no DICOM at all"
    return write(folder, {under + name: data for name, data in files.items()})


def chooser_at(page: Page, key: str) -> FileChooser:
    """Press a key that lets files be chosen."""
    # a browser is told to hand the chooser over, and may do so after the key
    page.on("filechooser", lambda _: None)
    page.wait_for_timeout(500)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press(key)
    return chooser.value


def engines(page: Page) -> list[Worker]:
    """List the workers that are engines."""
    return [one for one in page.workers if "engine.js" in one.url]


BASE64 = """
const base64 = (blob) => new Promise((read) => {
  const reader = new FileReader()
  reader.onload = () => read(reader.result.slice(reader.result.indexOf(',') + 1))
  reader.readAsDataURL(blob)
})
"""
"""Bytes as text: as numbers they take minutes to come out of a browser."""


def tree(page: Page, name: str = "picked") -> dict[str, bytes]:
    """Read all files in a folder of the browser's own storage."""
    listed = page.evaluate(
        f"""async (name) => {{
          {BASE64}
          const found = {{}}
          const look = async (folder, path) => {{
            for await (const [name, handle] of folder.entries()) {{
              if (handle.kind === 'directory') {{
                await look(handle, `${{path}}${{name}}/`)
              }} else {{
                found[path + name] = await base64(await handle.getFile())
              }}
            }}
          }}
          const root = await navigator.storage.getDirectory()
          await look(await root.getDirectoryHandle(name, {{ create: true }}), '')
          return found
        }}""",
        name,
    )
    return {path: base64.b64decode(text) for path, text in listed.items()}


def saved(page: Page, name: str = "deidentified-study.zip") -> bytes:
    """Read what went to the picked file, which is in the browser's own storage."""
    text = page.evaluate(
        f"""async (name) => {{
          {BASE64}
          const root = await navigator.storage.getDirectory()
          return base64(await (await root.getFileHandle(name)).getFile())
        }}""",
        name,
    )
    return base64.b64decode(text)


def kept(page: Page) -> list[str]:
    """List what is kept in the browser's own storage."""
    return page.evaluate(
        """async () => {
          const root = await navigator.storage.getDirectory()
          const folder = await root.getDirectoryHandle('cordon-results', { create: true })
          return Array.fromAsync(folder.keys())
        }"""
    )


def giant(path: Path, size: int, number: int = 1) -> Path:
    """Make an instance of mostly nothing, which takes no room on disk."""
    head = Study().image(number, size=4)
    head = head[: head.rindex(b"OW\0\0") + 4] + size.to_bytes(4, "little")
    with path.open("wb") as source:
        source.write(head)
        source.seek(size - 8, 1)
        source.write(b"the end.")
    return path
