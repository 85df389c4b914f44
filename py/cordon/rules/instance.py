"""One instance being de-identified: what its rules share.

It begins once the whole header is known, so a rule may depend on any of it.
"""

from collections.abc import Container, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from cordon.core import encode
from cordon.core.container import is_uid
from cordon.core.outcome import Note, Rejected, Row, place_of
from cordon.core.profile import Edits, Element, Find, Header, Item, Path, Rule
from cordon.rules import (
    charsets,
    containers,
    documents,
    overlays,
    private,
    replacements,
    review,
    structured,
)
from cordon.rules.charsets import SPECIFIC_CHARACTER_SET
from cordon.rules.containers import Markers
from cordon.rules.descriptions import MAX_DESCRIPTION, Reviewed
from cordon.rules.private import Declared
from cordon.rules.pseudonyms import Pseudonyms
from cordon.rules.replacements import Replacement
from cordon.rules.structured import Concepts, Content
from cordon.rules.sweep import Identifiers, is_date_in_uid, is_number
from cordon.settings import Settings

SOP_CLASS_UID: Final = 0x00080016
SOP_INSTANCE_UID: Final = 0x00080018
PATIENT_NAME: Final = 0x00100010
PATIENT_ID: Final = 0x00100020
STUDY_INSTANCE_UID: Final = 0x0020000D
SERIES_INSTANCE_UID: Final = 0x0020000E
STUDY_DESCRIPTION: Final = 0x00081030
SERIES_DESCRIPTION: Final = 0x0008103E
DESCRIPTIONS: Final = (STUDY_DESCRIPTION, SERIES_DESCRIPTION)
"""What a person may review."""

MEDIA_STORAGE_DIRECTORY: Final = b"1.2.840.10008.1.3.10"


class Run(NamedTuple):
    """What all instances of a run share."""

    settings: Settings
    pseudonyms: Pseudonyms
    markers: Markers
    reviewed_markers: Markers  # of what has a description that was let pass
    iods: Mapping[str, str]  # by SOP Class UID
    known: Mapping[int, Rule | None]  # the sequences there are
    spoken: Mapping[int, Container[str]]  # kinds that are wanted there, by tag
    inserted: Mapping[int, Replacement]  # what a result gets if it lacks it
    concepts: Concepts | None  # None: content items go as a whole
    reviewed: Reviewed


