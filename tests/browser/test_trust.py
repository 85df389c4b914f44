"""What users have to be able to trust: silence, errors that tell nothing, recovery."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import LE, Study, file
from oracle import read
from playwright.sync_api import BrowserContext, Locator, Page, expect
from steps import (
    STUBBED_FOLDER,
    STUBBED_PICKER,
    chooser_at,
    details,
    download,
    engines,
    images,
    members,
    mixed,
    outcome,
    process,
    state,
    study,
    write,
)
from tour import HOLDING, hold
from web import DIST, Site, Watch

pytestmark = pytest.mark.browser

CANARY = "KANARIENVOGEL"


def canaries() -> bytes:
    """Make an instance with a canary wherever text may stand."""
    study_ = Study(
        patient_id=f"{CANARY}1",
        patient_name=f"{CANARY}^JANE",
        extra=[
            (0x00080080, "LO", f"{CANARY} HOSPITAL"),
            (0x00090010, "LO", CANARY),
            (0x00091001, "LT", f"{CANARY} PRIVATE"),
            (0x00400275, "SQ", [[(0x00400007, "LO", f"{CANARY} NESTED")]]),
            (0x00080999, "LO", f"{CANARY} UNKNOWN"),
        ],
    )
    return file(
        study_.elements(),
        preamble=CANARY.encode().ljust(128, b"\0"),
        meta=[(0x00020016, "AE", CANARY)],
    )


SILENT = "0 requests since load"


@pytest.mark.parametrize(
    "query",
    [
        "output=download",
        "output=zip",
        "output=folder",
        "output=storage",
        "output=download&codec=software",
        "output=download&codec=software&zip_workers=true",
        "output=storage&codec=native&zip_workers=true",
    ],
)
def test_once_loaded_the_page_works_without_any_network(
    query: str,
    page: Page,
    open_page: Callable[..., Page],
    context: BrowserContext,
    watch: Watch,
    tmp_path: Path,
) -> None:
    page.add_init_script(STUBBED_PICKER + STUBBED_FOLDER)
    open_page(f"{query}&workers=1")
    expect(page.locator("#requests")).to_have_text(SILENT)
    context.set_offline(offline=True)
    loaded = len(watch.asked)
    folder = write(tmp_path, {f"{n}": Study().image(n, size=16) for n in range(10)})
    for _ in range(2):
        outcome(page, folder)
        if query == "output=folder":
            # it may not be the same one twice
            break
    assert [url for url in watch.asked[loaded:] if not url.startswith("blob:")] == []
    expect(page.locator("#requests")).to_have_text(SILENT)


def test_a_check_without_a_network_says_so(
    page: Page, open_page: Callable[..., Page], watch: Watch
) -> None:
    open_page()
    page.route("**/manifest.json", lambda route: route.abort())
    page.get_by_role("button", name="Verify this page").click()
    expect(page.locator("#verified")).to_contain_text("Not compared")
    watch.said.clear()


def test_after_cancel_the_next_run_needs_no_network(
    open_page: Callable[..., Page], context: BrowserContext, tmp_path: Path
) -> None:
    page = open_page("output=storage&workers=1")
    expect(page.locator("#requests")).to_have_text(SILENT)
    context.set_offline(offline=True)
    one = Study()
    many = write(
        tmp_path / "many", {f"{n}": one.image(n, size=256) for n in range(300)}
    )
    page.set_input_files("#pick-folder", many)
    state(page, "ready")
    process(page)
    page.get_by_role("button", name="Cancel").click()
    state(page, "ready")
    few = write(tmp_path / "few", {f"{n}": one.image(n, size=8) for n in range(5)})
    assert len(study(page, few)) == 5
    expect(page.locator("#requests")).to_have_text(SILENT)


def test_the_policy_allows_no_other_place(open_page: Callable[..., Page]) -> None:
    page = open_page()
    policy = page.locator("meta[http-equiv=Content-Security-Policy]")
    content = policy.get_attribute("content") or ""
    assert content.startswith(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"
    )
    assert "http" not in content
    assert "unsafe-inline" not in content


def test_requests_of_other_pages_are_not_counted(
    open_page: Callable[..., Page], context: BrowserContext
) -> None:
    page = open_page("workers=1")
    told = page.locator("#requests")
    expect(told).to_have_text("0 requests since load")
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator("#requests")).to_have_text(
        "0 requests since load", timeout=60_000
    )
    expect(told).to_have_text("0 requests since load")


def test_requests_of_engines_that_start_anew_are_counted_and_explained(
    open_page: Callable[..., Page], page: Page, watch: Watch, tmp_path: Path
) -> None:
    page.add_init_script(HOLDING)
    open_page("output=download&workers=1")
    told = page.locator("#requests")
    expect(told).to_have_text("0 requests since load")
    asked = len(watch.asked)
    page.set_input_files("#pick-folder", mixed(tmp_path))
    state(page, "ready")
    hold(page, 1)
    process(page)
    expect(page.locator("#progress-files")).to_contain_text("1 /")
    page.get_by_role("button", name="Cancel").click()
    state(page, "ready")
    expect(page.locator("#engines")).to_have_attribute("data-engines", "booting")
    expect(page.locator("#engines")).to_have_attribute("data-engines", "ready")
    made = len(watch.asked) - asked
    assert made > 4
    why = "(engines were started anew)"
    expect(told).to_have_text(f"{made} requests since load {why}")


def test_no_canary_sings_anywhere(
    open_page: Callable[..., Page], watch: Watch, tmp_path: Path
) -> None:
    page = open_page()
    whole = canaries()
    folder = write(
        tmp_path / CANARY,
        {
            f"{CANARY}/whole": whole,
            f"{CANARY}/cut {CANARY}": whole[:-20],
            f"{CANARY}/text {CANARY}": CANARY.encode() * 99,
            f"{CANARY}/deep": file(
                [LE.head(0x00081115, "SQ", 8) + CANARY[:8].encode()]
            ),
        },
    )
    page.set_input_files("#pick-folder", folder)
    process(page)
    state(page, "done")
    _, data = download(page, "Download Study ZIP")
    assert CANARY.encode() not in data
    for name, result in members(data).items():
        assert CANARY not in name
        assert CANARY.encode() not in result
    errors = details(page)
    assert CANARY not in page.content()
    assert not [text for text in watch.said if CANARY in text]

    errors.get_by_label("Show file names on this screen").check()
    expect(errors.get_by_text(f"cut {CANARY}")).to_be_visible()
    page.keyboard.press("Escape")
    # a browser tells of closing a little later
    expect(page.get_by_text(CANARY)).to_have_count(0)
    assert CANARY not in page.content()


def test_each_problem_has_a_code_and_a_place_and_costs_one_file(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    image = Study().image(size=8)
    folder = write(
        tmp_path,
        {
            "good": image,
            "cut": image[:-7],
            "text": b"no DICOM at all",
            "empty": b"",
            "bad": file([LE.head(0x00081115, "SQ", 8) + b"no items"]),
        },
    )
    assert len(study(page, folder)) == 1
    errors = details(page)
    expect(errors.locator("tbody tr")).to_have_count(4)
    expect(
        errors.get_by_role("row", name=f"truncated {len(image) - 7}")
    ).to_be_visible()
    expect(errors.get_by_role("row", name=re.compile(r"malformed \d+"))).to_be_visible()
    expect(errors.get_by_role("row", name="not-dicom 0")).to_have_count(2)


def test_nothing_written_is_a_failure_and_says_so(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    page.set_input_files("#pick-folder", write(tmp_path, {"a": b"no", "b": b"neither"}))
    process(page)
    state(page, "failed")
    expect(page.get_by_text("Nothing was de-identified")).to_be_visible()
    expect(page.get_by_role("button", name="Download Study ZIP")).to_be_hidden()


def test_cancel_stops_at_once_and_the_next_run_is_whole(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("output=download&workers=1")
    series = Study()
    many = write(
        tmp_path / "many", {f"{n}": series.image(n, size=512) for n in range(400)}
    )
    page.set_input_files("#pick-folder", many)
    state(page, "ready")
    process(page)
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("html")).to_have_attribute("data-state", "ready", timeout=1000)
    expect(page.get_by_role("button", name="Download Study ZIP")).to_be_hidden()
    few = write(tmp_path / "few", {f"{n}": series.image(n, size=8) for n in range(5)})
    assert len(study(page, few)) == 5


def test_an_engine_that_dies_is_replaced_and_its_file_done_again(
    open_page: Callable[..., Page], watch: Watch, tmp_path: Path
) -> None:
    page = open_page("output=download&workers=2")
    series = Study()
    folder = write(tmp_path, {f"{n}": series.image(n, size=256) for n in range(300)})
    page.set_input_files("#pick-folder", folder)
    state(page, "ready")
    victims = engines(page)
    assert len(victims) == 2
    process(page)
    for victim in victims:
        victim.evaluate("self.close()")
    state(page, "done")
    _, data = download(page, "Download Study ZIP")
    numbers = sorted(read(one).InstanceNumber for one in images(members(data)).values())
    assert numbers == list(range(300))
    assert len(engines(page)) == 2
    lost = [re.sub(r"^ *[\d.]+ ", "", text) for text in watch.said]
    assert sorted(lost) == ["warn  engine-lost engine=1", "warn  engine-lost engine=2"]
    watch.said.clear()


def test_a_file_that_breaks_every_engine_costs_only_itself(
    page: Page, site: Site, tmp_path: Path
) -> None:
    engine = (DIST / "workers/engine.js").read_text()
    poison = "if (request.file.size === 13) throw new RangeError('of a value')\n"
    spot = "return plan("
    assert engine.count(spot) == 1
    site.replaced["/workers/engine.js"] = engine.replace(spot, poison + spot).encode()
    page.set_default_timeout(60_000)
    page.goto(f"{site.url}?output=download&workers=2")
    files = {f"{n}": Study().image(n, size=16) for n in range(20)}
    folder = write(tmp_path, {**files, "poison": b"thirteen byte"})
    assert len(study(page, folder)) == 20
    errors = details(page)
    expect(errors.get_by_role("row", name="RangeError engine")).to_be_visible()
    assert "of a value" not in page.content()
    expect(page.locator("#engines")).to_have_text("Engine ready · 2 workers")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus, which must be within reason."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    expect(target).to_be_focused()


def test_all_is_done_from_the_keyboard(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    tab_to(page, page.get_by_label("Study (folder)"))
    tab_to(page, page.get_by_label("Choose folder"))
    chooser = chooser_at(page, "Enter")
    chooser.set_files(write(tmp_path, {"a": Study().image(size=8)}))
    state(page, "ready")
    tab_to(page, page.get_by_role("radio", name="Strict"))
    tab_to(page, page.get_by_label("New IDs"))
    tab_to(page, page.get_by_role("button", name="Process DICOM"))
    page.keyboard.press("Enter")
    state(page, "done")
    with page.expect_download():
        page.get_by_role("button", name="Download Study ZIP").press("Space")


def test_the_page_contract_holds(open_page: Callable[..., Page]) -> None:
    page = open_page()
    expect(page.get_by_role("radio", name="Single DICOM file")).to_be_visible()
    expect(page.get_by_role("radio", name="Study (folder)")).to_be_checked()
    expect(page.locator("input#pick-file[type=file]")).to_be_attached()
    expect(
        page.locator("input#pick-folder[type=file][webkitdirectory]")
    ).to_be_attached()
    expect(page.locator("[role=progressbar]")).to_have_count(1)
    expect(page.get_by_role("button", name="Process DICOM")).to_be_disabled()
    state(page, "idle")
