"""The engine in a web worker: JavaScript calls in, plain objects go out.

Exceptions are caught here and told by type and place only: Pyodide would hand
JavaScript the whole traceback, and messages quote their arguments.
"""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from js import Object
from pyodide.ffi import JsBuffer, JsException, JsProxy, to_js

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Profile
from cordon.core.span import Segment, Span, size_of
from cordon.core.splice import FIRST_READ, run, splice
from cordon.drivers.failure import place
from cordon.media import records
from cordon.media.archive import DEFLATED, STORED, method_for, pack
from cordon.media.dicomdir import Directory
from cordon.media.names import file_id
from cordon.media.records import Entry
from cordon.rules import charsets, private
from cordon.rules.compile import compile_profile
from cordon.rules.directory import record_of
from cordon.rules.keys import PUBLIC, derive_key
from cordon.rules.pseudonyms import KEY_BYTES
from cordon.rules.replacements import parse
from cordon.rules.text import clean
from cordon.settings import Settings, SettingsError, read_settings, schema

WHOLE: Final = 1 << 23
"""Bytes up to which an instance to be packed is read at once, and only once."""

GIANT: Final = 1 << 24
"""Bytes of a result from which it is packed in parts, on demand."""

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


def refusal(settings: str) -> Any:
    """Tell which setting of `settings`, JSON, cannot be followed, and why."""
    try:
        parse(read_settings(json.loads(settings)))
    except SettingsError as error:
        refused = {"setting": error.key, "reason": error.reason}
        return to_js(refused, dict_converter=Object.fromEntries)
    return None


def derive(passphrase: str) -> Any:
    """Derive a key from a passphrase, slowly; without one, give everybody's key."""
    return to_js(derive_key(passphrase) if passphrase else PUBLIC)


class Packing(NamedTuple):
    """How results become members of an archive."""

    level: int
    """Of deflate, 0 to store."""

    again: bool
    """Whether to deflate pixel data that are compressed already."""

    elsewhere: bool
    """Whether somebody else deflates; what is stored is packed all the same."""

    def method(self, outcome: Deidentified) -> int:
        """Choose the method for a result."""
        if not self.level:
            return STORED
        return DEFLATED if self.again else method_for(outcome.row.transfer_syntax_uid)


def pack_part(
    segments: JsProxy, read: Read, write: Write | None, level: int, last: bool
) -> Any:
    """Sum a part of a result up, and deflate it to `write` if there is one."""
    plain: list[Segment] = [
        Span(segment.start, segment.stop)
        if hasattr(segment, "stop")
        else segment.to_bytes()
        for segment in segments
    ]
    method = STORED if write is None else DEFLATED
    source = _Source(0, read, whole=False)
    give = _give(write)

    def packed() -> dict[str, Any]:
        member = pack(plain, source.read, give, method, level, last)
        return {"type": "packed", **member._asdict()}

    return _told(packed, source)


def engine(settings: str, key: JsBuffer) -> Callable[..., Any]:
    """Make the function that de-identifies instances.

    `settings` is JSON, `key` 32 bytes.
    """
    profile = compile_profile(read_settings(json.loads(settings)), key.to_bytes())

    def deidentify(
        size: int, read: Read, write: Write | None = None, *packing: Any
    ) -> Any:
        """Reply for a source of `size` bytes.

        `read` gives the bytes from a start to a stop. With `write`, and what makes a
        `Packing`, the result goes there as the data of a ZIP member unless it is a
        giant, else the reply has its segments.
        """
        as_member = Packing(*packing) if write else None
        source = _Source(size, read, whole=as_member is not None and size <= WHOLE)
        return _told(lambda: _reply(profile, source, write, as_member), source)

    return deidentify


def _told(work: Callable[[], dict[str, Any]], source: "_Source") -> Any:
    """Do some work, and turn its reply or its error into a plain object."""
    try:
        reply = work()
    except InstanceError as error:
        reply = {"type": "unreadable", "code": error.code, "offset": error.offset}
    except JsException:
        # changed, moved or withdrawn while it was read
        reply = {"type": "unreadable", "code": "source-lost", "offset": source.at}
    except Exception as error:
        name = type(error).__name__
        reply = {"type": "failed", "error": name, "where": place(error)}
    return to_js(reply, dict_converter=Object.fromEntries)


def _give(write: Write | None) -> Write:
    """Hand bytes over to JavaScript, or to nobody."""
    return (lambda data: write(to_js(data))) if write else lambda data: None


class _Source:
    """Reads spans through JavaScript; a crossing costs more than the bytes do."""

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


def _reply(
    profile: Profile, source: _Source, write: Write | None, packing: Packing | None
) -> dict[str, Any]:
    outcome = run(splice(source.size, profile, source.first_read), source.read)
    if isinstance(outcome, Rejected):
        return {
            "type": "rejected",
            "reason": outcome.reason,
            "notes": [note._asdict() for note in outcome.notes],
        }
    reply = {
        "type": "deidentified",
        "name": file_id(outcome.row),
        "entry": _packed(records.entry(outcome)),
        "row": {
            **outcome.row._asdict(),
            "notes": [note._asdict() for note in outcome.row.notes],
        },
    }
    if packing is None:
        return {**reply, "segments": _segments(outcome)}
    method = packing.method(outcome)
    # giants must not be held, not even the bytes that JavaScript would hold for us
    if size_of(outcome.segments) >= GIANT or (packing.elsewhere and method == DEFLATED):
        return {**reply, "segments": _segments(outcome), "method": method}
    give = _give(write)
    member = pack(outcome.segments, source.read, give, method, packing.level)
    return {**reply, "member": member._asdict()}


def _packed(entry: Entry) -> str:
    """Pack an entry into one string, which JavaScript keeps and does not look into."""
    record, *keys = entry
    return json.dumps([record, *(key.decode("latin-1") for key in keys)])


def _segments(outcome: Deidentified) -> list[Any]:
    return [
        segment._asdict() if isinstance(segment, Span) else segment
        for segment in outcome.segments
    ]
