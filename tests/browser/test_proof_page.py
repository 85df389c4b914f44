"""Proof in the page: the self-test, the certificate of a result, and its verification."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from command import cordon
from playwright.sync_api import Locator, Page, expect
from steps import WITHOUT_PICKER, download, members, process, state, write
from web import DIST, Site, Watch

from cordon.selftest.check import self_test
from cordon.settings import Settings

pytestmark = pytest.mark.browser

KEY = bytes(range(32))
MANY = (
    "retain_longitudinal=full&retain_patient_characteristics=true&retain_uids=true"
    "&retain_device_identity=true&retain_safe_private=true&clean_graphics=true"
    "&clean_descriptors=true&sweep=warn&delete_unknown=false&burned_in=ignore"
)
SELF_TEST = "driver.self_test(settings, key)"
UNHURRIED = 120_000


# -------------------------------------------------------------------- self-test


def run_self_test(page: Page) -> Locator:
    """Open the dialog and press its one button; gives the dialog when it is done."""
    page.get_by_role("button", name="Self-test").click()
    dialog = page.get_by_role("dialog", name="Self-test")
    dialog.get_by_role("button", name="Run self-test").click()
    again = dialog.get_by_role("button", name="Run again")
    expect(again).to_be_enabled(timeout=UNHURRIED)
    expect(again).to_be_focused()
    return dialog


def saved(page: Page, dialog: Locator, button: str) -> str:
    with page.expect_download() as download_:
        dialog.get_by_role("button", name=button).click()
    return Path(download_.value.path()).read_text("utf-8")


@pytest.mark.parametrize("query", ["", MANY], ids=["default", "many"])
def test_the_self_test_passes_and_its_record_says_so(
    open_page: Callable[..., Page], query: str
) -> None:
    page = open_page(query)
    dialog = run_self_test(page)
    record = json.loads(saved(page, dialog, "JSON"))
    settings = Settings(
        **{
            key: tuple(value) if isinstance(value, list) else value
            for key, value in record["settings"].items()
        }
    )
    assert (settings == Settings()) == (not query)
    expected = [one._asdict() for one in self_test(settings, KEY)]
    assert record["places"] == expected
    assert record["passed"] is True
    assert "asked" not in record
    assert record["browser"] == page.evaluate("navigator.userAgent")
    assert record["build"] == page.locator("#version").get_attribute("title")
    assert len(record["build"]) == 64
    places = len(expected)
    expect(dialog.get_by_role("status").filter(has_text="Passed")).to_have_text(
        f"Passed: all {places} kinds of places are right"
    )
    expect(dialog.get_by_role("row")).to_have_count(places + 1)
    dialog.get_by_label("Only failures").check()
    expect(dialog.get_by_role("row")).to_have_count(1)


def test_reports_for_print_and_as_table_have_all_of_the_record(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("sweep=off")
    dialog = run_self_test(page)
    record = json.loads(saved(page, dialog, "JSON"))
    rows = list(csv.reader(io.StringIO(saved(page, dialog, "CSV"))))
    told = dict(row for row in rows if len(row) == 2)
    assert json.loads(told["settings"]) == record["settings"]
    assert told["browser"] == record["browser"]
    assert told["passed"] == "true"
    matrix = [row for row in rows if len(row) > 2]
    assert len(matrix) == len(record["places"]) + 1
    assert {row[-1] for row in matrix[1:]} == {"yes"}
    text = saved(page, dialog, "For print")
    alone = page.context.new_page()
    alone.set_content(text)
    expect(alone.get_by_role("heading")).to_contain_text(record["cordon"])
    for value in (record["browser"], record["build"], record["created"]):
        expect(alone.get_by_role("cell", name=value, exact=True)).to_be_visible()
    last = record["places"][-1]["place"]
    expect(alone.get_by_role("row", name=last)).to_have_count(1)
    expect(alone.get_by_text("Passed: all")).to_be_visible()


def broken(site: Site, instead: str) -> None:
    """Give engines another answer to the self-test."""
    path = "/workers/engine.js"
    text = (DIST / path[1:]).read_text()
    assert text.count(SELF_TEST) == 1
    site.replaced[path] = text.replace(SELF_TEST, instead).encode()


def test_an_engine_that_lets_an_identity_stay_fails(
    open_page: Callable[..., Page], site: Site
) -> None:
    spoil = """(() => {
      const made = driver.self_test(settings, key)
      made.places.find(({ must }) => must === 'go').found.deflated = 'there'
      return made
    })()"""
    broken(site, spoil)
    page = open_page()
    dialog = run_self_test(page)
    expect(dialog.get_by_role("status").filter(has_text="Failed")).to_contain_text(
        "Failed: 1 kind of place of"
    )
    dialog.get_by_label("Only failures").check()
    expect(dialog.get_by_role("row")).to_have_count(2)
    expect(dialog.get_by_role("cell", name="✕ there")).to_be_visible()
    record = json.loads(saved(page, dialog, "JSON"))
    assert record["passed"] is False
    rows = list(csv.reader(io.StringIO(saved(page, dialog, "CSV"))))
    assert [row[-1] for row in rows if len(row) > 2].count("NO") == 1
    assert "Failed: 1 kind of place" in saved(page, dialog, "For print")


def test_an_engine_that_tests_weaker_settings_fails(
    open_page: Callable[..., Page], site: Site
) -> None:
    broken(site, "driver.self_test('{\"retain_uids\": true}', key)")
    page = open_page()
    dialog = run_self_test(page)
    expect(dialog.get_by_role("status").filter(has_text="Failed")).to_have_text(
        "Failed: the engine tested other settings than yours"
    )
    record = json.loads(saved(page, dialog, "JSON"))
    assert record["passed"] is False
    assert record["asked"]["retain_uids"] is False
    assert record["settings"]["retain_uids"] is True


def test_an_engine_that_cannot_answer_fails(
    open_page: Callable[..., Page], site: Site, watch: Watch
) -> None:
    broken(site, "driver.absent(settings, key)")
    page = open_page()
    page.get_by_role("button", name="Self-test").click()
    dialog = page.get_by_role("dialog", name="Self-test")
    dialog.get_by_role("button", name="Run self-test").click()
    expect(
        dialog.get_by_text("Failed: the engine could not run the test")
    ).to_be_visible(timeout=UNHURRIED)
    expect(dialog.get_by_role("button", name="JSON")).to_be_hidden()
    assert all("engine-lost" in line or "no-engine" in line for line in watch.said)
    watch.said.clear()


def test_a_verdict_is_of_the_settings_it_was_made_under(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    dialog = run_self_test(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Self-test")).to_be_focused()
    page.get_by_role("radio", name="Internal").check()
    page.get_by_role("button", name="Self-test").click()
    expect(dialog.get_by_text("Passed")).to_have_count(0)
    expect(dialog.get_by_text("The settings have changed since")).to_be_visible()
    expect(dialog.get_by_text("Retain UIDs")).to_be_visible()


# ------------------------------------------------------- certificate and verify


def seal(page: Page) -> None:
    """Choose that the result is sealed."""
    page.get_by_text("Output", exact=True).first.click()
    page.get_by_label("Seal the result").check()


def certificate(page: Page) -> str:
    _, data = download(page, "Save certificate")
    return data.decode()


def sealed_study(page: Page, folder: Path) -> tuple[bytes, str]:
    """De-identify a study; gives the archive and its certificate."""
    files = {f"{number}.dcm": Study().image(number, 16) for number in (1, 2, 3)}
    # the same again and what is cut short are in no result
    files |= {"twice.dcm": files["1.dcm"], "short.dcm": files["1.dcm"][:-20]}
    page.set_input_files("#pick-folder", write(folder / "Doe-Jane", files))
    state(page, "ready")
    process(page)
    state(page, "done")
    _, data = download(page, "Download Study ZIP")
    return data, certificate(page)


@pytest.fixture
def ready(page: Page, open_page: Callable[..., Page]) -> Page:
    page.add_init_script(WITHOUT_PICKER)
    return open_page("")


@pytest.fixture
def sealed(ready: Page, tmp_path: Path) -> Path:
    """Make a sealed result: result.zip and seal.json in a folder."""
    seal(ready)
    data, text = sealed_study(ready, tmp_path)
    (tmp_path / "result.zip").write_bytes(data)
    (tmp_path / "seal.json").write_text(text)
    return tmp_path


def verify(
    page: Page, seal: Path, result: Path | list[Path], key: Path | None = None
) -> Locator:
    """Verify a result in the page; gives the dialog when there is a verdict."""
    dialog = page.get_by_role("dialog", name="Verify a result")
    if not dialog.is_visible():
        page.get_by_role("button", name="Verify a result").click()
    dialog.get_by_label("Choose certificate").set_input_files(seal)
    whole = isinstance(result, Path) and result.is_dir()
    label = "Choose result folder" if whole else "Choose ZIP or files"
    dialog.get_by_label(label).set_input_files(result)
    if key:
        dialog.get_by_label("Choose public key").set_input_files(key)
    dialog.get_by_role("button", name="Verify", exact=True).click()
    expect(dialog.locator("#compare-found")).to_be_visible(timeout=UNHURRIED)
    return dialog


def counts(dialog: Locator) -> list[int]:
    """Give how many are the same, changed, missing and extra."""
    return [int(one) for one in dialog.get_by_role("definition").all_inner_texts()]


def altered(archive: Path, target: Path, change: Callable[[dict], None]) -> Path:
    """Write an archive once more, its members changed."""
    found = members(archive.read_bytes())
    change(found)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in found.items():
            opened.writestr(name, data)
    return target


def test_a_sealed_result_verifies_here_and_by_the_command(
    ready: Page, sealed: Path
) -> None:
    result, text = sealed / "result.zip", sealed / "seal.json"
    found = members(result.read_bytes())
    made = json.loads(text.read_text())
    assert "Doe" not in text.read_text()
    assert {one["name"]: (one["sha256"], one["size"]) for one in made["files"]} == {
        name: (hashlib.sha256(data).hexdigest(), len(data))
        for name, data in found.items()
    }
    assert len(found) == 4  # with the DICOMDIR
    assert made["summary"]["files"] == 5
    assert made["summary"]["outcomes"] == {
        "deidentified": 3,
        "duplicate": 1,
        "unreadable": 1,
    }
    assert made["settings"]["retain_uids"] is False
    ran = cordon("--verify", result, "--seal", text)
    assert "4 of 4 files agree" in ran.stdout
    dialog = verify(ready, text, result)
    expect(dialog.get_by_text("All 4 files are what the certificate")).to_be_visible()
    expect(dialog.get_by_text("The certificate is not signed.")).to_be_visible()
    assert counts(dialog) == [4, 0, 0, 0]
    unpacked = write(sealed / "unpacked", found)
    (unpacked / "seal.json").write_bytes(text.read_bytes())
    dialog = verify(ready, unpacked / "seal.json", unpacked)
    assert counts(dialog) == [4, 0, 0, 0]


def test_what_is_changed_missing_and_extra_is_found(ready: Page, sealed: Path) -> None:
    names = [
        one["name"] for one in json.loads((sealed / "seal.json").read_text())["files"]
    ]
    changed, longer, missing = [name for name in names if name != "DICOMDIR"]

    def change(found: dict) -> None:
        data = bytearray(found[changed])
        data[-1] ^= 1
        found[changed] = bytes(data)
        found[longer] += b"\0\0"
        del found[missing]
        found["Doe^Jane.dcm"] = b"a name"

    other = altered(sealed / "result.zip", sealed / "other.zip", change)
    dialog = verify(ready, sealed / "seal.json", other)
    expect(
        dialog.get_by_text("The result is not what the certificate says")
    ).to_be_visible()
    assert counts(dialog) == [1, 2, 1, 1]
    for name in (changed, longer):
        expect(dialog.get_by_role("row", name=f"Changed {name}")).to_be_visible()
    expect(dialog.get_by_role("row", name=f"Missing {missing}")).to_be_visible()
    expect(dialog.get_by_text("Doe^Jane")).to_have_count(0)
    dialog.get_by_label("Show names of extra files").check()
    expect(dialog.get_by_role("row", name="Extra Doe^Jane.dcm")).to_be_visible()
    # a member that does not have its own check sum is no better
    data = bytearray((sealed / "result.zip").read_bytes())
    data[200] ^= 1
    (sealed / "damaged.zip").write_bytes(data)
    dialog = verify(ready, sealed / "seal.json", sealed / "damaged.zip")
    assert counts(dialog) == [3, 1, 0, 0]
    expect(
        dialog.get_by_text("The result is not what the certificate says")
    ).to_be_visible()


def test_single_files_are_known_by_what_is_in_them(ready: Page, sealed: Path) -> None:
    found = list(members((sealed / "result.zip").read_bytes()).values())
    renamed = [sealed / "a.dcm", sealed / "b.dcm"]
    for path, data in zip(renamed, found, strict=False):
        path.write_bytes(data)
    dialog = verify(ready, sealed / "seal.json", renamed)
    assert counts(dialog) == [2, 0, 0, 0]
    expect(dialog.get_by_text("The 2 files given are what")).to_contain_text("lists 4")
    renamed[0].write_bytes(found[0][:-1] + b"?")
    dialog = verify(ready, sealed / "seal.json", renamed)
    assert counts(dialog) == [1, 0, 0, 1]


def test_a_single_file_is_sealed_too(ready: Page, tmp_path: Path) -> None:
    seal(ready)
    (tmp_path / "one.dcm").write_bytes(Study().image(1, 16))
    ready.get_by_label("Single DICOM file").check()
    ready.set_input_files("#pick-file", tmp_path / "one.dcm")
    state(ready, "ready")
    process(ready)
    state(ready, "done")
    _, data = download(ready, "Download anonymized file")
    (tmp_path / "result.dcm").write_bytes(data)
    (tmp_path / "seal.json").write_text(certificate(ready))
    cordon("--verify", tmp_path / "result.dcm", "--seal", tmp_path / "seal.json")
    dialog = verify(ready, tmp_path / "seal.json", tmp_path / "result.dcm")
    expect(dialog.get_by_text("The 1 file is what the certificate")).to_be_visible()


def test_unsealed_results_have_no_certificate(ready: Page, tmp_path: Path) -> None:
    ready.set_input_files(
        "#pick-folder", write(tmp_path / "some", {"1.dcm": Study().image(1, 16)})
    )
    state(ready, "ready")
    process(ready)
    state(ready, "done")
    expect(ready.get_by_role("button", name="Save certificate")).to_be_hidden()


def test_a_signature_made_here_is_good_everywhere(ready: Page, sealed: Path) -> None:
    page, result = ready, sealed / "result.zip"
    page.get_by_role("button", name="Sign with a key").click()
    dialog = page.get_by_role("dialog", name="Sign the certificate")
    keys = []
    for _ in range(2):
        dialog.get_by_role("button", name="Make a key pair").click()
        for kind in ("private", "public"):
            name, data = download(page, f"Save {kind} key")
            keys.append(sealed / f"{len(keys)}-{name}")
            keys[-1].write_bytes(data)
    private, public, _, foreign = keys
    dialog.get_by_label("Load a private key").set_input_files(private)
    expect(dialog.get_by_role("button", name="Save private key")).to_be_hidden()
    signer = dialog.locator("code").inner_text()
    dialog.get_by_role("button", name="Close").click()
    text = certificate(page)
    assert json.loads(text)["signature"]["signer"] == signer
    signed = sealed / "signed.json"
    signed.write_text(text)
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert "PRIVATE" not in stored
    assert '"d"' not in stored
    ran = cordon("--verify", result, "--seal", signed, "--signer", public)
    assert "the signature is good" in ran.stdout
    cordon("--verify", result, "--seal", signed, "--signer", foreign, code=1)
    dialog = verify(page, signed, result, public)
    expect(dialog.get_by_text("The signature is good.")).to_contain_text(signer)
    dialog = verify(page, signed, result, foreign)
    expect(dialog.get_by_text("The files agree, but the signature")).to_be_visible()
    dialog = verify(page, sealed / "seal.json", result, public)
    expect(dialog.get_by_text("but the certificate is not signed")).to_be_visible()
    forged = json.loads(text)
    forged["settings"]["retain_uids"] = True
    signed.write_text(json.dumps(forged))
    dialog = verify(page, signed, result, public)
    expect(dialog.get_by_text("The files agree, but the signature")).to_be_visible()


def test_what_is_no_key_and_no_certificate_is_refused(
    ready: Page, sealed: Path
) -> None:
    (sealed / "no.pem").write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END")
    ready.get_by_role("button", name="Sign with a key").click()
    dialog = ready.get_by_role("dialog", name="Sign the certificate")
    dialog.get_by_label("Load a private key").set_input_files(sealed / "no.pem")
    expect(dialog.get_by_role("alert")).to_contain_text("no private key")
    dialog.get_by_role("button", name="Close").click()
    assert "signature" not in json.loads(certificate(ready))
    ready.get_by_role("button", name="Verify a result").click()
    dialog = ready.get_by_role("dialog", name="Verify a result")
    dialog.get_by_label("Choose certificate").set_input_files(sealed / "result.zip")
    expect(dialog.get_by_text("This file is no certificate")).to_be_visible()
    dialog.get_by_label("Choose public key").set_input_files(sealed / "no.pem")
    expect(dialog.get_by_text("no public key")).to_be_visible()
    dialog.get_by_label("Choose ZIP or files").set_input_files(sealed / "result.zip")
    expect(dialog.get_by_role("button", name="Verify", exact=True)).to_be_disabled()
