"""One instance under the Basic Profile: what its rules share.

It begins once the whole header is known, so a rule may depend on any of it.
"""

from collections.abc import Mapping
from typing import Final

from cordon.core.outcome import Rejected, Row
from cordon.core.profile import Header
from cordon.rules import containers
from cordon.rules.pseudonyms import Pseudonyms

SOP_CLASS_UID: Final = 0x00080016
SOP_INSTANCE_UID: Final = 0x00080018
PATIENT_NAME: Final = 0x00100010
PATIENT_ID: Final = 0x00100020
STUDY_INSTANCE_UID: Final = 0x0020000D
SERIES_INSTANCE_UID: Final = 0x0020000E
MEDIA_STORAGE_DIRECTORY: Final = b"1.2.840.10008.1.3.10"


class BasicInstance:
    """An instance being de-identified; see `cordon.core.profile.Instance`."""

    def __init__(
        self, header: Header, pseudonyms: Pseudonyms, iods: Mapping[str, str]
    ) -> None:
        self.pseudonyms = pseudonyms
        self._header = header
        values, meta = header.values, header.meta
        self.sop_class_uid = _text(values, SOP_CLASS_UID) or _text(
            meta, containers.MEDIA_STORAGE_SOP_CLASS_UID
        )
        self.iod = iods.get(self.sop_class_uid.decode("latin-1"))
        self._sop_instance_uid = pseudonyms.uid(
            _text(values, SOP_INSTANCE_UID)
            or _text(meta, containers.MEDIA_STORAGE_SOP_INSTANCE_UID)
        )
        self._name = _text(values, PATIENT_NAME)
        self._patient = pseudonyms.patient(_text(values, PATIENT_ID) or self._name)

    def patient_of(self, identity: bytes) -> bytes:
        """Give the pseudonym for a Patient ID or a Patient's Name, here or nested."""
        if identity.strip(b"\0 ") == self._name:
            return self._patient
        return self.pseudonyms.patient(identity)

    def insert(self, tag: int) -> bytes:
        """Encode a marker that the source lacks."""
        return containers.marker(tag, *self._header.syntax)

    def container(self) -> bytes:
        """Encode preamble, prefix and file meta information."""
        return containers.file_meta(
            self.sop_class_uid, self._sop_instance_uid, self._header.transfer_syntax_uid
        )

    def row(self, counts: dict[str, int]) -> Row:
        """Tell what was done."""
        values, uid = self._header.values, self.pseudonyms.uid
        return Row(
            sop_class_uid=self.sop_class_uid.decode("latin-1"),
            transfer_syntax_uid=self._header.transfer_syntax_uid,
            patient=self._patient.decode(),
            study_instance_uid=uid(_text(values, STUDY_INSTANCE_UID)).decode(),
            series_instance_uid=uid(_text(values, SERIES_INSTANCE_UID)).decode(),
            sop_instance_uid=self._sop_instance_uid.decode(),
            counts=counts,
        )


def begin(
    header: Header, pseudonyms: Pseudonyms, iods: Mapping[str, str]
) -> BasicInstance | Rejected:
    """Begin an instance, unless it must not be released.

    `iods` gives the IOD of a SOP Class UID.
    """
    instance = BasicInstance(header, pseudonyms, iods)
    if instance.sop_class_uid == MEDIA_STORAGE_DIRECTORY:
        # PS3.15 E.1.1: the original DICOMDIR must not stay with the result
        return Rejected("dicomdir")
    return instance


def _text(values: Mapping[int, bytes], tag: int) -> bytes:
    return values.get(tag, b"").strip(b"\0 ")
