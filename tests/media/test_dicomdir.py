"""The directory of the results, judged by pydicom's FileSet, dicom3tools and DCMTK."""

import io
import random
import resource
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

import canaries
import pydicom
import pytest
import studies
from builders import (
    BE,
    BIG,
    CT,
    DEFLATED,
    ENCODINGS,
    EXPLICIT,
    LE,
    LE_UNDEFINED,
    Encoding,
    Study,
)
from builders import file as made
from corpus import CT_SMALL, instances
from engine import KEY, PROFILE, assemble, plan
from filesets import check_offsets, complaints, loaded, rows
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Row
from cordon.core.profile import Profile
from cordon.media import sequences
from cordon.media.dicomdir import FILE_NAME, Directory
from cordon.media.names import file_id, folder, sibling
from cordon.media.records import Entry, entry
from cordon.rules import directory, tables
from cordon.rules.compile import compile_profile
from cordon.rules.pseudonyms import Pseudonyms
from cordon.settings import Settings

SR = "1.2.840.10008.5.1.4.1.1.88.33"
DOSE_SR = "1.2.840.10008.5.1.4.1.1.88.67"
KEY_OBJECTS = "1.2.840.10008.5.1.4.1.1.88.59"
PRESENTATION = "1.2.840.10008.5.1.4.1.1.11.1"
SPECTROSCOPY = "1.2.840.10008.5.1.4.1.1.4.2"
PALETTE = "1.2.840.10008.5.1.4.39.1"
PROTOCOL = "1.2.840.10008.5.1.4.1.1.200.2"
OWN = (
    *("OffsetOfTheNextDirectoryRecord", "RecordInUseFlag"),
    *("OffsetOfReferencedLowerLevelDirectoryEntity", "DirectoryRecordType"),
    *("ReferencedFileID", "ReferencedSOPClassUIDInFile"),
    *("ReferencedSOPInstanceUIDInFile", "ReferencedTransferSyntaxUIDInFile"),
)


@cache
def profile(**settings: object) -> Profile:
    return compile_profile(Settings(sweep="off", **settings), KEY)


class Media:
    """A folder with results and their directory."""

    def __init__(self, folder: Path, sources: Iterable[bytes], under: Profile) -> None:
        self.folder = folder
        self.directory = Directory()
        self.left_out: set[str] = set()
        self.results: dict[str, bytes] = {}
        self.rows: dict[str, Row] = {}
        for source in sources:
            try:
                outcome = plan(source, under)
            except InstanceError:
                continue
            if not isinstance(outcome, Deidentified):
                continue
            name = file_id(outcome.row)
            result = assemble(source, outcome)
            if self.results.get(name, result) != result:
                name = sibling(name, len(self.results))
            self.results[name], self.rows[name] = result, outcome.row
            if not self.directory.add(name, entry(outcome)):
                self.left_out.add(name)
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(result)
        self.path = folder / FILE_NAME
        self.path.write_bytes(self.directory.encode())

    def records(self) -> list[Dataset]:
        return list(pydicom.dcmread(self.path).DirectoryRecordSequence)

    def of(self, kind: str) -> list[Dataset]:
        return [one for one in self.records() if one.DirectoryRecordType == kind]

    def check(self, but: str = "$") -> None:
        """See what others have against the directory, and that it fits the files.

        What matches `but` the instances lack as well.
        """
        check_offsets(self.path.read_bytes())
        with loaded(self.path) as found:
            assert len(found) == len(self.results) - len(self.left_out)
        for instance in found:
            name = Path(instance.path).relative_to(self.folder).as_posix()
            assert name in self.results
            meta = pydicom.filereader.read_file_meta_info(instance.path)
            assert meta.MediaStorageSOPInstanceUID == (
                instance.ReferencedSOPInstanceUIDInFile
            )
            assert meta.MediaStorageSOPClassUID == instance.ReferencedSOPClassUIDInFile
            assert meta.TransferSyntaxUID == instance.ReferencedTransferSyntaxUIDInFile
        assert complaints(self.path, but) == []


def instance_of(
    elements: list, encoding: Encoding = LE, syntax: str = EXPLICIT
) -> bytes:
    """Make an instance; the last one of several elements of a tag counts."""
    chosen = {element[0]: element for element in elements}
    uid = chosen[0x00080018][2]
    sop_class = chosen[0x00080016][2]
    in_order = [chosen[tag] for tag in sorted(chosen) if chosen[tag][2] is not None]
    return made(in_order, encoding, syntax, sop_class=sop_class, sop_instance=uid)


