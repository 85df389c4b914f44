"""The kinds of places in an instance that can hold an identifier, each with a canary."""

from collections.abc import Iterator
from typing import Final

from cordon.selftest.instances import NAME, PATIENT_ID, STUDY_UID, Element, Instance
from cordon.selftest.place import (
    ALWAYS,
    DATES,
    DEVICE,
    GRAPHICS,
    INSTITUTION,
    NEVER,
    NOT_HELD_BACK,
    PATIENT,
    PRIVATE,
    SAFE,
    TIMES,
    TOKENS,
    UIDS,
    UNKNOWN,
    WORD,
    Place,
    at,
    planted,
    within,
)

SERIES: Final = 0x00081115
"""A sequence that stays."""

_PATIENT_NAME: Final = 0x00100010
_KEPT_TEXT: Final = 0x00541101
_CHARACTER_SET: Final = 0x00080005
_SR: Final = b"1.2.840.10008.5.1.4.1.1.88.33"
_PDF: Final = b"1.2.840.10008.5.1.4.1.1.104.1"


def places() -> Iterator[Place]:
    """List the places."""
    yield from _around()
    yield from _values()
    yield from _nested()
    yield from _private()
    yield from _odd()
    yield from _graphics()
    yield from _documents()
    yield from _scripts()
    yield from _spoken()
    yield from _kept()


def _around() -> Iterator[Place]:
    """List what surrounds a data set."""
    yield Place("preamble", WORD, Instance(preamble=WORD.ljust(128, b"\0")))
    for name, tag, vr in (
        ("Media Storage SOP Instance UID", 0x00020003, "UI"),
        ("Implementation Version Name", 0x00020013, "SH"),
        ("Source Application Entity Title", 0x00020016, "AE"),
        ("Sending Application Entity Title", 0x00020017, "AE"),
        ("Source Presentation Address", 0x00020026, "UR"),
        ("Private Information", 0x00020102, "OB"),
    ):
        element, canary = planted(tag, vr)
        yield Place(
            f"file meta {_spell(tag)} {name}", canary, Instance(meta=(element,))
        )
    yield at("trailing padding", 0xFFFCFFFC, "OB")
    yield Place(
        "after the last data element", WORD, Instance(tail=WORD + b"\0\xff\xff")
    )


def _values() -> Iterator[Place]:
    """List attributes of the table, of each VR that holds text."""
    for tag, vr, name, kept in (
        (0x00080055, "AE", "Station AE Title", NEVER),
        (0x00101010, "AS", "Patient's Age", PATIENT),
        (0x00100040, "CS", "Patient's Sex", PATIENT),
        (0x00080020, "DA", "Study Date", DATES),
        (0x00101030, "DS", "Patient's Weight", PATIENT),
        (0x0008002A, "DT", "Acquisition DateTime", DATES),
        (0x0016008E, "IS", "GPS Differential", NEVER),
        (0x00100020, "LO", "Patient ID", NEVER),
        (0x00080080, "LO", "Institution Name", INSTITUTION),
        (0x00181000, "LO", "Device Serial Number", DEVICE),
        (0x00081030, "LO", "Study Description", NEVER),
        (0x001021B0, "LT", "Additional Patient History", NEVER),
        (0x0016002B, "OB", "Maker Note", NEVER),
        (_PATIENT_NAME, "PN", "Patient's Name", NEVER),
        (0x00080090, "PN", "Referring Physician's Name", NEVER),
        (0x00080050, "SH", "Accession Number", NEVER),
        (0x00081010, "SH", "Station Name", DEVICE),
        (0x00080081, "ST", "Institution Address", INSTITUTION),
        (0x00080030, "TM", "Study Time", TIMES),
        (0x00102162, "UC", "Ethnic Groups", PATIENT),
        (0x0020000D, "UI", "Study Instance UID", UIDS),
        (0x0072006D, "UN", "Selector UN Value", NEVER),
        (0x00081190, "UR", "Retrieve URL", NEVER),
        (0x00100013, "UT", "Name to Use Comment", NEVER),
    ):
        yield at(f"{vr} {_spell(tag)} {name}", tag, vr, kept)
    date: Element = (0x00080020, "DA", WORD)
    yield Place("a date that is no date", WORD, Instance((date,)), DATES)


