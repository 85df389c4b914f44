"""A pool of processes: jobs in, what became of them out, as it is finished.

A process is given a few jobs at a time. One that dies is replaced, and its jobs are
given out again one by one, so that only the job it dies of a second time is lost.
"""

import contextlib
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any, Final

from cordon.drivers.work import Done, Job, Terms, batched, perform

AHEAD: Final = 4
"""Batches that each process should get at least, so that all end together."""

DIED: Final = "process-died"


def in_processes(jobs: Sequence[Job], terms: Terms, count: int) -> Iterator[Done]:
    """Do jobs in `count` processes; what is done comes as it is finished."""
    batches = batched(jobs, count * AHEAD)
    again: deque[list[Job]] = deque()
    tried: list[list[Job]] = []
    workers: list[_Worker] = []

    def give(worker: _Worker) -> None:
        batch = again.popleft() if again else next(batches, None)
        if batch is not None:
            worker.give(batch)

    try:
        for _ in range(min(count, len(jobs))):
            workers.append(_Worker(terms, workers))
            give(workers[-1])
        while busy := {one.connection: one for one in workers if one.batch}:
            for connection in wait(list(busy)):
                worker = busy[connection]  # type: ignore[index]  # we gave it these
                batch, done = worker.batch, worker.take()
                if done is None:
                    workers.remove(worker)
                    worker = _Worker(terms, workers)
                    workers.append(worker)
                    if batch in tried:
                        done = [Done(batch[0].number, "failed", DIED)]
                    else:
                        alone = [[job] for job in batch]
                        again += alone
                        tried += alone
                give(worker)  # first, so that it does not wait for us
                yield from done or ()
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process, and the jobs it has been given."""

    def __init__(self, terms: Terms, others: "list[_Worker]") -> None:
        ours, theirs = multiprocessing.Pipe()
        # a forked process has our ends too, and would never see that we are gone
        forked = [ours, *(one.connection for one in others)] if _FORKS else []
        context: Any = multiprocessing.get_context("fork" if _FORKS else "spawn")
        self.connection: Connection = ours
        self.batch: list[Job] = []
        self._process = context.Process(
            target=_serve, args=(theirs, terms, forked), daemon=True
        )
        with _signals_held():
            self._process.start()
        theirs.close()

    def give(self, batch: list[Job]) -> None:
        """Give it jobs; if it is dead, that shows when they are to be taken."""
        self.batch = batch
        with contextlib.suppress(OSError):
            self.connection.send(batch)

    def take(self) -> list[Done] | None:
        """Take what it has done; None if it is dead."""
        self.batch = []
        try:
            done: list[Done] = self.connection.recv()
        except (EOFError, OSError):
            self.end()
            return None
        return done

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def _serve(connection: Connection, terms: Terms, forked: list[Connection]) -> None:
    """Do what comes, until nobody is there to give more."""
    for ours in forked:
        ours.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it will end it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if _FORKS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    while True:
        try:
            batch = connection.recv()
            connection.send(list(perform(batch, terms)))
        except (EOFError, OSError):
            return


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let a request to stop wait while a process is forked, which might lose it."""
    if not _FORKS:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)
_FORKS: Final = sys.platform == "linux"
"""Forking is a hundred times as fast, and safe where there are no threads."""
