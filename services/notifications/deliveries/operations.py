"""Claiming notices and noting what became of them. The attempt is committed before a provider is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.announcements.operations.sending import is_stopped
from services.notifications.announcements.operations.writing import text_of
from services.notifications.deliveries.domain import LEASE, CannotSendAgain, Outcome, Step
from services.notifications.deliveries.models import delivery
from services.notifications.notices.domain import Act, Channel, Reason, State, before
from services.notifications.notices.models import contact, notice
from services.notifications.notices.operations.log import find_notice
from services.notifications.optout.operations import is_unwanted
from services.notifications.reminders.domain import KIND_OF
from services.notifications.reminders.operations import still_holds
from services.notifications.templates.domain import Kind, Template
from services.notifications.templates.operations import text_for


@dataclass(frozen=True)
class Claimed:
    """A notice in one sender's hands until the lease ends; `attempt` counts from 1."""

    exhibition_id: UUID
    id: UUID
    attempt: int
    person_id: UUID
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
    .where(*_IS_IT, *_IS_DUE, notice.c.state.in_(before(Act.CLAIM)))
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
_IS_OURS = (*_IS_IT, notice.c.attempts == sa.bindparam("of_attempt"))
_BLANKED = sa.case((notice.c.is_secret, sa.literal({}, sa.JSON)), else_=notice.c.data)
_NOW: dict[str, Any] = {
    "state": sa.bindparam("becomes"),
    "next_at": sa.bindparam("again_at"),
    "reason": sa.bindparam("why"),
}
_SETTLED_NOW = _NOW | {"settled_at": sa.bindparam("at"), "data": _BLANKED}
_RETRY = sa.update(notice).where(*_IS_OURS, notice.c.state.in_(before(Act.PUT_OFF))).values(_NOW)
_FAIL = sa.update(notice).where(*_IS_OURS, notice.c.state.in_(before(Act.GIVE_UP))).values(_SETTLED_NOW)
# a yes counts in any case, until the notice is settled
_ACCEPT = sa.update(notice).where(*_IS_IT, notice.c.state.in_(before(Act.ACCEPT))).values(_SETTLED_NOW)
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


def why_not(db: Connection, claimed: Claimed) -> Reason | None:
    """Why a notice must not be brought any more, although it was made; asked right before."""
    if is_unwanted(db, claimed.exhibition_id, claimed.person_id, claimed.kind):
        return Reason.NOT_WANTED
    if claimed.kind in KIND_OF.values() and not still_holds(db, claimed.exhibition_id, claimed.data):
        return Reason.NO_LONGER_SO
    if claimed.kind is Kind.ANNOUNCEMENT and is_stopped(db, claimed.exhibition_id, UUID(claimed.data["announcement"])):
        return Reason.STOPPED
    return None


def list_attempts(db: Connection, exhibition_id: UUID, notice_id: UUID) -> Sequence[sa.Row[Any]]:
    """Every attempt to bring a notice, the first one first."""
    its = (delivery.c.exhibition_id == exhibition_id, delivery.c.notice_id == notice_id)
    return db.execute(sa.select(delivery).where(*its).order_by(delivery.c.attempt)).all()


def can_send_again(at: datetime) -> sa.ColumnElement[bool]:
    """Of a notice: it failed, its words are still there, and somebody has use for them; `at` by the fair's clock."""
    return sa.and_(
        notice.c.state.in_(before(Act.SEND_AGAIN)), notice.c.is_secret.is_(False), notice.c.useful_until > at
    )


def send_again(db: Connection, exhibition_id: UUID, notice_id: UUID, at: datetime) -> None:
    """Let a failed notice go once more, to where its person is reached now; NotFound, CannotSendAgain.

    It keeps its id, so a provider that took it after all does not bring it twice. `at` is by the fair's clock.
    """
    row = find_notice(db, exhibition_id, notice_id)
    to = _address_now(db, row) or row.address
    done = db.execute(
        sa.update(notice)
        .where(notice.c.exhibition_id == exhibition_id, notice.c.id == notice_id, can_send_again(at))
        .values(state=State.DUE, next_at=datetime.now(UTC), not_before=None, settled_at=None, reason="", address=to)
    )
    if not done.rowcount:
        raise CannotSendAgain


def _address_now(db: Connection, row: sa.Row[Any]) -> str | None:
    column = contact.c.phone if row.channel == Channel.SMS else contact.c.email
    found: str | None = db.execute(
        sa.select(column).where(contact.c.exhibition_id == row.exhibition_id, contact.c.id == row.person_id)
    ).scalar()
    return found


def _claimed(db: Connection, row: sa.Row[Any]) -> Claimed:
    return Claimed(
        exhibition_id=row.exhibition_id,
        id=row.id,
        attempt=row.attempts,
        person_id=row.person_id,
        kind=Kind(row.kind),
        language=row.language,
        address=row.address,
        data=row.data,
        made_at=row.made_at,
        useful_until=row.useful_until,
        correlation_id=row.correlation_id,
        own_text=text_of(db, row),
    )
