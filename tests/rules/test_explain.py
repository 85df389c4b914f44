"""What is said of the profile is what it does."""

import re
from pathlib import Path

import pytest
from oracle import table

from cordon.cli import main
from cordon.rules.explain import explain
from cordon.rules.table import rules_under
from cordon.settings import Settings

README = Path(__file__).parent.parent.parent / "README.md"
BLOCK = re.compile(r"<!-- explained -->\n(.*)\n<!-- /explained -->", re.DOTALL)


def test_the_readme_says_what_is_explained() -> None:
    """After a change: cordon --explain, between the marks of the README."""
    found = BLOCK.search(README.read_text(encoding="utf-8"))
    assert found is not None
    assert found[1] == explain(Settings())


def test_every_attribute_of_the_table_is_in_one_list() -> None:
    told = re.findall(r"(\w+) \([0-9A-F]{4},[0-9A-F]{4}\)", explain(Settings()))
    rows = [row["keyword"] for row in table("profile.csv") if "x" not in row["tag"]]
    added = [row["keyword"] for row in table("additions.csv")]
    assert sorted(told) == sorted([*filter(None, rows), *added])


def test_each_option_moves_attributes_from_one_list_to_another() -> None:
    told = {
        explain(settings)
        for settings in (
            Settings(),
            Settings(clean_descriptors=True),
            Settings(retain_longitudinal="full"),
            Settings(retain_longitudinal="modified"),
            Settings(retain_device_identity=True),
        )
    }
    assert len(told) == 5


def test_the_command_explains(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"retain_uids": true}')
    assert main(["--explain", "--settings", str(file)]) == 0
    assert capsys.readouterr().out == explain(Settings(retain_uids=True)) + "\n"


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"retain_uid": true}', '{"replacements": ["Nothing=1"]}']
)
def test_the_command_refuses_what_it_cannot_follow(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text)
    with pytest.raises(SystemExit):
        main(["--explain", "--settings", str(file)])
    assert "error: " in capsys.readouterr().err


def test_the_table_has_a_rule_for_every_tag_it_lists() -> None:
    rules = rules_under(Settings())
    for row in table("profile.csv"):
        if row["keyword"] and "x" not in row["tag"]:
            assert int(row["tag"], 16) in rules