def instance(sop_class: str, *elements: tuple, **more: object) -> bytes:
    return instance_of([*Study().elements(1, sop_class), *elements], **more)


def keys(record: Dataset) -> dict[str, object]:
    return {
        element.keyword: element.value
        for element in record
        if element.keyword not in OWN
    }


def code(value: str, meaning: str = "Meaning") -> list:
    return [
        (0x00080100, "SH", value),
        (0x00080102, "SH", "DCM"),
        (0x00080104, "LO", meaning),
    ]


# ------------------------------------------------------------------------- whole


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"retain_longitudinal": "modified", "clean_structured_content": True},
        {"clean_descriptors": True, "clean_graphics": True, "retain_uids": True},
    ],
    ids=["basic", "dates-and-reports", "descriptors"],
)
def test_a_directory_of_studies_is_what_others_read(
    tmp_path: Path, settings: dict
) -> None:
    media = Media(tmp_path, studies.sources().values(), profile(**settings))
    media.check()
    count = {"PATIENT": 2, "STUDY": 4, "SERIES": 48, "IMAGE": 32, "SR DOCUMENT": 8}
    for kind, number in count.items():
        assert len(media.of(kind)) == number
    with loaded(media.path) as found:
        by_uid = {one.SOPInstanceUID: one for one in found}
    for name, row in media.rows.items():
        one = by_uid[row.sop_instance_uid]
        assert Path(one.path) == tmp_path / name
        read = one.load()
        assert one.PatientID == read.PatientID
        assert one.StudyInstanceUID == read.StudyInstanceUID
        assert one.SeriesInstanceUID == read.SeriesInstanceUID


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_directory_of_real_files_is_what_others_read(tmp_path: Path) -> None:
    sources = [path.read_bytes() for path in instances()]
    media = Media(tmp_path, sources, profile(burned_in="ignore"))
    assert len(media.results) > 100
    media.check()


CANARIES = (
    "example root for UID|not a recognized standard attribute|Missing attribute"
    "|Length invalid for this VR|contains invalid data values"
)
"""What is against canaries, and sequences made of them alone."""


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("settings", ["basic", "everything", "all-kept"])
def test_a_directory_of_all_kinds_is_what_others_read(
    tmp_path: Path, settings: str
) -> None:
    samples = [canaries.made(kind).data for kind in canaries.KINDS]
    under = compile_profile(canaries.SETTINGS[settings], KEY)
    media = Media(tmp_path, samples, under)
    assert len(media.results) > 50
    media.check(CANARIES)


def test_nothing_that_identifies_is_in_a_directory(tmp_path: Path) -> None:
    under = compile_profile(canaries.SETTINGS["basic"], KEY)
    samples = [canaries.made(kind) for kind in canaries.KINDS]
    media = Media(tmp_path, [sample.data for sample in samples], under)
    kept = set().union(*(canaries.tokens_in(one) for one in media.results.values()))
    # its own UID looks like one
    uid = str(pydicom.dcmread(media.path).file_meta.MediaStorageSOPInstanceUID)
    data = media.path.read_bytes().replace(uid.encode(), b"")
    assert canaries.tokens_in(data) <= kept


def test_original_identifiers_are_not_in_a_directory(tmp_path: Path) -> None:
    media = Media(tmp_path, studies.sources().values(), PROFILE)
    data = media.path.read_bytes()
    for word in ("Quibblewick", "Snodgrass", "PAT-471", "ACC1", studies.ROOT, "2024"):
        assert word.encode() not in data


def test_the_order_of_arrival_does_not_matter() -> None:
    added = []
    for source in list(studies.sources().values())[:40]:
        outcome = plan(source)
        added.append((file_id(outcome.row), entry(outcome)))
    written = set()
    for seed in range(5):
        random.Random(seed).shuffle(added)  # noqa: S311 - an order, no secret
        one = Directory()
        for each in added:
            one.add(*each)
        written.add(one.encode())
    assert len(written) == 1
    fewer = Directory()
    for each in added[1:]:
        fewer.add(*each)
    uids = {data[:400].split(b"2.25.")[1][:39] for data in (*written, fewer.encode())}
    assert len(uids) == 2


