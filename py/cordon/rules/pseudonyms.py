"""Replacements that depend on the original and a secret key, and on nothing else.

So engines agree without talking, order does not matter, and without the key nobody
can tell which original a replacement belongs to (PS3.15 E.1.1, E.3.9).

A replacement carries a check that only the key can make. Who has the key knows its
own replacements by it and leaves them alone, so de-identifying twice is the same as
once.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from hashlib import sha256
from typing import Final

from cordon.rules import dictionary, tables

KEY_BYTES: Final = 32

REGISTERED: Final = b"1.2.840.10008."
"""Root of the UIDs that DICOM defines; instances are given others by mistake."""

ROOT: Final = b"2.25."
"""Root of UIDs made of UUIDs (PS3.5 B.2)."""

KINDS: Final = (b"patient", b"study", b"series", b"instance")
"""Entities that get codes."""

DAYS_A_WEEK: Final = 7
MAX_WEEKS: Final = 520
"""The longest way a patient's dates are moved: about ten years."""

_BLOCK: Final = 64  # bytes that SHA-256 takes at once
_REMEMBERED: Final = 4096
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_UID_CHECK: Final = 40  # bits
_CODE_DIGITS: Final = 10
_CODE_CHECK: Final = 4  # digits
_CODE_BYTES: Final = 2 + _CODE_DIGITS + _CODE_CHECK  # 16, the length of a VR SH


class Pseudonyms:
    """Derives replacements from originals by HMAC-SHA-256 under `key`."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._hmac = keyed(key)
        # a study's instances share most of their identifiers
        self.uid = lru_cache(_REMEMBERED)(self._uid)
        self.code = lru_cache(_REMEMBERED)(self._code)
        self.days = lru_cache(_REMEMBERED)(self._days)

    def uids(self, value: bytes) -> bytes:
        """Replace each UID of a value of VR UI, padding apart."""
        if value.find(b"\\") < 0:
            return self.uid(value.strip(b"\0 "))
        return b"\\".join(self.uid(uid.strip(b"\0 ")) for uid in value.split(b"\\"))

    def is_code(self, code: bytes, kind: bytes) -> bool:
        """Tell whether `code` gave this replacement."""
        return (
            len(code) == _CODE_BYTES
            and code[:2] == kind[:1].upper() + b"-"
            and code[-_CODE_CHECK:] == self._code_check(kind, code[:-_CODE_CHECK])
        )

    def is_ours(self, value: bytes) -> bool:
        """Tell whether a value is a replacement that this key made."""
        value = value.strip(b"\0 ")
        if value.startswith(ROOT):
            return self.is_uid(value)
        return value[1:2] == b"-" and any(self.is_code(value, kind) for kind in KINDS)

    def number(self, kind: bytes, original: bytes, digits: int) -> bytes:
        """Give a positive number of at most `digits` digits for an identifier."""
        drawn = int.from_bytes(self._digest(b"number " + kind, original)[:16])
        return b"%d" % (1 + drawn % (10**digits - 1))

    def _uid(self, uid: bytes) -> bytes:
        """Replace a UID by one under 2.25, made as a random UUID is (PS3.5 B.2)."""
        if not uid or is_registered(uid) or self.is_uid(uid):
            return uid
        random = int.from_bytes(self._digest(b"uid", uid)[:11]) >> 6
        return ROOT + b"%d" % self._uuid(random)

    def _uuid(self, random: int) -> int:
        """Make a UUID of version 4 (RFC 9562 5.4) of 82 bits and their check."""
        check = self._digest(b"uid check", random.to_bytes(11))[: _UID_CHECK // 8]
        bits = random << _UID_CHECK | int.from_bytes(check)
        high, middle, low = bits >> 74, bits >> 62 & 0xFFF, bits & (1 << 62) - 1
        return high << 80 | 0x4 << 76 | middle << 64 | 0x2 << 62 | low

    def is_uid(self, uid: bytes) -> bool:
        """Tell whether `uid` gave this replacement."""
        if not uid.startswith(ROOT):
            return False
        number = uid[len(ROOT) :]
        if not number.isdigit() or len(number) > 39:
            return False
        uuid = int(number)
        high, middle = uuid >> 80, uuid >> 64 & 0xFFF
        bits = high << 74 | middle << 62 | uuid & (1 << 62) - 1
        return ROOT + b"%d" % self._uuid(bits >> _UID_CHECK) == uid

    def _code(self, kind: bytes, original: bytes) -> bytes:
        """Replace an identifier by 16 letters and digits, the first its kind's."""
        original = original.strip(b"\0 ")
        if not original or self.is_code(original, kind):
            return original
        body = kind[:1].upper() + b"-" + _letters(self._digest(kind, original), 10)
        return body + self._code_check(kind, body)

    def _code_check(self, kind: bytes, body: bytes) -> bytes:
        return _letters(self._digest(kind + b" check", body), _CODE_CHECK)

    def _days(self, patient: bytes) -> int:
        """Tell how far to move a patient's dates: whole weeks, into the past."""
        drawn = int.from_bytes(self._digest(b"days", patient.strip(b"\0 "))[:8])
        return -DAYS_A_WEEK * (1 + drawn % MAX_WEEKS)

    def _digest(self, kind: bytes, original: bytes) -> bytes:
        return self._hmac(kind + b"\0" + original)


def keyed(secret: bytes) -> Callable[[bytes], bytes]:
    """Make HMAC-SHA-256 under `secret` (RFC 2104), at half of what `hmac` takes."""
    if len(secret) > _BLOCK:
        secret = sha256(secret).digest()
    padded = secret.ljust(_BLOCK, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def hmac(message: bytes) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(message)
        around.update(within.digest())
        return around.digest()

    return hmac


def is_registered(uid: bytes) -> bool:
    """Tell whether DICOM defines a UID: it names no instance and is never replaced."""
    if not uid.startswith(REGISTERED):
        return False
    text = uid.decode("latin-1")
    return dictionary.is_listed_uid(text) or text in _sop_class_uids()


@cache
def _sop_class_uids() -> frozenset[str]:
    """Give the SOP Classes, of which pydicom does not know the newest."""
    return frozenset(row["sop_class_uid"] for row in tables.read("sop_classes.csv"))


def _letters(digest: bytes, count: int) -> bytes:
    number = int.from_bytes(digest[:8])
    return "".join(_LETTERS[number >> 5 * at & 31] for at in range(count)).encode()
