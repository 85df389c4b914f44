"""The engine in a web worker: JavaScript calls in, plain objects go out.

Exceptions are caught here and told by type and place only: Pyodide would hand
JavaScript the whole traceback, and messages quote their arguments.
"""

import json
import sys
from collections.abc import Callable
from typing import Any, Final

import pyodide
from js import Object
from pyodide.ffi import JsBuffer, JsException, JsProxy, to_js

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Profile
from cordon.core.span import Span
from cordon.core.splice import FIRST_READ, run, splice
from cordon.drivers.failure import place
from cordon.drivers.reports import FORMATS, Written
from cordon.mapping import HEAD, Originals
from cordon.media import records
from cordon.media.archive import method_for, pack
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

LEVEL: Final = 1
"""Deflate level: the higher ones cost several times as much for a few per cent."""

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
    for format_ in FORMATS:
        Written(format_, "{}", {}).close()


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


def report(format_: str, settings: str, browser: str) -> Written:
    """Begin a report on a run; `settings` is JSON, `browser` what it calls itself."""
    python = sys.version.split()[0]
    versions = {"browser": browser, "pyodide": pyodide.__version__, "python": python}
    return Written(format_, settings, versions)


def engine(
    settings: str, key: JsBuffer
) -> Callable[[int, Read, Write | None, bool], Any]:
    """Make the function that de-identifies instances.

    `settings` is JSON, `key` 32 bytes.
    """
    profile = compile_profile(read_settings(json.loads(settings)), key.to_bytes())

    def deidentify(
        size: int, read: Read, write: Write | None = None, identify: bool = False
    ) -> Any:
        """Reply for a source of `size` bytes.

        `read` gives the bytes from a start to a stop. With `write` the result goes
        there as the data of a ZIP member, else the reply has its segments. To
        `identify` is to tell which original ID became which new one, and nothing else.
        """
        source = _Source(size, read, whole=write is not None and size <= WHOLE)
        try:
            if identify:
                reply = _identified(profile, source)
            else:
                reply = _reply(profile, source, write)
        except InstanceError as error:
            reply = {"type": "unreadable", "code": error.code, "offset": error.offset}
        except JsException:
            # changed, moved or withdrawn while it was read
            reply = {"type": "unreadable", "code": "source-lost", "offset": source.at}
        except Exception as error:
            name = type(error).__name__
            reply = {"type": "failed", "error": name, "where": place(error)}
        return to_js(reply, dict_converter=Object.fromEntries)

    return deidentify


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


def _identified(profile: Profile, source: _Source) -> dict[str, Any]:
    originals = Originals()
    outcome = run(splice(source.size, originals.noting(profile)), source.read)
    if isinstance(outcome, Rejected):
        return {"type": "rejected", "reason": outcome.reason, "notes": []}
    return {"type": "identified", "head": HEAD, "lines": originals.lines(outcome)}


def _reply(profile: Profile, source: _Source, write: Write | None) -> dict[str, Any]:
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
    if write is None:
        reply["segments"] = _segments(outcome)
    else:
        method = method_for(outcome.row.transfer_syntax_uid)
        member = pack(
            outcome.segments,
            source.read,
            lambda data: write(to_js(data)),
            method,
            LEVEL,
        )
        reply["member"] = member._asdict()
    return reply


def _packed(entry: Entry) -> str:
    """Pack an entry into one string, which JavaScript keeps and does not look into."""
    record, *keys = entry
    return json.dumps([record, *(key.decode("latin-1") for key in keys)])


def _segments(outcome: Deidentified) -> list[Any]:
    return [
        segment._asdict() if isinstance(segment, Span) else segment
        for segment in outcome.segments
    ]
