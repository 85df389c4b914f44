"""The same engine over the workers of a real scheduler, on loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from command import ENVIRONMENT, cordon, key_file, start, study, tree

HERE = ("--host", "127.0.0.1", "--no-dashboard")


class Cluster(NamedTuple):
    address: str
    scheduler: subprocess.Popen
    workers: list[subprocess.Popen]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    one_each = ("--nworkers", "1", "--nthreads", "1", "--no-nanny")
    started = [
        _part("scheduler", *HERE, "--port", str(port)),
        *(_part("worker", address, *HERE, *one_each) for _ in range(2)),
    ]
    _wait_for_workers(address)
    yield Cluster(address, started[0], started[1:])
    for process in started:
        process.kill()
        process.wait()


def _part(name: str, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait_for_workers(address: str) -> None:
    code = (
        f"from distributed import Client; c = Client({address!r}, timeout=60);"
        "c.wait_for_workers(2, timeout=60)"
    )
    run = [sys.executable, "-c", code]
    subprocess.run(run, check=True, env=ENVIRONMENT, capture_output=True)


def test_a_cluster_gives_the_bytes_of_one_machine(
    cluster: Cluster, tmp_path: Path
) -> None:
    source = study(tmp_path / "in", 60)
    (source / "text").write_text("none")
    key = key_file(tmp_path)
    common = ("--study", "--recursive", source, "--key-file", key)
    one, many = tmp_path / "one", tmp_path / "many"
    cordon(*common, one, "--threads", "1", code=1)
    said = cordon(*common, many, "--dask", cluster.address, code=1)
    assert "60 of 61 files" in said.stdout
    assert tree(many) == tree(one)


def test_paths_and_words_travel_through_the_scheduler_but_no_bytes(
    cluster: Cluster, tmp_path: Path
) -> None:
    source = study(tmp_path / "in", 20, 512)  # 10 MB

    def received() -> int:
        lines = Path(f"/proc/{scheduler}/io").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if "char" in line)

    scheduler = cluster.scheduler.pid
    before = received()
    cordon(
        *("--study", "--recursive", source, tmp_path / "out"),
        *("--dask", cluster.address),
    )
    assert len(tree(tmp_path / "out")) == 21
    assert received() - before < 1_000_000


def test_a_lost_worker_costs_another_try(cluster: Cluster, tmp_path: Path) -> None:
    source = study(tmp_path / "in", 300, 128)
    key = key_file(tmp_path)
    common = ("--study", "--recursive", source, "--key-file", key)
    cordon(*common, tmp_path / "one", "--threads", "1")
    running = start(*common, tmp_path / "many", "--dask", cluster.address)
    staging = tmp_path / "many"
    while running.poll() is None and not list(staging.glob(".cordon-*/*")):
        time.sleep(0.001)
    os.kill(cluster.workers[0].pid, signal.SIGKILL)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 0, out + err
    assert tree(tmp_path / "many") == tree(tmp_path / "one")


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    source = study(tmp_path / "in", 2)
    for address in ("tcp://127.0.0.1:1", "nonsense://"):
        said = cordon(
            *("--study", "--recursive", source, tmp_path / "out"),
            *("--dask", address),
            code=1,
        )
        assert "no scheduler answers there" in said.stderr
        assert not (tmp_path / "out" / "DICOM").exists()
