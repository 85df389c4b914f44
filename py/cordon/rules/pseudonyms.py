"""Replacements that depend on the original and a secret key, and on nothing else.

So engines agree without talking, order does not matter, and without the key nobody
can tell which original a replacement belongs to (PS3.15 E.1.1, E.3.9).
"""

import hmac
from functools import lru_cache
from typing import Final

KEY_BYTES: Final = 32

REGISTERED: Final = b"1.2.840.10008."
"""Root of the UIDs that DICOM defines: they name no instance and are never replaced."""

_REMEMBERED: Final = 4096
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Pseudonyms:
    """Derives replacements from originals by HMAC-SHA-256 under `key`."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._key = key
        # a study's instances share most of their UIDs
        self.uid = lru_cache(_REMEMBERED)(self._uid)
        self.patient = lru_cache(_REMEMBERED)(self._patient)

    def uids(self, value: bytes) -> bytes:
        """Replace each UID of a value of VR UI, padding apart."""
        return b"\\".join(self.uid(uid.strip(b"\0 ")) for uid in value.split(b"\\"))

    def _uid(self, uid: bytes) -> bytes:
        """Replace a UID by one under 2.25, made as a random UUID is (PS3.5 B.2)."""
        if not uid or uid.startswith(REGISTERED):
            return uid
        number = int.from_bytes(self._digest(b"uid", uid)[:16])
        # the version and variant bits of a UUID of version 4 (RFC 9562 5.4)
        number = number & ~(0xF << 76) | 0x4 << 76
        number = number & ~(0x3 << 62) | 0x2 << 62
        return b"2.25.%d" % number

    def _patient(self, identity: bytes) -> bytes:
        """Give the pseudonym of the patient with this Patient ID, or else name."""
        identity = identity.strip(b"\0 ")
        if not identity:
            return b""
        number = int.from_bytes(self._digest(b"patient", identity)[:8])
        digits = (_DIGITS[number >> shift & 31] for shift in range(0, 50, 5))
        return b"P-" + "".join(digits).encode()

    def _digest(self, kind: bytes, original: bytes) -> bytes:
        return hmac.digest(self._key, kind + b"\0" + original, "sha256")
