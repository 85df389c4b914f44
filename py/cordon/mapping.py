"""Which original ID became which new one.

This is the one thing that is told of a run and identifies people, so it is made only
when somebody asks for it, and of what an engine sees anyway. It is a table that may
be opened by a spreadsheet: what one would take for a formula is written as text.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Header, Instance, Profile
from cordon.rules import charsets, containers
from cordon.rules.charsets import SPECIFIC_CHARACTER_SET
from cordon.rules.instance import (
    PATIENT_ID,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
)

HEAD: Final = "id_old,id_new\r\n"

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""


class Originals:
    """The original IDs of one instance, noted while a profile begins it."""

    def __init__(self) -> None:
        self._header: Header | None = None

    def noting(self, profile: Profile) -> Profile:
        """Give a profile that does the same, and notes them."""

        def begin(header: Header) -> Instance | Rejected:
            self._header = header
            return profile.begin(header)

        return profile._replace(begin=begin)

    def lines(self, outcome: Deidentified) -> tuple[str, ...]:
        """List them with what they became, each pair as a line of CSV."""
        pairs = dict.fromkeys(self._pairs(outcome))
        return tuple(_line(old, new) for old, new in pairs if old)

    def _pairs(self, outcome: Deidentified) -> Iterator[tuple[str, str]]:
        if self._header is None:
            return
        values, told = self._header.values, outcome.told
        for tag in (PATIENT_ID, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID):
            yield _text(values, tag), _text(told, tag)
        uid = _text(values, SOP_INSTANCE_UID) or _text(
            self._header.meta, containers.MEDIA_STORAGE_SOP_INSTANCE_UID
        )
        yield uid, outcome.row.sop_instance_uid


def _text(values: Mapping[int, bytes], tag: int) -> str:
    character_set = values.get(SPECIFIC_CHARACTER_SET, b"")
    return charsets.decode(values.get(tag, b""), character_set).strip("\0 ")


def _line(*cells: str) -> str:
    file = io.StringIO()
    csv.writer(file).writerow([_harmless(cell) for cell in cells])
    return file.getvalue()


def _harmless(cell: str) -> str:
    """Write as text what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
