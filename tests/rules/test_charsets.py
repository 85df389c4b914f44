"""Text in the character set that an instance says it is in (PS3.3 C.12.1.1.2)."""

from functools import cache

import pytest
from builders import CT, ENCODINGS, file
from engine import KEY, assemble, plan
from hypothesis import given
from hypothesis import strategies as st
from oracle import raw_bytes, read
from pydicom.dataset import Dataset

from cordon.core.outcome import Deidentified
from cordon.core.profile import Profile
from cordon.rules.charsets import decode, encode, plain
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

CHANGED = ["replacement-transliterated"]
ENCODED = pytest.mark.parametrize("encoding", ENCODINGS)


@cache
def profile(*entries: str, **choices: bool | str) -> Profile:
    alone = {"sweep": "off", "burned_in": "ignore", "replacements": entries, **choices}
    return compile_profile(Settings(**alone), KEY)


def result(
    character_set: bytes | None,
    *elements: tuple,
    replaced: tuple[str, ...] = (),
    encoding: str = "explicit",
    **choices: bool | str,
) -> tuple[Dataset, list[str]]:
    how, syntax = ENCODINGS[encoding]
    known = {
        0x00080016: (0x00080016, "UI", CT),
        0x00080018: (0x00080018, "UI", "1.2.3"),
        0x00100010: (0x00100010, "PN", "Doe^Jane"),
    }
    if character_set is not None:
        known[0x00080005] = (0x00080005, "CS", character_set)
    known |= {one[0]: one for one in elements}
    source = file([known[tag] for tag in sorted(known)], how, syntax)
    outcome = plan(source, profile(*replaced, **choices))
    assert isinstance(outcome, Deidentified)
    new = read(assemble(source, outcome))
    return new, [note.code for note in outcome.row.notes]


# --------------------------------------------------------------- what can be written

# as in PS3.5 Annexes H, I, J and K
HELD = [
    (b"ISO_IR 100", "Müller^Jörg", b"M\xfcller^J\xf6rg"),
    (b"ISO_IR 101", "Dvořák^Zdeněk", b"Dvo\xf8\xe1k^Zden\xeck"),
    (b"ISO_IR 144", "Люксембург", "Люксембург".encode("iso8859_5")),
    (b"ISO_IR 126", "Διονυσιος", bytes.fromhex("C4E9EFEDF5F3E9EFF220")),
    (b"ISO_IR 138", "שרון^דבורה", bytes.fromhex("F9F8E5EF5EE3E1E5F8E4")),
    (b"ISO_IR 166", "นาย", bytes.fromhex("B9D2C220")),
    (b"ISO_IR 192", "Wang^XiaoDong=王^小東", "Wang^XiaoDong=王^小東".encode()),
    (b"ISO_IR 192", "山田^太郎", "山田^太郎 ".encode()),
    (b"GB18030", "Wang^XiaoDong=王^小东", "Wang^XiaoDong=王^小东 ".encode("gb18030")),
    (b"GBK", "王^小东", "王^小东 ".encode("gbk")),
    (b"ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ", bytes.fromhex("D4CFC0DE5EC0DBB3")),
    (
        b"\\ISO 2022 IR 87",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"
        b"=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
    ),
    (
        b"\\ISO 2022 IR 149",
        "Hong^Gildong=洪^吉洞=홍^길동",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7"
        b"=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf ",
    ),
]
IDS = [held[0].decode().strip("\\") + "-" + held[1][:4] for held in HELD]


@pytest.mark.parametrize(("character_set", "name", "value"), HELD, ids=IDS)
@pytest.mark.parametrize("encoding", ["explicit", "implicit-undefined"])
def test_a_name_is_written_as_the_standard_writes_it(
    character_set: bytes, name: str, value: bytes, encoding: str
) -> None:
    new, notes = result(
        character_set, replaced=(f"PatientName={name}",), encoding=encoding
    )
    assert notes == []
    # to say that ASCII is in use, where it is anyway, does no harm
    written = raw_bytes(new, 0x00100010).removeprefix(b"\x1b(B")
    assert written.rstrip(b" ") == value.rstrip(b" ")
    new.decode()
    assert str(new.PatientName).rstrip(" ") == name


