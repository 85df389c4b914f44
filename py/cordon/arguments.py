"""The arguments of the command line; flags of settings are made from the schema."""

import argparse
import os
import sys
from functools import partial
from typing import Any, Final, NoReturn

from cordon import __version__
from cordon.settings import schema

WRONG: Final = 1
"""Exit code of a run in which anything was wrong."""

_WIDTH: Final = 80

VERBOSITIES: Final = ("error", "warn", "info", "debug", "trace")

_EPILOG: Final = """\
The first of --study and --files that is met decides the mode. Files are named by
their numbers, since a path may say who the patient is; --verbosity debug adds the
paths. Exit code 0: all was processed. 1: an argument is wrong, or a file was
unreadable, rejected or failed.
"""


class _Parser(argparse.ArgumentParser):
    """A parser of which a wrong argument has our exit code."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG, f"{self.prog}: error: {message}\n")

    def parse_args(self, *arguments: Any) -> argparse.Namespace:  # type: ignore[override]
        options: argparse.Namespace
        options, more = self.parse_known_intermixed_args(*arguments)
        if more:  # not to be quoted: it may be a path
            self.error(f"{len(more)} of the arguments are not known, or too many")
        self._settle(options)
        return options

    def _settle(self, options: argparse.Namespace) -> None:
        """See that the arguments go together."""
        kinds = _REPORTS[:2] if options.self_test else _REPORTS
        if options.report and not options.report.lower().endswith(kinds):
            self.error(f"--report must end in {', '.join(kinds[:-1])} or {kinds[-1]}")
        if options.signer and not options.verify:
            self.error("--signer goes with --verify")
        if options.sign_with and (options.verify or not options.seal):
            self.error("--sign-with goes with --seal")
        if options.verify and not options.seal:
            self.error("--verify needs the certificate: --seal FILE.json")
        if not (options.explain or options.self_test or options.verify):
            self._settle_run(options)

    def _settle_run(self, options: argparse.Namespace) -> None:
        """See that the arguments say what to read and where to write."""
        given = [one for one in (options.input, options.output) if one is not None]
        if options.mode == "files":
            if given:
                self.error("--files takes its output from --output-dir or --zip")
            options.output = options.output_dir
        else:
            options.files = None
            if not given:
                self.error("INPUT is missing")
        if options.mode == "single" and (options.zip or options.output_dir):
            self.error("--zip and --output-dir go with --study or --files")
        if options.output and options.zip:
            self.error("--zip takes the place of the output folder")
        if options.seal and options.dry_run:
            self.error("--seal needs results, and --dry-run writes none")
        if options.mapping and not options.mapping.lower().endswith(".csv"):
            self.error("--mapping must end in .csv")
        if options.mapping and options.mapping == options.report:
            self.error("--mapping and --report are two files")
        if not (options.output or options.zip or options.dry_run):
            self.error("the output is missing")


class _Mode(argparse.Action):
    """Remembers the first mode that is met."""

    def __call__(
        self,
        parser: object,
        options: argparse.Namespace,
        values: Any,
        flag: object = "",
    ) -> None:
        if options.mode == "single":
            options.mode = self.dest.removesuffix("_")
        if values:
            setattr(options, self.dest, values)


def parser() -> argparse.ArgumentParser:
    """Make the parser."""
    made = _Parser(
        prog="cordon",
        description="De-identify DICOM instances by PS3.15 Annex E.",
        usage=(
            "cordon [OPTIONS] INPUT OUTPUT\n"
            "       cordon [OPTIONS] --study [--recursive] INPUT OUTPUT_DIR\n"
            "       cordon [OPTIONS] --files FILE... --output-dir DIR\n"
            "       cordon [OPTIONS] --explain\n"
            "       cordon [OPTIONS] --self-test [--report FILE]\n"
            "       cordon --verify RESULT --seal FILE.json [--signer KEY]"
        ),
        epilog=_EPILOG,
        allow_abbrev=False,
        # a width that is given needs no look at the terminal, until help is asked for
        formatter_class=partial(argparse.HelpFormatter, width=_WIDTH),
    )
    made.set_defaults(mode="single")
    add = made.add_argument
    add(
        "input",
        nargs="?",
        metavar="INPUT",
        help="a file; with --study, a folder or ZIP",
    )
    add("output", nargs="?", metavar="OUTPUT", help="a file; with --study, a folder")
    add("--version", action="version", version=f"cordon {__version__}")

    add = made.add_argument_group("what").add_argument
    add("--study", dest="study_", nargs=0, action=_Mode, help=_STUDY)
    add("--recursive", action="store_true", help="look into sub-folders")
    add("--files", nargs="+", action=_Mode, metavar="FILE", help="these files")
    add("--output-dir", metavar="DIR", help="the folder for the results of --files")
    add("--zip", metavar="OUT.zip", help="write a ZIP archive instead of a folder")
    add("--level", type=_number(0, 9), default=1, metavar="0-9", help=_LEVEL)
    add("--no-dicomdir", dest="dicomdir", action="store_false", help=_NO_DICOMDIR)
    add("--force", action="store_true", help="overwrite results that exist")
    add("--reviewed", metavar="FILE", help=_REVIEWED)
    add("--dry-run", action="store_true", help="process, but write no result")
    add("--report", metavar="FILE", help="write a report, as .json, .csv or .html")
    add("--mapping", metavar="FILE.csv", help=_MAPPING)

    add = made.add_argument_group("proof").add_argument
    add("--explain", action="store_true", help="say what the settings do, and stop")
    add("--self-test", action="store_true", help=_SELF_TEST)
    add("--seal", metavar="FILE.json", help="write a certificate of the results")
    add("--sign-with", metavar="KEY", help=_SIGN_WITH)
    add("--verify", metavar="RESULT", help=_VERIFY)
    add("--signer", metavar="KEY", help=_SIGNER)

    add = made.add_argument_group("how").add_argument
    add(
        "--threads", type=_number(1, 1024), default=_cores(), metavar="N", help=_THREADS
    )
    add("--dask", metavar="ADDRESS", help="use the workers of this Dask scheduler")
    add("--verbosity", choices=VERBOSITIES, default="info", help=_VERBOSITY)

    key = made.add_argument_group(
        "where new IDs come from", "By default from a new key, which is forgotten."
    )
    one_of = key.add_mutually_exclusive_group()
    one_of.add_argument("--key-file", metavar="FILE", help=_KEY_FILE)
    one_of.add_argument("--passphrase-file", metavar="FILE", help=_PROJECT)
    one_of.add_argument("--public", action="store_true", help=_PUBLIC)

    group = made.add_argument_group("settings")
    group.add_argument("--settings", metavar="FILE", help=_SETTINGS)
    for name, rule in schema()["properties"].items():
        _add_setting(group, name, rule)
    made.formatter_class = argparse.HelpFormatter
    return made


def _add_setting(group: argparse._ArgumentGroup, name: str, rule: Any) -> None:
    """Add the flags of a setting; one that is not given is not in the options."""
    flag = "--" + name.replace("_", "-")
    text = rule["description"].replace("%", "%%")
    given: dict[str, Any] = {"dest": name, "default": argparse.SUPPRESS}
    if rule["type"] == "array":
        one = "--replace" if name == "replacements" else flag
        group.add_argument(
            one, action="append", metavar="TAG=VALUE", help=text, **given
        )
    elif rule["type"] == "boolean":
        off = flag.replace("--delete-", "--keep-")
        off = off if off != flag else "--no-" + flag[2:]
        text = f"{text} Otherwise: {off}."
        group.add_argument(flag, action="store_true", help=text, **given)
        group.add_argument(off, action="store_false", help=argparse.SUPPRESS, **given)
    else:
        group.add_argument(flag, choices=rule["enum"], help=text, **given)


def _number(least: int, most: int) -> Any:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise ValueError
        return value

    return number


def _cores() -> int:
    """Count the cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


