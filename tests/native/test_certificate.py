"""Certificates: what is in them, what they find out, and who signed them."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Study
from command import KEY_HEX, ROOT, cordon, key_file, study, tree
from hypothesis import given, settings
from hypothesis import strategies as st

from cordon import cli
from cordon.certificate import CertificateError, canonical, read

NAME = "Zebulon^Quirin"
NODE = """
import * as certificate from './js/certificate.js'
import { readFileSync, writeFileSync } from 'node:fs'
const [folder] = process.argv.slice(1)
const load = (name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'))
const save = (name, value) =>
  writeFileSync(`${folder}/${name}`, JSON.stringify(value))
"""


def node(script: str, folder: Path) -> str:
    """Run JavaScript beside the page's module, with the files of a folder."""
    command = ["node", "--input-type=module", "-e", NODE + script, str(folder)]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder and an archive of results, each with its certificate."""
    folder = tmp_path_factory.mktemp("sealed")
    source = study(folder / "Zebulon-secret")
    named = Study(patient_name=NAME, patient_id="ZQ-77").image(9, 8)
    (source / "named.dcm").write_bytes(named)
    (source / "twice.dcm").write_bytes(named)
    (source / "broken.dcm").write_bytes(named[:-20])
    common = ("--study", "--recursive", source, "--key-file", key_file(folder))
    cordon(*common, folder / "out", "--seal", folder / "out.json", code=1)
    zipped = ("--zip", folder / "out.zip", "--seal", folder / "zip.json")
    cordon(*common, *zipped, "--threads", "1", code=1)
    return folder


@pytest.fixture
def result(sealed: Path, tmp_path: Path) -> Path:
    """Copy the results, to be changed."""
    shutil.copytree(sealed, tmp_path / "copy")
    return tmp_path / "copy"


def certificate(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def verify(result: Path, seal: Path, *more: object, code: int = 0) -> str:
    return cordon("--verify", result, "--seal", seal, *more, code=code).stdout


def a_file(folder: Path) -> Path:
    return next(path for path in sorted(folder.rglob("IM*")) if path.is_file())


# ------------------------------------------------------------------- what it says


def test_each_file_of_the_result_is_named_with_its_digest(sealed: Path) -> None:
    made = certificate(sealed / "out.json")
    expected = {
        name: (len(data), hashlib.sha256(data).hexdigest())
        for name, data in tree(sealed / "out").items()
    }
    found = {one["name"]: (one["size"], one["sha256"]) for one in made["files"]}
    assert found == expected
    assert len(made["files"]) == len(found) == 8
    assert "DICOMDIR" in found
    assert made["summary"]["outcomes"] == {
        "deidentified": 7,
        "duplicate": 1,
        "unreadable": 1,
    }
    assert {"cordon", "pydicom", "python", "profile", "settings"} < made.keys()


def test_an_archive_has_the_same_certificate_as_a_folder(sealed: Path) -> None:
    one, other = (certificate(sealed / name) for name in ("out.json", "zip.json"))
    assert one["files"] == other["files"]
    for made in (one, other):
        del made["created"]
    assert one == other


def test_no_source_no_identifier_and_no_key_is_in_it(sealed: Path) -> None:
    text = (sealed / "out.json").read_text().lower()
    for word in ("zebulon", "quirin", "zq-77", "named", "secret", KEY_HEX, str(sealed)):
        assert word.lower() not in text


def test_a_single_file_is_named_by_its_file_id(tmp_path: Path) -> None:
    source, out = tmp_path / "a.dcm", tmp_path / "Zebulon.dcm"
    source.write_bytes(Study().image())
    seal = tmp_path / "seal.json"
    cordon(source, out, "--seal", seal)
    (entry,) = certificate(seal)["files"]
    assert entry["name"].startswith("DICOM/PT")
    assert entry["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert "Zebulon" not in seal.read_text()
    assert "1 of 1 files agree" in verify(out, seal)
    verify(source, seal, code=1)


def test_its_text_is_canonical_but_for_line_breaks(sealed: Path) -> None:
    text = (sealed / "out.json").read_bytes()
    assert text.replace(b"\n", b"") == canonical(json.loads(text))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--dry-run", "--seal", "s.json"), "--dry-run"),
        (("o", "--sign-with", "k"), "--seal"),
        (("o", "--seal", "there.json"), "--force"),
        (("o", "--seal", "none/s.json"), "cannot be written"),
        (("o", "--signer", "k"), "--verify"),
        (("--verify", "o"), "--seal"),
    ],
)
def test_arguments_must_go_together(
    arguments: tuple, word: str, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(Study().image())
    (tmp_path / "there.json").write_text("mine")
    before = tree(tmp_path)
    assert word in cordon("a", *arguments, code=1, cwd=tmp_path).stderr
    assert tree(tmp_path) == before


def test_a_run_that_is_not_finished_has_no_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = study(tmp_path / "in")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cordon.drivers.sinks.Tree.close", stop)
    seal = tmp_path / "seal.json"
    arguments = ["--study", "--recursive", str(source), str(tmp_path / "out")]
    assert cli.main([*arguments, "--threads", "1", "--seal", str(seal)]) == 130
    assert list(tmp_path.glob("seal*")) == []


# --------------------------------------------------------------- what it finds out


def test_what_was_not_touched_agrees(sealed: Path) -> None:
    assert "8 of 8 files agree" in verify(sealed / "out", sealed / "out.json")
    assert "8 of 8 files agree" in verify(sealed / "out.zip", sealed / "zip.json")
    assert "1 of 8 files agree" in verify(a_file(sealed / "out"), sealed / "out.json")


def test_a_certificate_may_lie_with_its_result(result: Path) -> None:
    (result / "out.json").rename(result / "out" / "seal.json")
    verify(result / "out", result / "out" / "seal.json")


def flip(folder: Path) -> None:
    path = a_file(folder)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def shorten(folder: Path) -> None:
    path = a_file(folder)
    path.write_bytes(path.read_bytes()[:-2])


def lengthen(folder: Path) -> None:
    with a_file(folder).open("ab") as file:
        file.write(b"\0\0")


def link(folder: Path) -> None:
    path = a_file(folder)
    shutil.move(path, folder.parent / "elsewhere")
    path.symlink_to(folder.parent / "elsewhere")


def pipe(folder: Path) -> None:
    path = a_file(folder)
    path.unlink()
    os.mkfifo(path)


def remove(folder: Path) -> None:
    a_file(folder).unlink()


def move(folder: Path) -> None:
    a_file(folder).rename(folder / "IM")


def add(folder: Path) -> None:
    (folder / "Doe^Jane.txt").write_text("hello")


def add_link(folder: Path) -> None:
    (folder / "Doe^Jane").symlink_to("/tmp")  # noqa: S108 - not looked into


def swap(folder: Path) -> None:
    one, other = [path for path in sorted(folder.rglob("IM*")) if path.is_file()][:2]
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (flip, {"changed"}),
        (shorten, {"changed"}),
        (lengthen, {"changed"}),
        (link, {"changed"}),
        (pipe, {"changed"}),
        (remove, {"missing"}),
        (move, {"missing", "extra"}),
        (add, {"extra"}),
        (add_link, {"extra"}),
        (swap, {"changed"}),
    ],
)
def test_every_change_of_a_folder_is_found(
    change: Callable[[Path], None], expected: set, result: Path
) -> None:
    change(result / "out")
    *told, summary = verify(result / "out", result / "out.json", code=1).splitlines()
    assert {line.partition(":")[0] for line in told} == expected
    assert all(word in summary for word in expected)
    assert "Doe" not in "".join(told)


def test_extra_files_are_named_on_demand(result: Path) -> None:
    add(result / "out")
    more = ("--verbosity", "debug")
    said = verify(result / "out", result / "out.json", *more, code=1)
    assert "extra: Doe^Jane.txt" in said


def repacked(archive: Path, change: Callable[[str, bytes], dict[str, bytes]]) -> None:
    """Write an archive again, each member as what `change` gives for it."""
    with zipfile.ZipFile(archive) as old:
        members = [(info.filename, old.read(info)) for info in old.infolist()]
    with zipfile.ZipFile(archive, "w") as new:
        for name, data in members:
            for other, its in change(name, data).items():
                new.writestr(other, its)


def test_an_archive_that_was_only_packed_again_agrees(result: Path) -> None:
    repacked(result / "out.zip", lambda name, data: {name: data})
    verify(result / "out.zip", result / "zip.json")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda name, data: {name: data + b"\0" * (name == "DICOMDIR")}, {"changed"}),
        (lambda name, data: {name: data} if name != "DICOMDIR" else {}, {"missing"}),
        (lambda name, data: {name: data, "more" + name: data}, {"extra"}),
    ],
)
def test_every_change_of_an_archive_is_found(
    change: Callable, expected: set, result: Path
) -> None:
    repacked(result / "out.zip", change)
    *told, _ = verify(result / "out.zip", result / "zip.json", code=1).splitlines()
    assert {line.partition(":")[0] for line in told} == expected


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_extra(result: Path) -> None:
    with zipfile.ZipFile(result / "out.zip", "a") as archive:
        archive.writestr("DICOMDIR", b"other")
    assert "1 extra" in verify(result / "out.zip", result / "zip.json", code=1)


def test_an_archive_with_a_damaged_member_is_no_fault_of_ours(result: Path) -> None:
    archive = result / "out.zip"
    data = bytearray(archive.read_bytes())
    data[200:220] = bytes(20)
    archive.write_bytes(data)
    assert "1 changed" in verify(archive, result / "zip.json", code=1)
    archive.write_bytes(data[:500])
    said = cordon("--verify", archive, "--seal", result / "zip.json", code=1)
    assert "no archive" in said.stderr


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_damaged_in_a_rarer_method_is_changed(
    result: Path, method: int
) -> None:
    archive = result / "other.zip"
    with zipfile.ZipFile(archive, "w", method) as opened:
        for name, data in tree(result / "out").items():
            opened.writestr(name, data)
        place = opened.infolist()[1].header_offset
    changed = bytearray(archive.read_bytes())
    changed[place + 120 : place + 140] = bytes(20)
    archive.write_bytes(changed)
    assert "1 changed" in verify(archive, result / "out.json", code=1)


def test_nothing_is_opened_because_a_certificate_names_it(result: Path) -> None:
    secret = result / "secret"
    secret.write_bytes(b"secret")
    made = certificate(result / "out.json")
    digest = hashlib.sha256(b"secret").hexdigest()
    for name in ("../secret", str(secret), "\x1b[31m"):
        made["files"].append({"name": name, "size": 6, "sha256": digest})
    (result / "out.json").write_text(json.dumps(made))
    said = verify(result / "out", result / "out.json", code=1)
    assert "3 missing" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "[" * 100_000,
        '{"format":"cordon certificate 2","files":[],"summary":{}}',
        '{"format":"cordon certificate 1"}',
        '{"format":"cordon certificate 1","files":{"a":1}}',
        '{"format":"cordon certificate 1","files":[7]}',
        '{"format":"cordon certificate 1","files":[{"name":"a"}]}',
        '{"format":"cordon certificate 1","files":[],"x":1.5}',
        '{"format":"cordon certificate 1","files":[],"x":"\\ud800"}',
        '{"format":"cordon certificate 1","files":[],"signature":7}',
        json.dumps(
            {
                "format": "cordon certificate 1",
                "files": [{"name": "a", "size": 1, "sha256": "ab" * 32}] * 2,
            }
        ),
        json.dumps(
            {
                "format": "cordon certificate 1",
                "files": [{"name": [], "size": 1, "sha256": "ab" * 32}],
            }
        ),
    ],
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(CertificateError):
        read(text.encode())


def test_what_is_no_certificate_is_told_in_words(sealed: Path) -> None:
    said = cordon(
        "--verify", sealed / "out", "--seal", sealed / "out" / "DICOMDIR", code=1
    )
    assert "is no certificate" in said.stderr
    said = cordon("--verify", sealed / "none", "--seal", sealed / "out.json", code=1)
    assert "RESULT" in said.stderr
    said = cordon("--verify", sealed / "out", "--seal", sealed / "none", code=1)
    assert "--seal" in said.stderr


# ------------------------------------------------------------------- canonical form

PLAIN = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.lists(VALUES, max_size=8))
@settings(max_examples=25)
def test_javascript_makes_the_same_canonical_form(
    tmp_path_factory: pytest.TempPathFactory, values: list
) -> None:
    folder = tmp_path_factory.mktemp("canonical")
    (folder / "values.json").write_text(json.dumps(values))
    script = (
        "writeFileSync(`${folder}/out`, certificate.canonical(load('values.json')))"
    )
    node(script, folder)
    assert (folder / "out").read_bytes() == canonical(values)


@pytest.mark.parametrize("value", [1.0, 2**53, "\ud800", {"\udfff": 1}, b"", {1}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        canonical(value)


# ----------------------------------------------------------------------- signatures

MAKE_KEYS = """
const { privateKey, publicKey } = await certificate.generateKeys()
save('private.jwk', await certificate.exportKey(privateKey))
save('public.jwk', await certificate.exportKey(publicKey))
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a pair of keys in Node, and the same as PEM."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    from cordon.drivers import signature

    folder = tmp_path_factory.mktemp("keys")
    node(MAKE_KEYS, folder)
    private = signature._of_jwk((folder / "private.jwk").read_bytes(), private=True)
    (folder / "private.pem").write_bytes(
        private.private_bytes(
            form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
        )
    )
    (folder / "locked.pem").write_bytes(
        private.private_bytes(
            form.Encoding.PEM,
            form.PrivateFormat.PKCS8,
            form.BestAvailableEncryption(b"word"),
        )
    )
    for name, key in (
        ("public", private.public_key()),
        ("other", ec.generate_private_key(ec.SECP256R1()).public_key()),
        ("longer", ec.generate_private_key(ec.SECP384R1()).public_key()),
    ):
        (folder / f"{name}.pem").write_bytes(
            key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
        )
    return folder


@pytest.mark.parametrize("form", ["jwk", "pem"])
def test_what_webcrypto_signs_is_verified_here(
    form: str, keys: Path, result: Path
) -> None:
    shutil.copy(keys / "private.jwk", result)
    node(
        "const key = await certificate.importPrivateKey(load('private.jwk'))\n"
        "save('signed.json', await certificate.sign(load('out.json'), key))",
        result,
    )
    signer = ("--signer", keys / f"public.{form}")
    assert "is good" in verify(result / "out", result / "signed.json", *signer)


@pytest.mark.parametrize("form", ["jwk", "pem"])
def test_what_is_signed_here_is_verified_by_webcrypto(
    form: str, keys: Path, tmp_path: Path
) -> None:
    source = study(tmp_path / "in")
    seal = tmp_path / "seal.json"
    sign = ("--seal", seal, "--sign-with", keys / f"private.{form}")
    cordon("--study", "--recursive", source, tmp_path / "out", *sign)
    shutil.copy(keys / "public.jwk", tmp_path)
    said = node(
        "const key = await certificate.importPublicKey(load('public.jwk'))\n"
        "const made = load('seal.json')\n"
        "const good = await certificate.verifySignature(made, key)\n"
        "const print = await certificate.thumbprint(key)\n"
        "console.log(good, print === made.signature.signer)",
        tmp_path,
    )
    assert said == "true true"
    assert "is good" in verify(tmp_path / "out", seal, "--signer", keys / "public.pem")
    assert "was not checked" in verify(tmp_path / "out", seal)
    secret = json.loads((keys / "private.jwk").read_text())
    assert all(secret[name] not in seal.read_text() for name in ("d", "x", "y"))


def signed(keys: Path, folder: Path) -> Path:
    seal = folder / "seal.json"
    (folder / "a").write_bytes(Study().image())
    sign = ("--seal", seal, "--sign-with", keys / "private.pem")
    cordon(folder / "a", folder / "b", *sign)
    return seal


def test_a_certificate_that_was_changed_or_signed_by_another_is_refused(
    keys: Path, tmp_path: Path
) -> None:
    seal = signed(keys, tmp_path)
    good = certificate(seal)
    call = ("--verify", tmp_path / "b", "--seal", seal, "--signer")
    said = cordon(*call, keys / "other.pem", code=1)
    assert "was not signed by" in said.stderr
    for change in (
        {"cordon": "0.0.0"},
        {"summary": {}},
        {"signature": {**good["signature"], "value": "A" * 86}},
        {"signature": {**good["signature"], "value": ""}},
        {"signature": {**good["signature"], "value": 7}},
        {"signature": {**good["signature"], "algorithm": "none"}},
        {"signature": {}},
        {"signature": None},
    ):
        seal.write_text(json.dumps({**good, **change}))
        said = cordon(*call, keys / "public.pem", code=1)
        assert "signed" in said.stderr
    seal.write_text(json.dumps(good, indent=3))
    cordon(*call, keys / "public.pem")


@pytest.mark.parametrize(
    "name", ["private.pem", "longer.pem", "none", "nonsense", "half.jwk"]
)
def test_a_key_that_is_none_is_refused(name: str, keys: Path, tmp_path: Path) -> None:
    (tmp_path / "nonsense").write_text("nonsense")
    (tmp_path / "half.jwk").write_text('{"kty":"EC","crv":"P-256","x":"AA"}')
    key = keys / name if (keys / name).exists() else tmp_path / name
    seal = signed(keys, tmp_path)
    call = ("--verify", tmp_path / "b", "--seal", seal, "--signer", key)
    assert "--signer: " in cordon(*call, code=1).stderr


@pytest.mark.parametrize("name", ["public.pem", "public.jwk", "locked.pem"])
def test_a_key_that_cannot_sign_is_refused_before_anything_is_written(
    name: str, keys: Path, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(Study().image())
    sign = ("--seal", tmp_path / "seal.json", "--sign-with", keys / name)
    said = cordon(tmp_path / "a", tmp_path / "b", *sign, code=1)
    assert "private key of P-256" in said.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_without_the_library_signatures_say_what_is_missing(
    sealed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    call = ["--verify", str(sealed / "out"), "--seal", str(sealed / "out.json")]
    assert cli.main(call) == 0
    with pytest.raises(SystemExit) as ended:
        cli.main([*call, "--signer", "key.pem"])
    assert ended.value.code == 1
    assert "cordon[verify]" in capsys.readouterr().err
