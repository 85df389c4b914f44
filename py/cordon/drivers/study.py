"""The program: sources through the engines into a sink, and a line on each.

Everything else serves this loop.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, Protocol

from cordon.core.outcome import Note
from cordon.drivers.files import WriteError
from cordon.drivers.sinks import Sink
from cordon.drivers.sources import Source, Unlisted
from cordon.drivers.work import Done, Job
from cordon.media.dicomdir import Directory
from cordon.report import DEIDENTIFIED, DUPLICATE, LEFT_OUT, Line

NOT_IN_DICOMDIR: Final = Note("not-in-dicomdir")
"""Said of an instance of a SOP Class that has no type of directory record."""


class Work(Protocol):
    """Does jobs; what is done comes in any order."""

    def __call__(self, jobs: Sequence[Job]) -> Iterator[Done]:
        """Do `jobs`."""


def deidentify(
    found: Sequence[Source | Unlisted],
    work: Work,
    sink: Sink | None,
    directory: bool,
    tell: Callable[[tuple[str, ...]], object] = len,
) -> Generator[Line, None, None]:
    """De-identify what was found; gives a line for each, in its order.

    A source's number is its place in `found`, from 1. Without a sink nothing is written.
    `tell` is told the mapping of each result, where there is one.

    Raises
    ------
    WriteError
        The result as a whole cannot be finished.
    """
    jobs = [
        Job(number, one, sink.staged(number) if sink else "")
        for number, one in enumerate(found, 1)
        if isinstance(one, Source)
    ]
    unlisted = (
        Done(number, "unreadable", one.code)
        for number, one in enumerate(found, 1)
        if isinstance(one, Unlisted)
    )
    entries = Directory() if directory and sink else None
    for done in _in_order(chain(unlisted, work(jobs))):
        source = found[done.number - 1]
        size = source.size if isinstance(source, Source) else 0
        line = _placed(done, size, sink, entries)
        if line.outcome in (DEIDENTIFIED, DUPLICATE):
            tell(done.mapping)
        yield line
    if sink:
        sink.close(entries.encode() if entries else None)


def _placed(
    done: Done, read: int, sink: Sink | None, entries: Directory | None
) -> Line:
    """Put a result of `read` bytes in its place, and in the DICOMDIR."""
    number, outcome, code, at, notes, row, entry, size, *_ = done
    if code == "dicomdir":
        return Line(number, LEFT_OUT, code, bytes_in=read)
    if outcome != DEIDENTIFIED or row is None:
        return Line(number, outcome, code, at, notes, row, "", read)
    name: str | None = ""
    if sink is not None:
        try:
            name = sink.add(done)
        except WriteError as error:
            return Line(
                number, "failed", "not-written", error.code, notes, None, "", read
            )
    if name is None:
        return Line(number, DUPLICATE, code, at, notes, row, "", read)
    if (
        name
        and entries is not None
        and entry is not None
        and not entries.add(name, entry)
    ):
        notes = (*notes, NOT_IN_DICOMDIR)
    return Line(number, outcome, code, at, notes, row, name, read, size)


def _in_order(done: Iterable[Done]) -> Iterator[Done]:
    """Give back in the order of the numbers, from 1, what was finished in any."""
    waiting: dict[int, Done] = {}
    number = 1
    for one in done:
        waiting[one.number] = one
        while number in waiting:
            yield waiting.pop(number)
            number += 1
