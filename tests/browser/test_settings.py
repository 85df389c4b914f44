"""Settings in the address, and where new IDs come from."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import LE, Study, file
from command import cordon, tree
from corpus import instances
from engine import assemble, plan
from playwright.sync_api import Page, expect
from steps import archive, details, process, state, study, write

from cordon.core.outcome import Deidentified
from cordon.media.names import file_id
from cordon.rules.compile import compile_profile
from cordon.rules.keys import PUBLIC, derive_key
from cordon.settings import Settings

pytestmark = pytest.mark.browser

# text in many character sets, private blocks, reports, overlays
SOURCES = [
    path
    for path in instances()
    if path.stat().st_size < 300_000
    and path.name.startswith(("chr", "scs", "CT_small", "report", "test-SR", "MR-SIE"))
]
MANY = Settings(
    retain_longitudinal="modified",
    retain_patient_characteristics=True,
    retain_device_identity=True,
    retain_safe_private=True,
    clean_graphics=True,
    clean_structured_content=True,
    clean_descriptors=True,
    replacements=("PatientID=Subject {patient}", "StudyID=Größe"),
)
ADDRESS = (
    "output=download&retain_longitudinal=modified&retain_patient_characteristics=true"
    "&retain_device_identity=true&retain_safe_private=true&clean_graphics=true"
    "&clean_structured_content=true&clean_descriptors=true"
    "&replacements=PatientID%3DSubject+%7Bpatient%7D"
    "&replacements=StudyID%3DGr%C3%B6%C3%9Fe"
)


def native(settings: Settings, key: bytes) -> set[bytes]:
    profile = compile_profile(settings, key)
    results = set()
    for path in SOURCES:
        source = path.read_bytes()
        outcome = plan(source, profile)
        if isinstance(outcome, Deidentified):
            results.add(assemble(source, outcome))
    assert len(results) >= 20
    return results


def sources(folder: Path) -> Path:
    return write(folder, {f"{path.name}": path.read_bytes() for path in SOURCES})


def test_a_passphrase_and_many_options_give_what_the_native_engine_gives(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(ADDRESS)
    expect(page.locator("#settings")).to_contain_text(
        "Retain Longitudinal Temporal Information: Modified Dates: shift them"
    )
    page.get_by_label("New IDs").select_option("From a project passphrase")
    page.get_by_label("Project passphrase").fill(" correct horse ")
    results = study(page, sources(tmp_path))
    key = derive_key("correct horse")
    assert set(results.values()) == native(MANY, key)


def test_public_ids_are_the_same_for_everybody(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    page.get_by_label("New IDs").select_option("Public")
    results = study(page, sources(tmp_path))
    assert set(results.values()) == native(Settings(), PUBLIC)


def test_the_archive_is_the_tree_of_the_command(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    page.get_by_label("New IDs").select_option("Public")
    # of several that claim to be the same instance, the first to be done has the name
    named = {file_id(plan(path.read_bytes()).row): path for path in SOURCES}
    folder = write(
        tmp_path / "in", {path.name: path.read_bytes() for path in named.values()}
    )
    found = archive(page, folder)
    cordon("--study", folder, tmp_path / "out", "--public")
    assert "DICOMDIR" in found
    assert found == tree(tmp_path / "out")


def test_the_dicomdir_is_left_out_on_demand(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&dicomdir=false")
    found = archive(page, write(tmp_path, {"a": Study().image(1, size=8)}))
    assert len(found) == 1
    assert "DICOMDIR" not in found


def test_without_a_passphrase_nothing_begins(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    page.get_by_label("New IDs").select_option("From a project passphrase")
    page.set_input_files("#pick-folder", write(tmp_path, {"a": Study().image(size=8)}))
    process(page)
    state(page, "failed")
    expect(page.get_by_text("Give the project passphrase")).to_be_visible()


def test_what_is_no_setting_is_named_and_ignored(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("output=download&retain_uid=true&sweep=never&retain_uids=true")
    expect(page.locator("#refused")).to_have_text(
        "Value not allowed, so ignored: Last look before release"
        " · Not a setting, so ignored: retain_uid"
    )
    expect(page.locator("#settings li")).to_have_text(
        ["Output: Plain download", "Retain UIDs: On"]
    )


def test_what_the_address_alone_has_brought_about_is_named_and_not_kept(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("")
    page.locator("summary", has_text="General").click()
    page.get_by_label("Text burned into the picture").select_option("Hold back")
    page.goto(f"{page.url.split('?')[0]}?burned_in=warn&verbosity=trace&sweep=off")
    named = page.get_by_text("The address of this page, or the page")
    expect(named).to_be_visible()
    expect(page.locator("#settings li")).to_have_text(
        [
            "Text burned into the picture: Process and report",
            "Verbosity: Trace: every message",
            "Last look before release: Off",
        ]
    )
    page.get_by_label("Theme").select_option("Dark")
    page.goto(page.url.split("?")[0])
    page.locator("summary", has_text="General").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_label("Text burned into the picture")).to_have_value("reject")
    expect(page.get_by_label("Last look before release")).to_have_value("reject")
    expect(named).to_be_hidden()
    page.locator("#engines[data-engines=ready]").wait_for()


def test_a_setting_that_cannot_be_followed_is_refused_before_any_file_is_opened(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&replacements=PatientSex%3DX%5CY")
    page.set_input_files("#pick-folder", write(tmp_path, {"a": Study().image(size=8)}))
    process(page)
    state(page, "failed")
    expect(page.locator("#verdict")).to_contain_text("replacements: PatientSex")
    expect(page.locator("#errors")).to_be_hidden()


def test_a_held_back_instance_is_shown_with_its_place_and_no_value(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    leaking = Study(
        patient_name="Mustermann^Erika", extra=[(0x00181160, "SH", "Erika")]
    )
    data = file(leaking.elements(2), LE)
    results = study(
        page, write(tmp_path, {"fine": Study().image(size=8), "leaking": data})
    )
    assert len(results) == 1
    errors = details(page)
    expect(errors.get_by_text("residual name (0018,1160)")).to_be_visible()
    assert "Erika" not in page.content()


def test_a_note_says_where_to_look(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    extra = [(0x00280010, "US", b"\1\0"), (0x00280301, "CS", "YES")]
    data = file(Study(extra=extra).elements(), LE)
    study(page, write(tmp_path, {"a": data}))
    expect(page.locator("#notes")).to_contain_text("1 instance: names may be burned")
