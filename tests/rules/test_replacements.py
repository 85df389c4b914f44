"""Replacements: what is read, what is refused, and that pydicom agrees."""

import json
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from builders import BE, BIG, EXPLICIT, IMPLICIT, IMPLICIT_LE, LE, file
from hypothesis import assume, event, given
from hypothesis import strategies as st
from pydicom import config, dcmread
from pydicom.datadict import DicomDictionary
from pydicom.dataelem import DataElement
from pydicom.valuerep import validate_value

from cordon.rules.replacements import (
    MUST,
    PLACEHOLDERS,
    WORDS,
    Replacement,
    encode,
    expand,
    parse,
)
from cordon.settings import Settings, SettingsError

BINARY = ("AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV")
TEXTS = ("LO", "LT", "PN", "SH", "ST", "UC", "UT")
PLAIN = ("AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR")
VRS = sorted(BINARY + TEXTS + PLAIN)
SINGLE = ("LT", "ST", "UR", "UT")
OTHERS = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")

ENCODINGS = ((LE, EXPLICIT), (IMPLICIT_LE, IMPLICIT), (BE, BIG))


def selector(vr: str) -> str:
    """Name the attribute that takes any number of values of a VR (PS3.3 C.23.4)."""
    return f"Selector{vr}Value"


ENGLISH = Path(__file__).parents[2] / "js" / "words" / "en.json"


def read(*entries: str) -> tuple[Replacement, ...]:
    return parse(Settings(replacements=entries))


def read_value(vr: str, value: str) -> str:
    (replacement,) = read(f"{selector(vr)}={value}")
    assert replacement.vr == vr
    return replacement.value


