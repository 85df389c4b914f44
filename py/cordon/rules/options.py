"""The options of PS3.15 E.3: which are used, and what they make of a table's row."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from cordon.settings import Settings


class Option(NamedTuple):
    """An option: its column in the tables, and its code in CID 7050."""

    column: str
    setting: str
    value: bool | str  # of the setting, when the option is used
    code: bytes
    name: str
    section: str

    @property
    def meaning(self) -> str:
        """Give the code meaning, as CID 7050 spells it."""
        return f"{self.name} Option"


OPTIONS: Final = (
    Option(
        "clean_graphics", "clean_graphics", True, b"113103", "Clean Graphics", "E.3.3"
    ),
    Option(
        "clean_structured_content",
        "clean_structured_content",
        True,
        b"113104",
        "Clean Structured Content",
        "E.3.4",
    ),
    Option(
        "clean_descriptors",
        "clean_descriptors",
        True,
        b"113105",
        "Clean Descriptors",
        "E.3.5",
    ),
    Option(
        "retain_longitudinal_full",
        "retain_longitudinal",
        "full",
        b"113106",
        "Retain Longitudinal Temporal Information Full Dates",
        "E.3.6",
    ),
    Option(
        "retain_longitudinal_modified",
        "retain_longitudinal",
        "modified",
        b"113107",
        "Retain Longitudinal Temporal Information Modified Dates",
        "E.3.6",
    ),
    Option(
        "retain_patient_characteristics",
        "retain_patient_characteristics",
        True,
        b"113108",
        "Retain Patient Characteristics",
        "E.3.7",
    ),
    Option(
        "retain_device_identity",
        "retain_device_identity",
        True,
        b"113109",
        "Retain Device Identity",
        "E.3.8",
    ),
    Option("retain_uids", "retain_uids", True, b"113110", "Retain UIDs", "E.3.9"),
    Option(
        "retain_safe_private",
        "retain_safe_private",
        True,
        b"113111",
        "Retain Safe Private",
        "E.3.10",
    ),
    Option(
        "retain_institution_identity",
        "retain_institution_identity",
        True,
        b"113112",
        "Retain Institution Identity",
        "E.3.11",
    ),
)
"""Those that speak of attributes; cleaning of pixels has no column."""


def used(settings: Settings) -> tuple[Option, ...]:
    """List the options that `settings` ask for."""
    return tuple(
        option
        for option in OPTIONS
        if getattr(settings, option.setting) == option.value
    )


def effective(row: Mapping[str, str], options: tuple[Option, ...]) -> str:
    """Give the code of a row: an option overrides the profile (PS3.15 E.1.1)."""
    return decide(row, options)[0]


def decide(
    row: Mapping[str, str], options: tuple[Option, ...]
) -> tuple[str, Option | None]:
    """Give the code of a row, and the option it comes from, if from one.

    Where two options disagree, to clean outranks to keep: it is the duty of the two.
    """
    for code in ("C", "K"):
        for option in options:
            if row.get(option.column) == code:
                return code, option
    return row["basic"], None
