"""Data sets drawn at random: any nesting, any of the encodings."""

from builders import CT, ENCODINGS, JPEG, LE, LE_UNDEFINED, file
from hypothesis import strategies as st

# tag, VR: kept, removed, emptied, replaced and mapped ones, with short and long VRs
LEAVES = (
    (0x00080008, "CS"),
    (0x00080020, "DA"),
    (0x00080050, "SH"),
    (0x00080080, "LO"),
    (0x00081010, "SH"),
    (0x00081155, "UI"),
    (0x00090010, "LO"),
    (0x00091001, "OB"),
    (0x00091002, "UN"),
    (0x00100010, "PN"),
    (0x00100020, "LO"),
    (0x00102154, "SH"),
    (0x00120040, "LO"),
    (0x00180022, "CS"),
    (0x00189074, "DT"),
    (0x0020000D, "UI"),
    (0x00200010, "SH"),
    (0x00204000, "LT"),
    (0x00281201, "OW"),
    (0x00400280, "UN"),
    (0x0040A160, "UT"),
    (0x00420011, "OB"),
    (0x60003000, "OW"),
    (0x00190044, "UT"),
)
SEQUENCES = (
    0x00081115,
    0x00081140,
    0x00082112,
    0x00091003,
    0x00101002,
    0x00120064,
    0x00400275,
    0x0040A730,
    0x00540016,
    0x52009229,
)


def _value(vr: str) -> st.SearchStrategy[bytes]:
    if vr == "UI":
        number = st.integers(0, 10**30).map(lambda number: f"1.2.{number}".encode())
        return st.lists(number, max_size=2).map(b"\\".join)
    return _even(300 if vr in ("OB", "OW", "UT") else 12)


def _even(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(max_size=size).map(lambda value: value[: len(value) // 2 * 2])


def _leaf(which: tuple[int, str]) -> st.SearchStrategy[tuple[int, str, bytes]]:
    tag, vr = which
    return _value(vr).map(lambda value: (tag, vr, value))


_leaves = st.sampled_from(LEAVES).flatmap(_leaf)


def _extend(inner: st.SearchStrategy[list]) -> st.SearchStrategy[list]:
    sequence = st.tuples(
        st.sampled_from(SEQUENCES),
        st.sampled_from(("SQ", "SQ", "SQ", "UN")),
        st.lists(inner, max_size=3),
    )
    return _in_order(st.lists(sequence | _leaves, max_size=6))


def _in_order(elements: st.SearchStrategy[list]) -> st.SearchStrategy[list]:
    return elements.map(
        lambda some: sorted({one[0]: one for one in some}.values(), key=lambda e: e[0])
    )


element_lists = st.recursive(
    _in_order(st.lists(_leaves, max_size=6)), _extend, max_leaves=12
)
encodings = st.sampled_from(sorted(ENCODINGS)).map(lambda name: ENCODINGS[name])


def _without_un(elements: list) -> list:
    """Make sequences of VR UN plain ones: pydicom reads them wrongly in big endian."""
    return [
        (tag, "SQ", [_without_un(item) for item in value])
        if isinstance(value, list)
        else (tag, vr, value)
        for tag, vr, value in elements
    ]


@st.composite
def sources(draw: st.DrawFn) -> bytes:
    """Draw a file: an instance with any elements in any encoding."""
    elements = [(0x00080016, "UI", CT), (0x00080018, "UI", "1.2.3.4.5.6")]
    elements += draw(element_lists)
    elements.sort(key=lambda element: element[0])
    kind = draw(st.sampled_from(("none", "native", "encapsulated")))
    if kind == "encapsulated":
        encoding = draw(st.sampled_from((LE, LE_UNDEFINED)))
        fragments = draw(st.lists(_even(40), min_size=1, max_size=4))
        return file([*elements, encoding.fragments(*fragments)], encoding, JPEG)
    encoding, syntax = draw(encodings)
    if not encoding.little:
        elements = _without_un(elements)
    if kind == "native":
        elements.append((0x7FE00010, "OW", draw(_even(400))))
    return file(elements, encoding, syntax)
