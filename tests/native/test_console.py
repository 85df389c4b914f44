"""What a run says of itself, on a terminal and elsewhere, by a clock of ours."""

import io
from collections.abc import Callable

import pytest

from cordon.drivers import console
from cordon.drivers.console import Console
from cordon.report import Line, Tally

CLEAR = "\r\x1b[K"
SIZE = 1_000_000


class Screen(io.StringIO):
    """Where the program says what is not its result."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


class Run:
    """A run of four files; the clock stands still unless it is told to go on."""

    def __init__(self, screen: Screen, verbosity: str) -> None:
        self.now = 0.0
        self.screen = screen
        self.tally = Tally()
        self.console = Console(verbosity, self.tally)
        self.started = 0

    def start(self) -> None:
        self.console.start(4, 4 * SIZE)
        self.started = len(self.screen.getvalue())

    def file(self, number: int, seconds: float, outcome: str = "deidentified") -> str:
        """Be done with a file after so many seconds; gives what is said then."""
        before = len(self.screen.getvalue())
        self.now += seconds
        code = "" if outcome == "deidentified" else "not-dicom"
        line = Line(number, outcome, code, bytes_in=SIZE)
        self.tally.add(line)
        self.console.line(line, lambda: "path")
        return self.screen.getvalue()[before:]


Begin = Callable[..., Run]


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Begin:
    def begun(terminal: bool, verbosity: str = "info", columns: int = 100) -> Run:
        screen = Screen(terminal)
        monkeypatch.setattr("sys.stderr", screen)
        monkeypatch.setenv("COLUMNS", str(columns))
        run = Run(screen, verbosity)
        monkeypatch.setattr(console, "monotonic", lambda: run.now)
        run.start()
        return run

    return begun


def test_a_bar_says_how_far_how_fast_and_how_long(begin: Begin) -> None:
    run = begin(terminal=True)
    said = run.file(1, 2.0)
    assert said.startswith(CLEAR)
    assert said.endswith(" 25%  1 / 4 files  0.5 MB/s  0:06 left")
    full = said.count("#")
    assert full
    assert said.count(".") - 1 == 3 * full  # one is in a number
    assert run.file(2, 0.01) == ""  # so often nobody can read it
    assert "75%  3 / 4 files  1.0 MB/s  0:01 left" in run.file(3, 0.99)
    assert "\n" not in run.screen.getvalue()


def test_a_bar_is_no_wider_than_the_terminal(begin: Begin) -> None:
    said = begin(terminal=True, columns=30).file(1, 2.0)
    assert len(said.removeprefix(CLEAR)) == 29


def test_a_problem_takes_the_place_of_the_bar(begin: Begin) -> None:
    run = begin(terminal=True)
    run.file(1, 2.0)
    said = run.file(2, 0.0, "unreadable")
    assert said.startswith(CLEAR)
    assert "file 2: unreadable, not-dicom" in said
    assert said.endswith("\n")


def test_elsewhere_there_are_plain_lines_and_few(begin: Begin) -> None:
    run = begin(terminal=False)
    assert run.screen.getvalue() == "4 files, 4.0 MB\n"
    assert run.file(1, 2.0) == ""
    assert run.file(2, 8.0) == " 50%  2 / 4 files  0.2 MB/s  0:10 left\n"
    assert run.file(3, 9.0) == ""


@pytest.mark.parametrize("terminal", [False, True])
def test_who_wants_errors_only_gets_no_progress(begin: Begin, terminal: bool) -> None:
    run = begin(terminal, "error")
    assert run.file(1, 60.0) == ""
    assert "not-dicom" in run.file(2, 60.0, "unreadable")


def test_a_summary_counts_outcomes_and_tells_the_speed(
    begin: Begin, capsys: pytest.CaptureFixture[str]
) -> None:
    run = begin(terminal=False)
    for number, outcome in enumerate(("deidentified",) * 2 + ("unreadable",) * 2, 1):
        run.file(number, 0.5, outcome)
    run.console.summary(dry=False)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "2 of 4 files de-identified in 2.0 s (1 instances/s, 2.0 MB/s)"
    assert "2 unreadable" in said


def test_a_run_too_short_for_the_clock_has_no_speed(
    begin: Begin, capsys: pytest.CaptureFixture[str]
) -> None:
    run = begin(terminal=False)
    run.file(1, 0.0)
    run.console.summary(dry=False)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1 of 1 file de-identified in 0.0 s"
