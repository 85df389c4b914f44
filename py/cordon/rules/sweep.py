"""Search the result for what had to go.

What identifies is gathered from the source while it is de-identified, and looked for
in every byte of the new data set, of a series once in what it shares: names by their
parts, other identifiers whole, dates in the common spellings. A word that is a medical
term tells nothing by itself.
"""

import re
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from functools import cached_property, lru_cache
from itertools import chain
from typing import Final, NamedTuple, TypeAlias
from unicodedata import east_asian_width

from cordon.core.profile import Element, Find, Gap
from cordon.rules import charsets
from cordon.rules.charsets import SPECIFIC_CHARACTER_SET
from cordon.rules.dates import days_of
from cordon.rules.dictionary import public_vrs
from cordon.rules.pseudonyms import ROOT, is_registered
from cordon.rules.text import clean, words

KINDS: Final = frozenset(
    ("address", "date", "identifier", "institution", "name", "phone", "staff", "uid")
)
"""Kinds of identifiers."""

MIN_NAME: Final = 3
"""Letters of the shortest part of a name that is looked for; two if not ASCII."""

MIN_IDENTIFIER: Final = 4
MIN_NUMBER: Final = 5
"""Digits of the shortest number that is looked for: shorter ones are everywhere."""

FEW_WORDS: Final = 64
"""Words and phrases up to which each is looked for by itself."""

FEW: Final = 16
"""UIDs, or character sets, up to which each is looked for by itself."""

NOBODY: Final = frozenset(
    b"anon anonymised anonymized anonymous deidentified doctor dummy name none nobody"
    b" null patient person phantom physician removed test unknown unnamed user".split()
)
"""Words that stand where a name is missing."""

NO_DATES: Final = frozenset((b"19000101", b"00010101", b"19700101", b"99991231"))
"""Days that stand where a date is missing."""

_DELIMITERS: Final = re.compile(rb"[\\^= ]")
_ESCAPES: Final = re.compile(rb"\x1b[\x20-\x2f]+[\x30-\x7e]")  # ISO 2022
_LETTERS: Final = re.compile(r"[^\W\d_]+").findall
# compiled where they are used, as most runs never do
_TOKENS: Final = rb"[0-9a-z]+"
_UIDS: Final = rb"(?<![0-9])[0-9]++(?:\.[0-9]++)++"
_DATES: Final = rb"[0-9][0-9]{0,3}([-./ ])[0-9]{1,2}\1[0-9]{2,4}(?![0-9])"
_MONTHS: Final = tuple(b"jan feb mar apr may jun jul aug sep oct nov dec".split())
_NAMED: Final = (
    rb"([0-9]{1,2})[a-z]{0,2}[-./ ]{1,2}([a-z]{3})[a-z]{0,6}[-./, ]{1,2}([0-9]{4})"
    rb"|([a-z]{3})[a-z]{0,6}[-./ ]{1,2}([0-9]{1,2})[a-z]{0,2}[-./, ]{1,2}([0-9]{4})"
)
_MARKS: Final = (b"-", b".", b"/")
_WORD: Final = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyz")

Value: TypeAlias = tuple[str, bytes, bytes]
"""Of an identifier: its kind, the value, and the character set it is in."""


class Needles(NamedTuple):
    """What to look for, in lower case, and its kind."""

    spaced: dict[bytes, str]  # words and phrases
    unspaced: dict[bytes, str]  # of scripts that put no space between words


class Days(NamedTuple):
    """Days to look for, as YYYYMMDD, their years, and how those may end a date."""

    whole: frozenset[bytes]
    years: tuple[bytes, ...]
    ends: tuple[bytes, ...]


