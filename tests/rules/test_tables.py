"""The tables themselves, and what is made of them."""

from hashlib import sha256
from itertools import product

import pytest
from builders import Encoding
from engine import KEY, PROFILE
from oracle import OURS, table
from pydicom.datadict import DicomDictionary

from cordon.core.head import LONG_VRS, SHORT_VRS
from cordon.core.profile import DESCEND, DROP, KEEP
from cordon.rules.dictionary import public_vrs
from cordon.rules.pseudonyms import Pseudonyms
from cordon.rules.values import DUMMIES, SEQUENCE_DUMMIES, encode_items


def test_the_table_has_the_rows_of_its_edition() -> None:
    rows = table("profile.csv")
    assert len(rows) == 657
    codes = {row["basic"] for row in rows}
    assert codes == {"X", "Z", "D", "U", "X/Z", "X/D", "Z/D", "X/Z/D", "X/Z/U*"}
    text = "".join(row["tag"] + row["basic"] for row in rows)
    assert sha256(text.encode()).hexdigest()[:16] == "71966a92fc702167"


def test_every_public_tag_has_a_rule() -> None:
    for tag, entry in DicomDictionary.items():
        if entry[0] != "NONE":
            assert tag in PROFILE.rules
            rule = PROFILE.rules[tag]
            assert rule is not KEEP or entry[0] != "SQ"
    assert PROFILE.private is DROP
    assert PROFILE.unlisted(0x00089999) is DROP
    assert PROFILE.unlisted(0x1000FFF0) is KEEP  # Escape Triplet, a repeating group
    assert PROFILE.rules[0x00081199] is DESCEND
    # a directory wants to see this one
    assert PROFILE.rules[0x00081115] == DESCEND._replace(counts=True)


def test_a_dummy_exists_for_every_vr_and_fits_it() -> None:
    assert set(DUMMIES) | {"SQ"} == set(SHORT_VRS.values()) | set(LONG_VRS.values())
    limits = {"AE": 16, "CS": 16, "DA": 8, "DS": 16, "IS": 12, "SH": 16, "TM": 14}
    for vr, limit in limits.items():
        assert len(DUMMIES[vr]) <= limit
    assert not [vr for vr, value in DUMMIES.items() if b"\\" in value or b"~" in value]


def test_every_sequence_that_may_need_a_dummy_has_one() -> None:
    vrs = public_vrs()
    needed = {
        int(row["tag"], 16)
        for row in [*table("profile.csv"), *table("requirements.csv")]
        if "D" in row.get("basic", row.get("action", ""))
        and "x" not in row["tag"]
        and row["tag"] != "ggggeeee"
    }
    sequences = {tag for tag in needed if vrs[tag] == "SQ"}
    # the graphic annotation goes; modified attributes stand in what goes
    assert sequences - {0x00700001, 0x04000550} == set(SEQUENCE_DUMMIES)


@pytest.mark.parametrize(("explicit", "little"), product((True, False), (True, False)))
def test_a_sequence_dummy_is_encoded_like_what_is_around_it(
    explicit: bool, little: bool
) -> None:
    encoding = Encoding(explicit, little)
    code = [
        (0x00080100, "SH", "ANON"),
        (0x00080102, "SH", "99CORDON"),
        (0x00080104, "LO", "Anonymized"),
    ]
    expected = encoding.item(code)
    assert encode_items(SEQUENCE_DUMMIES[0x00401101], explicit, little) == expected


def test_new_uids_are_those_of_random_uuids() -> None:
    pseudonyms = Pseudonyms(KEY)
    uids = [pseudonyms.uid(f"1.2.{number}".encode()) for number in range(2000)]
    assert len(set(uids)) == 2000
    for uid in uids:
        assert OURS.match(uid.decode())
        number = int(uid[5:])
        assert number >> 76 & 0xF == 4
        assert number >> 62 & 0x3 == 2
    assert uids[7] == Pseudonyms(KEY).uid(b"1.2.7")


def test_a_key_has_32_bytes() -> None:
    for key in (b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            Pseudonyms(key)


def test_pseudonyms_show_no_pattern() -> None:
    pseudonyms = Pseudonyms(KEY)
    names = {
        pseudonyms.code(b"patient", str(number).encode()) for number in range(5000)
    }
    assert len(names) == 5000
    assert {len(name) for name in names} == {16}
