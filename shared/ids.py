"""Names for rows, words people can say, and secrets nobody can guess."""

import hashlib
import secrets
import unicodedata
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat

# Nothing that sounds or looks like something else: no 0, O, 1, I.
SAYABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_id() -> UUID:
    """A UUIDv7: unique everywhere, ordered by time."""
    return uuid_utils.compat.uuid7()


def born_at(row_id: UUID) -> datetime:
    """When a UUIDv7 was given, by the machine's clock (RFC 9562, 5.7: milliseconds in the first 48 bits)."""
    return datetime.fromtimestamp((row_id.int >> 80) / 1000, UTC)


def new_secret(n_bytes: int = 16) -> str:
    """Random text for links, base64url without padding (16 bytes: 22 characters)."""
    return secrets.token_urlsafe(n_bytes)


def new_reference(length: int = 8) -> str:
    """A short public reference that can be said on the phone."""
    # 32 letters: the last five bits of a random byte choose one, all alike
    return "".join([SAYABLE[byte & 31] for byte in secrets.token_bytes(length)])


def tidy_reference(typed: str) -> str:
    """What was meant by a typed reference: capitals, any script's digits, no spaces or dashes."""
    plain = (str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in typed)
    return "".join(c for c in "".join(plain).upper() if c.isalnum())


def hash_secret(text: str) -> bytes:
    """What is stored of a random secret of at least 128 bits (SHA-256 suffices for those)."""
    return hashlib.sha256(text.encode()).digest()
