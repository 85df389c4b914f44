"""Jobs over the workers of a Dask cluster that sees the same file system.

Only jobs and what became of them travel through the scheduler: paths, settings, the
key, codes and counts. A worker that is lost costs another try.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from cordon.drivers.processes import AHEAD, DIED, batched
from cordon.drivers.work import Done, Job, Terms, perform

RETRIES: Final = 2
PATIENCE: Final = 30
"""Seconds to wait for the scheduler to answer."""


class ClusterError(Exception):
    """The cluster cannot be used; the message says why, in words."""


def in_cluster(jobs: Sequence[Job], terms: Terms, address: str) -> Iterator[Done]:
    """Do jobs on the workers of the scheduler at `address`.

    Raises
    ------
    ClusterError
        There is no such scheduler, or it has no workers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ClusterError("install cordon[dask] to use a cluster") from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError):
        raise ClusterError("no scheduler answers there") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ClusterError("the scheduler has no workers")
        shared = client.scatter(terms, broadcast=True, hash=False)

        def submit(batch: list[Job]) -> Any:
            future = client.submit(_serve, batch, shared, pure=False, retries=RETRIES)
            given[future.key] = batch
            return future

        given: dict[str, list[Job]] = {}
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


def _serve(batch: list[Job], terms: Terms) -> list[Done]:
    return [perform(job, terms) for job in batch]
