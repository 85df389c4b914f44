"""The benchmarks: ratios within one run, each against its floor.

Run by ./build.sh bench. Machines differ and drift; ratios carry over.
"""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from corpus import CT_SMALL
from ct_images import images
from playwright.sync_api import Page
from web import DIST, Site

pytestmark = pytest.mark.bench

SIZE = 512

COMPARE = """
import io, time
import pydicom
from cordon.core.splice import run, splice
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

source = bytes(instance)
options = dict(
    retain_longitudinal="modified",
    retain_safe_private=True,
    retain_patient_characteristics=True,
    retain_device_identity=True,
    clean_descriptors=True,
    clean_graphics=True,
    clean_structured_content=True,
)

def engine(**settings):
    profile = compile_profile(Settings(**settings), bytes(32))
    read = lambda span: source[span.start : span.stop]
    return lambda: run(splice(len(source), profile), read)

engines = [engine(), engine(sweep="off"), engine(**options)]

def pydicoms():
    data_set = pydicom.dcmread(io.BytesIO(source))
    data_set.walk(lambda inner, element: None)
    data_set.save_as(io.BytesIO())

def seconds(job, count):
    start = time.perf_counter()
    for _ in range(count):
        job()
    return (time.perf_counter() - start) / count

[
    [seconds(pydicoms, 3), *(seconds(ours, 40) for ours in engines)]
    for _ in range(15)
]
"""


def test_boot_from_the_snapshot(
    bench: Page, site: Site, say: Callable[[str], None]
) -> None:
    ratios = []
    for _ in range(3):
        warm = bench.evaluate("boot('workers/engine.js', 1)")
        site.replaced["/engine.snapshot"] = None
        cold = bench.evaluate("boot('workers/engine.js', 1)")
        del site.replaced["/engine.snapshot"]
        ratios.append(warm / cold)
    say(f"boot from snapshot {warm:.0f} ms, from wheels {cold:.0f} ms")
    say(f"boot: snapshot / wheels = {median(ratios):.2f} (at most 0.20)")
    assert median(ratios) <= 0.20


def test_engine_against_pydicom(bench: Page, say: Callable[[str], None]) -> None:
    listing = json.loads((DIST / "wheels" / "wheels.json").read_text())
    asked = {
        "wheels": listing["wheels"],
        "code": COMPARE,
        "instance": list(CT_SMALL.read_bytes()),
    }
    rounds = bench.evaluate("(data) => ask('compare-worker.js', data)", asked)
    basic = median(theirs / ours for theirs, ours, *_ in rounds)
    whole = median(theirs / ours for theirs, *_, ours in rounds)
    share = median((swept - bare) / swept for _, swept, bare, _ in rounds)
    theirs, ours, *_ = (1e3 * min(times) for times in zip(*rounds, strict=True))
    say(f"CT_small.dcm: engine {ours:.2f} ms, pydicom {theirs:.1f} ms")
    say(f"engine: times as fast as pydicom = {basic:.0f} (at least 20)")
    say(f"the same with many options: {whole:.0f} (at least 15)")
    say(f"share of the last look: {share:.2f} (at most 0.25)")
    assert basic >= 20
    assert whole >= 15
    assert share <= 0.25


def test_whole_run_against_a_copy_and_compression_streams(
    bench: Page, tmp_path: Path, say: Callable[[str], None]
) -> None:
    paths = images(tmp_path, 400, SIZE)
    bench.evaluate("boot('workers/engine.js')")
    bench.set_input_files("input", paths)
    assert bench.evaluate("list()") == 400
    bench.evaluate("ours()")
    to_files, to_one, to_stream, speeds = [], [], [], []
    for _ in range(5):
        copied = bench.evaluate("copyFiles()")
        ours = bench.evaluate("ours()")
        joined = bench.evaluate("copyIntoOne()")
        to_files.append(ours / copied)
        to_one.append(ours / joined)
        speeds.append(ours)
    for _ in range(2):
        streamed, ours = bench.evaluate("stream()"), bench.evaluate("ours()")
        to_stream.append(ours / streamed)
    size = paths[0].stat().st_size
    engines = len(bench.workers)
    say(f"400 CT of {size} bytes, {engines} engines: {median(speeds):.0f} MB/s")
    say(f"run / copy of the files = {median(to_files):.2f} (at least 0.60)")
    say(f"run / copy into one file = {median(to_one):.2f}")
    say(f"run / CompressionStream = {median(to_stream):.1f} (at least 2.5)")
    assert median(to_files) >= 0.6
    assert median(to_stream) >= 2.5


def test_memory_does_not_grow(
    bench: Page, tmp_path: Path, say: Callable[[str], None]
) -> None:
    paths = images(tmp_path, 5000, 64)
    bench.evaluate("boot('heap-engine.js')")
    bench.set_input_files("input", paths[:200])
    bench.evaluate("list()")
    bench.evaluate("ours()")
    before = [one.evaluate("self.heap?.() ?? 0") for one in bench.workers]
    bench.set_input_files("input", paths)
    bench.evaluate("list()")
    bench.evaluate("ours()")
    after = [one.evaluate("self.heap?.() ?? 0") for one in bench.workers]
    say(f"WASM heap of an engine: {max(after) / 1e6:.1f} MB")
    say(f"growth over 5000 small instances: {max(after) - max(before)} bytes (none)")
    assert after == before
