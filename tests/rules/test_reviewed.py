"""Descriptions that a person has reviewed, in the instances they are meant for."""

import json

import canaries
import pytest
from builders import ENCODINGS, Study, file
from engine import KEY, assemble, deidentify, plan
from hypothesis import given
from hypothesis import strategies as st
from oracle import raw_bytes, read
from pydicom.dataset import Dataset
from strategies import sources

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.rules.descriptions import describe, read_reviewed
from cordon.rules.pseudonyms import Pseudonyms
from cordon.settings import Settings, SettingsError

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

STUDY, SERIES = 0x00081030, 0x0008103E
METHOD, CODES = 0x00120063, 0x00120064
SAID = "Cordon: descriptions cleaned by review"
TEXT = "Thorax, after contrast"


def new(uid: str) -> str:
    return Pseudonyms(KEY).uid(uid.encode()).decode()


def under(reviewed: dict, **choices: object) -> Profile:
    alone = {"sweep": "off", "burned_in": "ignore", **choices}
    return compile_profile(Settings(**alone), KEY, read_reviewed(json.dumps(reviewed)))


def source(*more: tuple, encoding: str = "explicit", lacks: tuple = ()) -> bytes:
    how, syntax = ENCODINGS[encoding]
    listed = {one[0]: one for one in (*Study().elements(), *more)}
    kept = [listed[tag] for tag in sorted(listed.keys() - set(lacks))]
    return file(kept, how, syntax)


OF_SERIES = (SERIES, "LO", "Series of Doe")
NESTED = (0x00081115, "SQ", [[OF_SERIES, (0x0020000E, "UI", "1.2.3.4.5")]])


def leaves(data_set: Dataset, but: set[int]) -> list[tuple[int, bytes]]:
    return [
        (int(tag), raw_bytes(data_set, tag))
        for tag in data_set.keys()  # noqa: SIM118 - its own order, unread
        if int(tag) not in but
    ]


# ------------------------------------------------------------------ what is written


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("lacks", [(), (STUDY,), (SERIES,), (STUDY, SERIES)])
@pytest.mark.parametrize("cleaned", [False, True])
def test_a_description_is_written_whether_or_not_there_was_one(
    encoding: str, lacks: tuple, cleaned: bool
) -> None:
    data = source(OF_SERIES, NESTED, encoding=encoding, lacks=lacks)
    reviewed = {new("1.2.3.4"): TEXT, new("1.2.3.4.5"): "Arterial"}
    got = read(deidentify(data, under(reviewed, clean_descriptors=cleaned)))
    plainly = read(deidentify(data, under({}, clean_descriptors=cleaned)))
    assert (got.StudyDescription, got.SeriesDescription) == (TEXT, "Arterial")
    assert got[STUDY].VR == got[SERIES].VR == "LO"
    changed = {STUDY, SERIES, METHOD}
    assert leaves(got, changed) == leaves(plainly, changed)
    tags = [int(element.tag) for element in got]
    assert tags == sorted(tags)


@pytest.mark.parametrize("cleaned", [False, True])
def test_a_dropped_description_goes_whatever_the_profile_says(cleaned: bool) -> None:
    data = source((STUDY, "LO", "CT thorax"), (SERIES, "LO", "thorax"))
    reviewed = {new("1.2.3.4"): None, new("1.2.3.4.5"): "  "}
    got = read(deidentify(data, under(reviewed, clean_descriptors=cleaned)))
    assert STUDY not in got
    assert SERIES not in got
    assert SAID not in got[METHOD].value


@given(sources(), st.booleans())
def test_an_instance_that_is_not_mentioned_stays_as_it_would(
    data: bytes, cleaned: bool
) -> None:
    reviewed = {"2.25.77": TEXT, "2.25.78": None}
    plainly = under({}, clean_descriptors=cleaned)
    try:
        expected = plan(data, plainly)
    except InstanceError:
        return
    got = plan(data, under(reviewed, clean_descriptors=cleaned))
    if isinstance(expected, Deidentified):
        assert assemble(data, got) == assemble(data, expected)
        assert isinstance(got, Deidentified)
        assert (got.row, got.told) == (expected.row, expected.told)


