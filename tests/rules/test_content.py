"""Content items of structured reports, cleaned or replaced (PS3.15 E.3.4)."""

from collections.abc import Iterable, Iterator
from functools import cache

import pytest
from builders import ENCODINGS, LE, Encoding, file
from engine import KEY, deidentify
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import OURS, effective, raw, raw_bytes, read, table
from pydicom.dataset import Dataset

from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

ENCODED = pytest.mark.parametrize("encoding", ENCODINGS)

SR = "1.2.840.10008.5.1.4.1.1.88.33"
KEY_OBJECTS = "1.2.840.10008.5.1.4.1.1.88.59"
DOSE = "1.2.840.10008.5.1.4.1.1.88.67"

CLEAN = {"sweep": "off", "burned_in": "ignore", "clean_structured_content": True}
SETTINGS = {
    "alone": Settings(**CLEAN),
    "uids": Settings(**CLEAN, retain_uids=True),
    "full": Settings(**CLEAN, retain_longitudinal="full"),
    "modified": Settings(**CLEAN, retain_longitudinal="modified"),
    "descriptors": Settings(**CLEAN, clean_descriptors=True),
    "device": Settings(**CLEAN, retain_device_identity=True),
    "institution": Settings(**CLEAN, retain_institution_identity=True),
    "characteristics": Settings(**CLEAN, retain_patient_characteristics=True),
    "all": Settings(
        **CLEAN,
        retain_uids=True,
        retain_longitudinal="modified",
        clean_descriptors=True,
        retain_device_identity=True,
        retain_institution_identity=True,
        retain_patient_characteristics=True,
    ),
}

NUMBER = 0x0040A180  # of an annotation group; nobody's business, so it marks an item
CONTENT = 0x0040A730
CONTEXT = 0x00400555
SPECIMEN = (0x00400560, 0x00400610, 0x00400612)
TEXT = (0x0040A160, "UT", "QUIBBLEWIK CHEST")
UID = "1.2.3.4711"


@cache
def profile(name: str) -> Profile:
    return compile_profile(SETTINGS[name], KEY)


def code(value: str, scheme: str, *more: tuple) -> list:
    items = [
        (0x00080100, "SH", value),
        (0x00080102, "SH", scheme),
        (0x00080104, "LO", "Meaning"),
        *more,
    ]
    return sorted(items, key=lambda one: one[0])


def item(
    kind: str, concept: list, *more: tuple, children: Iterable[list] = (), number=0
) -> list:
    """Make a content item (PS3.3 C.17.3)."""
    elements = [
        (0x0040A010, "CS", "CONTAINS"),
        (0x0040A040, "CS", kind),
        (0x0040A043, "SQ", [concept]),
        (NUMBER, "US", number.to_bytes(2, "little")),
        *more,
    ]
    if children:
        elements.append((CONTENT, "SQ", list(children)))
    return sorted(elements, key=lambda one: one[0])


def referring(*place: int, how: Encoding = LE) -> list:
    """Make an item that stands for another one by its place."""
    value = how.pack(f"{len(place)}I", *place)
    return [(0x0040A010, "CS", "INFERRED FROM"), (0x0040DB73, "UL", value)]


def text(concept: list, words: str = TEXT[2], **more: object) -> list:
    return item("TEXT", concept, (0x0040A160, "UT", words), **more)


def report(items: list, *more: tuple, sop_class: str = SR, encoding="explicit"):
    how, syntax = ENCODINGS[encoding]
    elements = [
        (0x00080016, "UI", sop_class),
        (0x00080018, "UI", "1.2.3"),
        (0x00080020, "DA", "20240229"),
        (0x00100010, "PN", "Doe^Jane"),
        (0x00100020, "LO", "PAT-4711"),
        (0x0040A040, "CS", "CONTAINER"),
        (0x0040A043, "SQ", [code("18748-4", "LN")]),
        *([(CONTENT, "SQ", items)] if items else []),
        *more,
    ]
    elements.sort(key=lambda one: one[0])
    return file(elements, how, syntax, sop_class=sop_class)


