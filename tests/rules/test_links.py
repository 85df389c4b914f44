"""What belongs together before belongs together after, and says nothing of before."""

import re
import struct
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import combinations

import choices
import pytest
from builders import file
from choices import ALONE, SWITCHES
from engine import KEY, deidentify
from oracle import OURS, differences, read, removed_items
from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from studies import CT, ROOT, SR, STUDIES, STUDY_MANAGEMENT, sources

from cordon.core.profile import Profile
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

OTHER_KEY = bytes(range(1, 33))
MAPPING = {**SWITCHES, "retain_uids": False, "retain_longitudinal": "modified"}
SETTINGS = {**choices.SETTINGS, "all-but-uids": Settings(**ALONE, **MAPPING)}
UNDER = pytest.mark.parametrize("name", SETTINGS)
KEPT = ("retain_uids", "all-full", "all-modified")
MAPPED = pytest.mark.parametrize("name", [one for one in SETTINGS if one not in KEPT])
CLEANED = ("clean_structured_content", "all-full", "all-modified", "all-but-uids")
"""Where what a report says is not replaced as a whole."""

Names = tuple[int, int, str]


@cache
def profile(name: str, key: bytes = KEY) -> Profile:
    return compile_profile(SETTINGS[name], key)


@cache
def results(name: str) -> dict[Names, bytes]:
    return {
        names: deidentify(source, profile(name)) for names, source in sources().items()
    }


@cache
def readings(name: str) -> dict[Names, Dataset]:
    return {names: read(result) for names, result in results(name).items()}


@cache
def originals() -> dict[Names, Dataset]:
    return {names: read(source) for names, source in sources().items()}


def pairs(
    old: Dataset, new: Dataset, gone: set[int], path: str = ""
) -> Iterator[tuple[str, str, object, object]]:
    """List each value that has stayed: place, VR, before and after."""
    for element in old:
        if element.tag not in new:
            continue
        place, other = f"{path}{element.keyword}", new[element.tag]
        if element.VR == "SQ":
            kept = [item for item in element.value if id(item) not in gone]
            if len(kept) == len(other.value):
                for one, its in zip(kept, other.value, strict=True):
                    yield from pairs(one, its, gone, f"{place}>")
        else:
            olds, news = (
                value if isinstance(value, MultiValue) else [value]
                for value in (element.value, other.value)
            )
            for one, its in zip(olds, news, strict=True):
                yield place, element.VR, one, its


@cache
def all_pairs(name: str) -> dict[Names, list[tuple[str, str, object, object]]]:
    found = {}
    for names, old in originals().items():
        new = readings(name)[names]
        gone = removed_items(old, SETTINGS[name])
        found[names] = list(pairs(old, new, gone))
    return found


def values(
    data_set: Dataset, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, Dataset]]:
    """List every UID below a data set: keyword, value and the data set it is in."""
    for element in data_set:
        if element.VR == "SQ":
            for item in element.value:
                yield from values(item, (*path, element.keyword))
        elif element.VR == "UI" and element.value:
            yield element.keyword, str(element.value), data_set


class Entities:
    """What there is to refer to."""

    def __init__(self, files: dict[Names, Dataset]) -> None:
        read_back = files.values()
        self.instances = {one.SOPInstanceUID: one for one in read_back}
        self.studies = {one.StudyInstanceUID for one in read_back}
        self.series = {one.SeriesInstanceUID for one in read_back}
        self.frames = {
            one.FrameOfReferenceUID
            for one in read_back
            if "FrameOfReferenceUID" in one and "Rows" in one
        }

    def lacks(self, keyword: str, uid: str, around: Dataset) -> bool:
        """Tell whether a UID points to nothing."""
        if keyword in (
            "ReferencedSOPInstanceUID",
            "SOPInstanceUIDOfConcatenationSource",
        ):
            if around.get("ReferencedSOPClassUID") == STUDY_MANAGEMENT:
                return uid not in self.studies
            target = self.instances.get(uid)
            named = around.get("ReferencedSOPClassUID")
            return target is None or named not in (None, target.SOPClassUID)
        if keyword == "StudyInstanceUID":
            return uid not in self.studies
        if keyword == "SeriesInstanceUID":
            return uid not in self.series
        if keyword in ("FrameOfReferenceUID", "ReferencedFrameOfReferenceUID"):
            return uid not in self.frames
        return False


# ------------------------------------------------------------------------ references


def test_the_studies_themselves_hold_together() -> None:
    there = Entities(originals())
    assert len(there.instances) == len(sources())
    assert len(there.studies) == 4
    for source in originals().values():
        found = list(values(source))
        assert [one[:2] for one in found if there.lacks(*one)] == []