class Instance:
    """An instance being de-identified; see `cordon.core.profile.Instance`."""

    def __init__(self, header: Header, run: Run) -> None:
        self.run = run
        self.pseudonyms = run.pseudonyms
        self.known = run.known
        self.searches = run.settings.sweep != "off"
        self._header = header
        values, meta = header.values, header.meta
        self.sop_class_uid = _uid(values, SOP_CLASS_UID) or _uid(
            meta, containers.MEDIA_STORAGE_SOP_CLASS_UID
        )
        self.iod = run.iods.get(self.sop_class_uid.decode("latin-1"))
        self.character_set = values.get(SPECIFIC_CHARACTER_SET, b"")
        self.mask = b"" if run.settings.clean_graphics else overlays.mask(header)
        uid = _text(values, SOP_INSTANCE_UID) or _text(
            meta, containers.MEDIA_STORAGE_SOP_INSTANCE_UID
        )
        self._uid = self._new(uid)
        self._study_uid = self._new_uid(values, STUDY_INSTANCE_UID)
        self._series_uid = self._new_uid(values, SERIES_INSTANCE_UID)
        self._name = _text(values, PATIENT_NAME)
        self._identity = _text(values, PATIENT_ID) or self._name
        self._patient = self.pseudonyms.code(b"patient", self._identity)
        self._of_series = (  # what a row says in each instance of it
            self.sop_class_uid.decode("latin-1"),
            header.transfer_syntax_uid,
            self._patient.decode("latin-1"),
            self._study_uid,
            self._series_uid,
        )
        self._notes: dict[Note, None] = {}
        self._identifiers = Identifiers(self.pseudonyms.is_ours)
        self._identifiers.gather(header.edits, self.character_set)
        self._content: Content | None = None
        if run.concepts is not None:
            self._content = structured.judge(header.edits, run.concepts)
        # of the content item that the rules are in
        self.item_action = ""
        self.reviewed = self._reviewed() if run.reviewed else {}
        said = any(self.reviewed.values())
        self.markers = run.reviewed_markers if said else run.markers

    # ------------------------------------------------------- what rules ask for

    def patient_of(self, identity: bytes) -> bytes:
        """Give the pseudonym for a Patient ID or a Patient's Name, here or nested."""
        if identity.strip(b"\0 ") == self._name:
            return self._patient
        return self.pseudonyms.code(b"patient", identity)

    @cached_property
    def days(self) -> int:
        """Tell how far the patient's dates are moved."""
        values, pseudonyms = self._header.values, self.pseudonyms
        study = _text(values, STUDY_INSTANCE_UID)
        ours = pseudonyms.is_code(self._identity, b"patient") or pseudonyms.is_uid(
            study
        )
        if not self._identity:
            # who else moved them cannot be told from the new IDs
            ours |= containers.METHOD in values.get(
                containers.DEIDENTIFICATION_METHOD, b""
            )
        if ours and _text(values, containers.LONGITUDINAL_MODIFIED) == b"MODIFIED":
            return 0  # they were moved before
        return pseudonyms.days(self._identity or study)

    @cached_property
    def own(self) -> frozenset[str]:
        """List the words of the instance's own identifiers, casefolded."""
        return self._identifiers.own_words()

    @cached_property
    def declared(self) -> Declared:
        """Tell what the instance says of its private data elements."""
        return private.declared(self._header.edits)

    def refer(self, element: Element) -> bytes | None:
        """Give a Referenced Content Item Identifier's new value."""
        if self._content is None or element.value is None:
            return None
        position = structured.positions_of(element.value, element.little)
        new = self._content.refer(position)
        return structured.encode_position(new, element.little) if new else None

    def document(self) -> bytes:
        """Give the document that stands in for the encapsulated one."""
        mime_type = self._header.values.get(documents.MIME_TYPE, b"")
        return documents.document_for(mime_type) or b""

    def entity(self, name: str, vr: str) -> str:
        """Give the new ID of the patient, study, series or instance, to fit a VR."""
        values = self._header.values
        originals = {
            "patient": self._identity,
            "study": _text(values, STUDY_INSTANCE_UID),
            "series": _text(values, SERIES_INSTANCE_UID),
            "instance": _text(values, SOP_INSTANCE_UID),
        }
        kind, original = name.encode(), originals[name] or b"none"
        if vr == "UI":
            if name == "patient":
                original = b"patient " + original
            elif self.run.settings.retain_uids:
                return original.decode("latin-1")
            return self.pseudonyms.uid(original).decode("latin-1")
        if vr in ("DS", "IS"):
            return self.pseudonyms.number(kind, original, 9).decode()
        code = self.pseudonyms.code(kind, original).decode("latin-1")
        return code.replace("-", "_") if vr == "CS" else code

    def fill(self, replacement: Replacement, little: bool) -> bytes:
        """Encode the value of a replacement for this instance."""
        value = replacements.expand(replacement, self.entity)
        return replacements.encode(replacement.vr, value, little, self._encode_text)

    def description(self, tag: int) -> bytes:
        """Encode what a person wants a description to say, if anything."""
        # without accents it may be longer
        return self._encode_text(self.reviewed.get(tag) or "", MAX_DESCRIPTION)

    def _encode_text(self, text: str, limit: int | None = None) -> bytes:
        value = charsets.encode(text, self.character_set)
        if value is None:
            self._notes[Note("replacement-transliterated")] = None
            value = charsets.plain(text)[:limit]
        return value

    def _reviewed(self) -> dict[int, str | None]:
        """List the descriptions that were reviewed, by tag."""
        reviewed = self.run.reviewed
        uids = {
            STUDY_DESCRIPTION: self._study_uid,
            SERIES_DESCRIPTION: self._series_uid,
        }
        return {tag: reviewed[uid] for tag, uid in uids.items() if uid in reviewed}

    def _new_uid(self, values: Mapping[int, bytes], tag: int) -> str:
        return self._new(_text(values, tag)).decode("latin-1")

    def _new(self, uid: bytes) -> bytes:
        return uid if self.run.settings.retain_uids else self.pseudonyms.uid(uid)

    def note(self, code: str, path: Path, tag: int) -> None:
        """Remember something that a person should know."""
        self._notes[Note(code, place_of(path, tag))] = None

    # --------------------------------------------------- what the engine asks for

    renews = frozenset((SOP_INSTANCE_UID,))

    def like(self, values: Mapping[int, bytes], edits: Edits) -> "Instance | None":
        """Give an instance that differs in these top-level values alone."""
        if self._content is not None and any(
            isinstance(edit, Element) and edit.items for edit in edits
        ):
            return None  # content items are judged together
        identifiers = self._identifiers.also(edits, self.character_set)
        if identifiers is None:
            return None
        other = self._copy()
        other._notes = self._notes.copy()
        other._identifiers = identifiers
        if SOP_INSTANCE_UID in values:
            uid = _text(values, SOP_INSTANCE_UID)
            if not uid:
                return None
            other._uid = self._new(uid)
        return other

    def enter(self, sequence: Element, item: Item) -> "Instance | None":
        """Give the instance as rules see it inside an item; None to remove it."""
        action, character_set = self.item_action, self.character_set
        if self._content is not None and sequence.tag in structured.SEQUENCES:
            if item.start in self._content.removed:
                return None
            action = self._content.actions.get(item.start, "")
        for edit in item.edits:
            if isinstance(edit, Element):
                if edit.tag == SPECIFIC_CHARACTER_SET:
                    character_set = edit.value or b""
                break
        if action == self.item_action and character_set == self.character_set:
            return self
        inner = self._copy()
        inner.item_action, inner.character_set = action, character_set
        return inner

    def _copy(self) -> "Instance":
        other = Instance.__new__(Instance)
        other.__dict__ = self.__dict__.copy()
        return other

    def touches(self, released: bytes, seams: bytes) -> bool:
        """Tell whether a search may find more than in others of a series."""
        return self._identifiers.touches(released, seams)

    def search(self, released: bytes) -> list[tuple[int, str]]:
        """List what must not be in the result."""
        return self._identifiers.search(released)

    def judge(self, finds: list[Find]) -> Rejected | None:
        """Decide on release, knowing what was found and where."""
        settings, spoken = self.run.settings, self.run.spoken
        found = [
            find
            for find in finds
            if find.kind not in spoken.get(find.tag, ()) and not is_number(find)
        ]
        notes = {
            Note(f"residual-{find.kind}", place_of(find.path, find.tag)): None
            for find in found
        }
        # many UIDs hold a date, and whoever keeps them keeps it
        kept = settings.retain_uids and all(map(is_date_in_uid, found))
        if notes and settings.sweep == "reject" and not kept:
            return Rejected("residual", tuple(notes))
        self._notes.update(notes)
        return None

    def insert(self, tag: int) -> bytes:
        """Encode what the result must have and the source lacks."""
        explicit, little = self._header.syntax
        wanted = self.run.inserted.get(tag)
        if tag in DESCRIPTIONS and (tag in self.reviewed or wanted is None):
            text = self.description(tag)
            return encode.element(tag, "LO", text, explicit, little) if text else b""
        if wanted is None:
            return self.markers.encode(tag, explicit, little)
        value = self.fill(wanted, little)
        return encode.element(tag, wanted.vr, value, explicit, little)

    def container(self) -> bytes:
        """Encode preamble, prefix and file meta information."""
        return containers.file_meta(
            self.sop_class_uid, self._uid, self._header.transfer_syntax_uid
        )

    def row(self, counts: dict[str, int]) -> Row:
        """Tell what was done."""
        uid = self._uid.decode("latin-1")
        return Row(*self._of_series, uid, counts, tuple(self._notes))

    # ------------------------------------------------------------------- release

    def refused(self) -> str:
        """Give the reason why this instance must not be released, if there is one."""
        settings, values = self.run.settings, self._header.values
        if self.sop_class_uid == MEDIA_STORAGE_DIRECTORY:
            # PS3.15 E.1.1: the original DICOMDIR must not stay with the result
            return "dicomdir"
        if documents.MIME_TYPE in values and not self.document():
            return "encapsulated-document"
        if self.mask and overlays.is_encapsulated(self._header):
            return "overlay-in-pixel-data"
        if settings.burned_in != "ignore" and review.may_show_text(
            self.sop_class_uid, values
        ):
            if settings.burned_in == "reject":
                return "burned-in"
            self._notes[Note("burned-in")] = None
        return ""


def begin(header: Header, run: Run) -> Instance | Rejected:
    """Begin an instance, unless it must not be released."""
    instance = Instance(header, run)
    reason = instance.refused()
    return Rejected(reason) if reason else instance


def _text(values: Mapping[int, bytes], tag: int) -> bytes:
    return values.get(tag, b"").strip(b"\0 ")


def _uid(values: Mapping[int, bytes], tag: int) -> bytes:
    """Give a UID that is told as it is; none for what is not one."""
    uid = _text(values, tag)
    return uid if is_uid(uid) else b""
