"""Every row of Table E.1-1, at the top level and nested, in explicit and implicit VR."""

import pytest
from builders import CT, ENCODINGS, LE, Encoding, file
from engine import deidentify
from oracle import OURS, PATIENT, action, read, table

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

VALUES = {
    "AE": b"CANARYAE",
    "AS": b"061Y",
    "CS": b"CANARY",
    "DA": b"20240229",
    "DS": b"1234.5678 ",
    "DT": b"20240229101112",
    "IS": b"12345678",
    "TM": b"101112",
    "UI": b"1.2.3.4444444",
    "US": b"\x39\x30",
    "UL": b"\x39\x30\x39\x30",
    "FL": b"\x39\x30\x39\x30",
    "FD": b"\x39\x30\x39\x30\x39\x30\x39\x30",
    "SS": b"\x39\x30",
}
CANARY = b"CANARY WORD "

ROWS = [
    (int(row["tag"], 16), row["vr"], row["keyword"])
    for row in table("profile.csv")
    if row["keyword"]
    and "x" not in row["tag"]
    and row["tag"][:4] not in ("0000", "0002", "0004")
]
SOP = [(0x00080016, "UI", CT), (0x00080018, "UI", "1.2.3")]


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("path", [(), (0x00081115,), (0x52009229,)])
def test_each_row_does_what_its_code_says(name: str, path: tuple[int, ...]) -> None:
    encoding, syntax = ENCODINGS[name]
    for tag, vr, keyword in ROWS:
        if not path and tag in (0x00080016, 0x00080018, 0x00120063, 0x00120064):
            continue
        vr = vr.split(" ")[0]
        element = (tag, vr, _value(vr))
        source = _wrap(element, path, encoding, syntax)
        result = read(deidentify(source))
        problem = _judge(result, tag, path, element)
        assert not problem, f"{keyword}: {problem}"


def _value(vr: str) -> "bytes | list":
    if vr == "SQ":
        return [[(0x00080104, "LO", CANARY), (0x00100010, "PN", CANARY)]]
    return VALUES.get(vr, CANARY)


def _wrap(
    element: tuple, path: tuple[int, ...], encoding: Encoding, syntax: str
) -> bytes:
    elements = [element]
    for tag in reversed(path):
        elements = [(tag, "SQ", [elements])]
    data_set = sorted([*SOP, *elements], key=lambda one: one[0])
    return file(data_set, encoding, syntax)


def _judge(result, tag: int, path: tuple[int, ...], element: tuple) -> str:
    for outer in path:
        if outer not in result:
            return "an outer sequence is gone"
        (result,) = result[outer].value
    expected = action(tag, path, "ct-image")
    if expected == "X":
        return "is still there" if tag in result else ""
    if tag not in result:
        return "is gone"
    value = result[tag].value
    if tag in PATIENT:
        return "" if str(value).startswith("P-") else "is no pseudonym"
    if expected == "Z":
        return "has a value" if value else ""
    if expected == "U":
        return "" if OURS.match(str(value)) else "is not mapped"
    if expected == "D":
        if not value and value != 0:
            return "has no value"
        return "keeps the word" if "CANARY" in str(value) else ""
    return "" if tag in result else "is gone"


@pytest.mark.parametrize(
    "tag", [0x60003000, 0x60023000, 0x601E4000, 0x60000010, 0x50000005, 0x501E2000]
)
def test_overlays_and_curves_go_as_whole_groups(tag: int) -> None:
    source = file([*SOP, (tag, "OW", CANARY)])
    assert CANARY not in deidentify(source)


@pytest.mark.parametrize(
    "tag",
    [
        0x00080000,
        0x00090010,
        0x00091010,
        0x00080007,
        0x00189999,
        0x00010010,
        0x7FE10010,
    ],
)
def test_what_no_dictionary_knows_goes(tag: int) -> None:
    source = file([*SOP, (tag, "LO", CANARY)])
    assert CANARY not in deidentify(source)


@pytest.mark.parametrize(
    "uid",
    [
        "1.2.840.10008.1.4.1.1",
        "1.2.840.10008.1.5.1",
        "1.2.840.10008.5.1.4.1.1.2",
    ],
)
def test_registered_uids_stay_wherever_they_stand(uid: str) -> None:
    source = file([*SOP, (0x00081155, "UI", uid), (0x00200052, "UI", uid)])
    result = read(deidentify(source))
    assert result.FrameOfReferenceUID == uid
    assert result.ReferencedSOPInstanceUID == uid


def test_each_of_many_uids_is_mapped_and_padding_is_not_part_of_one() -> None:
    source = file(
        [
            *SOP,
            (0x00080058, "UI", b"1.2.3\\1.2.3.4\\\\1.2.3 "),
            (0x00081155, "UI", b"1.2.3\0"),
        ]
    )
    result = read(deidentify(source))
    one, other, nothing, again = result.FailedSOPInstanceUIDList
    assert one == again == result.ReferencedSOPInstanceUID == result.SOPInstanceUID
    assert other != one
    assert nothing == ""
    assert len(one) <= 64


