"""Ticketing's own signature under what leaves the house: the numbers of an audit, a certificate."""

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@dataclass(frozen=True, slots=True)
class ProofKey:
    """An Ed25519 key that follows from the installation's secret: nothing to keep, nothing to lose beside it."""

    key_id: str
    private: bytes
    public: bytes


def proof_key(secret: bytes) -> ProofKey:
    """The key of this installation; the same secret, the same key."""
    private = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"moussem ticketing proofs").derive(secret)
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return ProofKey(hashlib.sha256(public).hexdigest()[:10], private, public)
