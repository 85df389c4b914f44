"""What a run says on the terminal: progress and problems aside, the summary at the end.

Progress goes to standard error, as a bar on a terminal and in plain lines elsewhere;
the summary goes to standard output. Files are named by their numbers alone, unless
the user asks for more.
"""

import os
import sys
from collections.abc import Callable
from time import monotonic
from typing import Final, TextIO

from cordon.report import CODES, DEIDENTIFIED, DUPLICATE, FINE, LEFT_OUT, Line, Tally

ERROR, WARN, INFO, DEBUG, TRACE = range(5)
LEVELS: Final = {"error": 0, "warn": 1, "info": 2, "debug": 3, "trace": 4}

_BAR_EVERY: Final = 0.1
_LINE_EVERY: Final = 10.0
"""Seconds between two words on progress."""

_BAR: Final = 24
_SHOWN: Final = 1000
"""Problems listed on the terminal, at most; the report has all."""

_WORDS: Final = {
    "not-dicom": "is not DICOM",
    "truncated": "ends too early; copy it again from where it came from",
    "malformed": "breaks the encoding rules of DICOM",
    "unsupported-transfer-syntax": "is encoded in a way that is not supported",
    "source-lost": "cannot be read, or has changed while it was read",
    "not-a-file": "is no file",
    "folder-unreadable": "is a folder that cannot be read",
    "archive-malformed": "is no ZIP archive that can be read",
    "archive-member": "does not hold what its archive says",
    "archive-bomb": "would swell beyond reason",
    "archive-encrypted": "is encrypted in its archive",
    "archive-method": "is compressed by a method that is not supported",
    "archive-deflate64": "is compressed by Deflate64: pip install cordon[deflate64]",
    "dicomdir": "is a DICOMDIR, which is written anew",
    "encapsulated-document": "holds a document of a type that cannot be replaced",
    "overlay-in-pixel-data": "hides an overlay in compressed pixels",
    "burned-in": "may show text burned into the picture",
    "residual": "would still hold something that had to go",
    "process-died": "ended the process twice; please report this",
    "not-written": "could not be written",
}
_REPORT: Final = "is our fault; please report this"


