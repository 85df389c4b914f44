"""What there is to review, told by the engines of the page."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from engine import KEY
from oracle import read
from playwright.sync_api import Page, expect
from pydicom.data import get_testdata_file
from steps import download, images, members, process, state, write

from cordon.core.splice import run
from cordon.media.places import Place, View, glance
from cordon.media.survey import survey
from cordon.rules.pseudonyms import Pseudonyms

pytestmark = pytest.mark.browser

VIEW = View(Pseudonyms(KEY), retain_uids=False)

ASK = """
async ({ directory, instances, reviewed }) => {
  const { Pool } = await import(new URL('js/pool.js', document.baseURI).href)
  const { Review, forAll, written } = await import(
    new URL('js/review.js', document.baseURI).href
  )
  const pool = new Pool(new URL('workers/engine.js', document.baseURI), 2)
  const key = Uint8Array.from({ length: 32 }, (_, index) => index)
  const file = (bytes) => new File([Uint8Array.from(bytes)], 'some')
  const sources = instances.map((bytes, index) => (
    { number: index + 1, path: '', file: file(bytes) }
  ))
  const terms = { settings: '{}', key, reviewed: '' }
  const surveyed = await pool.survey({ file: file(directory) }, terms)
  const glanced = []
  for await (const { source, reply } of pool.glances(sources, terms)) {
    glanced[source.number - 1] = reply
  }
  const review = new Review()
  for (const { type, place } of glanced) {
    if (type === 'glanced') review.add(place)
  }
  const text = written(forAll(review.patients(), 'suggestion'))
  const results = []
  const packing = { level: 1, again: false, elsewhere: false }
  for (const said of [text, reviewed]) {
    const agreed = { ...terms, reviewed: said }
    const checked = await pool.check(agreed)
    if (checked.type !== 'configured') {
      results.push(checked)
      continue
    }
    for await (const { source, reply } of
      pool.deidentify(sources.slice(0, 1), packing, agreed)) {
      results.push(reply.member.data.byteLength)
    }
  }
  return { surveyed, glanced, text, results }
}
"""


def test_engines_tell_what_there_is_to_review(open_page: Callable[..., Page]) -> None:
    page = open_page("workers=1")
    directory = Path(str(get_testdata_file("dicomdirtests/DICOMDIR"))).read_bytes()
    instances = [
        Study().image(1, 8),
        Study(series="1.2.9", extra=[(0x0008103E, "LO", "Axial Doe")]).image(1, 8),
        directory,
        b"no DICOM",
    ]
    got = page.evaluate(
        ASK,
        {
            "directory": list(directory),
            "instances": [list(data) for data in instances],
            "reviewed": json.dumps({"1.2.3": "DOE\\JANE"}),
        },
    )

    def reading(data: bytes) -> Callable:
        return lambda span: data[span.start : span.stop]

    found = run(survey(len(directory), VIEW), reading(directory))
    assert got["surveyed"] == {
        "type": "surveyed",
        "places": [place.as_dict() for place in found.places],
        "faults": {},
    }
    for data, reply in zip(instances[:2], got["glanced"], strict=False):
        place = run(glance(len(data), VIEW), reading(data))
        assert reply == {"type": "glanced", "place": place.as_dict()}
    assert got["glanced"][2]["reason"] == "dicomdir"
    assert got["glanced"][3]["code"] == "not-dicom"
    uid = VIEW.pseudonyms.uid
    assert json.loads(got["text"]) == {
        uid(b"1.2.3.4").decode(): "CT",
        uid(b"1.2.3.4.5").decode(): None,
        uid(b"1.2.9").decode(): "Axial",
    }
    written, refused = got["results"]
    assert written > 0
    assert refused["type"] == "refused"
    assert refused["setting"] == "reviewed"
    assert "DOE" not in refused["reason"]


OPEN = """
async ({ places, before }) => {
  const { reviewDialog } = await import(
    new URL('js/ui/review.js', document.baseURI).href
  )
  const { Review } = await import(new URL('js/review.js', document.baseURI).href)
  const review = new Review()
  for (const place of places) review.add(place)
  window.dialog ??= reviewDialog()
  window.decided = window.dialog
    .open(review.patients(), before ? new Map(Object.entries(before)) : undefined)
    .then((choices) => choices && Object.fromEntries(choices))
}
"""
DECIDED = "window.decided"
"""A promise, which is kept once the dialog is closed."""


def places() -> list[dict]:
    made = []
    for number, said in enumerate(("Axial Doe", "Coronal", "Doe", "")):
        more = [(0x0008103E, "LO", said)] if said else []
        data = Study(series=f"1.2.9.{number}", extra=more).image(1, 8)
        place = run(glance(len(data), VIEW), lambda span, data=data: data[slice(*span)])
        assert isinstance(place, Place)
        made.append({**place.as_dict(), "number": str(number)})
    return made


def test_a_person_keeps_edits_and_drops_descriptions(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("workers=1")
    page.evaluate(OPEN, {"places": places()})
    dialog = page.get_by_role("dialog", name="Metadata Review")
    expect(dialog).to_contain_text("CT of Jane Doe")
    decisions = dialog.get_by_role("combobox")
    texts = dialog.locator("tbody input")
    expect(decisions).to_have_count(5)
    assert [one.input_value() for one in decisions.all()] == [
        *("clean", "clean", "clean", "drop", "drop"),
    ]
    assert [one.input_value() for one in texts.all()] == [
        "CT",
        "Axial",
        "Coronal",
        "",
        "",
    ]

    decisions.nth(2).select_option("Drop")
    decisions.nth(4).select_option("Edit")
    texts.nth(4).fill("back\\slash")
    done = dialog.get_by_role("button", name="Use these descriptions")
    done.click()
    expect(dialog).to_be_visible()  # it says what is wrong
    texts.nth(4).fill("Sagittal")
    done.press("Enter")
    expect(dialog).to_be_hidden()
    series = [VIEW.pseudonyms.uid(f"1.2.9.{one}".encode()).decode() for one in range(4)]
    study = VIEW.pseudonyms.uid(b"1.2.3.4").decode()
    said = ["CT", "Axial", None, None, "Sagittal"]
    wanted = dict(zip([study, *series], said, strict=True))
    assert page.evaluate(DECIDED) == wanted
    assert "Doe" not in page.content()

    # what was chosen is there again; to dismiss changes nothing
    page.evaluate(OPEN, {"places": places(), "before": wanted})
    assert [one.input_value() for one in texts.all()] == [
        *("CT", "Axial", "", "", "Sagittal"),
    ]
    dialog.get_by_role("button", name="Drop all").click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate(DECIDED) is None

    page.evaluate(OPEN, {"places": places(), "before": wanted})
    dialog.get_by_role("button", name="Drop all").click()
    done.click()
    expect(dialog).to_be_hidden()
    assert page.evaluate(DECIDED) == dict.fromkeys(wanted)
    page.evaluate(OPEN, {"places": places(), "before": wanted})
    dialog.get_by_role("button", name="Use all suggestions").click()
    done.click()
    expect(dialog).to_be_hidden()
    assert page.evaluate(DECIDED)[series[1]] == "Coronal"


def described(folder: Path) -> Path:
    """Write a study of two series with a DICOMDIR, as other software makes it."""
    for series in (1, 2):
        extra = [(0x0008103E, "LO", f"Axial Doe {series}")]
        study = Study(series=f"1.2.9.{series}", extra=extra)
        write(folder, {f"IM{series}{n}": study.image(n, 8) for n in (1, 2)})
    command = ["dcmmkdir", "--recurse", "--input-directory", folder, "--quiet"]
    subprocess.run([*command, "--output-file", folder / "DICOMDIR"], check=True)
    return folder


def test_a_dicomdir_opens_the_review_and_what_is_decided_is_written(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    page.set_input_files("#pick-folder", described(tmp_path / "medium"))
    dialog = page.get_by_role("dialog", name="Metadata Review")
    expect(dialog).to_contain_text("Axial Doe 1", timeout=30_000)
    first = dialog.get_by_role("row", name="Axial Doe 1")
    first.get_by_role("combobox").select_option("Edit")
    first.get_by_role("textbox").fill("My axial")
    second = dialog.get_by_role("row", name="Axial Doe 2")
    second.get_by_role("combobox").select_option("Drop")
    dialog.get_by_role("button", name="Use these descriptions").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#review-open")).to_contain_text("descriptions reviewed")
    process(page)
    state(page, "done")
    found = members(download(page, "Download Study ZIP")[1])
    results = [read(data) for data in images(found).values()]
    said = sorted(str(one.get("SeriesDescription", "")) for one in results)
    assert said == ["", "", "My axial", "My axial"]
    assert b"My axial" in found["DICOMDIR"]
    assert not any(b"Doe" in data for data in found.values())


def test_decisions_made_under_other_ids_are_not_lost_in_silence(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    extra = [(0x0008103E, "LO", "Axial")]
    folder = write(tmp_path, {"a": Study(extra=extra).image(1, 8)})
    page.set_input_files("#pick-folder", folder)
    page.get_by_role("button", name="Review descriptions").click()
    dialog = page.get_by_role("dialog", name="Metadata Review")
    dialog.get_by_role("button", name="Use these descriptions").click()
    expect(dialog).to_be_hidden()
    page.get_by_label("New IDs").select_option("Public")
    process(page)
    state(page, "failed")
    expect(page.locator("#verdict")).to_contain_text("Review them again")


def test_a_review_that_cannot_be_made_says_why(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    page.get_by_label("New IDs").select_option("From a project passphrase")
    page.set_input_files("#pick-folder", write(tmp_path / "a", {"a": Study().image()}))
    button = page.get_by_role("button", name="Review descriptions")
    button.click()
    expect(page.get_by_text("Give the project passphrase")).to_be_visible()
    expect(button).to_be_focused()
    page.get_by_label("New IDs").select_option("New for this run")
    page.set_input_files("#pick-folder", write(tmp_path / "b", {"b": b"no DICOM"}))
    expect(page.get_by_text("Give the project passphrase")).to_be_hidden()
    button.click()
    expect(page.get_by_text("There is nothing to review")).to_be_visible()
