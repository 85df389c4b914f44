"""What the engine obeys.

A profile is one flat table from tag to rule, so that the scan asks one question a
data element and interprets nothing. `cordon.rules` fills it; the engine knows only
the shapes below.
"""

from collections.abc import Callable, Mapping
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
    a sequence, if not the profile's; `append` encodes items to add to them; `prunes`
    takes away items of which nothing is left, and the sequence with its last item.
    """

    code: str  # action code of PS3.15 Table E.1-1a
    apply: Callable[["Element", Any], bytes | None]
    reads: bool = False  # the rule looks at the value
    descends: bool = False  # of a sequence, the items are scanned as well
    choose: Callable[["Element", Path, Any], "Rule"] | None = None
    inside: Mapping[int, "Rule | None"] | None = None
    append: Callable[["Element", Any], bytes] | None = None
    prunes: bool = False
    counts: bool = False  # items are listed even if nothing changes in them
    kind: str = ""  # of identifier, if the value must not turn up anywhere else
    otherwise: "Rule | None" = None  # if the VR does not tell and it is no sequence
    declares: bool = False  # what is in the sequence says which blocks are safe
    by: str = ""  # who decided on the rule `otherwise`, of which is counted how often


KEEP: Final = None
"""Stands in a table for a data element that stays and is no sequence."""

DROP: Final = Rule("X", lambda element, instance: b"")
"""Remove, unseen: the scan joins neighbours into one gap."""

DESCEND: Final = Rule("K", lambda element, instance: None, descends=True)
"""Keep a sequence and treat what is in its items."""

BULK: Final = Rule("K", lambda element, instance: None)
"""Keep numbers, however many: they are no text and nobody looks at them."""

READ: Final = Rule("K", lambda element, instance: None, reads=True)
"""Keep a value that is asked for; the scan notes it at the top level, unedited."""

CREATOR: Final = Rule("K", lambda element, instance: None, reads=True)
"""A private creator: it stays if anything of its block does (PS3.5 7.8.1)."""


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


class Find(NamedTuple):
    """Where in the result something is that must not be there."""

    path: Path
    tag: int
    vr: str
    kind: str


class Header(NamedTuple):
    """What is known of a source once it has been scanned."""

    transfer_syntax_uid: str
    syntax: Syntax
    meta: Mapping[int, bytes]  # values of the file meta information
    values: Mapping[int, bytes]  # top-level values that rules asked to read
    edits: Edits


class Instance(Protocol):
    """One instance being de-identified; rules keep here what they agree on."""

    mask: bytes
    """Bits to clear in each pixel, as stored; mostly no byte at all."""

    searches: bool
    """Whether `search` wants to see what is about to be released."""

    known: "Mapping[int, Rule | None]"
    """The sequences there are, to find the way to what a search has found."""

    renews: "frozenset[int]"
    """Tags that `like` looks at, of values that are not the instance's alone."""

    def like(self, values: Mapping[int, bytes], edits: Edits) -> "Instance | None":
        """Give an instance that differs in these top-level values, by tag.

        What is decided on of the rest that differs are `edits`, at the top level. None
        if more has to be known.
        """

    def enter(self, sequence: Element, item: Item) -> "Instance | None":
        """Give what the rules within an item are given; None takes the item away."""

    def touches(self, released: bytes, seams: bytes) -> bool:
        """Tell whether `search` may find more than in what this instance is `like`.

        The `seams` are what differs, with what stands around it up to a NUL.
        """

    def search(self, released: bytes) -> list[tuple[int, str]]:
        """List what must not be in the result: offset and kind."""

    def judge(self, finds: "list[Find]") -> Rejected | None:
        """Decide on release, knowing what was found and where."""

    def insert(self, tag: int) -> bytes:
        """Encode the data element that the result must have and the source lacks."""

    def container(self) -> bytes | None:
        """Encode preamble, prefix and file meta information; None keeps the old."""

    def row(self, counts: dict[str, int]) -> Row:
        """Tell what was done."""


class Profile(NamedTuple):
    """The compiled rules.

    A tag that `rules` does not list gets `private` in an odd group, else what
    `unlisted` says. Where private data elements are not all alike, `block` says what
    one gets, given its tag without the block, the private creator of the block, its VR,
    and whether the instance has declared blocks before. `inserts` are tags, in order,
    that the top level of every result holds; each has a rule of its own, so that the
    engine sees those already present. `tells` are tags whose values in the result the
    outcome has, for who writes a directory of the results.
    """

    rules: Mapping[int, Rule | None]
    private: Rule | None
    unlisted: Callable[[int], Rule | None]
    inserts: tuple[int, ...]
    begin: Callable[[Header], Instance | Rejected]
    block: Callable[[int, bytes | None, bytes, bool], Rule | None] | None = None
    tells: frozenset[int] = frozenset()


def no_instance(header: Header) -> Rejected:
    """Begin nothing: what only looks never comes to it."""
    raise AssertionError("looking begins no instance")


_LEAF: Final = Rule("K", lambda element, instance: None)

EVERYTHING: Final = Profile({}, _LEAF, lambda tag: _LEAF, (), no_instance)
"""Lists each data element; a sequence as a gap, if `rules` does not have it."""
