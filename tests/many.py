"""Very many small instances, of which some are broken off."""

from collections.abc import Iterator
from random import Random

from builders import Study

BROKEN = 20
"""One instance of so many is broken."""


def is_broken(number: int) -> bool:
    return number % BROKEN == 7


def many(count: int) -> Iterator[bytes]:
    """Make instances, each with a UID of its own."""
    whole = Study().image(1, 2)
    uid = b"1.2.3.4.5.1\0"
    assert whole.count(uid) == 2
    at = whole.index(uid)
    random = Random(4711)  # noqa: S311 - to be the same again
    for number in range(count):
        # as long as the one it takes the place of
        new = f"1.2.{number:07}".encode()[:11] + b"\0"
        one = whole.replace(whole[at : at + 12], new)
        yield one[: random.randrange(len(one) - 10)] if is_broken(number) else one
