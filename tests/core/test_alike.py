"""What is remembered of a series changes no outcome, and saves looking through it."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from random import Random

import pydicom
import pytest
from builders import CT, ENCODINGS, LE, Study, file, image_pixels
from corpus import TEST_FILES, instances, name_of
from endurance import SETTINGS, profile
from engine import KEY, assemble, plan
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import damaged

from cordon.core.alike import CREDIT, MAX_SERIES, Alike
from cordon.core.errors import InstanceError
from cordon.core.form import _edges
from cordon.core.outcome import Rejected
from cordon.core.profile import DESCEND, Element, Profile, Rule
from cordon.core.reading import FIRST_READ
from cordon.core.scan import Scan
from cordon.core.span import Span
from cordon.core.splice import run, splice
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

PROFILE = compile_profile(Settings(), KEY)
compiled = cache(partial(compile_profile, key=KEY))
PRIVATE = 0x00291010
TEXT = 0x00181160
"""Public, text, and kept."""

NAMES = st.sampled_from(sorted(SETTINGS))


def told(
    source: bytes, profile: Profile, alike: Alike | None, first_read: int
) -> object:
    """Give all that comes of a source, to be compared."""
    asked: list[Span] = []

    def read(span: Span) -> bytes:
        asked.append(span)
        return source[span.start : span.stop]

    engine = splice(len(source), profile, first_read, alike)
    try:
        outcome = run(engine, read)
    except InstanceError as error:
        return type(error), error.offset
    assert all(0 <= span.start < span.stop <= len(source) for span in asked)
    if isinstance(outcome, Rejected):
        return outcome
    return assemble(source, outcome), outcome.row, outcome.told


def released(source: bytes, profile: Profile) -> bytes:
    """Give what a source becomes by itself."""
    alone = told(source, profile, None, FIRST_READ)
    assert isinstance(alone, tuple)
    return alone[0]


def compare(
    sources: list[bytes], profile: Profile = PROFILE, first_read: int = FIRST_READ
) -> None:
    """See that each source becomes what it becomes by itself."""
    alike = Alike(profile)
    for number, source in enumerate(sources):
        alone = told(source, profile, None, first_read)
        same = told(source, profile, alike, first_read) == alone
        assert same, number  # to spell out how they differ would take minutes


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Count how many of some sources are walked through; compares them as well."""

    def count(
        sources: list[bytes], profile: Profile = PROFILE, first_read: int = FIRST_READ
    ) -> int:
        compare(sources, profile, first_read)
        walked: list[Scan] = []

        def walking(*about: object) -> Scan:
            walked.append(Scan(*about))  # type: ignore[arg-type]
            return walked[-1]

        alike = Alike(profile)
        with monkeypatch.context() as patched:
            patched.setattr("cordon.core.splice.Scan", walking)
            for source in sources:
                told(source, profile, alike, first_read)
        return len(walked)

    return count


# --------------------------------------------------------------------------- series


def image(
    number: int,
    *more: tuple,
    encoded: str = "explicit",
    study: Study | None = None,
    side: int = 8,
) -> bytes:
    """Make a slice: what differs is as long as it happens to be."""
    encoding, syntax = ENCODINGS[encoded]
    study = study or Study()
    uid = f"{study.series}.{number}"
    own = {
        0x00080013: ("TM", f"1011{number % 60:02}.{number}"),
        0x00080018: ("UI", uid),
        0x0008002A: ("DT", f"202402291011{number % 60:02}"),
        0x00080033: ("TM", f"1012{number % 60:02}"),
        0x00201041: ("DS", f"{number * 2.5 - 10}"),
        0x00200013: ("IS", str(number)),
        0x00200032: ("DS", f"-1.5\\2.25\\{number - 7}"),
        **{tag: (vr, value) for tag, vr, value in more},
    }
    elements = [one for one in study.elements() if one[0] not in own]
    # of other instances it speaks in each alike
    elements = [one for one in elements if one[0] != 0x00081140]
    elements += [(tag, *rest) for tag, rest in own.items()]
    elements += image_pixels(side, encoding)
    return file(
        sorted(elements, key=lambda one: one[0]),
        encoding,
        syntax,
        sop_instance=uid,
    )


def series(count: int, *more: tuple, **how: object) -> list[bytes]:
    return [image(number, *more, **how) for number in range(1, count + 1)]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(SETTINGS))