def cleaned(items: list, *more: tuple, name: str = "alone", encoding="explicit"):
    return read(deidentify(report(items, *more, encoding=encoding), profile(name)))


UNLISTED = code("1234", "99QUIBBLE")
REMOVED = code("121022", "DCM")  # Accession Number, TEXT
DUMMY = code("112347", "DCM")  # Component ID, TEXT


# ---------------------------------------------------------------------- the table

ROWS = table("content_items.csv")
CHILD = text(UNLISTED, "CHEST")
CT = "1.2.840.10008.5.1.4.1.1.2"
REFERENCE = [(0x00081150, "UI", CT), (0x00081155, "UI", UID)]
CONTENTS = {
    "TEXT": TEXT,
    "PNAME": (0x0040A123, "PN", "Quibble^Wik"),
    "DATE": (0x0040A121, "DA", "20240229"),
    "TIME": (0x0040A122, "TM", "101112"),
    "DATETIME": (0x0040A120, "DT", "20240229101112.5+0100"),
    "UIDREF": (0x0040A124, "UI", UID),
    "IMAGE": (0x00081199, "SQ", [REFERENCE]),
    "COMPOSITE": (0x00081199, "SQ", [REFERENCE]),
    "WAVEFORM": (0x00081199, "SQ", [REFERENCE]),
    "NUM": (0x0040A300, "SQ", [[(0x0040A30A, "DS", "1.5 ")]]),
    "CODE": (0x0040A168, "SQ", [code("M", "DCM")]),
    "CONTAINER": (CONTENT, "SQ", [CHILD]),
}


def concepts(row: dict[str, str]) -> list[list]:
    """List the ways to write a concept name."""
    value, scheme = row["code_value"], row["scheme"]
    long = code(value, scheme)[1:]
    ways = [
        code(value, scheme),
        code(value + " ", scheme + "  "),
        code(value, scheme, (0x00080103, "SH", "2.0b")),
        sorted([*long, (0x00080119, "UC", value)], key=lambda one: one[0]),
    ]
    if row["retired"]:
        ways += [code(row["retired"], old) for old in ("SRT", "SNM3", "99SDM")]
    return ways


@pytest.mark.parametrize(
    ("name", "place"),
    [
        *((name, "tree") for name in SETTINGS),
        *(("alone", place) for place in ("deep", "context", "specimen")),
        *(("all", place) for place in ("deep", "context", "specimen")),
    ],
)
def test_each_listed_item_gets_what_its_code_says(name: str, place: str) -> None:
    items, asked = [], {}
    for row in ROWS:
        for concept in concepts(row):
            number = len(items) + 1
            asked[number] = row
            kind = row["value_type"]
            items.append(item(kind, concept, CONTENTS[kind], number=number))
    new = read(deidentify(placed(items, place), profile(name)))
    found = {one[NUMBER].value: one for one in items_at(new, place)}
    wrong = {
        f"{row['meaning']}: {problem}"
        for number, row in asked.items()
        if (problem := judge(row, SETTINGS[name], found.get(number), new))
    }
    assert wrong == set()


def placed(items: list, place: str, encoding: str = "explicit") -> bytes:
    if place == "tree":
        return report(items, encoding=encoding)
    if place == "deep":
        section = item("CONTAINER", UNLISTED, children=items)
        deep = item("CONTAINER", UNLISTED, children=[CHILD, section])
        return report([CHILD, deep], encoding=encoding)
    if place == "context":
        return report([CHILD], (CONTEXT, "SQ", items), encoding=encoding)
    outer, inner, steps = SPECIMEN
    step = [(inner, "SQ", [[(steps, "SQ", items)]])]
    return report([CHILD], (outer, "SQ", [step]), encoding=encoding)


