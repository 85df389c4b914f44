"""Where in a result something was found."""

from collections.abc import Generator
from itertools import pairwise

import pytest
from builders import ENCODINGS, Encoding, Study
from engine import WALKING

from cordon.core.profile import Find, Syntax
from cordon.core.release import Release
from cordon.core.span import Span

SEQUENCES = {tag: rule for tag, rule in WALKING.rules.items() if rule is not None}
NESTED = Study(
    extra=[(0x00081115, "SQ", [[(0x00081199, "SQ", [[(0x00081155, "UI", "1.2.3")]])]])]
)


def located(data: bytes, encoding: Encoding, *offsets: int) -> list[Find]:
    def read(span: Span) -> Generator[Span, bytes, bytes]:
        raise AssertionError(span)
        yield

    syntax = Syntax(encoding.explicit, encoding.little)
    release = Release([data], [], b"", read)
    finds = [(offset, "name") for offset in offsets]
    with pytest.raises(StopIteration) as ended:
        next(release.locate(finds, syntax, SEQUENCES))
    return list(ended.value.value)


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_find_has_the_same_place_whatever_comes_after_it(name: str) -> None:
    encoding, _ = ENCODINGS[name]
    elements = sorted(NESTED.elements(), key=lambda element: element[0])
    data = b"".join(encoding.element(*element) for element in elements)
    places = []
    for offset in range(len(data)):
        (alone,) = located(data, encoding, offset)
        first, _ = located(data, encoding, offset, len(data) - 1)
        assert alone == first
        places.append((alone.path, alone.tag))
    tags = [tag for path, tag in places if not path]
    assert all(one <= other for one, other in pairwise(tags))
    assert {tag for tag in tags if tag} == {element[0] for element in elements}
    assert ((0x00081115, 0x00081199), 0x00081155) in places
