"""A certificate of a run's results: what each file is, by its SHA-256, and who says so.

It is JSON: versions and settings, `files` with name, size and digest, and the numbers
of the run in `summary`. A signature is over the canonical form of all but itself, as in
RFC 8785: no spaces, keys in the order of their UTF-16 code units, strings as
`JSON.stringify` writes them, in UTF-8. Numbers are integers that JavaScript can hold.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TextIO

FORMAT: Final = "cordon certificate 1"
FILES: Final = "files"
SIGNATURE: Final = "signature"
SUMMARY: Final = "summary"

_SAFE_INTEGER: Final = (1 << 53) - 1
_DIGEST: Final = r"[0-9a-f]{64}"

Sign = Callable[[bytes], Mapping[str, str]]
"""Makes the member `signature` for the SHA-256 of a canonical form."""


class CertificateError(Exception):
    """A certificate, its signature or a key for it cannot be used: why, in words."""


class Sealed(NamedTuple):
    """What a certificate says of a file."""

    size: int
    sha256: str


class Certificate(NamedTuple):
    """A certificate that was read; `digest` is of what a signature is over."""

    files: Mapping[str, Sealed]
    digest: bytes
    signature: Mapping[str, Any] | None


def canonical(value: object) -> bytes:
    """Give the one form of `value` that is signed.

    Raises
    ------
    ValueError
        It holds what has no such form, as a fraction or half a surrogate pair.
    """
    return _text(value).encode()


def thumbprint(key: Mapping[str, Any]) -> str:
    """Name a public key, a JWK, by its digest (RFC 7638)."""
    named = {name: key[name] for name in ("crv", "kty", "x", "y")}
    return base64(hashlib.sha256(canonical(named)).digest())


def base64(data: bytes) -> str:
    """Encode as JWK does."""
    from base64 import urlsafe_b64encode  # which takes long to load

    return urlsafe_b64encode(data).rstrip(b"=").decode()


def read(data: bytes) -> Certificate:
    """Read a certificate.

    Raises
    ------
    CertificateError
        It is none.
    """
    try:
        value = json.loads(data)
        signature = value.pop(SIGNATURE, None)
        digest = hashlib.sha256(canonical(value)).digest()
        if value["format"] != FORMAT:
            raise ValueError
        files = {one["name"]: _sealed(one) for one in value[FILES]}
        if len(files) != len(value[FILES]):
            raise ValueError
        if signature is not None and not isinstance(signature, dict):
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise CertificateError("is no certificate") from None
    return Certificate(files, digest, signature)


class CertificateWriter:
    """Writes a certificate file by file; its canonical form is hashed as it goes.

    The keys of `head` come before `files`, or after it and before `summary`.
    """

    def __init__(self, file: TextIO, head: Mapping[str, Any]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        head = {**head, "format": FORMAT}
        before = {key: value for key, value in head.items() if key < FILES}
        self._after = {key: value for key, value in head.items() if key > FILES}
        self._write(_text(before)[:-1] + f',"{FILES}":[')
        self._between = ""

    def add(self, name: str, sealed: Sealed) -> None:
        """Write what a file is."""
        self._write(self._between)
        self._file.write("\n")
        self._write(_text({"name": name, **sealed._asdict()}))
        self._between = ","

    def close(self, summary: Mapping[str, Any], sign: Sign | None = None) -> None:
        """Write the numbers of the run, and who says all this."""
        self._write("]," + _text({**self._after, SUMMARY: summary})[1:-1])
        self._digest.update(b"}")
        if sign is not None:
            signature = _text(sign(self._digest.digest()))
            self._file.write(f',\n"{SIGNATURE}":{signature}')
        self._file.write("}\n")

    def _write(self, text: str) -> None:
        self._digest.update(text.encode())
        self._file.write(text)


def _sealed(entry: Mapping[str, Any]) -> Sealed:
    sealed = Sealed(entry["size"], entry["sha256"])
    if type(sealed.size) is not int or not re.fullmatch(_DIGEST, sealed.sha256):
        raise ValueError
    return sealed


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        members = (f"{_text(name)}:{_text(value[name])}" for name in names)
        return "{" + ",".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_text, value)) + "]"
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) <= _SAFE_INTEGER:
        return str(value)
    raise ValueError(type(value).__name__)
