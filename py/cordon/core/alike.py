"""What an engine remembers: the instances of a series are alike.

Of two of them what is equal makes a form, and the data elements that differ are its
blanks. The next one is compared with the form byte for byte, and only its blanks are
decided on; a sequence among them is walked through by itself. A form is followed where
nothing but blanks differs, and nothing that is decided elsewhere depends on a blank; so
the outcome is what a walk through the whole instance gives. Where that is in doubt
there is none, and the walk is due.
"""

from collections.abc import Generator
from contextlib import suppress
from typing import Final

from cordon.core.container import PREAMBLE, PREFIX, Container
from cordon.core.form import Depends, Form
from cordon.core.forming import Sample, form_of
from cordon.core.outcome import Deidentified
from cordon.core.profile import Element, Gap, Profile
from cordon.core.reading import walk
from cordon.core.scan import Scan
from cordon.core.span import Span

MAX_SERIES: Final = 8
"""Series that are remembered at once."""

MAX_HEAD: Final = 1 << 18
"""Bytes before the pixels of what is remembered."""

MAX_TAIL: Final = 1 << 12
"""Bytes after the pixels of what is remembered."""

CREDIT: Final = 4
"""Forms that are made of a series in vain before it is let be."""


class _Series:
    """What is known of a series, by its new UID."""

    def __init__(self, uid: str, sample: Sample) -> None:
        self.uid = uid
        self.sample = sample
        self.form: Form | None = None
        self.credit = CREDIT


class Alike:
    """Remembers the last series that were treated under `profile`."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._series: list[_Series] = []  # the last one first

    @property
    def enough(self) -> int:
        """Tell how many bytes of a source are likely to show whether it is alike."""
        form = self._series[0].form if self._series else None
        return form.reach if form else MAX_HEAD

    def outcome(
        self, head: bytes, size: int
    ) -> Generator[Span, bytes, Deidentified | None]:
        """Give the outcome for a source of `size` bytes that begins with `head`.

        None if it is like none that is remembered.
        """
        for number, series in enumerate(self._series):
            form = series.form
            if form is None or not head.startswith(form.fixed[0]):
                continue
            if len(head) < (reach := min(size, form.reach)):
                head += yield Span(len(head), reach)
            if (matched := form.match(head, size)) is None:
                continue
            if number:
                self._series.insert(0, self._series.pop(number))
            layout, values = matched
            pixels = layout.pixels
            if pixels is None:
                pixels = yield from self._fragments(form, head, layout.size, size)
            at = pixels.stop
            if size - at != len(form.tail):
                return None
            if form.tail:
                tail = head[at:] if len(head) == size else (yield Span(at, size))
                if tail != form.tail:
                    return None
            outcome = form.outcome(head, layout, values, pixels)
            if outcome is not None:
                series.credit = CREDIT
            return outcome
        return None

    def _fragments(
        self, form: Form, head: bytes, at: int, size: int
    ) -> Generator[Span, bytes, Span]:
        """Tell where fragments are that begin at `at`."""
        rest = Scan(self.profile, form.syntax, at - form.header, size)
        yield from walk(rest, head, size)
        return Span(at, rest.edits[0].stop)

    def learn(
        self, head: bytes, container: Container, scan: Scan, outcome: Deidentified
    ) -> Generator[Span, bytes, None]:
        """Remember a source that was walked through, and what became of it."""
        pixels, size = _pixels(scan), scan.stop
        uid = outcome.row.series_instance_uid
        series = next((one for one in self._series if one.uid == uid), None)
        if (
            pixels is None
            or pixels.body > MAX_HEAD
            or size - pixels.stop > MAX_TAIL
            or head[PREAMBLE : PREAMBLE + len(PREFIX)] != PREFIX
            or (series and not series.credit)
        ):
            return
        if len(head) < pixels.body:
            head += yield Span(len(head), pixels.body)
        tail = yield from _read(head, Span(pixels.stop, size))
        sample = Sample(head[: pixels.body], pixels, tail, container, scan, outcome)
        if series is None:
            self._series.insert(0, _Series(uid, sample))
            del self._series[MAX_SERIES:]
            return
        form = series.form
        if form and form.match(head, size) is not None:
            return
        series.credit -= 1
        blanks = frozenset(blank.tag for blank in form.blanks) if form else frozenset()
        with suppress(Depends):
            series.form = form_of(self.profile, series.sample, sample, blanks) or form
        series.sample = sample


def _pixels(scan: Scan) -> Element | None:
    """Give the numbers after which nothing stays."""
    edits = list(scan.edits)
    end = scan.stop
    while edits and isinstance(edits[-1], Gap) and edits[-1].stop == end:
        end = edits.pop().start
    pixels = edits[-1] if edits else None
    if (
        not isinstance(pixels, Element)
        or (pixels.body, pixels.end) not in scan.bulk[-1:]
        or pixels.body == pixels.end
        or pixels.stop != end
    ):
        return None
    return pixels


def _read(head: bytes, span: Span) -> Generator[Span, bytes, bytes]:
    """Give the bytes of a span of a source, of which `head` is at hand."""
    if span.stop <= len(head) or span.start == span.stop:
        return head[slice(*span)]
    return (yield span)