def items_at(new: Dataset, place: str) -> list[Dataset]:
    if place == "deep":
        return new.ContentSequence[1].ContentSequence[1].ContentSequence
    if place == "specimen":
        outer, inner, steps = SPECIMEN
        return new[outer].value[0][inner].value[0][steps].value
    return new[CONTENT if place == "tree" else CONTEXT].value


def judge(
    row: dict[str, str], chosen: Settings, found: Dataset | None, whole: Dataset
) -> str:
    """Say what is wrong with an item that stands for a row."""
    wanted = effective(row, chosen)
    if wanted == "X":
        return "" if found is None else "is still there"
    if found is None:
        return "is gone"
    kind = row["value_type"]
    tag, _, old = CONTENTS[kind]
    value = raw(found, tag)
    if kind == "TEXT":
        expected = {"K": [TEXT[2]], "C": ["CHEST"]}.get(wanted, ["ANONYMIZED"])
    elif kind == "PNAME":
        expected = ["Anonymized"]
    elif kind == "TIME":
        expected = ["101112"] if wanted in "KC" else ["000000"]
    elif kind in ("DATE", "DATETIME"):
        moved = whole.StudyDate + old[8:]
        day = "19000101" + ("000000" if kind == "DATETIME" else "")
        expected = {"K": [old], "C": [moved]}.get(wanted, [day])
        if wanted == "C" and (moved == old or not whole.StudyDate):
            return "has no date to be compared with"
    elif kind in ("UIDREF", "IMAGE", "COMPOSITE", "WAVEFORM"):
        if kind != "UIDREF":
            (reference,) = found.ReferencedSOPSequence
            if reference.ReferencedSOPClassUID != CT:
                return "refers to another class"
            value = reference.ReferencedSOPInstanceUID
        if (value == UID) != (wanted == "K"):
            return f"has the UID {value}"
        return "" if wanted == "K" or OURS.match(value) else "has no UID of ours"
    elif kind == "NUM":
        (measured,) = found.MeasuredValueSequence
        value, expected = raw(measured, 0x0040A30A), ["1.5"]
    elif kind == "CODE":
        value, expected = found.ConceptCodeSequence[0].CodeValue, ["M"]
    else:
        (child,) = found.ContentSequence
        value, expected = child.TextValue, ["CHEST"]
    return "" if value in expected else f"has {value!r} instead of {expected}"


@ENCODED
@pytest.mark.parametrize("place", ["tree", "deep", "context", "specimen"])
def test_any_encoding_is_read(encoding: str, place: str) -> None:
    items = [text(REMOVED), text(DUMMY), text(UNLISTED), text(REMOVED)]
    new = read(deidentify(placed(items, place, encoding), profile("alone")))
    values = [one.TextValue for one in items_at(new, place)]
    assert values == ["ANONYMIZED", "CHEST"]


# ----------------------------------------------------------------- what is not listed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("QUIBBLEWIK CHEST", "CHEST"),
        ("CHEST", "CHEST"),
        ("Quibblewik", "ANONYMIZED"),
        ("20240229", "ANONYMIZED"),
        ("", ""),
        ("CHEST of Jane Doe", "CHEST"),
        ("CHEST PAT-4711", "CHEST"),
    ],
)
@pytest.mark.parametrize("place", ["tree", "deep", "context", "specimen"])
def test_text_keeps_just_the_words_that_everybody_uses(
    old: str, new: str, place: str
) -> None:
    items = [text(UNLISTED, old), text(REMOVED[:1] + UNLISTED[1:], old)]
    result = read(deidentify(placed(items, place), profile("alone")))
    assert [one.TextValue for one in items_at(result, place)] == [new, new]


