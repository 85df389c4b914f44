"""Descriptions that were reviewed, given to the command."""

import json
from pathlib import Path

import pydicom
from command import cordon, images, key_file, study, tree
from engine import KEY

from cordon.rules.pseudonyms import Pseudonyms


def new(uid: str) -> str:
    return Pseudonyms(KEY).uid(uid.encode()).decode()


def review(folder: Path, values: object) -> Path:
    path = folder / "review.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def test_reviewed_descriptions_are_in_instances_and_dicomdir(tmp_path: Path) -> None:
    source = study(tmp_path / "in")
    values = {new("1.2.3.4"): "Thorax, ü", new("1.2.3.4.5.0"): "Axial"}
    path = review(tmp_path, values)
    for threads in ("1", "2"):
        out = tmp_path / f"out{threads}"
        cordon(
            *("--study", "--recursive", "--key-file", key_file(tmp_path)),
            *("--reviewed", path, "--threads", threads, source, out),
        )
        for name in images(tree(out)):
            instance = pydicom.dcmread(out / name)
            assert instance.StudyDescription == "Thorax, ü"
            first = instance.SeriesInstanceUID == new("1.2.3.4.5.0")
            assert instance.get("SeriesDescription") == ("Axial" if first else None)
        records = pydicom.dcmread(out / "DICOMDIR").DirectoryRecordSequence
        said = {
            one.SeriesInstanceUID: one.get("SeriesDescription")
            for one in records
            if one.DirectoryRecordType == "SERIES"
        }
        assert said == {new("1.2.3.4.5.0"): "Axial", new("1.2.3.4.5.1"): None}
    assert tree(tmp_path / "out1") == tree(tmp_path / "out2")


def test_a_review_that_is_not_legal_stops_the_run_unquoted(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 1)
    out, key = tmp_path / "out", key_file(tmp_path)
    for values in ({"1.2.3": "JANE\\DOE"}, {"JANE": None}, ["JANE"]):
        path = review(tmp_path, values)
        done = cordon(
            *("--study", "--recursive", "--key-file", key, "--reviewed", path),
            *(source, out),
            code=1,
        )
        assert "reviewed: " in done.stderr
        assert "JANE" not in done.stderr
        assert not out.exists()
    done = cordon("--public", "--reviewed", tmp_path / "JANE", source, out, code=1)
    assert "is no file with JSON" in done.stderr
    assert "JANE" not in done.stderr


def test_a_review_needs_the_key_it_was_made_with(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 1)
    path = review(tmp_path, {"1.2.3.4": "Thorax"})
    arguments = ("--study", "--recursive", "--reviewed", path, source, tmp_path / "out")
    done = cordon(*arguments, code=1)
    assert "--reviewed: needs the key of the review" in done.stderr
    cordon("--retain-uids", *arguments)
    (name,) = images(tree(tmp_path / "out"))
    assert pydicom.dcmread(tmp_path / "out" / name).StudyDescription == "Thorax"