@pytest.mark.parametrize("encoded", sorted(ENCODINGS))
def test_a_series_is_hardly_walked_through(walks, encoded, name) -> None:
    assert walks(series(40, encoded=encoded), profile(name)) <= 4


DATED = Study(study="1.2.20240229.1", series="1.2.20240229.3", frame="1.2.20240229")
"""With the date of the study in its UIDs."""


@pytest.mark.parametrize("name", ["uids", "warned of uids"])
def test_what_is_noted_of_all_costs_no_walk(walks, name) -> None:
    profile = compiled(NESTED_SETTINGS[name])
    assert walks(series(40, study=DATED), profile) <= 4
    assert len(plan(series(1, study=DATED)[0], profile).row.notes) == 4


@pytest.mark.parametrize("name", ["uids", "warned of uids"])
@pytest.mark.parametrize("where", [0x00200052, 0x00081140])
def test_what_is_noted_of_some_is_not_noted_of_others(where, name) -> None:
    def one(number: int, date: int = 20240229, tag: int = 0x00081155) -> bytes:
        uid = f"1.2.{date}.{100 + number}"
        if where != 0x00081140:
            return image(number, (where, "UI", uid))
        item = [(0x00081150, "UI", CT), (tag, "UI", uid)]
        return image(number, (where, "SQ", [item]))

    alike = [one(number) for number in range(1, 7)]
    for other in (one(7, 20240228), one(7, 99999999), one(7, tag=0x0008115A)):
        compare([*alike, other, *alike], compiled(NESTED_SETTINGS[name]))


def test_of_what_is_alike_little_is_read() -> None:
    alike = Alike(PROFILE)
    read = []
    for number in range(1, 10):
        source = image(number, side=256)
        read.append(0)

        def read_at(span: Span, source: bytes = source) -> bytes:
            read[-1] += span.stop - span.start
            return source[slice(*span)]

        run(splice(len(source), PROFILE, alike=alike), read_at)
    assert read[0] == FIRST_READ < len(source)
    assert read[-1] < FIRST_READ / 8


def test_what_no_rule_looks_at_is_decided_once() -> None:
    decided = []

    def apply(element: Element, instance: object) -> bytes:
        decided.append(element)
        return b""

    rules = {**PROFILE.rules, 0x00080033: Rule("X", apply)}
    alike = Alike(PROFILE._replace(rules=rules))
    for source in series(40):
        told(source, alike.profile, alike, FIRST_READ)
    assert len(decided) < 10


def test_series_may_come_in_any_order(walks) -> None:
    studies = [Study(series=f"1.2.3.4.{one}") for one in range(50, 50 + MAX_SERIES)]
    mixed = [image(number, study=one) for number in range(1, 21) for one in studies]
    Random(1).shuffle(mixed)  # noqa: S311 - to be the same again
    assert walks(mixed) <= 6 * MAX_SERIES


@pytest.mark.parametrize("vr", ["OB", "UN"])
def test_long_private_values_are_not_read_to_be_removed(walks, vr) -> None:
    sources = [
        image(
            number, (0x00290010, "LO", "MAKER"), (PRIVATE, vr, bytes([number]) * size)
        )
        for number in range(1, 31)
        for size in [70_000 + 2 * number]
    ]
    assert walks(sources) <= 4


def test_what_comes_after_the_pixels_is_compared(walks) -> None:
    padding = LE.element(0xFFFCFFFC, "OB", bytes(20))
    sources = [source + padding for source in series(20)]
    assert walks(sources) <= 4
    assert walks(sources, first_read=1024) <= 4
    for tag, size in ((0x00204000, 8), (TEXT, 24)):  # this is as long as the padding
        other = LE.element(tag, "LT", "Doe^Jane".ljust(size))
        compare([*sources, *(source + other for source in series(4)), sources[0]])


REAL = ("CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm", "JPEG2000.dcm")


@pytest.mark.parametrize("name", REAL)
def test_real_images_are_hardly_walked_through(walks, name) -> None:
    whole = (TEST_FILES / name).read_bytes()
    found = pydicom.dcmread(TEST_FILES / name, stop_before_pixels=True)
    uid = found.SOPInstanceUID.encode()
    sources = [
        whole.replace(uid, uid[:-2] + b"%02d" % number) for number in range(10, 40)
    ]
    assert walks(sources) <= 2
    assert walks(sources, first_read=2048) <= 2


