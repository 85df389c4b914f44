"""Look for what breaks the engine, guided by the code that is reached.

Run by ./build.sh fuzz. Whatever is found is written to the folder of crashers; what
reaches new code is kept in the other folder, from where the next run goes on.
"""

import sys
import warnings
from pathlib import Path
from random import Random

import atheris

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS.parent / "py"), str(TESTS)]

with atheris.instrument_imports(include=["cordon"]):
    import corpus
    import endurance
    import mutations

NAMES = tuple(endurance.SETTINGS)
SMALL = 8_000
"""Bytes of a seed: with larger ones little is tried in the time."""


def one(data: bytes) -> None:
    """Try a source, of which the first byte says how."""
    if data:
        first_read = (1 << 16, 1 << 16, 133, 7)[data[0] >> 4 & 3]
        endurance.withstand(data[1:], NAMES[data[0] % len(NAMES)], first_read)


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Break a source as DICOM is broken, or bit by bit."""
    random = Random(seed)  # noqa: S311 - to be the same again
    if len(data) < 2 or random.random() < 0.3:
        return atheris.Mutate(data, most)
    how = bytes([random.randrange(256)]) if random.random() < 0.1 else data[:1]
    return (how + mutations.damaged(data[1:], random, 3))[:most]


def seeds(folder: Path) -> None:
    """Put small files of the corpus where the fuzzer begins, a few ways each."""
    for number, path in enumerate(corpus.files()):
        for how in range(len(NAMES)):
            if path.stat().st_size <= SMALL:
                (folder / f"{number}-{how}").write_bytes(
                    bytes([how]) + path.read_bytes()
                )


def main() -> None:
    """Fuzz for as long as the arguments of libFuzzer say."""
    found = Path(sys.argv[1])
    found.mkdir(parents=True, exist_ok=True)
    if not any(found.iterdir()):
        seeds(found)
    warnings.simplefilter("ignore")
    atheris.Setup(sys.argv, one, custom_mutator=mutate)
    atheris.Fuzz()


main()
