"""What goes wrong: nothing is lost, nothing half-done has a name, the run goes on."""

import fcntl
import os
import resource
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import LE, Study, file
from command import cordon, images, jobs_of, key_file, start, study, tree
from corpus import CT_SMALL
from engine import KEY

from cordon.core.span import Span
from cordon.drivers import files, processes, sources, work
from cordon.drivers.processes import in_processes
from cordon.drivers.sources import Source, Unlisted, walk
from cordon.drivers.work import Done, Job, Terms
from cordon.settings import Settings

TERMS = Terms(Settings(), KEY)

# ------------------------------------------------------------- what must not be lost


def test_results_that_exist_are_not_overwritten_unless_forced(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    arguments = ("--study", "--recursive", source, tmp_path / "out")
    cordon(*arguments)
    before = tree(tmp_path)
    said = cordon(*arguments, code=1)
    assert "--force" in said.stderr
    assert tree(tmp_path) == before
    cordon(*arguments, "--force")
    assert tree(tmp_path) != before
    assert tree(source) == {
        name.removeprefix("in/"): data
        for name, data in before.items()
        if name.startswith("in/")
    }


@pytest.mark.parametrize("zipped", [False, True])
def test_one_file_and_an_archive_are_not_overwritten_unless_forced(
    tmp_path: Path, zipped: bool
) -> None:
    source = study(tmp_path / "in")
    out = tmp_path / "out"
    arguments = (
        ("--study", "--recursive", source, "--zip", out)
        if zipped
        else (source / "S0" / "I2.dcm", out)
    )
    out.write_text("mine")
    cordon(*arguments, code=1)
    assert out.read_text() == "mine"
    cordon(*arguments, "--force")
    assert out.read_bytes() != b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_files_of_others_in_the_output_folder_stay(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    cordon("--study", "--recursive", source, out)
    assert tree(out)["notes.txt"] == b"mine"


def test_an_output_inside_the_input_is_refused(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    link = tmp_path / "link"
    link.symlink_to(source)
    before = tree(source)
    for target in (source, source / "S0" / "out", link / "out", source / "." / "new"):
        said = cordon("--study", "--recursive", source, target, "--force", code=1)
        assert "inside" in said.stderr
        cordon("--study", source, "--zip", target / "o.zip", "--force", code=1)
    one = source / "S0" / "I2.dcm"
    hard = tmp_path / "hard"
    hard.hardlink_to(one)
    for target in (one, link / "S0" / "I2.dcm", hard):
        cordon(one, target, "--force", code=1)
    assert tree(source) == before


def test_a_result_never_takes_the_place_of_a_source(tmp_path: Path) -> None:
    key = key_file(tmp_path)
    source = study(tmp_path / "in", 2)
    common = ("--public", "--force", "--no-dicomdir")
    first = tmp_path / "first"
    cordon("--study", "--recursive", source, first, "--key-file", key)
    # results are de-identified again into the folder they lie in
    named = sorted((first / "DICOM").rglob("IM*"))
    before = tree(first)
    arguments = ("--files", *named, "--output-dir", first, "--force", "--no-dicomdir")
    said = cordon(*arguments, "--key-file", key, code=1)
    assert said.stderr.count("not-written (EEXIST)") == 2
    assert tree(first) == before
    # a hard link to a source, where a result is to be
    second = tmp_path / "second"
    cordon("--study", "--recursive", source, second, "--public")
    name = next(name for name in images(tree(second)))
    (second / name).unlink()
    victim = source / "S0" / "I2.dcm"
    (second / name).hardlink_to(victim)
    content = victim.read_bytes()
    cordon("--study", "--recursive", source, second, *common, code=1)
    assert victim.read_bytes() == content


# ------------------------------------------------------------------- odd file systems


def test_links_that_lead_back_or_nowhere_end(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 2)
    (source / "S0" / "up").symlink_to(source)
    (source / "nowhere").symlink_to(source / "none")
    (source / "itself").symlink_to(source / "itself")
    (source / "linked.dcm").symlink_to(source / "S0" / "I2.dcm")
    said = cordon("--study", "--recursive", source, tmp_path / "out", code=1)
    assert said.stderr.count("source-lost") == 2
    assert "given more than once" in said.stdout
    assert len(tree(tmp_path / "out")) == 3


def test_names_of_any_bytes_and_length_are_read(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "in")
    os.mkdir(folder)
    deep = folder
    for name in (b"\xff\xfe", "日本".encode(), b"x" * 255, b"a b\n'\"$(x)"):
        deep += b"/" + name
        os.mkdir(deep)
    for number, name in enumerate((b"\x80.dcm", b"y" * 255, b"-rf", b" ")):
        path = os.path.join(deep, name)
        with open(path, "wb") as target:
            target.write(Study().image(number, 8))
    cordon("--study", "--recursive", folder, tmp_path / "out")
    assert len(tree(tmp_path / "out")) == 5


def test_a_folder_that_cannot_be_read_is_told_and_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = study(tmp_path / "in")
    scandir = os.scandir

    def guarded(path: str) -> object:
        if str(path).endswith("S0"):
            raise PermissionError(13, "")
        return scandir(path)

    monkeypatch.setattr(sources.os, "scandir", guarded)
    found = list(walk(str(source), recursive=True))
    assert [one.code for one in found if isinstance(one, Unlisted)] == [
        "folder-unreadable"
    ]
    assert sum(isinstance(one, Source) for one in found) == 3


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 2)
    os.mkfifo(source / "pipe")
    cordon("--study", "--recursive", source, tmp_path / "out")
    cordon(source / "pipe", tmp_path / "one", code=1)
    cordon("/dev/zero", tmp_path / "one", code=1)


def test_a_file_that_vanishes_costs_itself_alone(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 3)
    jobs = jobs_of(source, tmp_path)
    Path(jobs[1].source.path).unlink()
    done = {one.number: one for one in work.perform(jobs, TERMS)}
    assert done[2][:3] == (2, "unreadable", "source-lost")
    assert [done[n].outcome for n in (1, 3)] == ["deidentified"] * 2


@pytest.mark.parametrize("level", [None, 1])
def test_a_file_that_changes_while_it_is_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: int | None
) -> None:
    path = tmp_path / "one.dcm"
    path.write_bytes(Study().image(1, 400))
    read = files.File.read

    def shortened(self: files.File, span: Span) -> bytes:
        data = read(self, span)
        os.truncate(path, 100_000)
        return data

    monkeypatch.setattr(files.File, "read", shortened)
    [job] = jobs_of(path, tmp_path)
    [done] = work.perform([job], Terms(Settings(), KEY, level=level))
    assert done[:3] == (1, "unreadable", "source-lost")
    assert not Path(job.staged).exists()


def test_what_is_read_at_once_is_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "one.dcm"
    shutil.copy(CT_SMALL, path)
    source = files.File(str(path))
    path.write_bytes(bytes(source.size))
    assert source.read(Span(0, source.size)) == CT_SMALL.read_bytes()
    source.finish()
    source.close()


def test_a_file_that_cannot_be_read_does_not_stay_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise OSError(5, "")

    jobs = jobs_of(study(tmp_path / "in", 3), tmp_path)
    first = files.create(str(tmp_path / "first"))
    files.end(first)
    monkeypatch.setattr(files, "_read_at", broken)
    done = list(work.perform(jobs, TERMS))
    assert {one[1:3] for one in done} == {("unreadable", "source-lost")}
    again = files.create(str(tmp_path / "again"))
    files.end(again)
    assert again == first


def test_where_the_system_does_not_copy_the_bytes_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.dcm"
    path.write_bytes(Study().image(1, 1000))

    def refuse(*_: object) -> int:
        raise OSError(18, "another file system")

    def result() -> bytes:
        [job] = jobs_of(path, tmp_path)
        [done] = work.perform([job], TERMS)
        assert done.outcome == "deidentified"
        return Path(job.staged).read_bytes()

    usual = result()
    assert len(usual) > 2_000_000
    for copy in (refuse, lambda *_: 0, None):
        monkeypatch.setattr(files, "_copy_range", copy)
        assert result() == usual
    monkeypatch.setattr(files, "_read_at", files._seek_and_read)
    assert result() == usual


def test_what_the_system_writes_in_part_is_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, target = tmp_path / "source", tmp_path / "target"
    path.write_bytes(bytes(range(200)))
    source = files.File(str(path))
    asked: list[int] = []

    def short(number: int, pieces: list[bytes | memoryview]) -> int:
        asked.append(len(pieces))
        return os.write(number, b"".join(pieces)[:70])

    def written(*segments: bytes | Span) -> bytes:
        number = files.create(str(target))
        source.copy(list(segments), number)
        files.end(number)
        return target.read_bytes()

    few = [b"new", Span(10, 100), b"more", Span(150, 200)]
    whole = b"new" + bytes(range(10, 100)) + b"more" + bytes(range(150, 200))
    for gather in (files._gather, short, lambda *_: 0):
        monkeypatch.setattr(files, "_gather", gather)
        assert written(*few) == whole
        assert written(*few * 10) == whole * 10
        assert written(b"", *few) == whole
        assert written(b"") == b""
    assert asked == [4, 5, 1]  # very many pieces are more than systems take
    source.close()


# ------------------------------------------------------------------ no room, no time


def _limited(size: int) -> object:
    """Let no file grow beyond `size`: a full disk, for this process alone."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("threads", ["1", "2"])
def test_what_cannot_be_written_is_told_and_the_rest_is(
    tmp_path: Path, threads: str
) -> None:
    source = study(tmp_path / "in", 4)
    (source / "big.dcm").write_bytes(Study(series="1.2.9").image(9, 700))
    arguments = ("--study", "--recursive", source, tmp_path / "out")
    said = cordon(
        *arguments, "--threads", threads, code=1, preexec_fn=_limited(500_000)
    )
    assert "failed, not-written (EFBIG)" in said.stderr
    assert len(tree(tmp_path / "out")) == 5


def test_what_cannot_get_its_name_is_told_and_the_rest_is(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 4)
    arguments = ("--study", "--recursive", "--public", source)
    cordon(*arguments, tmp_path / "whole")
    whole = tree(tmp_path / "whole")
    taken = next(name for name in whole if name.startswith("DICOM/"))
    (tmp_path / "out" / taken / "mine").mkdir(parents=True)
    said = cordon(*arguments, tmp_path / "out", "--force", code=1)
    assert "failed, not-written (EISDIR)" in said.stderr
    made = tree(tmp_path / "out")
    assert made.keys() == whole.keys() - {taken}
    made.pop("DICOMDIR")
    assert all(whole[name] == data for name, data in made.items())


@pytest.mark.parametrize("broken", ["open", "write", "close"])
def test_a_result_that_cannot_be_written_is_told_and_does_not_stay_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "")

    def close(number: int) -> None:
        written = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_WRONLY
        closed(number)
        if written:
            full()

    closed = os.close
    jobs = jobs_of(study(tmp_path / "in", 3), tmp_path)
    first = files.create(str(tmp_path / "first"))
    files.end(first)
    with monkeypatch.context() as patch:
        if broken == "open":
            shutil.rmtree(Path(jobs[0].staged).parent)
        elif broken == "write":
            patch.setattr(files, "_gather", full)
        else:
            patch.setattr(os, "close", close)
        done = list(work.perform(jobs, TERMS))
    code = "ENOENT" if broken == "open" else "ENOSPC"
    assert {one[1:4] for one in done} == {("failed", "not-written", code)}
    assert not any(os.path.exists(job.staged) for job in jobs)
    again = files.create(str(tmp_path / "again"))
    files.end(again)
    assert again == first


def test_an_archive_that_cannot_be_finished_is_none(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 30, 64)
    archive = tmp_path / "out.zip"
    arguments = ("--study", "--recursive", source, "--zip", archive, "--level", "0")
    cordon(*arguments, code=1, preexec_fn=_limited(60_000))
    # the archive of those that fit, or none at all
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["in"]
    said = cordon(*arguments, "--force", code=1, preexec_fn=_limited(2_000))
    assert "Traceback" not in said.stderr


def _slow(tmp_path: Path) -> tuple[Path, dict[str, bytes]]:
    source = tmp_path / "in"
    source.mkdir()
    for number in range(400):
        data = Study(series=f"1.2.3.4.5.{number % 3}").image(1, 8)
        data = data.replace(b"1.2.3.4.5.", b"1.2.3.4.6.") if number % 2 else data
        (source / f"{number}.dcm").write_bytes(_unique(number))
    cordon("--study", source, tmp_path / "whole", "--public")
    return source, tree(tmp_path / "whole")


def _unique(number: int) -> bytes:
    elements = Study().elements(number)
    elements.append((0x7FE00010, "OW", bytes([number % 251]) * 400_000))
    return file(elements, LE, "1.2.840.10008.1.2.1", sop_instance=f"1.2.3.4.5.{number}")


@pytest.mark.parametrize("threads", ["1", "2"])
def test_killed_at_any_moment_it_leaves_no_half_file(
    tmp_path: Path, threads: str
) -> None:
    source, whole = _slow(tmp_path)
    cut = 0
    for wait in (0.05, 0.15, 0.3):
        out = tmp_path / f"out{wait}"
        running = start("--study", source, out, "--public", "--threads", threads)
        deadline = time.monotonic() + 60
        while not (out / "DICOM").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(wait)
        running.kill()
        running.communicate()
        made = {
            name: data
            for name, data in tree(out).items()
            if not name.startswith(".cordon-")
        }
        assert made
        assert all(whole[name] == data for name, data in made.items())
        cut += len(made) < len(whole)
    assert cut


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("zipped", [False, True])
def test_stopped_it_ends_within_a_second_and_says_what_is_done(
    tmp_path: Path, number: int, zipped: bool
) -> None:
    source, whole = _slow(tmp_path)
    out = tmp_path / "out"
    target = ("--zip", tmp_path / "out.zip") if zipped else (out,)
    running = start("--study", source, *target, "--public", "--threads", "2")
    staged = tmp_path if zipped else out
    for _ in _until(
        lambda: list(staged.glob("*.cordon-*/*")) or (out / "DICOM").exists()
    ):
        pass
    time.sleep(0.02)
    begun = time.monotonic()
    running.send_signal(number)
    _, err = running.communicate(timeout=10)
    assert time.monotonic() - begun < 1
    if running.returncode == 0:
        pytest.fail("it was done before it could be stopped")
    assert running.returncode == 130
    assert "stopped after" in err
    assert "Traceback" not in err
    assert not list(tmp_path.rglob("*.cordon-*"))
    assert not (tmp_path / "out.zip").exists()
    if not zipped:
        assert not list(out.glob(".*"))
        assert all(whole[name] == data for name, data in tree(out).items())


def _until(condition: object) -> Iterator[None]:
    deadline = time.monotonic() + 30
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.005)
        yield


# ------------------------------------------------------------------ processes that die


def test_a_process_that_dies_costs_one_instance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = study(tmp_path / "in", 40)
    perform = work.perform

    def deadly(jobs: list[Job], terms: Terms) -> Iterator[Done]:
        if any(job.number == 17 for job in jobs):
            os.kill(os.getpid(), signal.SIGKILL)
        return perform(jobs, terms)

    monkeypatch.setattr(processes, "perform", deadly)
    done = {
        one.number: one for one in in_processes(jobs_of(source, tmp_path), TERMS, 2)
    }
    assert sorted(done) == list(range(1, 41))
    assert done.pop(17)[1:3] == ("failed", "process-died")
    assert {one.outcome for one in done.values()} == {"deidentified"}


def test_a_process_that_dies_once_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = study(tmp_path / "in", 10)
    perform = work.perform

    def deadly(jobs: list[Job], terms: Terms) -> Iterator[Done]:
        flag = tmp_path / "died"
        if any(job.number == 3 for job in jobs) and not flag.exists():
            flag.touch()
            os._exit(1)
        return perform(jobs, terms)

    monkeypatch.setattr(processes, "perform", deadly)
    done = list(in_processes(jobs_of(source, tmp_path), TERMS, 2))
    assert {one.outcome for one in done} == {"deidentified"}
    assert sorted(one.number for one in done) == list(range(1, 11))


def test_a_fault_of_ours_is_told_by_type_and_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object, **__: object) -> None:
        int("DOE^JANE")

    monkeypatch.setattr(work, "splice", faulty)
    [job] = jobs_of(CT_SMALL, tmp_path)
    [done] = work.perform([job], TERMS)
    assert done[1:3] == ("failed", "ValueError")
    assert "DOE" not in repr(done)


def test_only_one_word_is_said_of_many_faults(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for number in range(1100):
        (source / str(number)).write_text("none")
    shutil.copy(CT_SMALL, source)
    said = cordon("--study", source, tmp_path / "out", code=1)
    assert said.stderr.count("not-dicom") == 1000
    assert "in the report only" in said.stderr
    assert "1100 unreadable" in said.stdout