@UNDER
def test_a_result_of_the_studies_is_what_the_profile_says(name: str) -> None:
    wrong = {}
    for names, source in sources().items():
        result = read(results(name)[names])
        if found := list(differences(read(source), result, SETTINGS[name])):
            wrong[names] = found
    assert wrong == {}


@UNDER
def test_every_reference_that_stays_finds_what_it_refers_to(name: str) -> None:
    there = Entities(readings(name))
    assert len(there.instances) == len(sources())
    for names, result in readings(name).items():
        found = list(values(result))
        assert (names, [one[:2] for one in found if there.lacks(*one)]) == (names, [])


@MAPPED
def test_uids_are_mapped_one_to_one_over_all_studies(name: str) -> None:
    there: dict[str, str] = {}
    back: dict[str, str] = {}
    for found in all_pairs(name).values():
        for place, vr, old, new in found:
            if vr != "UI" or not old:
                continue
            assert there.setdefault(old, new) == new, place
            assert back.setdefault(new, old) == old, place
            if old in UID_dictionary:
                assert new == old, place
            else:
                assert OURS.match(new), place
    assert len(there) > 100
    for names, source in originals().items():
        result = readings(name)[names]
        old = source.file_meta.MediaStorageSOPInstanceUID
        assert result.file_meta.MediaStorageSOPInstanceUID == there[old]
        assert result.SOPInstanceUID == there[old]


@MAPPED
def test_no_uid_of_the_source_is_left_in_any_byte(name: str) -> None:
    for names, result in results(name).items():
        assert (names, re.findall(re.escape(ROOT.encode()) + rb"[.0-9]*", result)) == (
            names,
            [],
        )


@pytest.mark.parametrize("name", KEPT)
def test_retained_uids_are_all_as_before(name: str) -> None:
    for names, found in all_pairs(name).items():
        changed = [
            (place, old, new)
            for place, vr, old, new in found
            if vr == "UI" and old != new
        ]
        assert (names, changed) == (names, [])


def referred(data_set: Dataset, sequence: str) -> list[str]:
    """List the instances that sequences of this name refer to, in order."""
    found = []
    for element in data_set:
        if element.VR == "SQ":
            for item in element.value:
                if element.keyword == sequence:
                    found.append(item.get("ReferencedSOPInstanceUID", ""))
                found += referred(item, sequence)
    return found


@UNDER
@pytest.mark.parametrize(
    ("kind", "sequence", "count"),
    [
        ("rtstruct", "ContourImageSequence", 4),
        ("rtplan", "ReferencedStructureSetSequence", 1),
        ("rtplan", "ReferencedRTPlanSequence", 1),
        ("rtdose", "ReferencedRTPlanSequence", 1),
        ("seg", "ReferencedInstanceSequence", 4),
        ("gsps", "ReferencedImageSequence", 5),
        ("kos", "ReferencedSOPSequence", 4),
        ("reg", "ReferencedImageSequence", 2),
        ("enhanced", "ReferencedSOPSequence", 4),
        ("sr", "ReferencedSOPSequence", 6),
    ],
)
def test_what_points_to_images_points_to_the_same_images(
    name: str, kind: str, sequence: str, count: int
) -> None:
    uids = {
        source.SOPInstanceUID: readings(name)[names].SOPInstanceUID
        for names, source in originals().items()
    }
    for study in STUDIES:
        names = study.patient, study.number, kind
        old = [uids[uid] for uid in referred(originals()[names], sequence)]
        new = referred(readings(name)[names], sequence)
        if kind in ("sr", "kos", "gsps"):
            # what is said of an image may go; what it was said of is still known
            assert len(new) >= count
            assert set(new) <= set(old)
            left = iter(old)
            assert all(uid in left for uid in new)
        else:
            assert len(new) == count
            assert new == old


@pytest.mark.parametrize("name", ["none", "retain_uids", "retain_longitudinal_full"])
def test_without_the_option_nothing_of_a_report_is_left(name: str) -> None:
    for (*_, kind), result in readings(name).items():
        if kind in ("sr", "sr3d", "kos"):
            (item,) = result.ContentSequence
            assert item.TextValue == "ANONYMIZED"


@pytest.mark.parametrize("name", CLEANED)
def test_a_report_still_names_the_images_it_was_made_from(name: str) -> None:
    for study in STUDIES:
        for kind, there in (("sr", 4), ("sr3d", 4), ("kos", 3)):
            names = study.patient, study.number, kind
            tree = Dataset()
            tree.ContentSequence = readings(name)[names].ContentSequence
            uids = referred(tree, "ReferencedSOPSequence")
            assert len(uids) >= there


