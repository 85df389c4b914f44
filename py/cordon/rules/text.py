"""Clean Descriptors: free text keeps only what is known to be harmless (PS3.15 E.3.5).

A text is cut into tokens: words, quantities, dates and the like. Words of the
vocabulary, numbers with a unit and technical patterns stay. Lone numbers, single
letters and words that are names too stay only where nothing next to them goes.
"""

import re
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from typing import Final
from unicodedata import normalize

from cordon.rules import tables

_STAYS, _WEAK, _NUMBER, _LETTER, _SMALL, _TITLE, _GOES = "kwnlstx"
"""Kinds of tokens; small letters and titles become one of the others by spelling."""

_LONGEST: Final = 48
"""Characters of the longest word that is looked at closely."""

_DIGITS: Final = 3
"""Digits of the longest number that may stay alone."""

_REMEMBERED: Final = 4096
"""Unlisted words remembered: a study's instances repeat themselves."""

_KINDS: Final = {
    # what stands between names too, and words that are frequent names too
    _WEAK: """
        als an and are as at au aux avec be beim by con da das de dei del della dem
        den der des di die dos du el en et for from für he il im in into is la las le
        les lo los of on or ou par para per por pour the to um und vom von was we with
        zu zum zur

        achilles arm back beam black block blood branch bravo bridge bright carina colon
        corazon core crane cross dark day days dixon double early edge eye field fine
        finger foot force frame free glass gray grey hand herz high iris izquierdo key
        kiefer kinder large leber light linke linker long low main major manos max
        merchant minor more nail new palm pan peak pole pool poor port porta post power
        prior rein ridge ring rocher root sample sharp short small space speed stem
        stone stump swimmer tardif thor tone true turbo vena wall walls waters wedge
        weeks white wing zahn
    """,
    # what makes a date, an age or an identifier of the number next to it
    _NUMBER: """
        age baby bed boy case child children female females girl id infant infants mag
        male males man men newborn number numbers out patient patients rm set subject
        subjects ven woman women
        zero one two three four five six seven eight nine ten eleven twelve twenty
        thirty forty fifty first second third fourth fifth sixth seventh eighth ninth
        tenth 1st 2nd 3rd 4th 5th 6th 7th 8th 9th ii iii iv vi vii viii ix xi xii
    """,
    _LETTER: "l r w",
    _SMALL: "a e i m o u y à",
    _TITLE: "dr hr mr mrs ms sr",
}

_OUTSIDE: Final = (
    r"\0-/:-@\[-`{-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\xd7\xf7"
    r"\u2000-\u206f\u20a0-\u20bf\u2190-\u23ff\u3000-\u3003\ufeff\ufffd"
)
"""Characters of no word; marks that only some scripts write within words are inside."""

_WORD: Final = re.compile(f"[^{_OUTSIDE}]+")

_PLAIN: Final = r"[0-9]{1,3}(?:[.,][0-9]{1,3})?"
_LARGE: Final = r"[0-9]{1,4}(?:[.,][0-9]{1,3})?"

_UNIT: Final = r"""(?:
    [mcnuµμ]m[23²³]? | cc | [mdcuµμ]ls? | [mknuµμ]g | mcg | [cm]?gy | [muµμ]?sv
    | [kmg]bq | [mu]ci | kvp? | [km]ev | mv | mas? | [kmg]?hz | mt | m?secs? | seconds?
    | ms | mins? | minutes? | hrs? | hours? | deg | degrees? | hu | suv | fps | px
    | bits? | ch | db | mmhg | cmh2o | kpa | bpm | iu | ppm | fr | ga | vws? | views?
    | slices?
)"""

_NUCLIDE: Final = """
    f~18 | c~11 | n~13 | o~15 | ga~6[78] | cu~64 | zr~89 | i~12[345] | i~131 |
    in~111 | tl~201 | tc~99m? | lu~177 | y~90 | rb~82 | xe~133 | sm~153 | ra~223 |
    ac~225 | sr~89 | co~57 | cs~137 | kr~81m? | ge~68 | ir~192
"""
"""Written with a hyphen, or as one word."""