_REPORTS: Final = (".json", ".csv", ".html")
_MAPPING: Final = (
    "write which original ID became which new one; this file identifies the patients"
)
_STUDY: Final = "all instances in a folder or a ZIP archive, as a tree with a DICOMDIR"
_LEVEL: Final = "how hard --zip deflates; 0 stores, the default is 1"
_NO_DICOMDIR: Final = "write no DICOMDIR"
_REVIEWED: Final = (
    "descriptions that were reviewed, as JSON: by new Study or Series Instance UID a text,"
    " or null to drop it; who the file is shown to may learn what they say"
)
_SELF_TEST: Final = "try the settings on built-in instances, and stop; see --report"
_SIGN_WITH: Final = "sign it with this private key of P-256, as PEM or JWK"
_VERIFY: Final = "compare a folder, ZIP archive or file with its certificate, and stop"
_SIGNER: Final = "see also that it is signed by this public key, as PEM or JWK"
_THREADS: Final = "processes to use; by default as many as there are cores"
_VERBOSITY: Final = "what to tell; debug and trace name files as they are found"
_KEY_FILE: Final = "from this key: 32 bytes, or 64 hexadecimal digits"
_PROJECT: Final = "from the project passphrase in this file"
_PUBLIC: Final = "from everybody's key: who knows an ID can compute the new one"
_SETTINGS: Final = "settings that differ, as JSON; flags come before them"