def walk(item: Dataset, at: tuple[int, ...] = (1,)) -> Iterator:
    """List all content items with where they are."""
    yield at, item
    for number, inner in enumerate(item.get("ContentSequence", ()), 1):
        yield from walk(inner, (*at, number))


@pytest.mark.parametrize("name", CLEANED)
def test_content_items_that_moved_are_referred_to_where_they_are_now(name: str) -> None:
    for study in STUDIES:
        report = readings(name)[study.patient, study.number, "sr"]
        images, references = {}, []
        for at, item in walk(report):
            if item.get("ValueType") == "IMAGE":
                (image,) = item.ReferencedSOPSequence
                images[at] = image.ReferencedSOPInstanceUID
            if "ReferencedContentItemIdentifier" in item:
                references.append(tuple(item.ReferencedContentItemIdentifier))
        names = (study.patient, study.number)
        wanted = [
            readings(name)[*names, other].SOPInstanceUID
            for other in ("ct-2", "seg", "ct-3")
        ]
        assert [images[at] for at in references] == wanted[: len(references)]
        # an illustration is what one may not see, unless UIDs are kept
        assert len(references) == (3 if name in KEPT else 2)


# ----------------------------------------------------------------------------- dates


def day_of(vr: str, value: object) -> date | None:
    digits = str(value)[:8]
    if vr not in ("DA", "DT") or len(digits) < 8:
        return None
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def moves(name: str, patient: int) -> set[timedelta]:
    """Tell how far dates of a patient are moved."""
    return {
        day_of(vr, new) - day_of(vr, old)
        for names, found in all_pairs(name).items()
        if names[0] == patient
        for place, vr, old, new in found
        if vr in ("DA", "DT")
        and old
        and new
        and not place.startswith(("PatientBirth", "VerifyingObserver"))
    }


@pytest.mark.parametrize(
    "name", ["retain_longitudinal_modified", "all-modified", "all-but-uids"]
)
def test_a_patients_dates_move_together_and_two_patients_apart(name: str) -> None:
    (one,), (other,) = moves(name, 1), moves(name, 2)
    assert one != other
    for days in (one, other):
        assert days < timedelta(0)
        assert days.days % 7 == 0
    for found in all_pairs(name).values():
        times = [pair for pair in found if pair[1] == "TM"]
        assert [pair for pair in times if pair[2] != pair[3]] == []
        assert len(times) >= 3


def test_another_key_moves_dates_another_way() -> None:
    source = sources()[1, 1, "ct-1"]
    days = {
        read(deidentify(source, profile("all-modified", key))).StudyDate
        for key in (KEY, OTHER_KEY, bytes(32))
    }
    assert len(days) == 3


# ----------------------------------------------------------------------- determinism


@UNDER
def test_order_and_compilation_do_not_matter(name: str) -> None:
    backward = compile_profile(SETTINGS[name], KEY)
    for names in reversed(sources()):
        differs = deidentify(sources()[names], backward) != results(name)[names]
        assert not differs


@UNDER
def test_de_identifying_studies_again_changes_nothing(name: str) -> None:
    changed = [
        names
        for names, once in results(name).items()
        if deidentify(once, profile(name)) != once
    ]
    assert changed == []


def pseudonyms(data_set: Dataset) -> set[str]:
    found = {uid for *_, uid, _ in values(data_set) if uid.startswith("2.25.")}
    return found | {data_set.PatientID, str(data_set.PatientName)}


@MAPPED
def test_two_keys_agree_on_nothing_and_take_what_the_other_made(name: str) -> None:
    other = profile(name, OTHER_KEY)
    made: tuple[set[str], ...] = set(), set(), set()
    for names, source in sources().items():
        made[0].update(pseudonyms(readings(name)[names]))
        made[1].update(pseudonyms(read(deidentify(source, other))))
        made[2].update(pseudonyms(read(deidentify(results(name)[names], other))))
    assert len(made[0]) == len(made[1]) == len(made[2]) > 100
    for one, another in combinations(made, 2):
        # the dummy that stands where no UID may be is nobody's
        assert one & another <= {"2.25.0"}


# ---------------------------------------------------------------- rarer instances


def instance_of(*elements: tuple, sop_class: str = CT) -> bytes:
    top = [(0x00080016, "UI", sop_class), (0x00080018, "UI", f"{ROOT}.7.1")]
    return file(sorted([*top, *elements], key=lambda one: one[0]), sop_class=sop_class)


STUDY_DATE = (0x00080020, "DA", "20240229")
STUDY_UID = (0x0020000D, "UI", f"{ROOT}.7")


