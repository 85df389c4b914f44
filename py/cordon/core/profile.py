"""What the engine obeys.

A profile is one flat table from tag to rule, so that the scan asks one question a
data element and interprets nothing. `cordon.rules` fills it; the engine knows only
the shapes below.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from cordon.core.outcome import Rejected, Row

Path: TypeAlias = tuple[int, ...]
"""Tags of the sequences around a data element, outermost first."""


class Syntax(NamedTuple):
    """How data elements are encoded (PS3.5 Annex A)."""

    explicit: bool
    little: bool


class Rule(NamedTuple):
    """What happens to a data element.

    `apply` is given the element and the instance it is in. It returns the encoded
    data element to put in its place, which may be no bytes at all, or None to keep
    it; a sequence that is kept still gets the changes inside its items.

    `choose` puts another rule in this one's place, once the whole data set has been
    scanned and the path is known. `inside` is the table for what is in the items of
    a sequence, if not the profile's; `append` encodes items to add to them.
    """

    code: str  # action code of PS3.15 Table E.1-1a
    apply: Callable[["Element", Any], bytes | None]
    reads: bool = False  # the rule looks at the value
    descends: bool = False  # of a sequence, the items are scanned as well
    choose: Callable[["Element", Path, Any], "Rule"] | None = None
    inside: Mapping[int, "Rule | None"] | None = None
    append: Callable[["Element", Any], bytes] | None = None


KEEP: Final = None
"""Stands in a table for a data element that stays and is no sequence."""

DROP: Final = Rule("X", lambda element, instance: b"")
"""Remove, unseen: the scan joins neighbours into one gap."""

DESCEND: Final = Rule("K", lambda element, instance: None, descends=True)
"""Keep a sequence and treat what is in its items."""


class Item(NamedTuple):
    """An item in which something changes; offsets are of the source."""

    start: int
    stop: int  # past its delimitation item, if it has one
    body: int
    end: int  # of the body
    edits: "Edits"


class Element(NamedTuple):
    """A data element that a rule speaks about; offsets are of the source."""

    start: int
    stop: int  # past its sequence delimitation item, if it has one
    body: int
    end: int  # of the value
    tag: int
    vr: str  # "" where the encoding is implicit
    little: bool
    rule: Rule
    value: bytes | None = None
    items: list[Item] | None = None


class Gap(NamedTuple):
    """Neighbouring data elements that go; offsets are of the source."""

    start: int
    stop: int


Edits: TypeAlias = list[Element | Gap]
"""What is not simply kept, in the order of the source."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a source once it has been scanned."""

    transfer_syntax_uid: str
    syntax: Syntax
    meta: Mapping[int, bytes]  # values of the file meta information
    values: Mapping[int, bytes]  # top-level values that rules asked to read


class Instance(Protocol):
    """One instance being de-identified; rules keep here what they agree on."""

    def insert(self, tag: int) -> bytes:
        """Encode the data element that the result must have and the source lacks."""

    def container(self) -> bytes | None:
        """Encode preamble, prefix and file meta information; None keeps the old."""

    def row(self, counts: dict[str, int]) -> Row:
        """Tell what was done."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The compiled rules.

    A tag that `rules` does not list gets `private` in an odd group, else what
    `unlisted` says. `inserts` are tags, in order, that the top level of every result
    holds; each has a rule of its own, so that the engine sees those already present.
    """

    rules: Mapping[int, Rule | None]
    private: Rule | None
    unlisted: Callable[[int], Rule | None]
    inserts: tuple[int, ...]
    begin: Callable[[Header], Instance | Rejected]