def test_pixels_that_are_cut_or_have_more_behind_are_noticed() -> None:
    sources = series(9)
    cut = [source[:-10] for source in sources[:2]]
    compare([*sources, *cut, *(source + bytes(10) for source in sources), *sources])


def test_fragments_are_walked_through(walks) -> None:
    def one(number: int, *parts: bytes, rest: bytes = b"") -> bytes:
        plain = image(number)
        header = plain[: plain.index(b"\xe0\x7f\x10\0OW")]
        return header + LE.fragments(*parts) + rest

    alike = [one(number, *[bytes(4 * number)] * number) for number in range(1, 30)]
    assert walks(alike) <= 4
    assert walks(alike, first_read=1024) <= 4
    others = [
        one(40, b"1234", rest=LE.element(0xFFFCFFFC, "OB", bytes(20))),
        one(41, b"1234", rest=LE.element(0x7FE10010, "LO", "MAKER")),
        one(42, b"1234", rest=bytes(8)),
        one(43, b"1234")[:-4],
        one(44, b"1234")[:-12] + bytes(12),
        one(45),
    ]
    for name in SETTINGS:
        compare([*alike, *others, alike[0]], profile(name))


def test_a_series_in_which_nothing_is_alike_is_soon_let_be(monkeypatch) -> None:
    made: list[object] = []
    monkeypatch.setattr("cordon.core.alike.form_of", lambda *about: made.append(about))
    compare([image(number, (0x00100010, "PN", f"N{number}")) for number in range(20)])
    assert len(made) == CREDIT


# ------------------------------------------------------------------ what is not alike


def _rejected(sources: list[bytes]) -> list[bool]:
    return [
        isinstance(told(one, PROFILE, None, FIRST_READ), Rejected) for one in sources
    ]


QUIET = Study(frame="1.2.3.4.50")
"""A study in which nothing new stands by a value and looks like a date."""


@pytest.mark.parametrize(
    "text", ["by DOE", "20240229", "29/02/24", "2024-02-29", "29 Feb 2024", "1.2.3.4.5"]
)
def test_an_identifier_is_found_in_a_value_that_differs(text) -> None:
    texts = ("fine", "good", "well", "fine", text, "all fine")
    sources = [
        image(number, (TEXT, "SH", text), study=QUIET)
        for number, text in enumerate(texts, 1)
    ]
    compare(sources)
    assert _rejected(sources) == [number == 5 for number in range(1, 7)]


def test_an_identifier_is_found_that_goes_on_in_the_next_value() -> None:
    header = b"\x18\0\x50\x12SH\4\0"
    identifier = b"AB17" + header + b"CD28"
    study = Study(frame=QUIET.frame, patient_id=identifier.decode("latin-1"))
    sources = [
        image(
            number,
            (TEXT, "SH", text),
            (0x00181250, "SH", "CD28"),
            study=study,
        )
        for number, text in enumerate(("fine", "good", "well", "AB17", "thin"), 1)
    ]
    compare(sources)
    assert _rejected(sources) == [number == 4 for number in range(1, 6)]


BYTES = st.lists(st.sampled_from(b"\0ab"), max_size=6).map(bytes)


@given(BYTES, BYTES, BYTES)
def test_what_goes_across_no_nul_is_found_at_the_edges(before, between, after) -> None:
    whole, seam = before + between + after, before + _edges(between) + after
    for start in range(len(whole)):
        for stop in range(start + 1, len(whole) + 1):
            text = whole[start:stop]
            reaches = start < len(before) or stop > len(before) + len(between)
            assert b"\0" in text or not reaches or text in seam
    assert _edges(b"ab\0a\0ba") == b"ab\0ba"


def test_a_uid_is_found_in_what_all_have_in_common() -> None:
    sources = series(9, (TEXT, "SH", "1.2.3.4.5.7"), study=QUIET)
    compare(sources)
    assert _rejected(sources) == [number == 7 for number in range(1, 10)]


def test_a_date_is_found_in_what_all_have_in_common() -> None:
    moments = [f"202402{day}1011" for day in range(20, 29)]
    sources = [
        image(
            number,
            (0x0008002A, "DT", moment),
            (TEXT, "SH", "2024-02-25"),
            study=QUIET,
        )
        for number, moment in enumerate(moments, 1)
    ]
    compare(sources)
    assert _rejected(sources) == [day == 25 for day in range(20, 29)]


