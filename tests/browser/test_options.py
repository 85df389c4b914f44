"""Choosing: the form, what it keeps and carries, replacements, sample data."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from iod import errors_of
from oracle import read
from playwright.sync_api import Page, expect
from steps import download, images, members, process, state, study, write

from cordon.media.sample import study as sample_study

pytestmark = pytest.mark.browser


def fold(page: Page, name: str) -> None:
    page.locator("summary", has_text=name).click()


def test_a_preset_sets_its_options_and_is_left_by_another_choice(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    fold(page, "PS3.15 options")
    expect(page.locator("#profile-summary")).to_have_text("Basic Profile")
    page.get_by_role("radio", name="Research").check()
    expect(page.get_by_label("Retain Patient Characteristics")).to_be_checked()
    expect(page.get_by_label("Retain Longitudinal Temporal")).to_have_value("modified")
    expect(page.get_by_label("Retain UIDs")).not_to_be_checked()
    expect(page.locator("#profile-summary")).to_have_text("Basic Profile + 5 options")
    page.get_by_label("Retain UIDs").check()
    expect(page.get_by_role("radio", name="Custom")).to_be_checked()
    expect(page.get_by_label("Clean Pixel Data")).to_be_disabled()


def test_choices_are_obeyed_kept_and_carried(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    fold(page, "PS3.15 options")
    page.get_by_label("Retain UIDs").check()
    source = Study().image(size=8)
    (result,) = study(page, write(tmp_path, {"a": source})).values()
    assert read(result).SOPInstanceUID == read(source).SOPInstanceUID

    with page.expect_download() as saved:
        page.get_by_role("button", name="Export settings").click()
    assert json.loads(Path(saved.value.path()).read_text())["retain_uids"] is True
    page.reload()
    fold(page, "PS3.15 options")
    expect(page.get_by_label("Retain UIDs")).to_be_checked()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("Retain UIDs")).not_to_be_checked()
    wrong = write(tmp_path, {"s.json": b'{"retain_uids": true, "key": "x"}'})
    page.set_input_files("#options-file", wrong / "s.json")
    expect(page.get_by_label("Retain UIDs")).to_be_checked()
    expect(page.locator("#options-said")).to_have_text(
        "Settings imported · Not a setting, so ignored: key"
    )


def test_who_wants_no_preset_is_left_alone(open_page: Callable[..., Page]) -> None:
    page = open_page()
    custom = page.get_by_role("radio", name="Custom")
    # what is seen of a radio is its label
    custom.check(force=True)
    expect(page.locator("#preset-hint")).to_have_text("Your own choice of options.")
    page.get_by_label("Theme").select_option("Dark")
    expect(custom).to_be_checked()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("radio", name="Strict")).to_be_checked()


def test_what_new_ids_tell_is_said_with_the_field(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    kind = page.get_by_label("New IDs")
    expect(kind).to_have_accessible_description(re.compile("nobody, not even you"))
    fold(page, "PS3.15 options")
    page.get_by_label("Retain UIDs").check()
    expect(kind).to_have_accessible_description(re.compile("^UIDs stay as they are: "))
    page.get_by_label("Language").select_option("Deutsch")
    expect(page.locator("#key-hint")).to_have_text(re.compile("^UIDs bleiben, "))
    page.get_by_label("Sprache").select_option("English")
    kind.select_option("From a project passphrase")
    for field in (kind, page.get_by_label("Project passphrase")):
        expect(field).to_have_accessible_description(re.compile("It is not stored"))


def test_a_conflict_is_told_once_where_it_arises(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    fold(page, "General")
    fold(page, "PS3.15 options")
    page.evaluate(
        """() => {
          window.told = []
          for (const one of document.querySelectorAll('#options [role=status]')) {
            new MutationObserver(() => told.push(one.textContent))
              .observe(one, { childList: true, characterData: true, subtree: true })
          }
        }"""
    )
    page.get_by_label("Delete private elements").uncheck()
    kept = "Private elements of every kind are kept. They often hold names and IDs."
    expect(page.get_by_label("Delete private elements")).to_have_accessible_description(
        re.compile(re.escape(kept))
    )
    page.get_by_label("Theme").select_option("Dark")
    page.get_by_label("Retain Safe Private").check()
    expect(page.get_by_label("Retain Safe Private")).to_have_accessible_description(
        re.compile("changes nothing")
    )
    told = page.evaluate("told")
    assert told[0] == kept
    assert told.count(kept) == 1
    summary = page.locator("#conflicts")
    expect(summary).to_have_text(
        "Look again at: Delete private elements, Retain Safe Private"
    )
    page.get_by_label("Delete private elements").check()
    expect(summary).to_be_hidden()
    expect(page.get_by_text(kept)).to_have_count(0)


def test_a_passphrase_is_kept_nowhere(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_label("New IDs").select_option("From a project passphrase")
    page.get_by_label("Project passphrase").fill("correct horse")
    fold(page, "General")
    page.get_by_label("Delete unknown elements").uncheck()
    kept = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "delete_unknown" in kept
    assert "horse" not in kept
    assert "horse" not in page.url


def test_an_attribute_is_found_and_its_value_judged(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    fold(page, "Replacements")
    attribute = page.get_by_label("Attribute")
    attribute.fill("patient s")
    expect(page.locator("#attributes option[value=PatientSex]")).to_be_attached()
    attribute.fill("PatientSex")
    expect(page.locator("#replacement-hint")).to_contain_text("Patient's Sex · CS")
    page.get_by_label("New value").fill("a \\ b")
    expect(page.locator("#replacement-said")).to_contain_text("PatientSex:")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#replacements-rows tr")).to_have_count(0)

    attribute.fill("0010,0020")
    page.get_by_label("New value").fill("Subject ")
    page.get_by_role("button", name="{patient}").click()
    page.get_by_label("New value").press("Enter")
    expect(page.get_by_role("row", name="0010,0020 Subject {patient}")).to_be_visible()
    folder = write(tmp_path, {"a": Study().image(size=8)})
    (result,) = study(page, folder).values()
    assert str(read(result).PatientID).startswith("Subject ")

    with page.expect_download() as saved:
        page.get_by_role("button", name="Export CSV").click()
    table = Path(saved.value.path())
    page.get_by_role("button", name="Remove the replacement of 0010,0020").click()
    expect(page.locator("#replacements-rows tr")).to_have_count(0)
    page.set_input_files("#replacements-file", table)
    expect(page.locator("#replacements-rows tr")).to_have_count(1)


def test_what_a_replacement_makes_of_an_instance_is_told_while_it_is_entered(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    page.set_input_files("#pick-file", write(tmp_path, {"a": Study().image()}) / "a")
    state(page, "ready")
    fold(page, "Replacements")
    told = page.locator("#replacement-outlook")
    page.get_by_label("Attribute").fill("PatientID")
    page.get_by_label("New value").fill("Subject {patient}")
    expect(told).to_have_text(re.compile(r"^In instance 1: Subject \S{8,}$"))
    page.get_by_label("Attribute").fill("PatientAddress")
    expect(told).to_have_text("Instance 1 does not have it.")
    page.get_by_label("Attribute").fill("Modality")
    page.get_by_label("New value").fill("MR")
    expect(told).to_contain_text("the profile decides")
    page.get_by_label("New value").fill("mr \\ \\")
    expect(told).to_be_empty()
    expect(page.locator("#replacements-rows tr")).to_have_count(0)


def test_what_is_told_of_a_replacement_goes_along_with_what_else_changes(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    one, two = Study().image(1), Study(patient_id="=OTHER").image(2)
    page.set_input_files("#pick-folder", write(tmp_path, {"1": one, "2": two}))
    state(page, "ready")
    fold(page, "Replacements")
    told = page.locator("#replacement-outlook")
    page.get_by_label("Attribute").fill("PN")
    expect(page.locator("#replacement-said")).not_to_be_empty()
    expect(page.locator("#replacement-hint")).to_be_empty()
    page.get_by_label("Attribute").fill("StudyDescription")
    page.get_by_label("New value").fill("Trial")
    expect(told).to_contain_text("the profile decides")
    page.get_by_label("Allow custom profile deviation").check()
    expect(told).to_have_text("In instance 1: Trial")
    page.get_by_label("Language").select_option("Deutsch")
    expect(told).to_have_text("In Instanz 1: Trial")
    page.get_by_label("Sprache").select_option("English")

    page.get_by_label("Attribute").fill("PatientID")
    page.get_by_label("New value").fill("Subject {patient}")
    expect(told).to_contain_text("In instance 1: Subject")
    page.get_by_role("button", name="Inspect").click()
    dialog = page.get_by_role("dialog", name="Inspect")
    dialog.get_by_role("button", name="Next").click()
    page.keyboard.press("Escape")
    expect(told).to_contain_text("In instance 2: Subject")
    before = told.inner_text()
    page.get_by_label("New IDs").select_option("Public")
    expect(told).not_to_have_text(before)
    expect(told).to_contain_text("In instance 2: Subject")


def test_a_visitor_sees_a_whole_run_without_any_file(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    expect(page.locator("#requests")).to_have_text("0 requests since load")
    page.get_by_role("button", name="Try with sample data").click()
    state(page, "ready")
    expect(page.locator("#summary")).to_contain_text("13 files")
    process(page)
    state(page, "done")
    expect(page.locator("#notes")).to_contain_text("1 instance: names may be burned")
    results = images(members(download(page, "Download Study ZIP")[1]))
    assert len(results) == 13
    assert not any(b"Doe" in one or b"DOE" in one for one in results.values())
    expect(page.locator("#requests")).to_have_text("0 requests since load")


def test_the_sample_is_what_it_says(tmp_path: Path) -> None:
    for _, data in sample_study():
        assert errors_of(data) == set()
        assert read(data).PatientName == "Doe^Jane"


def test_layout_and_theme_are_chosen_and_kept(open_page: Callable[..., Page]) -> None:
    page = open_page()
    root = page.locator("html")
    page.get_by_label("Layout").select_option("Tabbed")
    page.get_by_label("Theme").select_option("Dark")
    expect(root).to_have_attribute("data-layout", "tabbed")
    page.get_by_role("tab", name="Results").click()
    expect(page.get_by_text("Results of a run appear here")).to_be_visible()
    expect(page.get_by_label("New IDs")).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Configuration")).to_be_focused()
    page.reload()
    expect(root).to_have_attribute("data-layout", "tabbed")
    expect(root).to_have_attribute("data-theme", "dark")
