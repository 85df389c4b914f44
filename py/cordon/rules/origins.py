"""Where the rule of a data element comes from.

Noted while the rules are compiled, for who wants to know: the rules themselves stay as
they are, so that the scan has nothing to carry.
"""

from typing import NamedTuple, TypeAlias


class Origin(NamedTuple):
    """What a rule was made of; `option` is the name of the option that decided."""

    by: str
    option: str = ""


Origins: TypeAlias = dict[int, Origin]
"""By tag; a tag that is missing is in no table, and only in the dictionary."""