class Console:
    """Tells the user, as much as `verbosity` asks for, of the run that `tally` counts."""

    def __init__(self, verbosity: str, tally: Tally) -> None:
        self._level = LEVELS[verbosity]
        self._aside: TextIO = sys.stderr
        self._is_terminal = self._aside.isatty()
        self._colours = self._is_terminal and not os.environ.get("NO_COLOR")
        self._tally = tally
        self._files = self._bytes = 0
        self._started = self._told = monotonic()
        self._bar = False
        self._shown = 0

    def start(self, files: int, bytes_in: int) -> None:
        """Begin a run of so many files and bytes."""
        self._files, self._bytes = files, bytes_in
        self._started = self._told = monotonic()
        if self._level >= DEBUG:
            self._say("the names of files are shown: they may say who the patient is")
        if self._level >= INFO and not self._is_terminal:
            self._say(f"{_count(files, 'file')}, {_megabytes(bytes_in)} MB")

    def line(self, line: Line, path: Callable[[], str]) -> None:
        """Tell what became of a file, which is counted; `path` gives its path."""
        if line.outcome not in FINE:
            self._problem(line, path)
        elif self._level >= TRACE:
            counts = line.row.counts if line.row else {}
            told = ", ".join(f"{code} {counts[code]}" for code in sorted(counts))
            self._say(f"file {line.number}: {line.outcome} {line.file_id} {told}", path)
        elif self._level >= DEBUG and line.outcome != DEIDENTIFIED:
            self._say(f"file {line.number}: {line.outcome}", path)
        if self._level >= DEBUG:
            for note in line.notes:
                self._say(f"file {line.number}: note {note.code} {note.place}")
        now = monotonic()
        if now - self._told >= (_BAR_EVERY if self._is_terminal else _LINE_EVERY):
            self._told = now
            self._progress(now - self._started)

    def summary(self, dry: bool) -> None:
        """Tell the numbers of a run that came to its end."""
        self._clear()
        if self._level < INFO:
            return
        seconds, tally = monotonic() - self._started, self._tally
        outcomes, count = tally.outcomes, tally.outcomes[DEIDENTIFIED]
        speed = ""
        if seconds:  # a clock may be too coarse to see a short run
            rate = _megabytes(tally.bytes_in / seconds)
            speed = f" ({count / seconds:.0f} instances/s, {rate} MB/s)"
        verb = "could be de-identified; nothing was written" if dry else "de-identified"
        lines = [
            f"{count} of {_count(tally.files, 'file')} {verb} in {seconds:.1f} s{speed}"
        ]
        if count:
            lines.append(
                ", ".join(
                    (
                        _count(len(tally.patients), "patient"),
                        _count(len(tally.studies), "study", "studies"),
                        _count(len(tally.series), "series", "series"),
                        f"{_megabytes(tally.bytes_out)} MB",
                    )
                )
            )
            told = (f"{code} {tally.actions[code]}" for code in CODES)
            lines.append("data elements by action code: " + ", ".join(told))
            told = (f"{code} {tally.options[code]}" for code in sorted(tally.options))
            if tally.options:
                lines.append("data elements by option: " + ", ".join(told))
        for outcome, words in (
            (DUPLICATE, "given more than once, written once"),
            (LEFT_OUT, "DICOMDIR left out: it is written anew"),
            ("rejected", "rejected"),
            ("unreadable", "unreadable"),
            ("failed", "failed"),
        ):
            if outcomes[outcome]:
                lines.append(f"{outcomes[outcome]} {words}")
        for code, number in sorted(tally.notes.items()):
            lines.append(f"{number} noted: {code}")
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()

    def stopped(self, archive: bool) -> None:
        """Tell what is done of a run that was stopped."""
        self._clear()
        done = f"{self._tally.outcomes[DEIDENTIFIED]} of {_count(self._files, 'file')}"
        if archive:
            self._say(f"stopped after {done}; there is no archive", level=ERROR)
        else:
            self._say(f"stopped after {done}, which are whole", level=ERROR)

    def unfinished(self, code: str) -> None:
        """Tell that the result as a whole could not be finished."""
        self._clear()
        self._say(f"the result could not be finished: {code}", level=ERROR)

    # ------------------------------------------------------------------ small parts

    def _problem(self, line: Line, path: Callable[[], str]) -> None:
        self._shown += 1
        if self._shown > _SHOWN:
            return
        where = f" at byte {line.at}" if isinstance(line.at, int) else ""
        where = f" ({line.at})" if isinstance(line.at, str) and line.at else where
        words = _WORDS.get(line.code, _REPORT)
        text = f"file {line.number}: {line.outcome}, {line.code}{where}: {words}"
        self._say(text, path, level=ERROR, colour="31")
        for note in line.notes:
            self._say(f"  {note.code} {note.place}", level=ERROR)
        if self._shown == _SHOWN:
            self._say("further problems are in the report only", level=ERROR)

    def _progress(self, seconds: float) -> None:
        if self._level < INFO:
            return
        files, bytes_in = self._tally.files, self._tally.bytes_in
        share = bytes_in / self._bytes if self._bytes else files / self._files
        left = seconds / share - seconds if share else 0.0
        text = (
            f"{share:4.0%}  {files} / {self._files} files"
            f"  {_megabytes(bytes_in / seconds)} MB/s  {_clock(left)} left"
        )
        if not self._is_terminal:
            self._say(text)
            return
        full = round(share * _BAR)
        text = "#" * full + "." * (_BAR - full) + text
        import shutil  # which takes long to load

        width = shutil.get_terminal_size().columns - 1
        self._aside.write("\r\x1b[K" + text[:width])
        self._aside.flush()
        self._bar = True

    def _clear(self) -> None:
        if self._bar:
            self._aside.write("\r\x1b[K")
            self._aside.flush()
            self._bar = False

    def _say(
        self,
        text: str,
        path: Callable[[], str] | None = None,
        level: int = INFO,
        colour: str = "",
    ) -> None:
        if level > self._level:
            return
        self._clear()
        if path is not None and self._level >= DEBUG:
            text += f" [{path()}]"
        if colour and self._colours:
            text = f"\x1b[{colour}m{text}\x1b[0m"
        self._aside.write(text + "\n")
        self._aside.flush()


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.1f}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