class Identifiers:
    """What one source holds that must not remain."""

    def __init__(self, is_ours: Callable[[bytes], bool]) -> None:
        self._is_ours = is_ours  # a replacement made before tells nothing
        self._uids: dict[bytes, None] = {}
        self._dates: dict[bytes, None] = {}
        self._values: dict[Value, None] = {}  # of all other kinds
        self._character_sets: set[bytes] = set()
        self._more: AbstractSet[bytes] = frozenset()  # UIDs that only this one holds
        self._redated = False

    def gather(self, edits: Iterable[Element | Gap], character_set: bytes) -> None:
        """Take in what the rules of `edits` say identifies."""
        self._character_sets.add(character_set)
        for edit in edits:
            if isinstance(edit, Gap):
                continue
            kind = edit.rule.kind
            if kind and edit.value:
                if kind == "uid":
                    for part in edit.value.split(b"\\"):
                        uid = part.strip(b"\0 ")
                        ours = uid.startswith(ROOT) and self._is_ours(uid)
                        if not ours and uid.find(b".") >= 0:
                            self._uids[uid] = None
                elif kind == "date":
                    self._dates[edit.value] = None
                elif edit.value[1:2] != b"-" or not self._is_ours(edit.value):
                    self._values[kind, edit.value, character_set] = None
            elif edit.tag == SPECIFIC_CHARACTER_SET and edit.value is not None:
                character_set = edit.value
                self._character_sets.add(character_set)
            if edit.items:
                for item in edit.items:
                    self.gather(item.edits, character_set)

    def also(
        self, edits: Iterable[Element | Gap], character_set: bytes
    ) -> "Identifiers | None":
        """Give these with what more `edits` say; None if that is not UIDs and dates."""
        other = Identifiers(self._is_ours)
        other.gather(edits, character_set)
        if not (
            other._values.keys() <= self._values.keys()
            and other._character_sets <= self._character_sets
        ):
            return None
        uids, dates = other._uids, other._dates
        other._more = uids.keys() - self._uids.keys()
        other._uids, other._dates = self._uids | uids, self._dates
        if dates and not dates.keys() <= self._dates.keys():
            other._dates = self._dates | dates
            other._redated = _days(tuple(other._dates)) != _days(tuple(self._dates))
        other._values, other._needles = self._values, self._needles
        other._traces = self._traces
        return other

    def own_words(self) -> frozenset[str]:
        """List the words of names and other identifiers, casefolded."""
        return own_words_of(tuple(self._values))

    @cached_property
    def _needles(self) -> Needles:
        values, written = tuple(self._values), frozenset(self._character_sets)
        return _needles(values, written)

    @cached_property
    def _traces(self) -> tuple[bytes, ...]:
        """List what is found wherever a search finds anything of what is shared."""
        days = _days(tuple(self._dates)) if self._dates else ((), (), ())
        # what is in any text stands for UIDs that are too many to try each
        uids = self._uids if len(self._uids) <= FEW else (b"",)
        traces = dict.fromkeys(chain(*self._needles, uids, *days))
        if any(b"\0" in one for one in traces):
            return (b"",)  # it may go on where seams do not
        if len(traces) > FEW_WORDS:
            return tuple(traces)
        return tuple(one for one in traces if not _any_within(one, traces))

    def touches(self, released: bytes, seams: bytes) -> bool:
        """Tell whether a search may find what is not in others of a series.

        What they share is searched already. The `seams` are what differs, with what
        stands around it up to a NUL.
        """
        return (
            self._redated
            or _any_in(self._traces, seams.lower())
            or _any_in(self._more, released)
        )

    def search(self, released: bytes) -> list[tuple[int, str]]:
        """List where and of what kind anything of this is in `released`."""
        spaced, unspaced = self._needles
        low = released.lower()
        if len(spaced) > FEW_WORDS:
            spaced = _possible(spaced, low)
        finds: list[tuple[int, str]] = []
        for phrase in spaced:
            if low.find(phrase) >= 0:
                kind = spaced[phrase]
                finds += [(at, kind) for at in _whole(low, phrase)]
        for letters, kind in unspaced.items():
            if (at := low.find(letters)) >= 0:
                finds.append((at, kind))
        if len(self._uids) > FEW or _any_in(self._uids, low):
            finds += [
                (match.start(), "uid")
                for match in re.finditer(_UIDS, low)
                if match[0] in self._uids and not is_registered(match[0])
            ]
        if self._dates:
            days = _days(tuple(self._dates))
            finds += [(at, "date") for at in _dates(days, low)]
        return finds


def _possible(spaced: dict[bytes, str], low: bytes) -> dict[bytes, str]:
    """Leave out words that are not in a text: there are too many to try each."""
    there = set(re.findall(_TOKENS, low))
    return {
        phrase: kind
        for phrase, kind in spaced.items()
        if phrase in there or not phrase.isalnum()
    }


