"""What had to go is found in the result, and ordinary files are let pass."""

from pathlib import Path
from time import process_time

import pytest
from builders import BE, BIG, EXPLICIT, IMPLICIT, IMPLICIT_LE, LE, Study, file
from corpus import instances, name_of
from engine import KEY, plan

from cordon.core.outcome import Deidentified, Note, Outcome, Rejected, place_of
from cordon.core.profile import Element, Rule
from cordon.rules.compile import compile_profile
from cordon.rules.sweep import Identifiers
from cordon.settings import Settings

PROFILE = compile_profile(Settings(), KEY)
WARNING = compile_profile(Settings(sweep="warn"), KEY)
OPTIONS = {
    name: compile_profile(Settings(**{name: True}), KEY)
    for name in Settings._fields
    if name.startswith(("retain_", "clean_")) and name != "retain_longitudinal"
}
KEEPING_UIDS = OPTIONS["retain_uids"]
OF_A_DEVICE = (
    "MR-SIEMENS-DICOM-WithOverlays.dcm",
    "J2K_pixelrep_mismatch.dcm",
    "examples_overlay.dcm",
)
"""With the serial number of the device in their UIDs."""

WAYS = {
    "explicit": (LE, EXPLICIT),
    "implicit": (IMPLICIT_LE, IMPLICIT),
    "big endian": (BE, BIG),
}

# public, text, kept by the profile and in no table
TEXT = 0x0018_1160

PERSON = [
    (0x00080020, "DA", "20240229"),
    (0x00080050, "SH", "ACC-4711"),
    (0x00080080, "LO", "Saint Elsewhere Clinic"),
    (0x00080081, "ST", "12 Elm Road, Springfield"),
    (0x00080090, "PN", "Brennan^Temperance"),
    (0x00100030, "DA", "19610713"),
    (0x00102154, "SH", "+49 30 901820"),
    (0x00101002, "SQ", [[(0x00100020, "LO", "OTHER-993")]]),
]


def source(text: bytes | str, encoding=LE, syntax=EXPLICIT, *more) -> bytes:
    study = Study(patient_id="MRN0815007", patient_name="Mustermann^Erika")
    known = {element[0] for element in (*PERSON, *more)}
    elements = [
        *(element for element in study.elements() if element[0] not in known),
        *PERSON,
        (TEXT, "SH", text),
        *more,
    ]
    elements.sort(key=lambda element: element[0])
    return file(elements, encoding, syntax)


def notes(outcome: Outcome) -> list[Note]:
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "residual"
    return list(outcome.notes)


FINDS = [
    ("Erika", "name"),
    ("ERIKA M", "name"),
    ("by mustermann", "name"),
    ("MRN0815007", "identifier"),
    ("id:mrn0815007", "identifier"),
    ("ACC-4711", "identifier"),
    ("OTHER-993", "identifier"),
    ("Brennan", "staff"),
    ("saint elsewhere clinic", "institution"),
    ("12 Elm Road, Springfield", "address"),
    ("+49 30 901820", "phone"),
    ("4930901820", "phone"),
    ("20240229", "date"),
    ("2024-02-29", "date"),
    ("29.02.2024", "date"),
    ("02/29/2024", "date"),
    ("29 Feb 2024", "date"),
    ("February 29, 2024", "date"),
    ("13.7.1961", "date"),
    ("13.07.61", "date"),
    ("7/13/61", "date"),
    ("1.2.3.4.5.1", "uid"),
]


@pytest.mark.parametrize(("text", "kind"), FINDS)
@pytest.mark.parametrize(("encoding", "syntax"), WAYS.values())
def test_what_had_to_go_is_found_wherever_it_is(
    text: str, kind: str, encoding, syntax: str
) -> None:
    found = notes(plan(source(text, encoding, syntax), PROFILE))
    assert Note(f"residual-{kind}", "(0018,1160)") in found


@pytest.mark.parametrize(
    "text",
    [
        "Erikasson",
        "XMRN08150071",
        "ACC-47112",
        "2024022",
        "120240229",
        "1.2.3.4.5.12",
        "11.2.3.4.5.1",
        "12 Elm",
        "Clinic",
    ],
)
def test_what_only_looks_alike_is_let_pass(text: str) -> None:
    assert isinstance(plan(source(text), PROFILE), Deidentified)


def test_a_find_is_named_by_its_path() -> None:
    nested = (0x00081115, "SQ", [[(0x0008114A, "SQ", [[(TEXT, "SH", "Erika")]])]])
    found = notes(plan(source("none", LE, EXPLICIT, nested), PROFILE))
    assert found == [Note("residual-name", "(0008,1115)>(0008,114A)>(0018,1160)")]


