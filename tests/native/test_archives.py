"""Instances in ZIP archives of all kinds, honest and not."""

import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from builders import Study
from command import cordon, images, key_file, study, tree
from corpus import CT_SMALL
from engine import KEY, deidentify

from cordon.core.span import Span
from cordon.drivers.archives import Member
from cordon.drivers.sources import Source, Unlisted, named, walk
from cordon.drivers.work import Job, Terms, perform
from cordon.media import unpack
from cordon.media.unpack import BombError, MemberError
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

DEFAULT = compile_profile(Settings(), KEY)


def packed(path: Path, files: dict[str, bytes], method: int = 8, **how: object) -> Path:
    with zipfile.ZipFile(path, "w", method, **how) as archive:  # type: ignore[arg-type]
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def results(source: Path, tmp_path: Path, code: int = 0) -> dict[str, bytes]:
    out = tmp_path / f"{source.name}-out"
    key = key_file(tmp_path)
    cordon("--study", source, out, "--key-file", key, "--threads", "2", code=code)
    return tree(out)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return study(tmp_path / "in")


@pytest.mark.parametrize(
    "how", ["-mm=Copy", "-mm=Deflate", "-mm=Deflate64", "-mm=BZip2", "-mm=LZMA"]
)
def test_an_archive_gives_what_its_folder_gives(
    folder: Path, tmp_path: Path, how: str
) -> None:
    archive = tmp_path / "in.zip"
    # more than what is inflated at once
    (folder / "big.dcm").write_bytes(Study(series="1.2.7").image(1, 3000))
    run = ["7z", "a", "-tzip", how, archive, "."]
    subprocess.run(run, cwd=folder, check=True, capture_output=True)
    out = tmp_path / "out"
    key = key_file(tmp_path)
    cordon("--study", "--recursive", folder, out, "--key-file", key)
    assert results(archive, tmp_path) == tree(out)
    assert len(tree(out)) == 8


def test_zip64_and_names_in_any_encoding_are_read(tmp_path: Path) -> None:
    archive = tmp_path / "in.zip"
    names = [
        "a/b/Größe.dcm",
        "日本.dcm",
        "../../up.dcm",
        "/root.dcm",
        "C:\\x.dcm",
        "a/",
    ]
    with zipfile.ZipFile(archive, "w") as target:
        for number, name in enumerate(names):
            data = b"" if name.endswith("/") else Study().image(number, 8)
            info = zipfile.ZipInfo(name)
            with target.open(info, "w", force_zip64=True) as member:
                member.write(data)
    # as old Windows has it: no UTF-8, no mark
    data = bytearray(archive.read_bytes())
    for at in range(len(data) - 4):
        if data[at : at + 4] in (b"PK\1\2", b"PK\3\4"):
            flags = at + (8 if data[at : at + 4] == b"PK\1\2" else 6)
            data[flags + 1] &= ~8
    raw = tmp_path / "raw.zip"
    raw.write_bytes(data)
    for one in (archive, raw):
        assert len(images(results(one, tmp_path))) == 5
    assert not (tmp_path / "up.dcm").exists()
    assert not (tmp_path.parent / "up.dcm").exists()


def test_an_archive_may_have_any_name(tmp_path: Path) -> None:
    archive = packed(tmp_path / "study.archive", {"a": CT_SMALL.read_bytes()})
    assert len(images(results(archive, tmp_path))) == 1


def test_archives_inside_a_folder_are_looked_into(folder: Path, tmp_path: Path) -> None:
    packed(folder / "more.ZIP", {"x/y.dcm": CT_SMALL.read_bytes()})
    made = results(folder, tmp_path)
    assert deidentify(CT_SMALL.read_bytes(), DEFAULT) in made.values()


