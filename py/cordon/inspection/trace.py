"""What the rules decide on one instance, noted while the engine runs them.

Each rule that decides is put into one that also notes its choice, when and where the
scan asks for it. The constants the scan knows by identity stay what they are: what they
do to a data element shows in the result.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from cordon.core.outcome import Rejected
from cordon.core.profile import (
    BULK,
    CREATOR,
    DESCEND,
    DROP,
    READ,
    Element,
    Find,
    Header,
    Item,
    Path,
    Profile,
    Rule,
)
from cordon.rules.compile import compile_plain
from cordon.rules.descriptions import Reviewed
from cordon.rules.instance import Instance, Run
from cordon.rules.origins import Origin
from cordon.settings import Settings

_CONSTANTS: Final = (BULK, CREATOR, DESCEND, DROP, READ)

Table = Mapping[int, Rule | None]


class Choice(NamedTuple):
    """What a rule decided: the code that is listed, and the one that was chosen."""

    listed: str
    code: str


class Trace:
    """The decisions on one instance, by where a data element or item starts."""

    def __init__(self) -> None:
        self.choices: dict[int, Choice] = {}
        self.removed: set[int] = set()  # items that go as a whole
        self.instance: Instance | None = None
        self.rejected: Rejected | None = None
        self.masked = False  # bits of each pixel are cleared


class Traced:
    """A profile that traces what it decides; `trace` is of the instance at hand."""

    def __init__(
        self, settings: Settings, key: bytes, reviewed: Reviewed | None = None
    ) -> None:
        self.settings = settings
        self.trace = Trace()
        profile, self.origins = compile_plain(settings, key, reviewed, self._begin)
        self.rules = profile.rules
        self._made: dict[int, tuple[Rule, Rule]] = {}
        self._tables: dict[int, _Table] = {}
        self.profile = profile._replace(
            rules=self._table(profile.rules),
            block=self._block(profile),
        )

    def origin(self, tag: int, table: Table, around: Origin) -> Origin:
        """Tell where the rule of a tag comes from, in a sequence with its own table.

        What differs there from the outermost table is so because of the sequence.
        """
        if tag in table and _sense(table[tag]) != _sense(self.rules.get(tag)):
            return around
        if tag in self.origins:
            return self.origins[tag]
        if tag >> 16 & 1:
            return Origin("private")
        if not tag & 0xFFFF or tag >> 16 in (0x0000, 0x0002, 0x0004):
            return Origin("group")
        return Origin("dictionary" if tag in table else "unknown")

    def _begin(self, header: Header, run: Run) -> "Instance | Rejected":
        instance = Instance(header, run)
        if reason := instance.refused():
            self.trace.rejected = Rejected(reason)
        self.trace.instance = instance
        self.trace.masked = bool(instance.mask)
        watched: Any = _Watched(instance, self.trace)
        return watched  # type: ignore[no-any-return]

    def _block(self, profile: Profile) -> Any:
        if (block := profile.block) is None:
            return None
        return lambda *what: self._noting(block(*what))

    def _table(self, table: Table) -> "_Table":
        if id(table) not in self._tables:
            self._tables[id(table)] = _Table(table, self)
        return self._tables[id(table)]

    def _noting(self, rule: Rule | None) -> Rule | None:
        """Give a rule that notes what this one decides."""
        if rule is None or any(rule is constant for constant in _CONSTANTS):
            return rule
        made = self._made.get(id(rule))
        if made is None:
            made = rule, self._make(rule)
            self._made[id(rule)] = made  # with the rule, so that its id stays its own
        return made[1]

    def _make(self, rule: Rule) -> Rule:
        def choose(element: Element, path: Path, instance: Any) -> Rule:
            chosen = rule.choose(element, path, instance) if rule.choose else rule
            self.trace.choices[element.start] = Choice(rule.code, chosen.code)
            return chosen

        return rule._replace(
            choose=choose,
            inside=None if rule.inside is None else self._table(rule.inside),
            otherwise=self._noting(rule.otherwise),
        )


class _Table(Table):
    """A table of rules that note what they decide, each made when it is asked for."""

    def __init__(self, table: Table, traced: Traced) -> None:
        self._rules = table
        self._noting = traced._noting

    def __getitem__(self, tag: int) -> Rule | None:
        return self._noting(self._rules[tag])

    def __iter__(self) -> Iterator[int]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


class _Watched:
    """An instance whose verdicts are noted instead of followed."""

    mask = b""  # pixels are not looked at here

    def __init__(self, instance: Instance, trace: Trace) -> None:
        self._instance = instance
        self._trace = trace

    def __getattr__(self, name: str) -> Any:
        return getattr(self._instance, name)

    def enter(self, sequence: Element, item: Item) -> "_Watched | None":
        inner = self._instance.enter(sequence, item)
        if inner is None:
            self._trace.removed.add(item.start)
            return None
        return _Watched(inner, self._trace)

    def judge(self, finds: list[Find]) -> None:
        rejected = self._instance.judge(finds)
        self._trace.rejected = self._trace.rejected or rejected


def _sense(rule: Rule | None) -> object:
    """Give what makes a rule what it is, but for how it is asked."""
    if rule is None or (rule.code == "K" and rule.choose is None and not rule.append):
        return "K"
    return rule.code, rule.apply, rule.choose