@pytest.mark.parametrize(
    "name", ["retain_longitudinal_modified", "all-modified", "all-but-uids"]
)
@pytest.mark.parametrize(
    "whose",
    [
        [(0x00100020, "LO", "4711"), STUDY_UID],
        [(0x00100010, "PN", "Doe^Jane"), (0x00100020, "LO", ""), STUDY_UID],
        [(0x00100010, "PN", ""), (0x00100020, "LO", ""), STUDY_UID],
        [STUDY_UID],
        [],
    ],
    ids=["id", "name", "study", "study-alone", "nothing"],
)
def test_dates_are_moved_once_only_whoever_the_patient_is(
    name: str, whose: list
) -> None:
    once = deidentify(instance_of(STUDY_DATE, *whose), profile(name))
    assert read(once).StudyDate < "20240229"
    changes = deidentify(once, profile(name)) != once
    assert not changes


@pytest.mark.parametrize("text", ["Chest A/P", "chest p/a view", "s/p chest surgery"])
@pytest.mark.parametrize("name", ["clean_descriptors", "all-full"])
def test_pseudonyms_are_no_words_of_the_patients_own(name: str, text: str) -> None:
    patient = (0x00100010, "PN", "Doe^Jane"), (0x00100020, "LO", "4711")
    once = deidentify(instance_of((0x0008103E, "LO", text), *patient), profile(name))
    assert read(once).SeriesDescription == text
    changes = deidentify(once, profile(name)) != once
    assert not changes


def test_items_in_which_nothing_changes_are_counted_too() -> None:
    """An empty item is no content item, but has a number."""

    def image(number: int) -> list:
        uid = f"{ROOT}.7.{number}"
        reference = [(0x00081150, "UI", CT), (0x00081155, "UI", uid)]
        return [(0x00081199, "SQ", [reference]), (0x0040A040, "CS", "IMAGE")]

    accession = encoded_code("121022", "DCM", "Accession Number")
    for empty in ([], [(0x0040A010, "CS", "CONTAINS")]):
        inferred, dangling = (
            [
                (0x0040A010, "CS", relationship),
                (0x0040DB73, "UL", struct.pack("<II", 1, number)),
            ]
            for relationship, number in (("INFERRED FROM", 2), ("SELECTED FROM", 3))
        )
        items = [
            empty,
            image(1),
            [
                (0x0040A040, "CS", "TEXT"),
                (0x0040A043, "SQ", [accession]),
                (0x0040A160, "UT", "ACC 4711"),
            ],
            image(2),
            [
                (0x0040A040, "CS", "CONTAINER"),
                (0x0040A730, "SQ", [inferred, dangling]),
            ],
        ]
        source = instance_of((0x0040A730, "SQ", items), sop_class=SR)
        result = read(deidentify(source, profile("clean_structured_content")))
        *_, last = result.ContentSequence
        places = {
            item.RelationshipType: list(item.ReferencedContentItemIdentifier)
            for item in last.ContentSequence
        }
        assert places == {"INFERRED FROM": [1, 2]}


def encoded_code(value: str, scheme: str, meaning: str) -> list:
    return [
        (0x00080100, "SH", value),
        (0x00080102, "SH", scheme),
        (0x00080104, "LO", meaning),
    ]


def test_annotation_groups_can_still_be_told_apart() -> None:
    groups = [[(0x006A0003, "UI", f"{ROOT}.7.{number}")] for number in (1, 2)]
    source = instance_of((0x006A0002, "SQ", groups))
    result = read(deidentify(source, profile("none")))
    one, other = (group.AnnotationGroupUID for group in result.AnnotationGroupSequence)
    assert one != other


@pytest.mark.parametrize(
    "tag",
    [
        0x00080407,
        0x00080408,
        0x00080409,
        0x00081190,
        0x00287FE0,
        0x00404073,
        0x0040E010,
    ],
)
@pytest.mark.parametrize("name", ["none", "all-but-uids"])
def test_no_uid_is_left_in_a_url_that_refers_to_an_instance(
    name: str, tag: int
) -> None:
    url = f"https://pacs.hospital.example/studies/{ROOT}.7/series/{ROOT}.7.2"
    result = deidentify(instance_of((tag, "UR", url), STUDY_UID), profile(name))
    left = re.findall(re.escape(ROOT.encode()) + rb"[.0-9]*", result)
    assert left == []


def test_an_instance_is_what_its_data_set_says_and_not_what_its_meta_says() -> None:
    data = instance_of((0x00081155, "UI", f"{ROOT}.7.1"))
    assert b"1.2.3.4.5.6" in data  # the meta's
    result = read(deidentify(data, profile("none")))
    assert result.SOPInstanceUID == result.ReferencedSOPInstanceUID
    assert result.file_meta.MediaStorageSOPInstanceUID == result.SOPInstanceUID