@pytest.mark.parametrize("kind", canaries.KINDS)
def test_nothing_else_changes_in_any_kind_of_instance(kind: str) -> None:
    data = canaries.made(kind).data
    expected = plan(data, under({}))
    assert isinstance(expected, Deidentified)
    row = expected.row
    reviewed = {row.study_instance_uid: TEXT, row.series_instance_uid: "Axial"}
    reviewed.pop("", None)
    got = plan(data, under(reviewed))
    assert isinstance(got, Deidentified)
    changed = {STUDY, SERIES, METHOD}
    plainly, new_ = read(assemble(data, expected)), read(assemble(data, got))
    assert leaves(new_, changed) == leaves(plainly, changed)
    said = [new_.get("StudyDescription"), new_.get("SeriesDescription")]
    assert said == [reviewed.get(row.study_instance_uid), "Axial"][: len(said)]


def test_a_description_is_not_written_into_items() -> None:
    reviewed = {new("1.2.3.4"): TEXT, new("1.2.3.4.5"): TEXT}
    got = read(deidentify(source(NESTED), under(reviewed)))
    assert SERIES not in got[0x00081115].value[0]


def test_retained_uids_are_those_a_review_is_about() -> None:
    reviewed = {"1.2.3.4": TEXT, new("1.2.3.4.5"): TEXT}
    got = read(deidentify(source(), under(reviewed, retain_uids=True)))
    assert got.StudyDescription == TEXT
    assert SERIES not in got


@pytest.mark.parametrize("lacks", [(), (STUDY, SERIES)])
def test_a_review_outranks_a_replacement_where_it_speaks(lacks: tuple) -> None:
    choices = {
        "allow_deviation": True,
        "replacements": ("StudyDescription=Trial", "SeriesDescription=Arm {series}"),
    }
    data = source(OF_SERIES, lacks=lacks)
    got = read(deidentify(data, under({new("1.2.3.4"): TEXT}, **choices)))
    assert got.StudyDescription == TEXT
    assert got.SeriesDescription.startswith("Arm S-")
    dropped = read(deidentify(data, under({new("1.2.3.4"): None}, **choices)))
    assert STUDY not in dropped


def test_the_result_says_that_descriptions_were_reviewed() -> None:
    for cleaned in (False, True):
        reviewed = {new("1.2.3.4"): TEXT}
        got = read(deidentify(source(), under(reviewed, clean_descriptors=cleaned)))
        method = got[METHOD].value
        assert SAID in method
        codes = [item.CodeValue for item in got[CODES].value]
        assert ("113105" in codes) is cleaned
    other = read(deidentify(source(), under({"2.25.7": TEXT})))
    assert SAID not in other[METHOD].value


def test_a_second_pass_with_the_same_review_changes_nothing() -> None:
    profile = under({new("1.2.3.4"): TEXT, new("1.2.3.4.5"): None})
    once = deidentify(source(OF_SERIES), profile)
    assert deidentify(once, profile) == once


# ------------------------------------------------------------------ the last look


@pytest.mark.parametrize("text", ["Jane", "thorax of DOE", "PAT-4711", "29.02.2024"])
def test_a_name_that_was_let_pass_is_found_before_release(text: str) -> None:
    for lacks in ((), (STUDY,)):
        reviewed = {new("1.2.3.4"): text}
        outcome = plan(source(lacks=lacks), under(reviewed, sweep="reject"))
        assert isinstance(outcome, Rejected)
        assert outcome.reason == "residual"
        assert {note.place for note in outcome.notes} == {"(0008,1030)"}


# ------------------------------------------------------------------ character sets