def reason(*entries: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(*entries)
    assert caught.value.key == "replacements"
    return caught.value.reason


def test_the_page_has_the_same_words_for_every_reason() -> None:
    said = json.loads(ENGLISH.read_text("utf-8"))
    reasons = {f"refused.{code}": text for code, text in WORDS.items()}
    reasons |= {f"refused.must.{code}": text for code, text in MUST.items()}
    assert reasons == {
        key: text for key, text in said.items() if key.startswith("refused.")
    }


@pytest.mark.parametrize(
    ("entry", "name", "code", "named"),
    [
        ("A", "A", "entry", {}),
        ("Nothing=A", "Nothing", "name", {}),
        ("PatientSex=A\\B", "PatientSex", "values", {"vm": "1", "count": "2"}),
        ("Rows=-1", "Rows", "value",
         {"vr": "US", "must": "whole", "low": "0", "high": "65535"}),
    ],
)  # fmt: skip
def test_a_reason_is_told_in_parts(
    entry: str, name: str, code: str, named: dict[str, str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(entry)
    assert caught.value.why == (name, code, named)


# --------------------------------------------------------------- how it is said


@pytest.mark.parametrize(
    "spelled",
    [
        "0008,103E",
        "0008,103e",
        "0008, 103e",
        "(0008,103E)",
        "(0008, 103e)",
        "0008103E",
        "0008103e",
        "SeriesDescription",
        "  0008103e",
        "(0008,103E)\t ",
        " SeriesDescription ",
    ],
)
def test_a_tag_can_be_spelled_in_many_ways(spelled: str) -> None:
    assert read(f"{spelled}=A") == (Replacement(0x0008103E, "", "LO", "A"),)


@pytest.mark.parametrize(
    "spelled",
    [
        '0029,"SIEMENS CSA HEADER",08',
        '0029, "SIEMENS CSA HEADER", 08',
        '(0029,"SIEMENS CSA HEADER",08)',
        ' 0029,"SIEMENS CSA HEADER",08 ',
        '0029,"SIEMENS CSA HEADER ",08',
    ],
)
def test_a_private_tag_names_its_creator(spelled: str) -> None:
    expected = Replacement(0x00290008, "SIEMENS CSA HEADER", "CS", "IMAGE NUM 4")
    assert read(f"{spelled}=IMAGE NUM 4") == (expected,)


def test_hexadecimal_digits_of_a_private_tag_may_be_lower_case() -> None:
    (replacement,) = read('00e1,"ELSCINT1",c2=1.2')
    assert replacement[:2] == (0x00E100C2, "ELSCINT1")


def test_a_private_element_gets_the_vr_that_pydicom_knows() -> None:
    assert read('0019,"SIEMENS MR HEADER",0C=50')[0].vr == "IS"
    assert read('0019,"SIEMENS MR HEADER",0E=1\\0\\-1')[0].vr == "FD"
    # found only without a block, and only in a repeating group
    assert read('700D,"CANON_MEC_MR3",0C=A')[0].vr == "CS"
    assert read('6001,"PAPYRUS 3.0",10=5')[0].vr == "US"


def test_a_private_element_that_pydicom_does_not_know_is_text() -> None:
    assert read('0019,"NOBODY",01=A\\B') == (
        Replacement(0x00190001, "NOBODY", "LO", "A\\B"),
    )
    assert read('0019,"SIEMENS MR HEADER",FF=A')[0].vr == "LO"


def test_a_creator_may_hold_an_equals_sign_and_punctuation() -> None:
    expected = Replacement(0x00190001, "A=B, (C)^1.0", "LO", "D=E")
    assert read('0019,"A=B, (C)^1.0",01=D=E') == (expected,)


def test_everything_after_the_first_equals_sign_is_the_value() -> None:
    assert read("PatientName= Doe=A=B ")[0].value == " Doe=A=B "


def test_replacements_keep_their_order() -> None:
    read_back = read("PatientName=B", '0019,"NOBODY",01=C', "PatientID=A")
    assert [one.value for one in read_back] == ["B", "C", "A"]
    assert read() == ()


@pytest.mark.parametrize(
    ("entry", "tag", "vr"),
    [
        ("SmallestImagePixelValue=1", 0x00280106, "US"),
        ("60020022=A", 0x60020022, "LO"),
        ("601E1500=A", 0x601E1500, "LO"),
        ("50021001=A", 0x50021001, "CS"),
        ("002031FF=A", 0x002031FF, "CS"),
        ("10001230=1\\2\\3", 0x10001230, "US"),
        ("10101234=1", 0x10101234, "US"),
        ("NameToUse=A", 0x00100012, "LT"),
        ("00102162=A\\B", 0x00102162, "UC"),
    ],
)
def test_the_vr_is_that_of_the_dictionary(entry: str, tag: int, vr: str) -> None:
    assert read(entry)[0][:3] == (tag, "", vr)


# ------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "entry",
    ["", "=", "=A", " = A", "PatientName", "0010,0010", '0019,"NOBODY",01', '"A"=B'],
)
def test_an_entry_needs_a_tag_and_an_equals_sign(entry: str) -> None:
    assert "must be TAG=VALUE" in reason(entry) or "is no tag" in reason(entry)


@pytest.mark.parametrize(
    "tag",
    [
        "Patient",
        "patientname",
        "PatientName:",
        "Patient Name",
        "0010;0010",
        "0010,001",
        "0010,00100",
        "(0010,0010",
        "0010,0010)",
        "0010,  0010",
        "00 100010",
        "0x00100010",
        "GGGG0010",
        "60xx0022",
        "OverlayDescription",
        "\u0660\u0660100010",
        "0019,NOBODY,01",
        "0019,'NOBODY',01",
    ],
)
def test_what_is_no_tag_and_no_keyword_is_refused(tag: str) -> None:
    assert reason(f"{tag}=A") == f"{tag}: is no tag, and no keyword of a dictionary"


@pytest.mark.parametrize(
    "entry", ['019,"NOBODY",01=A', '0019,"NOBODY",1=A', '0019,"NOBODY",1001=A']
)
def test_a_private_tag_has_all_its_digits(entry: str) -> None:
    assert "must be TAG=VALUE" in reason(entry)


@pytest.mark.parametrize("tag", ["00081234", "00109999", "60009999", "70000010"])
def test_a_tag_that_is_in_no_dictionary_is_refused(tag: str) -> None:
    assert "is in no dictionary" in reason(f"{tag}=A")


@pytest.mark.parametrize(
    "tag",
    [
        "00000100",
        "00001000",
        "00020010",
        "00020016",
        "00041500",
        "00080000",
        "00100000",
        "00190000",
        "FFFEE000",
        "FFFEE00D",
        "7FE00008",
        "7FE00009",
        "7FE00010",
        "00080005",
        "00080016",
        "00080018",
        "0020000D",
        "0020000E",
        "00120062",
        "00120063",
        "00120064",
        "00280303",
        "SOPInstanceUID",
        "PixelData",
        "CommandGroupLength",
    ],
)
def test_what_holds_an_instance_together_can_never_be_replaced(tag: str) -> None:
    assert reason(f"{tag}=") == f"{tag}: can never be replaced"


@pytest.mark.parametrize("vr", [*OTHERS, "SQ"])
def test_bytes_and_sequences_cannot_be_replaced(vr: str) -> None:
    tags = {
        entry[0][:2]: tag
        for tag, entry in DicomDictionary.items()
        if tag > 0x00080018 and tag >> 16 < 0x7FE0
    }
    assert f"VR {vr} cannot be replaced" in reason(f"{tags[vr]:08X}=")


@pytest.mark.parametrize(
    "entry",
    ['0029,"SIEMENS CSA HEADER",10=', '00E1,"ELSCINT1",39=', '0009,"ACUSON",02='],
)
def test_private_bytes_and_sequences_cannot_be_replaced(entry: str) -> None:
    assert "cannot be replaced" in reason(entry)


@pytest.mark.parametrize("tag", ["00190010", "001900FF", "60010010"])
def test_a_private_creator_is_not_replaced(tag: str) -> None:
    assert "is a private creator" in reason(f"{tag}=A")


@pytest.mark.parametrize("tag", ["00191001", "00190001", "0029FFFF"])
def test_a_private_tag_needs_its_creator(tag: str) -> None:
    assert "is private; give" in reason(f"{tag}=A")


@pytest.mark.parametrize("group", ["0001", "0003", "0005", "0007", "FFFF", "ffff"])
def test_groups_that_are_not_allowed_are_refused(group: str) -> None:
    assert "group that is not" in reason(f"{group}1001=A")
    assert "group that is not" in reason(f'{group},"NOBODY",01=A')


@pytest.mark.parametrize("group", ["0000", "0008", "0010", "FFFE"])
def test_a_private_group_is_odd(group: str) -> None:
    assert "group that is not" in reason(f'{group},"NOBODY",01=A')


@pytest.mark.parametrize("creator", ["", " ", "A\\B", "A\nB", "Ä", "A" * 65])
def test_a_creator_is_short_plain_text(creator: str) -> None:
    assert "has a creator that is not" in reason(f'0019,"{creator}",01=A')


@pytest.mark.parametrize(
    "entries",
    [
        ("PatientName=A", "PatientName=B"),
        ("PatientName=A", "PatientID=A", "(0010,0010)=A"),
        ('0019,"NOBODY",1a=A', '0019,"NOBODY ",1A=B'),
    ],
)
def test_the_same_tag_twice_is_refused(entries: tuple[str, ...]) -> None:
    assert "is replaced twice" in reason(*entries)


def test_the_same_private_tag_of_two_creators_is_two_tags() -> None:
    assert len(read('0019,"NOBODY",01=A', '0019,"ANYBODY",01=A')) == 2


def test_the_error_names_the_entry_but_not_at_any_length() -> None:
    assert reason("PatientID=A", "PatientAge=old").startswith("PatientAge: a value of")
    assert len(reason("A" * 100_000)) < 200
    assert len(reason("A" + " " * 100_000 + "B")) < 200


# ----------------------------------------------------------- values of each VR

GOOD = {
    "AE": ["A", "MY AE-1", " A ", "~|[]^`!'", "A" * 16, "A\\B"],
    "AS": ["000D", "018M", "003W", "120Y", "001D\\002D"],
    "AT": ["00100010", "0020000d", "FFFEE000\\00080018"],
    "CS": ["A", "A_1 B", " A ", "0" * 16, "A\\B\\", "\\B"],
    "DA": ["20240229", "00010101", "99991231", "20000229", "19000228\\20240101"],
    "DS": [
        "1",
        "-1.5",
        "+.5",
        "5.",
        "1e-10",
        " 1.25 ",
        "1E+5",
        "1234567890.12345",
        "1\\\\2",
    ],
    "DT": [
        "2024",
        "202402",
        "20240229",
        "2024022923",
        "202402292359",
        "20240229235959",
        "20240229235959.1",
        "20240229235959.123456",
        "20240229235959.123456+1400",
        "20240229-1200",
        "2024+0000",
        "2024-0500",
        "20161231235960",
        "20170101052960.5+0530",
    ],
    "FD": ["0", "-1.5", "1e308", "1e-400", ".5", "5.", "+1E+2", "1\\2"],
    "FL": ["0", "-1.5", "3.4e38", "1e-60", "0.1\\0.2"],
    "IS": ["0", "-2147483648", "2147483647", "+5", " 5 ", "000000000005", "1\\2"],
    "LO": [
        "A",
        "Ä山",
        "A" * 64,
        "山" * 64,
        " A ",
        "A\\" + "B" * 64,
        "{",
        "}{",
        "A=B^C",
    ],
    "LT": ["A", "A\\B", "A\r\n\f\tB", "山" * 10240, "  A"],
    "PN": [
        "Doe^Jane",
        "A^B^C^D^E",
        "A=山^B=C",
        "A" * 64 + "=" + "B" * 64,
        "A\\B",
        "==",
    ],
    "SH": ["A", "A" * 16, "山" * 16, "A" * 16 + "\\" + "B" * 16],
    "SL": ["0", "-2147483648", "+2147483647", "1\\2", "007"],
    "SS": ["0", "-32768", "32767"],
    "ST": ["A", "A\\B", "A\r\n\f\tB", "山" * 1024],
    "SV": ["0", "-9223372036854775808", "9223372036854775807"],
    "TM": [
        "00",
        "23",
        "2359",
        "235959",
        "235959.1",
        "235959.123456",
        "235960",
        "052960.5",
    ],
    "UC": ["A", "A" * 70_000, "A\\B", "山"],
    "UI": ["1.2", "2.25.0", "0.0", "1." + "2" * 62, "1.2\\1.3"],
    "UL": ["0", "4294967295", "1\\2"],
    "UR": ["A", "https://example.org/a?b=%C3%A4#c", "urn:uuid:1", "../a", "[::1]"],
    "US": ["0", "65535", "1\\2"],
    "UT": ["A", "A\\B", "A\r\n\f\tB", "A" * 70_000],
    "UV": ["0", "18446744073709551615"],
}

BAD = {
    "AE": [" ", "    ", "A" * 17, "Ä", "A\n", "\x1bA", "A\\ ", "A\x7f"],
    "AS": ["18Y", "018y", "0018Y", "018", "018Y ", "-18Y", "\u066018Y", "018Y\n"],
    "AT": ["0010,0010", "001000", "0x100010", "00100010\\", "GGGGGGGG", "0010001\n"],
    "CS": ["a", "A-B", "A" * 17, "Ä", "A.B", "A\n", "A\\b"],
    "DA": [
        "20230229",
        "19000229",
        "20241301",
        "20240100",
        "20240132",
        "00000101",
        "2024",
        "202401",
        "2024.01.01",
        "2024-01-01",
        "20240101 ",
        "20240101\n",
        "20240101-20240102",
        "2024010112",
        "\u0662\u0660\u0662\u0664\u0660\u0661\u0660\u0661",
    ],
    "DS": [
        "A",
        ".",
        "+",
        "1e",
        "1,5",
        "1 5",
        "- 1",
        "nan",
        "inf",
        "1e999",
        "0x1",
        "1_0",
        "12345678901234567",
        " ",
        "\u0661",
        "1\n",
    ],
    "DT": [
        "024",
        "20241",
        "202413",
        "20240230",
        "2024022924",
        "202402292360",
        "20240229235961",
        "20240229120060",
        "20240229235959.",
        "20240229235959.1234567",
        "2024022923.5",
        "2024-0000",
        "2024+1401",
        "2024+1500",
        "2024-1201",
        "2024-1300",
        "2024+0060",
        "2024+05",
        "0000",
        "2024 ",
        " 2024",
        "-0500",
        "2024Z",
        "\u0662\u0660\u0662\u0664",
        "2024\n",
    ],
    "FD": ["A", "nan", "inf", "1e309", "-1e309", "1_0", "0x1", " 1", "1\\", "", "1\n"],
    "FL": ["A", "nan", "inf", "3.5e38", "-3.5e38", "1_0", "1\\\\2", "\u0661"],
    "IS": [
        "2147483648",
        "-2147483649",
        "1.0",
        "1e3",
        "0000000000005",
        " ",
        "1_0",
        "+-1",
        "1 2",
        "\u0665",
        "0x5",
        "5\n",
    ],
    "LO": [
        "A" * 65,
        "A\n",
        "A\tB",
        "A\x00",
        "A\x1bB",
        "A\x7f",
        "A\x85",
        "A\\" + "B" * 65,
    ],
    "LT": ["A" * 10241, "A\x00", "A\x0b", "A\x1b", "\x7f", "\x85"],
    "PN": [
        "A" * 65,
        "A=" + "B" * 65,
        "A=B=C=D",
        "A^B^C^D^E^F",
        "A\n",
        "A\tB",
        "A=" + "^" * 5,
        "A\\B^^^^^",
    ],
    "SH": ["A" * 17, "A\n", "A\\" + "B" * 17],
    "SL": [
        "2147483648",
        "-2147483649",
        "1.0",
        "A",
        "1\\",
        "0x1",
        " 1",
        "1_0",
        "9" * 5000,
    ],
    "SS": ["32768", "-32769", "1 ", "--1"],
    "ST": ["A" * 1025, "A\x00", "A\x0b", "A\x1b"],
    "SV": ["9223372036854775808", "-9223372036854775809"],
    "TM": [
        "24",
        "0",
        "236",
        "2360",
        "235961",
        "120060",
        "235959.",
        "235959.1234567",
        "23.5",
        "2359.5",
        "23:59",
        "12 ",
        " 12",
        "10-12",
        "12\n",
        "\u0662\u0663",
    ],
    "UC": ["A\n", "A\tB", "A\x00", "A\x85"],
    "UI": [
        "1",
        "1.",
        ".1",
        "1..2",
        "1.02",
        "01.2",
        "1.2 ",
        "1.a",
        "1." + "2" * 63,
        "1.2\n",
        "1.\u0662",
    ],
    "UL": ["4294967296", "-1", "1.0"],
    "UR": [
        " http://a",
        "http://a ",
        "a b",
        "ä",
        "a\\b",
        "a%2",
        "%zz",
        '"',
        "<a>",
        "a\n",
        "^",
        "`",
        "|",
    ],
    "US": ["65536", "-1", "A", "1\\"],
    "UT": ["A\x00", "A\x0b", "A\x1b"],
    "UV": ["18446744073709551616", "-1"],
}


@pytest.mark.parametrize("vr", VRS)
def test_legal_values_are_read_as_they_are(vr: str) -> None:
    for value in GOOD[vr]:
        assert read_value(vr, value) == value


@pytest.mark.parametrize("vr", VRS)
def test_illegal_values_are_refused_and_the_rule_said(vr: str) -> None:
    for value in filter(None, BAD[vr]):
        assert f"a value of VR {vr} must be" in reason(f"{selector(vr)}={value}"), value


@pytest.mark.parametrize("vr", VRS)
def test_an_empty_value_empties_the_data_element(vr: str) -> None:
    assert read_value(vr, "") == ""
    assert encode(vr, "", True, lambda text: pytest.fail(text)) == b""


@pytest.mark.parametrize("vr", sorted(set(TEXTS) | {"UR"}))
def test_half_a_character_is_refused(vr: str) -> None:
    assert "half a character" in reason(f"{selector(vr)}=A\ud800")


@pytest.mark.parametrize(
    ("vr", "fits", "too_long"),
    [
        ("LO", "A\\" * 32767, "A\\" * 32767 + "A"),
        ("LO", "山\\" * 16383, "山\\" * 16384),
        ("DS", "1\\" * 32767, "1\\" * 32768),
        ("US", "\\".join("1" * 32767), "\\".join("1" * 32768)),
        ("FD", "\\".join("1" * 8191), "\\".join("1" * 8192)),
        ("AT", "\\".join(["00100010"] * 16383), "\\".join(["00100010"] * 16384)),
    ],
)
def test_a_short_vr_holds_what_two_bytes_can_count(
    vr: str, fits: str, too_long: str
) -> None:
    assert read_value(vr, fits) == fits
    assert "is longer than 65534 bytes" in reason(f"{selector(vr)}={too_long}")


def test_a_long_vr_holds_more() -> None:
    assert read_value("UC", "A\\" * 40_000) == "A\\" * 40_000
    assert read_value("UV", "\\".join("1" * 9000))


@pytest.mark.parametrize(
    ("keyword", "value", "counts"),
    [
        ("PatientID", "A", {1}),
        ("ImageType", "A", set(range(2, 10))),
        ("FrameType", "A", {4, 5}),
        ("ShutterShape", "A", {1, 2, 3}),
        ("PatientOrientation", "A", {2}),
        ("ImageOrientationPatient", "1", {6}),
        ("ScanOptions", "A", set(range(1, 10))),
        ("DVHData", "1", {2, 4, 6, 8}),
        ("ContourData", "1", {3, 6, 9}),
        ("LeafPositionBoundaries", "1", {3, 4, 5, 6, 7, 8, 9}),
        ("AcquisitionMatrix", "1", {4}),
        ("PatientName", "A", {1}),
        ("EthnicGroups", "A", set(range(1, 10))),
        ('0019,"SIEMENS MR HEADER",0E', "1", {3}),
        ('0019,"NOBODY",0E', "1", set(range(1, 10))),
        ("10001231", "1", {3}),
    ],
)
def test_the_number_of_values_is_that_of_the_dictionary(
    keyword: str, value: str, counts: set[int]
) -> None:
    for count in range(1, 10):
        entry = f"{keyword}=" + "\\".join([value] * count)
        if count in counts:
            assert read(entry)
        else:
            assert f"values, not {count}" in reason(entry)


@pytest.mark.parametrize("keyword", ["SeriesDescription", "CodeValue", "StudyDate"])
def test_a_backslash_makes_two_values_where_one_is_allowed(keyword: str) -> None:
    assert "must have 1 values, not 2" in reason(f"{keyword}=20240101\\20240101")


# --------------------------------------------------------------- placeholders

IDS = {"CS": "ABCDEFG_01234567", "UI": "2." + "9" * 42, "IS": "123456789"}
IDS["DS"] = IDS["IS"]
WITH_ID = ("AE", "CS", *TEXTS)


def entity(name: str, vr: str) -> str:
    return IDS.get(vr, f"{name.upper():->16}")


@pytest.mark.parametrize("name", PLACEHOLDERS)
@pytest.mark.parametrize("vr", [*WITH_ID, "UI", "IS", "DS"])
def test_a_placeholder_may_be_the_whole_value(vr: str, name: str) -> None:
    (replacement,) = read(f"{selector(vr)}={{{name}}}")
    assert expand(replacement, entity) == entity(name, vr)


@pytest.mark.parametrize("vr", sorted({*VRS} - {*WITH_ID, "UI", "IS", "DS"}))
def test_other_vrs_have_no_placeholders(vr: str) -> None:
    assert f"VR {vr} cannot have a placeholder" in reason(f"{selector(vr)}={{study}}")


@pytest.mark.parametrize("vr", ["UI", "IS", "DS"])
def test_in_a_uid_or_number_a_placeholder_stands_alone(vr: str) -> None:
    for value in ("1{study}", "{study}1", "1.2.{study}", "{study}{study}", " {study}"):
        assert "must stand alone" in reason(f"{selector(vr)}={value}")
    assert read_value(vr, "{study}\\{series}")


@pytest.mark.parametrize("vr", [*WITH_ID, "UI", "IS", "DS"])
@pytest.mark.parametrize("word", ["Patient", "patient ", "", "frame", "patient.x"])
def test_an_unknown_placeholder_is_refused(vr: str, word: str) -> None:
    assert "unknown placeholder" in reason(f"{selector(vr)}={{{word}}}")
    assert "unknown placeholder" in reason(f"{selector(vr)}={{study}}{{{word}}}")


def test_text_around_a_placeholder_stays() -> None:
    (replacement,) = read("PatientName=P-{patient}^{study}=}{series}{")
    assert (
        expand(replacement, lambda name, vr: f"<{name} {vr}>")
        == "P-<patient PN>^<study PN>=}<series PN>{"
    )


def test_what_fills_a_placeholder_is_not_filled_again() -> None:
    (replacement,) = read("PatientID={patient}{study}")
    assert expand(replacement, lambda name, vr: "{series}") == "{series}{series}"


@pytest.mark.parametrize(
    ("vr", "fits", "too_long"),
    [
        ("AE", "{study}", "{study}A"),
        ("CS", "{study}", "A{study}"),
        ("SH", "{study}", "{study}A"),
        ("LO", "{study}" * 4, "{study}" * 4 + "A"),
        ("PN", "{study}" * 4 + "={study}", "{study}{study}{study}{study}^"),
        ("ST", "{study}" * 64, "{study}" * 64 + "A"),
        ("LT", "{study}" * 640, "{study}" * 640 + "A"),
    ],
)
def test_a_placeholder_counts_with_its_full_length(
    vr: str, fits: str, too_long: str
) -> None:
    assert read_value(vr, fits) == fits
    assert f"a value of VR {vr} must be" in reason(f"{selector(vr)}={too_long}")


def test_placeholders_count_in_bytes_too() -> None:
    assert read_value("SH", "\\".join(["{study}"] * 3854))
    many = "\\".join(["{study}"] * 3856)
    assert "is longer than 65534 bytes" in reason(f"{selector('SH')}={many}")


# ------------------------------------------------------------------- encoding


@pytest.mark.parametrize(
    ("vr", "value", "layout", "numbers"),
    [
        ("AT", "0010002f\\7FE00010", "4H", (0x10, 0x2F, 0x7FE0, 0x10)),
        ("FD", "-1.5\\1e300", "2d", (-1.5, 1e300)),
        ("FL", "-1.5\\.25", "2f", (-1.5, 0.25)),
        ("SL", "-2\\+3", "2i", (-2, 3)),
        ("SS", "-2\\3", "2h", (-2, 3)),
        ("SV", "-2\\3", "2q", (-2, 3)),
        ("UL", "4294967295\\3", "2I", (4294967295, 3)),
        ("US", "65535\\3", "2H", (65535, 3)),
        ("UV", "18446744073709551615", "1Q", (18446744073709551615,)),
    ],
)
def test_numbers_are_binary_in_either_byte_order(
    vr: str, value: str, layout: str, numbers: tuple[float, ...]
) -> None:
    for little, order in ((True, "<"), (False, ">")):
        expected = struct.pack(order + layout, *numbers)
        assert encode(vr, value, little, str.encode) == expected


@pytest.mark.parametrize("vr", TEXTS)
def test_text_is_encoded_as_a_whole_by_who_knows_the_character_set(vr: str) -> None:
    asked = []

    def encode_text(text: str) -> bytes:
        asked.append(text)
        return b"encoded"

    assert encode(vr, "ä\\b", True, encode_text) == b"encoded"
    assert asked == ["ä\\b"]


@pytest.mark.parametrize("vr", PLAIN)
def test_other_strings_are_ascii(vr: str) -> None:
    assert encode(vr, "A\\B", False, lambda text: pytest.fail(text)) == b"A\\B"


# ------------------------------------------------- pydicom as the judge of all


@contextmanager
def validation(mode: int) -> Iterator[None]:
    """Tell pydicom what to do about an illegal value that it reads or writes."""
    settings = config.settings
    before = settings.reading_validation_mode, settings.writing_validation_mode
    settings.reading_validation_mode = settings.writing_validation_mode = mode
    try:
        yield
    finally:
        settings.reading_validation_mode, settings.writing_validation_mode = before


def judge(replacement: Replacement, value: str, encodings: tuple = ENCODINGS) -> None:
    """Let pydicom read `value` in all `encodings`, write it and read it again."""
    tag, creator, vr, _ = replacement
    parts = [value] if vr in SINGLE else value.split("\\")
    block = [(tag & 0xFFFF0000 | 0x10, "LO", creator)] if creator else []
    tag |= 0x1000 if creator else 0
    for encoding, syntax in encodings:
        content = encode(vr, value, encoding.little, str.encode)
        elements = [(0x00080005, "CS", "ISO_IR 192"), *block, (tag, vr, content)]
        source = file(sorted(elements), encoding, syntax)
        # pydicom counts padding as part of the last of several values
        padded = len(content) % 2 and len(parts) > 1
        with validation(config.IGNORE if padded else config.RAISE):
            dataset = dcmread(BytesIO(source))
            found = values(dataset[tag])
            assert (dataset[tag].VR, found) == (vr, expected(vr, parts))
            written = BytesIO()
            dataset.save_as(written)
            assert values(dcmread(BytesIO(written.getvalue()))[tag]) == found
    if vr not in BINARY:
        for part in parts:
            validate_value(vr, part, config.RAISE)


def values(element: DataElement) -> list:
    found = element.value if element.VM > 1 else [element.value]
    if element.VR in ("DS", "IS"):
        found = [getattr(one, "original_string", one) for one in found]
    if element.VR in BINARY:
        return [*found]
    return [str(one or "").strip(" ") for one in found]


def expected(vr: str, parts: list[str]) -> list:
    convert: Callable[[str], object] = {
        "AT": lambda part: int(part, 16),
        "FD": float,
        "FL": lambda part: struct.unpack("<f", struct.pack("<f", float(part)))[0],
        # pydicom drops empty component groups at the end
        "PN": lambda part: part.strip(" ").rstrip("="),
    }.get(vr, int if vr in BINARY else lambda part: part.strip(" "))
    return [convert(part) for part in parts]


@pytest.mark.parametrize("vr", VRS)
def test_pydicom_accepts_the_legal_examples(vr: str) -> None:
    for value in GOOD[vr]:
        judge(read(f"{selector(vr)}={value}")[0], value)


DIGITS = st.text("0123456789", min_size=1, max_size=20)
RAW = {
    "AE": st.text(st.characters(max_codepoint=0x7F), max_size=17),
    "AS": st.from_regex(r"\A[0-9]{2,4}[DWMYX]\Z"),
    "AT": st.text("0123456789ABCDEFabcdefg", min_size=8, max_size=8),
    "CS": st.text("ABZ019 _-a", max_size=17),
    "DA": st.dates().map(lambda day: f"{day:%Y%m%d}") | st.from_regex(r"\A[0-9]{8}\Z"),
    "DS": st.floats(-1e20, 1e20).map(lambda number: f"{number:.9G}")
    | st.from_regex(r"\A ?[+-]?[0-9]{0,9}\.?[0-9]{0,5}([eE][+-]?[0-9]{1,3})? ?\Z"),
    "DT": st.tuples(
        st.datetimes().map(lambda when: f"{when:%Y%m%d%H%M%S}"),
        st.integers(2, 7).map(lambda half: 2 * half),
        st.sampled_from(["", ".5", ".123456", ".1234567"]),
        st.sampled_from(["", "+0000", "-0000", "-1200", "+1400", "+1430", "-0545"]),
    ).map(lambda drawn: drawn[0][: drawn[1]] + drawn[2] * (drawn[1] == 14) + drawn[3]),
    "FD": st.floats().map(repr) | DIGITS,
    "FL": st.floats(width=32).map(repr) | st.floats().map(repr),
    "IS": st.integers(-(2**32), 2**32).map(lambda number: f"{number:^+12}") | DIGITS,
    "PN": st.text(st.sampled_from("ABÄ山^^== {}\n") | st.characters(), max_size=70),
    "TM": st.from_regex(r"\A[0-2][0-9]([0-5][0-9]([0-6][0-9](\.[0-9]{1,7})?)?)?\Z"),
    "UI": st.from_regex(r"\A[0-9](\.[0-9]{1,20}){0,4}\Z"),
    "UR": st.text(st.sampled_from("aZ09:/?#[]@!$&'()*+,;=%-._~ {^"), max_size=30),
}
NUMBERS = {vr: st.integers(-(2**64), 2**64).map(str) for vr in BINARY}
NUMBERS |= {vr: st.integers(-(2**15), 2**16).map(str) for vr in ("SS", "US")}
TEXT = st.text(st.characters() | st.sampled_from("\t\n\r\f\\ {}"), max_size=80)


def drawn(vr: str) -> st.SearchStrategy[str]:
    """Draw values that are legal or only almost so, some with placeholders."""
    one = RAW.get(vr, NUMBERS.get(vr, TEXT))
    named = st.sampled_from([f"{{{name}}}" for name in PLACEHOLDERS])
    if vr in WITH_ID:
        one = one | named | st.tuples(one, named, one).map("".join)
    elif vr in ("UI", "IS", "DS"):
        one = one | named
    return st.lists(one, min_size=1, max_size=3).map("\\".join)


@pytest.mark.parametrize("vr", VRS)
def test_pydicom_accepts_what_is_accepted(vr: str) -> None:
    judged = 0

    @given(drawn(vr))
    def accept(value: str) -> None:
        nonlocal judged
        try:
            (replacement,) = read(f"{selector(vr)}={value}")
        except SettingsError:
            event("refused")
            return
        assume(value)
        judged += 1
        judge(replacement, expand(replacement, entity))

    accept()
    assert judged


@given(st.sampled_from(sorted(DicomDictionary)), TEXT | DIGITS | RAW["DA"])
def test_any_public_tag_is_read_or_refused(tag: int, value: str) -> None:
    try:
        (replacement,) = read(f"{tag:08X}={value}")
    except SettingsError:
        event("refused")
    else:
        assert replacement.vr == DicomDictionary[tag][0][:2]
        if value:
            judge(replacement, expand(replacement, entity))


@given(st.text(max_size=60) | st.text('0019,"A"=(){}\\', max_size=20))
def test_any_text_is_read_or_refused(entry: str) -> None:
    try:
        (replacement,) = read(entry)
    except SettingsError:
        event("refused")
    else:
        assert entry.endswith(f"={replacement.value}")


@pytest.mark.parametrize(
    "entry", ['0019,"SIEMENS MR HEADER",0E=1\\0\\-1', '0029,"SIEMENS CSA HEADER",08=A']
)
def test_pydicom_accepts_private_elements_that_it_knows(entry: str) -> None:
    (replacement,) = read(entry)
    judge(replacement, replacement.value)


def test_pydicom_accepts_private_elements_that_say_their_vr() -> None:
    (replacement,) = read('0019,"NOBODY",01=A\\山')
    explicit = tuple(one for one in ENCODINGS if one[0].explicit)
    judge(replacement, replacement.value, explicit)
