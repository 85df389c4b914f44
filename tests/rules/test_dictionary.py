"""The dictionary says what pydicom says, of which little is loaded for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import charset, datadict
from pydicom._private_dict import private_dictionaries
from pydicom.uid import UID_dictionary

from cordon.rules import charsets, dictionary

LISTED = sorted(datadict.DicomDictionary)
REPEATING = [
    int(mask.replace("xx", digits, 1).replace("x", "0"), 16)
    for mask in datadict.RepeatersDictionary
    for digits in ("00", "02", "1E", "20", "FE")
]
"""A few tags of each repeating group."""

PLANES = (0x50, 0x60)
"""Of curves and overlays there are sixteen each, which pydicom does not mind."""

PRIVATE = [
    (creator, mask) for creator, known in private_dictionaries.items() for mask in known
]


def listed(tag: int) -> tuple[str, ...]:
    if tag >> 24 in PLANES and tag >> 16 & 0xFF > 0x1E:  # PS3.5 7.6
        return dictionary.UNLISTED
    try:
        return datadict.get_entry(tag)
    except KeyError:
        return dictionary.UNLISTED


def test_each_listed_attribute_is_known() -> None:
    for tag in (*LISTED, *REPEATING):
        assert dictionary.entry_of(tag) == listed(tag), hex(tag)
    for tag in LISTED:
        assert dictionary.tag_of(
            dictionary.keyword_of(tag)
        ) == datadict.tag_for_keyword(datadict.keyword_for_tag(tag))


@given(
    st.integers(0, 0xFFFFFFFF)
    | st.sampled_from(REPEATING).map(0x00010000.__or__)  # which is private
    | st.builds(int.__or__, st.sampled_from(REPEATING), st.integers(0, 0xFFFFFF))
)
def test_any_tag_is_known_alike(tag: int) -> None:
    assert dictionary.entry_of(tag) == listed(tag)


def test_a_mask_stands_for_all_its_tags() -> None:
    for mask in datadict.RepeatersDictionary:
        if mask.count("x") < 3:
            tags = dictionary.expand(mask)
            count = 16 ** mask.count("x") // (2 if mask[3] == "x" else 1)
            if int(mask[:2], 16) in PLANES:
                count = 16
            assert len(set(tags)) == len(tags) == count
            assert {datadict.mask_match(tag) for tag in tags} == {mask}


def test_each_private_element_is_known() -> None:
    for creator, mask in PRIVATE:
        tag = int(mask.replace("x", "1"), 16)
        try:
            entry = datadict.get_private_entry(tag, creator)
        except KeyError:  # the list has masks that stand for no tag
            entry = None
        assert dictionary.private_entry_of(tag, creator) == entry
    assert dictionary.private_entry_of(0x00091001, "nobody") is None


def test_each_registered_uid_is_known() -> None:
    assert all(map(dictionary.is_listed_uid, UID_dictionary))
    assert not dictionary.is_listed_uid("1.2.840.10008.99")


@pytest.mark.parametrize("term", ["", *charset.python_encoding])
def test_the_usual_character_sets_are_pydicoms(term: str) -> None:
    assert charsets.is_term(term)
    assert list(charsets.codecs_of(term.encode())) == charset.convert_encodings([term])
