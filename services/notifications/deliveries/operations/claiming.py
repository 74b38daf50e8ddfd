"""Claiming notices: the attempt is counted and paid, and committed, before a provider is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.announcements.operations.sending import is_stopped
from services.notifications.announcements.operations.writing import text_of
from services.notifications.deliveries.domain import LEASE
from services.notifications.deliveries.domain.chain import time_for
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.domain.texts import sms_text
from services.notifications.deliveries.models import delivery
from services.notifications.deliveries.operations import money
from services.notifications.deliveries.operations.money import Bill
from services.notifications.notices.domain import Act, Channel, Priority, Reason, State, before
from services.notifications.notices.models import notice
from services.notifications.optout.operations import is_unwanted
from services.notifications.reminders.domain import KIND_OF
from services.notifications.reminders.operations import still_holds
from services.notifications.templates.domain import Kind, Template
from services.notifications.templates.domain.segments import segments
from services.notifications.templates.operations import text_for
from shared import clock


@dataclass(frozen=True)
class Claimed:
    """A notice in one sender's hands until the lease ends; `attempt` counts from 1.

    With a `refusal` no provider may be asked.
    """

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
    channel: Channel = Channel.SMS
    refusal: Reason | None = None
    priority: Priority = Priority.URGENT

    @property
    def text(self) -> Template:
        """The text it is written with: the exhibition's own, else the product's."""
        return self.own_text or text_for(self.kind, self.language)


@dataclass(frozen=True)
class Room:
    """How many notices may be claimed together, and how many of them may be of the lowest priority."""

    all: int = 1
    low: int = 1

    def of(self, priority: Priority) -> int:
        """How many of a priority."""
        return self.all if priority < Priority.LOW else min(self.all, self.low)


DEFAULT, ONE = Providers(), Room()


def stands_before(act: Act) -> sa.ColumnElement[bool]:
    """The condition that an act can happen to a notice; `IN` cannot be executed for many at once."""
    return sa.or_(*(notice.c.state == state for state in before(act)))


# Written once: building a statement costs more than running it.
_IS_DUE = (
    notice.c.channel == sa.bindparam("of_channel"),
    notice.c.next_at <= sa.bindparam("at"),
    notice.c.not_before.is_(None),
)
IS_IT = (notice.c.exhibition_id == sa.bindparam("of_exhibition"), notice.c.id == sa.bindparam("of_notice"))
_TAKE = (
    sa.select(notice)
    .where(*_IS_DUE, notice.c.priority == sa.bindparam("of_priority"))
    .order_by(notice.c.next_at)
    .limit(sa.bindparam("at_most"))
    # no stronger than an update itself: what refers to a notice may be written meanwhile
    .with_for_update(skip_locked=True, key_share=True)
)
_CLAIM = (
    sa.update(notice)
    .where(*IS_IT, notice.c.attempts == sa.bindparam("tried"), stands_before(Act.CLAIM))
    .values(
        state=State.CLAIMED,
        attempts=notice.c.attempts + 1,
        next_at=sa.bindparam("until"),
        overdue_at=sa.func.coalesce(notice.c.overdue_at, sa.bindparam("overdue", type_=notice.c.overdue_at.type)),
        cost=sa.bindparam("its_cost"),
        segments=sa.bindparam("its_segments"),
        spent_on=sa.bindparam("its_day"),
    )
)


def _is_any_due(*, low: bool) -> sa.Select[Any]:
    """Priority by priority: as one range, whatever waits for later would be walked through."""
    asked = [one for one in Priority if low or one is not Priority.LOW]
    each = [sa.exists().where(*_IS_DUE, notice.c.priority == sa.literal(int(one))) for one in asked]
    return sa.select(sa.or_(*each))


_IS_ANY_DUE = {low: _is_any_due(low=low) for low in (True, False)}


def is_due(db: Connection, channel: Channel, at: datetime, room: Room) -> bool:
    """Whether a notice waits to be claimed for which there is room."""
    return bool(db.execute(_IS_ANY_DUE[room.low > 0], {"of_channel": channel, "at": at}).scalar_one())


def claim(
    db: Connection, channel: Channel, at: datetime, providers: Providers = DEFAULT, room: Room = ONE
) -> list[Claimed]:
    """Take the most urgent notices that have been due longest, count the attempts, hold them for the length of a lease.

    A notice whose claimer died is due again when its lease ends. What they cost is taken from their exhibitions'
    purses here; where that is not allowed, the notice says so.
    """
    rows: list[sa.Row[Any]] = []
    for priority in Priority:
        at_most = min(room.of(priority), room.all - len(rows))
        rows += _take(db, channel, at, priority, at_most) if at_most > 0 else []
    return _claim(db, channel, at, providers, rows) if rows else []


def _take(db: Connection, channel: Channel, at: datetime, priority: Priority, at_most: int) -> Sequence[sa.Row[Any]]:
    asked = {"of_channel": channel, "of_priority": int(priority), "at": at, "at_most": at_most}
    return db.execute(_TAKE, asked).all()


def _claim(
    db: Connection, channel: Channel, at: datetime, providers: Providers, rows: Sequence[sa.Row[Any]]
) -> list[Claimed]:
    texts = _texts(db, rows)
    bills = [
        Bill(row, segments(sms_text(text, _words(row), row.language, providers.site)) if channel is Channel.SMS else 1)
        for row, text in zip(rows, texts, strict=True)
    ]
    money.pay(db, providers, channel, bills)
    held = {"until": at + LEASE}
    its = [held | _its(row) | bill.paid | _overdue(providers, row, at) for row, bill in zip(rows, bills, strict=True)]
    if db.execute(_CLAIM, its).rowcount != len(rows):
        raise RuntimeError("a notice that was locked was claimed by somebody else")
    db.execute(sa.insert(delivery), [_attempt(row, at) for row in rows])
    return [_claimed(row, text, bill) for row, text, bill in zip(rows, texts, bills, strict=True)]


def _texts(db: Connection, rows: Sequence[sa.Row[Any]]) -> list[Template]:
    """The text of each; read once for those with the same."""
    known: dict[Any, Template] = {}
    keys = [(row.exhibition_id, row.kind, row.language, row.data.get("announcement")) for row in rows]
    for key, row in zip(keys, rows, strict=True):
        if key not in known:
            known[key] = text_of(db, row)
    return [known[key] for key in keys]


def _its(row: sa.Row[Any]) -> dict[str, Any]:
    return {"of_exhibition": row.exhibition_id, "of_notice": row.id, "tried": row.attempts}


def _overdue(providers: Providers, row: sa.Row[Any], at: datetime) -> dict[str, Any]:
    step = time_for(providers.accept_seconds(Channel(row.channel)), clock.now(), row.useful_until)
    return {"overdue": at + step if step else None}


def _attempt(row: sa.Row[Any], at: datetime) -> dict[str, Any]:
    its = {"exhibition_id": row.exhibition_id, "notice_id": row.id}
    return its | {"attempt": row.attempts + 1, "started_at": at}


def _words(row: sa.Row[Any]) -> dict[str, str]:
    return {**row.data, "answer_code": row.answer_code} if row.answer_code else dict(row.data)


def _claimed(row: sa.Row[Any], text: Template, bill: Bill) -> Claimed:
    return Claimed(
        exhibition_id=row.exhibition_id,
        id=row.id,
        attempt=row.attempts + 1,
        person_id=row.person_id,
        kind=Kind(row.kind),
        language=row.language,
        address=row.address,
        data=_words(row),
        made_at=row.made_at,
        useful_until=row.useful_until,
        correlation_id=row.correlation_id,
        own_text=text,
        channel=Channel(row.channel),
        refusal=bill.refusal,
        priority=Priority(row.priority),
    )


def why_not(db: Connection, claimed: Claimed) -> Reason | None:
    """Why a notice must not be brought any more, although it was made; asked right before."""
    if is_unwanted(db, claimed.exhibition_id, claimed.person_id, claimed.kind):
        return Reason.NOT_WANTED
    if claimed.kind in KIND_OF.values() and not still_holds(db, claimed.exhibition_id, claimed.data):
        return Reason.NO_LONGER_SO
    if claimed.kind is Kind.ANNOUNCEMENT and is_stopped(db, claimed.exhibition_id, UUID(claimed.data["announcement"])):
        return Reason.STOPPED
    return None