def _any_in(needles: Iterable[bytes], low: bytes) -> bool:
    # `in` would try each needle as a number first, a loop takes as long as the look
    return any(map(low.count, needles))


def _any_within(whole: bytes, parts: Iterable[bytes]) -> bool:
    """Tell whether one of `parts` is less than the `whole`, and in it."""
    return any(part != whole and part in whole for part in parts)


@lru_cache(maxsize=256)
def _days(dates: tuple[bytes, ...]) -> Days:
    """Give the days that are in dates and times, as far as they tell anything."""
    days = frozenset(day for date in dates for day in days_of(date)) - NO_DATES
    years = tuple({day[:4] for day in days})
    ends = tuple(mark + year[2:] for year in years for mark in _MARKS)
    return Days(days, years, ends)


def _dates(sought: Days, low: bytes) -> list[int]:
    """List where one of the days stands, however it is spelled."""
    days, years, ends = sought
    found = [
        match.start()
        for day in days
        if low.find(day) >= 0
        for match in re.finditer(b"(?<![0-9])" + day, low)
    ]
    written = _any_in(years, low) and any(_whole(low, year) for year in years)
    if written or _any_in(ends, low):
        found += [
            match.start()
            for match in re.finditer(_DATES, low)
            if not days.isdisjoint(_readings(match))
        ]
    if written:
        found += [
            match.start() for match in re.finditer(_NAMED, low) if _named(match) in days
        ]
    return found


@lru_cache(maxsize=256)
def own_words_of(values: tuple[Value, ...]) -> frozenset[str]:
    """List the words of values; they are the same in a series."""
    return frozenset(
        word
        for _, value, character_set in values
        for word in words(charsets.decode(value, character_set))
    )


@lru_cache(maxsize=256)
def _needles(values: tuple[Value, ...], written: frozenset[bytes]) -> Needles:
    """Give what to look for; text may be `written` in any of these character sets."""
    written = _told_apart(written)
    spaced: dict[bytes, str] = {}
    unspaced: dict[bytes, str] = {}
    for kind, value, character_set in values:
        text = charsets.decode(value, character_set).strip("\0 ")
        # as it is written, whether that can be decoded or not
        for raw in _DELIMITERS.split(_ESCAPES.sub(b"", value)):
            if len(raw) >= MIN_NAME and not raw.isascii():
                spaced[raw.strip(b"\0").lower()] = kind
        for part in filter(_is_unspaced, _LETTERS(text)):
            spelled = _spellings(part, written) if len(part) > 1 else []
            unspaced.update(dict.fromkeys(spelled, kind))
        needles = _name_needles if kind in ("name", "staff") else _identifier_needles
        spaced.update(dict.fromkeys(needles(text, kind, written), kind))
    return Needles(spaced, unspaced)


def _told_apart(character_sets: frozenset[bytes]) -> frozenset[bytes]:
    """Leave out what encodes alike; of very many ways to combine a few, give those."""
    alike = {charsets.codecs_of(one): one for one in character_sets}
    if len(alike) > FEW:
        terms = {term.strip() for one in alike.values() for term in one.split(b"\\")}
        alike = {charsets.codecs_of(term): term for term in sorted(terms)}
    return frozenset(alike.values())


def _identifier_needles(text: str, kind: str, written: frozenset[bytes]) -> list[bytes]:
    phrases: list[bytes] = []
    for one in text.split("\\"):
        parts = words(one)
        joined = "".join(parts)
        shortest = MIN_NUMBER if joined.isdecimal() else MIN_IDENTIFIER
        told = any(map(str.isdecimal, joined))
        if len(joined) < shortest or not (told or any(map(_says_much, parts))):
            continue
        if one.isascii() and one.strip().isalnum():
            phrases.append(one.strip().lower().encode())
        else:
            phrases += _spellings(one.strip(), written)
        if kind == "phone" and joined.isdecimal():
            phrases.append(joined.encode())
    return phrases


