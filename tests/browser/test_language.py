"""The page in other languages: all of it, at once, and nothing is lost by changing."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from playwright.sync_api import BrowserContext, Page, expect
from steps import download, images, members, state, write
from web import DIST

pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}

TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const texts = []
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode
    // of a run that is over nothing is said there
    if (!parentElement.closest('#progress[hidden]')) texts.push(data)
  }
  for (const element of document.querySelectorAll('*')) {
    for (const name of ['aria-label', 'placeholder', 'title']) {
      texts.push(element.getAttribute(name) ?? '')
    }
  }
  return texts.map((text) => text.trim()).filter(Boolean)
}"""
"""All that the page says, hidden or not."""


@pytest.fixture(scope="module")
def browser_context_args(browser_context_args: dict) -> dict:
    """Let the browser keep the app."""
    return {**browser_context_args, "service_workers": "allow"}


def words(language: str) -> dict[str, str]:
    return json.loads((DIST / "js" / "words" / f"{language}.json").read_text("utf-8"))


def left_in_english(page: Page, language: str) -> set[str]:
    """Find what the page says of which there are other words in `language`."""
    other = words(language)
    patterns = [
        re.sub(r"\\{\w+\\}", ".+", re.escape(text))
        for key, text in words("en").items()
        if text != other[key]
        and len(re.findall(r"[a-z]+", re.sub(r"{\w+}", "", text), re.I)) > 1
    ]
    english = re.compile("|".join(patterns))
    known = set(other.values())
    said = page.evaluate(TEXTS)
    return {text for text in said if english.fullmatch(text) and text not in known}


def speak(page: Page, language: str) -> None:
    page.locator("#choice-language").select_option(language)
    expect(page.locator("html")).to_have_attribute("lang", language)


def mixed(folder: Path) -> Path:
    """Make two instances and a file that is none."""
    files = {str(number): Study().image(number, size=16) for number in range(2)}
    return write(folder, {**files, "text": b"no DICOM at all"})


def run(page: Page, folder: Path) -> None:
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    page.locator("#process").click()
    state(page, "done")


def test_all_that_is_said_changes_at_once_and_back(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download")
    run(page, mixed(tmp_path))
    page.get_by_role("button", name="Reset", exact=True).click()
    page.locator("#requests", has_text="request").wait_for()
    # choosing a language may be a request more
    said = "document.body.innerText.replace(/\\d+ requests?/, '')"
    before = page.evaluate(said)

    speak(page, "de")
    assert left_in_english(page, "de") == set()
    expect(page.get_by_role("button", name="DICOM verarbeiten")).to_be_enabled()
    expect(page.locator("#summary")).to_contain_text("3 Dateien · ")
    expect(page.locator("#verdict")).to_have_text(
        re.compile(r"^2 Instanzen in \d+,\d s de-identifiziert · 1 nicht geschrieben$")
    )
    expect(page.get_by_role("region", name="Fehler")).to_contain_text(
        "1 Datei kein DICOM"
    )
    expect(page.locator("#options-said")).to_have_text(
        words("de")["options.reset.done"]
    )
    speak(page, "en")
    assert page.evaluate(said) == before

    speak(page, "de")
    page.get_by_role("button", name="DICOM verarbeiten").click()
    state(page, "done")
    expect(page.locator("#verdict")).to_contain_text("2 Instanzen")


@pytest.mark.browser_context_args(locale="de-AT")
def test_a_german_browser_opens_german_until_another_language_is_chosen(
    open_page: Callable[..., Page], context: BrowserContext
) -> None:
    page = open_page()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#title")).to_have_text(words("de")["intro.title"])
    expect(page.locator("#engines")).to_contain_text("Engine bereit")
    speak(page, "en")
    expect(page.locator("#offline")).to_have_text("works offline ✓")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("#engines[data-engines=ready]").wait_for()
    # words that were never spoken here are kept like all other files
    context.set_offline(offline=True)
    speak(page, "es")
    expect(page.locator("#title")).to_have_text(words("es")["intro.title"])
    assert left_in_english(page, "es") == set()


def test_what_the_engine_refuses_is_said_in_the_language_of_the_page(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("output=download&language=de&replacements=PatientSex%3DX%5CY")
    page.locator("#sample:enabled").click()
    state(page, "ready")
    page.get_by_role("button", name="DICOM verarbeiten").click()
    state(page, "failed")
    said = "replacements: PatientSex: muss 1 Werte haben, nicht 2"
    refused = page.locator("#verdict span")
    expect(refused).to_have_text(said)
    expect(refused).to_have_attribute("lang", "de")
    speak(page, "en")
    expect(refused).to_have_text("replacements: PatientSex: must have 1 values, not 2")


@pytest.mark.browser_context_args(locale="fr-CA")
def test_a_whole_run_in_french(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page()
    page.set_input_files("#pick-folder", mixed(tmp_path))
    state(page, "ready")
    page.get_by_text("Options de PS3.15").click()
    page.get_by_label("Retain UIDs").check()
    expect(page.locator("#profile-summary")).to_have_text("Basic Profile + 1 option")
    page.get_by_role("button", name="Traiter DICOM").click()
    state(page, "done")
    _, data = download(page, words("fr")["results.download.study"])
    assert len(images(members(data))) == 2
    expect(page.locator("#verdict")).to_have_text(
        re.compile(r"^2 instances dé-identifiées en \d+,\d s · 1 non écrit$")
    )
    page.get_by_role("button", name="Détails").click()
    dialog = page.get_by_role("dialog", name="Non écrits")
    dialog.get_by_text("1 fichier pas du DICOM").click()
    expect(dialog.get_by_text(words("fr")["problem.not-dicom.advice"])).to_be_visible()
    assert left_in_english(page, "fr") == set()
    dialog.get_by_role("button", name="Fermer").click()
    page.get_by_role("button", name="Examiner", exact=True).click()
    inspect = page.get_by_role("dialog", name="Examiner")
    verdicts = []
    for number in (1, 2, 3):
        inspect.get_by_label("Instance", exact=True).fill(str(number))
        page.keyboard.press("Tab")
        expect(inspect.locator("#inspect-content")).to_have_attribute(
            "aria-busy", "false"
        )
        verdicts.append(inspect.locator("#inspect-verdict").inner_text())
        assert left_in_english(page, "fr") == set()
    unreadable = "Lecture impossible\xa0: pas du DICOM"
    assert sorted(verdicts) == [unreadable, *2 * ["Serait dé-identifiée"]]


@pytest.mark.browser_context_args(viewport=NARROW)
def test_every_language_fits_a_narrow_screen(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    run(page, mixed(tmp_path))
    for fold in page.locator("details.fold > summary").all():
        fold.click()
    for language in ("de", "fr", "es"):
        speak(page, language)
        for layout in ("portrait", "dashboard", "dashboard-v2", "tabbed"):
            page.locator("#choice-layout").select_option(layout)
            for tab in ("configuration", "results"):
                if layout == "tabbed":
                    page.locator(f"#tab-{tab}").click()
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= NARROW["width"], (language, layout, tab)
