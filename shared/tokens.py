"""Signed tokens (JWT, EdDSA only) and signed bytes. Ed25519 keys; who verifies asks for a key by its id."""

import base64
import binascii
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from shared.ids import new_reference

_KEPT = 20_000
_URL_SAFE = str.maketrans("-_+/=", "+/~~~")


class BadToken(Exception):
    """The token is forged, expired, meant for somebody else, or signed with a key we do not know."""


class NewKey(NamedTuple):
    """A fresh key pair; both halves raw, 32 bytes."""

    private: bytes
    public: bytes
    key_id: str


def new_key() -> NewKey:
    """Make an Ed25519 key pair with a short name."""
    key = Ed25519PrivateKey.generate()
    return NewKey(key.private_bytes_raw(), key.public_key().public_bytes_raw(), new_reference(10))


def sign(claims: Mapping[str, Any], *, private: bytes, key_id: str, typ: str) -> str:
    """A JWT over `claims`; `typ` says what kind of token it is (RFC 8725, 3.11)."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    return jwt.encode(dict(claims), key, algorithm="EdDSA", headers={"kid": key_id, "typ": typ})


def sign_bytes(private: bytes, data: bytes) -> bytes:
    """The 64 bytes of signature over `data`."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(data)


def verify_bytes(public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether `signature` over `data` was made with the private half of `public`."""
    # libsodium needs 40 µs where OpenSSL needs 65, and lets go of the interpreter's lock meanwhile
    try:
        VerifyKey(public).verify(data, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _header_of(part: str) -> dict[str, Any]:
    """What a token says about itself, not yet believed; all tokens signed with one key begin alike."""
    return jwt.get_unverified_header(f"{part}..")


class Verifier:
    """Verifies tokens of one kind for one audience, and remembers those it has verified until they end.

    `find_key` gives the raw public key of a key id, or None when there is none (any more). It is asked at each
    use, so that a revoked key stops at once; the costly signature check is what is remembered.
    """

    def __init__(self, find_key: Callable[[str], bytes | None], *, audience: str, typ: str) -> None:
        self._find_key, self._audience, self._typ = find_key, audience, typ
        self._known: dict[str, tuple[bytes, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def claims(self, token: str, at: datetime) -> dict[str, Any]:
        """The claims of a valid token at this moment; BadToken."""
        public, claims = self._known.get(token) or self._verify(token)
        if claims["exp"] <= at.timestamp() or self._find_key(claims["kid"]) != public:
            raise BadToken
        return claims

    def _verify(self, token: str) -> tuple[bytes, dict[str, Any]]:
        try:
            head, said, signature = token.split(".")
            header = _header_of(head)
            is_ours = header.get("typ") == self._typ and header.get("alg") == "EdDSA"
            public = self._find_key(str(header["kid"])) if is_ours else None
            # by hand: PyJWT looks at each letter of a token, which cost as much as the signature
            if public is None or not verify_bytes(public, f"{head}.{said}".encode(), _strict(signature)):
                raise BadToken
            claims = orjson.loads(_strict(said))
            # the end is compared with our own clock, which a rehearsal may move
            if claims["aud"] != self._audience or not claims["sub"] or not isinstance(claims["exp"], int):
                raise BadToken
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as wrong:
            raise BadToken from wrong
        claims["kid"] = str(header["kid"])
        with self._lock:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[token] = (public, claims)
        return public, claims


def _strict(text: str) -> bytes:
    """The bytes of base64url text as RFC 7515 writes it: no other letters, no padding; ValueError."""
    return binascii.a2b_base64(text.translate(_URL_SAFE) + "=" * (-len(text) % 4), strict_mode=True)


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of base64url text without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def jwks(keys: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    """Public keys as a JSON Web Key Set (RFC 8037)."""
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": name, "x": b64(public)}
            for name, public in keys
        ]
    }
