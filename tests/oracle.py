"""What pydicom sees of a result, held against the table of the standard.

Knows the table and pydicom, and nothing of the code under test.
"""

import csv
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pydicom
from pydicom.datadict import dictionary_has_tag, mask_match
from pydicom.dataset import Dataset
from pydicom.tag import Tag

TABLES = Path(__file__).parent.parent / "py" / "cordon" / "rules" / "tables"

PATIENT = (0x00100010, 0x00100020)
MARKERS = (0x00120062, 0x00120063, 0x00120064, 0x00280303)
META = (
    0x00020000,
    0x00020001,
    0x00020002,
    0x00020003,
    0x00020010,
    0x00020012,
    0x00020013,
)
OURS = re.compile(r"2\.25\.[1-9][0-9]{0,38}\Z")
REGISTERED = "1.2.840.10008."


def read(data: bytes) -> Dataset:
    return pydicom.dcmread(io.BytesIO(data), force=True)


@cache
def table(name: str) -> list[dict[str, str]]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@cache
def codes() -> dict[int, str]:
    """Give the action code of each attribute that has one, by tag."""
    found = {
        int(row["tag"], 16): row["basic"]
        for row in table("profile.csv")
        if row["keyword"] and "x" not in row["tag"]
    }
    found |= {
        int(row["tag"], 16): "U" for row in table("uids.csv") if row["action"] == "U"
    }
    found |= {int(row["tag"], 16): row["action"] for row in table("additions.csv")}
    return found


def action(tag: int, path: tuple[int, ...], iod: str | None) -> str:
    """Say what has to happen to an attribute: X, Z, D, U or K."""
    group = tag >> 16
    if group & 1 or group in (0, 2, 4) or group >> 8 in (0x50, 0x60):
        return "X"
    code = codes().get(tag)
    if code is None:
        known = dictionary_has_tag(tag) or mask_match(tag) is not None
        return "K" if known else "X"
    if tag == 0x00700001:
        return "X"  # the module that holds it may be absent
    if iod is None:
        unknown = {"X/Z": "Z", "X/Z/U*": "K"}
        return unknown.get(code, "D" if "/D" in code else code)
    place = ">".join(f"{outer:08X}" for outer in path)
    for row in table("requirements.csv"):
        if int(row["tag"], 16) == tag and row["path"] == place:
            names = row["iods"].split()
            if (iod in names) != (names[0] == "*" and f"!{iod}" not in names):
                return row["action"].replace("U*", "K")
    return {"Z/D": "Z"}.get(code, "X" if code.startswith("X") else code)


def _iod_of(source: Dataset) -> str | None:
    element = source.get_item(0x00080016)
    uid = element.value.decode().strip("\0 ") if element else ""
    uid = uid or source.file_meta.get("MediaStorageSOPClassUID")
    for row in table("sop_classes.csv"):
        if row["sop_class_uid"] == uid:
            return row["iod"]
    return None


def differences(source: Dataset, result: Dataset) -> Iterator[str]:
    """List what the profile does not allow, one line each."""
    yield from _data_set(source, result, (), _iod_of(source))
    for element in result.file_meta:
        if element.tag not in META:
            yield f"{element.tag} in the file meta information"
    if "SOPInstanceUID" in result and (
        result.file_meta.MediaStorageSOPInstanceUID != result.SOPInstanceUID
    ):
        yield "file meta information names another instance"
    if result.get("PatientIdentityRemoved") != "YES":
        yield "not marked as de-identified"
    method = result.DeidentificationMethodCodeSequence
    if "113100" not in [item.get("CodeValue") for item in method]:
        yield "no method code"
    if result.LongitudinalTemporalInformationModified != "REMOVED":
        yield "no word on dates"


def _data_set(
    source: Dataset, result: Dataset, path: tuple[int, ...], iod: str | None
) -> Iterator[str]:
    old, new = raws(source), raws(result)
    if list(old) == sorted(old) and list(new) != sorted(new):
        yield f"{path} is out of order"
    for tag in new:
        if tag not in old and (path or tag not in MARKERS):
            yield f"{path}{tag} was invented"
    for tag in old:
        if path or tag not in MARKERS:
            expected = action(int(tag), path, iod)
            if expected != "X" and tag in new and source[tag].VR == "SQ":
                yield from _sequence(source, result, tag, path, iod, expected)
            else:
                yield from _value(expected, tag, path, old[tag], new.get(tag))


def _value(
    expected: str, tag: Tag, path: tuple[int, ...], old: bytes, new: bytes | None
) -> Iterator[str]:
    what = f"{path}{tag}"
    if expected == "X":
        if new is not None:
            yield f"{what} should be gone"
    elif new is None:
        yield f"{what} is gone"
    elif tag in PATIENT:
        if old.strip(b"\0 ") and not new.startswith(b"P-"):
            yield f"{what} is no pseudonym"
    elif expected == "Z" and new:
        yield f"{what} should be empty"
    elif expected == "D" and (not new or (new == old and len(old) > 2)):
        yield f"{what} should be a dummy"
    elif expected == "U":
        yield from _uids(what, old, new)
    elif expected == "K" and new != old:
        yield f"{what} should be as it was"


def _sequence(
    source: Dataset,
    result: Dataset,
    tag: Tag,
    path: tuple[int, ...],
    iod: str | None,
    expected: str,
) -> Iterator[str]:
    old, new = source[tag].value, result[tag].value
    what = f"{path}{tag}"
    if expected == "Z" and new:
        yield f"{what} should have no items"
    elif expected == "D" and len(new) != 1:
        yield f"{what} should have one dummy item"
    elif expected == "K":
        if len(old) != len(new):
            yield f"{what} should have as many items as before"
            return
        for one, other in zip(old, new, strict=True):
            yield from _data_set(one, other, (*path, int(tag)), iod)


def _uids(what: str, old: bytes, new: bytes) -> Iterator[str]:
    olds, news = (
        [uid.strip("\0 ") for uid in value.decode("latin-1").split("\\")]
        for value in (old, new)
    )
    if len(olds) != len(news):
        yield f"{what} should have as many values as before"
        return
    for one, other in zip(olds, news, strict=True):
        if not one or one.startswith(REGISTERED):
            if one != other:
                yield f"{what} should keep a registered UID"
        elif not OURS.match(other):
            yield f"{what} should be one of our UIDs"


def raws(data_set: Dataset) -> dict[Tag, bytes]:
    """Give the bytes of each value before pydicom converts them; sequences have none."""
    values = ((tag, data_set.get_item(tag).value) for tag in data_set.keys())  # noqa: SIM118 - iterating converts
    return {tag: value if isinstance(value, bytes) else b"" for tag, value in values}


def pixels(data_set: Dataset) -> bytes | None:
    """Give the bytes of the pixel data, if there are any."""
    return data_set.PixelData if "PixelData" in data_set else None


def shape(data_set: Dataset) -> list[tuple[int, str, list]]:
    """List tags and VRs, and the same for each item."""
    return [
        (
            int(element.tag),
            element.VR,
            [shape(item) for item in element.value] if element.VR == "SQ" else [],
        )
        for element in data_set
    ]
