"""The engine in a web worker: what JavaScript calls.

What it opens is read by `browser_sources`, what it is given made by `browser_results`.
"""

import json
import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

import pyodide
from pyodide.ffi import JsBuffer, JsProxy, to_js

from cordon.core.alike import Alike
from cordon.core.outcome import Rejected
from cordon.core.span import Span
from cordon.core.splice import run
from cordon.drivers.browser_results import (
    Packing,
    Target,
    Write,
    deidentified,
    giving,
    identified,
    plain,
    read_entry,
    rejected,
)
from cordon.drivers.browser_sources import (
    Opened,
    Read,
    Source,
    caught,
    packed_as,
    told,
)
from cordon.drivers.reports import FORMATS, Written
from cordon.inspection.inspect import inspect
from cordon.inspection.trace import Traced
from cordon.media.archive import DEFLATED, STORED, pack
from cordon.media.dicomdir import Directory
from cordon.media.places import View, glance
from cordon.media.sample import study
from cordon.media.survey import survey
from cordon.media.unpack import MemberError, judge
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

PIECE: Final = 1 << 22
"""Bytes that are summed up at once."""


def prepare() -> None:
    """Load all that is loaded on demand: a memory snapshot has no files."""
    charsets.load()
    schema()
    private.safe_vrs()
    record_of("")
    dictionary.private_entry_of(0, "")
    clean("/of/patterns t1mprage", frozenset())
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
        made.add(name, read_entry(entry))
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
        why = error.why and error.why._asdict()
        return plain({"setting": error.key, "reason": error.reason, "why": why})
    return None


def derive(passphrase: str) -> Any:
    """Derive a key from a passphrase, slowly; without one, give everybody's key."""
    return to_js(derive_key(passphrase) if passphrase else PUBLIC)


def acceptable(packed: JsProxy) -> bool:
    """Tell whether a member of an archive may be unpacked, by what is said of it."""
    try:
        judge(packed_as(packed))
    except MemberError:
        return False
    return True


def self_test(settings: str, key: JsBuffer) -> Any:
    """Make the record of a self-test under `settings`, JSON, and a key of 32 bytes."""
    chosen = read_settings(json.loads(settings))
    return plain(check.record(chosen, check.self_test(chosen, key.to_bytes())))


def certificate_head(settings: str) -> Any:
    """Tell what a certificate says besides files and numbers."""
    return plain(versions(read_settings(json.loads(settings))))


def report(format_: str, settings: str, browser: str) -> Written:
    """Begin a report on a run; `settings` is JSON, `browser` what it calls itself."""
    python = sys.version.split()[0]
    environment = {
        "browser": browser,
        "pyodide": pyodide.__version__,
        "python": python,
    }
    return Written(format_, settings, environment)


def pack_part(
    size: int, read: Read, write: Write | None, level: int, last: bool
) -> Any:
    """Sum a part of a result up, and deflate it to `write` if there is one."""
    parts = [Span(0, size)]
    method = STORED if write is None else DEFLATED
    source = Source(0, read, whole=False)

    def packed() -> dict[str, Any]:
        member = pack(parts, source.read, giving(write), method, level, last=last)
        return {"type": "packed", **member._asdict()}

    return plain(caught(source, packed))


def digest(opened: JsProxy) -> Any:
    """Reply with the SHA-256 of an opened source; see `told`."""
    return plain(told(opened, False, _digested))


def engine(settings: str, key: JsBuffer, reviewed: str) -> Callable[..., Any]:
    """Make the function that de-identifies instances.

    `settings` and `reviewed` are JSON, `key` is 32 bytes.
    """
    chosen = read_settings(json.loads(settings))
    profile = compile_profile(chosen, key.to_bytes(), read_reviewed(reviewed))
    alike = Alike(profile)

    def deidentify(
        opened: JsProxy,
        write: Write,
        packing: JsProxy | None = None,
        digest: bool = False,
        identify: bool = False,
    ) -> Any:
        """Reply for an opened source; see `told`.

        With `packing` the result goes to `write` as the data of a ZIP member, unless it
        is a giant or somebody else's to deflate; else the reply has its segments, or, of
        what is no slice of a file, the plain result goes to `write`. With `digest` the
        reply has its SHA-256. To `identify` is to tell which original ID became which
        new one, and nothing else.
        """
        as_member = packing and Packing(packing.level, packing.again, packing.elsewhere)
        whole = as_member is not None and opened.size <= WHOLE

        def answer(source: Opened) -> dict[str, Any]:
            if identify:
                return identified(profile, source)
            seen = sha256() if digest else None
            see = seen.update if seen else None
            target = Target(write, as_member, opened.sliced, see)
            reply = deidentified(alike, source, target)
            if seen and reply["type"] == "deidentified":
                reply["sha256"] = seen.hexdigest()
            return reply

        return plain(told(opened, whole, answer))

    return deidentify


def viewer(settings: str, key: JsBuffer) -> Callable[[str, JsProxy], Any]:
    """Make the function that tells where instances belong, before they are run."""
    retains = read_settings(json.loads(settings)).retain_uids
    view = View(Pseudonyms(key.to_bytes()), retains)

    def look(what: str, opened: JsProxy) -> Any:
        """Reply to the request to `survey` a directory or to `glance` at an instance."""
        seen = _surveyed if what == "survey" else _glanced
        return plain(told(opened, False, lambda one: seen(view, one)))

    return look


def inspector(settings: str, key: JsBuffer, reviewed: str) -> Callable[[JsProxy], str]:
    """Make the function that shows what would become of instances, and why.

    Takes what `engine` does. The reply is JSON: it may have thousands of rows.
    """
    chosen = read_settings(json.loads(settings))
    traced = Traced(chosen, key.to_bytes(), read_reviewed(reviewed))

    def reply(source: Opened) -> dict[str, Any]:
        return {"type": "inspected", **inspect(traced, source.size, source.read)}

    def look(opened: JsProxy) -> str:
        return json.dumps(told(opened, False, reply))

    return look


def _digested(source: Opened) -> dict[str, Any]:
    seen = sha256()
    for start in range(0, source.size, PIECE):
        seen.update(source.read(Span(start, min(start + PIECE, source.size))))
    source.finish()
    return {"type": "digested", "sha256": seen.hexdigest()}


def _surveyed(view: View, source: Opened) -> dict[str, Any]:
    found = run(survey(source.size, view), source.read)
    places = [one.as_dict() for one in found.places]
    return {"type": "surveyed", "places": places, "faults": found.faults}


def _glanced(view: View, source: Opened) -> dict[str, Any]:
    seen = run(glance(source.size, view), source.read)
    if isinstance(seen, Rejected):
        return rejected(seen)
    return {"type": "glanced", "place": seen.as_dict()}