def _name_needles(text: str, kind: str, written: frozenset[bytes]) -> list[bytes]:
    names: list[bytes] = []
    phrases: list[bytes] = []
    for one in re.split(r"[\\=]", text):
        parts = words(one)
        for part in _LETTERS(one):
            if not part.isascii() and len(part) > 1 and not _is_unspaced(part):
                phrases += _spellings(part, written)
        names += [
            part.encode()
            for part in parts
            if part.isascii() and len(part) >= MIN_NAME and _says_much(part)
        ]
        if len(parts) > 1 and not names and all(part.isascii() for part in parts):
            # words that say nothing alone do so together
            family, given = parts[0].encode(), parts[1].encode()
            if len(family) + len(given) > MIN_IDENTIFIER:
                pairs = (family, given), (given, family)
                marks = (b" ", b"^", b", ", b"_")
                phrases += [mark.join(pair) for pair in pairs for mark in marks]
    return names + phrases


def _is_unspaced(text: str) -> bool:
    """Tell whether text is Chinese, Japanese or Korean."""
    return any(east_asian_width(one) == "W" for one in text)


def _spellings(text: str, written: frozenset[bytes]) -> list[bytes]:
    """Encode text as it is and in either case, as lower-cased bytes."""
    encoded = {
        charsets.encode(form, character_set)
        for character_set in written
        for form in (text, text.lower(), _capitals(text), text.title())
    }
    return [_ESCAPES.sub(b"", value).lower() for value in encoded if value]


def _capitals(text: str) -> str:
    """Put in capitals what has one; there is none for some letters."""
    return "".join(one.upper() if len(one.upper()) == 1 else one for one in text)


def _says_much(word: str) -> bool:
    return word.encode() not in NOBODY and clean(word, frozenset()) != word


def _whole(low: bytes, needle: bytes) -> list[int]:
    """List where `needle` stands as a word of its own."""
    found: list[int] = []
    at = low.find(needle)
    while at >= 0:
        end = at + len(needle)
        before = at > 0 and low[at - 1] in _WORD and needle[0] in _WORD
        after = end < len(low) and low[end] in _WORD and needle[-1] in _WORD
        if not before and not after:
            found.append(at)
        at = low.find(needle, at + 1)
    return found


def _readings(match: re.Match[bytes]) -> list[bytes]:
    """Read a date with separators in every usual order, as YYYYMMDD."""
    first, second, third = match[0].split(match[1])
    if len(first) == len("YYYY"):
        return [first + second.zfill(2) + third.zfill(2)]
    years = (third,) if len(third) == len("YYYY") else (b"19" + third, b"20" + third)
    first, second = first.zfill(2), second.zfill(2)
    return [
        year + month + day
        for year in years
        for month, day in ((first, second), (second, first))
    ]


def _named(match: re.Match[bytes]) -> bytes:
    """Read a date with a month's English name."""
    day, month, year = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
    if month not in _MONTHS:
        return b""
    return year + b"%02d" % (_MONTHS.index(month) + 1) + day.zfill(2)


_NUMBERS: Final = frozenset(
    (
        "AT",
        "DS",
        "FD",
        "FL",
        "IS",
        "OD",
        "OF",
        "OL",
        "OV",
        "OW",
        "SL",
        "SS",
        "SV",
        "UL",
        "US",
        "UV",
    )
)


def is_number(find: Find) -> bool:
    """Tell whether what was found can only be a number that looks alike."""
    vr = find.vr if find.vr not in ("", "UN") else public_vrs().get(find.tag, "")
    return vr in _NUMBERS


def is_date_in_uid(find: Find) -> bool:
    """Tell whether a date was found where a UID belongs, whatever the source says."""
    return find.kind == "date" and public_vrs().get(find.tag) == "UI"


_IDENTIFIER: Final = re.compile(
    "(ID|IDs|Identifier|Number|Locator|StationName|Plan|Serial)s?$"
)


def kind_of(keyword: str, vr: str) -> str:
    """Tell what kind of identifier an attribute is; nothing if it is none."""
    if vr in ("DA", "DT"):
        return "date"
    if vr == "PN":
        return "name" if "Patient" in keyword else "staff"
    if vr not in ("LO", "LT", "SH", "ST", "UC", "UT"):
        return ""
    if "Address" in keyword:
        return "address"
    if "Phone" in keyword or "Telephone" in keyword or "Telecom" in keyword:
        return "phone"
    if keyword.startswith("Institution"):
        return "institution"
    return "identifier" if _IDENTIFIER.search(keyword) else ""
