"""The badge code, version 1: what a gate reads and verifies without a network.

Big-endian record of 27 bytes and its Ed25519 signature, base45 (RFC 9285), after `MSM:`. No name, no person id.
The published contract is tests/contracts/badge.v1.json.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from uuid import UUID

import base45

PREFIX = "MSM:"
VERSION = 1
PURPOSE_ADMIT = 1
DAY_ZERO = date(2020, 1, 1)
_RECORD = struct.Struct(">BBHH16sBHH")


class KindNumber(IntEnum):
    """The kinds of badge as the code writes them."""

    VISITOR = 1
    EXHIBITOR = 2
    ORGANISER = 3
    SERVICE = 4
    PRESS = 5


@dataclass(frozen=True)
class BadgeFields:
    """What a badge says; days are local dates, both included."""

    key_number: int
    exhibition_number: int
    badge_id: UUID
    kind: KindNumber
    first_day: date
    last_day: date


def record_of(badge: BadgeFields) -> bytes:
    """The 27 bytes that are signed; ValueError when a number does not fit."""
    try:
        return _RECORD.pack(
            VERSION,
            PURPOSE_ADMIT,
            badge.key_number,
            badge.exhibition_number,
            badge.badge_id.bytes,
            badge.kind,
            (badge.first_day - DAY_ZERO).days,
            (badge.last_day - DAY_ZERO).days,
        )
    except struct.error as wrong:
        raise ValueError("a badge cannot say this") from wrong


def key_number_of(record: bytes) -> int:
    """The number of the key that signed a record."""
    return int.from_bytes(record[2:4])


def with_key(record: bytes, key_number: int) -> bytes:
    """The same record for another key to sign."""
    return record[:2] + key_number.to_bytes(2) + record[4:]


def code_of(record: bytes, signature: bytes) -> str:
    """The 141 characters of a badge code; they fit the QR's alphanumeric mode."""
    text: bytes = base45.b45encode(record + signature)
    return PREFIX + text.decode()


def encode(badge: BadgeFields, sign: Callable[[bytes], bytes]) -> str:
    """The code of a badge, signed with `sign`."""
    record = record_of(badge)
    return code_of(record, sign(record))


def show_reference(reference: str) -> str:
    """A badge's reference as people read it: XXXX-XXXX."""
    return f"{reference[:4]}-{reference[4:]}"
