"""Which events are told, how they are signed, when they are tried again, and when a webhook ends.

After https://www.standardwebhooks.com (specification of 2025, read 2026-11-28): webhook-id, webhook-timestamp,
webhook-signature `v1,` and base64 of HMAC-SHA256 over "id.timestamp.body"; secrets `whsec_` and base64; 410 ends it.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.problem import N_, Problem

# In the words of the messages; none of them carries a name, a number or an address of anybody.
EVENTS: dict[str, str] = {
    "booking.confirmed.v1": N_("Seat reserved"),
    "booking.waitlisted.v1": N_("Waiting list"),
    "booking.offered.v1": N_("A seat is offered"),
    "booking.cancelled.v1": N_("Booking cancelled"),
    "booking.lapsed.v1": N_("Offer of a seat lapsed"),
    "booking.held.v1": N_("Seat held for a moment"),
    "booking.queued.v1": N_("Queued at the door"),
    "booking.released.v1": N_("Seat given to the queue"),
    "session.changed.v1": N_("Session made or changed"),
    "application.changed.v1": N_("Application changed"),
    "attendance.counted.v1": N_("Attendance counted"),
    "attendance.threshold_passed.v1": N_("A count reached a number"),
}
TEST = "webhook.tested.v1"

# What of a message is told, by the first word of its name: a field that is added to a message is told to nobody until
# it stands here. Left out are means to act (`answer_code`) as well as everything personal.
TOLD: dict[str, frozenset[str]] = {
    "booking": frozenset(
        [
            *("reference", "session_id", "person_id", "party_size", "state", "place_in_line", "was_waitlisted"),
            *("cancelled_by", "ends_at", "is_first_come", "has_arrived"),
        ]
    ),
    "session": frozenset(
        [
            *("reference", "titles", "kind", "room", "room_names", "state"),
            *("starts_wall", "ends_wall", "zone", "starts_at", "ends_at"),
        ]
    ),
    "application": frozenset(["reference", "person_id", "state", "missing", "offer_ends_at", "rank", "stands"]),
    "attendance": frozenset(
        [
            *("day", "counted_at", "is_closed", "visits", "visitors", "inside", "capacity", "national", "foreign"),
            *("not_visitors", "gates", "halls", "tally", "sessions", "thresholds"),
            *("at", "measure", "place", "threshold", "value", "percent"),
        ]
    ),
}

# Seconds before each try: three days and three hours in all.
SCHEDULE = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
LONGEST_REST = 300.0  # seconds that a webhook rests after several failures in a row
LEASE = timedelta(seconds=60)  # longer than any call may take
OVERLAP = timedelta(days=1)  # in which the old secret signs beside the new one
MOST = 10  # webhooks of an exhibition
PREFIX, SECRET_BYTES = "whsec_", 32


def told(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a message."""
    return {field: said for field, said in body.items() if field in TOLD[name.partition(".")[0]]}


class State(StrEnum):
    """Where a webhook stands."""

    ACTIVE = "active"
    ENDED = "ended"


class Outcome(StrEnum):
    """Where an event stands with a webhook."""

    DUE = "due"
    DELIVERED = "delivered"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a call did not succeed."""

    STATUS = "status"  # an answer other than 2xx
    AWAY = "away"
    SLOW = "slow"
    UNKNOWN_HOST = "unknown-host"
    NOT_PUBLIC = "not-public"
    BAD_CERTIFICATE = "bad-certificate"
    ENDED = "ended"


class TooManyWebhooks(Problem):
    slug = "too-many-webhooks"
    status = 409
    title = N_("This exhibition has as many webhooks as it may have.")
    detail = N_("End one that is not needed any more.")


@dataclass(frozen=True)
class Place:
    """Which webhook."""

    exhibition_id: UUID
    id: UUID


@dataclass(frozen=True)
class Reply:
    """What became of a call: the answer's status, or why there was none."""

    status: int | None
    reason: Reason | None = None

    @property
    def is_yes(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def ends_webhook(self) -> bool:
        """410 Gone: the receiver wants no more, ever."""
        return self.status == 410


@dataclass(frozen=True)
class Step:
    """What becomes of an event: where it stands, and when it is tried again."""

    outcome: Outcome
    next_at: datetime | None


def next_step(reply: Reply, tries: int, at: datetime, chance: float) -> Step:
    """After the try number `tries`; `chance` (0 to 1) spreads the pauses by a tenth either way."""
    if reply.is_yes:
        return Step(Outcome.DELIVERED, None)
    if reply.ends_webhook or tries >= len(SCHEDULE):
        return Step(Outcome.FAILED, None)
    return Step(Outcome.DUE, at + timedelta(seconds=SCHEDULE[tries] * (0.9 + chance / 5)))


def rest_after(failures: int) -> timedelta:
    """How long a webhook rests after so many failures in a row, so that a dead one takes nobody's time."""
    return timedelta(seconds=min(2.0**failures, LONGEST_REST) if failures else 0)


def new_secret() -> str:
    """A secret as its receiver keeps it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """One signature; ValueError for what is no secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as wrong:
        raise ValueError("a secret is whsec_ and base64") from wrong
    told = f"{event_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, told, hashlib.sha256)).decode()


def headers_of(secrets_now: Sequence[str], event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What goes with a body; a signature for each secret, the newest first."""
    return {
        "content-type": "application/json",
        "user-agent": "Moussem",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(one, event_id, timestamp, body) for one in secrets_now),
    }
