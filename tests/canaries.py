"""Instances with a word of its own, a canary, in every place that can hold text.

A canary is legal for its VR and stands in one place only, so the bytes of a result
tell whether the value of that place is still there. What has to become of each is
worked out from the tables of the standard alone, and never with the code under test.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

import oracle
import pydicom
from builders import (
    DEFLATED,
    ENCODINGS,
    EXPLICIT,
    LE,
    Encoding,
    file,
    image_pixels,
    pad,
)
from corpus import instances
from pydicom.datadict import (
    DicomDictionary,
    RepeatersDictionary,
    dictionary_has_tag,
    mask_match,
)
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from cordon.settings import Settings

# ------------------------------------------------------------------------ settings

_EVERYTHING = {
    "retain_patient_characteristics": True,
    "retain_device_identity": True,
    "retain_uids": True,
    "retain_safe_private": True,
    "retain_institution_identity": True,
    "clean_graphics": True,
    "clean_structured_content": True,
    "clean_descriptors": True,
}
_FULL = {"retain_longitudinal": "full"}
_MODIFIED = {"retain_longitudinal": "modified"}
_KEPT = {"delete_private": False, "delete_unknown": False}

SETTINGS = {
    name: Settings(sweep="off", **chosen)
    for name, chosen in {
        "basic": {},
        "full-dates": _FULL,
        "modified-dates": _MODIFIED,
        "patient-characteristics": {"retain_patient_characteristics": True},
        "device-identity": {"retain_device_identity": True},
        "uids": {"retain_uids": True},
        "safe-private": {"retain_safe_private": True},
        "institution-identity": {"retain_institution_identity": True},
        "graphics": {"clean_graphics": True},
        "structured-content": {"clean_structured_content": True},
        "descriptors": {"clean_descriptors": True},
        "everything": {**_EVERYTHING, **_MODIFIED},
        "everything-full-dates": {**_EVERYTHING, **_FULL},
        "private-kept": {"delete_private": False},
        "unknown-kept": {"delete_unknown": False},
        "all-kept": {**_EVERYTHING, **_FULL, **_KEPT},
    }.items()
}


# -------------------------------------------------------------------------- tokens


class Script(NamedTuple):
    """Letters for tokens that are not ASCII: a name and ten letters to count with."""

    character_set: str
    codec: str
    name: str
    letters: str


SCRIPTS = {
    "ascii": Script("", "ascii", "CNRY", "0123456789"),
    "latin": Script("ISO_IR 100", "iso8859_1", "Çñ", "àèìòùâêîôû"),
    "cyrillic": Script("ISO_IR 144", "iso8859_5", "Жё", "абвгдзийкл"),
    "kanji": Script(r"\ISO 2022 IR 87", "iso2022_jp", "山田", "一二三四五六七八九十"),
    "chinese": Script("GB18030", "gb18030", "张伟", "一二三四五六七八九十"),
    "hangul": Script("ISO_IR 192", "utf8", "김민", "가나다라마바사아자차"),
}
CODECS = ("iso8859_1", "iso8859_5", "iso2022_jp", "gb18030", "utf8", "euc_kr")

_ESCAPES = re.compile(rb"\x1b[$(][BJ@]")
_ASCII = re.compile(rb"CNRY[0-9]{4}")
_UID = re.compile(rb"2\.999\.[0-9]{7}")
_TIME = re.compile(rb"101112\.[0-9]{6}")
_DECIMAL = re.compile(rb"(?<![0-9.])77\.[0-9]{6}")
_AGE = re.compile(rb"(?<![0-9])[0-9]{3}[DWMY]")
_DIGITS = re.compile(rb"[0-9]{8,}")

_FIRST_DAY = date(1100, 1, 1).toordinal()
_APART = 7 * 521
"""Days between dates of the same weekday: more than any is moved by."""


def tokens_in(data: bytes) -> set[str]:
    """List what looks like a token, in whatever character set it is."""
    found = {
        match[0].decode()
        for pattern in (_ASCII, _UID, _TIME, _DECIMAL, _AGE)
        for match in pattern.finditer(data)
    }
    for run in _DIGITS.finditer(data):
        if not data[run.start() - 1 : run.start()].isupper():
            found.add(run[0][:8].decode())
    for name, pattern, letters in _patterns():
        if name in data:
            for match in pattern.finditer(data):
                size = len(match[1]) // 4
                counted = [match[1][at : at + size] for at in range(0, 4 * size, size)]
                script, numbers = letters
                found.add(script.name + "".join(numbers[one] for one in counted))
    return found


@cache
def _patterns() -> list[tuple[bytes, re.Pattern[bytes], tuple[Script, dict]]]:
    """List what tokens look like, for each script in each encoding that has it."""
    found = []
    for script, codec in product(list(SCRIPTS.values())[1:], CODECS):
        try:
            name = _plain(script.name, codec)
            letters = {_plain(letter, codec): letter for letter in script.letters}
        except UnicodeError:
            continue
        one_of = b"|".join(map(re.escape, letters))
        pattern = re.compile(re.escape(name) + b"((?:" + one_of + b"){4})")
        found.append((name, pattern, (script, letters)))
    return found


def _plain(text: str, codec: str) -> bytes:
    return _ESCAPES.sub(b"", text.encode(codec))


def _day(number: int) -> str:
    """Give a day of its own, which no shift by weeks makes another's.

    None is of these centuries: what a file says besides may be shifted as well.
    """
    period = number // 7
    period += 30 * (period >= 70)
    day = date.fromordinal(_FIRST_DAY + period * _APART + number % 7)
    return f"{day.year:04}{day.month:02}{day.day:02}"


# -------------------------------------------------------------------------- places


class Node(NamedTuple):
    """A data element on the way to a canary, or the one that holds it.

    `creator` and `said`, the action that the instance declares, are of private ones;
    `concept` is of the content item that leads on: code value, scheme, value type.
    """

    tag: int
    vr: str
    creator: str = ""
    said: str = ""
    concept: tuple[str, str, str] = ("", "", "")


Nodes = tuple[Node, ...]

CODE_MEANING = 0x00080104
TIMEZONE_OFFSET = 0x00080201
CONTENT = 0x0040A730
TEXT_VALUE = 0x0040A160
UID_VALUE = 0x0040A124
CONTENT_ITEMS = (0x00400555, 0x00400612, CONTENT)
DOCUMENT = (0x00420011, 0x00420015)
ILLEGAL = (0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF)


def place(nodes: Nodes) -> str:
    return ">".join(f"({node.tag >> 16:04X},{node.tag & 0xFFFF:04X})" for node in nodes)


class _Way(NamedTuple):
    """What is known of a canary at one node of the way to it."""

    open: bool | None  # does what is there stay? None: either will do
    coded: bool = False  # within a sequence of codes that is cleaned
    action: str = ""  # of the content item


def stays(nodes: Nodes, settings: str, iod: str | None) -> bool | None:
    """Tell whether a canary must stay or must go; None if either will do."""
    *above, node = nodes
    way = _way(tuple(above), settings, iod)
    if way.open is False:
        return False
    kept = _node_stays(node, tuple(one.tag for one in above), way, settings, iod)
    return None if kept and way.open is None else kept


@lru_cache(maxsize=1 << 16)
def _way(nodes: Nodes, settings: str, iod: str | None) -> _Way:
    if not nodes:
        return _Way(open=True)
    kept = stays(nodes, settings, iod)
    _, coded, action = _way(nodes[:-1], settings, iod)
    node, chosen = nodes[-1], SETTINGS[settings]
    if chosen.clean_descriptors and not node.tag >> 16 & 1:
        coded = coded or is_descriptor(node.tag)
    if chosen.clean_structured_content and node.tag in CONTENT_ITEMS:
        action = _content_action(node.concept, chosen)
        kept = False if action == "X" else kept
    return _Way(kept, coded, action)


def _node_stays(
    node: Node, path: tuple[int, ...], way: _Way, settings: str, iod: str | None
) -> bool | None:
    chosen = SETTINGS[settings]
    if node.tag >> 16 & 1:
        return _private_stays(node, chosen)
    if node.tag == CODE_MEANING and way.coded:
        return False
    if node.tag in (TEXT_VALUE, UID_VALUE) and chosen.clean_structured_content:
        return way.action == "K"
    return _public_stays(node.tag, node.vr, path, settings, iod)


@lru_cache(maxsize=1 << 16)
def _public_stays(
    tag: int, vr: str, path: tuple[int, ...], settings: str, iod: str | None
) -> bool:
    chosen = SETTINGS[settings]
    if tag >> 16 in (0, 2, 4) or not tag & 0xFFFF:
        return False
    if not path and tag in oracle.MARKERS:
        return tag in (0x00120063, 0x00120064)
    if tag in oracle.PATIENT or tag in DOCUMENT:
        return False
    if not is_known(tag):
        return not chosen.delete_unknown
    action = oracle.action(tag, path, iod, chosen)
    return action == "K" or (action == "C" and vr in ("SQ", "TM"))


def _private_stays(node: Node, chosen: Settings) -> bool | None:
    number, keeps = node.tag & 0xFFFF, not chosen.delete_private
    if node.tag >> 16 in ILLEGAL or not (keeps or chosen.retain_safe_private):
        return False
    if number < 0x0100:  # a creator stays with its block; what comes first is none
        return None if keeps or number >= 0x0010 else False
    said = ""
    if chosen.retain_safe_private and node.creator:
        listed = (node.tag >> 16, node.creator, number & 0xFF) in safe_private()
        said = node.said or "K" * listed
    if said not in ("", "K"):
        return False
    if node.vr == "SQ":
        return keeps or bool(node.creator)
    if said != "K" and not keeps:
        return False
    if node.vr == "UI":
        return chosen.retain_uids
    if node.vr in ("DA", "DT"):
        return chosen.retain_longitudinal == "full"
    if node.vr == "TM":
        return chosen.retain_longitudinal != "off"
    return node.vr != "PN"


def _content_action(concept: tuple[str, str, str], chosen: Settings) -> str:
    row = content_rows().get(concept)
    return oracle.effective(row, chosen).replace("X/D", "D") if row else ""


@cache
def content_rows() -> dict[tuple[str, str, str], dict[str, str]]:
    """Give the row of each content item, also under the code it once had."""
    found = {}
    for row in oracle.table("content_items.csv"):
        found[row["code_value"], row["scheme"], row["value_type"]] = row
        if row["retired"]:
            for scheme in ("SRT", "SNM3", "99SDM"):
                found[row["retired"], scheme, row["value_type"]] = row
    return found


@cache
def safe_private() -> dict[tuple[int, str, int], str]:
    """Give the VR of each safe private element by group, creator and number."""
    return {
        (int(row["group"], 16), row["creator"], int(row["element"], 16)): row["vr"]
        for row in oracle.table("safe_private.csv")
    }


def is_known(tag: int) -> bool:
    known = dictionary_has_tag(tag) or mask_match(tag) is not None
    return known or tag in oracle.codes()


def is_descriptor(tag: int) -> bool:
    return bool(oracle.codes().get(tag, {}).get("clean_descriptors"))


@cache
def listed() -> dict[int, str]:
    """Give the VR of each attribute that has an action code, by tag."""
    return {tag: row["vr"].split(" ")[0] for tag, row in oracle.codes().items()}


@cache
def unlisted() -> dict[int, str]:
    """Give the VR of each other public attribute, retired ones too, by tag."""
    found = {tag: entry[0].split(" ")[0] for tag, entry in DicomDictionary.items()}
    for mask, entry in RepeatersDictionary.items():
        if mask[:2] not in ("50", "60"):
            found[int(mask.replace("x", "2"), 16)] = entry[0].split(" ")[0]
    return {
        tag: vr
        for tag, vr in found.items()
        if vr != "NONE" and tag not in listed() and tag not in _OWN
    }


_OWN = (
    # what a file needs for itself
    *(0x00080005, 0x00080016, 0x00420012, 0x7FE00008, 0x7FE00009, 0x7FE00010),
    # no text, and the engine reads some of it
    *(TIMEZONE_OFFSET, 0x00280010, 0x00280100, 0x00280101, 0x00280102),
)


# ------------------------------------------------------------------------ planting


class Context(NamedTuple):
    """Where canaries are being planted."""

    nodes: Nodes = ()
    implicit: bool = False
    script: str = "ascii"


Fill = Callable[[Context], list]


class Planter:
    """Makes data elements with canaries and remembers where each is."""

    def __init__(self) -> None:
        self.canaries: dict[str, Nodes] = {}
        self._days = 0

    def element(
        self,
        at: Context,
        tag: int,
        vr: str,
        creator: str = "",
        said: str = "",
        written: str = "",
    ) -> tuple | None:
        """Make a data element, written with another VR if so wished.

        None if its VR holds no text.
        """
        known = vr
        private = tag >> 16 & 1
        if private and (at.implicit or written == "UN"):
            # without a VR there is no telling what it is, unless it is listed
            key = (tag >> 16, creator, tag & 0xFF)
            known = safe_private().get(key, "UN").split(" ")[0]
        nodes = (*at.nodes, Node(tag, known, creator, said))
        made = self._value(vr, at.script, is_descriptor(tag))
        if made is None:
            return None
        token, value = made
        assert token not in self.canaries
        self.canaries[token] = nodes
        return (tag, written or vr, value)

    def elements(
        self, at: Context, vrs: dict[int, str], fill: "Fill | None" = None
    ) -> list:
        """Make a data element of each attribute, some of them with VR UN."""
        made = []
        for number, (tag, vr) in enumerate(vrs.items()):
            if vr == "SQ":
                made.append(self.sequence(at, tag, fill or self.few))
            else:
                unknown = "UN" if number % 11 == 5 and not at.implicit else ""
                made.append(self.element(at, tag, vr, written=unknown))
        return list(filter(None, made))

    def sequence(
        self,
        at: Context,
        tag: int,
        *fills: Fill,
        written: str = "SQ",
        creator: str = "",
        said: str = "",
        concept: tuple[str, str, str] = ("", "", ""),
    ) -> tuple:
        """Make a sequence with an item for each of `fills`."""
        nodes = (*at.nodes, Node(tag, "SQ", creator, said, concept))
        inner = Context(nodes, at.implicit or written == "UN", at.script)
        return (tag, written, [_in_order(fill(inner)) for fill in fills])

    def fewer(self, at: Context) -> list:
        """Make one that stays and one that goes."""
        vrs = {0x00080104: "LO", 0x00100010: "PN"}
        return [self.element(at, tag, vr) for tag, vr in vrs.items()]

    def few(self, at: Context) -> list:
        """Make what an item of any sequence may hold."""
        vrs = {
            0x00080080: "LO",
            0x00080104: "LO",
            0x00081155: "UI",
            0x00100010: "PN",
            0x00189074: "DT",
            0x00541101: "LO",
        }
        made = [self.element(at, tag, vr) for tag, vr in vrs.items()]
        return [*made, self.element(at, 0x00080000, "UN")]

    def _value(self, vr: str, script: str, rich: bool) -> tuple[str, bytes] | None:
        number = len(self.canaries)
        assert number < 10_000
        token = f"CNRY{number:04}"
        if vr in ("DA", "DT"):
            token = _day(self._days)
            self._days += 1
            return token, token.encode() + b"101112" * (vr == "DT")
        if vr == "TM":
            token = f"101112.{number:06}"
        elif vr == "DS":
            token = f"77.{number:06}"
        elif vr == "IS":
            token = f"77{number:06}"
        elif vr == "AS":
            token = f"{number % 1000:03}{'DWMY'[number // 1000 % 4]}"
        elif vr == "UI":
            token = f"2.999.{1_000_000 + number}"
        elif vr == "UR":
            return token, f"https://example.org/{token}".encode()
        elif vr in ("LO", "LT", "PN", "SH", "ST", "UC", "UT"):
            return self._text(vr, script, rich, number)
        elif vr not in ("AE", "CS", "UN") and not vr.startswith("O"):
            return None
        return token, token.encode()

    def _text(self, vr: str, script: str, rich: bool, number: int) -> tuple[str, bytes]:
        _, codec, name, letters = SCRIPTS[script]
        token = text = name + "".join(letters[int(digit)] for digit in f"{number:04}")
        form = number % 4
        if vr == "PN":
            ideographic = f"Yamada^Tarou={token}"
            text = (token, f"Doe^{token}", ideographic, f"{token}^Jane^^Dr")[form]
        elif rich and vr != "SH":
            wide = f"CT\r\n{token}\\head" if vr != "LO" else f"{token}\\CT"
            text = (token, f"MR {token} axial", f"head {token}", wide)[form]
        return token, text.encode(codec)


def _in_order(elements: list) -> list:
    return sorted(elements, key=lambda element: element[0])


# --------------------------------------------------------------------- what is made


@dataclass
class Sample:
    """An instance full of canaries."""

    data: bytes
    iod: str | None
    canaries: dict[str, Nodes]
    tail: bytes = b""


def private_blocks(planter: Planter, at: Context, *, untold: bool, part: slice) -> list:
    """Make private blocks: of nobody, of makers known to be safe, of no creator.

    `part` is which of the safe elements there are.

    A private sequence of nobody is left out where neither VR nor length tells that
    it is one; there, only a value that begins like an item does.
    """
    plant = planter.element
    made = []
    creator = "NOBODY"
    block = (("LO", ""), ("UN", ""), ("PN", ""), ("UI", ""), ("DA", ""), ("TM", ""))
    block += (("OB", ""), ("ST", ""), ("LO", "UN"), ("DT", ""))
    for number, (vr, written) in enumerate(block):
        made.append(plant(at, 0x00291100 + number, vr, creator, written=written))
    made.append((0x00290011, "LO", creator))
    if not (at.implicit and untold):
        made.append(planter.sequence(at, 0x00291120, planter.few, creator=creator))
    # nothing says whose it is; block numbers that are none; groups that are none
    made.append(plant(at, 0x00313001, "LO"))
    made.append(plant(at, 0x00310030, "LO"))
    made.append(plant(at, 0x00330001, "LO"))
    made.append(plant(at, 0x00330000, "UN"))
    # a maker who is safe in another group only
    made.append((0x00350010, "LO", "GEMS_ACQU_01"))
    made.append(plant(at, 0x0035109E, "LO", "GEMS_ACQU_01"))
    return [*filter(None, made), *_safe_blocks(planter, at, part)]


def _safe_blocks(planter: Planter, at: Context, part: slice) -> list:
    """Make safe private elements, as far as they can hold text, and neighbours."""
    made = []
    blocks: dict[tuple[int, str], int] = {}
    chosen = list(safe_private().items())[part]
    for (group, creator, number), listed_vr in chosen:
        vr = listed_vr.split(" ")[0]
        if (group, creator) not in blocks:
            block = 0x10 + 0x1B * len(blocks) % 0xE0
            blocks[group, creator] = block
            spaces = " " * (len(blocks) % 2 * 2)
            made.append((group << 16 | block, "LO", creator + spaces))
            neighbour = group << 16 | block << 8 | 0xFE
            made.append(planter.element(at, neighbour, "LO", creator))
        tag = group << 16 | blocks[group, creator] << 8 | number
        if vr == "SQ":
            made.append(planter.sequence(at, tag, planter.few, creator=creator))
        elif vr:
            written = "UN" if number % 2 and not at.implicit else ""
            made.append(planter.element(at, tag, vr, creator, written=written))
    return list(filter(None, made))


def declared(encoding: Encoding, syntax: str) -> Sample:
    """Make private data elements of which the instance itself says what they are."""
    planter = Planter()
    at = Context(implicit=not encoding.explicit)
    elements = [
        (0x00370010, "LO", "DECLARED"),
        (0x00370011, "LO", "MIXED"),
        (0x00370012, "LO", "SILENT"),
        planter.element(at, 0x00371001, "LO", "DECLARED", "K"),
        planter.element(at, 0x00371002, "OB", "DECLARED", "K"),
        planter.element(at, 0x00371104, "LO", "MIXED", "K"),
        planter.element(at, 0x00371105, "LO", "MIXED"),
        planter.element(at, 0x00371201, "LO", "SILENT"),
    ]
    if encoding.explicit:
        elements.append(planter.element(at, 0x00371003, "UI", "DECLARED", "K"))
        elements.append(planter.element(at, 0x00371004, "PN", "DECLARED", "K"))
    actions = []
    for number, action in enumerate("XZDU", 6):
        tag = 0x00371100 + number
        elements.append(planter.element(at, tag, "LO", "MIXED", action))
        wanted = (0x00080306, "US", encoding.pack("H", number))
        actions.append([wanted, (0x00080307, "CS", action)])
    block = (0x00080301, "US", encoding.pack("H", 0x0037))
    mixed = [
        block,
        (0x00080302, "LO", "MIXED"),
        (0x00080303, "CS", "MIXED"),
        (0x00080304, "US", encoding.pack("H", 4)),
        (0x00080305, "SQ", actions),
    ]
    safe = [block, (0x00080302, "LO", "DECLARED"), (0x00080303, "CS", "SAFE")]
    elements += [*_identity("ct"), (0x00080300, "SQ", [mixed, safe])]
    data = file(_in_order(elements), encoding, syntax)
    return Sample(data, "ct-image", planter.canaries)


def _identity(kind: str) -> list:
    sop_class = (0x00080016, "UI", PREFIX + KINDS[kind])
    return [sop_class, (0x00080018, "UI", "1.2.3.4.5.6")]


def graphics(planter: Planter, at: Context) -> list:
    """Make overlays and curves in several groups, with what was always optional."""
    made = []
    for mask, entry in RepeatersDictionary.items():
        if mask[:2] not in ("50", "60"):
            continue
        vr = entry[0].split(" ")[0]
        for group in (0x00, 0x02, 0x1E):
            tag = int(mask[:2] + f"{group:02X}" + mask[4:], 16)
            if vr == "SQ":
                made.append(planter.sequence(at, tag, planter.few))
            else:
                made.append(planter.element(at, tag, vr))
    return list(filter(None, made))


def unknown(planter: Planter, at: Context) -> list:
    """Make data elements of even groups that are in no dictionary."""
    tags = {0x00089998: "LO", 0x00189998: "UN", 0x00AA0011: "PN", 0x00100007: "UT"}
    made = [planter.element(at, tag, vr) for tag, vr in tags.items()]
    if not at.implicit:
        made.append(planter.sequence(at, 0x00AA0012, planter.few))
    lengths = (0x00080000, 0x00100000, 0x00400000, 0x60000000)
    made.extend(planter.element(at, tag, "UN") for tag in lengths)
    return list(filter(None, made))


def misplaced(planter: Planter, at: Context) -> list:
    """Make data elements of messages, file meta information and directories."""
    tags = {
        0x00000600: "AE",
        0x00001000: "UI",
        0x00001001: "UI",
        0x00020016: "AE",
        0x00020102: "OB",
        0x00041130: "CS",
        0x00041511: "UI",
        0x00049999: "LO",
    }
    made = [planter.element(at, tag, vr) for tag, vr in tags.items()]
    made.append(planter.sequence(at, 0x00041220, planter.few))
    for group in ILLEGAL:
        made.append((group << 16 | 0x10, "LO", "NOBODY"))
        made.append(planter.element(at, group << 16 | 0x1010, "LO", "NOBODY"))
    return list(filter(None, made))


def content(planter: Planter, at: Context, part: slice) -> tuple:
    """Make a content tree: items of Table E.3.4-1, and some it does not know."""
    items = list(_items())[part]
    trees = [planter.sequence(at, CONTENT, _item_of(planter, *item)) for item in items]
    return (CONTENT, "SQ", [item for _, _, (item,) in trees])


def _items() -> Iterator[tuple[tuple[str, str, str], int]]:
    kinds = ("TEXT", "PNAME", "UIDREF", "CODE", "NUM", "DATE", "IMAGE", "CONTAINER")
    for depth in range(3):
        yield from (((f"CNRY{depth}", "99SITE", kind), depth) for kind in kinds)
    for number, concept in enumerate(content_rows()):
        yield concept, number % 2


_VALUES = {
    "TEXT": {TEXT_VALUE: "UT"},
    "PNAME": {0x0040A123: "PN"},
    "UIDREF": {UID_VALUE: "UI"},
    "DATE": {0x0040A121: "DA"},
    "TIME": {0x0040A122: "TM"},
    "DATETIME": {0x0040A120: "DT"},
}


def _item_of(planter: Planter, concept: tuple[str, str, str], depth: int) -> Fill:
    """Make a content item with others below it, down to `depth`."""
    code, scheme, kind = concept

    def fill(at: Context) -> list:
        nodes = (*at.nodes[:-1], at.nodes[-1]._replace(concept=concept))
        at = at._replace(nodes=nodes)
        coded = [(0x00080100, "SH", code), (0x00080102, "SH", scheme)]
        made = [
            (0x0040A010, "CS", "CONTAINS"),
            (0x0040A032, "DT", planter.element(at, 0x0040A032, "DT")[2]),
            (0x0040A040, "CS", kind),
            (0x0040A043, "SQ", [[*coded, (CODE_MEANING, "LO", "Meaning")]]),
        ]
        for tag, vr in _VALUES.get(kind, {}).items():
            made.append(planter.element(at, tag, vr))
        if kind in ("IMAGE", "COMPOSITE", "WAVEFORM"):
            made.append(planter.sequence(at, 0x00081199, planter.few))
        if kind == "CODE":
            made.append(planter.sequence(at, 0x0040A168, planter.few))
        if depth:
            inner = _item_of(planter, ("", "", "TEXT"), depth - 1)
            made.append(planter.sequence(at, CONTENT, inner))
        return made

    return fill


NESTING = (
    ((0x00081115, "SQ"),),
    ((0x52009229, "SQ"), (0x00189301, "SQ"), (0x0018A001, "SQ")),
    ((0x00081115, "UN"),),
    ((0x00081115, "SQ"), (0x0008114A, "SQ"), (0x00081199, "SQ"), (0x00081250, "SQ")),
    tuple((0x00081115 if depth % 2 else 0x00400260, "SQ") for depth in range(12)),
    ((0x00400270, "SQ"), (0x00400260, "UN")),
    ((0x30060080, "SQ"), (0x00082218, "SQ")),
)
"""Sequences that stay, one in the other; UN has implicit VR inside (PS3.5 6.2.2)."""


def _nested(planter: Planter, at: Context, way: tuple, fill: Fill) -> tuple:
    (tag, written), *rest = way
    if rest:
        return planter.sequence(
            at,
            tag,
            lambda inner: [_nested(planter, inner, tuple(rest), fill)],
            written="SQ" if at.implicit else written,
        )
    return planter.sequence(at, tag, fill, written="SQ" if at.implicit else written)


PREFIX = "1.2.840.10008.5.1.4."
KINDS = {
    "ct": "1.1.2",
    "mr": "1.1.4",
    "us": "1.1.6.1",
    "us-multiframe": "1.1.3.1",
    "us-volume": "1.1.6.2",
    "sc": "1.1.7",
    "sc-multiframe": "1.1.7.4",
    "cr": "1.1.1",
    "dx": "1.1.1.1",
    "mg": "1.1.1.2",
    "io": "1.1.1.3",
    "xa": "1.1.12.1",
    "rf": "1.1.12.2",
    "xa-enhanced": "1.1.12.1.1",
    "pet": "1.1.128",
    "pet-enhanced": "1.1.130",
    "nm": "1.1.20",
    "ct-enhanced": "1.1.2.1",
    "mr-enhanced": "1.1.4.1",
    "mr-spectroscopy": "1.1.4.2",
    "tomosynthesis": "1.1.13.1.3",
    "vl-endoscopy": "1.1.77.1.1",
    "vl-photograph": "1.1.77.1.4",
    "vl-dermoscopy": "1.1.77.1.7",
    "wsi": "1.1.77.1.6",
    "ophthalmic": "1.1.77.1.5.1",
    "oct": "1.1.77.1.5.4",
    "lensometry": "1.1.78.1",
    "sr-text": "1.1.88.11",
    "sr-enhanced": "1.1.88.22",
    "sr-comprehensive": "1.1.88.33",
    "sr-3d": "1.1.88.34",
    "sr-log": "1.1.88.40",
    "sr-cad": "1.1.88.50",
    "sr-dose": "1.1.88.67",
    "sr-acquisition": "1.1.88.71",
    "kos": "1.1.88.59",
    "pr": "1.1.11.1",
    "pr-color": "1.1.11.2",
    "pr-blending": "1.1.11.8",
    "seg": "1.1.66.4",
    "seg-surface": "1.1.66.5",
    "registration": "1.1.66.1",
    "fiducials": "1.1.66.2",
    "raw": "1.1.66",
    "rtstruct": "1.1.481.3",
    "rtplan": "1.1.481.5",
    "rtdose": "1.1.481.2",
    "rtrecord": "1.1.481.4",
    "rtintent": "1.1.481.10",
    "rtpositioning": "1.1.481.25",
    "document-pdf": "1.1.104.1",
    "document-cda": "1.1.104.2",
    "document-stl": "1.1.104.3",
    "ecg": "1.1.9.1.1",
    "audio": "1.1.9.4.1",
    "mapping": "1.1.67",
    "hanging": "38.1",
    "private-class": "!1.2.840.113619.4.30",
    "unknown-class": "!2.999.7.7",
    "no-class": "!",
}
"""Kinds of instances, with their SOP Class."""

MIME_TYPES = {"document-cda": "text/xml", "document-stl": "model/stl"}

EVERY = [
    f"{what}-{name}"
    for what in ("sequences", "attributes")
    for name in (*ENCODINGS, "deflated")
]
"""Made ones with every public sequence, or every public attribute outside the table."""

MADE = [*KINDS, *EVERY]


@lru_cache(maxsize=4)
def made(name: str) -> Sample:
    """Make an instance with canaries."""
    if name in KINDS:
        return _kind(name)
    what, _, encoding_name = name.partition("-")
    encoding, syntax = {**ENCODINGS, "deflated": (LE, DEFLATED)}[encoding_name]
    planter = Planter()
    at = Context(implicit=not encoding.explicit)
    vrs = {
        tag: vr for tag, vr in unlisted().items() if (vr == "SQ") is (what[0] == "s")
    }
    vrs = {tag: vr for tag, vr in vrs.items() if tag >> 16 not in (0, 2, 4)}
    elements = planter.elements(at, vrs, planter.fewer)
    elements = _in_order([*elements, *_identity("ct")])
    data = file(elements, encoding, syntax)
    return Sample(data, "ct-image", planter.canaries)


def _kind(name: str) -> Sample:
    number = list(KINDS).index(name)
    encodings = (*ENCODINGS.values(), (LE, DEFLATED))
    encoding, syntax = encodings[number % len(encodings)]
    script = list(SCRIPTS)[number // 2 % len(SCRIPTS)]
    way = NESTING[number % len(NESTING)]
    short = KINDS[name]
    sop_class = short[1:] if short.startswith("!") else PREFIX + short
    planter = Planter()
    at = Context(implicit=not encoding.explicit, script=script)
    untold = not encoding.undefined

    skipped = (*_OWN, CONTENT)
    vrs = {tag: vr for tag, vr in listed().items() if tag not in skipped}
    vrs = {tag: vr for tag, vr in vrs.items() if tag >> 16 not in (0, 2, 4)}

    # all there is would take long in every kind; neighbours have the other parts
    every = [None, *(slice(number % count, None, count) for count in range(1, 9))]
    half = dict(list(vrs.items())[every[2]])
    others = dict(list(unlisted().items())[number % 29 :: 29])
    others = {tag: vr for tag, vr in others.items() if tag >> 16 not in (0, 2, 4)}

    def within(inner: Context) -> list:
        other = list(SCRIPTS)[(number + 1) % len(SCRIPTS)]
        inner = inner._replace(script=other)
        return [
            *_character_set(other, always=True),
            *planter.elements(inner, {**half, **others}),
            *graphics(planter, inner),
            *unknown(planter, inner),
            *misplaced(planter, inner),
            *private_blocks(planter, inner, untold=untold, part=every[6]),
        ]

    elements = [
        *_character_set(script),
        *planter.elements(at, {**vrs, **others}),
        *graphics(planter, at),
        *unknown(planter, at),
        *private_blocks(planter, at, untold=untold, part=every[2]),
        content(planter, at, every[1 if name.startswith(("sr", "kos")) else 8]),
        _nested(planter, at, way, within),
        (0x00420012, "LO", MIME_TYPES.get(name, "application/pdf")),
    ]
    if sop_class:
        elements.append((0x00080016, "UI", sop_class))
    elements = _in_order(elements)
    elements[2:2] = misplaced(planter, at)
    elements += _pixels(encoding, planter, at)
    data = _framed(elements, encoding, syntax, sop_class, planter, number)
    tail = planter.element(Context(), 0x00020001, "UN")[2] + b"\0\xff\xff"
    return Sample(data, iod_of(sop_class), planter.canaries, tail)


def _character_set(script: str, *, always: bool = False) -> list:
    value = SCRIPTS[script].character_set or "ISO_IR 6" * always
    return [(0x00080005, "CS", value)] if value else []


def _pixels(encoding: Encoding, planter: Planter, at: Context) -> list:
    """End a data set: with pixel data, and with what may follow them."""
    padding = planter.element(at, 0xFFFCFFFC, "OB")
    last = planter.element(at, 0xFFFCFFFE, "OB")
    return [image_pixels(8, encoding)[-1], padding, last]


def _framed(
    elements: list,
    encoding: Encoding,
    syntax: str,
    sop_class: str,
    planter: Planter,
    number: int,
) -> bytes:
    """Make a file, with canaries before and after its data set."""
    top = Context()

    def meta(tag: int, vr: str) -> bytes:
        return planter.element(top, tag, vr)[2]

    extra = [
        (0x00020013, "SH", meta(0x00020013, "SH")),
        (0x00020016, "AE", meta(0x00020016, "AE")),
        (0x00020017, "AE", meta(0x00020017, "AE")),
        (0x00020018, "AE", meta(0x00020018, "AE")),
        (0x00020026, "UR", meta(0x00020026, "UR")),
        (0x00020100, "UI", meta(0x00020100, "UI")),
        (0x00020102, "OB", meta(0x00020102, "OB")),
    ]
    bare = number % 3 == 1 and syntax == EXPLICIT  # neither preamble nor prefix
    preamble = b"" if bare else meta(0x00020000, "UN").ljust(128, b"\0")
    data = file(
        elements,
        encoding,
        syntax,
        sop_class=sop_class,
        sop_instance=meta(0x00020003, "UI").decode(),
        preamble=preamble,
        meta=extra,
    )
    return data[4:] if bare else data


# ---------------------------------------------------------------------- the corpus


FOUND = [
    "CT_small.dcm",
    "ExplVR_BigEnd.dcm",
    "JPEG2000.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_implicit.dcm",
    "MR_small_padded.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_rle_2frame.dcm",
    "badVR.dcm",
    "chrArab.dcm",
    "chrH31.dcm",
    "chrKoreanMulti.dcm",
    "chrX1.dcm",
    "image_dfl.dcm",
    "liver_1frame.dcm",
    "nested_priv_SQ.dcm",
    "priv_SQ.dcm",
    "reportsi.dcm",
    "rtdose_1frame.dcm",
    "rtplan.dcm",
    "rtstruct.dcm",
    "test-SR.dcm",
    "UN_sequence.dcm",
]
"""Files of the corpus into which canaries are put."""


@lru_cache(maxsize=4)
def found(name: str) -> Sample:
    """Put canaries into a file of the corpus."""
    (path,) = {one for one in instances() if one.name == name}
    source = pydicom.dcmread(path, force=True)
    there = {int(element.tag) for element in source if element.VR == "SQ"}
    planter = Planter()
    implicit, little = source.original_encoding
    at = Context(implicit=bool(implicit))
    _put_into_items(planter, at, source, bool(implicit), bool(little))

    skipped = (*_OWN, *there, CONTENT)
    vrs = {tag: vr for tag, vr in listed().items() if tag not in skipped}
    vrs = {tag: vr for tag, vr in vrs.items() if tag >> 16 not in (0, 2, 4)}
    elements = [
        *planter.elements(at, vrs),
        *graphics(planter, at),
        *unknown(planter, at),
        *private_blocks(planter, at, untold=True, part=slice(0, None, 2)),
        (0x00420012, "LO", "application/pdf"),
    ]
    if CONTENT not in there:
        elements.append(content(planter, at, slice(0, None, 8)))
    _put(source, elements, bool(implicit), bool(little))
    written = io.BytesIO()
    source.save_as(written)
    sop_class = source.get("SOPClassUID") or source.file_meta.get(
        "MediaStorageSOPClassUID"
    )
    return Sample(written.getvalue(), iod_of(sop_class), planter.canaries)


def iod_of(sop_class: str | None) -> str | None:
    for row in oracle.table("sop_classes.csv"):
        if row["sop_class_uid"] == sop_class:
            return row["iod"]
    return None


def _put_into_items(
    planter: Planter, at: Context, source: Dataset, implicit: bool, little: bool
) -> None:
    """Put canaries into each item of each sequence, at any depth."""
    for sequence in [element for element in source if element.VR == "SQ"]:
        tag, creator = int(sequence.tag), ""
        if tag >> 16 & 1:
            creator = sequence.private_creator or ""
        for item in sequence.value:
            node = Node(tag, "SQ", creator, "", _concept_of(item))
            inner = at._replace(nodes=(*at.nodes, node))
            _put_into_items(planter, inner, item, implicit, little)
            elements = planter.few(inner)
            elements += private_blocks(
                planter, inner, untold=True, part=slice(0, None, 40)
            )
            _put(item, elements, implicit, little)


def _concept_of(item: Dataset) -> tuple[str, str, str]:
    if "ConceptNameCodeSequence" not in item or not item.ConceptNameCodeSequence:
        return ("", "", "")
    code = item.ConceptNameCodeSequence[0]
    scheme = code.get("CodingSchemeDesignator", "")
    return (code.get("CodeValue", ""), scheme, item.get("ValueType", ""))


def _put(data_set: Dataset, elements: list, implicit: bool, little: bool) -> None:
    for tag, vr, value in elements:
        if isinstance(value, list):
            items = []
            for inner in value:
                items.append(Dataset())
                _put(items[-1], inner, implicit, little)
            data_set[tag] = DataElement(tag, "SQ", items)
        else:
            value = pad(vr, value)
            raw = (Tag(tag), vr, len(value), value, 0, implicit, little, True)
            data_set[tag] = RawDataElement(*raw)
