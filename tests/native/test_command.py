"""The command: its modes, its flags, what it writes and what it says."""

import csv
import json
import re
import shutil
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from builders import Study
from command import KEY_HEX, cordon, images, key_file, study, tree
from corpus import CT_SMALL, TEST_FILES, instances
from engine import KEY, deidentify

import cordon as package
from cordon import cli
from cordon.arguments import parser
from cordon.rules.compile import compile_profile
from cordon.rules.keys import PUBLIC, derive_key
from cordon.settings import Settings, schema

FILE_ID = re.compile(r"[A-Z0-9_]{1,8}(/[A-Z0-9_]{1,8}){0,7}\Z")
DEFAULT = compile_profile(Settings(), KEY)


# ------------------------------------------------------------------------- modes


def test_one_file_becomes_one_file(tmp_path: Path) -> None:
    out = tmp_path / "out.dcm"
    said = cordon(CT_SMALL, out, "--key-file", key_file(tmp_path))
    assert out.read_bytes() == deidentify(CT_SMALL.read_bytes(), DEFAULT)
    assert "1 of 1 file de-identified" in said.stdout
    assert sorted(tmp_path.iterdir()) == [tmp_path / "key", out]


def test_a_study_becomes_a_tree_with_a_dicomdir(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    out = tmp_path / "out"
    cordon("--study", "--recursive", source, out, "--key-file", key_file(tmp_path))
    made = tree(out)
    assert all(FILE_ID.match(name) for name in made)
    expected = {deidentify(data, DEFAULT) for data in tree(source).values()}
    assert set(images(made).values()) == expected
    assert len(made) == 7
    assert len({name.rsplit("/", 1)[0] for name in images(made)}) == 2
    assert sorted(path.name for path in out.iterdir()) == ["DICOM", "DICOMDIR"]


def test_sub_folders_are_looked_into_on_demand(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    (source / "top.dcm").write_bytes(CT_SMALL.read_bytes())
    cordon("--study", source, tmp_path / "out")
    assert len(tree(tmp_path / "out")) == 2
    (source / "top.dcm").unlink()
    said = cordon("--study", source, tmp_path / "empty", code=1)
    assert "--recursive" in said.stderr


def test_files_are_named_one_by_one(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    files = sorted(source.rglob("*.dcm"))[:2]
    cordon("--files", *files, "--output-dir", tmp_path / "out")
    assert len(tree(tmp_path / "out")) == 3


def test_an_archive_is_no_single_instance(tmp_path: Path) -> None:
    archive = tmp_path / "in.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.write(CT_SMALL, "a")
    said = cordon(archive, tmp_path / "out", code=1)
    assert "--study" in said.stderr
    assert not (tmp_path / "out").exists()


def test_a_fault_of_ours_is_told_without_its_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(*_: object) -> int:
        raise ValueError("DOE^JANE")

    monkeypatch.setattr(cli, "_run", faulty)
    with pytest.raises(SystemExit) as ended:
        cli.main(["a", "b"])
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "ValueError in " in said
    assert "DOE" not in said


def test_the_first_mode_met_decides(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    file = source / "S0" / "I2.dcm"
    cordon("--files", file, "--output-dir", tmp_path / "a", "--study")
    assert len(tree(tmp_path / "a")) == 2
    cordon("--study", "--recursive", source, tmp_path / "b", "--files", file)
    assert len(tree(tmp_path / "b")) == 7


@pytest.mark.parametrize("extra", [(), ("--level", "9"), ("--level", "0")])
def test_an_archive_holds_the_same_tree(tmp_path: Path, extra: tuple) -> None:
    source = study(tmp_path / "in")
    key = key_file(tmp_path)
    compressed = TEST_FILES / "JPEG2000.dcm"
    shutil.copy(compressed, source / "compressed.dcm")
    common = ("--study", "--recursive", source, "--key-file", key)
    cordon(*common, tmp_path / "out")
    archive = tmp_path / "out.zip"
    cordon(*common, "--zip", archive, *extra)
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        infos = opened.infolist()
        made = {info.filename: opened.read(info) for info in infos}
    assert made == tree(tmp_path / "out")
    assert len(infos) == len(made)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.flag_bits for info in infos} == {0}
    methods = {info.compress_type for info in infos if info.filename != "DICOMDIR"}
    assert methods == ({0} if "0" in extra else {0, 8})
    for judge in (("7z", "t"), ("unzip", "-tq")):
        subprocess.run([*judge, archive], check=True, capture_output=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("in", "key", "out", "out.zip"),
    ]


def test_results_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, path in enumerate(instances()):
        shutil.copy(path, folder / f"{number:03}")
    # one instance twice, and two that say they are the same
    shutil.copy(CT_SMALL, folder / "again")
    changed = bytearray(CT_SMALL.read_bytes())
    changed[-1] ^= 1
    (folder / "changed").write_bytes(changed)
    key = key_file(tmp_path)
    made = []
    for threads in ("1", "2", "5"):
        out = tmp_path / threads
        report = tmp_path / f"{threads}.json"
        arguments = ("--study", folder, out, "--threads", threads, "--key-file", key)
        cordon(*arguments, "--report", report, "--sweep", "warn")
        made.append((tree(out), json.loads(report.read_text())))
    assert all(one == other for one, other in pairwise(made))
    files, report = made[0]
    outcomes = report["summary"]["outcomes"]
    assert outcomes["duplicate"] >= 1
    assert outcomes["deidentified"] == len(images(files))
    assert any("/I0" in name or "/I1" in name for name in files)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    before = tree(tmp_path)
    said = cordon("--study", "--recursive", source, tmp_path / "out", "--dry-run")
    assert "6 of 6 files could be de-identified; nothing was written" in said.stdout
    assert tree(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_dicomdir_may_be_left_out(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    cordon("--study", "--recursive", source, tmp_path / "out", "--no-dicomdir")
    assert "DICOMDIR" not in tree(tmp_path / "out")


def test_the_old_dicomdir_does_not_go_out(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    shutil.copy(TEST_FILES / "dicomdirtests" / "DICOMDIR", source)
    said = cordon("--study", "--recursive", source, tmp_path / "out")
    assert "1 DICOMDIR left out" in said.stdout
    assert b"Doe" not in tree(tmp_path / "out")["DICOMDIR"]
    cordon(source / "DICOMDIR", tmp_path / "one", code=1)
    assert not (tmp_path / "one").exists()


def test_what_has_no_directory_record_is_noted(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    data = Study().image(1, 8)
    old = b"1.2.840.10008.5.1.4.1.1.2\0"
    assert data.count(old) > 1
    (folder / "a").write_bytes(
        data.replace(old, b"1.2.3.4.5.6.7.8.9.1.2.3.4."[:25] + b"5")
    )
    said = cordon("--study", folder, tmp_path / "out")
    assert "1 noted: not-in-dicomdir" in said.stdout
    assert len(tree(tmp_path / "out")) == 2


# ------------------------------------------------------------------- what is said


def test_a_file_that_cannot_be_read_is_told_once_by_code_and_number(
    tmp_path: Path,
) -> None:
    source = study(tmp_path / "in", 2)
    (source / "A_broken.dcm").write_bytes(CT_SMALL.read_bytes()[:3000])
    (source / "B_text").write_text("no DICOM at all")
    report = tmp_path / "report.json"
    said = cordon(
        *("--study", "--recursive", source, tmp_path / "out", "--report", report),
        code=1,
    )
    assert "2 of 4 files de-identified" in said.stdout
    assert "2 unreadable" in said.stdout
    assert len(re.findall(r"^file \d+: unreadable", said.stderr, re.M)) == 2
    assert "file 1: unreadable, truncated at byte 2994" in said.stderr
    assert "file 2: unreadable, not-dicom at byte 0" in said.stderr
    assert len(tree(tmp_path / "out")) == 3
    told = json.loads(report.read_text())
    assert [one["number"] for one in told["files"]] == [1, 2, 3, 4]
    assert told["files"][0]["code"] == "truncated"
    assert told["summary"]["outcomes"] == {"unreadable": 2, "deidentified": 2}


@pytest.mark.parametrize("suffix", ["json", "csv"])
@pytest.mark.parametrize("threads", ["1", "2"])
def test_nothing_that_is_said_names_a_patient_or_a_path(
    tmp_path: Path, suffix: str, threads: str
) -> None:
    word = "ZzCanary"
    folder = tmp_path / word / f"{word}_folder"
    for number in range(3):
        one = Study(patient_name=f"{word}^Name", patient_id=f"{word}{number}")
        path = folder / f"{word}_{number}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.image(number, 8))
    (folder / f"{word}.txt").write_text(word)
    (folder / f"{word}.zip").write_text(word)
    (folder / f"{word}_cut").write_bytes(one.image(9, 8)[:800])
    (folder / f"{word}_loop").symlink_to(folder / f"{word}_loop")
    out, report = tmp_path / "out", tmp_path / f"report.{suffix}"
    arguments = ("--study", "--recursive", folder, out, "--report", report)
    said = cordon(*arguments, "--threads", threads, code=1)
    assert said.stderr.count("unreadable") == 4
    told = said.stdout + said.stderr + report.read_text()
    assert word not in told
    assert word not in " ".join(path.name for path in out.rglob("*"))
    assert not any(word.encode() in data for data in tree(out).values())
    for wrong in (
        (folder / "none", out / "x"),
        (folder, folder),
        ("--study", folder, folder / word),
        ("--study", folder, out),
        (folder, out, folder),
        ("--settings", folder, folder, out),
        ("--key-file", folder / word, folder, out),
    ):
        said = cordon(*wrong, code=1)
        assert word not in said.stdout + said.stderr


def test_paths_are_named_on_demand_and_with_nothing_a_terminal_obeys(
    tmp_path: Path,
) -> None:
    name = b"cut\x1b[31m\xff\n.dcm"
    folder = tmp_path / "in"
    folder.mkdir()
    path = bytes(folder) + b"/" + name
    Path(path.decode("utf-8", "surrogateescape")).write_bytes(b"none")
    said = cordon("--study", folder, tmp_path / "out", "--verbosity", "debug", code=1)
    assert "cut\\x1b[31m\\udcff\\n.dcm" in said.stderr
    assert "they may say who the patient is" in said.stderr
    assert "\x1b" not in said.stderr


@pytest.mark.parametrize("level", ["error", "warn", "info", "debug", "trace"])
def test_verbosity_says_how_much_is_told(tmp_path: Path, level: str) -> None:
    source = study(tmp_path / "in", 2)
    (source / "text").write_text("none")
    arguments = ("--study", "--recursive", source, tmp_path / "out")
    said = cordon(*arguments, "--verbosity", level, code=1)
    at_least = ["error", "warn", "info", "debug", "trace"].index(level)
    assert "not-dicom" in said.stderr
    assert bool(said.stdout) == (at_least >= 2)
    assert (str(tmp_path) in said.stderr) == (at_least >= 3)
    assert ("deidentified DICOM/" in said.stderr) == (at_least >= 4)


def test_output_that_nobody_reads_is_no_error_of_ours(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 2)
    shell = (
        f'"$PYTHON" -m cordon --study --recursive "{source}" "{tmp_path}/out" | true'
    )
    from command import ENVIRONMENT, sys

    done = subprocess.run(
        ["bash", "-c", shell],
        env={**ENVIRONMENT, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert len(tree(tmp_path / "out")) == 3


def test_on_a_terminal_there_is_colour_unless_refused(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 60, 64)
    (source / "text").write_text("none")
    for variable, coloured in (("NO_COLOR=1", False), ("NO_COLOR=", True)):
        out = tmp_path / variable
        run = f"python -m cordon --study --recursive {source} {out}"
        said = _on_terminal(run, variable)
        assert "not-dicom" in said
        assert ("\x1b[31m" in said) == coloured
        assert "60 of 61 files" in said


def _on_terminal(command: str, variable: str) -> str:
    from command import ENVIRONMENT, sys

    command = command.replace("python", sys.executable, 1)
    done = subprocess.run(
        ["script", "-qec", f"env {variable} {command}", "/dev/null"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


# ------------------------------------------------------------------------ reports


def test_a_report_says_what_was_done_to_each_file(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    key = key_file(tmp_path)
    common = ("--study", "--recursive", source, "--key-file", key)
    cordon(*common, tmp_path / "a", "--report", tmp_path / "a.json", "--clean-graphics")
    cordon(*common, tmp_path / "b", "--report", tmp_path / "b.csv", "--clean-graphics")
    told = json.loads((tmp_path / "a.json").read_text())
    assert told["cordon"] == package.__version__
    assert told["settings"]["clean_graphics"] is True
    assert [option["code"] for option in told["options"]] == ["113103"]
    files = tree(tmp_path / "a")
    for one in told["files"]:
        assert one["bytes_out"] == len(files[one["file_id"]])
        assert one["counts"]["U"] > 3
        assert one["patient"].startswith("P-")
    assert told["summary"]["patients"] == told["summary"]["studies"] == 1
    assert told["summary"]["series"] == 2
    with (tmp_path / "b.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file_id"] for row in rows] == [one["file_id"] for one in told["files"]]
    assert rows[0]["count_U"] == str(told["files"][0]["counts"]["U"])


def test_a_report_is_not_overwritten_unless_forced(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("mine")
    cordon(CT_SMALL, tmp_path / "a", "--report", report, code=1)
    assert report.read_text() == "mine"
    assert not (tmp_path / "a").exists()
    cordon(CT_SMALL, tmp_path / "a", "--report", report, "--force")
    assert json.loads(report.read_text())["files"]


# ---------------------------------------------------------------- settings and keys


def test_each_setting_has_a_flag() -> None:
    for name, rule in schema()["properties"].items():
        flag = "--" + name.replace("_", "-")
        if rule["type"] == "array":
            parsed = parser().parse_args(["a", "b", "--replace", "x", "--replace", "y"])
            assert getattr(parsed, name) == ["x", "y"]
        elif rule["type"] == "boolean":
            off = flag.replace("--delete", "--keep")
            off = off if off != flag else flag.replace("--", "--no-", 1)
            for one, value in ((flag, True), (off, False)):
                assert getattr(parser().parse_args(["a", "b", one]), name) is value
        else:
            for value in rule["enum"]:
                assert (
                    getattr(parser().parse_args(["a", "b", flag, value]), name) == value
                )
        assert name not in parser().parse_args(["a", "b"])


def test_flags_come_before_a_file_of_settings(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(
        json.dumps({"retain_longitudinal": "full", "delete_private": False})
    )
    out, key = tmp_path / "out.dcm", key_file(tmp_path)
    flags = ("--retain-longitudinal", "modified", "--replace", "PatientName=Some^One")
    cordon(CT_SMALL, out, "--settings", file, *flags, "--key-file", key)
    settings = Settings(
        retain_longitudinal="modified",
        delete_private=False,
        replacements=("PatientName=Some^One",),
    )
    profile = compile_profile(settings, KEY)
    assert out.read_bytes() == deidentify(CT_SMALL.read_bytes(), profile)


def test_keys_come_from_files_or_from_nowhere(tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse\n")
    raw = tmp_path / "raw"
    raw.write_bytes(bytes.fromhex(KEY_HEX))
    source = CT_SMALL.read_bytes()
    for arguments, key in (
        (("--passphrase-file", passphrase), derive_key("correct horse")),
        (("--key-file", raw), KEY),
        (("--key-file", key_file(tmp_path)), KEY),
        (("--public",), PUBLIC),
    ):
        out = tmp_path / "out"
        cordon(CT_SMALL, out, "--force", *arguments)
        assert out.read_bytes() == deidentify(source, compile_profile(Settings(), key))
    one, other = tmp_path / "one", tmp_path / "other"
    cordon(CT_SMALL, one)
    cordon(CT_SMALL, other)
    assert one.read_bytes() != other.read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("in",),
        ("--study", "in"),
        ("--files", "in"),
        ("--files",),
        ("a", "b", "--threads", "0"),
        ("a", "b", "--level", "10"),
        ("a", "b", "--nonsense"),
        ("a", "b", "--retain-longitudinal", "often"),
        ("a", "b", "--replace", "Nonsense=1"),
        ("a", "b", "--public", "--key-file", "k"),
        ("a", "b", "--zip", "c"),
        ("a", "b", "--output-dir", "c"),
        ("none", "b"),
        ("a", "b", "--report", "c.txt"),
    ],
)
def test_a_wrong_argument_ends_with_code_1(tmp_path: Path, arguments: tuple) -> None:
    said = cordon(*arguments, code=1, cwd=tmp_path)
    assert "cordon" in said.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_key_is_refused(tmp_path: Path) -> None:
    for content, flag in (
        (b"short", "--key-file"),
        (b"zz" * 32, "--key-file"),
        (b"  \n", "--passphrase-file"),
        (b"\xff\xfe", "--passphrase-file"),
    ):
        file = tmp_path / "file"
        file.write_bytes(content)
        said = cordon(CT_SMALL, tmp_path / "out", flag, file, code=1)
        assert flag in said.stderr
        assert not (tmp_path / "out").exists()


def test_the_version_is_told() -> None:
    assert cordon("--version").stdout == f"cordon {package.__version__}\n"
