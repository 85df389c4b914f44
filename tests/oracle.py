"""What pydicom sees of a result, held against the tables of the standard.

Knows the tables, the names of the settings and pydicom, and nothing of the code
under test.
"""

import csv
import io
import re
import struct
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pydicom
from pydicom._uid_dict import UID_dictionary
from pydicom.datadict import dictionary_has_tag, dictionary_VR, mask_match
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from cordon.settings import Settings

TABLES = Path(__file__).parent.parent / "py" / "cordon" / "rules" / "tables"

PATIENT = (0x00100010, 0x00100020)
MARKERS = (0x00120062, 0x00120063, 0x00120064, 0x00280303)
META = (
    0x00020000,
    0x00020001,
    0x00020002,
    0x00020003,
    0x00020010,
    0x00020012,
    0x00020013,
)
OURS = re.compile(r"2\.25\.[1-9][0-9]{0,38}\Z")
PSEUDONYM = re.compile(rb"P-[0-9A-Z]{14}\Z")

BASIC = Settings()


class Option(NamedTuple):
    """An option of PS3.15 E.3: what switches it on, and its code in CID 7050."""

    setting: str
    value: bool | str
    code: str
    meaning: str


OPTIONS = {
    "retain_safe_private": Option(
        "retain_safe_private", True, "113111", "Retain Safe Private Option"
    ),
    "retain_uids": Option("retain_uids", True, "113110", "Retain UIDs Option"),
    "retain_device_identity": Option(
        "retain_device_identity", True, "113109", "Retain Device Identity Option"
    ),
    "retain_institution_identity": Option(
        "retain_institution_identity",
        True,
        "113112",
        "Retain Institution Identity Option",
    ),
    "retain_patient_characteristics": Option(
        "retain_patient_characteristics",
        True,
        "113108",
        "Retain Patient Characteristics Option",
    ),
    "retain_longitudinal_full": Option(
        "retain_longitudinal",
        "full",
        "113106",
        "Retain Longitudinal Temporal Information Full Dates Option",
    ),
    "retain_longitudinal_modified": Option(
        "retain_longitudinal",
        "modified",
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
    ),
    "clean_descriptors": Option(
        "clean_descriptors", True, "113105", "Clean Descriptors Option"
    ),
    "clean_structured_content": Option(
        "clean_structured_content", True, "113104", "Clean Structured Content Option"
    ),
    "clean_graphics": Option("clean_graphics", True, "113103", "Clean Graphics Option"),
}
"""By the column of the tables."""

TEXT = frozenset(("AE", "CS", "LO", "LT", "SH", "ST", "UC", "UT"))
GRAPHIC_ANNOTATION = 0x00700001
UNFORMATTED_TEXT = 0x00700006
TEXT_VALUE = 0x0040A160
UID_VALUE = 0x0040A124
CODE_MEANING = 0x00080104
TIMEZONE_OFFSET = 0x00080201
REFERENCED_ITEM = 0x0040DB73
CONTENT = (0x00400555, 0x00400612, 0x0040A730)
"""Sequences whose items are content items."""

LONGEST_PATTERN = 6
"""Letters of the longest word that may be an abbreviation made of letters alone."""

OTHER_WORDS = frozenset(
    (
        "doppler",
        "english",
        "francis",
        "numbers",
        "patient",
        "patients",
        "seventh",
        "singleton",
        "subject",
        "subjects",
    )
)
"""Words outside the vocabulary that may stay where nothing next to them goes."""

MIN_PART = 3
"""Letters of the shortest word that is written together with another."""

Row: TypeAlias = Mapping[str, str]
Raws: TypeAlias = dict[Tag, bytes]
Place: TypeAlias = tuple[int, ...]
"""Of a content item: its number at each level, that of the document first."""


def read(data: bytes) -> Dataset:
    return pydicom.dcmread(io.BytesIO(data), force=True)


@cache
def table(name: str) -> list[dict[str, str]]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@cache
def columns(settings: Settings) -> tuple[str, ...]:
    """List the columns of the options that `settings` ask for."""
    return tuple(
        column
        for column, option in OPTIONS.items()
        if getattr(settings, option.setting) == option.value
    )