def test_no_note_holds_a_value() -> None:
    for text, _ in FINDS:
        for note in notes(plan(source(text), PROFILE)):
            assert text.lower() not in str(note).lower()


def test_a_warning_releases_and_says_so() -> None:
    outcome = plan(source("Erika"), WARNING)
    assert isinstance(outcome, Deidentified)
    assert outcome.row.notes == (Note("residual-name", "(0018,1160)"),)


def test_nothing_is_looked_for_if_it_is_off() -> None:
    profile = compile_profile(Settings(sweep="off"), KEY)
    outcome = plan(source("Erika"), profile)
    assert isinstance(outcome, Deidentified)
    assert outcome.row.notes == ()


@pytest.mark.parametrize(
    ("character_set", "codec", "family", "text"),
    [
        ("ISO_IR 100", "latin-1", "Müßig", "über MÜßIG"),
        ("ISO_IR 192", "utf-8", "Łukasz", "od łukasz"),
        ("ISO_IR 144", "iso8859-5", "Иванов", "врач ИВАНОВ"),
        ("ISO_IR 192", "utf-8", "山田", "患者山田様"),
        ("GB18030", "gb18030", "王小东", "病人王小东"),
    ],
)
def test_names_are_found_in_the_character_set_in_force(
    character_set: str, codec: str, family: str, text: str
) -> None:
    elements = [
        (0x00080005, "CS", character_set),
        (0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"),
        (0x00080018, "UI", "1.2.3"),
        (0x00100010, "PN", family.encode(codec)),
        (0x00102000, "LO", "unrelated"),
        (TEXT, "SH", text.encode(codec)),
    ]
    found = notes(plan(file(elements), PROFILE))
    assert found == [Note("residual-name", "(0018,1160)")]


def test_names_are_found_between_escape_sequences() -> None:
    kanji = "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"
    elements = [
        (0x00080005, "CS", "\\ISO 2022 IR 87"),
        (0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"),
        (0x00080018, "UI", "1.2.3"),
        (0x00100010, "PN", kanji),
        (TEXT, "SH", "\x1b$B44<T;3ED\x1b(B"),
    ]
    found = notes(plan(file(elements), PROFILE))
    assert found == [Note("residual-name", "(0018,1160)")]


def test_long_values_are_searched_and_bulk_data_is_not() -> None:
    filler = b"word " * 300_000
    for at in (0, 70_000, 1_048_570, len(filler) - 10):
        text = filler[:at] + b" Erika " + filler[at:]
        long = (0x00189910, "UT", text)
        table = (0x00281201, "OW", b"Erika " * 20)
        outcome = plan(source("none", LE, EXPLICIT, table), PROFILE)
        assert isinstance(outcome, Deidentified)
        found = notes(plan(source("none", LE, EXPLICIT, long), PROFILE))
        assert found == [Note("residual-name", "(0018,9910)")]


def test_dates_that_an_option_keeps_are_no_finds() -> None:
    calibrated = (0x00181200, "DA", "20240229")
    profile = compile_profile(Settings(retain_device_identity=True), KEY)
    outcome = plan(source("none", LE, EXPLICIT, calibrated), profile)
    assert isinstance(outcome, Deidentified)


def test_what_the_user_puts_there_is_no_find() -> None:
    settings = Settings(replacements=("StudyID=Erika",))
    outcome = plan(source("none"), compile_profile(settings, KEY))
    assert isinstance(outcome, Deidentified)


def test_an_institution_named_as_the_maker_is_no_find_where_the_maker_stands() -> None:
    makers = ((0x00080070, "LO", "Ymirson"), (0x00080080, "LO", "YMIRSON"))
    fine = plan(source("none", LE, EXPLICIT, *makers), PROFILE)
    assert isinstance(fine, Deidentified)
    found = notes(plan(source("at Ymirson", LE, EXPLICIT, *makers), PROFILE))
    assert found == [Note("residual-institution", "(0018,1160)")]


def test_an_option_excuses_only_what_it_keeps() -> None:
    station = (0x00081010, "SH", "ERIKA1 Erika")
    profile = compile_profile(Settings(retain_device_identity=True), KEY)
    found = notes(plan(source("none", LE, EXPLICIT, station), profile))
    assert found == [Note("residual-name", "(0008,1010)")]


def test_words_of_medicine_are_found_only_as_a_whole_name() -> None:
    def outcome(text: str) -> Outcome:
        elements = [
            (0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"),
            (0x00080018, "UI", "1.2.3"),
            (0x00100010, "PN", "Small^Chest"),
            (TEXT, "SH", text),
        ]
        return plan(file(elements), PROFILE)

    assert isinstance(outcome("SMALL FIELD"), Deidentified)
    assert isinstance(outcome("Chest, Small"), Rejected)


@pytest.mark.parametrize("path", instances(), ids=name_of)
def test_it_is_quiet_on_ordinary_files(path: Path) -> None:
    rejecting = {
        name
        for name, profile in {"none": PROFILE, **OPTIONS}.items()
        if isinstance(plan(path.read_bytes(), profile), Rejected)
    }
    assert rejecting == ({"retain_uids"} if path.name in OF_A_DEVICE else set())


@pytest.mark.parametrize("name", OF_A_DEVICE)
def test_what_uids_say_of_a_device_may_stay_where_the_device_does(name: str) -> None:
    [path] = {path for path in instances() if path.name == name}
    kinds = {note.code for note in notes(plan(path.read_bytes(), KEEPING_UIDS))}
    assert kinds <= {"residual-identifier", "residual-date"}
    both = Settings(retain_uids=True, retain_device_identity=True)
    outcome = plan(path.read_bytes(), compile_profile(both, KEY))
    assert isinstance(outcome, Deidentified)


@pytest.mark.parametrize("way", WAYS)
def test_a_uid_that_is_kept_stays_with_a_date_in_it(way: str) -> None:
    encoding, syntax = WAYS[way]
    uid = (0x00200052, "UI", "1.2.840.20240229.815")
    nested = (0x00081115, "SQ", [[(0x00081155, "UI", "1.2.20240229")]])
    told = source("none", encoding, syntax, nested, uid)
    outcome = plan(told, KEEPING_UIDS)
    assert isinstance(outcome, Deidentified)
    assert set(outcome.row.notes) == {
        Note("residual-date", "(0008,1115)>(0008,1155)"),
        Note("residual-date", "(0020,0052)"),
    }
    assert not plan(told, PROFILE).row.notes  # it has become another
    sop_class = (0x0008001A, "UI", "1.2.20240229")  # which stays in any case
    assert notes(plan(source("none", encoding, syntax, sop_class), PROFILE))
    said = source("on 20240229", encoding, syntax, uid)
    assert len(notes(plan(said, KEEPING_UIDS))) == 2


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ((0x00200052, "UI", "MRN0815007"), "identifier"),
        ((0x00200052, "UI", "Erika"), "name"),
        ((TEXT, "UI", "20240229"), "date"),  # no UID belongs there
        ((TEXT, "UI", "Erika"), "name"),
    ],
)
def test_nothing_else_stays_because_uids_do(element, kind: str, way: str) -> None:
    study = Study(patient_id="MRN0815007", patient_name="Mustermann^Erika")
    known = (0x00200052, TEXT)
    elements = [one for one in study.elements() if one[0] not in known]
    elements = sorted([*elements, element], key=lambda one: one[0])
    found = notes(plan(file(elements, *WAYS[way]), KEEPING_UIDS))
    assert Note(f"residual-{kind}", place_of((), element[0])) in found


@pytest.mark.parametrize("uids", [1, 16, 17, 40])
def test_what_may_be_found_in_what_differs_is_noticed(uids: int) -> None:
    def element(kind: str, value: str) -> Element:
        rule = Rule("D", lambda element, instance: b"", reads=True, kind=kind)
        return Element(0, 0, 0, 0, TEXT, "LO", True, rule, value.encode())

    shared = [element("uid", f"1.2.3.{number}") for number in range(uids)]
    shared += [element("name", "Ymirson^Erika"), element("date", "20240229")]
    first = Identifiers(lambda value: False)
    first.gather(shared, b"")
    own = element("uid", "1.2.4.1")
    alike = first.also([own, element("date", "20240229")], b"")
    for text in (b"1.2.3.0", b"YMIRSON", b"29.02.2024", b"feb 29, 2024", b"29/02/24"):
        assert alike.search(text)
        assert alike.touches(b"", text)
    assert alike.search(b"1.2.4.1")
    assert alike.touches(b"at 1.2.4.1", b"")
    assert not first.search(b"1.2.4.1")
    assert first.also([element("date", "20240301")], b"").touches(b"", b"")
    # too many to try each
    assert alike.touches(b"", b"nothing") == (uids > 16)


def test_very_many_names_take_hardly_longer_to_look_for_than_some() -> None:
    text = " ".join(f"word{number}" for number in range(50_000)) + " n00007"

    def spent(count: int) -> float:
        names = [f"N{number:05}" for number in range(count)]
        rule = Rule("D", lambda element, instance: b"", reads=True, kind="name")
        sought = Identifiers(lambda value: False)
        sought.gather(
            [
                Element(0, 0, 0, 0, 0x00100010, "PN", True, rule, name.encode())
                for name in names
            ],
            b"ISO_IR 100",
        )
        sought.search(b"")
        begun = process_time()
        assert sought.search(text.encode()) == [(len(text) - 6, "name")]
        return process_time() - begun

    assert spent(20_000) < 10 * spent(200)
