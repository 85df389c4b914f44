"""What every browser must do alike: the page is driven in each, with what each lacks.

Chromium keeps results in its storage here, as a picker cannot be driven; Firefox does so
because it has no picker; its private windows and WebKitGTK have neither and make them in memory.
"""

import base64
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import bidi
import pytest
from builders import Study
from command import cordon, tree
from corpus import CT_SMALL
from drivers import Chromium, Driver, Firefox, MissingError, WebKit
from engine import deidentify
from steps import members, write
from web import Site

from cordon.rules.compile import compile_profile
from cordon.rules.keys import PUBLIC, derive_key
from cordon.settings import Settings

pytestmark = [
    pytest.mark.browsers,
    pytest.mark.browser,
    # Selenium uses what Selenium has deprecated
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
]

PATIENCE = 240
"""Seconds until something is given up on; a busy machine is slow."""

TAKING = """(() => {
  const make = URL.createObjectURL
  URL.createObjectURL = (blob) => {
    window.taken = { blob }
    return make.call(URL, blob)
  }
  HTMLAnchorElement.prototype.click = function () {
    window.taken.name = this.download
  }
})()"""
"""What is saved stays in the page, where a script can read it."""

TAKEN = """(async () => {
  document.querySelector('#download').click()
  const { blob, name } = window.taken
  const reader = new FileReader()
  await new Promise((done) => {
    reader.onload = done
    reader.readAsDataURL(blob)
  })
  return [name, reader.result.split(',')[1] ?? '']
})()"""

STORED = """(async () => {
  const names = []
  try {
    const root = await navigator.storage.getDirectory()
    const folder = await root.getDirectoryHandle('cordon-results')
    for await (const name of folder.keys()) {
      names.push(name)
    }
  } catch {}
  return names.filter((name) => name.endsWith('.zip')).length
})()"""

CANCELLED = """(async () => {
  const shown = document.querySelector('#progress-files')
  document.querySelector('#process').click()
  while (!/^[1-9]/.test(shown.textContent)) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  document.querySelector('#cancel').click()
})()"""

REASONS = {
    "zip": "cannot write to a file",
    "folder": "a folder you choose",
    "storage": "gets no storage",
}


@dataclass(frozen=True)
class Kind:
    """A browser, and what is known of it."""

    name: str
    query: str
    lacks: tuple[str, ...]


KINDS = (
    Kind("chromium", "&output=storage", ()),
    Kind("firefox", "", ("zip", "folder")),
    Kind("private firefox", "", ("zip", "folder", "storage")),
    Kind("webkit", "", ("zip", "folder", "storage")),
)


@dataclass(frozen=True)
class User:
    """Somebody before a browser."""

    kind: Kind
    driver: Driver
    url: str

    def opens(self) -> "User":
        self.driver.open(f"{self.url}?workers=1{self.kind.query}")
        self.sees("document.querySelector('#engines')?.dataset.engines === 'ready'")
        self.driver.run(TAKING)
        return self

    def sees(self, condition: str) -> None:
        """Wait until something is true."""
        give_up = time.monotonic() + PATIENCE
        while not self.driver.run(condition):
            assert time.monotonic() < give_up, (condition, self.text("body"))
            time.sleep(0.1)

    def text(self, selector: str) -> str:
        return self.driver.run(f"document.querySelector('{selector}').innerText")

    def clicks(self, selector: str) -> None:
        self.driver.run(f"document.querySelector('{selector}').click()")

    def enters(self, selector: str, value: str) -> None:
        self.driver.run(
            f"(({{ target }}) => {{ target.value = '{value}';"
            " target.dispatchEvent(new Event('change', { bubbles: true })) })"
            f"({{ target: document.querySelector('{selector}') }})"
        )

    def gives(self, *paths: Path) -> None:
        self.driver.set_files("#pick-file", list(paths))
        self.state("ready")

    def state(self, name: str) -> None:
        self.sees(f"document.documentElement.dataset.state === '{name}'")

    def processes(self) -> None:
        self.clicks("#process")
        self.state("done")

    def downloads(self) -> tuple[str, bytes]:
        name, data = self.driver.run(TAKEN)
        return name, base64.b64decode(data)

    def results(self, *paths: Path) -> dict[str, bytes]:
        self.gives(*paths)
        self.processes()
        return members(self.downloads()[1])

    def stored(self) -> int:
        """Count the results in the browser's storage."""
        return self.driver.run(STORED)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Kind, Driver]]:
    """Start a browser, once for all that is seen in it."""
    makers: dict[str, Callable[[], Driver]] = {
        "chromium": lambda: Chromium(request.getfixturevalue("whole_browser")),
        "firefox": lambda: Firefox(tmp_path_factory.mktemp("profile")),
        "private firefox": lambda: Firefox(
            tmp_path_factory.mktemp("profile"), bidi.PRIVATE
        ),
        "webkit": WebKit,
    }
    try:
        driver = makers[request.param.name]()
    except MissingError as missing:
        pytest.skip(f"this machine lacks {missing}")
    yield request.param, driver
    driver.close()