def test_items_that_are_not_listed_obey_the_table_of_attributes() -> None:
    items = [item(kind, UNLISTED, CONTENTS[kind]) for kind in CONTENTS]
    names = dict.fromkeys(CONTENTS)
    new = cleaned(items)
    assert [one.ValueType for one in new.ContentSequence] == list(names)
    found = dict(zip(names, new.ContentSequence, strict=True))
    assert found["TEXT"].TextValue == "CHEST"
    assert found["PNAME"].PersonName == "Anonymized"
    assert found["DATE"].Date == "19000101"
    assert found["TIME"].Time == "000000"
    assert found["DATETIME"].DateTime == "19000101000000"
    assert OURS.match(found["UIDREF"].UID)
    for kind in ("IMAGE", "COMPOSITE", "WAVEFORM"):
        (reference,) = found[kind].ReferencedSOPSequence
        assert reference.ReferencedSOPInstanceUID == found["UIDREF"].UID
    assert found["NUM"].MeasuredValueSequence[0].NumericValue == 1.5
    assert found["CODE"].ConceptCodeSequence[0].CodeValue == "M"


def test_a_concept_is_listed_for_its_value_type_only() -> None:
    items = [item("CODE", REMOVED, CONTENTS["CODE"]), text(REMOVED)]
    (left,) = cleaned(items).ContentSequence
    assert left.ValueType == "CODE"


def test_a_uid_is_the_same_in_the_tree_as_anywhere() -> None:
    evidence = [[(0x00081155, "UI", UID)]]
    new = cleaned(
        [item("UIDREF", UNLISTED, CONTENTS["UIDREF"])], (0x0040A375, "SQ", evidence)
    )
    (listed,) = new.CurrentRequestedProcedureEvidenceSequence
    assert new.ContentSequence[0].UID == listed.ReferencedSOPInstanceUID != UID


def test_what_is_removed_goes_with_all_below_it() -> None:
    below = [
        text(UNLISTED, "HEAD"),
        item("UIDREF", UNLISTED, CONTENTS["UIDREF"], children=[text(DUMMY)]),
    ]
    items = [text(REMOVED, children=below), text(UNLISTED, "CHEST", children=below)]
    new = cleaned(items)
    (left,) = new.ContentSequence
    assert left.TextValue == "CHEST"
    assert [one.ValueType for one in left.ContentSequence] == ["TEXT", "UIDREF"]


@pytest.mark.parametrize("name", ["device", "institution", "alone"])
def test_what_happens_to_an_item_does_not_happen_to_those_below(name: str) -> None:
    listed = [
        row
        for row in ROWS
        if row["value_type"] == "TEXT" and effective(row, SETTINGS[name]) in "KD"
    ]
    assert listed
    for row in listed:
        concept = code(row["code_value"], row["scheme"])
        children = [text(UNLISTED), item("UIDREF", UNLISTED, CONTENTS["UIDREF"])]
        (one,) = cleaned([text(concept, children=children)], name=name).ContentSequence
        below, other = one.ContentSequence
        assert below.TextValue == "CHEST"
        assert OURS.match(other.UID)


# ------------------------------------------------------------- items by their place

SHAPES = st.recursive(
    st.just(("keep", ())),
    lambda inner: st.tuples(
        st.sampled_from(["keep", "keep", "drop", "dummy"]),
        st.lists(st.one_of(inner, st.just(("refer", ()))), max_size=4),
    ),
    max_leaves=25,
)
TREES = st.lists(st.one_of(SHAPES, st.just(("refer", ()))), min_size=1, max_size=5)
PLACES = st.lists(st.integers(0, 5), max_size=4).map(lambda rest: (1, *rest))


class Node:
    """A content item of the model: what it is, where it is and what it refers to."""

    def __init__(self, kind: str, place: tuple[int, ...], above: "Node | None") -> None:
        self.kind = kind
        self.place = place
        self.above = above
        self.below: list[Node] = []
        self.target: tuple[int, ...] = ()
        self.number = 0
        self.gone = kind == "drop"

    @property
    def stays(self) -> bool:
        return not self.gone and (self.above is None or self.above.stays)

    def all(self) -> Iterator["Node"]:
        yield self
        for one in self.below:
            yield from one.all()