def test_deflate64_without_its_extra_says_what_to_install(
    folder: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "in.zip"
    run = ["7z", "a", "-tzip", "-mm=Deflate64", archive, "."]
    subprocess.run(run, cwd=folder, check=True, capture_output=True)
    # an empty module of that name hides the extra
    hide = "import sys; sys.modules['zipfile_deflate64'] = None; "
    command = f"{hide}from cordon.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", command, "--study", archive, tmp_path / "out"],
        env={**os.environ, "PYTHONPATH": "py"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("cordon[deflate64]") == 6


# --------------------------------------------------------------------- hostile ones


def test_a_bomb_is_refused_and_the_others_are_not(tmp_path: Path) -> None:
    bomb = Study().image(2, 8)[:-4] + bytes(300_000_000)
    archive = packed(
        tmp_path / "in.zip", {"bomb.dcm": bomb, "good.dcm": Study().image(1, 8)}
    )
    assert archive.stat().st_size < 1_000_000
    said = cordon("--study", archive, tmp_path / "out", code=1)
    assert "archive-bomb" in said.stderr
    assert len(tree(tmp_path / "out")) == 2


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    archive = packed(tmp_path / "in.zip", {"a": CT_SMALL.read_bytes(), "b": b"x"})
    data = archive.read_bytes()
    [_, second] = [at for at in range(len(data)) if data[at : at + 4] == b"PK\1\2"]
    twice = bytearray(data)
    twice[second + 42 : second + 46] = struct.pack("<I", 0)  # where the first one is
    archive.write_bytes(twice)
    for place in (0, 1):
        with pytest.raises(BombError):
            Member(str(archive), place)


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("more", [-100, 100, 1 << 20])
@pytest.mark.parametrize("size", [8, 3000])
def test_sizes_that_lie_are_an_error_of_the_member(
    tmp_path: Path, method: int, more: int, size: int
) -> None:
    image = Study().image(1, size)
    archive = packed(tmp_path / "in.zip", {"a": image}, method)
    data = bytearray(archive.read_bytes())
    at = data.rindex(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<I", len(image) + more)
    archive.write_bytes(data)
    said = cordon("--study", archive, tmp_path / "out", code=1)
    assert "unreadable" in said.stderr
    assert not images(tree(tmp_path / "out"))


@pytest.mark.parametrize("size", [8, 3000])
@pytest.mark.parametrize("method", [0, 8])
def test_a_wrong_sum_is_an_error_of_the_member(
    tmp_path: Path, method: int, size: int
) -> None:
    archive = packed(tmp_path / "in.zip", {"a": Study().image(1, size)}, method)
    data = bytearray(archive.read_bytes())
    for mark, offset in ((b"PK\1\2", 16), (b"PK\3\4", 14)):
        data[data.index(mark) + offset] ^= 1
    archive.write_bytes(data)
    said = cordon("--study", archive, tmp_path / "out", code=1)
    assert "archive-member" in said.stderr
    assert not images(tree(tmp_path / "out"))


@pytest.mark.parametrize("how", ["-mm=Deflate64", "-mm=BZip2", "-mm=LZMA"])
def test_damage_in_a_rarer_method_is_an_error_of_the_member(
    tmp_path: Path, how: str
) -> None:
    (tmp_path / "a").write_bytes(Study().image(1, 64))
    whole = tmp_path / "whole.zip"
    run = ["7z", "a", "-tzip", how, whole, "a"]
    subprocess.run(run, cwd=tmp_path, check=True, capture_output=True)
    data = whole.read_bytes()
    hurt = tmp_path / "hurt.zip"
    terms = Terms(Settings(), KEY)
    codes = set()
    for at in range(31, data.index(b"PK\1\2"), 97):
        hurt.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        source = Source(str(hurt), 0, 0)
        job = Job(1, source, str(tmp_path / "out"))
        codes |= {done.code for done in perform([job], terms)}
        hurt.unlink()
    # the marks behind the data may be anything: its sum is right
    assert codes - {""} == {"archive-member"}


def test_an_encrypted_member_is_told(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "in.zip"
    run = ["7z", "a", "-tzip", "-psecret", archive, "."]
    subprocess.run(run, cwd=folder, check=True, capture_output=True)
    said = cordon("--study", archive, tmp_path / "out", code=1)
    assert said.stderr.count("archive-encrypted") == 6


def test_damaged_archives_are_told(tmp_path: Path) -> None:
    image = Study().image(1, 8)
    whole = packed(tmp_path / "in.zip", {"a": image, "b": CT_SMALL.read_bytes()})
    data = whole.read_bytes()
    hurt = tmp_path / "hurt.zip"
    for at in range(0, len(data), 37):
        broken = bytearray(data)
        broken[at] ^= 0xFF
        for content in (bytes(broken), data[:at]):
            hurt.write_bytes(content)
            _look(hurt)


def _look(archive: Path) -> None:
    """See that an archive is listed and read, or that an error of ours is raised."""
    for one in walk(str(archive), recursive=False):
        if isinstance(one, Unlisted):
            continue
        try:
            member = Member(one.path, one.member)
            member.read(Span(0, member.size))
            member.finish()
            member.close()
        except MemberError:
            pass


def test_a_name_that_is_no_text_is_an_error_of_the_archive(tmp_path: Path) -> None:
    archive = packed(tmp_path / "in.zip", {"ä.dcm": b"x"})
    archive.write_bytes(archive.read_bytes().replace("ä".encode(), b"\xff\xff"))
    assert list(named([str(archive)])) == [Unlisted(str(archive), "archive-malformed")]


# ------------------------------------------------------------------- how it is read


def test_a_large_member_is_read_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytes(range(256)) * 1000
    archive = packed(tmp_path / "in.zip", {"a": data})
    monkeypatch.setattr(unpack, "WHOLE", 1000)
    [source] = walk(str(archive), recursive=False)
    assert isinstance(source, Source)
    member = Member(source.path, source.member)
    for start, stop in ((0, 10), (250_000, 256_000), (5, 2000), (100_000, 100_001)):
        assert member.read(Span(start, stop)) == data[start:stop]
    assert member.read(Span(255_990, 300_000)) == data[255_990:]
    member.finish()
    member.close()


def test_nothing_is_unpacked_and_memory_stays_flat(tmp_path: Path) -> None:
    head = Study().image(1, 8)
    pixels = 150_000_000
    at = head.rindex(b"OW\0\0") + 4
    archive = tmp_path / "in.zip"
    with (
        zipfile.ZipFile(archive, "w", 8, compresslevel=1) as target,
        target.open("big.dcm", "w") as member,
    ):
        member.write(head[:at] + struct.pack("<I", pixels))
        noise = os.urandom(1 << 16) + bytes(1 << 17)
        for _ in range(pixels // len(noise)):
            member.write(noise)
        member.write(bytes(pixels % len(noise)))
    code = (
        "import re, sys; from cordon.cli import main; code = main(sys.argv[1:]);"
        "print(re.search('VmHWM:.*?([0-9]+)', open('/proc/self/status').read())[1]);"
        "sys.exit(code)"
    )
    arguments = ["--study", archive, tmp_path / "out", "--threads", "1"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": "py", "TMPDIR": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout.split()[-1]) < 100_000  # KiB
    [image] = images(tree(tmp_path / "out")).values()
    assert len(image) > pixels
