"""The engine in a web worker: JavaScript calls in, plain objects go out.

Exceptions are caught here and told by type and place only: Pyodide would hand
JavaScript the whole traceback, and messages quote their arguments.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from js import Object
from pyodide.ffi import JsBuffer, JsException, JsProxy, to_js

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Profile
from cordon.core.span import Span
from cordon.core.splice import FIRST_READ, run, splice
from cordon.drivers.failure import place
from cordon.media import records
from cordon.media.archive import STORED, method_for, pack
from cordon.media.dicomdir import Directory
from cordon.media.names import file_id
from cordon.media.places import View, glance
from cordon.media.records import Entry
from cordon.media.sample import study
from cordon.media.survey import survey
from cordon.media.unpack import MemberError, Packed, Unpacked, judge
from cordon.report import versions
from cordon.rules import charsets, dictionary, private
from cordon.rules.compile import compile_profile
from cordon.rules.descriptions import read_reviewed
from cordon.rules.directory import record_of
from cordon.rules.keys import PUBLIC, derive_key
from cordon.rules.pseudonyms import KEY_BYTES, Pseudonyms
from cordon.rules.replacements import parse
from cordon.rules.text import clean
from cordon.selftest import check
from cordon.settings import Settings, SettingsError, read_settings, schema

WHOLE: Final = 1 << 23
"""Bytes up to which an instance to be packed is read at once, and only once."""

LEVEL: Final = 1
"""Deflate level: the higher ones cost several times as much for a few per cent."""

PIECE: Final = 1 << 22
"""Bytes that are summed up at once."""

Read = Callable[[int, int], JsBuffer]
Write = Callable[[bytes], object]


def prepare() -> None:
    """Load all that is loaded on demand: a memory snapshot has no files."""
    charsets.load()
    schema()
    private.safe_vrs()
    record_of("")
    clean("nothing", frozenset())
    options: dict[str, object] = {
        key: True
        for key, property_ in schema()["properties"].items()
        if property_["default"] is False
    }
    for settings in (read_settings(options), Settings()):
        compile_profile(settings, bytes(KEY_BYTES))


def directory(entries: JsProxy) -> Any:
    """Make the DICOMDIR for instances, each with its name and its reply's entry."""
    made = Directory()
    for name, entry in entries:
        record, *keys = json.loads(entry)
        made.add(name, Entry(record, *(key.encode("latin-1") for key in keys)))
    return to_js(made.encode())


def attributes() -> str:
    """List the attributes that a replacement may name, as JSON."""
    return json.dumps(dictionary.attributes())


def sample() -> Any:
    """Make a synthetic study: the path and the bytes of each file."""
    return to_js(list(study()))


def refusal(settings: str, reviewed: str) -> Any:
    """Tell which setting of `settings`, JSON, cannot be followed, and why.

    What is `reviewed`, JSON too, counts as a setting.
    """
    try:
        parse(read_settings(json.loads(settings)))
        read_reviewed(reviewed)
    except SettingsError as error:
        refused = {"setting": error.key, "reason": error.reason}
        return to_js(refused, dict_converter=Object.fromEntries)
    return None


def derive(passphrase: str) -> Any:
    """Derive a key from a passphrase, slowly; without one, give everybody's key."""
    return to_js(derive_key(passphrase) if passphrase else PUBLIC)


def acceptable(packed: JsProxy) -> bool:
    """Tell whether a member of an archive may be unpacked, by what is said of it."""
    try:
        judge(_packed_as(packed))
    except MemberError:
        return False
    return True


def self_test(settings: str, key: JsBuffer) -> Any:
    """Make the record of a self-test under `settings`, JSON, and a key of 32 bytes."""
    chosen = read_settings(json.loads(settings))
    made = check.record(chosen, check.self_test(chosen, key.to_bytes()))
    return to_js(made, dict_converter=Object.fromEntries)


def certificate_head(settings: str) -> Any:
    """Tell what a certificate says besides files and numbers."""
    head = versions(read_settings(json.loads(settings)))
    return to_js(head, dict_converter=Object.fromEntries)


def digest(opened: JsProxy) -> Any:
    """Reply with the SHA-256 of an opened source; see `_told`."""
    return _told(opened, False, _digested)


def engine(settings: str, key: JsBuffer, reviewed: str) -> Callable[..., Any]:
    """Make the function that de-identifies instances.

    `settings` and `reviewed` are JSON, `key` is 32 bytes.
    """
    chosen = read_settings(json.loads(settings))
    profile = compile_profile(chosen, key.to_bytes(), read_reviewed(reviewed))

    def deidentify(
        opened: JsProxy,
        write: Write | None = None,
        store: bool = False,
        digest: bool = False,
    ) -> Any:
        """Reply for an opened source; see `_told`.

        With `write` the result goes there as the data of a ZIP member, if need be to
        `store`, else the reply has its segments. With `digest` it has its SHA-256.
        """
        whole = write is not None and opened.size <= WHOLE

        def answer(source: _Source | _Member) -> dict[str, Any]:
            seen = sha256()
            see = seen.update if digest else None
            reply = _reply(profile, source, write, store, see)
            if digest and reply["type"] == "deidentified":
                reply["sha256"] = seen.hexdigest()
            return reply

        return _told(opened, whole, answer)

    return deidentify


