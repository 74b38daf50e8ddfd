"""Claiming notices and noting what became of them. The attempt is committed before a provider is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.deliveries.domain import LEASE, Outcome, Step
from services.notifications.deliveries.models import delivery
from services.notifications.notices.domain import SETTLED, Channel, State
from services.notifications.notices.models import notice
from services.notifications.templates.domain import Kind


@dataclass(frozen=True)
class Claimed:
    """A notice in one sender's hands until the lease ends; `attempt` counts from 1."""

    exhibition_id: UUID
    id: UUID
    attempt: int
    kind: Kind
    language: str
    address: str
    data: Mapping[str, str]
    made_at: datetime
    useful_until: datetime
    correlation_id: str


def is_due(db: Connection, channel: Channel, at: datetime) -> bool:
    """Whether a notice of this channel waits to be claimed."""
    return db.execute(sa.select(notice.c.id).where(*_due(channel, at)).limit(1)).first() is not None


def claim(db: Connection, channel: Channel, at: datetime) -> Claimed | None:
    """Take the notice that has been due longest, count the attempt, hold it for the length of a lease.

    A notice whose claimer died is due again when its lease ends. None when nothing is due.
    """
    longest = db.execute(
        sa.select(notice.c.exhibition_id, notice.c.id)
        .where(*_due(channel, at))
        .order_by(notice.c.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if longest is None:
        return None
    row = db.execute(
        sa.update(notice)
        .where(*_is(longest.exhibition_id, longest.id), *_due(channel, at))
        .values(state=State.CLAIMED, attempts=notice.c.attempts + 1, next_at=at + LEASE)
        .returning(notice)
    ).first()
    if row is None:
        return None
    claimed = Claimed(
        exhibition_id=row.exhibition_id,
        id=row.id,
        attempt=row.attempts,
        kind=Kind(row.kind),
        language=row.language,
        address=row.address,
        data=row.data,
        made_at=row.made_at,
        useful_until=row.useful_until,
        correlation_id=row.correlation_id,
    )
    db.execute(sa.insert(delivery).values(**_attempt(claimed), started_at=at))
    return claimed


def settle(db: Connection, claimed: Claimed, outcome: Outcome, step: Step) -> bool:
    """Note the answer; False when the lease had run out and a later attempt has the notice now.

    A yes counts in any case, until the notice is settled. Secrets go with the last word.
    """
    at = datetime.now(UTC)
    own = [delivery.c[name] == value for name, value in _attempt(claimed).items()]
    db.execute(sa.update(delivery).where(*own).values(ended_at=at, verdict=outcome.verdict, reason=step.reason))
    still = [*_is(claimed.exhibition_id, claimed.id), notice.c.state.not_in(SETTLED)]
    if step.state is not State.ACCEPTED:
        still.append(notice.c.attempts == claimed.attempt)
    values: dict[str, Any] = {"state": step.state, "next_at": step.next_at, "reason": step.reason}
    if step.state in SETTLED:
        blanked = sa.case((notice.c.is_secret, sa.literal({}, sa.JSON)), else_=notice.c.data)
        values |= {"settled_at": at, "data": blanked}
    return db.execute(sa.update(notice).where(*still).values(values)).rowcount > 0


def _due(channel: Channel, at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (notice.c.channel == channel, notice.c.next_at <= at)


def _is(exhibition_id: UUID, notice_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (notice.c.exhibition_id == exhibition_id, notice.c.id == notice_id)


def _attempt(claimed: Claimed) -> dict[str, UUID | int]:
    return {
        "exhibition_id": claimed.exhibition_id,
        "notice_id": claimed.id,
        "attempt": claimed.attempt,
    }
