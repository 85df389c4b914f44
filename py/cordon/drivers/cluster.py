"""Jobs over the workers of a Dask cluster that sees the same file system.

Only jobs and what became of them travel through the scheduler: paths, settings, the
key, codes and counts. A worker that is lost costs another try.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Any, Final

from cordon import __version__
from cordon.drivers.failure import ClusterError
from cordon.drivers.processes import AHEAD, DIED
from cordon.drivers.work import Done, Job, Terms, batched, perform

RETRIES: Final = 2
PATIENCE: Final = 10
"""Seconds to wait for the scheduler to answer."""


def in_cluster(jobs: Sequence[Job], terms: Terms, address: str) -> Iterator[Done]:
    """Do jobs on the workers of the scheduler at `address`.

    Raises
    ------
    ClusterError
        There is no such scheduler, or it has no workers.
    """
    logging.getLogger("distributed").disabled = True  # it quotes what it is given
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ClusterError("install cordon[dask] to use a cluster") from None
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError):
        raise ClusterError("no scheduler answers there") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ClusterError("the scheduler has no workers")
        _see_that_they_agree(client)
        given: dict[str, list[Job]] = {}

        def submit(batch: list[Job]) -> Any:
            future = client.submit(_serve, batch, terms, pure=False, retries=RETRIES)
            given[future.key] = batch
            return future

        running = as_completed()
        batches = batched(jobs, threads * AHEAD)
        for _, batch in zip(range(threads * AHEAD), batches, strict=False):
            running.add(submit(batch))
        for future in running:
            batch = given.pop(future.key)
            if future.status == "finished":
                yield from future.result()
            elif len(batch) == 1:
                yield Done(batch[0].number, "failed", DIED)
            else:
                for job in batch:
                    running.add(submit([job]))
            future.release()
            if (more := next(batches, None)) is not None:
                running.add(submit(more))


def _see_that_they_agree(client: Any) -> None:
    """See that each worker has this version of the package."""
    try:
        versions = set(client.run(_version).values())
    except Exception:  # whatever it is, it comes from over there
        raise ClusterError("the workers do not have this package") from None
    if versions != {__version__}:
        raise ClusterError("the workers have another version of this package")


def _version() -> str:
    return __version__


def _serve(batch: list[Job], terms: Terms) -> list[Done]:
    return list(perform(batch, terms))