_TOKEN: Final = rf"""
    (?P<plain>[a-z]{{3,}}+(?![^{_OUTSIDE}]))
    | (?P<{_STAYS}>(?:
        # an amount
        (?=[0-9][-0-9.,/\u2013]{{0,12}}\s?[a-zµμ\xd7*])(?:
            {_LARGE}(?:\s?[x\xd7*]\s?{_LARGE}){{1,2}}(?:\s?{_UNIT})?
            # neither a year nor a time
            | (?!(?:1[89]|20)[0-9]{{2}}(?:\s|[gshvx](?![a-z0-9]))|[0-9]{{1,2}}[.,][0-9]{{2}}h)
              {_LARGE}(?:[-/\u2013]{_PLAIN})?(?:\s?{_UNIT}|[gshvx]|\ss)
              (?:/(?:s|sec|min|h|kg|m?g|[md]?l|mm2?|cm2?|m2|gy))?
            | (?:0[.,][0-9]{{1,3}}|[137](?:[.,][05])?|9[.,]4|11[.,]7)\s?t
            | (?:18-?f|11-?c|13-?n|15-?o|6[78]-?ga|64-?cu|89-?zr|12[345]-?i|131-?i
              |111-?in|201-?tl|99m?-?tc|177-?lu|90-?y|82-?rb|133-?xe)
        )
        # few letters that mean something with what stands by them
        | (?=\+|[a-z]{{1,2}}[^a-z])(?:
            w/o | w/wo | wo/w | s/p | f/u | r/o | [ap]/[ap] | [rl][/+&][rl]
            | [aphfrl]>>[aphfrl] | [ctls](?:[-/ ][ctls]){{0,2}}[- ]spines?
            | x[- ]rays? | c-arms? | v/q | y[- ]views? | (?:b|t[eir])\s?=\s?[0-9]{{1,4}}
            | [bkqp]-(?:value|space|ball)s? | [ci][-+]
            | (?<![^{_OUTSIDE}])\+[ci]
            | {_NUCLIDE.replace("~", "-")}
        )
    )(?![^{_OUTSIDE}]))
    # abbreviations that could be initials, and genitives
    | (?P<{_WEAK}>(?:a\.p|p\.a|i\.v|p\.o|p\.i|s\.c|i\.m|e\.g|i\.e|z\.b|d\.h
      |(?<=[a-z]['\u2019])s|(?<=n['\u2019])t)(?![^{_OUTSIDE}]))
    # a decimal number that cannot be a day and a month
    | (?P<{_NUMBER}>(?:0[.,][0-9]{{1,3}}|[1-9][0-9]?[.,](?:[0-9]|1[3-9]|[2-9][0-9])
      |[1-9][.,][0-9]{{3}})(?![.]|[,:/-][0-9]|[^{_OUTSIDE}]))
    # dates, times, telephone numbers, UIDs
    | (?P<{_GOES}>[0-9]+(?:[-.,:/\u2013][0-9]+)+[^{_OUTSIDE}]*
      |[0-9]{{1,2}}[-.\ ]{{1,2}}mrt(?![^{_OUTSIDE}]))
    | (?P<word>[^{_OUTSIDE}]+)
"""

_ADDRESS: Final = rf"""
    @ | :// | (?<![^{_OUTSIDE}])(?:www\.|[a-z]:[\\/]) | \\[^\s\\]*\\
    | (?<!\S)["'(\[<]?(?:~|\.\.?)?/[^\s/]+/
    | \.(?:com|org|net|edu|gov|info|io|eu|de|fr|uk|dcm|nii|jpe?g|png|pdf|txt|docx?|zip
      |gz)(?![^{_OUTSIDE}])
"""
"""What tells that all between two white spaces is one address or path."""

_HINTS: Final = frozenset("@/\\.")
"""Without any of these there is no address."""

_VERTEBRA: Final = r"(?:c[1-7]|th?(?:1[0-2]|[1-9])|d(?:1[0-2]|[1-9])|l[1-6]|s[1-5])"

_TECHNICAL: Final = rf"""
    {_VERTEBRA}{{1,2}}
    # weightings
    | t[12](?:wi?|star|rho)? | r[12](?:star)? | [234]d | [23]dt[12]
    # parameters
    | b(?:0|[1-9]?[0-9]?[05]0) | te[0-9]{{1,3}} | t[ir][0-9]{{2,4}} | fa[0-9]{{1,3}}
    | fov[0-9]{{2,3}} | dir[0-9]{{1,3}} | (?:p|pa|mb|cs|x)[2-9] | v[1-9] | iso[0-9]{{1,2}}
    # reconstruction kernels
    | [bhijtu][0-9]{{2}}[fhs] | [bhqs][rvlfc][0-9]{{2}}[dfhs]? | fc[0-9]{{2}}
    # nuclei, gases, views and proteins
    | {_NUCLIDE.replace("~", "")}
    | 1h | 13c | 19f | 23na | 31p | 129xe | 3he | [cn]?o2 | h2o | [sp]ao2 | spo2 | fio2
    | vo2 | [2345]ch | her2 | hba1c | a1c | mp2rage
    # a word with what is written together with it: t1mprage, 3dflair, ep2d, phase2
    | (?:t[12]w?|[234]d)(?P<after>[a-z]{{2,}})
    | [0-9]{{1,2}}(?P<counted>[a-z]{{3,}})
    | (?P<before>[a-z]{{2,}})(?:[234]d|t[12]|(?<=[a-z]{{3}})[0-9]{{1,2}})
"""

_ALONE: Final = re.compile("(?P<word>[a-z][a-z0-9]*)").fullmatch
"""A text of one word, as most parts of names and IDs are, needs no long pattern."""

_CHUNK: Final = re.compile(r"\S+")
_HUMP: Final = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SPACE: Final = re.compile(r"\r\n|[\r\n]|\s")
_RUN: Final = re.compile(f"[^{_STAYS}]+")
_PERSONAL: Final = re.compile(f"{_GOES}|{_NUMBER}{_LETTER}?{_NUMBER}|{_LETTER}{{2}}")
_BREAKS: Final = ("\r\n", "\r", "\n")
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}
_MASK: Final = "ø"


