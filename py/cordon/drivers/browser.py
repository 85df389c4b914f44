"""The engine in a web worker: JavaScript calls in, plain objects go out.

Exceptions are caught here and told by type and place only: Pyodide would hand
JavaScript the whole traceback, and messages quote their arguments.
"""

import json
import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, NamedTuple

import pyodide
from js import Object
from pyodide.ffi import JsBuffer, JsException, JsProxy, to_js

from cordon.core.errors import InstanceError
from cordon.core.outcome import Deidentified, Rejected
from cordon.core.profile import Profile
from cordon.core.span import Segment, Span, size_of
from cordon.core.splice import FIRST_READ, run, splice
from cordon.drivers.failure import place
from cordon.drivers.reports import FORMATS, Written
from cordon.inspection.inspect import inspect
from cordon.inspection.trace import Traced
from cordon.mapping import HEAD, Originals
from cordon.media import records
from cordon.media.archive import DEFLATED, STORED, method_for, pack
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

GIANT: Final = 1 << 24
"""Bytes of a result from which it is packed in parts, on demand."""

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
    for format_ in FORMATS:
        Written(format_, "{}", {}).close()


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
    return _plain(check.record(chosen, check.self_test(chosen, key.to_bytes())))


def certificate_head(settings: str) -> Any:
    """Tell what a certificate says besides files and numbers."""
    return _plain(versions(read_settings(json.loads(settings))))


def report(format_: str, settings: str, browser: str) -> Written:
    """Begin a report on a run; `settings` is JSON, `browser` what it calls itself."""
    python = sys.version.split()[0]
    environment = {
        "browser": browser,
        "pyodide": pyodide.__version__,
        "python": python,
    }
    return Written(format_, settings, environment)


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

    def takes(self, outcome: Deidentified) -> bool:
        """Tell whether a result is packed here, as a whole: giants are not held."""
        deflates = self.method(outcome) == DEFLATED
        elsewhere = self.elsewhere and deflates
        return not elsewhere and size_of(outcome.segments) < GIANT


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

    def packed() -> dict[str, Any]:
        give = _give(write)
        member = pack(plain, source.read, give, method, level, last=last)
        return {"type": "packed", **member._asdict()}

    return _plain(_caught(source, packed))


def digest(opened: JsProxy) -> Any:
    """Reply with the SHA-256 of an opened source; see `_told`."""
    return _plain(_told(opened, False, _digested))


def engine(settings: str, key: JsBuffer, reviewed: str) -> Callable[..., Any]:
    """Make the function that de-identifies instances.

    `settings` and `reviewed` are JSON, `key` is 32 bytes.
    """
    chosen = read_settings(json.loads(settings))
    profile = compile_profile(chosen, key.to_bytes(), read_reviewed(reviewed))

    def deidentify(
        opened: JsProxy,
        write: Write,
        packing: JsProxy | None = None,
        digest: bool = False,
        identify: bool = False,
    ) -> Any:
        """Reply for an opened source; see `_told`.

        With `packing` the result goes to `write` as the data of a ZIP member, unless it
        is a giant or somebody else's to deflate; else the reply has its segments, or, of
        what is no slice of a file, the plain result goes to `write`. With `digest` the
        reply has its SHA-256. To `identify` is to tell which original ID became which
        new one, and nothing else.
        """
        as_member = packing and Packing(packing.level, packing.again, packing.elsewhere)
        whole = as_member is not None and opened.size <= WHOLE

        def answer(source: _Source | _Member) -> dict[str, Any]:
            if identify:
                return _identified(profile, source)
            seen = sha256() if digest else None
            see = seen.update if seen else None
            target = _Target(write, as_member, opened.sliced, see)
            reply = _reply(profile, source, target)
            if seen and reply["type"] == "deidentified":
                reply["sha256"] = seen.hexdigest()
            return reply

        return _plain(_told(opened, whole, answer))

    return deidentify


def viewer(settings: str, key: JsBuffer) -> Callable[[str, JsProxy], Any]:
    """Make the function that tells where instances belong, before they are run."""
    retains = read_settings(json.loads(settings)).retain_uids
    view = View(Pseudonyms(key.to_bytes()), retains)

    def look(what: str, opened: JsProxy) -> Any:
        """Reply to the request to `survey` a directory or to `glance` at an instance."""
        seen = _surveyed if what == "survey" else _glanced
        return _plain(_told(opened, False, lambda one: seen(view, one)))

    return look