SCRIPTS = [
    (b"ISO_IR 100", "Schädel"),
    (b"ISO_IR 101", "Břicho"),
    (b"ISO_IR 109", "Ħames"),
    (b"ISO_IR 110", "Ķermenis"),
    (b"ISO_IR 144", "Голова"),
    (b"ISO_IR 127", "رأس"),
    (b"ISO_IR 126", "Κεφαλή"),
    (b"ISO_IR 138", "ראש"),
    (b"ISO_IR 148", "Göğüs"),
    (b"ISO_IR 13", "ｱﾀﾏ"),
    (b"ISO_IR 166", "ศีรษะ"),
    (b"ISO_IR 192", "头部 Schädel 머리"),
    (b"GB18030", "头部平扫"),
    (b"GBK", "头部平扫"),
    (b"\\ISO 2022 IR 87", "頭部 CT"),
    (b"ISO 2022 IR 13\\ISO 2022 IR 87", "頭部 CT"),
    (b"\\ISO 2022 IR 149", "머리 CT"),
]


@pytest.mark.parametrize(("character_set", "text"), SCRIPTS)
def test_a_description_is_in_the_character_set_of_the_instance(
    character_set: bytes, text: str
) -> None:
    data = source((0x00080005, "CS", character_set))
    got = read(deidentify(data, under({new("1.2.3.4"): text})))
    got.decode()
    assert got.StudyDescription == text


def test_letters_that_the_character_set_lacks_lose_their_accents() -> None:
    data = source(lacks=(0x00080005,))
    outcome = plan(data, under({new("1.2.3.4"): "ß" * 64}))
    assert isinstance(outcome, Deidentified)
    assert [note.code for note in outcome.row.notes] == ["replacement-transliterated"]
    assert read(assemble(data, outcome)).StudyDescription == "s" * 64


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        "7",
        "[" * 100_000,
        '{"Doe": null}',
        '{"": null}',
        '{"1.2.3": 7}',
        '{"1.2.3": ["a"]}',
        '{"1.2.3": "DOE\\\\JANE"}',
        '{"1.2.3": "DOE\\u0000"}',
        '{"1.2.3": "DOE\\u001b(B"}',
        '{"1.2.3": "DOE\\n"}',
        '{"1.2.3": "DOE\\u0085"}',
        '{"1.2.3": "DOE\\ud800"}',
        json.dumps({"1.2.3": "DOE" * 22}),
        json.dumps({"1." + "2" * 64: "DOE"}),
    ],
)
def test_what_is_not_legal_is_refused_before_the_run_and_not_quoted(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_reviewed(text)
    assert refused.value.key == "reviewed"
    assert "doe" not in str(refused.value).lower()


def test_no_text_is_no_review() -> None:
    assert read_reviewed("") == read_reviewed("{}") == {}


# ------------------------------------------------------------------ suggestions


def test_a_suggestion_leaves_out_what_identifies() -> None:
    own = frozenset(("doe", "contrast"))
    assert describe(b"CT thorax Doe ", b"", own) == ("CT thorax Doe", "CT thorax")
    assert describe(b"with contrast", b"", own).suggestion != "with contrast"
    assert describe(b"Doe", b"", own) == ("Doe", "")
    assert describe(b"", b"", own) == ("", "")
    assert describe(b"Sch\xe4del CT", b"ISO_IR 100", own).original == "Schädel CT"


@given(
    st.binary(max_size=200) | st.text(max_size=100).map(str.encode),
    st.sampled_from([b"", b"ISO_IR 100", b"ISO_IR 192", b"\\ISO 2022 IR 87", b"?"]),
)
def test_every_suggestion_is_legal(value: bytes, character_set: bytes) -> None:
    suggestion = describe(value, character_set, frozenset()).suggestion
    assert read_reviewed(json.dumps({"1.2": suggestion}))["1.2"] == (suggestion or None)
