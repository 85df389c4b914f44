"""The printable report and the mapping, as the command writes them."""

import csv
import json
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest
from builders import Study
from command import cordon, key_file, study, tree
from oracle import read

from cordon.core.outcome import Note
from cordon.report import DEIDENTIFIED, Line, Tally
from cordon.rules.explain import attributes, statement
from cordon.settings import Settings

VOID = {"meta", "link", "br", "img", "hr"}


class Document(HTMLParser):
    """A document whose elements must all be closed, with its tables as rows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "h2":
            self.title = ""
        elif tag == "tr":
            self.tables.setdefault(self.title, []).append([])
        elif tag in ("td", "th"):
            self.tables[self.title][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "h2" in self.open:
            self.title += data
        elif {"td", "th"} & set(self.open):
            self.tables[self.title][-1][-1] += data


def _both(tmp_path: Path, *arguments: str | Path, code: int = 0) -> tuple[dict, str]:
    """Run twice under one key; gives the report as JSON and as HTML."""
    texts = []
    for suffix in ("json", "html"):
        report = tmp_path / f"report.{suffix}"
        out = tmp_path / suffix
        cordon(*arguments, out, "--report", report, code=code)
        texts.append(report.read_text())
    return json.loads(texts[0]), texts[1]


def _mixed(folder: Path) -> Path:
    """Make a study of which two files cannot be read."""
    study(folder, 4)
    (folder / "cut").write_bytes((folder / "S0" / "I2.dcm").read_bytes()[:-9])
    (folder / "text").write_text("no DICOM at all")
    return folder


def test_notes_are_told_in_the_same_order_in_every_run() -> None:
    tally = Tally()
    tally.add(Line(1, DEIDENTIFIED, notes=tuple(map(Note, "cbad"))))
    assert list(tally.summary()["notes"]) == list("abcd")


def test_the_printable_report_has_the_numbers_of_the_one_in_json(
    tmp_path: Path,
) -> None:
    source = _mixed(tmp_path / "in")
    arguments = ("--study", "--recursive", "--key-file", key_file(tmp_path), source)
    told, text = _both(tmp_path, *arguments, "--retain-uids", code=1)
    tables = Document(text).tables
    summary = told["summary"]
    run = dict(tables["Run"][1:])
    assert run["Files"] == str(summary["files"]) == "6"
    assert run["Bytes in"] == str(summary["bytes_in"])
    assert run["Bytes out"] == str(summary["bytes_out"])
    assert run["Series"] == str(summary["series"]) == "2"
    outcomes = {name: int(count) for name, count in tables["Outcomes"][1:]}
    assert outcomes == summary["outcomes"] == {"deidentified": 4, "unreadable": 2}
    actions = {
        code: int(n) for code, _, n in tables["Data elements by action code"][1:]
    }
    assert {code: n for code, n in actions.items() if n} == {
        code: n for code, n in summary["actions"].items() if n
    }
    problems = [one for one in told["files"] if one["outcome"] == "unreadable"]
    assert [row[0] for row in tables["Not written"][1:]] == [
        str(one["number"]) for one in problems
    ]
    assert [row[2] for row in tables["Not written"][1:]] == [
        one["code"] for one in problems
    ]
    options = {code: int(n) for code, *_, n in tables["Options in use"][1:]}
    kept = sum(one["counts"]["113110"] for one in told["files"] if "counts" in one)
    assert options == summary["options"] == {"113110": kept}
    assert kept > 3 * 4
    assert dict(tables["Settings"][1:])["retain_uids"] == "true"
    assert dict(tables["Versions"][1:])["cordon"] == told["cordon"]


def test_the_printable_report_needs_nothing_and_runs_nothing(tmp_path: Path) -> None:
    arguments = ("--study", "--recursive", study(tmp_path / "in", 2))
    _, text = _both(tmp_path, *arguments)
    document = Document(text)
    assert text.startswith("<!doctype html>")
    assert not {tag for tag, _ in document.seen} & {"script", "link", "img", "iframe"}
    for _, given in document.seen:
        assert not {"src", "href", "style"} & set(given)
        assert not any(name.startswith("on") for name in given)
    assert "url(" not in text
    assert "@import" not in text


def test_the_printable_report_has_the_conformance_statement(tmp_path: Path) -> None:
    arguments = ("--study", "--recursive", study(tmp_path / "in", 1))
    _, text = _both(tmp_path, *arguments)
    document = Document(text)
    said = document.tables["Conformance statement"][1:]
    wanted = [[what, how.replace("`", "")] for what, how in statement(Settings())]
    assert said == wanted
    for code, meaning, found in attributes(Settings()):
        assert f"{code}: {meaning} ({len(found)} attributes)" in document.text
        assert ", ".join(found) in document.text


def test_the_printable_report_names_nobody_not_even_by_a_new_id(
    tmp_path: Path,
) -> None:
    word = "ZzCanary"
    one = Study(patient_name=f"{word}^Name", patient_id=f"{word}1")
    folder = tmp_path / word
    folder.mkdir()
    (folder / f"{word}.dcm").write_bytes(one.image(1, 8))
    (folder / f"{word}_cut").write_bytes(one.image(2, 8)[:-9])
    key = ("--key-file", key_file(tmp_path))
    told, text = _both(tmp_path, "--study", *key, folder, code=1)
    assert word not in text
    (written,) = [one for one in told["files"] if one["outcome"] == "deidentified"]
    for name in ("patient", "study_instance_uid", "sop_instance_uid", "file_id"):
        assert written[name] not in text


def test_what_the_user_writes_is_text_in_the_printable_report(tmp_path: Path) -> None:
    arguments = ("--study", "--recursive", study(tmp_path / "in", 1))
    _, text = _both(tmp_path, *arguments, "--replace", "PatientName=<b>&amp;</b>")
    settings = dict(Document(text).tables["Settings"][1:])
    assert settings["replacements"] == "PatientName=<b>&amp;</b>"


# ------------------------------------------------------------------------ mapping


def _mapping(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_mapping_has_each_id_of_a_run_once(tmp_path: Path, threads: str) -> None:
    source, out = study(tmp_path / "in", 6), tmp_path / "out"
    (source / "again.dcm").write_bytes((source / "S0" / "I2.dcm").read_bytes())
    path = tmp_path / "mapping.csv"
    arguments = ("--study", "--recursive", "--threads", threads, source, out)
    said = cordon(*arguments, "--mapping", path)
    head, *rows = _mapping(path)
    assert head == ["id_old", "id_new"]
    known = dict(rows)
    assert len(known) == len(rows) == 1 + 1 + 2 + 6
    names = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    new = {
        read(data)[name].value
        for file, data in tree(out).items()
        if file != "DICOMDIR"
        for name in names
    }
    assert set(known.values()) == new
    old = {read(data)[name].value for data in tree(source).values() for name in names}
    assert set(known) == old
    assert not any(one in said.stdout + said.stderr for one in old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_mapping_holds_no_formula(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    ids = ("=1+1", "+1", "-1", "@SUM(1)", 'a"b', "a,b", "plain")
    for number, patient in enumerate(ids):
        one = Study(patient_id=patient, series=f"1.2.3.{number}")
        (source / str(number)).write_bytes(one.image(number, 8))
    path = tmp_path / "mapping.csv"
    cordon("--study", source, tmp_path / "out", "--mapping", path)
    found = [old for old, new in _mapping(path)[1:] if new.startswith("P-")]
    assert found == ["'=1+1", "'+1", "'-1", "'@SUM(1)", 'a"b', "a,b", "plain"]


def test_a_mapping_says_what_the_user_had_written(tmp_path: Path) -> None:
    source, path = study(tmp_path / "in", 1), tmp_path / "mapping.csv"
    replaced = ("--replace", "PatientID=Trial7", "--allow-deviation")
    arguments = ("--study", "--recursive", source, tmp_path / "out", *replaced)
    cordon(*arguments, "--mapping", path)
    (result,) = [d for n, d in tree(tmp_path / "out").items() if n != "DICOMDIR"]
    assert read(result).PatientID == "Trial7"
    assert _mapping(path)[1][1] == "Trial7"


def test_a_mapping_that_exists_or_is_no_table_is_refused(tmp_path: Path) -> None:
    source, path = study(tmp_path / "in", 1), tmp_path / "mapping.csv"
    path.write_text("mine")
    arguments = ("--study", "--recursive", source, tmp_path / "out")
    cordon(*arguments, "--mapping", path, code=1)
    assert path.read_text() == "mine"
    cordon(*arguments, "--mapping", tmp_path / "mapping.txt", code=1)
    both = tmp_path / "both.csv"
    cordon(*arguments, "--mapping", both, "--report", both, code=1)
    assert not both.exists()
    assert not tree(tmp_path / "out")