def test_a_name_is_found_in_what_all_have_in_common() -> None:
    names = ("Abel", "Baker", "Carver", "Draper")
    sources = [
        image(number, (0x00081070, "PN", name), (TEXT, "SH", "BAKER"), study=QUIET)
        for number, name in enumerate(names * 4)
    ]
    compare(sources)
    assert _rejected(sources) == [name == "Baker" for name in names] * 4


WORDS = st.lists(
    st.sampled_from(
        (
            "DOE",
            "jane",
            "2024",
            "-24",
            "02",
            "-29",
            "Feb",
            "1.2.3.4.",
            "5",
            ".",
            "x",
            " ",
        )
    ),
    max_size=5,
).map("".join)


@given(st.lists(WORDS, min_size=1), WORDS, WORDS, NAMES)
@settings(max_examples=100)
def test_what_is_found_anywhere_is_found_in_each(texts, before, after, name) -> None:
    sources = [
        image(
            number,
            (0x00181020, "LO", before),
            (TEXT, "SH", text),
            (0x00181250, "SH", after),
            study=QUIET,
        )
        for number, text in enumerate((*"abc", *texts), 1)
    ]
    compare(sources, profile(name))


def test_a_value_that_holds_the_next_header_is_told_by_its_length() -> None:
    header = b"\x18\0\x50\x12SH"

    def short(number: int, text: bytes) -> bytes:
        more = b"cd" + header + b"\2\0ef"
        return image(number, (TEXT, "SH", text), (0x00181250, "SH", more + text))

    def long(number: int, text: bytes) -> bytes:
        more = text + header + b"\x0e\0cd"
        return image(number, (TEXT, "SH", more), (0x00181250, "SH", b"ef" + text))

    # the same bytes but for the lengths: numbers of two digits are alike
    sources = [short(11, b"ab"), short(13, b"gh"), long(15, b"ab"), short(17, b"ab")]
    assert len(set(map(len, sources))) == 1
    compare([*sources, *sources])


def test_a_value_of_unknown_vr_may_be_a_sequence(walks) -> None:
    comment = b"\x10\0\0\x40\x08\0\0\0a secret"
    item = b"\xfe\xff\0\xe0" + len(comment).to_bytes(4, "little") + comment
    values = [b"%02d" % number * 12 for number in range(10, 20)]
    assert {len(item)} == set(map(len, values))
    plain = [
        image(number, (TEXT, "UN", value), study=QUIET)
        for number, value in enumerate(values, 11)
    ]
    assert walks(plain) <= 4
    nested = image(31, (TEXT, "UN", item), study=QUIET)
    compare([*plain, nested, *plain])
    assert b"secret" not in released(nested, PROFILE)


REFERENCED = 0x00081140
KEPT = 0x00189346
"""A sequence that no row of the table is about."""

DESCRIBED = {"clean_descriptors": True, "retain_longitudinal": "modified"}
STRUCTURED = {"clean_structured_content": True}
NESTED_SETTINGS = {
    "usual": Settings(),
    "warning": Settings(sweep="warn"),
    "uids": Settings(retain_uids=True),
    "warned of uids": Settings(retain_uids=True, sweep="warn"),
    "descriptors": Settings(**DESCRIBED),
    "structured": Settings(**STRUCTURED),
    "ignored": Settings(replacements=("0008,1155=1.2.3", "0008,0020=20200101")),
}
"""Under which sequences that differ may be followed."""


def referring(number: int, uid: str, encoded: str, tag: int = REFERENCED) -> bytes:
    """Make a slice that refers to another one."""
    item = [(0x00081150, "UI", CT), (0x00081155, "UI", uid)]
    # as many as their UIDs are long, which no series is
    items = [item, [*item, (0x00400555, "SQ", [item])]] if number % 3 else [item]
    return image(number, (tag, "SQ", items), encoded=encoded)


@pytest.mark.parametrize("name", ["usual", "warning", "uids", "descriptors"])
@pytest.mark.parametrize("encoded", ENCODINGS)
@pytest.mark.parametrize("tag", [REFERENCED, KEPT, 0x00400275, 0x00291010])
def test_only_the_sequences_that_differ_are_walked_through(
    walks, tag, encoded, name
) -> None:
    sources = [
        referring(number, f"1.2.3.7.{number}", encoded, tag) for number in range(1, 41)
    ]
    assert walks(sources, compiled(NESTED_SETTINGS[name])) <= 6