@pytest.mark.parametrize(("character_set", "name", "value"), HELD, ids=IDS)
def test_a_text_is_written_so_that_it_can_be_read(
    character_set: bytes, name: str, value: bytes
) -> None:
    words = name.replace("^", " ").replace("=", ", ")
    entries = (f"InstitutionAddress={words}\r\n{words}", f"StudyID={words[:4]}")
    new, notes = result(character_set, replaced=entries, allow_deviation=True)
    assert notes == []
    new.decode()
    assert new.InstitutionAddress == f"{words}\r\n{words}"
    assert new.StudyID == words[:4].strip(" ")


@pytest.mark.parametrize(
    ("character_set", "one", "other"),
    [
        (b"ISO_IR 100", "Jörg", "Zoë"),
        (b"ISO_IR 192", "Jörg", "山"),
        (b"GB18030", "王", "小东"),
        (b"\\ISO 2022 IR 87", "山田", "太郎"),
        (b"ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ", "太郎"),
        (b"ISO 2022 IR 100\\ISO 2022 IR 144", "Jörg", "Иван"),
        (b"\\ISO 2022 IR 149", "홍", "길동"),
    ],
)
def test_each_of_many_values_is_written_for_itself(
    character_set: bytes, one: str, other: str
) -> None:
    entry = f"MedicalAlerts={one}\\{other}\\plain\\{one}"
    new, notes = result(character_set, replaced=(entry,), allow_deviation=True)
    assert notes == []
    new.decode()
    assert list(new.MedicalAlerts) == [one, other, "plain", one]


# ------------------------------------------------------------- what cannot be written


@pytest.mark.parametrize(
    "character_set",
    [None, b"", b"ISO_IR 6", b"ISO 2022 IR 6", b"\\ISO 2022 IR 87", b"ISO_IR 13"],
)
def test_letters_that_the_default_repertoire_lacks_lose_their_accents(
    character_set: bytes | None,
) -> None:
    new, notes = result(character_set, replaced=("PatientName=Müller^Jörg",))
    assert notes == CHANGED
    assert raw_bytes(new, 0x00100010).rstrip(b" ") == b"Muller^Jorg"


@pytest.mark.parametrize("character_set", [b"ISO_IR 144", b"GBK", b"ISO_IR 166"])
def test_letters_that_another_repertoire_lacks_lose_their_accents(
    character_set: bytes,
) -> None:
    new, notes = result(character_set, replaced=("PatientName=Škoda^Zdeněk",))
    assert notes == CHANGED
    assert raw_bytes(new, 0x00100010).rstrip(b" ") == b"Skoda^Zdenek"


def test_what_has_no_accents_to_lose_leaves_a_mark() -> None:
    new, notes = result(b"ISO_IR 100", replaced=("StudyID=山田",), allow_deviation=True)
    assert notes == CHANGED
    assert new.StudyID == "??"


def test_what_is_plain_is_written_alike_everywhere() -> None:
    for character_set in (None, b"", *(held[0] for held in HELD)):
        new, notes = result(character_set, replaced=("PatientName=One^Two=~",))
        assert notes == []
        assert raw_bytes(new, 0x00100010).rstrip(b" ") == b"One^Two=~"


# -------------------------------------------------------------------------- in items


@ENCODED
def test_an_item_may_have_a_character_set_of_its_own(encoding: str) -> None:
    deep = [(0x00100010, "PN", "Doe")]
    latin = [(0x00080005, "CS", b"ISO_IR 100"), *deep]
    utf = [(0x00080005, "CS", b"ISO_IR 192"), (0x00081140, "SQ", [deep]), *deep]
    plain_ = [(0x00080005, "CS", b""), *deep]
    items = [deep, latin, utf, plain_, deep]
    sequence = (0x00081115, "SQ", items)
    iod = (0x00080016, "UI", "1.2.3.4.5")  # of which nothing is known
    new, notes = result(
        b"ISO_IR 101",
        sequence,
        iod,
        replaced=("PatientName=Škoda^Zoë",),
        encoding=encoding,
    )
    assert raw_bytes(new, 0x00100010).rstrip(b" ") == b"\xa9koda^Zo\xeb"
    found = [raw_bytes(item, 0x00100010).rstrip(b" ") for item in new[0x00081115].value]
    assert found == [
        b"\xa9koda^Zo\xeb",
        b"Skoda^Zoe",
        "Škoda^Zoë".encode(),
        b"Skoda^Zoe",
        b"\xa9koda^Zo\xeb",
    ]
    (deeper,) = new[0x00081115].value[2][0x00081140].value
    assert raw_bytes(deeper, 0x00100010).rstrip(b" ") == "Škoda^Zoë".encode()
    assert notes == CHANGED