def leave(driver: Driver) -> None:
    """Leave the page while its server is there, so that it misses nothing."""
    driver.open("about:blank")


@pytest.fixture
def user(opened: tuple[Kind, Driver], site: Site) -> Iterator[User]:
    """Open the page at an address of its own, so that nothing is left of others."""
    kind, driver = opened
    yield User(kind, driver, site.url).opens()
    leave(driver)
    assert driver.said == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a study of two series, and one more patient."""
    one, other = Study(), Study(series="1.2.7")
    files = {f"a{n}": one.image(n, size=32) for n in range(1, 5)}
    files |= {f"b{n}": other.image(n, size=700) for n in range(1, 3)}
    return write(tmp_path_factory.mktemp("in"), {**files, "ct": CT_SMALL.read_bytes()})


@pytest.fixture(scope="module")
def expected(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Let the command make of the study what all browsers must make."""
    out = tmp_path_factory.mktemp("out") / "out"
    cordon("--study", "--recursive", folder, out, "--public")
    return tree(out)


def native(source: bytes, key: bytes) -> bytes:
    return deidentify(source, compile_profile(Settings(), key))


def test_a_single_file_comes_out_as_the_native_engine_makes_it(
    user: User, tmp_path: Path
) -> None:
    source = Study().image(size=300)
    user.enters("#key", "public")
    user.clicks("input[value=single]")
    user.gives(*write(tmp_path, {"DOE^JANE": source}).iterdir())
    user.processes()
    name, data = user.downloads()
    assert name.endswith(".dcm")
    assert "DOE" not in name
    assert data == native(source, PUBLIC)


def test_a_study_is_the_tree_of_the_command_and_kept_where_the_browser_can(
    user: User, folder: Path, expected: dict[str, bytes]
) -> None:
    user.enters("#key", "public")
    assert user.results(*folder.iterdir()) == expected
    keeps = "storage" not in user.kind.lacks
    assert user.stored() == keeps
    said = "in this browser until" if keeps else "in memory until"
    assert said in user.text("#destination")


