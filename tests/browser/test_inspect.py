"""Looking at an instance before anything is written, as a person does it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study, file
from playwright.sync_api import Locator, Page, expect
from pydicom.data import get_testdata_file
from steps import download, members, process, state, write

pytestmark = pytest.mark.browser

CANARY = "Zanzibarbuckle"
EXTRA = [
    (0x00081048, "PN", CANARY),
    (0x00400275, "SQ", [[(0x00400007, "LO", "Chest for Jane")]]),
]


@pytest.fixture
def inspect(open_page: Callable[..., Page], tmp_path: Path) -> Callable[..., Locator]:
    """Open the dialog on the first of some files."""

    def opened(files: dict[str, bytes], query: str = "workers=1") -> Locator:
        page = open_page(f"output=download&{query}")
        write(tmp_path, files)
        page.set_input_files("#pick-file", [tmp_path / name for name in files])
        state(page, "ready")
        page.get_by_role("button", name="Inspect").click()
        dialog = page.get_by_role("dialog", name="Inspect")
        expect(dialog.get_by_role("status").first).not_to_have_text("")
        expect(dialog.locator("[aria-busy=false]")).to_be_attached(timeout=30_000)
        return dialog

    return opened


def line(dialog: Locator, text: str) -> Locator:
    return dialog.get_by_role("row").filter(has_text=text)


def test_original_and_result_stand_side_by_side_with_the_reason(
    inspect: Callable[..., Locator],
) -> None:
    dialog = inspect({"a": Study(extra=EXTRA).image(size=32)})
    expect(dialog.get_by_text("Would be de-identified")).to_be_visible()
    name = line(dialog, "0010,0010")
    expect(name).to_contain_text("Doe^Jane")
    expect(name).to_contain_text(re.compile(r"P-[0-9A-Z]{14}"))
    expect(name).to_contain_text("D replaced")
    expect(name).to_contain_text("E.1-1")
    name.click()
    detail = dialog.get_by_role("region", name="Selected data element")
    expect(detail).to_contain_text("Its row in Table E.1-1 of PS3.15 says D.")
    expect(line(dialog, "0018,0050")).to_have_count(0)
    dialog.get_by_label("Only changes").uncheck()
    expect(line(dialog, "0018,0050")).to_contain_text("K kept")


def test_the_reason_names_the_option_that_decided(
    inspect: Callable[..., Locator],
) -> None:
    dialog = inspect({"a": Study().image(size=8)}, "retain_uids=true")
    dialog.get_by_label("Only changes").uncheck()
    expect(line(dialog, "0020,000D")).to_contain_text("Retain UIDs")
    line(dialog, "0020,000D").click()
    expect(dialog.get_by_text("Option Retain UIDs.")).to_be_visible()


def test_a_replacement_is_previewed(inspect: Callable[..., Locator]) -> None:
    query = "replacements=StudyDescription%3DTrial%207&allow_deviation=true"
    dialog = inspect({"a": Study().image(size=8)}, query)
    expect(line(dialog, "0008,1030")).to_contain_text("Trial 7")
    expect(line(dialog, "0008,1030")).to_contain_text("Replacement")


def test_the_list_is_searched_and_walked_through_by_keyboard(
    inspect: Callable[..., Locator],
) -> None:
    dialog = inspect({"a": Study(extra=EXTRA).image(size=8)})
    dialog.get_by_role("searchbox").fill("request attributes")
    expect(dialog.locator("#inspect-rows tr")).to_have_count(1)
    dialog.get_by_role("searchbox").fill("")
    line(dialog, "0040,0275").click()
    page = dialog.page
    expect(line(dialog, "0040,0007")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(line(dialog, "0040,0007")).to_contain_text("Chest for Jane")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(line(dialog, "0040,0007")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(line(dialog, "0040,0007")).to_have_count(0)
    page.keyboard.press("Home")
    expect(dialog.locator("#inspect-rows tr").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Inspect")).to_be_focused()


def test_any_instance_can_be_chosen_and_one_that_is_cut_short_says_so(
    inspect: Callable[..., Locator],
) -> None:
    whole = Study().image(size=8)
    dialog = inspect({"a": whole, "b": whole[:-40], "c": b"no DICOM at all"})
    expect(dialog.get_by_role("button", name="Previous instance")).to_be_disabled()
    dialog.get_by_role("button", name="Next instance").click()
    expect(dialog.get_by_text("Cannot be read: cut short")).to_be_visible()
    expect(dialog.get_by_text(re.compile(r"truncated at byte \d"))).to_be_visible()
    dialog.get_by_label("Instance", exact=True).fill("3")
    dialog.get_by_label("Instance", exact=True).press("Enter")
    expect(dialog.get_by_text("Cannot be read: not DICOM")).to_be_visible()
    expect(dialog.get_by_role("button", name="Next instance")).to_be_disabled()
    previous = dialog.get_by_role("button", name="Previous instance")
    previous.click()
    previous.click()
    expect(dialog.get_by_text("Would be de-identified")).to_be_visible()
    expect(previous).to_be_disabled()
    expect(previous).to_be_focused()
    previous.press("Enter")
    expect(dialog.get_by_label("Instance", exact=True)).to_have_value("1")
    expect(line(dialog, "0010,0010")).to_be_visible()


def test_an_instance_that_is_held_back_is_shown_with_the_place(
    inspect: Callable[..., Locator],
) -> None:
    extra = [(0x00181020, "LO", "made for Quux")]
    study = Study(patient_name="Quux^Zebedee", extra=extra)
    dialog = inspect({"a": study.image(size=8)})
    expect(dialog.get_by_text("Would not be written: held back")).to_be_visible()
    expect(dialog.get_by_text("(0018,1020)")).to_be_visible()
    line(dialog, "0018,1020").click()
    detail = dialog.get_by_role("region", name="Selected data element")
    expect(detail).to_contain_text("a part of the name may remain")


# --------------------------------------------------------------------- the image


def shades(dialog: Locator) -> list[int]:
    """Read the red of each pixel on the canvas."""
    shown: list[int] = dialog.page.evaluate("""() => {
      const canvas = document.querySelector('#preview-image')
      const { width, height } = canvas
      const copy = new OffscreenCanvas(width, height)
      const context = copy.getContext('2d', { willReadFrequently: true })
      context.drawImage(canvas, 0, 0)
      const { data } = context.getImageData(0, 0, width, height)
      return [...data].filter((_, index) => index % 4 === 0)
    }""")
    return shown


def test_window_and_level_follow_drag_and_keys(inspect: Callable[..., Locator]) -> None:
    dialog = inspect({"a": Study().image(size=64)})
    canvas = dialog.get_by_role("img", name="First frame")
    expect(canvas).to_be_visible()
    values = [(x * y) & 0xFFF for x in range(64) for y in range(64)]
    top = max(values)
    first = shades(dialog)
    assert (
        max(
            abs(one - 255 * value / top)
            for one, value in zip(first, values, strict=True)
        )
        < 2
    )
    box = canvas.bounding_box()
    assert box is not None
    mouse = dialog.page.mouse
    mouse.move(box["x"] + 100, box["y"] + 100)
    mouse.down()
    mouse.move(box["x"] + 20, box["y"] + 160, steps=5)
    mouse.up()
    dragged = shades(dialog)
    assert dragged != first
    dialog.get_by_role("slider", name="Level").press("ArrowRight")
    dialog.get_by_role("slider", name="Window").press("PageDown")
    assert shades(dialog) != dragged
    dialog.get_by_role("button", name="Reset").click()
    assert shades(dialog) == first


def test_monochrome1_is_shown_inverted(inspect: Callable[..., Locator]) -> None:
    elements = [
        (0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"),
        (0x00080018, "UI", "1.2.3"),
        (0x00280002, "US", b"\1\0"),
        (0x00280004, "CS", "MONOCHROME1"),
        (0x00280010, "US", b"\1\0"),
        (0x00280011, "US", b"\2\0"),
        (0x00280100, "US", b"\x08\0"),
        (0x00280101, "US", b"\x08\0"),
        (0x00280102, "US", b"\x07\0"),
        (0x00280103, "US", b"\0\0"),
        (0x7FE00010, "OB", b"\x00\xff"),
    ]
    dialog = inspect({"a": file(elements)})
    expect(dialog.get_by_role("img", name="First frame")).to_be_visible()
    assert shades(dialog) == [255, 0]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("SC_rgb_jpeg_dcmtk.dcm", True),
        ("SC_rgb_small_odd.dcm", True),
        ("JPEG2000.dcm", False),
    ],
)
def test_the_browser_draws_what_it_can_and_says_so_of_the_rest(
    inspect: Callable[..., Locator], name: str, shown: bool
) -> None:
    path = get_testdata_file(name)
    assert isinstance(path, str)
    dialog = inspect({"a": Path(path).read_bytes()})
    image = dialog.get_by_role("img", name="First frame")
    told = dialog.get_by_text("compressed in a way that browsers cannot show")
    expect(image if shown else told).to_be_visible()
    expect(told if shown else image).to_be_hidden()


# ------------------------------------------------------- what it must and must not do


def test_ten_thousand_data_elements_stay_responsive(
    inspect: Callable[..., Locator],
) -> None:
    many = [((0x1009 + 2 * (n // 200)) << 16 | 0x1000 + n % 200, "LO", f"v{n}")
            for n in range(10000)]  # fmt: skip
    dialog = inspect({"a": Study(extra=many).image(size=8)})
    box = dialog.get_by_role("searchbox")
    box.fill("v9999")
    expect(line(dialog, "v9999")).to_be_visible(timeout=2000)
    box.fill("")
    expect(dialog.locator("#inspect-rows tr").first).to_be_visible(timeout=2000)
    assert dialog.locator("#inspect-rows tr").count() < 1000
    dialog.locator("#inspect-rows tr").first.click()
    dialog.page.keyboard.press("End")
    expect(dialog.locator("#inspect-rows tr").last).to_be_focused(timeout=5000)


def test_nothing_of_what_was_shown_is_left_anywhere(
    inspect: Callable[..., Locator],
) -> None:
    dialog = inspect({"a": Study(extra=EXTRA).image(size=8)})
    page = dialog.page
    expect(line(dialog, CANARY)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # a browser tells of closing a little later
    expect(page.locator("#inspect")).not_to_contain_text(CANARY)
    assert CANARY not in page.content()
    page.get_by_label("Study (folder)").check()
    process(page)
    state(page, "done")
    _, data = download(page, "Download Study ZIP")
    for name, member in members(data).items():
        assert CANARY not in name
        assert CANARY.encode() not in member
    assert CANARY not in page.content()
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert CANARY not in stored


REFUSING = """
const post = Worker.prototype.postMessage
Worker.prototype.postMessage = function (request, ...rest) {
  if (request?.type === 'inspect') {
    const data = { type: 'refused', setting: 'sweep', reason: 'is not to be followed' }
    this.dispatchEvent(new MessageEvent('message', { data }))
  } else {
    post.call(this, request, ...rest)
  }
}
"""
"""An engine that takes back what it agreed to."""


def test_what_the_engine_says_itself_is_marked_as_english(
    inspect: Callable[..., Locator], page: Page
) -> None:
    page.add_init_script(REFUSING)
    dialog = inspect({"a": Study().image(size=8)}, "language=en&workers=1")
    verdict = dialog.locator("#inspect-verdict")
    expect(verdict).to_have_text("sweep: is not to be followed")
    expect(verdict).to_have_attribute("lang", "en")
    page.keyboard.press("Escape")
    expect(page.locator("#inspect-verdict")).not_to_have_attribute("lang", "en")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_screen(
    inspect: Callable[..., Locator], scheme: str, width: int, page: Page
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    dialog = inspect({"a": Study(extra=EXTRA).image(size=64)})
    assert page.evaluate("""() => [...document.querySelectorAll('#inspect, #inspect-list')]
      .every((one) => one.scrollWidth <= one.clientWidth)""")
    expect(dialog.get_by_role("button", name="Close")).to_be_in_viewport()
    line(dialog, "0010,0010").click()
    expect(line(dialog, "0010,0010")).to_be_in_viewport()
    assert len(page.screenshot()) > 10_000
