"""Markup, scripts and control characters in all that is shown: they are mere text."""

import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from builders import Study, file
from playwright.sync_api import Dialog, Locator, Page, expect
from pydicom._dicom_dict import DicomDictionary
from pydicom.fileset import FileSet
from steps import details, process, state, write
from web import Watch

pytestmark = pytest.mark.browser

MARKUP = (
    "<img src=x onerror=alert(1) id=planted>",
    "<script id=planted>alert(1)</script>",
    '"><svg onload=alert(1) id=planted>',
    "javascript:alert(1)//planted",
    "planted\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
    "planted\x1b[31m\x01",
    "planted\n  9.999 error run-failed",
)
TEXT_VRS = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
KEPT = {0x00080005, 0x00080016, 0x00080018}
"""What an instance cannot be read without."""

DANGEROUS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"

PLANTED = f"""
() => ({{
  planted: document.querySelectorAll(
    '#planted, svg[onload], img[src=x], [onerror], [onload], a[href^=javascript]'
  ).length,
  scripts: document.scripts.length,
  unsafe: [
    document.body.innerText,
    ...[...document.querySelectorAll('input, textarea')].map(({{ value }}) => value),
    ...[...document.querySelectorAll('[title], [aria-label]')].flatMap(
      (one) => [one.title ?? '', one.ariaLabel ?? '']
    ),
  ].flatMap((text) => text.match(/.{{0,40}}{DANGEROUS}.{{0,40}}/g) ?? []),
}})
"""


def texts(markup: str) -> list:
    """List data elements of each kind of text, with a text in each."""
    # text is in UTF-8, and line ends may not be in all of it
    value = markup.encode()
    return [
        (0x00080080, "LO", value[:64]),
        (0x00081010, "SH", value[:16]),
        (0x0008103E, "LO", value[:64]),
        (0x00081048, "PN", value[:64]),
        (0x00090010, "LO", value[:64]),
        (0x00091001, "UT", value),
        (0x00104000, "LT", value),
        (0x00184000, "LT", value),
        (0x00204000, "LT", value),
        (0x00400275, "SQ", [[(0x00400007, "LO", value[:64])]]),
        (0x0040A160, "UT", value),
    ]


def instances() -> Iterator[tuple[str, bytes]]:
    """Make an instance for each text, which is in its file's name as well."""
    for number, markup in enumerate(MARKUP):
        study = Study(
            patient_id=markup,
            patient_name=markup,
            study=f"1.2.{number}",
            extra=texts(markup),
        )
        elements = [
            (tag, vr, "ISO_IR 192")
            if tag == 0x00080005
            else (tag, vr, value.encode() if isinstance(value, str) else value)
            for tag, vr, value in (
                (tag, vr, markup if tag == 0x00081030 else value)
                for tag, vr, value in study.elements(number)
            )
        ]
        name = markup.replace("/", "_")
        yield f"{name}/{name}", file(elements, sop_instance=f"1.2.3.{number}")
        yield f"{name}/bad {name}", b"no DICOM"


