"""Settings are what the schema says, and nothing else is read."""

import pickle
from typing import get_args, get_type_hints

import pytest

from cordon.settings import Settings, SettingsError, read_settings, schema

PROPERTIES = schema()["properties"]
BOOLEANS = [key for key, rule in PROPERTIES.items() if rule["type"] == "boolean"]
CHOICES = [key for key, rule in PROPERTIES.items() if rule["type"] == "string"]

# PS3.15 E.3 and CID 7050
OPTIONS = {
    "clean_graphics": ("E.3.3", "113103"),
    "clean_structured_content": ("E.3.4", "113104"),
    "clean_descriptors": ("E.3.5", "113105"),
    "retain_longitudinal": ("E.3.6", "113106", "113107"),
    "retain_patient_characteristics": ("E.3.7", "113108"),
    "retain_device_identity": ("E.3.8", "113109"),
    "retain_uids": ("E.3.9", "113110"),
    "retain_safe_private": ("E.3.10", "113111"),
    "retain_institution_identity": ("E.3.11", "113112"),
}


def refusal(values: dict) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_settings(values)
    return caught.value


def test_schema_and_class_agree_in_names_order_and_defaults() -> None:
    defaults = [
        (key, tuple(rule["default"]) if rule["type"] == "array" else rule["default"])
        for key, rule in PROPERTIES.items()
    ]
    found = list(Settings._field_defaults.items())
    assert found == defaults
    assert [type(default) for _, default in found] == [type(d) for _, d in defaults]


def test_schema_and_class_agree_in_types() -> None:
    for name, type_ in get_type_hints(Settings).items():
        rule = PROPERTIES[name]
        if rule["type"] == "string":
            assert list(get_args(type_)) == rule["enum"]
        else:
            expected = {"boolean": bool, "array": tuple[str, ...]}[rule["type"]]
            assert type_ == expected


def test_the_schema_says_all_of_each_setting() -> None:
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema()["additionalProperties"] is False
    for key, rule in PROPERTIES.items():
        assert {"type", "default", "title", "description"} <= set(rule)
        if key == "replacements":
            assert rule["items"] == {"type": "string"}
        else:
            assert rule["enum"][0] is rule["default"] or rule["type"] == "string"
            assert rule["enum"][0] == rule["default"]


@pytest.mark.parametrize("key", PROPERTIES)
def test_an_option_names_its_section_and_codes_and_nothing_else_does(key: str) -> None:
    words = PROPERTIES[key]["description"].replace("(", " ").replace(")", " ")
    named = [
        word.strip(".,:;") for word in words.split() if word.startswith(("E.3", "1131"))
    ]
    assert named == list(OPTIONS.get(key, ()))


def test_without_values_the_defaults_hold() -> None:
    assert read_settings({}) == Settings()


@pytest.mark.parametrize("key", BOOLEANS + CHOICES)
def test_every_value_of_the_enum_is_read(key: str) -> None:
    for value in PROPERTIES[key]["enum"]:
        assert getattr(read_settings({key: value}), key) is value


def test_replacements_become_a_tuple_in_their_order() -> None:
    read = read_settings({"replacements": ["PatientName=B", "PatientID=A"]})
    assert read.replacements == ("PatientName=B", "PatientID=A")
    assert read_settings({"replacements": []}) == Settings()


def test_settings_cannot_be_changed_and_have_no_other_fields() -> None:
    settings = Settings()
    with pytest.raises(AttributeError):
        settings.sweep = "off"  # type: ignore[misc]
    assert not hasattr(settings, "__dict__")


@pytest.mark.parametrize("key", ["", "Delete_private", "delete-private", "burnedin"])
def test_an_unknown_key_is_refused_and_the_known_ones_named(key: str) -> None:
    error = refusal({"sweep": "off", key: True})
    assert error.key == key
    assert all(known in error.reason for known in PROPERTIES)


@pytest.mark.parametrize("value", [0, 1, "true", "", None, [], [True], {}, 1.0])
@pytest.mark.parametrize("key", BOOLEANS)
def test_a_boolean_is_true_or_false_and_nothing_alike(key: str, value: object) -> None:
    error = refusal({key: value})
    assert (error.key, error.reason) == (key, "must be true or false")


@pytest.mark.parametrize("value", [True, False, 0, None, "", "Off", "off ", ["off"]])
@pytest.mark.parametrize("key", CHOICES)
def test_a_choice_is_one_of_the_enum(key: str, value: object) -> None:
    error = refusal({key: value})
    assert error.key == key
    assert error.reason == "must be one of " + ", ".join(PROPERTIES[key]["enum"])


@pytest.mark.parametrize(
    "value",
    ["PatientName=X", None, {}, 1, ("PatientName=X",), [1], ["A=B", None], [[]]],
)
def test_replacements_are_a_list_of_strings(value: object) -> None:
    error = refusal({"replacements": value})
    assert (error.key, error.reason) == ("replacements", "must be a list of strings")


def test_an_error_says_key_and_reason_and_survives_pickling() -> None:
    error = SettingsError("sweep", "must be this")
    assert isinstance(error, ValueError)
    assert str(error) == "sweep: must be this"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (again.key, again.reason) == ("sweep", "must be this")
