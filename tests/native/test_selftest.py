"""The self-test passes under any settings, and fails when the engine is broken."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import canaries
import pytest
from canaries import Node
from choices import SETTINGS as OPTIONS
from command import KEY_HEX, cordon, key_file
from engine import KEY

from cordon import cli
from cordon.core.outcome import Rejected
from cordon.core.profile import DROP, KEEP, Profile
from cordon.rules.compile import compile_profile
from cordon.selftest import check
from cordon.selftest.check import Finding, self_test
from cordon.selftest.instances import WAYS
from cordon.selftest.place import Place, must
from cordon.selftest.places import places
from cordon.settings import Settings

SETTINGS = {
    **OPTIONS,
    **canaries.SETTINGS,
    "default": Settings(),
    "warn": Settings(sweep="warn"),
    "burned-in": Settings(burned_in="reject"),
    "replaced": Settings(replacements=("PatientName=Someone", "StationName=none")),
    "deviating": Settings(
        retain_device_identity=True,
        replacements=("StationName=none", "AttenuationCorrectionMethod=none"),
        allow_deviation=True,
    ),
}
Break = Callable[[Profile], Profile]


def wrong(findings: list[Finding]) -> set[str]:
    return {one.place for one in findings if not one.passed}


def with_rule(tag: int, rule: object) -> Break:
    return lambda profile: profile._replace(rules={**profile.rules, tag: rule})


def broken(monkeypatch: pytest.MonkeyPatch, change: Break) -> None:
    monkeypatch.setattr(
        check,
        "compile_profile",
        lambda settings, key: change(compile_profile(settings, key)),
    )


@pytest.mark.parametrize("name", SETTINGS)
def test_all_is_right_under_any_settings(name: str) -> None:
    assert wrong(self_test(SETTINGS[name], KEY)) == set()


@pytest.mark.parametrize("name", canaries.SETTINGS)
def test_what_must_become_of_a_value_is_what_the_table_says(name: str) -> None:
    judged = 0
    for place in places():
        for nodes in _ways_to(place):
            expected = canaries.stays(nodes, name, "ct-image")
            wanted = must(place, canaries.SETTINGS[name])
            assert (wanted == "stay") is expected, place.name
            judged += 1
    assert judged > 45


def _ways_to(place: Place) -> list[tuple[Node, ...]]:
    """Give the way to a canary that is alone in an instance, if it is."""
    if place.held:  # it is no value of an instance, but what another says of it
        return []
    elements, nodes = list(place.instance.elements), []
    while len(elements) == 1:
        tag, vr, value = elements[0]
        nodes.append(Node(tag, vr))
        if value == place.canary:
            return [tuple(nodes)]
        elements = value[0] if isinstance(value, list) else []
    return []


def test_every_place_has_a_canary_in_every_encoding_that_can_have_it() -> None:
    findings = self_test(Settings(), KEY)
    assert len({one.place for one in findings}) == len(findings) > 80
    for one in findings:
        assert "not-planted" not in one.found.values()
        assert len(one.found) >= len(WAYS) - 1


BROKEN = {
    "PN (0010,0010) Patient's Name": with_rule(0x00100010, KEEP),
    "DA (0008,0020) Study Date": with_rule(0x00080020, KEEP),
    "UI (0020,000D) Study Instance UID": with_rule(0x0020000D, KEEP),
    "LO (0008,0080) Institution Name": with_rule(0x00080080, KEEP),
    "UR (0008,1190) Retrieve URL": with_rule(0x00081190, KEEP),
    "OB (0016,002B) Maker Note": with_rule(0x0016002B, KEEP),
    "icon image": with_rule(0x00880200, KEEP),
    "overlay data": with_rule(0x60003000, KEEP),
    "Original Attributes Sequence": with_rule(0x04000561, KEEP),
    "digital signature": with_rule(0xFFFAFFFA, KEEP),
    "trailing padding": with_rule(0xFFFCFFFC, KEEP),
    "name nested 12 deep": with_rule(0x00081115, KEEP),
    "encapsulated application/pdf": with_rule(0x00420011, KEEP),
    "text in a content tree": with_rule(0x0040A730, KEEP),
    "graphic annotation": with_rule(0x00700001, KEEP),
    "kept: text outside the table": with_rule(0x00541101, DROP),
    "kept: pixel data": with_rule(0x7FE00010, DROP),
    "private data element, nested": lambda profile: profile._replace(private=KEEP),
    "unknown data element, as UN": lambda profile: profile._replace(
        unlisted=lambda tag: KEEP
    ),
}


@pytest.mark.parametrize("sweep", ["reject", "warn", "off"])
@pytest.mark.parametrize("place", BROKEN)
def test_a_broken_rule_is_reported(
    place: str, sweep: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch, BROKEN[place])
    found = wrong(self_test(Settings(sweep=sweep), KEY))
    assert place in found
    assert len(found) < len(list(places())) / 2


def test_file_meta_information_that_is_kept_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cordon.rules.instance.Instance.container", lambda self: None)
    found = wrong(self_test(Settings(sweep="off"), KEY))
    assert "preamble" in found
    assert "file meta (0002,0102) Private Information" in found


def test_a_last_look_that_sees_nothing_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "cordon.rules.instance.Instance.search", lambda self, released: []
    )
    assert wrong(self_test(Settings(), KEY)) == {
        "free text with the patient's name",
        "free text with the patient's name, the other way round",
        "free text with the patient's ID",
        "free text with an original UID",
    }


def test_an_engine_that_releases_nothing_does_not_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(check, "run", lambda engine, read: Rejected("residual"))
    assert len(wrong(self_test(Settings(), KEY))) > 80


def test_a_fault_of_the_engine_is_one_finding_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def faulty(*_: object) -> None:
        raise ValueError("CNRY4711")

    monkeypatch.setattr(check, "run", faulty)
    findings = self_test(Settings(), KEY)
    assert len(wrong(findings)) == len(findings)
    assert "CNRY" not in repr(findings)


# -------------------------------------------------------------------- the command


def test_the_command_prints_a_matrix_and_a_verdict() -> None:
    said = cordon("--self-test", "--retain-uids").stdout.splitlines()
    head, *lines, verdict = said
    assert head.split() == ["place", "must", *(way.name for way in WAYS), "passed"]
    cells = {line[:60].split("  ")[0]: re.split(r"  +", line) for line in lines}
    uid = cells["UI (0020,000D) Study Instance UID"]
    assert uid[1:] == ["stay", *["there"] * len(WAYS), "yes"]
    assert cells["preamble"][1:] == ["go", *["gone"] * len(WAYS), "yes"]
    assert verdict == f"{len(lines)} of {len(lines)} kinds of places are right: passed"


def test_the_command_fails_if_anything_survives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch, with_rule(0x00081010, KEEP))
    assert cli.main(["--self-test", "--sweep", "off"]) == 1
    said = capsys.readouterr().out.splitlines()
    (line,) = [line for line in said if line.endswith("NO")]
    assert re.split(r"  +", line)[:3] == ["SH (0008,1010) Station Name", "go", "there"]
    assert said[-1].endswith(": FAILED")
    assert cli.main(["--self-test", "--retain-device-identity"]) == 0


def test_a_record_says_what_was_tested(tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.json"
    chosen.write_text('{"retain_longitudinal": "full"}')
    record = tmp_path / "iq.json"
    common = ("--self-test", "--settings", chosen, "--key-file", key_file(tmp_path))
    cordon(*common, "--report", record)
    made = json.loads(record.read_text())
    assert made["passed"] is True
    assert made["settings"]["retain_longitudinal"] == "full"
    assert "2026d" in made["profile"]
    assert {"cordon", "pydicom", "python", "platform", "created"} < made.keys()
    musts = {one["place"]: one["must"] for one in made["places"]}
    assert musts["DA (0008,0020) Study Date"] == "stay"
    assert KEY_HEX not in record.read_text()
    said = cordon(*common, "--report", record, code=1)
    assert "--force" in said.stderr
    cordon(*common, "--report", record, "--force")


def test_a_record_is_a_table_as_well(tmp_path: Path) -> None:
    record = tmp_path / "iq.CSV"
    cordon("--self-test", "--report", record)
    with record.open(newline="") as file:
        rows = list(csv.reader(file))
    empty = rows.index([])
    assert ["passed", "true"] in rows[:empty]
    assert rows[empty + 1][:2] == ["place", "must"]
    assert len(rows) - empty - 2 == len(list(places()))


def test_settings_that_cannot_be_followed_are_refused(tmp_path: Path) -> None:
    said = cordon("--self-test", "--replace", "NoSuchThing=1", code=1)
    assert said.stdout == ""
    for kind in ("txt", "html"):
        said = cordon("--self-test", "--report", tmp_path / f"iq.{kind}", code=1)
        assert ".json or .csv" in said.stderr