def _nested() -> Iterator[Place]:
    """List names, UIDs and dates within items."""
    for depth in (1, 2, 5, 12):
        yield within(f"name nested {depth} deep", _deep(depth), _PATIENT_NAME, "PN")
    yield within("UID nested", _deep(1), 0x00081155, "UI", UIDS)
    yield within("date nested", _deep(2), 0x00080020, "DA", DATES)
    yield within(
        "Original Attributes Sequence",
        (0x04000561, 0x04000550),
        _PATIENT_NAME,
        "PN",
    )
    yield within("Encrypted Attributes", (0x04000500,), 0x04000520, "OB")
    yield within("digital signature", (0xFFFAFFFA,), 0x04000120, "OB")
    yield within("certificate of a signer", _deep(1), 0x04000115, "OB")
    name: Element = (_PATIENT_NAME, "PN", WORD)
    for tag, what in ((0x00181020, "a value"), (SERIES, "a sequence, as UN")):
        vr = "UN" if tag == SERIES else "SQ"
        hidden = Instance(((tag, vr, [[name]]),))
        yield Place(f"name in items in place of {what}", WORD, hidden, told=True)


def _private() -> Iterator[Place]:
    """List private data elements."""
    creator: Element = (0x00290010, "LO", b"NOBODY")
    text: Element = (0x00291010, "LO", WORD)
    name: Element = (_PATIENT_NAME, "PN", WORD)
    yield Place("private data element", WORD, Instance((creator, text)), PRIVATE)
    named: Element = (0x00290010, "LO", WORD)
    word: Element = (0x00291010, "LO", b"word")
    yield Place("private creator", WORD, Instance((named, word)), PRIVATE)
    nested: Element = (SERIES, "SQ", [[creator, text]])
    yield Place("private data element, nested", WORD, Instance((nested,)), PRIVATE)
    for vr in ("SQ", "UN"):
        private: Element = (0x00291010, vr, [[name]])
        instance = Instance((creator, private))
        yield Place(f"name in a private sequence, as {vr}", WORD, instance)
    person = Instance((creator, (0x00291010, "PN", WORD)))
    yield Place("private name", WORD, person, told=True)
    uid = Instance((creator, (0x00291010, "UI", TOKENS["UI"])))
    yield Place("private UID", TOKENS["UI"], uid, may=UIDS, told=True)
    illegal = Instance(((0x00050010, "LO", b"NOBODY"), (0x00051010, "LO", WORD)))
    yield Place("private data element of an illegal group", WORD, illegal)
    philips: Element = (0x20010010, "LO", b"Philips Imaging DD 001")
    safe = Instance((philips, (0x20011004, "CS", WORD)))
    yield Place("private data element known to be safe", WORD, safe, SAFE)


def _odd() -> Iterator[Place]:
    """List what is in no dictionary, or has no business in a data set."""
    yield at("unknown data element", 0x00189998, "LO", UNKNOWN)
    yield at("unknown data element, as UN", 0x00189998, "UN", UNKNOWN)
    name: Element = (_PATIENT_NAME, "PN", WORD)
    sequence = Instance(((0x00AA0012, "SQ", [[name]]),))
    yield Place("name in an unknown sequence", WORD, sequence)
    yield at("group length", 0x00100000, "UN")
    for group, tag, vr in (
        ("command", 0x00000600, "AE"),
        ("file meta", 0x00020016, "AE"),
        ("directory", 0x00041130, "CS"),
    ):
        yield within(f"{group} element in an item", _deep(1), tag, vr)


def _graphics() -> Iterator[Place]:
    """List what is drawn over an image, or shown in its place."""
    yield at("overlay data", 0x60003000, "OB", GRAPHICS)
    yield at("overlay label", 0x60021500, "LO")
    yield at("overlay comments", 0x60004000, "LT")
    yield at("curve data", 0x50003000, "OB", GRAPHICS)
    yield at("curve description", 0x50000022, "LO")
    yield at("curve audio", 0x5000200C, "OB")
    yield within("graphic annotation", (0x00700001, 0x00700008), 0x00700006, "ST")
    yield within("icon image", (0x00880200,), 0x7FE00010, "OB")