def test_a_name_in_a_sequence_is_sought_in_what_all_have_in_common() -> None:
    names = ("Abel", "Baker", "Carver", "Draper")
    sources = [
        image(
            number,
            (0x00400275, "SQ", [[(0x00080090, "PN", name)]]),
            (TEXT, "SH", "BAKER"),
            study=QUIET,
        )
        for number, name in enumerate(names * 4)
    ]
    compare(sources)
    assert _rejected(sources) == [name == "Baker" for name in names] * 4


def test_a_character_set_in_a_sequence_is_one_that_names_may_be_spelled_in() -> None:
    study = Study(
        frame="1.2.3.4.50", patient_name="Q^M\xfcllermeister".encode("latin-1")
    )
    sets = ("ISO_IR 100", "ISO_IR 192")
    sources = [
        image(
            number,
            (
                0x00400275,
                "SQ",
                [
                    [
                        (0x00080005, "CS", sets[number == 7]),
                        (0x00081155, "UI", f"1.2.3.7.{number}"),
                    ]
                ],
            ),
            (TEXT, "SH", "m\xfcllermeister".encode()),
            study=study,
        )
        for number in range(1, 12)
    ]
    compare(sources)
    assert _rejected(sources) == [number == 7 for number in range(1, 12)]


def test_content_items_in_a_sequence_are_judged_in_each() -> None:
    def one(number: int) -> bytes:
        concept = [(0x00080100, "SH", "121106"), (0x00080102, "SH", "DCM")]
        items = [
            [
                (0x0040A040, "CS", kind),
                (0x0040A043, "SQ", [concept]),
                (0x0040A160, "UT", f"number {number} of {kind}"),
            ]
            for kind in ("TEXT", "PNAME", "NUM")
        ]
        if number < 6:
            items = [[(0x00081155, "UI", f"1.2.3.7.{number}")]]
        return image(number, (0x00400555, "SQ", items))

    compare([one(number) for number in range(1, 12)], compiled(Settings(**STRUCTURED)))


def test_private_values_in_sequences_are_as_safe_as_was_declared_before() -> None:
    declared = [
        (0x00080301, "US", b"\x29\0"),
        (0x00080302, "LO", "MAKER"),
        (0x00080303, "CS", "SAFE"),
    ]

    def one(number: int) -> bytes:
        inner = [(0x00081155, "UI", f"1.2.3.7.{number}")]
        if number > 5:
            inner += [(0x00290010, "LO", "MAKER"), (PRIVATE, "LO", f"value {number}")]
        return image(number, (0x00080300, "SQ", [declared]), (KEPT, "SQ", [inner]))

    safe = compiled(Settings(retain_safe_private=True))
    sources = [one(number) for number in range(1, 12)]
    compare(sources, safe)
    assert b"value 11" in released(sources[-1], safe)


def test_a_sequence_of_which_a_directory_tells_is_told_only_where_it_stays() -> None:
    gone = Rule("X", lambda element, instance: b"")

    def choose(element: Element, path: object, instance: object) -> Rule:
        return gone if element.stop - element.start < 60 else DESCEND

    rules = {**PROFILE.rules, KEPT: DESCEND._replace(choose=choose, counts=True)}
    tells = PROFILE.tells | {KEPT}
    item = [(0x00181160, "SH", "1")]
    sources = [
        image(
            number, (KEPT, "SQ", [[(0x00081155, "UI", f"1.{number}")]] + [item] * more)
        )
        for number, more in enumerate([0] * 6 + [4] * 3, 11)
    ]
    compare(sources, PROFILE._replace(rules=rules, tells=tells))


@pytest.mark.parametrize("encoded", ["explicit-undefined", "implicit-undefined"])
def test_a_second_sequence_is_not_taken_for_the_end_of_the_first(encoded) -> None:
    def one(number: int, *more: tuple) -> bytes:
        language = [[(0x00080100, "SH", f"{number}")]]
        return image(number, (0x00120054, "SQ", language), *more, encoded=encoded)

    marked = (0x00120064, "SQ", [[(0x00080100, "SH", "113100")]])
    plain = [one(number) for number in range(1, 9)]
    compare([*plain, one(9, marked), *plain])


