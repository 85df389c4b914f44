"""The command line: flags made from the schema, then one run of the program.

What only some runs need is loaded where it is used: it takes as long as hundreds of
instances.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Final

from cordon.arguments import WRONG, parser
from cordon.certificate import CertificateError, Sign
from cordon.drivers import sources
from cordon.drivers.beside import mapping, reporting, sealing
from cordon.drivers.console import DEBUG, LEVELS, Console
from cordon.drivers.failure import ClusterError, place
from cordon.drivers.files import WriteError
from cordon.drivers.sinks import Archive, SingleFile, Sink, TargetError, Tree
from cordon.drivers.sources import Source, Unlisted
from cordon.drivers.study import Work, deidentify
from cordon.drivers.work import Terms, perform, profile
from cordon.report import FINE, LEFT_OUT, Tally
from cordon.rules import replacements
from cordon.rules.descriptions import read_reviewed
from cordon.rules.keys import PUBLIC, derive_key
from cordon.rules.pseudonyms import KEY_BYTES
from cordon.settings import Settings, SettingsError, read_settings, schema

DONE, STOPPED = 0, 130


class ArgumentError(Exception):
    """An argument that cannot be followed, said without quoting a path."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what `arguments` say; returns the exit code."""
    parse = parser()
    options = parse.parse_args(arguments)
    try:
        settings = _settings(options)
        replacements.parse(settings)
        if options.explain:
            from cordon.rules.explain import explain

            print(explain(settings))
            return DONE
        if options.self_test:
            from cordon.drivers.qualify import qualify

            key = _key(options)
            passed = qualify(settings, key, options.report, options.force)
            return DONE if passed else WRONG
        if options.verify:
            from cordon.drivers.verify import verify

            verbose = LEVELS[options.verbosity] >= DEBUG
            agrees = verify(options.verify, options.seal, options.signer, verbose)
            return DONE if agrees else WRONG
        with _interruptible():
            return _run(options, settings)
    except _WRONG as error:
        parse.error(str(error))
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # who read the output has gone; nothing more can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WRONG
    except Exception as error:  # its message may quote what it should not
        told = f"{type(error).__name__} in {place(error)}"
        parse.exit(WRONG, f"cordon: failed: {told}; please report this\n")


_WRONG: Final = (
    ArgumentError,
    SettingsError,
    TargetError,
    ClusterError,
    CertificateError,
)
"""Errors that are told in their own words, which quote nothing."""


# ------------------------------------------------------------------------- a run


def _run(options: argparse.Namespace, settings: Settings) -> int:
    tally = Tally()
    console = Console(options.verbosity, tally)
    key = _key(options)
    if options.dask:  # the workers are somewhere else
        for name in ("input", "output", "zip"):
            if path := getattr(options, name):
                setattr(options, name, os.path.abspath(path))
        options.files = [os.path.abspath(path) for path in options.files or ()]
    found, overlapping = _found(options)
    if options.mode == "single" and sources.is_archive(options.input):
        raise ArgumentError("INPUT: is an archive, which --study looks into")
    if not found:
        hint = "" if options.recursive or options.mode != "study" else _HINT
        raise ArgumentError(f"INPUT: holds no files{hint}")
    terms = Terms(
        settings,
        key,
        level=options.level if options.zip else None,
        directory=options.dicomdir and options.mode != "single",
        dry=options.dry_run,
        reviewed=_reviewed(options, settings),
        digest=options.seal is not None,
        mapping=options.mapping is not None,
    )
    sign = _sign(options)
    sink: Sink | None = None
    try:
        sink = _sink(options, found, overlapping)
        work = _work(options, terms, len(found))
        with (
            reporting(options.report, options.force, settings) as report,
            mapping(options.mapping, options.force) as tell,
            sealing(options.seal, options.force, settings, tally, sign, sink) as sealed,
            # which ends the processes, before the sink is cleared
            closing(deidentify(found, work, sealed, terms.directory, tell)) as lines,
        ):
            console.start(len(found), sum(one.size for one in _sources(found)))
            for line in lines:
                if options.mode == "single" and line.outcome == LEFT_OUT:
                    line = line._replace(outcome="rejected")
                tally.add(line)
                console.line(line, partial(_path_of, found[line.number - 1]))
                if report:
                    report.add(line)
            if report:
                report.close(tally)
    except KeyboardInterrupt:
        console.stopped(options.zip is not None)
        return STOPPED
    except WriteError as error:
        console.unfinished(error.code)
        return WRONG
    finally:
        if sink:
            sink.abort()
    console.summary(options.dry_run)
    return DONE if set(tally.outcomes) <= FINE else WRONG


_HINT: Final = " at its top level; --recursive looks into sub-folders"


