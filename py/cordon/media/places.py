"""Where instances belong: patient, study and series under their new IDs.

This is what a person reviews before a run. Descriptions, modality and number are as
the source says them, so they are for that person's screen and for nothing else.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from cordon.core.container import DEFLATED
from cordon.core.outcome import Rejected
from cordon.core.profile import DROP, KEEP, READ, Profile, Rule, no_instance
from cordon.core.reading import read_span
from cordon.core.scan import Scan
from cordon.core.span import Span
from cordon.core.splice import begin, inflate
from cordon.rules import charsets
from cordon.rules.charsets import SPECIFIC_CHARACTER_SET
from cordon.rules.containers import MEDIA_STORAGE_SOP_CLASS_UID
from cordon.rules.descriptions import Description, describe
from cordon.rules.instance import (
    MEDIA_STORAGE_DIRECTORY,
    PATIENT_ID,
    PATIENT_NAME,
    SERIES_DESCRIPTION,
    SERIES_INSTANCE_UID,
    STUDY_DESCRIPTION,
    STUDY_INSTANCE_UID,
)
from cordon.rules.pseudonyms import Pseudonyms
from cordon.rules.sweep import own_words_of

MODALITY: Final = 0x00080060
SERIES_NUMBER: Final = 0x00200011

IDENTIFIERS: Final = {
    0x00080050: "identifier",  # Accession Number
    PATIENT_NAME: "name",
    PATIENT_ID: "identifier",
    0x00200010: "identifier",  # Study ID
}
"""What a directory has as well of what must not be in a description, and its kind."""

WANTED: Final = frozenset(
    (
        SPECIFIC_CHARACTER_SET,
        MODALITY,
        STUDY_DESCRIPTION,
        SERIES_DESCRIPTION,
        STUDY_INSTANCE_UID,
        SERIES_INSTANCE_UID,
        SERIES_NUMBER,
        *IDENTIFIERS,
    )
)
"""Attributes that tell the place, all of the top level."""

GLANCE: Final = 1 << 13
"""Bytes of a read: mostly all that is wanted of an instance is in the first."""

Values: TypeAlias = Mapping[int, bytes]


class Place(NamedTuple):
    """A series, and how many instances of it."""

    patient: str
    study: str
    series: str
    modality: str
    number: str
    study_description: Description
    series_description: Description
    instances: int

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            **self._asdict(),
            "study_description": self.study_description._asdict(),
            "series_description": self.series_description._asdict(),
        }


@dataclass(frozen=True, slots=True)
class View:
    """Sees sources as a run under this key will name them."""

    pseudonyms: Pseudonyms
    retain_uids: bool

    def place(
        self, patient: Values, study: Values, series: Values, instances: int
    ) -> Place:
        """Give the place of instances, of what is said of each entity."""
        identity = _text(patient, PATIENT_ID) or _text(patient, PATIENT_NAME)
        own = own_words_of(
            tuple(
                (kind, values[tag], values.get(SPECIFIC_CHARACTER_SET, b""))
                for values in (patient, study)
                for tag, kind in IDENTIFIERS.items()
                if tag in values
            )
        )

        def description(values: Values, tag: int) -> Description:
            character_set = values.get(SPECIFIC_CHARACTER_SET, b"")
            return describe(values.get(tag, b""), character_set, own)

        return Place(
            patient=self.pseudonyms.code(b"patient", identity).decode("latin-1"),
            study=self._uid(study, STUDY_INSTANCE_UID),
            series=self._uid(series, SERIES_INSTANCE_UID),
            modality=charsets.decode(_text(series, MODALITY), b""),
            number=charsets.decode(_text(series, SERIES_NUMBER), b""),
            study_description=description(study, STUDY_DESCRIPTION),
            series_description=description(series, SERIES_DESCRIPTION),
            instances=instances,
        )

    def _uid(self, values: Values, tag: int) -> str:
        uid = _text(values, tag)
        new = uid if self.retain_uids else self.pseudonyms.uid(uid)
        return new.decode("latin-1")


def glance(size: int, view: View) -> Generator[Span, bytes, Place | Rejected]:
    """Give the place of one instance, of which only the beginning is read.

    Raises
    ------
    InstanceError
        The source cannot be read.
    """
    container, window = yield from begin(size, GLANCE)
    sop_class = container.meta.get(MEDIA_STORAGE_SOP_CLASS_UID, b"").strip(b"\0 ")
    if sop_class == MEDIA_STORAGE_DIRECTORY:
        return Rejected("dicomdir")
    base, start = 0, container.data_set
    if container.transfer_syntax_uid in DEFLATED:
        rest = yield from read_span(len(window), size)
        window, start = inflate((window + rest)[start:], start), 0
        size = len(window)
    scan = Scan(_GLANCING, container.syntax, start, size)
    while (need := scan.walk(window, base)) is not None and _PAST not in scan.marks:
        base = need.start
        window = yield from read_span(base, min(size, max(need.stop, base + GLANCE)))
    return view.place(scan.values, scan.values, scan.values, 1)


def _text(values: Values, tag: int) -> bytes:
    return values.get(tag, b"").strip(b"\0 ")


_PAST: Final = max(WANTED) + 1


def _unlisted(tag: int) -> Rule | None:
    return DROP if tag < _PAST else KEEP  # the scan marks where it passes what it keeps


_GLANCING: Final = Profile(
    dict.fromkeys(WANTED, READ), DROP, _unlisted, (_PAST,), no_instance
)