UIDS = [f"1.2.3.4.5.{number}" for number in range(1, 5)]
PIECES = st.sampled_from(
    (
        *((0x00081155, "UI", uid) for uid in UIDS),
        (0x00080005, "CS", "ISO_IR 192"),
        (0x00080020, "DA", "20240229"),
        (0x00080020, "DA", "20200301"),
        (0x00080100, "SH", "99LOCAL"),
        (0x00080102, "SH", "99X"),
        (0x00080104, "LO", "Head of Jane"),
        (0x00100010, "PN", "Doe^Jane"),
        (0x00100010, "PN", "Roe^Jim"),
        (0x00120063, "LO", "by hand"),
        (0x00181160, "SH", "seen by Doe"),
        (0x00181160, "SH", UIDS[0]),
        (0x00280010, "US", b"\1\1"),
        (0x00291010, "LO", "secret"),
        (0x00291010, "SQ", [[(0x00100010, "PN", "Doe^Jane")]]),
        (0x00400555, "SQ", [[(0x00081155, "UI", UIDS[1])], []]),
        (0x0040A730, "SQ", [[(0x0040A160, "UT", "words of Doe")]]),
        (0x00181161, "SQ", []),
    )
)
ITEMS = st.lists(
    st.lists(PIECES, max_size=4).map(
        lambda some: sorted({one[0]: one for one in some}.values())
    ),
    max_size=3,
)
OUTER = st.sampled_from(
    (
        REFERENCED,
        KEPT,
        0x00080300,
        0x00081032,
        0x00081115,
        0x00120064,
        0x00181160,  # which is no sequence
        0x00291010,
        0x00400275,
        0x0040A730,
    )
)


@given(
    OUTER,
    st.lists(ITEMS, min_size=1, max_size=8),
    st.sampled_from(sorted(ENCODINGS)),
    st.sampled_from(sorted({**SETTINGS, **NESTED_SETTINGS})),
)
@settings(max_examples=400)
def test_any_sequence_becomes_what_it_does_alone(tag, contents, encoded, name) -> None:
    alike = [[[(0x00081155, "UI", f"1.2.3.7.{number}")]] for number in range(1, 4)]
    sources = [
        image(number, (tag, "SQ", items), encoded=encoded)
        for number, items in enumerate([*alike, *contents, *contents], 1)
    ]
    chosen = {**SETTINGS, **NESTED_SETTINGS}[name]
    compare(sources, compiled(chosen))


def test_of_a_data_element_that_stands_twice_the_first_one_counts() -> None:
    uids = [f"1.2.3.4.5.{number}" for number in range(1, 9)]

    def one(number: int, second: str) -> bytes:
        again = LE.element(0x00080018, "UI", second)
        whole = image(number)
        at = whole.index(b"\x08\0\x20\0DA")
        return whole[:at] + again + whole[at:]

    sources = [one(number, uid) for number, uid in enumerate(uids, 1)]
    compare([*sources, one(9, "1.2.3.4.5.1"), one(10, "1.2.3.4.5.77")])


def test_private_values_that_are_safe_are_decided_on_in_each() -> None:
    sources = [
        image(
            number,
            (0x00190010, "LO", "SIEMENS MR HEADER"),
            (0x0019100C, "IS", str(100 * number)),
            (0x0019100D, "CS", f"N{number}"),
        )
        for number in range(1, 9)
    ]
    safe = compiled(Settings(retain_safe_private=True))
    compare(sources, safe)
    assert b"800 " in released(sources[-1], safe)


def test_numbers_are_no_words_however_many() -> None:
    def one(number: int) -> bytes:
        numbers = b"Doe^Jane" * 9 + bytes(8 * number)
        return image(number, (0x00281408, "OW", numbers))

    compare([one(number) for number in range(1, 9)])