def archive(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for name, data in instances():
            target.writestr(name, data)
    return path


def medium(folder: Path) -> Path:
    """Write a study with a DICOMDIR in which texts are planted."""
    made = FileSet()
    texts_ = [
        one.partition("\n")[0].translate({ord("^"): None, 0x1B: None}) for one in MARKUP
    ]
    for number, text in enumerate(texts_):
        data = Study(study=f"1.9.{number}", series=f"1.9.{number}.1").image(1, 8)
        one = pydicom.dcmread(BytesIO(data))
        one.SpecificCharacterSet = "ISO_IR 192"
        for name in ("PatientID", "StudyDescription", "SeriesDescription"):
            setattr(one, name, text)
        made.add(one)
    made.write(folder)
    made._stage["t"].cleanup()  # what pydicom leaves behind
    return folder


@pytest.fixture
def safe(page: Page) -> Callable[[], None]:
    """See that nothing planted has become anything but text."""
    asked: list[Dialog] = []
    page.on("dialog", lambda dialog: (asked.append(dialog), dialog.dismiss()))
    scripts: set[int] = set()

    def look() -> None:
        found = page.evaluate(PLANTED)
        scripts.add(found.pop("scripts"))
        assert found == {"planted": 0, "unsafe": []}
        assert len(scripts) == 1
        assert asked == []

    return look


def shown(area: Locator) -> None:
    """See that what was planted is there, to be read."""
    expect(area).to_contain_text("<img src=x onerror=alert(1) id=planted>")
    expect(area).to_contain_text('"><svg onload=alert(1) id=planted>')


def test_nothing_that_is_planted_in_instances_and_names_becomes_markup(
    open_page: Callable[..., Page],
    watch: Watch,
    safe: Callable[[], None],
    tmp_path: Path,
) -> None:
    page = open_page("output=storage&verbosity=trace&workers=1&clean_descriptors=true")
    page.set_input_files("#pick-file", archive(tmp_path / "in.zip"))
    state(page, "ready")
    safe()

    page.get_by_role("button", name="Inspect").click()
    dialog = page.get_by_role("dialog", name="Inspect")
    number = dialog.get_by_role("spinbutton")
    for at, markup in enumerate(MARKUP):
        number.fill(str(2 * at + 1))
        number.press("Enter")
        row = dialog.get_by_role("row").filter(has_text="0010,0010")
        expect(row).to_contain_text(markup[:7])
        for part in dialog.get_by_role("row").filter(has_text=markup[:7]).all():
            part.click()
            safe()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Review descriptions").click()
    dialog = page.get_by_role("dialog", name="Metadata Review")
    shown(dialog)
    safe()
    page.keyboard.press("Escape")

    process(page)
    state(page, "done")
    safe()
    region = page.get_by_label("Show file names on this screen").first
    region.check()
    shown(page.locator("#instances-table"))
    safe()
    page.get_by_role("button", name="Log", exact=True).click()
    log = page.get_by_role("dialog", name="Log").get_by_label("Entries")
    expect(log).to_have_value(re.compile("planted"))
    assert "\n  9.999 error" not in log.input_value()
    safe()
    page.keyboard.press("Escape")
    dialog = details(page)
    dialog.get_by_label("Show file names on this screen").check()
    shown(dialog)
    safe()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Storage", exact=True).click()
    safe()
    assert not [text for text in watch.said if "Security Policy" in text]
    assert not [text for text in watch.said if "Error" in text]
    watch.said.clear()


def everywhere(markup: str) -> bytes:
    """Make an instance with the text in each attribute that DICOM has for texts."""
    held = {tag: (tag, vr, value) for tag, vr, value in Study().elements()}
    for tag, (vr, *_) in DicomDictionary.items():
        if vr in TEXT_VRS and tag >> 16 > 2 and tag not in KEPT:
            held[tag] = (tag, vr, markup)
    return file(sorted(held.values()), sop_instance="1.2.3.9")


def test_a_script_in_each_attribute_for_texts_is_shown_as_text(
    open_page: Callable[..., Page], safe: Callable[[], None], tmp_path: Path
) -> None:
    page = open_page("clean_descriptors=true&retain_patient_characteristics=true")
    page.set_input_files(
        "#pick-file", write(tmp_path, {"a": everywhere(MARKUP[0])}) / "a"
    )
    state(page, "ready")
    page.get_by_role("button", name="Inspect").click()
    dialog = page.get_by_role("dialog", name="Inspect")
    dialog.get_by_label("Only changes").uncheck()
    dialog.get_by_label("Filter by tag, name or value").fill("planted")
    count = dialog.locator("#inspect-count")
    expect(count).to_have_text(re.compile(r"^\d.\d{3} rows / "))
    listed = int(re.sub(r"\D", "", count.inner_text().partition("rows")[0]))
    rows = dialog.locator("#inspect-rows tr")
    while (drawn := rows.count()) < listed:
        rows.last.scroll_into_view_if_needed()
        expect(rows).not_to_have_count(drawn)
    safe()


def test_nothing_that_is_planted_in_a_folder_or_a_dicomdir_becomes_markup(
    open_page: Callable[..., Page], safe: Callable[[], None], tmp_path: Path
) -> None:
    folder = medium(tmp_path / "medium")
    names = {
        f"{markup.replace('/', '_')}/{markup.replace('/', '_')}": b"no DICOM"
        for markup in MARKUP
    }
    write(folder, names)
    page = open_page()
    page.set_input_files("#pick-folder", folder)
    dialog = page.get_by_role("dialog", name="Metadata Review")
    shown(dialog)
    safe()
    page.keyboard.press("Escape")
    process(page)
    state(page, "done")
    dialog = details(page)
    dialog.get_by_label("Show file names on this screen").check()
    shown(dialog)
    safe()