def test_an_attribute_is_treated_by_its_tag_when_its_vr_is_unknown() -> None:
    source = file(
        [
            (0x00080016, "UN", CT),
            (0x00080018, "UN", "1.2.3"),
            (0x00080020, "UN", "20240229"),
            (0x00080023, "UN", "20240229"),
            (0x00100010, "UN", "Doe"),
        ],
        sop_class="1.2.840.10008.5.1.4.1.1.104.1",
    )
    result = read(deidentify(source))
    assert result["SOPInstanceUID"].VR == "UI"
    assert OURS.match(result.SOPInstanceUID)
    assert result["StudyDate"].value == ""
    assert result.PatientName == read(deidentify(source)).PatientName != "Doe"


@pytest.mark.parametrize(
    ("sop_class", "present"),
    [("1.2.840.10008.5.1.4.1.1.2", False), ("1.2.840.10008.5.1.4.1.1.88.11", True)],
)
def test_a_compound_code_depends_on_the_iod(sop_class: str, present: bool) -> None:
    elements = [
        (0x00080016, "UI", sop_class),
        (0x00080018, "UI", "1.2.3"),
        (0x00080023, "DA", "20240229"),
    ]
    result = read(deidentify(file(elements, sop_class=sop_class)))
    assert bool(result.ContentDate) is present
    assert result.ContentDate != "20240229"


def test_an_unknown_sop_class_gets_the_safe_side() -> None:
    elements = [
        (0x00080012, "DA", "20240229"),
        (0x00080016, "UI", "1.2.3.4.5"),
        (0x00080018, "UI", "1.2.3"),
        (0x00080023, "DA", "20240229"),
    ]
    result = read(deidentify(file(elements, sop_class="1.2.3.4.5")))
    assert result.ContentDate == result.InstanceCreationDate == "19000101"
    assert result.SOPClassUID == "1.2.3.4.5"


def test_earlier_marks_stay_and_ours_is_added_once() -> None:
    earlier = [
        (0x00080100, "SH", "113107"),
        (0x00080102, "SH", "DCM"),
        (0x00080104, "LO", "Dates shifted"),
    ]
    source = file(
        [
            *SOP,
            (0x00120062, "CS", "NO"),
            (0x00120063, "LO", "Another tool"),
            (0x00120064, "SQ", [earlier]),
        ]
    )
    once = deidentify(source)
    for data in (once, deidentify(once)):
        result = read(data)
        codes = [item.CodeValue for item in result.DeidentificationMethodCodeSequence]
        assert codes == ["113107", "113100"]
        assert result.PatientIdentityRemoved == "YES"
        assert len(result.DeidentificationMethod) == 2
        assert result.DeidentificationMethod[0] == "Another tool"


def test_marks_of_what_is_referred_to_stay_as_they_are() -> None:
    nested = [(0x00120062, "CS", "NO"), (0x00120064, "SQ", [[(0x00080100, "SH", "X")]])]
    source = file([*SOP, (0x00081115, "SQ", [nested])])
    (item,) = read(deidentify(source)).ReferencedSeriesSequence
    assert item.PatientIdentityRemoved == "NO"
    assert len(item.DeidentificationMethodCodeSequence) == 1


def test_patients_are_told_apart_and_names_follow_their_id() -> None:
    def patient(number: bytes, name: bytes):
        elements = [*SOP, (0x00100010, "PN", name), (0x00100020, "LO", number)]
        result = read(deidentify(file(elements)))
        return result.PatientID, result.PatientName

    jane = patient(b"17", b"Doe^Jane")
    assert jane == patient(b"17 ", b"DOE^JANE")
    assert jane[0] == jane[1]
    assert patient(b"18", b"Doe^Jane") != jane
    assert patient(b"", b"Doe^Jane")[1] == patient(b"", b"Doe^Jane")[1] != ""
    assert patient(b"", b"") == ("", "")


def test_private_data_elements_go_at_every_depth() -> None:
    inner = [
        (0x00081155, "UI", "1.2.3"),
        (0x00290010, "LO", "MAKER"),
        (0x00291010, "OB", CANARY),
        (0x00291011, "SQ", [[(0x00080104, "LO", CANARY)]]),
    ]
    for encoding, syntax in ENCODINGS.values():
        elements = [*SOP, (0x00081115, "SQ", [inner]), *inner[1:]]
        result = deidentify(file(elements, encoding, syntax))
        assert CANARY not in result
        assert b"MAKER" not in result


def test_files_without_a_sop_class_are_still_files() -> None:
    source = LE.data_set([(0x00080005, "CS", "ISO_IR 100"), (0x00100010, "PN", "Doe")])
    result = read(deidentify(source))
    assert "MediaStorageSOPClassUID" not in result.file_meta
    assert result.PatientName != "Doe"
