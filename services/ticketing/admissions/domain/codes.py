"""Reads badge codes (tests/contracts/badge.v1.json): MSM: + base45(27 bytes of record + 64 of signature)."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import base45

from services.ticketing.access.domain import SigningKey
from services.ticketing.admissions.domain import BadgeKind, Reason
from shared.ids import SAYABLE, tidy_reference
from shared.tokens import verify_bytes

PREFIX = "MSM:"
CODE_LENGTH = 141
_RECORD = struct.Struct(">BBHH16sBHH")
_DAY_ZERO = date(2020, 1, 1)
_VERSION, _ADMIT = 1, 1
_KINDS = dict(enumerate(BadgeKind, start=1))


@dataclass(frozen=True, slots=True)
class Reading:
    """What an authentic code says."""

    badge_id: UUID
    kind: BadgeKind
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Typed:
    """A short reference typed by hand."""

    reference: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A code that names no badge of ours, and why."""

    reason: Reason


def read_code(text: str, *, keys: Mapping[int, SigningKey], number: int, at: datetime) -> Reading | Typed | Unread:
    """What was meant by a scanned or typed text at the exhibition called `number`.

    Keyboards change case and scanners drop a blank at the end; both are forgiven.
    """
    text = text.strip("\r\n\t").lstrip(" ").upper()
    if not text.startswith(PREFIX):
        typed = tidy_reference(text)
        is_reference = len(typed) == 8 and set(typed) <= set(SAYABLE)
        return Typed(typed) if is_reference else Unread(Reason.UNREADABLE)
    return _read_signed(text.ljust(CODE_LENGTH)[len(PREFIX) :], keys, number, at)


def _read_signed(text: str, keys: Mapping[int, SigningKey], number: int, at: datetime) -> Reading | Unread:
    try:
        data = base45.b45decode(text)
        record, signature = data[: _RECORD.size], data[_RECORD.size :]
        version, purpose, key_number, exhibition, badge, kind, first, last = _RECORD.unpack(record)
    except (ValueError, struct.error):
        return Unread(Reason.UNREADABLE)
    if (version, purpose) != (_VERSION, _ADMIT) or kind not in _KINDS or len(signature) != 64:
        return Unread(Reason.UNREADABLE)
    key = keys.get(key_number)
    if key is None or not key.verifies(at):
        return Unread(Reason.UNKNOWN_KEY)
    if not verify_bytes(key.public_key, record, signature):
        return Unread(Reason.FORGED)
    if exhibition != number:
        return Unread(Reason.FOREIGN)
    days = (_DAY_ZERO + timedelta(days=first), _DAY_ZERO + timedelta(days=last))
    return Reading(UUID(bytes=badge), _KINDS[kind], *days)
