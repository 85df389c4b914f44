"""Pictures that may show who the patient is (PS3.3 C.7.6.1)."""

from functools import cache

import pytest
from builders import CT, ENCODINGS, MR, file
from engine import KEY, assemble, plan
from oracle import read

from cordon.core.outcome import Deidentified, Note, Outcome, Rejected
from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

ENCODED = pytest.mark.parametrize("encoding", ENCODINGS)

STORAGE = "1.2.840.10008.5.1.4.1.1."
LIKELY = [
    *("3", "3.1", "6", "6.1", "6.2"),  # ultrasound
    *("7", "7.1", "7.2", "7.3", "7.4"),  # secondary capture
    *("12.1", "12.1.1", "12.2", "12.2.1"),  # angiography and fluoroscopy
    *("77.1.1", "77.1.1.1", "77.1.2", "77.1.2.1", "77.1.4", "77.1.4.1"),
    *("77.1.5.1", "77.1.5.2"),
]
UNLIKELY = ["1", "2", "4", "20", "128", "2.1", "4.1", "481.2", "1.1", "1.2"]

ROWS, BURNED_IN = 0x00280010, 0x00280301
IMAGE_TYPE, MODALITY, CONVERSION = 0x00080008, 0x00080060, 0x00080064


@cache
def profile(burned_in: str) -> Profile:
    return compile_profile(Settings(sweep="off", burned_in=burned_in), KEY)


def outcome(
    burned_in: str,
    *elements: tuple,
    sop_class: str = CT,
    encoding: str = "explicit",
    rows: bool = True,
) -> Outcome:
    how, syntax = ENCODINGS[encoding]
    known = {
        0x00080016: (0x00080016, "UI", sop_class),
        0x00080018: (0x00080018, "UI", "1.2.3"),
    }
    if rows:
        known[ROWS] = (ROWS, "US", how.pack("H", 512))
    known |= {one[0]: one for one in elements}
    source = file([known[tag] for tag in sorted(known)], how, syntax)
    found = plan(source, profile(burned_in))
    if isinstance(found, Deidentified):
        new = read(assemble(source, found))
        for tag, _, value in elements:
            if tag in (IMAGE_TYPE, MODALITY, CONVERSION, BURNED_IN):
                assert str(new[tag].value or "") in (
                    value.strip(),
                    str(value.split("\\")),
                )
    return found


def is_suspected(*elements: tuple, **more: object) -> bool:
    """Tell whether it is, and see that the three settings agree."""
    warned = outcome("warn", *elements, **more)
    rejected = outcome("reject", *elements, **more)
    ignored = outcome("ignore", *elements, **more)
    assert isinstance(warned, Deidentified)
    assert isinstance(ignored, Deidentified)
    assert ignored.row.notes == ()
    assert warned.segments == ignored.segments
    if isinstance(rejected, Rejected):
        assert rejected == Rejected("burned-in")
        assert warned.row.notes == (Note("burned-in"),)
        return True
    assert rejected.segments == warned.segments
    assert rejected.row.notes == warned.row.notes == ()
    return False


@pytest.mark.parametrize("suffix", LIKELY)
def test_classes_that_often_show_text_are_suspected(suffix: str) -> None:
    assert is_suspected(sop_class=STORAGE + suffix)


@pytest.mark.parametrize("suffix", UNLIKELY)
def test_other_classes_are_not(suffix: str) -> None:
    assert not is_suspected(sop_class=STORAGE + suffix)


@pytest.mark.parametrize("suffix", ["7", "6.1", "2"])
@ENCODED
def test_what_an_instance_says_of_itself_outranks_its_class(
    suffix: str, encoding: str
) -> None:
    yes, no = (BURNED_IN, "CS", "YES"), (BURNED_IN, "CS", "NO")
    sop_class = STORAGE + suffix
    assert is_suspected(yes, sop_class=sop_class, encoding=encoding)
    assert not is_suspected(no, sop_class=sop_class, encoding=encoding)


@pytest.mark.parametrize("said", ["", "MAYBE", "UNKNOWN"])
def test_what_is_neither_yes_nor_no_says_nothing(said: str) -> None:
    element = (BURNED_IN, "CS", said)
    assert is_suspected(element, sop_class=STORAGE + "7")
    assert not is_suspected(element, sop_class=MR)


@pytest.mark.parametrize("said", ["YES", "YES ", "yes"])
def test_what_is_declared_needs_no_picture(said: str) -> None:
    assert is_suspected((BURNED_IN, "CS", said), rows=False)


@pytest.mark.parametrize(
    "element",
    [
        (MODALITY, "CS", "US"),
        (MODALITY, "CS", "ES"),
        (MODALITY, "CS", "XC"),
        (MODALITY, "CS", "SC"),
        (MODALITY, "CS", "OT"),
        (MODALITY, "CS", "XA"),
        (MODALITY, "CS", "RF"),
        (CONVERSION, "CS", "WSD"),
        (CONVERSION, "CS", "DV"),
        (CONVERSION, "CS", "SD"),
        (IMAGE_TYPE, "CS", "DERIVED\\SECONDARY\\SCREEN SAVE"),
        (IMAGE_TYPE, "CS", "DERIVED\\SECONDARY\\OTHER\\DOSE_INFO"),
        (IMAGE_TYPE, "CS", "ORIGINAL\\PRIMARY\\LABEL\\NONE"),
        (IMAGE_TYPE, "CS", "DERIVED\\SECONDARY\\REPORT"),
    ],
)
@pytest.mark.parametrize("encoding", ["explicit", "implicit-undefined"])
def test_attributes_raise_a_suspicion_too(element: tuple, encoding: str) -> None:
    assert is_suspected(element, encoding=encoding)
    assert not is_suspected(element, rows=False, encoding=encoding)
    assert not is_suspected(element, (BURNED_IN, "CS", "NO"), encoding=encoding)


@pytest.mark.parametrize(
    "element",
    [
        (MODALITY, "CS", "CT"),
        (MODALITY, "CS", "MR"),
        (MODALITY, "CS", ""),
        (IMAGE_TYPE, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
        (IMAGE_TYPE, "CS", ""),
        (CONVERSION, "CS", ""),
    ],
)
def test_ordinary_attributes_raise_none(element: tuple) -> None:
    assert not is_suspected(element)


def test_what_is_said_in_an_item_is_said_of_another_instance() -> None:
    inner = [(MODALITY, "CS", "US"), (ROWS, "US", b"\1\0"), (BURNED_IN, "CS", "YES")]
    assert not is_suspected((0x00081115, "SQ", [inner]))


def test_the_word_on_burned_in_text_stays_as_it_was() -> None:
    for said in ("YES", "NO"):
        found = outcome("warn", (BURNED_IN, "CS", said))
        assert isinstance(found, Deidentified)


def test_a_class_told_only_by_the_file_meta_information_counts() -> None:
    ultrasound = STORAGE + "6.1"
    source = file([(ROWS, "US", b"\1\0")], sop_class=ultrasound)
    assert plan(source, profile("reject")) == Rejected("burned-in")
