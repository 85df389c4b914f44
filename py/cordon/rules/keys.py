"""The key that replacements are derived from.

Random for each run, or derived from a passphrase that sites and later runs share,
or, on explicit request, one that everybody knows.
"""

import hashlib
from hashlib import sha256
from typing import Final
from unicodedata import normalize

from cordon.rules.pseudonyms import KEY_BYTES, keyed

ITERATIONS: Final = 600_000
"""Of PBKDF2-HMAC-SHA-256: what OWASP asks for; about two seconds in a browser."""

SALT: Final = b"cordon project key 1"
"""The same for all, since all who know the passphrase must come to the same key."""

PUBLIC: Final = sha256(b"cordon public key 1").digest()
"""Everybody's key: anyone can redo the replacements of identifiers they know."""


def derive_key(passphrase: str, iterations: int = ITERATIONS) -> bytes:
    """Derive the key of a project from its passphrase, slowly on purpose.

    Spaces around it and the way accents are composed do not count; `passphrase` must
    not be empty.
    """
    secret = normalize("NFC", passphrase.strip()).encode()
    if not secret:
        raise ValueError("a passphrase is not empty")
    derive = getattr(hashlib, "pbkdf2_hmac", None)
    if derive is None:  # Python in the browser has no OpenSSL
        return _pbkdf2(secret, iterations)
    key: bytes = derive("sha256", secret, SALT, iterations, KEY_BYTES)
    return key


def _pbkdf2(secret: bytes, iterations: int) -> bytes:
    """Compute the first block of PBKDF2-HMAC-SHA-256 (RFC 8018 5.2)."""
    hmac = keyed(secret)
    last = hmac(SALT + (1).to_bytes(4))
    key = int.from_bytes(last)
    for _ in range(iterations - 1):
        last = hmac(last)
        key ^= int.from_bytes(last)
    return key.to_bytes(KEY_BYTES)