def test_a_directory_of_nothing_is_legal(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(Directory().encode())
    assert complaints(path) == []
    assert not pydicom.dcmread(path).DirectoryRecordSequence


# ----------------------------------------------------------------- kinds and keys


def test_every_sop_class_has_the_record_that_the_standard_gives_it() -> None:
    listed = {
        row["sop_class_uid"]: row["record"] for row in tables.read("record_types.csv")
    }
    assert len(listed) == 183
    assert {directory.record_of(uid) for uid in listed} == rows().keys() - set(
        directory.UPPER
    )
    storage = {row["sop_class_uid"] for row in tables.read("sop_classes.csv")}
    # procedure protocols and their approval have none
    none = [uid for uid in storage - listed.keys() if ".5.1.4.1.1." in uid]
    assert all(directory.record_of(uid) == "" for uid in none)
    examples = {
        CT: "IMAGE",
        SR: "SR DOCUMENT",
        DOSE_SR: "SR DOCUMENT",
        KEY_OBJECTS: "KEY OBJECT DOC",
        PRESENTATION: "PRESENTATION",
        "1.2.840.10008.5.1.4.1.1.11.8": "PRESENTATION",
        "1.2.840.10008.5.1.4.1.1.66.5": "SURFACE",
        "1.2.840.10008.5.1.4.1.1.481.8": "RT PLAN",
        PALETTE: "PALETTE",
        PROTOCOL: "",
        "1.2.3": "",
    }
    assert {uid: directory.record_of(uid) for uid in examples} == examples


def same(one: DataElement, other: DataElement) -> bool:
    """Compare values, but for VRs that pydicom does not know yet."""
    if one.VR != other.VR:
        return other.VR in ("UN", "OW", "OB or OW")
    if one.VR != "SQ":
        return bool(one.value == other.value)
    items = list(zip(one.value, other.value, strict=True))
    return all(
        first.keys() == second.keys() and all(map(same, first, second))
        for first, second in items
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_keys_are_those_of_the_result(tmp_path: Path) -> None:
    under = compile_profile(canaries.SETTINGS["everything"], KEY)
    sources = [canaries.made(kind).data for kind in canaries.KINDS]
    media = Media(tmp_path, [*sources, *studies.sources().values()], under)
    compared = set()
    for record in media.records():
        kind = record.DirectoryRecordType
        if kind in directory.UPPER:
            continue
        path = tmp_path.joinpath(*record.ReferencedFileID)
        read = pydicom.dcmread(path)
        row = rows()[kind]
        wanted = {
            int(tag, 16): column
            for column in ("type1", "type1c", "type2")
            for tag in row[column].split()
        }
        there = {int(element.tag) for element in record if element.tag >> 16 != 4}
        assert there - {0x00080005} <= wanted.keys()
        for tag, column in wanted.items():
            if column != "type1c":
                assert tag in record
            if column == "type1":
                assert not record[tag].is_empty
            if tag in (0x0040A030, 0x0040A730):
                continue
            if tag in record and tag in read and not read[tag].is_empty:
                value = record[tag].value
                if str(value).startswith(("UNKNOWN", "1900")) or not value:
                    continue  # not legal there
                compared.add((kind, tag))
                assert same(record[tag], read[tag]), (kind, hex(tag))
    assert len(compared) > 50


def test_reviewed_descriptions_are_in_the_records_above(tmp_path: Path) -> None:
    new = Pseudonyms(KEY).uid
    reviewed = {
        new(b"1.2.3.4").decode(): "Schädel nativ",
        new(b"1.2.3.4.5").decode(): "Übersicht",
    }
    under = compile_profile(Settings(), KEY, reviewed)
    other = Study(series="1.2.3.4.6")
    sources = [Study().image(1, 8), Study().image(2, 8), other.image(1, 8)]
    media = Media(tmp_path, sources, under)
    media.check()
    (study,) = media.of("STUDY")
    assert study.StudyDescription == "Schädel nativ"
    said = {
        one.SeriesInstanceUID: one.get("SeriesDescription")
        for one in media.of("SERIES")
    }
    assert said == {
        new(b"1.2.3.4.5").decode(): "Übersicht",
        new(b"1.2.3.4.6").decode(): None,
    }


LACKING = (
    "Element=<(ReferencedSeriesSequence|BlendingSequence)> Module=<PresentationDir"
    "|Element=<ReferencedImageEvidenceSequence> Module=<SpectroscopyDirectoryRecord>"
    "|Module=<ContentIdentificationMacro>|Module=<HangingProtocolDirectoryRecord>"
    "|not a recognized standard attribute"
)
"""What cannot be filled in, or is none of the keys."""


@pytest.mark.parametrize(
    "record", [one for one in rows() if one not in directory.UPPER]
)
def test_a_record_of_an_empty_instance_has_what_it_must_have(
    tmp_path: Path, record: str
) -> None:
    (sop_class, *_) = [
        row["sop_class_uid"]
        for row in tables.read("record_types.csv")
        if row["record"] == record
    ]
    bare = [(0x00080016, "UI", sop_class), (0x00080018, "UI", "1.2.3.4.5.6")]
    media = Media(tmp_path, [instance_of(bare)], PROFILE)
    check_offsets(media.path.read_bytes())
    assert complaints(media.path, LACKING) == []
    (found,) = media.of(record)
    for tag in rows()[record]["type1"].split():
        assert not found[int(tag, 16)].is_empty
    for tag in rows()[record]["type2"].split():
        assert int(tag, 16) in found


def test_a_missing_key_is_filled_in_and_no_date_is_todays(tmp_path: Path) -> None:
    lacking = [(tag, "SH", None) for tag in (0x00080020, 0x00080030, 0x00200010)]
    lacking += [(tag, "SH", None) for tag in (0x00080060, 0x00200011, 0x00200013)]
    media = Media(tmp_path, [instance(CT, *lacking)], PROFILE)
    media.check()
    (row,) = media.rows.values()
    (study,), (series,), (image,) = map(media.of, ("STUDY", "SERIES", "IMAGE"))
    assert (study.StudyDate, study.StudyTime) == ("19000101", "000000")
    assert study.StudyID == folder(row).split("/")[2]
    assert (series.Modality, series.SeriesNumber) == ("OT", 0)
    assert image.InstanceNumber == 0


def test_a_value_that_is_not_legal_is_no_key(tmp_path: Path) -> None:
    under = profile(retain_longitudinal="full")
    wrong = [
        (0x00080020, "DA", "20240231"),
        (0x00080030, "TM", "10:11"),
        (0x00080060, "CS", "ct"),
        (0x00200011, "IS", "3\\4"),
        (0x00200013, "IS", "one"),
    ]
    media = Media(tmp_path, [instance(CT, *wrong)], under)
    media.check()
    (study,), (series,), (image,) = map(media.of, ("STUDY", "SERIES", "IMAGE"))
    assert (study.StudyDate, study.StudyTime) == ("19000101", "000000")
    assert (series.Modality, series.SeriesNumber) == ("OT", 0)
    assert image.InstanceNumber == 0


def test_a_number_of_another_size_is_no_key(tmp_path: Path) -> None:
    source = instance(SPECTROSCOPY, (0x00280010, "US", b"\1\0\2\0"))
    media = Media(tmp_path, [source], PROFILE)
    (found,) = media.of("SPECTROSCOPY")
    assert found.Rows == 0


def test_an_observer_who_gives_no_date_is_none() -> None:
    observers = [[(0x0040A027, "LO", "Hospital")]]
    outcome = plan(instance(SR))
    told = {
        directory.VERIFYING_OBSERVER_SEQUENCE: LE.element(1, "SQ", observers)[12:],
        0x0040A493: b"VERIFIED",
    }
    dummy = LE.element(directory.VERIFICATION_DATETIME, "DT", "19000101000000")
    assert dummy in entry(Deidentified([], outcome.row, told)).instance


def test_instances_without_a_patient_are_not_of_one_patient(tmp_path: Path) -> None:
    nobody = {"patient_id": "", "patient_name": ""}
    sources = [
        Study(**nobody, study=f"1.2.3.{number}", series=f"1.2.3.{number}.1").image(
            image, size=4
        )
        for number in (1, 2)
        for image in (1, 2)
    ]
    media = Media(tmp_path, sources, PROFILE)
    media.check()
    ids = {one.PatientID for one in media.of("PATIENT")}
    assert ids == {folder(row).split("/")[1] for row in media.rows.values()}
    assert len(ids) == 2
    assert len(media.of("STUDY")) == 2


def test_patients_with_one_replaced_id_are_one_patient(tmp_path: Path) -> None:
    under = profile(replacements=("PatientID=SUBJECT",))
    media = Media(tmp_path, studies.sources().values(), under)
    media.check()
    (patient,) = media.of("PATIENT")
    assert patient.PatientID == "SUBJECT"
    assert len(media.of("STUDY")) == 4


def test_an_instance_without_uids_still_has_a_place(tmp_path: Path) -> None:
    lacking = [(0x0020000D, "UI", None), (0x0020000E, "UI", None)]
    media = Media(tmp_path, [instance(CT, *lacking)], PROFILE)
    assert complaints(media.path) == []
    check_offsets(media.path.read_bytes())
    (study,), (series,) = media.of("STUDY"), media.of("SERIES")
    assert study.StudyInstanceUID.is_valid
    assert study.StudyInstanceUID != series.SeriesInstanceUID


def test_what_has_no_record_is_left_out_and_counted(tmp_path: Path) -> None:
    others = [
        instance_of(Study().elements(number, sop_class))
        for number, sop_class in enumerate((PROTOCOL, "1.2.3.99"), 2)
    ]
    media = Media(tmp_path, [instance(CT), *others], PROFILE)
    media.check()
    assert len(media.left_out) == 2
    assert len(media.records()) == 4


def test_what_belongs_to_no_patient_stands_at_the_root(tmp_path: Path) -> None:
    palette = instance_of([*Study().elements(7, PALETTE), (0x00700080, "CS", "HOT")])
    media = Media(tmp_path, [instance(CT), palette], PROFILE)
    media.check()
    (found,) = media.of("PALETTE")
    assert keys(found) == {"ContentLabel": "HOT", "ContentDescription": ""}
    assert len(media.records()) == 5


def test_the_general_sop_class_is_named(tmp_path: Path) -> None:
    source = instance(CT, (0x0008001A, "UI", "1.2.840.10008.5.1.4.1.1.2.1"))
    media = Media(tmp_path, [source], PROFILE)
    media.check()
    (image,) = media.of("IMAGE")
    (uid,) = [image[0x0004151A].value]
    assert uid == "1.2.840.10008.5.1.4.1.1.2.1"


# ---------------------------------------------------------------------- documents


def _report(*more: tuple) -> list:
    observers = [
        [
            (0x0040A027, "LO", "Hospital"),
            (0x0040A030, "DT", moment),
            (0x0040A075, "PN", "Verifier^Vera"),
            (0x0040A088, "SQ", []),
        ]
        for moment in ("20240101120000", "20240301120000", "20240201")
    ]
    language = [
        (0x0040A010, "CS", "HAS CONCEPT MOD"),
        (0x0040A040, "CS", "CODE"),
        (0x0040A043, "SQ", [code("121049", "Language of Content")]),
        (0x0040A168, "SQ", [code("en", "English")]),
    ]
    finding = [
        (0x0040A010, "CS", "CONTAINS"),
        (0x0040A040, "CS", "CODE"),
        (0x0040A043, "SQ", [code("121071", "Finding")]),
        (0x0040A168, "SQ", [code("R-00339", "No")]),
    ]
    return [
        (0x00080023, "DA", "20240229"),
        (0x00080033, "TM", "101112"),
        (0x0040A040, "CS", "CONTAINER"),
        (0x0040A043, "SQ", [code("126000", "Imaging Report")]),
        (0x0040A073, "SQ", observers),
        (0x0040A491, "CS", "COMPLETE"),
        (0x0040A493, "CS", "VERIFIED"),
        (0x0040A730, "SQ", [language, finding]),
        *more,
    ]


CLEANED = {
    "clean_structured_content": True,
    "retain_longitudinal": "full",
}


@pytest.mark.parametrize("name", [*ENCODINGS, "deflated"])
def test_a_report_has_its_title_and_what_modifies_it(tmp_path: Path, name: str) -> None:
    encoding, syntax = {**ENCODINGS, "deflated": (LE, DEFLATED)}[name]
    source = instance(SR, *_report(), encoding=encoding, syntax=syntax)
    media = Media(tmp_path, [source], profile(**CLEANED))
    media.check()
    (result,) = media.results.values()
    read = pydicom.dcmread(io.BytesIO(result))
    (found,) = media.of("SR DOCUMENT")
    assert found.ConceptNameCodeSequence == read.ConceptNameCodeSequence
    assert [one.RelationshipType for one in read.ContentSequence] == [
        "HAS CONCEPT MOD",
        "CONTAINS",
    ]
    assert list(found.ContentSequence) == list(read.ContentSequence)[:1]
    assert (found.CompletionFlag, found.VerificationFlag) == ("COMPLETE", "VERIFIED")
    assert found.ContentDate == "20240229"


def test_a_verified_report_tells_when_that_was_last(tmp_path: Path) -> None:
    kept = profile(
        retain_longitudinal="full",
        allow_deviation=True,
    )
    outcome = plan(instance(SR, *_report()), kept)
    value = outcome.told[directory.VERIFYING_OBSERVER_SEQUENCE]
    moments = [
        element.value
        for item in sequences.read_items(value)
        for element in item
        if element.tag == directory.VERIFICATION_DATETIME
    ]
    media = Media(tmp_path, [instance(SR, *_report())], kept)
    (found,) = media.of("SR DOCUMENT")
    assert found.VerificationDateTime == max(moments).decode().strip()
    for flags, there in ((("UNVERIFIED", True), False), (("VERIFIED", False), True)):
        flag, observed = flags
        more = [(0x0040A493, "CS", flag)]
        more += [] if observed else [(0x0040A073, "SQ", None)]
        media = Media(tmp_path, [instance(SR, *_report(*more))], kept)
        media.check()
        (found,) = media.of("SR DOCUMENT")
        assert ("VerificationDateTime" in found) == there


def test_a_presentation_names_what_it_is_of(tmp_path: Path) -> None:
    media = Media(tmp_path, studies.sources().values(), PROFILE)
    found = media.of("PRESENTATION")
    assert len(found) == 4
    for record in found:
        read = pydicom.dcmread(tmp_path.joinpath(*record.ReferencedFileID))
        assert record.ReferencedSeriesSequence == read.ReferencedSeriesSequence
        named = record.ReferencedSeriesSequence[0].ReferencedImageSequence
        for one in named:
            uid = one.ReferencedSOPInstanceUID
            assert any(row.sop_instance_uid == uid for row in media.rows.values())


# ------------------------------------------------------------------------ encoding


@pytest.mark.parametrize("name", [*ENCODINGS, "deflated"])
def test_numbers_and_sequences_are_told_in_little_endian(
    tmp_path: Path, name: str
) -> None:
    encoding, syntax = {**ENCODINGS, "deflated": (LE, DEFLATED)}[name]
    evidence = [
        (0x00081115, "SQ", [[(0x00081199, "SQ", []), (0x0020000E, "UI", "1.2.3.4.5")]]),
        (0x0020000D, "UI", "1.2.3.4"),
        (0x00280010, "US", encoding.pack("H", 0x0102)),
    ]
    source = instance(
        SPECTROSCOPY,
        (0x00080023, "DA", "20240229"),
        (0x00080033, "TM", "101112"),
        (0x00089092, "SQ", [evidence]),
        (0x00280008, "IS", "1"),
        (0x00280010, "US", encoding.pack("H", 0x0102)),
        (0x00280011, "US", encoding.pack("H", 3)),
        (0x00289001, "UL", encoding.pack("I", 0x01020304)),
        (0x00289002, "UL", encoding.pack("I", 5)),
        encoding=encoding,
        syntax=syntax,
    )
    media = Media(tmp_path, [source], PROFILE)
    media.check()
    (found,) = media.of("SPECTROSCOPY")
    assert (found.Rows, found.Columns) == (0x0102, 3)
    assert (found.DataPointRows, found.DataPointColumns) == (0x01020304, 5)
    (result,) = media.results.values()
    read = pydicom.dcmread(io.BytesIO(result))
    assert found.ReferencedImageEvidenceSequence == read.ReferencedImageEvidenceSequence
    assert found.ReferencedImageEvidenceSequence[0].Rows == 0x0102


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("tag", [0x00080016, 0x00080060, 0x00080070, 0x00200013])
def test_items_where_a_value_is_asked_for_are_not_kept_unseen(
    tag: int, name: str
) -> None:
    encoding, syntax = ENCODINGS[name]
    inner = [[(0x00100010, "PN", "Secret^Name"), (0x00100020, "LO", "SECRET")]]
    chosen = {element[0]: element for element in Study().elements()}
    chosen[tag] = (tag, "UN", inner)
    source = made([chosen[one] for one in sorted(chosen)], encoding, syntax)
    assert b"SECRET" in source
    outcome = plan(source)
    result = assemble(source, outcome)
    assert b"ecret" not in result
    assert b"SECRET" not in result
    assert not any(b"SECRET" in value for value in outcome.told.values())


@pytest.mark.parametrize("encoding", [LE, BE], ids=["little", "big"])
def test_a_sequence_of_unknown_vr_is_read(tmp_path: Path, encoding: Encoding) -> None:
    syntax = EXPLICIT if encoding.little else BIG
    title = [code("113000", "Of Interest")]
    source = instance(
        KEY_OBJECTS, (0x0040A043, "UN", title), encoding=encoding, syntax=syntax
    )
    media = Media(tmp_path, [source], PROFILE)
    media.check()
    (found,) = media.of("KEY OBJECT DOC")
    assert found.ConceptNameCodeSequence[0].CodeValue == "113000"


def test_items_are_read_in_any_encoding() -> None:
    inner = [(0x00080104, "LO", "A"), (0x00280010, "US", b"")]
    for encoding, _ in ENCODINGS.values():
        number = (0x00280010, "US", encoding.pack("H", 0x0102))
        deep = [number, (0x00409999, "UN" if encoding.explicit else "LO", b"xy")]
        items = [[*code("1"), (0x0040A168, "SQ", [inner, deep])], []]
        data = encoding.element(0x0040A043, "SQ", items)
        value = data[12 if encoding.explicit else 8 :]
        read = sequences.read_items(value)
        deep = [(0x00280010, "US", LE.pack("H", 0x0102)), (0x00409999, "UN", b"xy")]
        expected = [[*code("1"), (0x0040A168, "SQ", [inner, deep])], []]
        assert sequences.write_items(read) == b"".join(map(LE.item, expected))


@pytest.mark.parametrize(
    "value",
    [
        b"no items",
        b"\xfe\xff\x00\xe0",
        b"\xfe\xff\x00\xe0\x20\x00\x00\x00",
        b"\xfe\xff\x00\xe0\x08\x00\x00\x00\x08\x00\x05\x00CS\x40\x00",
        b"\xfe\xff\x00\xe0\x09\x00\x00\x00\x08\x00\x05\x00CS\x01\x00",
        b"\xff\xfe\xe0\x00\x00\x00\x00\x0b\x00\x28\x00\x10US\x00\x03abc",
    ],
)
def test_what_cannot_be_read_is_no_sequence(value: bytes) -> None:
    with pytest.raises(ValueError, match=r"^[a-z ]+$"):
        sequences.read_items(value)
    told = {0x0040A043: value, 0x0040A730: value, 0x0040A073: value}
    told[0x0040A493] = b"VERIFIED"
    row = plan(instance(SR)).row
    made = entry(Deidentified([], row, told))
    assert b"UNKNOWN" in made.instance
    assert b"\x40\x00\x30\xa7" not in made.instance


@given(st.data())
def test_items_that_are_broken_are_read_or_refused(data: st.DataObject) -> None:
    inner = [(0x00080104, "LO", "A"), (0x00280010, "US", bytes(2))]
    items = [[*code("1"), (0x0040A168, "SQ", [inner, inner])], []]
    encoding, _ = data.draw(st.sampled_from(list(ENCODINGS.values())))
    whole = encoding.element(0x0040A043, "SQ", items)
    broken = bytearray(whole[12 if encoding.explicit else 8 :])
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(
            st.integers(0, 255)
        )
    with suppress(ValueError):
        sequences.write_items(sequences.read_items(bytes(broken)))


def test_items_in_items_without_end_are_refused() -> None:
    opened = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    opened += b"\x40\x00\x30\xa7SQ\0\0\xff\xff\xff\xff"
    with pytest.raises(ValueError, match="sequence"):
        sequences.read_items(opened * 5000)


def test_fragments_are_no_items() -> None:
    value = LE_UNDEFINED.item([LE.fragments(b"ab")])
    with pytest.raises(ValueError, match="fragments"):
        sequences.read_items(value)


def test_items_come_out_in_order() -> None:
    data = LE.item([(0x00080104, "LO", "A"), *code("1"), (0x00080000, "UL", bytes(4))])
    written = sequences.write_items(sequences.read_items(data))
    assert written == LE.item(code("1", "A"))


def test_a_value_too_long_for_its_vr_becomes_unknown() -> None:
    data = LE.element(0x00081115, "UN", [[(0x00080104, "LO", "A" * 70000)]])
    written = sequences.write_items(sequences.read_items(data[12:]))
    assert written[12:14] == b"UN"


# -------------------------------------------------------------------- character sets

NAMES = {
    "ISO_IR 100": "Größe",
    "ISO_IR 144": "Размер",
    "ISO_IR 192": "크기",
    "GB18030": "尺寸",
    r"\ISO 2022 IR 87": "寸法",
}


@pytest.mark.parametrize("character_set", NAMES)
def test_keys_are_in_the_character_set_of_the_result(
    tmp_path: Path, character_set: str
) -> None:
    text = NAMES[character_set]
    under = profile(replacements=(f"PatientName={text}",))
    source = instance(CT, (0x00080005, "CS", character_set))
    media = Media(tmp_path, [source], under)
    media.check()
    (patient,), (series,), (image,) = map(media.of, ("PATIENT", "SERIES", "IMAGE"))
    assert patient.PatientName == text
    assert "SpecificCharacterSet" in patient
    assert "SpecificCharacterSet" not in series
    assert "SpecificCharacterSet" not in image


def test_words_of_a_sequence_need_the_character_set(tmp_path: Path) -> None:
    title = [(0x0040A043, "SQ", [[*code("126000")[:2], _meaning("Befund für Größe")]])]
    source = instance(KEY_OBJECTS, *title)
    media = Media(tmp_path, [source], PROFILE)
    media.check()
    (found,) = media.of("KEY OBJECT DOC")
    assert found.SpecificCharacterSet == "ISO_IR 100"
    assert found.ConceptNameCodeSequence[0].CodeMeaning == "Befund für Größe"


def _meaning(text: str) -> tuple:
    return (0x00080104, "LO", text.encode("iso8859_1"))


@pytest.mark.parametrize("character_set", [None, "ISO_IR 4711"])
def test_letters_of_no_known_character_set_are_no_key(
    tmp_path: Path, character_set: str | None
) -> None:
    title = [(0x0040A043, "SQ", [[*code("126000")[:2], _meaning("Größe")]])]
    source = instance(
        KEY_OBJECTS,
        (0x00080005, "CS", character_set),
        (0x00080060, "CS", b"\xe4\xf6"),
        *title,
    )
    outcome = plan(source)
    made = entry(outcome)
    assert all(keys.isascii() for keys in made.uppers)
    assert b"Gr" not in made.instance


# ------------------------------------------------------------------------- names


def test_another_instance_of_the_same_file_id_lies_beside_it() -> None:
    assert sibling("DICOM/PT1/ST2/SE3/IM4", 35) == "DICOM/PT1/ST2/SE3/I000000Z"
    assert sibling("A/B", 0xFFFFFFFF) == "A/I1Z141Z3"


# ------------------------------------------------------------------------ quantity


def test_a_hundred_thousand_instances_take_seconds_and_little_memory() -> None:
    outcome = plan(CT_SMALL.read_bytes())
    one = entry(outcome)
    patient, whole, part = one.uppers
    wanted = Directory()
    started = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(100_000):
        image, series, study = number, number // 200, number // 2000
        row = outcome.row._replace(
            study_instance_uid=f"2.25.{study}",
            series_instance_uid=f"2.25.{study}.{series}",
            sop_instance_uid=f"2.25.104578456798797612345678900987{image:06}",
            patient=f"P{study}",
        )
        wanted.add(
            file_id(row),
            Entry(
                "IMAGE",
                (
                    patient.replace(b"P-", b"%02d" % study),
                    whole.replace(b"2.25.", b"2.%03d" % study),
                    part.replace(b"2.25.", b"2.%03d" % series),
                ),
                one.instance,
            ),
        )
    data = wanted.encode()
    elapsed = time.perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert len(data) > 20_000_000
    assert data.count(b"SERIES") == 500
    assert data.count(b"PATIENT ") == 50
    assert elapsed < 15
    assert grown < 500
