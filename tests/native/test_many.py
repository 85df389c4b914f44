"""Many files, some of them broken: each is whole in the result, or named with a code."""

import json
from pathlib import Path

import pytest
from builders import Study
from command import cordon, images, key_file, tree
from engine import deidentify
from hostile import HOSTILE
from many import BROKEN, is_broken, many

from cordon.core.errors import InstanceError
from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

PASSING = ("deep-explicit", "deep-un-undefined", "values-of-uids", "digits", "finds")


def _run(folder: Path, *arguments: str | Path, code: int = 1) -> list[dict]:
    """Run the command; gives what its report says of each file."""
    report = folder.parent / "report.json"
    cordon("--study", folder, folder.parent / "out", "--report", report,
           "--key-file", key_file(folder.parent), *arguments, code=code)  # fmt: skip
    return json.loads(report.read_text())["files"]


def _expected(source: bytes, profile: Profile) -> tuple[str, bytes]:
    """Give the code or the result of a source."""
    try:
        return "", deidentify(source, profile)
    except InstanceError as error:
        return error.code, b""


@pytest.mark.parametrize(
    "count", [2_000, pytest.param(100_000, marks=pytest.mark.bench)]
)
def test_each_of_many_files_is_whole_or_named(count: int, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, one in enumerate(many(count)):
        (folder / f"{number:06}").write_bytes(one)

    told = _run(folder)
    assert [line["number"] for line in told] == list(range(1, count + 1))
    results = images(tree(tmp_path / "out"))
    profile = compile_profile(Settings(), bytes(range(32)))
    for number, line in enumerate(told):
        code, result = _expected((folder / f"{number:06}").read_bytes(), profile)
        assert line.get("code", "") == code
        if code:
            assert is_broken(number)
        else:
            # a cut between two data elements leaves a data set that can be read
            assert results[line["file_id"]] == result
    names = {line["file_id"] for line in told if "file_id" in line}
    assert names == results.keys()
    assert count - count // BROKEN <= len(names) < count


def test_hostile_instances_cost_no_other_one(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in PASSING:
        (folder / name).write_bytes(HOSTILE[name][0]())
    (folder / "z").write_bytes(Study().image(1, 2))
    told = _run(folder)
    codes = [line.get("code", line["outcome"]) for line in told]
    expected = [HOSTILE[name][1] for name in sorted(PASSING)]
    assert len(codes) == len(PASSING) + 1
    assert all(code in codes_ for code, codes_ in zip(codes, expected, strict=False))
    assert codes[-1] == "deidentified"