def words(text: str) -> list[str]:
    """List the words of a text, casefolded."""
    return [_fold(word) for word in _WORD.findall(text)]


def clean(text: str, own: AbstractSet[str]) -> str:
    """Take out of one value's text what may identify, and all words of `own`."""
    lowered = text.replace("\u0130", "I").lower()  # others keep their length
    kinds = ""
    spans = []
    alone = _ALONE(lowered)
    for token in (alone,) if alone else _pattern(_TOKEN).finditer(_mask(lowered)):
        kinds += _kind(token, text, own)
        spans.append(token.span())
    if not _PERSONAL.search(kinds):
        return text
    kept = []
    start = 0
    for run in _RUN.finditer(kinds):
        if _PERSONAL.search(run[0]):
            first, last = run.span()
            end = spans[first - 1][1] if first else 0
            kept.append(text[start:end])
            start = spans[last][0] if last < len(spans) else len(text)
            kept.append(_join(text[end:start], first > 0, last < len(spans)))
    kept.append(text[start:])
    return "".join(kept)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Compile one of the long patterns, which takes longer than many instances."""
    return re.compile(text, re.VERBOSE)


@cache
def _kinds() -> dict[str, str]:
    """Give the kind of each known word."""
    kinds = dict.fromkeys(tables.lines("vocabulary.txt"), _STAYS)
    for kind, listed in _KINDS.items():
        kinds.update(dict.fromkeys(listed.split(), kind))
    return kinds


def _kind(token: re.Match[str], text: str, own: AbstractSet[str]) -> str:
    """Tell the kind of a token, found in the lowered text."""
    group = token.lastgroup or _GOES
    if group == "plain":
        folded = token[0]
    elif group == "word":
        folded = _fold(token[0])
    else:
        return group if own.isdisjoint(words(token[0])) else _GOES
    if folded in own:
        return _GOES
    kind = _kinds().get(folded)
    if kind is None:
        return _unlisted(text[slice(*token.span())], own)
    if kind == _SMALL:
        return _LETTER if text[token.start()].islower() else _GOES
    if kind == _TITLE:
        start, end = token.span()
        personal = text.startswith(".", end) or text[start:end].istitle()
        return _GOES if personal else _STAYS
    return kind


def _unlisted(word: str, own: AbstractSet[str]) -> str:
    """Tell the kind of a word that is not listed: a number, a pattern, or personal."""
    if word.isascii() and word.isdigit():
        return _NUMBER if len(word) <= _DIGITS else _GOES
    parts = _parts(word)
    if parts is None or not own.isdisjoint(parts):
        return _GOES
    kinds = [_kinds().get(part) for part in parts]
    if not {_STAYS, _WEAK}.issuperset(kinds) or (
        len(parts) > 1 and _STAYS not in kinds
    ):
        return _GOES
    return _WEAK if _WEAK in kinds else _STAYS


@lru_cache(_REMEMBERED)
def _parts(word: str) -> tuple[str, ...] | None:
    """Give the words that an unlisted word is made of, if it is a pattern of ours."""
    if not word.isascii() or len(word) > _LONGEST:
        return None
    # without a digit it is none
    if not word.isalpha() and (found := _pattern(_TECHNICAL).fullmatch(word.lower())):
        return tuple(part for part in found.groups() if part)
    humps = _HUMP.findall(word)
    if len(humps) > 1 and len("".join(humps)) == len(word):
        return tuple(hump.lower() for hump in humps)
    return None


def _join(removed: str, before: bool, after: bool) -> str:
    """Give what takes the place of a removed passage, from its own punctuation."""
    rest = _WORD.sub("", removed)
    opened: list[str] = []
    closed = []
    for mark in rest:
        if mark in "([{":
            opened.append(mark)
        elif mark in _BRACKETS:
            if opened and opened[-1] == _BRACKETS[mark]:
                opened.pop()
            else:
                closed.append(mark)
    between = ""
    if before and after:
        if spaces := _SPACE.findall(rest):
            between = next((space for space in spaces if space in _BREAKS), " ")
        else:
            between = rest[0] if rest[0] in "_-+^&" else " "
    closing = "".join(closed) if before else ""
    return closing + between + ("".join(opened) if after else "")


def _mask(text: str) -> str:
    """Make each address one word that nobody knows."""
    if _HINTS.isdisjoint(text):
        return text
    search = _pattern(_ADDRESS).search
    if not search(text):
        return text
    return _CHUNK.sub(
        lambda chunk: _MASK * len(chunk[0]) if search(chunk[0]) else chunk[0], text
    )


def _fold(word: str) -> str:
    """Casefold a word, and make its characters those of the vocabulary."""
    if word.isascii():
        return word.lower()
    if len(word) <= _LONGEST:  # composing many marks takes long
        word = normalize("NFKC", word)
    return word.casefold()