def tree_of(shapes: list) -> Node:
    def grow(node: Node, shapes: Iterable) -> None:
        for number, (kind, below) in enumerate(shapes, 1):
            child = Node(kind, (*node.place, number), node)
            node.below.append(child)
            grow(child, below)

    root = Node("keep", (1,), None)
    grow(root, shapes)
    for number, node in enumerate(root.all()):
        node.number = number
    return root


def encoded(node: Node, how: Encoding) -> list:
    mark = (NUMBER, "US", how.pack("H", node.number))
    if node.kind == "refer":
        relation, reference = referring(*node.target, how=how)
        return [relation, mark, reference]
    concept = {"drop": REMOVED, "dummy": DUMMY}.get(node.kind, UNLISTED)
    below = [encoded(one, how) for one in node.below]
    old = text(concept, "CHEST", children=below)
    return [mark if one[0] == NUMBER else one for one in old]


def settle(root: Node) -> None:
    """Take away what refers to nothing, and what refers to that, and so on."""
    nodes = {node.place: node for node in root.all()}
    while True:
        dangling = [
            node
            for node in root.all()
            if node.kind == "refer" and node.stays and not refers(node, nodes)
        ]
        if not dangling:
            return
        for node in dangling:
            node.gone = True


def refers(node: Node, nodes: dict[tuple[int, ...], Node]) -> bool:
    return node.target in nodes and nodes[node.target].stays


def expected(node: Node, nodes: dict[tuple[int, ...], Node]) -> list:
    """Give the tree that has to be left: marks, and the marks referred to."""
    return [
        (
            one.number,
            nodes[one.target].number if one.kind == "refer" else None,
            expected(one, nodes),
        )
        for one in node.below
        if one.stays
    ]


def seen(data_set: Dataset, root: Dataset) -> list:
    """Give the tree that is there, likewise."""
    return [
        (one[NUMBER].value, referred(one, root), seen(one, root))
        for one in data_set.get("ContentSequence", ())
    ]


def referred(one: Dataset, root: Dataset) -> int | None:
    if "ReferencedContentItemIdentifier" not in one:
        return None
    value = one.ReferencedContentItemIdentifier
    first, *rest = [value] if isinstance(value, int) else value
    assert first == 1
    for number in rest:
        root = root.ContentSequence[number - 1]
    return root[NUMBER].value if NUMBER in root else 0


@given(st.data(), TREES, st.sampled_from(sorted(ENCODINGS)))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_a_reference_leads_to_the_same_item_as_before_or_is_gone(
    data: st.DataObject, shapes: list, encoding: str
) -> None:
    root = tree_of(shapes)
    nodes = {node.place: node for node in root.all()}
    targets = st.one_of(st.sampled_from(sorted(nodes)), PLACES, st.just(()))
    for node in root.all():
        if node.kind == "refer":
            node.target = data.draw(targets)
    how = ENCODINGS[encoding][0]
    items = [encoded(node, how) for node in root.below]
    new = cleaned(items, encoding=encoding)
    settle(root)
    assert seen(new, new) == expected(root, nodes)


def marked(*items: list) -> list:
    """Number items, so that they can be told apart."""
    return [
        sorted(
            [one for one in item if one[0] != NUMBER]
            + [(NUMBER, "US", number.to_bytes(2, "little"))],
            key=lambda one: one[0],
        )
        for number, item in enumerate(items, 1)
    ]


def test_items_of_which_nothing_is_said_count_as_well() -> None:
    bare = [(0x0040A010, "CS", "CONTAINS")]
    one, two, three = (referring(1, 2), referring(1, 3), referring(1, 4))
    items = marked(bare, text(UNLISTED), text(REMOVED), text(DUMMY), one, two, three)
    new = cleaned(items)
    # the third is gone, and with it the sixth, that refers to it
    assert seen(new, new) == [
        (1, None, []),
        (2, None, []),
        (4, None, []),
        (5, 2, []),
        (7, 4, []),
    ]


