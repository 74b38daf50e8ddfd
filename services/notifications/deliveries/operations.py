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
from services.notifications.templates.domain import Kind, Template
from services.notifications.templates.domain.editing import Place
from services.notifications.templates.operations import find_text, text_for


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
    own_text: Template | None = None

    @property
    def text(self) -> Template:
        """The text it is written with: the exhibition's own, else the product's."""
        return self.own_text or text_for(self.kind, self.language)


# Written once: building a statement costs more than running it.
_IS_DUE = (
    notice.c.channel == sa.bindparam("of_channel"),
    notice.c.next_at <= sa.bindparam("at"),
    notice.c.not_before.is_(None),
)
_IS_IT = (notice.c.exhibition_id == sa.bindparam("of_exhibition"), notice.c.id == sa.bindparam("of_notice"))
_LOOK = sa.select(notice.c.exhibition_id, notice.c.id).where(*_IS_DUE).order_by(notice.c.next_at).limit(1)
_TAKE = _LOOK.with_for_update(skip_locked=True)
_CLAIM = (
    sa.update(notice)
    .where(*_IS_IT, *_IS_DUE)
    .values(state=State.CLAIMED, attempts=notice.c.attempts + 1, next_at=sa.bindparam("until"))
    .returning(notice)
)
_END_ATTEMPT = (
    sa.update(delivery)
    .where(
        delivery.c.exhibition_id == sa.bindparam("of_exhibition"),
        delivery.c.notice_id == sa.bindparam("of_notice"),
        delivery.c.attempt == sa.bindparam("of_attempt"),
    )
    .values(ended_at=sa.bindparam("at"), verdict=sa.bindparam("said"), reason=sa.bindparam("why"))
)
_IS_OPEN = (*_IS_IT, notice.c.state.not_in(SETTLED))
_IS_OURS = (*_IS_OPEN, notice.c.attempts == sa.bindparam("of_attempt"))
_BLANKED = sa.case((notice.c.is_secret, sa.literal({}, sa.JSON)), else_=notice.c.data)
_NOW: dict[str, Any] = {
    "state": sa.bindparam("becomes"),
    "next_at": sa.bindparam("again_at"),
    "reason": sa.bindparam("why"),
}
_RETRY = sa.update(notice).where(*_IS_OURS).values(_NOW)
_FAIL = _RETRY.values(settled_at=sa.bindparam("at"), data=_BLANKED)
# a yes counts in any case, until the notice is settled
_ACCEPT = sa.update(notice).where(*_IS_OPEN).values(_NOW | {"settled_at": sa.bindparam("at"), "data": _BLANKED})
_SETTLE = {State.RETRY: _RETRY, State.FAILED: _FAIL, State.ACCEPTED: _ACCEPT}


def is_due(db: Connection, channel: Channel, at: datetime) -> bool:
    """Whether a notice of this channel waits to be claimed."""
    return db.execute(_LOOK, {"of_channel": channel, "at": at}).first() is not None


def claim(db: Connection, channel: Channel, at: datetime) -> Claimed | None:
    """Take the notice that has been due longest, count the attempt, hold it for the length of a lease.

    A notice whose claimer died is due again when its lease ends. None when nothing is due.
    """
    due = {"of_channel": channel, "at": at}
    longest = db.execute(_TAKE, due).first()
    if longest is None:
        return None
    it = {"of_exhibition": longest.exhibition_id, "of_notice": longest.id}
    row = db.execute(_CLAIM, due | it | {"until": at + LEASE}).first()
    if row is None:
        return None
    begun = {
        "exhibition_id": row.exhibition_id,
        "notice_id": row.id,
        "attempt": row.attempts,
        "started_at": at,
    }
    db.execute(sa.insert(delivery), begun)
    return _claimed(db, row)


def settle(db: Connection, claimed: Claimed, outcome: Outcome, step: Step) -> bool:
    """Note the answer; False when the lease had run out and a later attempt has the notice now.

    Secrets go with the last word.
    """
    said = {
        "of_exhibition": claimed.exhibition_id,
        "of_notice": claimed.id,
        "of_attempt": claimed.attempt,
        "at": datetime.now(UTC),
        "said": outcome.verdict,
        "why": step.reason,
        "becomes": step.state,
        "again_at": step.next_at,
    }
    db.execute(_END_ATTEMPT, said)
    return db.execute(_SETTLE[step.state], said).rowcount > 0


def _claimed(db: Connection, row: sa.Row[Any]) -> Claimed:
    return Claimed(
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
        own_text=find_text(db, Place(row.exhibition_id, Kind(row.kind), row.language)).template,
    )