DEPENDENT = [
    ("burned-in", (0x00280301, "CS"), ("NO", "no", "NO", "no", "YES")),
    (
        "image type",
        (0x00080008, "CS"),
        ("ORIGINAL\\PRIMARY", "DERIVED\\PRIMARY", "DERIVED\\SCREEN SAVE"),
    ),
    ("class", (0x00080016, "UI"), (CT, "1.2.840.10008.5.1.4.1.1.7")),
    ("character set", (0x00080005, "CS"), ("ISO_IR 100", "ISO_IR 192")),
    ("patient", (0x00100020, "LO"), ("PAT-4711", "PAT-4712")),
    ("name", (0x00100010, "PN"), ("Doe^Jane", "Roe^Jane")),
    ("study", (0x0020000D, "UI"), ("1.2.3.4", "1.2.3.5")),
    ("series", (0x0020000E, "UI"), ("1.2.3.4.5", "1.2.3.4.6")),
    ("modified", (0x00280303, "CS"), ("MODIFIED", "UNMODIFIED")),
    ("instance", (0x00080018, "UI"), ("1.2.3.4.5.6", "")),
    ("method", (0x00120063, "LO"), ("by hand", "by Doe")),
    ("sequence", (0x00081140, "SQ"), ([], [[(0x00081155, "UI", "1.2.3.4.5")]])),
    ("no text", (TEXT, "SH"), ("\xfe\xff\x00\xe0\0\0\0\0", "fine and well")),
]


@pytest.mark.parametrize(("about", "element", "values"), DEPENDENT)
@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_what_more_depends_on_is_noticed(about, element, values, name) -> None:
    def one(number: int) -> bytes:
        value = values[number % len(values)]
        if isinstance(value, str):
            value = value.encode("latin-1")
        return image(number, (*element, value))

    compare([one(number) for number in range(1, 25)], profile(name))


CHOSEN = {
    "instance": {"replacements": ("0018,1160={instance}",), "allow_deviation": True},
    "constant": {"replacements": ("0020,0013=7",), "allow_deviation": True},
    "series": {"replacements": ("0018,1160={series}",), "allow_deviation": True},
    "ignored": {"replacements": ("0020,1041=7",)},
    "patient": {"replacements": ("0010,0020=FIXED",)},
    "off": {"sweep": "off"},
    "reject": {"burned_in": "reject"},
    "safe private": {"retain_safe_private": True},
}


@pytest.mark.parametrize("chosen", CHOSEN.values(), ids=CHOSEN)
def test_all_settings_are_followed(chosen) -> None:
    private = (0x00290010, "LO", "MAKER"), (PRIVATE, "OB", b"12")
    sources = series(12, (TEXT, "SH", "fine"), *private)
    compare(sources, compiled(Settings(**chosen)))


# ------------------------------------------------------------------------ real files


@cache
def places(path: Path) -> list[tuple[int, int, int]]:
    """List where top-level values of a file are, and how long the length before is."""
    found = []
    with path.open("rb") as stream:
        data_set = pydicom.dcmread(stream, stop_before_pixels=True, force=True)
        for element in data_set.values():
            raw = element
            if isinstance(raw, pydicom.dataelem.RawDataElement) and raw.length < 0xFFFF:
                long = raw.is_implicit_VR or raw.VR in LONG
                found.append((raw.value_tell, raw.length, 4 if long else 2))
    return found


LONG = ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")


def replaced(whole: bytes, place: tuple[int, int, int], random: Random) -> bytes:
    """Put something else where a value is."""
    at, length, width = place
    new = random.choice(
        (
            bytes(random.choices(b"0123456789", k=length)),
            bytes(random.choices(b"0123456789.", k=length + 2)),
            whole[at : at + length] + b"11",
            b"",
            b"Test^Name ",
            b"\xfe\xff\x00\xe0\0\0\0\0",
        )
    )
    order = "big" if b"1.2.840.10008.1.2.2\0" in whole[:400] else "little"
    coded = len(new).to_bytes(width, order)
    return whole[: at - width] + coded + new + whole[at + length :]


SMALL = [path for path in instances() if path.stat().st_size < 100_000]


@pytest.mark.filterwarnings("ignore")  # of the oracle, about what it reads
@pytest.mark.parametrize("path", SMALL, ids=name_of)
def test_a_value_of_a_real_file_may_be_any_other(path) -> None:
    random = Random(path.name)  # noqa: S311 - to be the same again
    whole, found = path.read_bytes(), places(path)
    names = sorted(SETTINGS)
    for place in random.sample(found, min(len(found), 30)):
        sources = [replaced(whole, place, random) for _ in range(3)]
        compare([whole, *sources, whole], profile(random.choice(names)))


@given(st.sampled_from(SMALL), st.randoms(use_true_random=False), NAMES)
@settings(max_examples=300)
def test_damage_among_others_is_what_it_is_alone(path, random, name) -> None:
    whole = path.read_bytes()
    sources = [damaged(whole, random) for _ in range(3)]
    compare([whole, whole, *sources, whole], profile(name))
