"""Looking at the notices: the log, and how much waits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.notices.domain import LogFilter, State
from services.notifications.notices.domain.addresses import digits_of
from services.notifications.notices.models import booking_copy, contact, notice
from shared.problem import NotFound


def list_notices(db: Connection, exhibition_id: UUID, wanted: LogFilter) -> Sequence[sa.Row[Any]]:
    """The log of an exhibition, newest first, with each person's name. What a notice said is not in it."""
    found = (
        _shown()
        .where(notice.c.exhibition_id == exhibition_id, *_asked_for(exhibition_id, wanted))
        .order_by(notice.c.made_at.desc(), notice.c.id.desc())
        .limit(wanted.at_most)
    )
    if wanted.state:
        found = found.where(notice.c.state == wanted.state)
    if wanted.before:
        found = found.where(_older_than(exhibition_id, wanted.before))
    return db.execute(found).all()


def find_notice(db: Connection, exhibition_id: UUID, notice_id: UUID) -> sa.Row[Any]:
    """One line of the log; NotFound."""
    row = db.execute(_shown().where(notice.c.exhibition_id == exhibition_id, notice.c.id == notice_id)).first()
    if row is None:
        raise NotFound
    return row


def _shown() -> sa.Select[Any]:
    shown: list[Any] = [*(column for column in notice.c if column.name != "data"), contact.c.name]
    return sa.select(*shown).outerjoin(
        contact,
        sa.and_(contact.c.exhibition_id == notice.c.exhibition_id, contact.c.id == notice.c.person_id),
    )


def _asked_for(exhibition_id: UUID, wanted: LogFilter) -> list[sa.ColumnElement[bool]]:
    """The conditions of a search, but for the state."""
    found = [notice.c.person_id == wanted.person_id] if wanted.person_id else []
    return [*found, _means(exhibition_id, wanted.words)] if wanted.words else found


def _means(exhibition_id: UUID, words: str) -> sa.ColumnElement[bool]:
    known = [contact.c.name.icontains(words, autoescape=True)]
    sent = [sa.func.lower(notice.c.address) == words.lower()]
    if digits := digits_of(words):
        known.append(contact.c.phone.endswith(digits))
        sent.append(notice.c.address.endswith(digits))
    elif "@" in words:
        known.append(sa.func.lower(contact.c.email) == words.lower())
    persons = sa.select(contact.c.id).where(contact.c.exhibition_id == exhibition_id, sa.or_(*known))
    bookers = sa.select(booking_copy.c.person_id).where(
        booking_copy.c.exhibition_id == exhibition_id, booking_copy.c.reference == words.upper()
    )
    return sa.or_(*sent, notice.c.person_id.in_(persons), notice.c.person_id.in_(bookers))


def _older_than(exhibition_id: UUID, notice_id: UUID) -> sa.ColumnElement[bool]:
    made_at = (
        sa.select(notice.c.made_at)
        .where(notice.c.exhibition_id == exhibition_id, notice.c.id == notice_id)
        .scalar_subquery()
    )
    return sa.or_(notice.c.made_at < made_at, sa.and_(notice.c.made_at == made_at, notice.c.id < notice_id))


def count_by_state(db: Connection, exhibition_id: UUID, wanted: LogFilter) -> dict[State, int]:
    """How many of the notices looked for stand where."""
    rows = db.execute(
        sa.select(notice.c.state, sa.func.count())
        .where(notice.c.exhibition_id == exhibition_id, *_asked_for(exhibition_id, wanted))
        .group_by(notice.c.state)
    ).all()
    return {State(state): n for state, n in rows}


def waiting(db: Connection) -> tuple[int, timedelta]:
    """How many notices of all exhibitions are not settled, and how long the oldest due one has been due."""
    # what waits for the end of the quiet hours is late for nobody
    can_go = sa.case((notice.c.not_before.is_(None), notice.c.next_at))
    count, oldest = db.execute(
        sa.select(sa.func.count(), sa.func.min(can_go)).where(notice.c.next_at.is_not(None))
    ).one()
    return count, max(timedelta(0), datetime.now(UTC) - oldest) if oldest else timedelta(0)