@cache
def codes() -> dict[int, Row]:
    """Give the row of each attribute that has one, by tag."""
    found: dict[int, Row] = {
        int(row["tag"], 16): row
        for row in table("profile.csv")
        if row["keyword"] and "x" not in row["tag"]
    }
    for row in table("uids.csv"):
        if row["action"] == "U":
            found[int(row["tag"], 16)] = {"basic": "U", "retain_uids": "K", "vr": "UI"}
    found |= {int(row["tag"], 16): row for row in table("additions.csv")}
    return found


@cache
def _required() -> dict[tuple[int, str], list[tuple[frozenset[str], str]]]:
    """Give what IODs require, by tag and path."""
    found: dict[tuple[int, str], list[tuple[frozenset[str], str]]] = {}
    for row in table("requirements.csv"):
        place = int(row["tag"], 16), row["path"]
        named = frozenset(row["iods"].split())
        found.setdefault(place, []).append((named, row["action"]))
    return found


def effective(row: Row, settings: Settings) -> str:
    """Give the code of a row: C over K over that of the profile."""
    used = {row.get(column, "") for column in columns(settings)}
    return "C" if "C" in used else "K" if "K" in used else row["basic"]


def action(
    tag: int, path: tuple[int, ...], iod: str | None, settings: Settings = BASIC
) -> str:
    """Say what has to happen to an attribute: X, Z, D, U, K or C.

    Of C: dates are moved, times stay, sequences are walked, and text keeps words of
    the vocabulary; where nothing is left, or is no date, the code without options holds.
    """
    group = tag >> 16
    if group & 1 or group in (0, 2, 4):
        return "X"
    vr = _vr(tag)
    if group >> 8 in (0x50, 0x60) or tag in (GRAPHIC_ANNOTATION, UNFORMATTED_TEXT):
        code = _graphics(tag, vr, settings)
    elif tag in codes():
        code = effective(codes()[tag], settings)
        if settings.clean_structured_content and tag == TEXT_VALUE:
            code = "C"
    else:
        code = "K" if vr else "X"
    if code == "C":
        if vr in ("DA", "DT", "SQ", "TM") or vr in TEXT:
            return "C"
        code = codes()[tag]["basic"]
    return _by_type(code, tag, path, iod)


def _graphics(tag: int, vr: str, settings: Settings) -> str:
    """Give the code of what is drawn or written on an image."""
    if tag == UNFORMATTED_TEXT:
        cleaned = settings.clean_graphics or settings.clean_descriptors
        return "C" if cleaned else "D"
    if not settings.clean_graphics or not vr:
        return "X"  # the module that holds it may be absent
    if tag >> 24 == 0x50 and 0x2000 <= tag & 0xFFFF < 0x2010:
        return "X"  # speech
    return "C" if vr == "SQ" or vr in TEXT - {"CS"} else "K"


def _by_type(code: str, tag: int, path: tuple[int, ...], iod: str | None) -> str:
    """Choose from a compound code."""
    if tag >> 24 in (0x50, 0x60) or tag == GRAPHIC_ANNOTATION or code in ("K", "U"):
        return code
    if iod is None:
        unknown = {"X/Z": "Z", "X/Z/U*": "K"}
        return unknown.get(code, "D" if "/D" in code else code)
    place = ">".join(f"{outer:08X}" for outer in path)
    for named, required in _required().get((tag, place), ()):
        if (iod in named) != ("*" in named and f"!{iod}" not in named):
            return required.replace("U*", "K")
    return {"Z/D": "Z"}.get(code, "X" if code.startswith("X") else code)


@cache
def _vr(tag: int) -> str:
    """Give the VR of a public attribute; of a choice the first; nothing if unknown."""
    if tag >> 16 & 1:
        return ""
    if dictionary_has_tag(tag) or mask_match(tag) is not None:
        return dictionary_VR(tag).split(" ")[0]
    return codes()[tag]["vr"] if tag in codes() else ""