def test_what_lies_in_an_archive_comes_out_as_from_files(
    user: User, folder: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    packed = tmp_path / "study.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for path in folder.iterdir():
            target.write(path, f"deep/er/{path.name}")
    user.enters("#key", "public")
    assert user.results(packed) == expected


def test_a_passphrase_gives_the_ids_of_the_native_engine(
    user: User, tmp_path: Path
) -> None:
    sources = {f"{n}": Study().image(n, size=8) for n in range(1, 3)}
    user.enters("#key", "passphrase")
    user.enters("#passphrase", " correct horse ")
    found = user.results(*write(tmp_path, sources).iterdir())
    key = derive_key("correct horse")
    made = {data for name, data in found.items() if name != "DICOMDIR"}
    assert made == {native(source, key) for source in sources.values()}


def test_a_broken_file_is_named_by_a_code_and_costs_no_other(
    user: User, tmp_path: Path
) -> None:
    image = Study().image(size=32)
    files = {"good": image, "DOE^JANE": image[:-100], "note": b"no DICOM at all"}
    found = user.results(*write(tmp_path, files).iterdir())
    assert len(found) == 2
    assert "DICOMDIR" in found
    codes = user.driver.run(
        "[...document.querySelectorAll('#causes code')]"
        ".map((code) => code.textContent).sort()"
    )
    assert codes == ["not-dicom", "truncated"]
    assert "JANE" not in user.driver.run("document.body.textContent")


def test_a_cancelled_run_leaves_nothing_and_another_goes_well(
    user: User, tmp_path: Path
) -> None:
    series = Study()
    many = write(tmp_path, {f"{n}": series.image(n, size=64) for n in range(1, 301)})
    user.gives(*many.iterdir())
    user.driver.run(CANCELLED)
    user.state("ready")
    assert user.stored() == 0
    assert user.driver.run("document.querySelector('#download').offsetParent") is None
    assert len(user.results(many / "1", many / "2")) == 3


def test_the_page_works_after_its_server_is_gone(user: User, site: Site) -> None:
    user.sees("document.querySelector('#offline').textContent !== ''")
    gone = ("/", "/index.html", "/js/main.js", "/workers/engine.js", "/engine.snapshot")
    site.replaced = dict.fromkeys(gone)
    user.opens()


def test_outputs_that_a_browser_lacks_cannot_be_chosen_and_why_is_said(
    user: User,
) -> None:
    choices: dict[str, bool] = user.driver.run(
        "Object.fromEntries([...document.querySelector('#choice-output').options]"
        ".map((option) => [option.value, option.disabled]))"
    )
    assert {name for name, closed in choices.items() if closed} == set(user.kind.lacks)
    user.driver.run("document.querySelector('[data-group=output]').open = true")
    said = user.text("#choice-output-help")
    for output, reason in REASONS.items():
        assert (reason in said) == (output in user.kind.lacks)


HINDRANCES = {
    "too-old": (b"import words from './words/en.json' of another age", "too old for"),
    "incomplete": (None, "did not arrive whole"),
}


@pytest.mark.parametrize("hindrance", HINDRANCES)
def test_a_page_that_cannot_begin_says_why_in_one_sentence(
    hindrance: str, opened: tuple[Kind, Driver], site: Site
) -> None:
    kind, driver = opened
    code, sentence = HINDRANCES[hindrance]
    site.replaced = {"/js/words.js": code}
    user = User(kind, driver, site.url)
    driver.open(site.url)
    user.sees(f"!document.querySelector('#{hindrance}').hidden")
    assert sentence in user.text("body")
    assert len(user.text("body").split("\n\n")) < 10
    leave(driver)
    driver.said.clear()


def test_an_instance_is_inspected_before_and_after(user: User, tmp_path: Path) -> None:
    user.gives(*write(tmp_path, {"a": Study().image(size=32)}).iterdir())
    user.clicks("#inspect-open")
    user.sees("document.querySelector('#inspect').innerText.includes('Refer^Ring')")
    user.sees("/P-[0-9A-Z]{4}/.test(document.querySelector('#inspect').innerText)")
    user.clicks("#inspect-close")
    user.sees("!document.querySelector('#inspect').open")
    assert "Refer^Ring" not in user.text("body")


def test_a_portal_of_another_origin_gives_files_and_gets_instances_back(
    opened: tuple[Kind, Driver], site: Site, portal: Site, tmp_path: Path
) -> None:
    kind, driver = opened
    site.configure(origins=[portal.origin])
    user = User(kind, driver, site.url)
    driver.open(site.held_by(portal))
    said = "document.querySelector('#said').textContent"
    user.sees(f"{said} === 'Cordon is idle'")
    files = write(tmp_path, {"a": Study().image(size=32), "b": b"no DICOM"})
    driver.set_files("#files", list(files.iterdir()))
    user.sees(f"{said} === 'Cordon is ready'")
    user.clicks("#instances")
    user.sees(f"{said} === '1 of 2 files de-identified'")
    name = user.text("#results li")
    assert re.match(r"DICOM/PT\w{6}/ST\w{6}/SE\w{6}/IM\w{6}: \d+ bytes", name)
    leave(driver)
    # in a frame of another origin no dialog of the page may take the focus at its load
    assert [text for text in driver.said if "autofocusing" not in text] == []
    driver.said.clear()