def _documents() -> Iterator[Place]:
    """List structured reports and encapsulated documents."""
    kind, concept = _item("TEXT", b"121106")
    text: Element = (0x0040A730, "SQ", [[kind, concept, (0x0040A160, "UT", WORD)]])
    yield Place("text in a content tree", WORD, Instance((text,), sop_class_uid=_SR))
    kind, concept = _item("PNAME", b"121008")
    person: Element = (0x0040A730, "SQ", [[kind, concept, (0x0040A123, "PN", WORD)]])
    inner = _item("CONTAINER", b"121070")
    tree: Element = (0x0040A730, "SQ", [[*inner, person]])
    yield Place("name in a content tree", WORD, Instance((tree,), sop_class_uid=_SR))
    for mime_type in (b"application/pdf", b"application/x-canary"):
        document = Instance(
            ((0x00420011, "OB", WORD), (0x00420012, "LO", mime_type)),
            sop_class_uid=_PDF,
        )
        held = mime_type != b"application/pdf"
        name = f"encapsulated {mime_type.decode()}"
        yield Place(name, WORD, document, held=held)


def _item(kind: str, code: bytes) -> tuple[Element, Element]:
    """Make what every content item has: its value type and its concept."""
    concept: list[Element] = [
        (0x00080100, "SH", code),
        (0x00080102, "SH", b"DCM"),
        (0x00080104, "LO", b"Meaning"),
    ]
    return (0x0040A040, "CS", kind.encode()), (0x0040A043, "SQ", [concept])


def _scripts() -> Iterator[Place]:
    """List names in the character sets of PS3.5 6.1."""
    for name, term, canary in (
        ("UTF-8", b"ISO_IR 192", "\u041a\u0430\u043d\u0430\u0440\u0438".encode()),
        ("ISO 2022 Japanese", b"\\ISO 2022 IR 87", b"\x1b$B;3ED\x1b(B"),
        ("ISO 2022 Korean", b"\\ISO 2022 IR 149", b"\x1b$)C\xb1\xe8\xc8\xf1"),
        ("GB18030", b"GB18030", b"\xbd\xf0\xcb\xbf\xc8\xb8"),
        ("Cyrillic", b"ISO_IR 144", b"\xba\xd0\xdd\xd0"),
    ):
        characters: Element = (_CHARACTER_SET, "CS", term)
        person: Element = (_PATIENT_NAME, "PN", canary)
        yield Place(f"name in {name}", canary, Instance((characters, person)))


def _spoken() -> Iterator[Place]:
    """List the patient's identity where free text has it, which otherwise stays."""
    family = NAME.partition(b"^")[0]
    for what, canary in (
        ("name", NAME.replace(b"^", b" ").upper()),
        ("name, the other way round", b"Vogel, " + family),
        ("ID", PATIENT_ID),
    ):
        text: Element = (_KEPT_TEXT, "LO", b"seen for " + canary)
        name = f"free text with the patient's {what}"
        yield Place(name, canary, Instance((text,)), may=NOT_HELD_BACK, held=True)
    uid: Element = (_KEPT_TEXT, "LO", STUDY_UID)
    yield Place(
        "free text with an original UID",
        STUDY_UID,
        Instance((uid,)),
        may=(*NOT_HELD_BACK, *UIDS),
        held=True,
    )


def _kept() -> Iterator[Place]:
    """List what stays whatever the settings."""
    yield at("kept: text outside the table", _KEPT_TEXT, "LO", ALWAYS)
    yield at("kept: number", 0x00180050, "DS", ALWAYS)
    yield within("kept: code, nested", (0x00082218,), 0x00080100, "SH", ALWAYS)
    yield Place("kept: pixel data", WORD, Instance(pixels=WORD), ALWAYS)
    word = "\u041a\u0430\u043d\u0430\u0440".encode()
    text: tuple[Element, ...] = (
        (_CHARACTER_SET, "CS", b"ISO_IR 192"),
        (_KEPT_TEXT, "LO", word),
    )
    yield Place("kept: text in UTF-8", word, Instance(text), ALWAYS)


# ------------------------------------------------------------------------ small parts


def _deep(depth: int) -> tuple[int, ...]:
    return tuple(SERIES if level % 2 else 0x00400260 for level in range(depth, 0, -1))


def _spell(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
