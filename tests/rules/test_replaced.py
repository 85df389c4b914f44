"""Replacements: where the user's values stand in the result, and where they do not."""

import re
from functools import cache
from itertools import product

import pytest
from builders import CT, ENCODINGS, file
from engine import KEY, assemble, deidentify, plan
from oracle import OURS, raw, raw_bytes, raws, read, table
from pydicom import config
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.valuerep import validate_value

from cordon.core.outcome import Deidentified, Note
from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

ENCODED = pytest.mark.parametrize("encoding", ENCODINGS)
UID = "2.25.1"
SOP = {
    0x00080005: ("CS", "ISO_IR 100"),
    0x00080016: ("UI", CT),
    0x00080018: ("UI", "1.2.3.4.5.1"),
    0x00100010: ("PN", "Doe^Jane"),
    0x00100020: ("LO", "PAT-4711"),
    0x0020000D: ("UI", "1.2.3.4"),
    0x0020000E: ("UI", "1.2.3.4.5"),
}
NESTS = 0x00081115
IGNORED = "replacement-ignored"


@cache
def profile(entries: tuple[str, ...], **choices: bool | str) -> Profile:
    alone = {"sweep": "off", "burned_in": "ignore", "replacements": entries, **choices}
    return compile_profile(Settings(**alone), KEY)


def replaced(
    entries: str | tuple[str, ...],
    *elements: tuple,
    encoding: str = "explicit",
    **choices: bool | str,
) -> tuple[Dataset, list[Note]]:
    """Give the result, and what is to be known of it."""
    entries = (entries,) if isinstance(entries, str) else entries
    how, syntax = ENCODINGS[encoding]
    known = {tag: (tag, *rest) for tag, rest in SOP.items()}
    known |= {element[0]: element for element in elements}
    source = file([known[tag] for tag in sorted(known)], how, syntax)
    outcome = plan(source, profile(entries, **choices))
    assert isinstance(outcome, Deidentified)
    return read(assemble(source, outcome)), list(outcome.row.notes)


def nested(*elements: tuple) -> tuple:
    return (NESTS, "SQ", [list(elements)])


def item_of(data_set: Dataset) -> Dataset:
    (item,) = data_set[NESTS].value
    return item


# ------------------------------------------------------------------ where they stand


@pytest.mark.parametrize(
    "name",
    [
        "0010,0010",
        "(0010,0010)",
        "0010, 0010",
        "00100010",
        "PatientName",
        " PatientName ",
    ],
)
@ENCODED
def test_a_value_stands_at_every_depth(name: str, encoding: str) -> None:
    deep = (0x00081140, "SQ", [[(0x00100010, "PN", "Doe")]])
    inner = nested((0x00081155, "UI", "1.2.3.4.5.1"), deep, (0x00100010, "PN", "Doe"))
    new, notes = replaced(f"{name}=Subject^One", inner, encoding=encoding)
    item = item_of(new)
    (deeper,) = (
        item.ReferencedImageSequence if "ReferencedImageSequence" in item else (item,)
    )
    for data_set in (new, item, deeper):
        assert data_set.PatientName == "Subject^One"
        assert raw(data_set, 0x00100010) == "Subject^One"
    assert notes == []
    assert new.PatientID.startswith("P-")