@cache
def vocabulary() -> frozenset[str]:
    """List the words that may stay in text."""
    lines = (TABLES / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _iod_of(source: Dataset) -> str | None:
    element = source.get_item(0x00080016)
    uid = element.value.decode().strip("\0 ") if element else ""
    uid = uid or source.file_meta.get("MediaStorageSOPClassUID")
    for row in table("sop_classes.csv"):
        if row["sop_class_uid"] == uid:
            return row["iod"]
    return None


def differences(
    source: Dataset, result: Dataset, settings: Settings = BASIC
) -> Iterator[str]:
    """List what the profile does not allow, one line each."""
    yield from Comparison(source, settings).data_set(source, result)
    for element in result.file_meta:
        if element.tag not in META:
            yield f"{element.tag} in the file meta information"
    if "SOPInstanceUID" in result and (
        result.file_meta.MediaStorageSOPInstanceUID != result.SOPInstanceUID
    ):
        yield "file meta information names another instance"
    if result.get("PatientIdentityRemoved") != "YES":
        yield "not marked as de-identified"
    yield from _codes_lacking(source, result, settings)
    word = {"off": "REMOVED", "full": "UNMODIFIED", "modified": "MODIFIED"}
    expected = word[settings.retain_longitudinal]
    earlier = source.get("LongitudinalTemporalInformationModified", "")
    if expected == "UNMODIFIED" and earlier in ("MODIFIED", "REMOVED"):
        expected = earlier
    if result.LongitudinalTemporalInformationModified != expected:
        yield "the wrong word on dates"


def _codes_lacking(
    source: Dataset, result: Dataset, settings: Settings
) -> Iterator[str]:
    """List what the method codes say too little or too much."""
    options = [OPTIONS[column] for column in columns(settings)]
    expected = {option.code: option.meaning for option in options}
    expected["113100"] = "Basic Application Confidentiality Profile"
    earlier = len(source.get("DeidentificationMethodCodeSequence", ()))
    method = result.DeidentificationMethodCodeSequence[earlier:]
    found = {item.CodeValue: item.CodeMeaning for item in method}
    there = {
        item.get("CodeValue")
        for item in source.get("DeidentificationMethodCodeSequence", ())
    }
    if found != {code: name for code, name in expected.items() if code not in there}:
        yield f"the method is said to be {found}"


class Comparison:
    """A source and its result, compared data element by data element."""

    def __init__(self, source: Dataset, settings: Settings) -> None:
        self.source = source
        self.settings = settings
        self.iod = _iod_of(source)
        self.days: set[timedelta] = set()

    @cached_property
    def gone(self) -> set[int]:
        """List the content items that have to go, by identity.

        To be asked for once raw values have been taken: to look converts some.
        """
        return self._content[0]

    @cached_property
    def _content(self) -> tuple[set[int], dict[Place, Place]]:
        return content_of(self.source, self.settings)

    def _place(self, value: bytes) -> bytes:
        """Encode where a content item is now, given where it was."""
        form = f"{'<' if self.source.original_encoding[1] else '>'}{len(value) // 4}I"
        place = struct.unpack(form, value)
        return struct.pack(form, *self._content[1].get(place, place))

    def data_set(
        self,
        source: Dataset,
        result: Dataset,
        path: tuple[int, ...] = (),
        item_action: str = "",
    ) -> Iterator[str]:
        """List what is wrong in a data set, or in an item below `path`."""
        old, new = raws(source), raws(result)
        if list(old) == sorted(old) and list(new) != sorted(new):
            yield f"{path} is out of order"
        for tag in new:
            if tag not in old and (path or tag not in MARKERS):
                yield f"{path}{tag} was invented"
        for tag in old:
            what = f"{path}{tag}"
            if tag.group & 1 and self.settings.retain_safe_private:
                yield from self._private(what, source, tag, old, new)
                continue
            if not path and tag in MARKERS:
                continue
            expected = self._expected(int(tag), path, item_action)
            vr = source[tag].VR
            vr = _vr(int(tag)) if vr == "UN" else vr
            if expected == "C" and vr == "SQ":
                local = any(map(has_local_code, source[tag].value))
                if local and codes().get(int(tag), {}).get("clean_descriptors"):
                    expected = self._basic(tag, path)
            if vr == "SQ" and tag in new and expected != "X":
                below = (*path, int(tag))
                yield from self._sequence(source[tag], result[tag], below, expected)
                continue
            if expected == "C" and vr in ("DA", "DT"):
                expected = yield from self._date(what, vr, tag, path, old, new)
            elif expected == "C" and (vr == "TM" or tag == TIMEZONE_OFFSET):
                parts = (part.strip(b"\0 ") for part in old[tag].split(b"\\"))
                timely = all(not part or _TIME.match(part) for part in parts)
                expected = "K" if timely else self._basic(tag, path)
            elif expected == "C" and vr in TEXT:
                expected = yield from self._text(what, tag, path, old, new)
            value = old[tag]
            if tag == REFERENCED_ITEM:
                value = self._place(value)
            yield from _value(what, expected, tag, value, new.get(tag))

    def _expected(self, tag: int, path: tuple[int, ...], item_action: str) -> str:
        if self.settings.clean_structured_content:
            if tag == TEXT_VALUE and item_action in ("D", "K"):
                return item_action
            if tag == UID_VALUE and item_action == "K":
                return "K"
        if tag == CODE_MEANING and self.settings.clean_descriptors:
            above = [codes().get(outer, {}) for outer in path]
            if any(row.get("clean_descriptors") for row in above):
                return "C"
        return action(tag, path, self.iod, self.settings)

    def _basic(self, tag: Tag, path: tuple[int, ...]) -> str:
        if int(tag) == CODE_MEANING:
            return "D"
        if int(tag) >> 24 in (0x50, 0x60):
            return "X"
        return _by_type(codes()[int(tag)]["basic"], int(tag), path, self.iod)

    def _date(
        self, what: str, vr: str, tag: Tag, path: tuple[int, ...], old: Raws, new: Raws
    ) -> Iterator[str]:
        """Judge dates that are to be moved; returns the code if they cannot be."""
        olds = [_moment(vr, part) for part in old[tag].split(b"\\")]
        if None in olds:
            return self._basic(tag, path)
        news = [_moment(vr, part) for part in new.get(tag, b"").split(b"\\")]
        if len(news) != len(olds) or None in news:
            yield f"{what} should be moved"
            return "C"
        for one, other in zip(olds, news, strict=True):
            if len(one.digits) != len(other.digits) or one.rest != other.rest:
                yield f"{what} should be as precise as before, at the same time of day"
            elif len(one.digits) == len("YYYYMMDD"):
                self.days.add(other.day - one.day)
        if len(self.days) > 1:
            yield f"{what} is not moved like others: {self.days}"
        elif any(days.days % 7 or days.days >= 0 for days in self.days):
            yield f"{what} is not moved into the past by whole weeks: {self.days}"
        for one, other in zip(olds, news, strict=True):
            if one.digits and self.days:
                moved = str(one.day + min(self.days)).replace("-", "")
                if moved[: len(one.digits)] != other.digits:
                    yield f"{what} is not moved as far as others"
        return "C"

    def _text(
        self, what: str, tag: Tag, path: tuple[int, ...], old: Raws, new: Raws
    ) -> Iterator[str]:
        """Judge text that is to be cleaned; returns the code if nothing is left."""
        before, after = words(old[tag]), words(new.get(tag, b""))
        left = iter(before)
        if tag not in new or not all(word in left for word in after):
            return self._basic(tag, path)
        if before and not after:
            return self._basic(tag, path)
        if strange := [word for word in after if is_strange(word)]:
            yield f"{what} should be without {strange}"
        return "C"

    def _sequence(
        self, source: DataElement, result: DataElement, path: tuple[int, ...], code: str
    ) -> Iterator[str]:
        """Judge a sequence that stays; `path` leads into it."""
        old, new = source.value, result.value
        if code == "Z" and new:
            yield f"{path} should have no items"
        elif code == "D" and len(new) != 1:
            yield f"{path} should have one dummy item"
        elif code in ("K", "C"):
            kept = [item for item in old if id(item) not in self.gone]
            if len(kept) != len(new):
                yield f"{path} should have {len(kept)} items"
                return
            listed = path[-1] in CONTENT
            for one, other in zip(kept, new, strict=True):
                item_action = item_code(one, self.settings) if listed else ""
                yield from self.data_set(one, other, path, item_action)

    def _private(
        self, what: str, source: Dataset, tag: Tag, old: Raws, new: Raws
    ) -> Iterator[str]:
        """Judge a private data element, where those that are known safe stay."""
        if tag.is_private_creator:
            blocks = {(one.group, one.element >> 8) for one in new}
            if ((tag.group, tag.element) in blocks) != (tag in new):
                yield f"{what} should be there if, and only if, its block is"
            return
        listed = safe_vr(source, tag)
        vr = source[tag].VR
        if vr == "SQ":
            return  # items are taken out of it, so those left cannot be paired
        vr = listed if vr == "UN" else vr
        timed = vr in ("DA", "DT", "TM")
        if (
            listed is None
            or vr == "PN"
            or (timed and self.settings.retain_longitudinal == "off")
        ):
            yield from _value(what, "X", tag, old[tag], new.get(tag))
        elif vr not in TEXT | {"DA", "DT"}:  # text may go for what it says
            code = "U" if vr == "UI" and not self.settings.retain_uids else "K"
            yield from _value(what, code, tag, old[tag], new.get(tag))


def _value(
    what: str, expected: str, tag: Tag, old: bytes, new: bytes | None
) -> Iterator[str]:
    if expected == "X":
        if new is not None:
            yield f"{what} should be gone"
    elif new is None:
        yield f"{what} is gone"
    elif tag in PATIENT:
        if old.strip(b"\0 ") and not PSEUDONYM.match(new):
            yield f"{what} is no pseudonym"
    elif expected == "Z" and new:
        yield f"{what} should be empty"
    elif expected == "D" and (not new or (new == old and len(old) > 2)):
        yield f"{what} should be a dummy"
    elif expected == "U":
        yield from _uids(what, old, new)
    elif expected == "K" and new != old:
        yield f"{what} should be as it was"


def _uids(what: str, old: bytes, new: bytes) -> Iterator[str]:
    olds, news = (
        [uid.strip("\0 ") for uid in value.decode("latin-1").split("\\")]
        for value in (old, new)
    )
    if len(olds) != len(news):
        yield f"{what} should have as many values as before"
        return
    for one, other in zip(olds, news, strict=True):
        if not one or one in UID_dictionary:
            if one != other:
                yield f"{what} should keep a registered UID"
        elif not OURS.match(other):
            yield f"{what} should be one of our UIDs"


# ------------------------------------------------------------------ content items


@cache
def _items() -> dict[tuple[str, str, str], Row]:
    """Give the rows of Table E.3.4-1 by code value, coding scheme and value type."""
    found: dict[tuple[str, str, str], Row] = {}
    for row in table("content_items.csv"):
        found[row["code_value"], row["scheme"], row["value_type"]] = row
        for scheme in ("SRT", "SNM3", "99SDM") if row["retired"] else ():
            found[row["retired"], scheme, row["value_type"]] = row
    return found


def item_code(item: Dataset, settings: Settings) -> str:
    """Give the code of a content item; nothing if it is not listed."""
    for name in item.get("ConceptNameCodeSequence") or ():
        value = raw(name, 0x00080100) or raw(name, 0x00080119)
        row = _items().get((value, raw(name, 0x00080102), raw(item, 0x0040A040)))
        return effective(row, settings).replace("X/D", "D") if row else ""
    return ""


def removed_items(source: Dataset, settings: Settings) -> set[int]:
    """List the content items that have to go, by identity."""
    return content_of(source, settings)[0]


def content_of(
    source: Dataset, settings: Settings
) -> tuple[set[int], dict[Place, Place]]:
    """List the content items that have to go, and where the others are then.

    What refers to one that goes, goes too, and so on.
    """
    gone: set[int] = set()
    places: dict[Place, int] = {}
    referring: list[tuple[int, Place]] = []
    if not settings.clean_structured_content:
        return gone, {}

    def walk(data_set: Dataset, at: Place) -> None:
        for tag in list(data_set.keys()):
            if _vr(int(tag)) != "SQ" or not isinstance(data_set[tag].value, Sequence):
                continue
            listed = int(tag) in CONTENT
            for number, item in enumerate(data_set[tag].value, 1):
                place = (*at, number) if listed else at
                if listed and item_code(item, settings) == "X":
                    gone.add(id(item))
                if int(tag) == CONTENT[-1]:
                    places.setdefault(place, id(item))
                if listed and REFERENCED_ITEM in item:
                    target = item.get_item(REFERENCED_ITEM).value
                    if isinstance(target, bytes):
                        order = "<" if source.original_encoding[1] else ">"
                        target = struct.unpack(f"{order}{len(target) // 4}I", target)
                    referring.append((id(item), tuple(target)))
                walk(item, place)

    def stays(place: Place) -> bool:
        above = [place[:size] for size in range(2, len(place) + 1)]
        return all(one in places and places[one] not in gone for one in above)

    walk(source, (1,))
    while dangling := {item for item, at in referring if not stays(at)} - gone:
        gone |= dangling
    moved: dict[Place, Place] = {(1,): (1,)}
    for place in sorted(filter(stays, places)):
        before = [one for one in moved if len(one) == len(place)]
        brothers = [one for one in before if one[:-1] == place[:-1]]
        moved[place] = (*moved[place[:-1]], len(brothers) + 1)
    return gone, moved


# ------------------------------------------------------------------------- values


class Moment(NamedTuple):
    """A value of VR DA or DT: its date, as precise as it is, and what follows."""

    day: date
    digits: str
    rest: bytes


_DAY = re.compile(rb"(\d{4})(?:(\d\d)(\d\d)|\.(\d\d)\.(\d\d))\Z")
_MOMENT = re.compile(
    rb"(\d{4})((?:\d\d)?)((?:(?<=\d{6})\d\d)?)"
    rb"((?:(?<=\d{8})\d\d(?:\d\d(?:\d\d(?:\.\d{1,6})?)?)?)?"
    rb"(?:[+-](?:0\d|1[0-4])[0-5]\d)?)\Z"
)


_TIME = re.compile(
    rb"(([01]\d|2[0-3])(:?[0-5]\d(:?([0-5]\d|60)(\.\d{1,6})?)?)?"
    rb"|[+-](0\d|1[0-4])[0-5]\d)\Z"
)


def _moment(vr: str, value: bytes) -> Moment | None:
    value = value.strip(b"\0 ")
    if not value:
        return Moment(date.min, "", b"")
    if vr == "DA":
        match = _DAY.match(value)
        parts = [part for part in match.groups() if part] if match else []
        rest = b""
    else:
        match = _MOMENT.match(value)
        *parts, rest = match.groups() if match else [b""]
    if not parts:
        return None
    year, month, day = (int(part or 1) for part in parts)
    try:
        return Moment(date(year, month, day), b"".join(parts).decode(), rest)
    except ValueError:
        return None


def words(value: bytes) -> list[str]:
    """List the words of a text, in lower case."""
    return re.findall(r"[^\W_]+", value.decode("latin-1").lower())


@cache
def is_strange(word: str) -> bool:
    """Tell whether neither the vocabulary nor any pattern of it lets a word stay."""
    if not word.isascii() or not word.isalpha() or len(word) <= LONGEST_PATTERN:
        return False
    known = vocabulary()
    ends = {0}  # of what can be read as words written together
    for at in range(3, len(word) + 1):
        if any(word[end:at] in known for end in ends if at - end >= MIN_PART):
            ends.add(at)
    return len(word) not in ends and word not in known | OTHER_WORDS


def has_local_code(item: Dataset) -> bool:
    """Tell whether an item holds a site's own code that is no plain word."""
    scheme = raw(item, 0x00080102).upper()
    parts = re.findall(r"[^\W_]+", raw(item, 0x00080100).lower())
    local = scheme.startswith("99") or scheme in ("", "L")
    return local and any(
        part not in vocabulary() and not (part.isdigit() and len(part) <= 3)
        for part in parts
    )


@cache
def _safe() -> dict[tuple[int, str, int], str]:
    return {
        (int(row["group"], 16), row["creator"], int(row["element"], 16)): row["vr"]
        for row in table("safe_private.csv")
    }


def safe_vr(data_set: Dataset, tag: Tag) -> str | None:
    """Give the listed VR, if one is, of a safe private data element."""
    creator = raw(data_set, tag.group << 16 | tag.element >> 8)
    return _safe().get((tag.group, creator, tag.element & 0xFF))


def raw_bytes(data_set: Dataset, tag: int) -> bytes:
    """Give the bytes of a value, without a change to the data set."""
    element = data_set.get_item(tag)
    value = element.value if element is not None else b""
    return value if isinstance(value, bytes) else str(value).encode()


def raw(data_set: Dataset, tag: int) -> str:
    """Give a value as text, without a change to the data set."""
    return raw_bytes(data_set, tag).decode("latin-1").strip("\0 ")


def raws(data_set: Dataset) -> Raws:
    """Give the bytes of each value before pydicom converts them; sequences have none."""
    values = ((tag, data_set.get_item(tag).value) for tag in data_set.keys())  # noqa: SIM118 - iterating converts
    return {tag: value if isinstance(value, bytes) else b"" for tag, value in values}


def pixels(data_set: Dataset) -> bytes | None:
    """Give the bytes of the pixel data, if there are any."""
    return data_set.PixelData if "PixelData" in data_set else None


def shape(data_set: Dataset) -> list[tuple[int, str, list]]:
    """List tags and VRs, and the same for each item."""
    return [
        (
            int(element.tag),
            element.VR,
            [shape(item) for item in element.value] if element.VR == "SQ" else [],
        )
        for element in data_set
    ]
