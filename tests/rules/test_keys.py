"""Keys from passphrases, and the replacements that are made with them."""

import hashlib
import hmac
import math
import os
import subprocess
import sys
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import cordon
from cordon.rules import keys
from cordon.rules.keys import ITERATIONS, PUBLIC, SALT, derive_key
from cordon.rules.pseudonyms import KEY_BYTES, Pseudonyms

PASSPHRASES = st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100
).filter(lambda text: text.strip())
KEY = bytes(range(32))


# ---------------------------------------------------------------------------- keys


@given(PASSPHRASES, st.integers(1, 5))
@example("\N{CJK COMPATIBILITY IDEOGRAPH-2F800}", 1)
@example("e\N{COMBINING ACUTE ACCENT}", 1)
def test_a_key_is_what_the_standard_function_makes(
    passphrase: str, iterations: int
) -> None:
    secret = normalize("NFC", passphrase.strip()).encode()
    expected = hashlib.pbkdf2_hmac("sha256", secret, SALT, iterations, KEY_BYTES)
    assert derive_key(passphrase, iterations) == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(hashlib, "pbkdf2_hmac")
        assert derive_key(passphrase, iterations) == expected
    assert keys._pbkdf2(secret, iterations) == expected


@pytest.mark.parametrize("length", [1, 63, 64, 65, 128, 1000])
def test_a_passphrase_may_be_longer_than_a_block(length: int) -> None:
    expected = hashlib.pbkdf2_hmac("sha256", b"x" * length, SALT, 3, KEY_BYTES)
    assert keys._pbkdf2(b"x" * length, 3) == derive_key("x" * length, 3) == expected


@given(PASSPHRASES)
def test_spaces_around_a_passphrase_do_not_count(passphrase: str) -> None:
    assert derive_key(f" \t{passphrase}\n ", 1) == derive_key(passphrase, 1)


@pytest.mark.parametrize("passphrase", ["", " ", "\t\n"])
def test_an_empty_passphrase_is_refused(passphrase: str) -> None:
    with pytest.raises(ValueError, match="not empty"):
        derive_key(passphrase, 1)


def test_a_key_never_changes_from_one_version_to_the_next() -> None:
    expected = "f5f7d5321840b1fa"
    assert ITERATIONS == 600_000
    assert SALT == b"cordon project key 1"
    known = hashlib.pbkdf2_hmac("sha256", "Zürich".encode(), SALT, 600_000, 32)
    assert derive_key("Zürich") == known
    assert known.hex().startswith(expected)
    assert hashlib.sha256(b"cordon public key 1").digest() == PUBLIC


# -------------------------------------------------------------------- replacements

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
UIDS = st.from_regex(r"\A[0-2](\.(0|[1-9][0-9]{0,7})){1,6}\Z")
IDS = st.binary(min_size=1, max_size=64).filter(lambda one: one.strip(b"\0 "))
KEYS = st.binary(min_size=32, max_size=32)


def digest(key: bytes, kind: bytes, original: bytes) -> bytes:
    return hmac.new(key, kind + b"\0" + original, hashlib.sha256).digest()


def uid_by_hand(key: bytes, uid: bytes) -> str:
    """Make the UID as described: a UUID of version 4 of 82 bits and a check of 40."""
    drawn = int.from_bytes(digest(key, b"uid", uid)[:11], "big") >> 6
    check = digest(key, b"uid check", drawn.to_bytes(11, "big"))[:5]
    bits = f"{drawn:082b}{int.from_bytes(check, 'big'):040b}"
    return f"2.25.{int(bits[:48] + '0100' + bits[48:60] + '10' + bits[60:], 2)}"


