"""ZIP archives given to the page: what lies in them comes out as from a folder."""

import os
import re
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from command import cordon, tree
from corpus import CT_SMALL
from memory import renderers
from playwright.sync_api import Page, expect
from steps import archive, details, download, images, members, process, state, write

pytestmark = pytest.mark.browser

BIG = 3000
"""Pixels across an image that is more than what is unpacked at once."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a study of small images and a big one, beside something else."""
    series, other = Study(), Study(series="1.2.7")
    files = {f"a/{n}.dcm": series.image(n, size=32) for n in range(1, 6)}
    files |= {"a/b/big.dcm": other.image(1, size=BIG), "ct": CT_SMALL.read_bytes()}
    return write(tmp_path_factory.mktemp("in"), {**files, "notes.txt": b"no DICOM"})


@pytest.fixture(scope="module")
def expected(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Let the command make of the folder what all archives of it must give."""
    out = tmp_path_factory.mktemp("out") / "out"
    cordon("--study", "--recursive", folder, out, "--public", code=1)
    made = tree(out)
    assert len(made) == 8
    return made


def seven_zip(folder: Path, path: Path, *how: str) -> Path:
    run = ["7z", "a", "-tzip", *how, path, "."]
    subprocess.run(run, cwd=folder, check=True, capture_output=True)
    return path


def packed(path: Path, files: dict[str, bytes], method: int = 8) -> Path:
    with zipfile.ZipFile(path, "w", method) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return path


def public(page: Page) -> Page:
    page.get_by_label("New IDs").select_option("Public")
    return page


def results(page: Page, *files: Path) -> dict[str, bytes]:
    """De-identify files that are chosen; gives the members of the result."""
    page.set_input_files("#pick-file", files)
    state(page, "ready")
    process(page)
    state(page, "done")
    return members(download(page, "Download Study ZIP")[1])


@pytest.mark.parametrize("how", ["Copy", "Deflate", "Deflate64"])
def test_an_archive_gives_what_the_command_makes_of_its_folder(
    open_page: Callable[..., Page],
    folder: Path,
    expected: dict[str, bytes],
    tmp_path: Path,
    how: str,
) -> None:
    page = public(open_page())
    zip_file = seven_zip(folder, tmp_path / "in.zip", f"-mm={how}")
    assert results(page, zip_file) == expected
    expect(page.locator("#summary-files")).to_have_text(re.compile("^8 files · 18"))
    expect(details(page).get_by_role("row", name="not-dicom 0")).to_have_count(1)


def test_several_archives_and_archives_in_folders_are_one_study(
    open_page: Callable[..., Page],
    folder: Path,
    expected: dict[str, bytes],
    tmp_path: Path,
) -> None:
    page = public(open_page())
    seven_zip(folder / "a", tmp_path / "one" / "deep" / "a.ZIP")
    ct = packed(tmp_path / "one" / "ct.zip", {"x/ct": CT_SMALL.read_bytes()})
    page.set_input_files("#pick-folder", tmp_path / "one")
    state(page, "ready")
    expect(page.locator("#summary-files")).to_contain_text("7 files")
    assert archive(page, tmp_path / "one") == expected
    assert results(page, tmp_path / "one" / "deep" / "a.ZIP", ct) == expected


def test_an_archive_of_any_name_may_be_given_alone_and_hold_one_instance(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = public(open_page())
    source = CT_SMALL.read_bytes()
    cordon(CT_SMALL, tmp_path / "out.dcm", "--public")
    page.get_by_label("Single DICOM file").check()
    for method in (0, 8):
        page.set_input_files(
            "#pick-file", packed(tmp_path / "export.dat", {"a": source}, method)
        )
        state(page, "ready")
        process(page)
        state(page, "done")
        _, data = download(page, "Download anonymized file")
        assert data == (tmp_path / "out.dcm").read_bytes()


def test_a_dropped_archive_is_looked_into(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    files = {f"{n}": Study().image(n, size=8) for n in range(3)}
    data = packed(tmp_path / "in.zip", files).read_bytes()
    page.evaluate(
        """(bytes) => {
          const file = new File([new Uint8Array(bytes)], 'in.zip')
          const entry = {
            isFile: true,
            fullPath: '/in.zip',
            file: (give) => give(file),
          }
          const event = new Event('drop', { bubbles: true, cancelable: true })
          event.dataTransfer = {
            types: ['Files'],
            items: [{ kind: 'file', webkitGetAsEntry: () => entry }],
          }
          document.body.dispatchEvent(event)
        }""",
        list(data),
    )
    state(page, "ready")
    process(page)
    state(page, "done")
    assert len(images(members(download(page, "Download Study ZIP")[1]))) == 3


def test_zip64_and_names_in_any_encoding_are_read(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    names = ["a/Größe.dcm", "日本.dcm", "../../up.dcm", "/root.dcm", "C:\\x.dcm", "a/"]
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as target:
        for number, name in enumerate(names):
            data = b"" if name.endswith("/") else Study().image(number, 8)
            with target.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                member.write(data)
    found = images(results(page, path))
    assert len(found) == 5
    assert all(re.fullmatch(r"DICOM/[A-Z0-9/]+", name) for name in found)


def test_an_old_dicomdir_in_an_archive_is_left_out(
    open_page: Callable[..., Page], tmp_path: Path, expected: dict[str, bytes]
) -> None:
    page = open_page()
    files = {"DICOMDIR": expected["DICOMDIR"], "ct": CT_SMALL.read_bytes()}
    assert len(images(results(page, packed(tmp_path / "in.zip", files)))) == 1
    expect(details(page).get_by_text("dicomdir", exact=True).first).to_be_visible()


# --------------------------------------------------------------------- hostile ones


def directory_at(data: bytes | bytearray, number: int) -> int:
    """Find what the directory says of a member."""
    return [found.start() for found in re.finditer(b"PK\1\2", data)][number]


def altered(path: Path, change: Callable[[bytearray], None]) -> Path:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


def said(path: Path, number: int, at: int, form: str, value: int) -> Path:
    """Let an archive's directory say something else of a member."""

    def change(data: bytearray) -> None:
        struct.pack_into(form, data, directory_at(data, number) + at, value)

    return altered(path, change)


METHOD, SUM, SIZE, PLACE = (10, "<H"), (16, "<I"), (24, "<I"), (42, "<I")


def hostile(folder: Path) -> dict[str, list[Path]]:
    """Make archives by the code that each gives, for each of their members."""
    image = Study().image(1, size=8)
    long = len(image) + 100
    source = write(folder / "source", {"a": image})

    def one(name: str, method: int = 8) -> Path:
        return packed(folder / name, {"a": image}, method)

    def other(name: str, how: str) -> Path:
        return seven_zip(source, folder / name, how)

    big = packed(folder / "bomb.zip", {"bomb": image[:-4] + bytes(100_000_000)})
    two = packed(folder / "two.zip", {"a": image, "b": b"x"})
    cut = one("cut.zip")
    cut.write_bytes(cut.read_bytes()[:-30])
    return {
        "archive-bomb": [big, said(two, 1, *PLACE, 0)],
        "archive-encrypted": [other("secret.zip", "-psecret")],
        "archive-method": [
            other("bz.zip", "-mm=BZip2"),
            said(one("m.zip"), 0, *METHOD, 77),
        ],
        "archive-member": [
            said(one("sum.zip"), 0, *SUM, 1),
            said(one("stored-sum.zip", 0), 0, *SUM, 1),
            said(other("64-sum.zip", "-mm=Deflate64"), 0, *SUM, 1),
            said(one("swells.zip"), 0, *SIZE, 200),
            said(other("64-swells.zip", "-mm=Deflate64"), 0, *SIZE, 200),
            said(one("short.zip"), 0, *SIZE, long),
            said(other("64-short.zip", "-mm=Deflate64"), 0, *SIZE, long),
            said(one("shorter.zip"), 0, *SIZE, 50_000_000),
            said(one("stored.zip", 0), 0, *SIZE, long),
            said(one("place.zip"), 0, *PLACE, 7),
            said(one("beyond.zip"), 0, *PLACE, 1_000_000),
            said(one("no-stream.zip", 0), 0, *METHOD, 8),
            said(one("no-64-stream.zip", 0), 0, *METHOD, 9),
        ],
        "archive-malformed": [cut],
    }


def test_hostile_members_cost_themselves_alone(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    archives = hostile(tmp_path)
    good = packed(tmp_path / "good.zip", {"good": CT_SMALL.read_bytes()})
    every = [path for paths in archives.values() for path in paths]
    assert len(images(results(page, *every, good))) == 1
    errors = details(page)
    for code, paths in archives.items():
        # both of the two that share their bytes are refused
        count = len(paths) + (code == "archive-bomb")
        rows = errors.get_by_role("row", name=re.compile(f"{code} "))
        expect(rows).to_have_count(count)
    errors.get_by_label("Show file names on this screen").check()
    expect(errors.get_by_text("bomb.zip/bomb")).to_be_attached()


@pytest.mark.parametrize("how", ["Copy", "Deflate", "Deflate64"])
def test_a_wrong_sum_of_a_big_member_writes_nothing(
    open_page: Callable[..., Page], folder: Path, tmp_path: Path, how: str
) -> None:
    page = open_page()
    path = seven_zip(folder / "a" / "b", tmp_path / "in.zip", f"-mm={how}")
    altered(path, lambda data: data.__setitem__(directory_at(data, 0) + 16, 0))
    for mode in ("Study (folder)", "Single DICOM file"):
        page.get_by_label(mode).check()
        page.set_input_files("#pick-file", path)
        state(page, "ready")
        process(page)
        state(page, "failed")
        errors = details(page)
        row = errors.get_by_role("row", name=re.compile("archive-member"))
        expect(row).to_have_count(1)
        page.keyboard.press("Escape")


# ---------------------------------------------------------------------- large ones


def test_ten_thousand_members_are_listed(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    series = Study()
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w", 8, compresslevel=1) as target:
        for number in range(10_000):
            target.writestr(f"{number % 99}/{number}", series.image(number, size=4))
    page.set_input_files("#pick-file", path)
    state(page, "ready")
    expect(page.locator("#summary-files")).to_contain_text(
        "10 000 files", timeout=10_000
    )


def test_a_stored_giant_is_read_where_it_lies_and_memory_stays_flat(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=1")
    pixels = 2_200_000_000
    head = Study().image(1, size=8)
    head = head[: head.rindex(b"OW\0\0") + 4] + struct.pack("<I", pixels)
    page.set_input_files("#pick-file", sparse(tmp_path / "in.zip", head, pixels))
    state(page, "ready")
    expect(page.locator("#summary-files")).to_contain_text("1 file · 2")
    before = renderers("VmHWM")
    process(page)
    state(page, "done")
    with page.expect_download() as download_:
        page.get_by_role("button", name="Download Study ZIP").click()
    with zipfile.ZipFile(download_.value.path()) as opened:
        [image] = [one for one in opened.infolist() if one.filename != "DICOMDIR"]
        assert image.file_size > pixels
    assert renderers("VmHWM") - before < 200


def sparse(path: Path, head: bytes, zeros: int) -> Path:
    """Write an archive of one stored member that is a beginning and many zeros."""
    crc32, piece = zlib.crc32(head), bytes(1 << 20)
    for _ in range(zeros >> 20):
        crc32 = zlib.crc32(piece, crc32)
    crc32 = zlib.crc32(bytes(zeros % (1 << 20)), crc32)
    size = len(head) + zeros
    said = struct.pack("<4H3I2H", 0, 0, 0, 33, crc32, size, size, 1, 0)
    with path.open("wb") as file:
        file.write(b"PK\3\4" + struct.pack("<H", 20) + said + b"a" + head)
        directory = file.seek(zeros, os.SEEK_CUR)
        file.write(b"PK\1\2" + struct.pack("<2H", 20, 20) + said + bytes(14) + b"a")
        file.write(b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 1, 1, 47, directory, 0))
    return path