def _work(options: argparse.Namespace, terms: Terms, count: int) -> Work:
    if options.dask:
        from cordon.drivers.cluster import in_cluster

        return partial(in_cluster, terms=terms, address=options.dask)
    profile(terms.settings, terms.key, terms.reviewed)  # a forked process inherits it
    if min(options.threads, count) == 1:
        return partial(perform, terms=terms)
    from cordon.drivers.processes import in_processes

    return partial(in_processes, terms=terms, count=options.threads)


def _found(
    options: argparse.Namespace,
) -> tuple[list[Source | Unlisted], set[tuple[int, int]]]:
    """List the sources; and, if results may be overwritten, which files these are."""
    if options.mode != "files" and not os.path.exists(options.input):
        raise ArgumentError("INPUT: is not there")
    if options.mode == "study":
        listed = sources.walk(options.input, options.recursive)
    else:
        listed = sources.named(options.files or [options.input])
    found = list(listed)
    inodes = set()
    if options.force:
        for one in found:
            try:
                status = os.stat(one.path)
            except OSError:
                continue
            inodes.add((status.st_dev, status.st_ino))
    return found, inodes


def _sources(found: list[Source | Unlisted]) -> Iterator[Source]:
    return (one for one in found if isinstance(one, Source))


def _path_of(one: Source | Unlisted) -> str:
    """Tell the path, for the screen only, with what a terminal would obey escaped."""
    path = one.path
    if isinstance(one, Source) and one.member != sources.PLAIN:
        from cordon.drivers import archives

        path += ":" + archives.name_of(one.path, one.member)
    return ascii(path)[1:-1]


def _sink(
    options: argparse.Namespace,
    found: list[Source | Unlisted],
    overlapping: set[tuple[int, int]],
) -> Sink | None:
    target = options.zip or options.output
    if options.dry_run:
        return None
    if options.mode == "single":
        return SingleFile(target, found[0].path, options.force)
    if options.mode == "study" and _is_inside(target, options.input):
        raise ArgumentError("the output is inside the input")
    if options.zip:
        return Archive(target, options.force, overlapping)
    return Tree(target, options.force, overlapping)


def _is_inside(path: str, folder: str) -> bool:
    """Tell whether a path is the folder, or would be in it; links are followed."""
    inner, outer = (os.path.normcase(os.path.realpath(one)) for one in (path, folder))
    within = inner.startswith(os.path.join(outer, ""))
    return inner == outer or (within and os.path.isdir(outer))


@contextmanager
def _interruptible() -> Iterator[None]:
    """Treat a request to terminate like Ctrl-C, so that nothing is left half-done."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# ----------------------------------------------------------------- settings and key


def _settings(options: argparse.Namespace) -> Settings:
    values = _settings_file(options.settings) if options.settings else {}
    for key in schema()["properties"]:
        if key in options:
            values[key] = getattr(options, key)
    return read_settings(values)


def _settings_file(path: str) -> dict[str, object]:
    try:
        values = json.loads(_text_of(path))
    except (OSError, ValueError):
        raise SettingsError("--settings", "is no file with JSON") from None
    if not isinstance(values, dict):
        raise SettingsError("--settings", "must be a JSON object")
    return values


def _reviewed(options: argparse.Namespace, settings: Settings) -> str:
    """Read what a person has decided on descriptions, once it is known to be legal."""
    if not options.reviewed:
        return ""
    if not settings.retain_uids and not (
        options.public or options.passphrase_file or options.key_file
    ):
        raise ArgumentError("--reviewed: needs the key of the review")
    try:
        text = _text_of(options.reviewed)
    except (OSError, ValueError):
        raise SettingsError("--reviewed", "is no file with JSON") from None
    read_reviewed(text)
    return text


def _sign(options: argparse.Namespace) -> Sign | None:
    """Give what signs the certificate of the run, if it is to be signed."""
    if not options.sign_with:
        return None
    from cordon.drivers.signature import signing

    return signing(options.sign_with)


def _text_of(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _key(options: argparse.Namespace) -> bytes:
    """Give the key of the run; see `cordon.rules.keys`."""
    if options.public:
        return PUBLIC
    try:
        if options.passphrase_file:
            return derive_key(_text_of(options.passphrase_file))
        if options.key_file:
            with open(options.key_file, "rb") as file:
                return _key_of(file.read())
    except OSError:
        raise ArgumentError("the key cannot be read") from None
    except ValueError:
        raise ArgumentError(
            "--passphrase-file: must hold a passphrase, in UTF-8"
            if options.passphrase_file
            else "--key-file: must hold 32 bytes, or 64 hexadecimal digits"
        ) from None
    return os.urandom(KEY_BYTES)


def _key_of(data: bytes) -> bytes:
    key = data if len(data) == KEY_BYTES else bytes.fromhex(data.decode("ascii"))
    if len(key) != KEY_BYTES:
        raise ValueError
    return key