ELSEWHERE = [
    (CONTEXT, "SQ", [item("CONTAINER", UNLISTED, children=[CHILD, CHILD, CHILD])]),
    (0x00081115, "SQ", [[(CONTENT, "SQ", [CHILD, CHILD, CHILD, CHILD])]]),
    (0x00081115, "SQ", [[(CONTENT, "SQ", [text(REMOVED), CHILD, CHILD, CHILD])]]),
]


@pytest.mark.parametrize("other", ELSEWHERE, ids=["context", "other", "removed"])
def test_places_are_those_of_the_documents_own_tree(other: tuple) -> None:
    inner = [text(REMOVED), text(DUMMY), text(UNLISTED)]
    section = item("CONTAINER", UNLISTED, children=marked(*inner))
    items = marked(section, text(REMOVED), text(UNLISTED), *TO)
    new = cleaned(items, other)
    assert seen(new, new) == [
        (1, None, [(2, None, []), (3, None, [])]),
        (3, None, []),
        (5, 2, []),
        (6, 3, []),
        (8, 3, []),
    ]


TO = [referring(1, 1, 1), referring(1, 1, 2), referring(1, 1, 3)]
TO += [referring(1, 2), referring(1, 3)]


# ---------------------------------------------------------------- without the option


@ENCODED
@pytest.mark.parametrize("sop_class", [SR, KEY_OBJECTS, DOSE, "1.2.3.4.5"])
def test_without_the_option_the_content_says_nothing(
    encoding: str, sop_class: str
) -> None:
    how = ENCODINGS[encoding][0]
    items = [item(kind, UNLISTED, CONTENTS[kind]) for kind in CONTENTS]
    items += [text(UNLISTED, children=items), referring(1, 1, how=how)]
    nested = (0x00081115, "SQ", [[(CONTENT, "SQ", items)]])
    old = report(items, nested, sop_class=sop_class, encoding=encoding)
    data = deidentify(old, profile_without())
    for canary in (b"QUIBBLE", b"Quibble", b"CHEST", UID.encode(), b"20240229"):
        assert canary not in data
    new = read(data)
    (inner,) = new.ReferencedSeriesSequence
    for data_set in (new, inner):
        (left,) = data_set.ContentSequence
        assert left.RelationshipType == "CONTAINS"
        assert left.ValueType == "TEXT"
        assert left.TextValue == "ANONYMIZED"
        (concept,) = left.ConceptNameCodeSequence
        assert concept.CodeValue
        assert concept.CodingSchemeDesignator == "DCM"
        assert len(left) == 4
    assert new.ConceptNameCodeSequence[0].CodeValue == "18748-4"
    assert new.ValueType == "CONTAINER"
    codes = [one.CodeValue for one in new.DeidentificationMethodCodeSequence]
    assert codes == ["113100"]


@cache
def profile_without() -> Profile:
    return compile_profile(Settings(sweep="off", burned_in="ignore"), KEY)


def test_without_the_option_contexts_and_preparations_go() -> None:
    for place in ("context", "specimen"):
        data = deidentify(placed([text(UNLISTED)], place), profile_without())
        new = read(data)
        assert b"QUIBBLE" not in data
        assert CONTEXT not in new
        if place == "specimen":
            assert raw_bytes(new[SPECIMEN[0]].value[0], SPECIMEN[1]) in (b"", b"[]")
            assert len(new[SPECIMEN[0]].value[0][SPECIMEN[1]].value) == 0


def test_a_content_sequence_of_which_no_item_stays_goes() -> None:
    accession = text(code("121022", "DCM"))
    inner = item("CONTAINER", code("121070", "DCM"), children=[accession])
    result = read(deidentify(report([inner, accession]), profile("alone")))
    (container,) = result.ContentSequence
    assert "ContentSequence" not in container
