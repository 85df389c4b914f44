"""What a user may choose, read from plain values.

The one list of settings is `settings.schema.json`; the fields below repeat its names
and defaults for the type checker, and a test holds the two equal.
"""

import json
from collections.abc import Mapping
from functools import cache
from pkgutil import get_data
from typing import Any, Final, Literal, NamedTuple


class Settings(NamedTuple):
    """The settings of a run; without any it follows the Basic Profile."""

    delete_private: bool = True
    delete_unknown: bool = True
    retain_longitudinal: Literal["off", "full", "modified"] = "off"
    retain_patient_characteristics: bool = False
    retain_device_identity: bool = False
    retain_uids: bool = False
    retain_safe_private: bool = False
    retain_institution_identity: bool = False
    clean_graphics: bool = False
    clean_structured_content: bool = False
    clean_descriptors: bool = False
    replacements: tuple[str, ...] = ()
    allow_deviation: bool = False
    burned_in: Literal["warn", "reject", "ignore"] = "warn"
    sweep: Literal["reject", "warn", "off"] = "reject"


class Why(NamedTuple):
    """A reason to be put into words: of which entry, a code, and what is named."""

    entry: str
    code: str
    named: Mapping[str, str]


class SettingsError(ValueError):
    """A setting that cannot be followed: which one, and why, in English.

    The reason may quote the setting, and never quotes a file. For other languages `why`
    has it in parts, if anybody but a programmer may meet it.
    """

    def __init__(self, key: str, reason: str, why: Why | None = None) -> None:
        super().__init__(key, reason)
        self.key = key
        self.reason = reason
        self.why = why

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}"


_TYPES: Final = {"boolean": bool, "string": str, "array": list}


def read_settings(values: Mapping[str, object]) -> Settings:
    """Make settings of `values`, which may leave some out."""
    properties = schema()["properties"]
    checked: dict[str, Any] = {}
    for key, value in values.items():
        if key not in properties:
            allowed = ", ".join(properties)
            raise SettingsError(str(key), f"is not a setting; there are {allowed}")
        if not _fits(value, properties[key]):
            raise SettingsError(key, f"must be {_allowed(properties[key])}")
        checked[key] = tuple(value) if isinstance(value, list) else value
    return Settings(**checked)


@cache
def schema() -> Mapping[str, Any]:
    """Read the JSON Schema of the settings."""
    found: dict[str, Any] = json.loads(
        get_data("cordon", "settings.schema.json") or b""
    )
    return found


def _fits(value: object, rule: Mapping[str, Any]) -> bool:
    """Tell whether a value has the type, the items and one of the choices of `rule`."""
    if not isinstance(value, _TYPES[rule["type"]]):
        return False
    if isinstance(value, list):
        return all(_fits(item, rule["items"]) for item in value)
    return "enum" not in rule or value in rule["enum"]


def _allowed(rule: Mapping[str, Any]) -> str:
    """Say in words what `rule` allows."""
    if rule["type"] == "array":
        return f"a list of {rule['items']['type']}s"
    if rule["type"] == "boolean":
        return "true or false"
    return "one of " + ", ".join(rule["enum"])