def letters(digest_: bytes, count: int) -> str:
    number = int.from_bytes(digest_[:8], "big")
    return "".join(LETTERS[number // 32**at % 32] for at in range(count))


def code_by_hand(key: bytes, kind: bytes, original: bytes) -> str:
    body = f"{kind[:1].decode().upper()}-{letters(digest(key, kind, original), 10)}"
    return body + letters(digest(key, kind + b" check", body.encode()), 4)


@given(KEYS, UIDS)
def test_a_uid_is_made_as_described(key: bytes, uid: str) -> None:
    assume(not uid.startswith("1.2.840.10008."))
    new = Pseudonyms(key).uid(uid.encode()).decode()
    assert new == uid_by_hand(key, uid.encode())
    number = int(new.removeprefix("2.25."))
    assert number < 1 << 128
    assert number >> 76 & 0xF == 4
    assert number >> 62 & 0x3 == 2
    assert len(new) <= 44


@given(KEYS, st.sampled_from([b"patient", b"study", b"series"]), IDS)
def test_a_code_is_made_as_described(key: bytes, kind: bytes, id_: bytes) -> None:
    new = Pseudonyms(key).code(kind, id_).decode()
    assert new == code_by_hand(key, kind, id_.strip(b"\0 "))
    assert len(new) == 16


def test_replacements_never_change_from_one_version_to_the_next() -> None:
    ours = Pseudonyms(KEY)
    assert ours.uid(b"1.2.3.4") == b"2.25.157910775163532581978788610342590445287"
    assert ours.uid(b"1.2.3") == b"2.25.323208961630152137297703646958048920442"
    assert (
        ours.code(b"patient", b"PAT-4711")
        == code_by_hand(KEY, b"patient", b"PAT-4711").encode()
    )
    days = int.from_bytes(digest(KEY, b"days", b"PAT-4711")[:8], "big") % 520
    assert ours.days(b"PAT-4711") == -7 * (1 + days)


@given(st.lists(UIDS, min_size=1, max_size=8, unique=True))
def test_uids_stay_apart_and_keep_their_replacements(uids: list[str]) -> None:
    ours = Pseudonyms(KEY)
    value = "\\".join(uids).encode()
    new = ours.uids(value).split(b"\\")
    assert new == [ours.uid(uid.encode()) for uid in uids]
    assert len(set(new)) == len(uids)
    again = Pseudonyms(KEY).uids(b"\\".join(new)).split(b"\\")
    assert again == new
    other = Pseudonyms(bytes(32)).uids(b"\\".join(new)).split(b"\\")
    assert all(
        one != two or one.startswith(b"1.2.840.10008.")
        for one, two in zip(new, other, strict=True)
    )


@given(IDS)
def test_a_code_is_made_once_and_known_again(id_: bytes) -> None:
    ours, others = Pseudonyms(KEY), Pseudonyms(bytes(32))
    code = ours.code(b"patient", id_)
    assert ours.is_code(code, b"patient")
    assert ours.code(b"patient", code) == ours.code(b"patient", code + b" ") == code
    assert not ours.is_code(code, b"study")
    assert not others.is_code(code, b"patient")
    assert not ours.is_code(id_, b"patient")
    assert ours.code(b"study", id_) != code


@given(st.integers(0, (1 << 128) - 1))
def test_a_uuid_of_somebody_else_is_not_taken_for_ours(number: int) -> None:
    uid = b"2.25.%d" % number
    assert Pseudonyms(KEY).uid(uid) != uid


@given(UIDS, st.integers(0, 127))
def test_a_changed_uid_is_not_taken_for_ours(uid: str, bit: int) -> None:
    assume(not uid.startswith("1.2.840.10008."))
    ours = Pseudonyms(KEY)
    number = int(ours.uid(uid.encode()).removeprefix(b"2.25."))
    changed = b"2.25.%d" % (number ^ 1 << bit)
    assert ours.uid(changed) != changed


def test_another_spelling_of_our_uid_is_not_taken_for_ours() -> None:
    ours = Pseudonyms(KEY)
    spelled = []
    for number in range(200):
        digits = ours.uid(b"1.2.%d" % number).removeprefix(b"2.25.")
        spelled += [b"0" + digits, digits + b"0", b"+" + digits, digits + b"."]
    fooling = [one for one in spelled if ours.uid(b"2.25." + one) == b"2.25." + one]
    assert fooling == []


def test_registered_uids_are_left_alone_and_only_those() -> None:
    ours = Pseudonyms(KEY)
    for uid in (b"", b"1.2.840.10008.1.2", b"1.2.840.10008.5.1.4.1.1.2"):
        assert ours.uid(uid) == uid
    for uid in (b"1.2.840.10008", b"1.2.840.100080.1", b"1.2.840.1000.8", b"2.25.0"):
        assert ours.uid(uid) != uid


@given(IDS, st.integers(1, 12))
def test_a_number_is_positive_and_has_no_more_digits(id_: bytes, digits: int) -> None:
    number = Pseudonyms(KEY).number(b"study", id_, digits)
    assert 1 <= int(number) < 10**digits
    assert len(number) <= digits
    assert number == b"%d" % int(number)


def test_replacements_are_as_likely_as_any_other() -> None:
    """Bits and letters are drawn evenly, within what chance allows."""
    ours = Pseudonyms(KEY)
    count = 4000
    codes = [ours.code(b"patient", b"%d" % number) for number in range(count)]
    assert len(set(codes)) == count
    for place in range(2, 16):
        seen = dict.fromkeys(LETTERS.encode(), 0)
        for code in codes:
            seen[code[place]] += 1
        mean, spread = count / 32, 6 * math.sqrt(count / 32)
        assert all(mean - spread < times < mean + spread for times in seen.values())


def test_a_key_has_32_bytes() -> None:
    for size in (0, 16, 31, 33):
        with pytest.raises(ValueError, match="32 bytes"):
            Pseudonyms(bytes(size))


def test_replacements_are_the_same_in_another_process() -> None:
    script = (
        "from cordon.rules.pseudonyms import Pseudonyms;"
        "ours = Pseudonyms(bytes(range(32)));"
        "print(ours.uid(b'1.2.3'), ours.code(b'patient', b'A'), ours.days(b'A'))"
    )
    paths = str(Path(cordon.__file__).parent.parent)
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    ours = Pseudonyms(KEY)
    here = f"{ours.uid(b'1.2.3')} {ours.code(b'patient', b'A')} {ours.days(b'A')}\n"
    assert said == {here}