BY_VR = {
    "StationName": ("SH", "Room 1", "Room 1"),
    "PatientBirthDate": ("DA", "19700101", "19700101"),
    "StudyTime": ("TM", "101112.5", "101112.5"),
    "PatientSex": ("CS", "O", "O"),
    "AcquisitionDateTime": ("DT", "20000101+0100", "20000101+0100"),
    "PatientAge": ("AS", "040Y", "040Y"),
    "InstitutionAddress": ("ST", "A\\B = C", "A\\B = C"),
    "PatientComments": ("LT", "A\r\nB", "A\r\nB"),
    "PatientWeight": ("DS", "70.5", "70.5"),
    "RetrieveAETitle": ("AE", "ONE\\TWO", "ONE\\TWO"),
    "FrameOfReferenceUID": ("UI", "2.25.7", "2.25.7"),
    "OtherPatientNames": ("PN", "A^B\\C^D", "A^B\\C^D"),
    "InstanceNumber": ("IS", "7", "7"),
    "TextValue": ("UT", "A\\B", "A\\B"),
    "LongCodeValue": ("UC", "A", "A"),
    "PatientTelecomInformation": ("LT", "none", "none"),
    "Rows": ("US", "512", 512),
    "MaskSubPixelShift": ("FL", "1.5\\-2", [1.5, -2.0]),
    "DiffusionBValue": ("FD", "1000", 1000.0),
    "FrameIncrementPointer": ("AT", "00181063", 0x00181063),
    "ReferencePixelX0": ("SL", "-5", -5),
    "RegionFlags": ("UL", "4000000000", 4000000000),
    "SelectorSSValue": ("SS", "-5", -5),
}