def viewer(settings: str, key: JsBuffer) -> Callable[[str, JsProxy], Any]:
    """Make the function that tells where instances belong, before they are run."""
    retains = read_settings(json.loads(settings)).retain_uids
    view = View(Pseudonyms(key.to_bytes()), retains)

    def look(what: str, opened: JsProxy) -> Any:
        """Reply to the request to `survey` a directory or to `glance` at an instance."""
        seen = _surveyed if what == "survey" else _glanced
        return _told(opened, False, lambda one: seen(view, one))

    return look


def _told(
    opened: JsProxy,
    whole: bool,
    answer: Callable[["_Source | _Member"], dict[str, Any]],
) -> Any:
    """Give an answer about a source, or say why there is none.

    What is `opened` has a `size` and `read`, which gives the bytes from a start to a
    stop. If the source is a member of an archive, `packed` is what that says of it and
    `read` gives bytes of the archive; `other` gives the member's, where JavaScript had
    to unpack it.
    """
    source: _Source | _Member = _Source(opened.size, opened.read, whole)
    try:
        if opened.packed is not None:
            source = _Member(opened.packed, opened.read, opened.other)
        reply = answer(source)
    except InstanceError as error:
        reply = {"type": "unreadable", "code": error.code, "offset": error.offset}
    except JsException:
        # changed, moved or withdrawn while it was read
        reply = {"type": "unreadable", "code": "source-lost", "offset": source.at}
    except Exception as error:
        name = type(error).__name__
        reply = {"type": "failed", "error": name, "where": place(error)}
    return to_js(reply, dict_converter=Object.fromEntries)


def _digested(source: "_Source | _Member") -> dict[str, Any]:
    seen = sha256()
    for start in range(0, source.size, PIECE):
        seen.update(source.read(Span(start, min(start + PIECE, source.size))))
    source.finish()
    return {"type": "digested", "sha256": seen.hexdigest()}


def _surveyed(view: View, source: "_Source | _Member") -> dict[str, Any]:
    found = run(survey(source.size, view), source.read)
    places = [one.as_dict() for one in found.places]
    return {"type": "surveyed", "places": places, "faults": found.faults}


def _glanced(view: View, source: "_Source | _Member") -> dict[str, Any]:
    seen = run(glance(source.size, view), source.read)
    if isinstance(seen, Rejected):
        return _rejected(seen)
    return {"type": "glanced", "place": seen.as_dict()}


def _rejected(outcome: Rejected) -> dict[str, Any]:
    notes = [note._asdict() for note in outcome.notes]
    return {"type": "rejected", "reason": outcome.reason, "notes": notes}


class _Source:
    """Reads spans through JavaScript; a crossing costs more than the bytes do."""

    start = 0

    def __init__(self, size: int, read: Read, whole: bool) -> None:
        self.size = size
        self.at = 0
        self.first_read = size if whole else FIRST_READ
        self._read = read
        self._whole: bytes | None = None

    def read(self, span: Span) -> bytes:
        """Give the bytes of `span`."""
        if self._whole is None:
            self.at = span.start
            data: bytes = self._read(span.start, span.stop).to_bytes()
            if span == (0, self.size):
                self._whole = data
            return data
        return self._whole[span.start : span.stop]

    def finish(self) -> None:
        """Have nothing to check: the browser itself refuses a file that has changed."""


class _Member(Unpacked):
    """Reads a member of an archive through JavaScript."""

    at = 0
    first_read = FIRST_READ

    def __init__(self, packed: JsProxy, read: Read, other: Read | None) -> None:
        def get(start: int, stop: int) -> bytes:
            data: bytes = read(start, stop).to_bytes()
            return data

        def unpacked(start: int, stop: int) -> bytes:
            data: bytes = other(start, stop).to_bytes() if other else b""
            return data

        super().__init__(_packed_as(packed), get, unpacked if other else None)


def _packed_as(packed: JsProxy) -> Packed:
    # sizes beyond what JavaScript can count come as floats
    said: dict[str, Any] = {key: int(value) for key, value in packed.to_py().items()}
    return Packed(**said)


def _reply(
    profile: Profile,
    source: _Source | _Member,
    write: Write | None,
    store: bool,
    see: Write | None,
) -> dict[str, Any]:
    outcome = run(splice(source.size, profile, source.first_read), source.read)
    if isinstance(outcome, Rejected):
        return _rejected(outcome)
    reply = {
        "type": "deidentified",
        "name": file_id(outcome.row),
        "entry": _packed(records.entry(outcome)),
        "row": {
            **outcome.row._asdict(),
            "notes": [note._asdict() for note in outcome.row.notes],
        },
    }
    if write is None:
        reply["segments"] = _segments(outcome, source.start or 0)
        if see:  # packed for nobody, to be seen
            pack(outcome.segments, source.read, len, STORED, LEVEL, see)
    else:
        method = STORED if store else method_for(outcome.row.transfer_syntax_uid)
        member = pack(
            outcome.segments,
            source.read,
            lambda data: write(to_js(data)),
            method,
            LEVEL,
            see,
        )
        reply["member"] = member._asdict()
    source.finish()
    return reply


def _packed(entry: Entry) -> str:
    """Pack an entry into one string, which JavaScript keeps and does not look into."""
    record, *keys = entry
    return json.dumps([record, *(key.decode("latin-1") for key in keys)])


def _segments(outcome: Deidentified, start: int) -> list[Any]:
    return [
        Span(segment.start + start, segment.stop + start)._asdict()
        if isinstance(segment, Span)
        else segment
        for segment in outcome.segments
    ]
