"""The manual: all that there is stands in it, nothing leads nowhere, nothing leads away."""

import argparse
import csv
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from web import DIST, Site, Watch

from cordon.arguments import parser
from cordon.rules.table import rules_under
from cordon.settings import Settings, schema

ROOT = DIST.parent
MANUAL = DIST / "manual"
WORDS = json.loads((ROOT / "js/words/en.json").read_text())
VOID = {"img", "input", "link", "meta", "br"}
PAGES = sorted(MANUAL.glob("*.html"))


class Reader(HTMLParser):
    """Sees that what is opened is closed, and keeps what matters of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.rows: dict[str, list[str]] = {}
        self._row = ""
        self.feed(path.read_text("utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        given = dict(attributes)
        assert len(given) == len(attributes), f"<{tag}> says something twice"
        if tag not in VOID:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        self.addresses += [one for key in ("href", "src") if (one := given.get(key))]
        if tag == "img":
            self.images.append(given)
        if tag == "tr":
            self._row = given.get("id") or ""
            self.rows[self._row] = []
        if tag in ("td", "th"):
            self.rows[self._row].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[self._row][-1] += data


@pytest.fixture(scope="module")
def browser_context_args(browser_context_args: dict) -> dict:
    """Let the browser keep the app."""
    return {**browser_context_args, "service_workers": "allow"}


def text(name: str) -> str:
    return (MANUAL / f"{name}.html").read_text("utf-8")


def plain(name: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text(name))).split())


def table(name: str) -> Iterator[dict[str, str]]:
    lines = (ROOT / "py/cordon/rules/tables" / name).read_text("utf-8").splitlines()
    return csv.DictReader(line for line in lines if not line.startswith("#"))


# ------------------------------------------------------------------ it is complete


def test_every_setting_is_told_with_its_values_and_default() -> None:
    page = json.loads((ROOT / "js/settings/page.schema.json").read_text())
    sections = re.findall(
        r'<section class="setting">.*?</section>', text("options"), re.DOTALL
    )
    told = {
        match[1]: section
        for section in sections
        if (match := re.search(r'<h3 id="(\w+)">', section))
    }
    for key, rule in (schema()["properties"] | page["properties"]).items():
        assert f"<code>{key}</code>" in told[key]
        for value in rule.get("enum", ()):
            spelled = f"<code>{str(value).lower()}</code>"
            assert spelled in told[key], (key, value)
            ends = re.search(re.escape(spelled) + r"[^<]*<b>\(default\)", told[key])
            assert bool(ends) == (value == rule["default"]), (key, value)
        for part in ("title", "help", "cost", "code"):
            if f"{key}.{part}" in WORDS:
                assert WORDS[f"{key}.{part}"] in unescape(told[key])


def test_every_message_is_told_with_what_to_do() -> None:
    said = plain("errors")
    rows = Reader(MANUAL / "errors.html").rows
    for key, word in WORDS.items():
        kind, _, code = key.partition(".")
        if kind in ("problem", "failure", "note"):
            assert word[1:] in said, key
            assert f"{kind}-{code.removesuffix('.advice')}" in rows, key


def test_every_attribute_is_told_as_the_engine_obeys_it() -> None:
    rows = Reader(MANUAL / "attributes.html").rows
    told = {name: cells for name, cells in rows.items() if name.startswith("a")}
    basic = rules_under(Settings())
    count = 0
    for name in ("profile.csv", "additions.csv"):
        for row in table(name):
            cells = told[f"a{row['tag']}"]
            assert len(cells) == 13
            assert cells[0] == f"{row['tag'][:4]},{row['tag'][4:]}"
            assert row["keyword"] in cells[1]
            code = cells[2].split(" ")[0]
            if row["keyword"] and "x" not in row["tag"]:
                rule = basic[int(row["tag"], 16)]
                assert code == (rule.code if rule else "K")
            if code != row["basic"] or name == "additions.csv":
                listed = row["basic"] if name == "profile.csv" else "none"
                assert f"(table: {listed})" in cells[2]
            count += 1
    assert count == len(told) == 674


def test_the_columns_of_the_attributes_are_those_of_the_table() -> None:
    heads = {
        "Gra": "clean_graphics",
        "Str": "clean_structured_content",
        "Des": "clean_descriptors",
        "Full": "retain_longitudinal_full",
        "Mod": "retain_longitudinal_modified",
        "Pat": "retain_patient_characteristics",
        "Dev": "retain_device_identity",
        "UIDs": "retain_uids",
        "Priv": "retain_safe_private",
        "Inst": "retain_institution_identity",
    }
    shown = re.findall(r"<abbr[^>]*>(\w+)</abbr>", text("attributes"))
    assert shown == list(heads)
    rows = Reader(MANUAL / "attributes.html").rows
    for row in table("profile.csv"):
        cells = dict(zip(shown, rows[f"a{row['tag']}"][3:], strict=True))
        for head, column in heads.items():
            if row[column]:
                assert cells[head], (row["tag"], head)


def test_every_preset_says_what_it_sets() -> None:
    presets = json.loads((ROOT / "js/settings/presets.json").read_text())
    rows = {
        cells[0]: cells[1:]
        for cells in re.findall(
            r"<th scope=\"row\"><a href=\"options.html#(\w+)\">.*?</th>"
            r"<td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>",
            text("index"),
        )
    }
    assert set(rows) == {key for one in presets.values() for key in one}
    for number, preset in enumerate(presets.values()):
        for key, cells in rows.items():
            value = preset.get(key)
            if isinstance(value, str):
                assert unescape(cells[number]) == WORDS[f"{key}.{value}"]
            else:
                assert cells[number] == ("yes" if value else "no")


def test_every_argument_of_the_command_is_told() -> None:
    told = plain("command")
    for action in parser()._actions:
        if action.help != argparse.SUPPRESS:
            assert " ".join((action.help or "").split()) in told
            for flag in action.option_strings:
                assert flag in told


def test_every_word_and_part_has_been_filled_in() -> None:
    for path in PAGES:
        assert re.findall(r"\{\{|\}\}|\[\[|\]\]", path.read_text("utf-8")) == [], path


# ------------------------------------------------------------------- it is sound


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_well_formed_and_leads_nowhere_else(path: Path) -> None:
    page = Reader(path)
    assert len(page.ids) == len(set(page.ids))
    for address in page.addresses:
        assert not re.match(r"[a-z]+:|/", address, re.IGNORECASE), address
        name, _, place = address.partition("#")
        target = (MANUAL / name).resolve() if name else path
        assert target.is_relative_to(DIST)
        assert target.is_file(), address
        if place:
            assert place in Reader(target).ids, address
    for image in page.images:
        assert image["width"]
        assert image["height"]
        assert "alt" in image


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_has_the_policy_of_the_app_and_lets_nothing_inline(path: Path) -> None:
    found = re.compile(r'Policy"\s+content="([^"]*)"')
    ours = found.search((DIST / "index.html").read_text())
    theirs = found.search(path.read_text("utf-8"))
    assert ours
    assert theirs
    assert ours[1] == theirs[1]
    assert not re.search(r"<style|\sstyle=|\son\w+=", path.read_text("utf-8"))


def test_pictures_are_small_and_all_are_shown() -> None:
    pictures = {
        path.name: path.stat().st_size for path in (MANUAL / "pictures").iterdir()
    }
    shown = {f"{image['src']}" for path in PAGES for image in Reader(path).images}
    assert {f"pictures/{name}" for name in pictures} == shown - {"../css/icon.svg"}
    assert max(pictures.values()) < 64_000
    assert sum(pictures.values()) < 600_000


def test_the_app_leads_to_the_manual() -> None:
    link = re.search(
        r'href="([^"]+)"[^>]*data-text="help.manual"',
        (DIST / "index.html").read_text(),
    )
    assert link
    assert (DIST / link[1]).is_file()


def test_the_search_leads_to_places_that_there_are() -> None:
    ids = {path.name: set(Reader(path).ids) for path in PAGES}
    index = json.loads((MANUAL / "index.json").read_text("utf-8"))
    assert len(index) > 750
    for address, title, _ in index:
        page, _, place = address.partition("#")
        assert place in ids[page], address
        assert title


# ---------------------------------------------------------------- in the browser


@pytest.mark.browser
def test_it_opens_from_the_app_without_a_network_and_finds_attributes(
    open_page: Callable[..., Page], context: BrowserContext, site: Site
) -> None:
    page = open_page()
    expect(page.locator("#offline")).to_contain_text("offline", timeout=60_000)
    context.set_offline(offline=True)
    page.get_by_role("button", name="Help").click()
    with context.expect_page() as opened:
        page.get_by_role("link", name="Open the manual").click()
    manual = opened.value
    watch = Watch(manual)
    search = manual.get_by_label("Search the manual")
    for query in ("PatientName", "0010,0010", "(0010,0010)"):
        search.fill(query)
        link = manual.get_by_role("link", name="PatientName (0010,0010)")
        expect(link).to_be_visible()
    search.press("Enter")
    manual.wait_for_url(f"{site.url}manual/attributes.html#a00100010")
    expect(
        manual.get_by_role("row", name="Patient's Name PatientName")
    ).to_be_in_viewport()
    search.fill("xyzzy")
    expect(manual.get_by_text("0 results")).to_be_visible()
    assert watch.said == []


@pytest.mark.browser
def test_the_table_of_attributes_is_filtered(page: Page, site: Site) -> None:
    page.goto(f"{site.url}manual/attributes.html")
    page.get_by_label("Show attributes with").fill("station ae title")
    expect(page.get_by_text("3 of 674 rows")).to_be_visible()
    expect(page.get_by_role("row", name="PerformedStationAETitle")).to_be_visible()
    expect(page.get_by_role("row", name="PatientName")).to_have_count(0)
    page.get_by_label("Show attributes with").fill("")
    expect(page.get_by_text("674 of 674 rows")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", [path.stem for path in PAGES])
def test_no_page_is_wider_than_the_screen(
    page: Page, site: Site, name: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}manual/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") == width
