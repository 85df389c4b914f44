"""What must hold of the engine, whatever it is given.

There is an outcome or an `InstanceError`, and all that is told of either follows a
grammar in which no value of an instance has a place.
"""

import re
from functools import cache
from time import process_time

from engine import KEY, assemble, plan

from cordon.core.container import DEFLATED
from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Note, Outcome, Rejected, Row
from cordon.core.profile import Profile
from cordon.core.span import size_of
from cordon.media import names, records
from cordon.rules.compile import compile_profile
from cordon.settings import Settings

SETTINGS = {
    "usual": Settings(),
    "warning": Settings(sweep="warn"),
    "cleaning": Settings(
        sweep="warn",
        retain_longitudinal="modified",
        retain_safe_private=True,
        clean_descriptors=True,
        clean_graphics=True,
        clean_structured_content=True,
    ),
    "keeping": Settings(
        sweep="warn",
        retain_longitudinal="full",
        retain_uids=True,
        delete_private=False,
        delete_unknown=False,
        retain_patient_characteristics=True,
        retain_institution_identity=True,
        retain_device_identity=True,
    ),
}

CODES = {
    "malformed",
    "not-dicom",
    "truncated",
    "unsupported-transfer-syntax",
    "burned-in",
    "dicomdir",
    "encapsulated-document",
    "overlay-in-pixel-data",
    "residual",
}
SECONDS = 5
"""Of a processor, for what is as small as the mutations are."""

_NOTE = re.compile(r"[a-z-]+")
_PLACE = re.compile(r"(\([0-9A-F]{4},[0-9A-F]{4}\)(>(?!$)|$))*")
_ERROR = re.compile(r"[a-z-]+ at byte [0-9]+")
_UID = re.compile(r"[0-9.]{0,64}")
_ANY = re.compile(".*", re.DOTALL)
_NEW_UID = re.compile(r"(2\.25\.[0-9]{1,39})?|1\.2\.840\.10008\.[0-9.]{1,50}")
_PATIENT = re.compile(r"(P-[0-9A-Z]{14})?")
_COUNT = re.compile(r"[CDKUXZ*/]{1,5}|1131\d\d")


@cache
def profile(name: str) -> Profile:
    return compile_profile(SETTINGS[name], KEY)


def withstand(source: bytes, name: str = "usual", first_read: int = 1 << 16) -> str:
    """Give `source` to the engine and judge what it says; gives its code."""
    begun = process_time()
    code = _code(source, name, first_read)
    assert process_time() - begun < SECONDS
    return code


def _code(source: bytes, name: str, first_read: int) -> str:
    try:
        outcome = plan(source, profile(name), first_read)
    except InstanceError as caught:
        error = caught
    else:
        judge(outcome, kept=SETTINGS[name].retain_uids)
        if isinstance(outcome, Rejected):
            return outcome.reason
        assert len(assemble(source, outcome)) == size_of(outcome.segments)
        records.entry(outcome)
        return "deidentified"
    assert error.code in CODES
    assert _ERROR.fullmatch(str(error)), error.code
    assert error.offset <= len(source) or _is_deflated(source)
    return error.code


def _is_deflated(source: bytes) -> bool:
    """Tell whether offsets may be of what is inflated."""
    return any(uid.encode() in source[:2000] for uid in DEFLATED)


def judge(outcome: Outcome, *, kept: bool = False) -> None:
    """See that an outcome tells codes, places and new UIDs alone."""
    if isinstance(outcome, Rejected):
        assert outcome.reason in CODES
        _judge_notes(outcome.notes)
        return
    assert isinstance(outcome, Deidentified)
    _judge_row(outcome.row, _ANY if kept else _NEW_UID)
    assert all(len(part) < 80 for part in names.file_id(outcome.row).split("/"))


def _judge_notes(notes: tuple[Note, ...]) -> None:
    for code, place in notes:
        assert _NOTE.fullmatch(code)
        assert _PLACE.fullmatch(place)


def _judge_row(row: Row, uid: re.Pattern[str]) -> None:
    _judge_notes(row.notes)
    assert _UID.fullmatch(row.sop_class_uid)
    assert _UID.fullmatch(row.transfer_syntax_uid)
    assert _PATIENT.fullmatch(row.patient)
    for one in (
        row.study_instance_uid,
        row.series_instance_uid,
        row.sop_instance_uid,
    ):
        assert uid.fullmatch(one)
    assert all(_COUNT.fullmatch(code) for code in row.counts)
