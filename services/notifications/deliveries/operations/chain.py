"""Moving a notice on to its person's next way: after a refusal, a bounce, or a silence that lasts too long."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.access.models import exhibition_copy
from services.notifications.deliveries.domain import LEASE
from services.notifications.deliveries.domain.chain import Tried, next_way
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.operations.following import list_ways
from services.notifications.notices.domain import Act, Channel, Contact, Reason, State, before, next_id
from services.notifications.notices.models import contact, notice, quiet_hours
from services.notifications.notices.operations.telling import Told, not_before
from services.notifications.templates.domain import Kind
from shared import clock
from shared.clock import to_wall
from shared.db import insert_new

AT_ONCE = 50
Row = sa.Row[Any]


def move_on(db: Connection, providers: Providers, row: Row, data: dict[str, str]) -> bool:
    """Give the words of a notice to its person's next way; whether there is one.

    `row` stands as it is now, `data` are its words, which may be gone from the row already, as may its answering code.
    """
    if row.useful_until <= clock.now():
        return False
    ways = list_ways(db, row)
    way = _next(db, providers, row, ways)
    if way is None:
        return False
    channel, to = way
    first = next(one for one in ways if one.after_id is None)
    kept = ("exhibition_id", "message_id", "person_id", "correlation_id", "kind", "language", "is_secret", "priority")
    fresh = {name: getattr(row, name) for name in (*kept, "useful_until")}
    is_letter = channel is Channel.PRINT
    fresh |= {
        "id": next_id(first.id, channel),
        "channel": channel,
        "address": to,
        "data": {name: words for name, words in data.items() if name != "answer_code"},
        "answer_code": row.answer_code or data.get("answer_code"),
        "made_at": clock.now(),
        "state": State.DUE,
        "attempts": 0,
        "next_at": None if is_letter else datetime.now(UTC),
        "not_before": None if is_letter else _morning(db, row, data),
        "reason": "",
        "after_id": row.id,
    }
    insert_new(db, notice, [fresh])
    return True


def _next(db: Connection, providers: Providers, row: Row, ways: Any) -> tuple[Channel, str] | None:
    whose = (contact.c.exhibition_id == row.exhibition_id, contact.c.id == row.person_id)
    known = db.execute(sa.select(contact).where(*whose)).first()
    if known is None:  # staff stand in no contact book: they have the one address in the message
        return None
    person = Contact(known.id, known.name, known.phone, known.email, known.language)
    tried = [Tried(Channel(one.channel), State(one.state), one.reason) for one in ways if one.id != row.id]
    tried.append(Tried(Channel(row.channel), State.FAILED, ""))
    return next_way(person, Kind(row.kind), tried, providers.open_channels)


def _morning(db: Connection, row: Row, data: dict[str, str]) -> datetime | None:
    """The end of the quiet hours, for what waits for it: a phone may not ring by night for want of a report."""
    exhibition = db.execute(
        sa.select(exhibition_copy, quiet_hours.c.begins, quiet_hours.c.ends)
        .outerjoin(quiet_hours, quiet_hours.c.exhibition_id == exhibition_copy.c.exhibition_id)
        .where(exhibition_copy.c.exhibition_id == row.exhibition_id)
    ).first()
    if exhibition is None:
        return None
    starts = data.get("starts_at")
    wall = to_wall(datetime.fromisoformat(starts), exhibition.zone) if starts else None
    told = Told("", Kind(row.kind), data, row.useful_until, wall)
    return not_before(exhibition, told, clock.now(), row.useful_until)


def is_overdue(db: Connection, at: datetime) -> bool:
    """Whether a way has had all its time; `at` by the machines' clock."""
    return db.execute(sa.select(notice.c.id).where(notice.c.overdue_at <= at).limit(1)).first() is not None


def overtake(db: Connection, providers: Providers, at: datetime) -> int:
    """Move on what was not accepted, or not reported, in time; how many were looked at. `at` by the machines' clock."""
    overdue = sa.select(notice).where(notice.c.overdue_at <= at).order_by(notice.c.overdue_at).limit(AT_ONCE)
    rows = db.execute(overdue.with_for_update(skip_locked=True)).all()
    for row in rows:
        _overtake(db, providers, row, at)
    return len(rows)


def _overtake(db: Connection, providers: Providers, row: Row, at: datetime) -> None:
    if row.state == State.CLAIMED:  # in somebody's hands: look again when they have answered
        _change(db, row, overdue_at=at + LEASE)
    elif row.state == State.ACCEPTED:
        _change(
            db, row, overdue_at=None, reason=Reason.NO_REPORT, data={} if row.is_secret else row.data, answer_code=None
        )
        move_on(db, providers, row, row.data)
    elif row.state in before(Act.OVERTAKE):
        _give_up(db, providers, row, at)
    else:
        _change(db, row, overdue_at=None)


def _give_up(db: Connection, providers: Providers, row: Row, at: datetime) -> None:
    """A way that is only slow is left where another one leads to the person; else it goes on trying."""
    if _next(db, providers, row, list_ways(db, row)) is None:
        _change(db, row, overdue_at=None)
        return
    blanked = {} if row.is_secret else row.data
    over = {"state": State.FAILED, "next_at": None, "overdue_at": None, "settled_at": at, "answer_code": None}
    _change(db, row, **over, reason=Reason.TOO_SLOW, data=blanked)
    move_on(db, providers, row, row.data)


def _change(db: Connection, row: Row, **values: Any) -> None:
    its = (notice.c.exhibition_id == row.exhibition_id, notice.c.id == row.id)
    db.execute(sa.update(notice).where(*its).values(**values))
