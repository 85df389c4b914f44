"""Rules of which is counted how often an option of PS3.15 E.3 decided on them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cordon.core.profile import DROP, Profile, Rule
from cordon.rules.actions import Table, keep
from cordon.rules.options import OPTIONS
from cordon.rules.origins import Origins
from cordon.rules.private import Block
from cordon.settings import Settings

_CODES: Final = {option.name: option.code.decode() for option in OPTIONS}
_SAFE_PRIVATE: Final = _CODES["Retain Safe Private"]
_STAYS: Final = ("K", "C")
"""Codes of sequences in whose items rules count: what is in others goes with them."""


def counted(profile: Profile, origins: Origins, settings: Settings) -> Profile:
    """Make a profile count what options decide, by their codes in CID 7050.

    `origins` tells where its rules come from.
    """
    by = {
        tag: _CODES[origin.option] for tag, origin in origins.items() if origin.option
    }
    block = profile.block
    if block and settings.retain_safe_private and settings.delete_private:
        block = _counted_block(block)
    return profile._replace(rules=_Counted(by).table(profile.rules), block=block)


class _Counted:
    """Makes tables anew, each once: one may be inside itself."""

    def __init__(self, by: Mapping[int, str]) -> None:
        self._by = by
        self._made: dict[int, dict[int, Rule | None]] = {}

    def table(self, table: Table) -> Table:
        if not self._by:
            return table
        made = self._made.get(id(table))
        if made is None:
            made = self._made[id(table)] = dict(table)
            for tag, rule in table.items():
                if rule is not None and rule.inside and rule.code in _STAYS:
                    made[tag] = rule._replace(inside=self.table(rule.inside))
            for tag in made.keys() & self._by.keys():
                made[tag] = _decided(self._by[tag], made[tag])
        return made


def _decided(by: str, rule: Rule | None) -> Rule:
    return Rule("", keep, by=by, otherwise=rule)


def _counted_block(block: Block) -> Block:
    @lru_cache(maxsize=1 << 14)
    def counting(
        tag: int, creator: bytes | None, found: bytes, declared: bool
    ) -> Rule | None:
        rule = block(tag, creator, found, declared)
        return rule if rule is DROP else _decided(_SAFE_PRIVATE, rule)

    return counting