# ------------------------------------------------------------------------ what is read


@pytest.mark.parametrize(
    ("character_set", "old", "new"),
    [
        (b"ISO_IR 100", "Thorax Müller", "Thorax"),
        (b"ISO_IR 192", "Thorax Müller", "Thorax"),
        (b"ISO_IR 192", "Schädel", "Schädel"),
        (b"ISO_IR 100", "Schädel", "Schädel"),
        (b"\\ISO 2022 IR 87", "Thorax 山田", "Thorax"),
        (b"GB18030", "Thorax 王", "Thorax"),
        (b"ISO_IR 144", "Thorax Иван", "Thorax"),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_text_is_cleaned_as_it_is_meant(
    character_set: bytes, old: str, new: str, nested: bool
) -> None:
    value = encode(old, character_set)
    assert value is not None
    patient = encode(old.split()[-1], character_set) if " " in old else b"Doe"
    elements = [(0x00081030, "LO", value), (0x00100010, "PN", patient)]
    if nested:
        elements.insert(0, (0x00080005, "CS", character_set))
        elements = [(0x00081115, "SQ", [elements])]
    outer = b"ISO_IR 101" if nested else character_set
    found, _ = result(outer, *elements, clean_descriptors=True)
    if nested:
        (found,) = found.ReferencedSeriesSequence
        assert raw_bytes(found, 0x00080005).strip(b" ") == character_set
    found.decode()
    assert found.StudyDescription == new


@pytest.mark.parametrize(
    "value",
    [b"\xff\xfe", b"\x1b$B;3ED", b"\x1b$", b"\x1b", b"\xe5\xb1", b"a\x1b(Zb\xfc"],
)
@pytest.mark.parametrize(
    "character_set",
    [
        b"",
        b"ISO_IR 192",
        b"\\ISO 2022 IR 87",
        b"GB18030",
        b"NONSENSE",
        b"\\\\",
        b"\xff",
    ],
)
def test_bad_text_and_bad_character_sets_do_no_harm(
    character_set: bytes, value: bytes
) -> None:
    for choices in ({}, {"clean_descriptors": True}, {"delete_private": False}):
        result(
            character_set,
            (0x00081030, "LO", value),
            (0x00100010, "PN", value),
            (0x00290010, "LO", value),
            (0x00291001, "LO", value),
            replaced=("AccessionNumber=Müller",),
            allow_deviation=True,
            **choices,
        )


def test_a_character_set_that_is_no_text_does_no_harm() -> None:
    elements = [
        (0x00080005, "CS", b"a\0b"),
        (0x00080016, "UI", CT),
        (0x00080018, "UI", "1.2.3"),
        (0x00081030, "LO", "Müller".encode()),
        (0x00100010, "PN", "Müller".encode()),
    ]
    for choices in ({}, {"clean_descriptors": True}):
        assert isinstance(plan(file(elements), profile(**choices)), Deidentified)


SETS = st.sampled_from(sorted({held[0] for held in HELD}))


@given(st.text(st.characters(exclude_categories=["C"])), SETS)
def test_what_is_encoded_is_read_as_it_was(text: str, character_set: bytes) -> None:
    value = encode(text, character_set)
    if value is not None:
        assert decode(value, character_set) == text
    assert plain(text).isascii()
    assert plain(text)


@given(st.binary(max_size=40), st.one_of(SETS, st.binary(max_size=20)))
def test_any_bytes_can_be_read(value: bytes, character_set: bytes) -> None:
    assert isinstance(decode(value, character_set), str)


@given(st.text(st.characters(codec="latin-1", exclude_categories=["C"])))
def test_latin_letters_are_held_by_the_sets_that_have_them(text: str) -> None:
    assert encode(text, b"ISO_IR 100") == text.encode("latin-1")
    assert encode(text, b"ISO_IR 192") == text.encode()
    assert encode(text, b"GB18030") == text.encode("gb18030")


def test_kanji_is_not_written_where_only_katakana_can_be() -> None:
    new, notes = result(b"ISO_IR 13", replaced=("StudyID=山田",), allow_deviation=True)
    assert notes == CHANGED
    assert new.StudyID == "??"