def inspector(settings: str, key: JsBuffer, reviewed: str) -> Callable[[JsProxy], str]:
    """Make the function that shows what would become of instances, and why.

    Takes what `engine` does. The reply is JSON: it may have thousands of rows.
    """
    chosen = read_settings(json.loads(settings))
    traced = Traced(chosen, key.to_bytes(), read_reviewed(reviewed))

    def reply(source: "_Source | _Member") -> dict[str, Any]:
        return {"type": "inspected", **inspect(traced, source.size, source.read)}

    def look(opened: JsProxy) -> str:
        return json.dumps(_told(opened, False, reply))

    return look


def _told(
    opened: JsProxy,
    whole: bool,
    answer: Callable[["_Source | _Member"], dict[str, Any]],
) -> dict[str, Any]:
    """Give an answer about a source, or say why there is none.

    What is `opened` has a `size` and `read`, which gives the bytes from a start to a
    stop. If the source is a member of an archive, `packed` is what that says of it and
    `read` gives bytes of the archive; `other` gives the member's, where JavaScript had
    to unpack it.
    """
    source = _Source(opened.size, opened.read, whole)

    def reply() -> dict[str, Any]:
        packed = opened.packed
        if packed is None:
            return answer(source)
        return answer(_Member(packed, opened.read, opened.other))

    return _caught(source, reply)


def _caught(source: "_Source", reply: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Give a reply, or say what went wrong."""
    try:
        return reply()
    except InstanceError as error:
        return {"type": "unreadable", "code": error.code, "offset": error.offset}
    except JsException as error:
        # a reader's want of memory; all else: changed, moved or withdrawn while read
        if error.name == "RangeError":
            return {"type": "failed", "error": error.name, "where": place(error)}
        return {"type": "unreadable", "code": "source-lost", "offset": source.at}
    except Exception as error:
        name = type(error).__name__
        return {"type": "failed", "error": name, "where": place(error)}


def _give(write: Write | None) -> Write:
    """Hand bytes over to JavaScript, or to nobody."""
    return (lambda data: write(to_js(data))) if write else len


def _plain(reply: dict[str, Any]) -> Any:
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


class _Target(NamedTuple):
    """What a result is wanted as, and who sees it."""

    write: Write
    packing: Packing | None
    sliced: bool
    see: Write | None


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


def _identified(profile: Profile, source: _Source | _Member) -> dict[str, Any]:
    originals = Originals()
    outcome = run(splice(source.size, originals.noting(profile)), source.read)
    if isinstance(outcome, Rejected):
        return {"type": "rejected", "reason": outcome.reason, "notes": []}
    return {"type": "identified", "head": HEAD, "lines": originals.lines(outcome)}


def _reply(
    profile: Profile, source: _Source | _Member, target: _Target
) -> dict[str, Any]:
    outcome = run(splice(source.size, profile, source.first_read), source.read)
    if isinstance(outcome, Rejected):
        return _rejected(outcome)
    reply: dict[str, Any] = {
        "type": "deidentified",
        "name": file_id(outcome.row),
        "entry": _packed(records.entry(outcome)),
        "row": {
            **outcome.row._asdict(),
            "notes": [note._asdict() for note in outcome.row.notes],
        },
    }
    packing, see = target.packing, target.see
    method = packing.method(outcome) if packing else STORED
    if packing:
        reply["method"] = method
    if packing and packing.takes(outcome):
        reply["member"] = _written(outcome, source, target, method)
    elif target.sliced:
        reply["segments"] = _segments(outcome, source.start or 0)
        if see:  # packed for nobody, to be seen
            pack(outcome.segments, source.read, len, STORED, 0, see)
    else:
        reply["plain"] = _written(outcome, source, target, STORED)
    source.finish()
    return reply


def _written(
    outcome: Deidentified, source: _Source | _Member, target: _Target, method: int
) -> dict[str, Any]:
    give = _give(target.write)
    level = target.packing.level if target.packing else 0
    return pack(
        outcome.segments, source.read, give, method, level, target.see
    )._asdict()


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
