"""From a folder to an archive: real files, and what comes out of the page."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import studies
from builders import Study
from corpus import UNREADABLE, files, instances
from engine import deidentify, plan
from filesets import check_offsets, complaints, loaded
from iod import errors_of
from oracle import differences, pixels, read
from playwright.sync_api import Page, expect
from steps import (
    FIXED_KEY,
    STUBBED_PICKER,
    download,
    images,
    members,
    process,
    saved,
    state,
    study,
    write,
)

from cordon.media.names import file_id

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Put the whole corpus in one folder, in sub-folders, under other names."""
    folder = tmp_path_factory.mktemp("everything")
    for number, path in enumerate(files()):
        place = folder / f"series {number % 7}" / f"{number:04} {path.name}"
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, place)
    return folder


def test_real_files_come_out_whole_and_as_the_native_engine_makes_them(
    page: Page, open_page: Callable[..., Page], everything: Path, tmp_path: Path
) -> None:
    page.add_init_script(FIXED_KEY)
    open_page()
    page.set_input_files("#pick-folder", everything)
    process(page)
    state(page, "done")
    name, data = download(page, "Download Study ZIP")
    assert name == "deidentified-study.zip"
    archive = tmp_path / name
    archive.write_bytes(data)
    subprocess.run(["7z", "t", archive], check=True, stdout=subprocess.DEVNULL)

    results = images(members(data))
    sources = {}
    for path in instances():
        source = path.read_bytes()
        sources[deidentify(source)] = source
        assert file_id(plan(source).row) in results
    assert set(results.values()) == set(sources)
    for result, source in sources.items():
        before, after = read(source), read(result)
        assert list(differences(before, after)) == []
        assert _sum(pixels(before)) == _sum(pixels(after))
    assert sum(1 for result in results.values() if not errors_of(result)) > 10

    errors = page.get_by_role("region", name="Errors")
    for code in {*UNREADABLE.values(), "dicomdir"}:
        expect(errors.get_by_text(code, exact=True).first).to_be_attached()


def test_an_archive_unpacked_is_media_that_others_read(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download")
    named = enumerate(studies.sources().values())
    folder = write(tmp_path / "in", {f"{number}": one for number, one in named})
    page.set_input_files("#pick-folder", folder)
    process(page)
    state(page, "done")
    name, data = download(page, "Download Study ZIP")
    archive = tmp_path / name
    archive.write_bytes(data)
    subprocess.run(["unzip", "-tq", archive], check=True, stdout=subprocess.DEVNULL)
    unpacked = tmp_path / "out"
    subprocess.run(["unzip", "-q", archive, "-d", unpacked], check=True)
    directory = unpacked / "DICOMDIR"
    check_offsets(directory.read_bytes())
    assert complaints(directory) == []
    with loaded(directory) as found:
        listed = {Path(one.path): one.SOPInstanceUID for one in found}
    there = {path for path in unpacked.rglob("*") if path.is_file()} - {directory}
    assert listed.keys() == there
    assert len(there) > 50
    for path, uid in listed.items():
        assert read(path.read_bytes()).SOPInstanceUID == uid


def _sum(data: bytes | None) -> str:
    return hashlib.sha256(data or b"").hexdigest()


def test_a_study_stays_one(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("output=download&workers=3")
    expect(page.locator("#engines")).to_have_text("Engine ready · 3 workers")
    series = Study()
    instances_ = {f"{n}": series.image(n, size=16) for n in range(1, 41)}
    results = [read(one) for one in study(page, write(tmp_path, instances_)).values()]
    assert len(results) == 40
    for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"):
        assert len({one[keyword].value for one in results}) == 1
    numbers = sorted(one.InstanceNumber for one in results)
    assert numbers == list(range(1, 41))


def test_a_new_run_has_a_new_key(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    folder = write(tmp_path, {"a": Study().image(size=8)})
    (one,) = study(page, folder).values()
    (other,) = study(page, folder).values()
    assert read(one).StudyInstanceUID != read(other).StudyInstanceUID


def test_the_same_instance_twice_is_written_once_and_a_different_one_beside_it(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    image = Study().image(size=8)
    other = bytearray(image)
    other[-1] ^= 1
    folder = write(tmp_path, {"a": image, "b": image, "c": bytes(other)})
    page = open_page("output=download&workers=1")
    results = study(page, folder)
    assert len(results) == 2
    assert len(set(results.values())) == 2
    expect(page.get_by_text("1 duplicate left out")).to_be_visible()


def test_a_single_file_comes_back_as_one(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(FIXED_KEY)
    open_page()
    source = Study().image(size=600)
    folder = write(tmp_path, {"DOE^JANE": source})
    page.get_by_label("Single DICOM file").check()
    page.set_input_files("#pick-file", folder / "DOE^JANE")
    process(page)
    state(page, "done")
    name, data = download(page, "Download anonymized file")
    assert name.endswith(".dcm")
    assert data == deidentify(source)


def test_the_archive_is_written_to_the_picked_file(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(STUBBED_PICKER)
    open_page("workers=2")
    series = Study()
    folder = write(tmp_path, {f"{n}": series.image(n, size=16) for n in range(20)})
    page.set_input_files("#pick-folder", folder)
    process(page)
    state(page, "done")
    expect(page.get_by_text("saved as deidentified-study.zip")).to_be_visible()
    expect(page.get_by_role("button", name="Download Study ZIP")).to_be_hidden()
    assert len(members(saved(page))) == 21


def test_a_dismissed_picker_changes_nothing(
    page: Page, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page.add_init_script(
        "window.showSaveFilePicker = () => Promise.reject(new DOMException('', 'AbortError'))"
    )
    open_page("")
    page.set_input_files("#pick-folder", write(tmp_path, {"a": Study().image(size=8)}))
    process(page)
    state(page, "ready")
    expect(page.get_by_role("button", name="Process DICOM")).to_be_enabled()


def test_a_dropped_folder_is_walked_until_it_gives_no_more(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    series = Study()
    images = [list(series.image(number, size=4)) for number in range(230)]
    page.evaluate(
        """(images) => {
          const leaf = (bytes, index) => ({
            isFile: true,
            fullPath: `/top/deep/${index}`,
            file: (give) => give(new File([new Uint8Array(bytes)], `${index}`)),
          })
          const folder = (children) => ({
            isDirectory: true,
            fullPath: '/top',
            createReader() {
              const rest = [...children]
              return { readEntries: (give) => give(rest.splice(0, 100)) }
            },
          })
          const broken = {
            isFile: true,
            fullPath: '/top/broken',
            file: (_, fail) => fail(new DOMException('', 'NotFoundError')),
          }
          const top = folder([folder(images.map(leaf)), broken])
          const event = new Event('drop', { bubbles: true, cancelable: true })
          event.dataTransfer = {
            types: ['Files'],
            items: [{ kind: 'file', webkitGetAsEntry: () => top }],
          }
          document.body.dispatchEvent(event)
        }""",
        images,
    )
    state(page, "ready")
    expect(page.locator("#summary-files")).to_contain_text("231 files")
    process(page)
    state(page, "done")
    _, data = download(page, "Download Study ZIP")
    assert len(members(data)) == 231
    errors = page.get_by_role("region", name="Errors")
    expect(errors.get_by_text("source-lost", exact=True).first).to_be_attached()
