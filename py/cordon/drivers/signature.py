"""Signatures of certificates, as WebCrypto makes them: ECDSA over P-256 with SHA-256.

Keys are PEM or JWK. A certificate names its signer by a thumbprint and holds no key:
whoever checks it must have the public one from somewhere else.
"""

import json
from base64 import urlsafe_b64decode
from typing import Any, Final

from cordon.certificate import Certificate, CertificateError, Sign, base64, thumbprint

ALGORITHM: Final = "ES256"
_HALF: Final = 32
"""Bytes of each of the two numbers in a signature."""


def signing(path: str) -> Sign:
    """Make what signs with the private key in a file.

    Raises
    ------
    CertificateError
        There is no such key.
    """
    ec, hashes, utils = _library()
    key = _key(path, "--sign-with", private=True)
    signer = thumbprint(_jwk(key.public_key()))

    def sign(digest: bytes) -> dict[str, str]:
        algorithm = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
        numbers = utils.decode_dss_signature(key.sign(digest, algorithm))
        value = b"".join(number.to_bytes(_HALF) for number in numbers)
        return {"algorithm": ALGORITHM, "signer": signer, "value": base64(value)}

    return sign


def check_signature(certificate: Certificate, path: str) -> None:
    """See that a certificate was signed with the private key to a public one.

    Raises
    ------
    CertificateError
        It was not.
    """
    ec, hashes, utils = _library()
    key = _key(path, "--signer", private=False)
    signature = certificate.signature
    if signature is None:
        raise CertificateError("is not signed")
    from cryptography.exceptions import InvalidSignature

    try:
        value = _bytes(signature["value"])
        if signature["algorithm"] != ALGORITHM or len(value) != 2 * _HALF:
            raise ValueError
        first, second = int.from_bytes(value[:_HALF]), int.from_bytes(value[_HALF:])
        encoded = utils.encode_dss_signature(first, second)
        algorithm = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
        key.verify(encoded, certificate.digest, algorithm)
    except (InvalidSignature, ValueError, TypeError, KeyError, AttributeError):
        raise CertificateError("was not signed by --signer, or was changed") from None


def _library() -> tuple[Any, Any, Any]:
    try:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils
    except ImportError:
        raise CertificateError("needs cordon[verify] to be installed") from None
    return ec, hashes, utils


def _key(path: str, flag: str, private: bool) -> Any:
    """Read a key, PEM or JWK."""
    from cryptography.exceptions import UnsupportedAlgorithm

    kind = "private" if private else "public"
    try:
        with open(path, "rb") as file:
            data = file.read()
        key = _of_jwk(data, private) if data[:1] == b"{" else _of_pem(data, private)
        if key.curve.name != "secp256r1":
            raise ValueError
    except OSError:
        raise CertificateError(f"{flag}: cannot be read") from None
    except (ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm):
        reason = f"must hold a {kind} key of P-256, as PEM without a password or JWK"
        raise CertificateError(f"{flag}: {reason}") from None
    return key


def _of_pem(data: bytes, private: bool) -> Any:
    from cryptography.hazmat.primitives import serialization

    if private:
        return serialization.load_pem_private_key(data, password=None)
    return serialization.load_pem_public_key(data)


def _of_jwk(data: bytes, private: bool) -> Any:
    ec, _, _ = _library()
    jwk = json.loads(data)
    if (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
        raise ValueError
    if private:
        return ec.derive_private_key(int.from_bytes(_bytes(jwk["d"])), ec.SECP256R1())
    x, y = (int.from_bytes(_bytes(jwk[name])) for name in "xy")
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _jwk(public: Any) -> dict[str, str]:
    numbers = public.public_numbers()
    x, y = (base64(number.to_bytes(_HALF)) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