@ENCODED
@pytest.mark.parametrize("keyword", sorted(BY_VR))
def test_a_value_is_encoded_as_its_vr_asks(
    keyword: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vr, value, expected = BY_VR[keyword]
    tag = tag_for_keyword(keyword)
    assert tag is not None
    monkeypatch.setattr(config.settings, "reading_validation_mode", config.RAISE)
    new, _ = replaced(f"{keyword}={value}", encoding=encoding, allow_deviation=True)
    assert len(raw_bytes(new, tag)) % 2 == 0
    if isinstance(expected, str):
        assert raw(new, tag) == expected
        for part in [value] if vr in ("ST", "LT", "UT") else value.split("\\"):
            validate_value(vr, part, config.RAISE)
    else:
        assert new[tag].value == expected
    assert (tag, new[tag].VR) == (tag, vr)


def test_an_empty_value_empties() -> None:
    new, _ = replaced("PatientName=", nested((0x00100010, "PN", "Doe")))
    assert raws(new)[0x00100010] == raws(item_of(new))[0x00100010] == b""


@pytest.mark.parametrize("encoding", ["explicit", "explicit-undefined"])
@pytest.mark.parametrize("found", ["UN", "LO", "OB"])
def test_the_vr_is_the_dictionarys_whatever_was_there(
    found: str, encoding: str
) -> None:
    new, _ = replaced(
        "PatientName=A^B",
        (0x00100010, found, b"Doe^Jane"),
        nested((0x00100010, found, b"Doe^Jane")),
        encoding=encoding,
    )
    for data_set in (new, item_of(new)):
        assert data_set[0x00100010].VR == "PN"
        assert data_set.PatientName == "A^B"


# -------------------------------------------------------------------- where they do not

KEPT = (0x00080070, "LO", "Maker")
GONE = (0x00081030, "LO", "CT of Jane Doe")
EMPTIED = (0x00080050, "SH", "ACC-99")
MAPPED = (0x00200052, "UI", "1.2.9")
ENTRIES = (
    "Manufacturer=Mine",
    "StudyDescription=Mine",
    "AccessionNumber=Mine",
    f"FrameOfReferenceUID={UID}",
)


@ENCODED
def test_what_the_profile_keeps_or_removes_is_not_replaced_but_noted(
    encoding: str,
) -> None:
    elements = (KEPT, GONE, EMPTIED, MAPPED)
    new, notes = replaced(ENTRIES, *elements, nested(*elements), encoding=encoding)
    for data_set in (new, item_of(new)):
        assert data_set.Manufacturer == "Maker"
        assert "StudyDescription" not in data_set
        assert data_set.AccessionNumber == "Mine"
        assert data_set.FrameOfReferenceUID == UID
    places = ["(0008,0070)", "(0008,1030)"]
    inner = [f"(0008,1115)>{place}" for place in places]
    assert sorted(notes) == sorted(Note(IGNORED, place) for place in places + inner)
    assert len(new.DeidentificationMethod.split("\\")) == 1


@ENCODED
def test_a_deviation_replaces_them_all(encoding: str) -> None:
    elements = (KEPT, GONE, EMPTIED, MAPPED)
    new, notes = replaced(
        ENTRIES, *elements, nested(*elements), encoding=encoding, allow_deviation=True
    )
    for data_set in (new, item_of(new)):
        assert data_set.Manufacturer == data_set.StudyDescription == "Mine"
        assert data_set.AccessionNumber == "Mine"
        assert data_set.FrameOfReferenceUID == UID
    assert notes == []
    assert "Cordon: deviates, as configured" in new.DeidentificationMethod


@ENCODED
def test_what_is_absent_is_added_at_the_top_only_with_a_deviation(
    encoding: str,
) -> None:
    inner = nested((0x00081155, "UI", "1.2.3.4.5.1"))
    without, notes = replaced(ENTRIES, inner, encoding=encoding)
    for keyword in ("Manufacturer", "StudyDescription", "AccessionNumber"):
        assert keyword not in without
    assert notes == []
    new, notes = replaced(ENTRIES, inner, encoding=encoding, allow_deviation=True)
    assert new.Manufacturer == new.StudyDescription == new.AccessionNumber == "Mine"
    assert new.FrameOfReferenceUID == UID
    assert list(item_of(new).keys()) == [0x00081155]
    assert list(new.keys()) == sorted(new.keys())
    assert notes == []


@pytest.mark.parametrize(
    ("tag", "value"),
    [("0008,0001", "1"), ("0008,0008", "A\\B"), ("7FFE,0011", "5")],
)
def test_what_is_added_stands_in_its_place(tag: str, value: str) -> None:
    pixels = (0x7FE00010, "OW", bytes(8))
    new, _ = replaced(f"{tag}={value}", pixels, allow_deviation=True)
    assert list(new.keys()) == sorted(new.keys())
    assert new.PixelData == bytes(8)
    assert int(tag.replace(",", ""), 16) in new


def test_an_option_that_keeps_is_as_the_profile() -> None:
    age = (0x00101010, "AS", "061Y")
    new, notes = replaced("PatientAge=040Y", age, retain_patient_characteristics=True)
    assert new.PatientAge == "061Y"
    assert notes == [Note(IGNORED, "(0010,1010)")]
    new, notes = replaced(
        "PatientAge=040Y",
        age,
        retain_patient_characteristics=True,
        allow_deviation=True,
    )
    assert new.PatientAge == "040Y"
    assert notes == []


def test_text_that_is_cleaned_may_be_replaced() -> None:
    for words in ("CT CHEST", "CHEST of Quibblewik"):
        new, notes = replaced(
            "StudyDescription=Mine", (0x00081030, "LO", words), clean_descriptors=True
        )
        assert new.StudyDescription == "Mine"
        assert notes == []


def text_item(uid: bool = False) -> tuple:
    name = [(0x00080100, "SH", "1"), (0x00080102, "SH", "99X")]
    value = (0x0040A124, "UI", "1.2.3") if uid else (0x0040A160, "UT", "Chest")
    kind = (0x0040A040, "CS", "UIDREF" if uid else "TEXT")
    item = [kind, (0x0040A043, "SQ", [name]), value]
    return (0x0040A730, "SQ", [sorted(item, key=lambda one: one[0])])


@pytest.mark.parametrize("deviation", [False, True])
def test_values_of_content_items_are_replaced_or_it_is_noted(deviation: bool) -> None:
    for entry, keyword, uid in (
        ("TextValue=Mine", "TextValue", False),
        (f"UID={UID}", "UID", True),
    ):
        new, notes = replaced(
            entry,
            text_item(uid),
            clean_structured_content=True,
            allow_deviation=deviation,
        )
        found = new.ContentSequence[0][keyword].value
        assert found == entry.partition("=")[2] or [one.code for one in notes] == [
            IGNORED
        ]


@pytest.mark.parametrize("deviation", [False, True])
def test_code_meanings_are_replaced_or_it_is_noted(deviation: bool) -> None:
    meaning = [
        (0x00080100, "SH", "1"),
        (0x00080102, "SH", "DCM"),
        (0x00080104, "LO", "Chest"),
    ]
    for row in table("profile.csv"):
        if not row["clean_descriptors"] or row["vr"] != "SQ":
            continue
        tag = int(row["tag"], 16)
        new, notes = replaced(
            "CodeMeaning=Mine",
            (tag, "SQ", [meaning]),
            clean_descriptors=True,
            allow_deviation=deviation,
        )
        found = new[tag].value[0].CodeMeaning
        assert found == "Mine" or [one.code for one in notes] == [IGNORED]


# --------------------------------------------------------------------------- private

MAKER = (0x00290010, "LO", "MAKER ")
OURS_TOO = (0x00291001, "LO", "Old")
OTHER = (0x00291002, "LO", "QUIBBLE")
PRIVATE = '0029,"MAKER",01=New'


@ENCODED
def test_a_private_value_is_replaced_with_a_deviation_in_any_block(
    encoding: str,
) -> None:
    far = [(0x002900FF, "LO", "MAKER"), (0x0029FF01, "LO", "Old")]
    new, _ = replaced(
        PRIVATE,
        *(MAKER, OURS_TOO, OTHER),
        nested(*far),
        encoding=encoding,
        allow_deviation=True,
    )
    assert {tag for tag in new.keys() if tag.group & 1} == {0x00290010, 0x00291001}  # noqa: SIM118 - iterating converts
    assert raw(new, 0x00291001) == "New"
    item = item_of(new)
    assert list(item.keys()) == [0x002900FF, 0x0029FF01]
    assert raw(item, 0x0029FF01) == "New"


def test_a_private_value_is_not_replaced_without_a_deviation() -> None:
    new, notes = replaced(PRIVATE, MAKER, OURS_TOO, OTHER)
    assert not [tag for tag in new.keys() if tag.group & 1]  # noqa: SIM118 - iterating converts
    kept, more = replaced(PRIVATE, MAKER, OURS_TOO, OTHER, delete_private=False)
    assert raw(kept, 0x00291001) == "Old"
    assert "replacement-ignored" in str(notes)
    assert "(0029,1001)" in str(notes)
    assert notes == more


def test_a_private_value_is_told_by_its_creator_and_group() -> None:
    for creator, group in (("OTHER", 0x0029), ("maker", 0x0029), ("MAKER", 0x002B)):
        new, _ = replaced(
            PRIVATE,
            (group << 16 | 0x10, "LO", creator),
            (group << 16 | 0x1001, "LO", "Old"),
            allow_deviation=True,
        )
        assert not [tag for tag in new.keys() if tag.group & 1]  # noqa: SIM118 - iterating converts


def test_a_private_value_that_is_absent_is_not_added() -> None:
    new, _ = replaced(PRIVATE, allow_deviation=True)
    assert not [tag for tag in new.keys() if tag.group & 1]  # noqa: SIM118 - iterating converts


@ENCODED
def test_private_sequences_go_where_one_private_value_is_replaced(
    encoding: str,
) -> None:
    sequence = (0x00291005, "SQ", [[(0x00080104, "LO", "QUIBBLE")]])
    new, _ = replaced(
        PRIVATE, MAKER, OURS_TOO, sequence, encoding=encoding, allow_deviation=True
    )
    assert raw(new, 0x00291001) == "New"
    assert 0x00291005 not in new


# ----------------------------------------------------------------------- placeholders

NAMES = ("patient", "study", "series", "instance")
HOLDERS = {
    "AE": "RetrieveAETitle",
    "CS": "BodyPartExamined",
    "DS": "PatientWeight",
    "IS": "InstanceNumber",
    "LO": "PatientInsurancePlan",
    "LT": "PatientComments",
    "PN": "ReferringPhysicianName",
    "SH": "StudyID",
    "ST": "InstitutionAddress",
    "UC": "LongCodeValue",
    "UI": "FrameOfReferenceUID",
    "UT": "TextValue",
}
HOLDERS["LO"] = "StudyDescription"


def filled(
    vr: str, name: str, patient="PAT-4711", study="1.2.3.4", number=1, **choices
) -> str:
    new, _ = replaced(
        f"{HOLDERS[vr]}={{{name}}}",
        (0x00080018, "UI", f"{study}.5.{number}"),
        (0x00100020, "LO", patient),
        (0x0020000D, "UI", study),
        (0x0020000E, "UI", f"{study}.5"),
        allow_deviation=True,
        **choices,
    )
    return raw(new, new.data_element(HOLDERS[vr]).tag)


@pytest.mark.parametrize(("vr", "name"), product(HOLDERS, NAMES))
def test_an_entity_has_one_id_in_each_vr_that_is_legal_there(
    vr: str, name: str
) -> None:
    id_ = filled(vr, name)
    validate_value(vr, id_, config.RAISE)
    assert id_
    assert id_ == filled(vr, name)
    same = filled(vr, name, number=2)
    assert (id_ == same) == (name != "instance")
    assert (filled(vr, name, study="1.2.7") == id_) == (name == "patient")
    assert (filled(vr, name, patient="PAT-1") == id_) == (name != "patient")
    if vr == "UI":
        assert OURS.match(id_)
    if vr == "IS":
        assert 1 <= int(id_) < 10**9


def test_ids_agree_with_those_of_the_profile() -> None:
    entries = tuple(
        f"{keyword}={{{name}}}"
        for keyword, name in (
            ("PatientComments", "patient"),
            ("IrradiationEventUID", "study"),
            ("FrameOfReferenceUID", "series"),
            ("TransactionUID", "instance"),
        )
    )
    new, _ = replaced(entries, allow_deviation=True)
    assert new.PatientComments == new.PatientID == new.PatientName
    assert new.IrradiationEventUID == new.StudyInstanceUID
    assert new.FrameOfReferenceUID == new.SeriesInstanceUID
    assert new.TransactionUID == new.SOPInstanceUID


def test_uids_agree_with_those_that_are_retained() -> None:
    new, _ = replaced(
        "FrameOfReferenceUID={study}", retain_uids=True, allow_deviation=True
    )
    assert new.FrameOfReferenceUID == new.StudyInstanceUID


def test_placeholders_stand_among_other_words_and_in_items() -> None:
    inner = nested((0x00102000, "LO", "Old"), (0x00100020, "LO", "OTHER-1"))
    new, _ = replaced(
        "MedicalAlerts=A {patient}, {study} and {series}\\{instance}",
        inner,
        allow_deviation=True,
    )
    pattern = rf"A {new.PatientID}, S-\w+ and S-\w+\\I-\w+"
    first, second = raw(new, 0x00102000), raw(item_of(new), 0x00102000)
    assert first == second
    assert re.fullmatch(pattern, first)
    assert all(len(part) <= 64 for part in first.split("\\"))


def test_an_instance_without_ids_still_gets_legal_values() -> None:
    how, syntax = ENCODINGS["explicit"]
    entries = (
        "PatientComments={study} {series} {instance} {patient}",
        "FrameOfReferenceUID={series}",
        "InstanceNumber={study}",
    )
    source = file([(0x00080016, "UI", CT)], how, syntax)
    new = read(deidentify(source, profile(entries, allow_deviation=True)))
    for keyword, vr in (("FrameOfReferenceUID", "UI"), ("InstanceNumber", "IS")):
        value = raw(new, new.data_element(keyword).tag)
        assert value
        validate_value(vr, value, config.RAISE)
    assert len(new.PatientComments.split()) == len(NAMES)
