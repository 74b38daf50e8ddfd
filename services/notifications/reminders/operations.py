"""Planning reminders as sessions come and move, and telling whoever holds a seat when one is due."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.notices.domain import Contact
from services.notifications.notices.models import booking_copy, contact, session_copy
from services.notifications.notices.operations import telling
from services.notifications.notices.operations.words import About, words_of_booking
from services.notifications.reminders.domain import KIND_OF, Choice, Lead, due_at, occasion_id
from services.notifications.reminders.models import reminder, reminder_choice
from shared import clock
from shared.db import insert

AT_ONCE = 50  # bookings in one transaction: nobody else waits long for the database
HOLDS_SEAT = "confirmed"


def plan(db: Connection, exhibition_id: UUID, session_id: UUID) -> None:
    """Let the reminders of a session follow its hour: moved with it, dropped with it, new ones for a new session."""
    session = _session(db, exhibition_id, session_id)
    its = (reminder.c.exhibition_id == exhibition_id, reminder.c.session_id == session_id)
    if session is None or session.state != "open":
        db.execute(sa.delete(reminder).where(*its))
        return
    known = {row.lead: row.starts_at for row in db.execute(sa.select(reminder).where(*its))}
    for lead in Lead:
        if known.get(lead) != session.starts_at:
            _put(db, session, lead)


def _put(db: Connection, session: sa.Row[Any], lead: Lead) -> None:
    fresh: dict[str, Any] = {
        "starts_at": session.starts_at,
        "next_at": due_at(lead, session.starts_at, clock.now()),
        "told_through": None,
    }
    row = {"exhibition_id": session.exhibition_id, "session_id": session.id, "lead": lead.value} | fresh
    new = insert(db, reminder)
    key = ["exhibition_id", "session_id", "lead"]
    db.execute(new.on_conflict_do_update(index_elements=key, set_={name: new.excluded[name] for name in fresh}), row)


_LOOK = sa.select(reminder).where(reminder.c.next_at <= sa.bindparam("at")).order_by(reminder.c.next_at).limit(1)
_TAKE = _LOOK.with_for_update(skip_locked=True)


def is_due(db: Connection, at: datetime) -> bool:
    """Whether a session is to be reminded of."""
    return db.execute(_LOOK, {"at": at}).first() is not None


def tell_due(db: Connection, at: datetime) -> int:
    """Make the reminders of the next few bookings of the session that has been due longest; how many rows were done.

    Nobody is reminded of what has begun, of what the exhibition chose not to, or of a seat that is not theirs now.
    """
    due = db.execute(_TAKE, {"at": at}).first()
    if due is None:
        return 0
    session, lead = _session(db, due.exhibition_id, due.session_id), Lead(due.lead)
    is_wanted = session and session.starts_at > at and find_choice(db, due.exhibition_id).has(lead)
    holders = _holders(db, due) if is_wanted else []
    exhibition = telling.find_exhibition(db, due.exhibition_id)
    for holder in holders:
        _tell(db, exhibition, session, lead, holder)
    is_last = len(holders) < AT_ONCE
    done: dict[str, Any] = {"next_at": None} if is_last else {"told_through": holders[-1].id}
    its = (reminder.c.exhibition_id == due.exhibition_id, reminder.c.session_id == due.session_id)
    db.execute(sa.update(reminder).where(*its, reminder.c.lead == due.lead).values(done))
    return 1


def _holders(db: Connection, due: sa.Row[Any]) -> Sequence[sa.Row[Any]]:
    """The next bookings after those that were looked at, with their persons; who has none of ours is told by nobody."""
    own, who = booking_copy.c, contact.c
    found = (
        sa.select(own.id, own.person_id, own.version, own.party_size, own.reference)
        .add_columns(who.name, who.phone, who.email, who.language)
        .join_from(booking_copy, contact, sa.and_(who.exhibition_id == own.exhibition_id, who.id == own.person_id))
        .where(own.exhibition_id == due.exhibition_id, own.session_id == due.session_id, own.state == HOLDS_SEAT)
        .order_by(own.id)
        .limit(AT_ONCE)
    )
    if due.told_through:
        found = found.where(own.id > due.told_through)
    return db.execute(found).all()


def _tell(db: Connection, exhibition: sa.Row[Any], session: Any, lead: Lead, holder: sa.Row[Any]) -> None:
    to = Contact(holder.person_id, holder.name, holder.phone, holder.email, holder.language)
    body = {"party_size": holder.party_size, "reference": holder.reference, "place_in_line": None, "ends_at": None}
    facts = telling.calendar_facts(holder.id, holder.version, session)
    occasion = occasion_id(holder.id, lead, session.starts_at)
    told = telling.Told(
        same=f"reminder {occasion}",
        kind=KIND_OF[lead],
        data=words_of_booking(About(to, exhibition), session, body) | facts,
        ends_at=session.starts_at,
        starts_wall=session.starts_wall,
    )
    telling.make_notices(db, telling.Occasion(session.exhibition_id, occasion), to, exhibition, told)


def still_holds(db: Connection, exhibition_id: UUID, data: Mapping[str, str]) -> bool:
    """Whether what a reminder says is still so: the seat is held, the session takes place at that hour."""
    if "uid" not in data:  # a text that is tried, of nobody's seat
        return True
    found = db.execute(
        sa.select(session_copy.c.starts_at)
        .join_from(
            booking_copy,
            session_copy,
            sa.and_(
                session_copy.c.exhibition_id == booking_copy.c.exhibition_id,
                session_copy.c.id == booking_copy.c.session_id,
            ),
        )
        .where(
            booking_copy.c.exhibition_id == exhibition_id,
            booking_copy.c.id == UUID(data["uid"]),
            booking_copy.c.state == HOLDS_SEAT,
            session_copy.c.state == "open",
        )
    ).scalar()
    return found is not None and found.isoformat() == data["starts_at"]


def find_choice(db: Connection, exhibition_id: UUID) -> Choice:
    """What the exhibition chose, else both."""
    row = db.execute(sa.select(reminder_choice).where(reminder_choice.c.exhibition_id == exhibition_id)).first()
    return Choice(row.day, row.hour) if row else Choice()


def choose(db: Connection, exhibition_id: UUID, choice: Choice) -> None:
    """Which reminders are sent from now on."""
    row = {"exhibition_id": exhibition_id, "day": choice.day, "hour": choice.hour}
    new = insert(db, reminder_choice)
    changed = {"day": new.excluded.day, "hour": new.excluded.hour}
    db.execute(new.on_conflict_do_update(index_elements=["exhibition_id"], set_=changed), row)


def list_coming(db: Connection, exhibition_id: UUID, at_most: int = 20) -> Sequence[Any]:
    """The next sessions that are reminded of, with how many bookings hold seats there now."""
    own, at, book = reminder.c, session_copy.c, booking_copy.c
    seats = (
        sa.select(sa.func.count())
        .where(book.exhibition_id == own.exhibition_id, book.session_id == own.session_id, book.state == HOLDS_SEAT)
        .scalar_subquery()
    )
    return db.execute(
        sa.select(own.lead, own.next_at, at.titles, at.starts_wall, seats.label("bookings"))
        .join_from(reminder, session_copy, sa.and_(at.exhibition_id == own.exhibition_id, at.id == own.session_id))
        .where(own.exhibition_id == exhibition_id, own.next_at.is_not(None))
        .order_by(own.next_at, own.session_id)
        .limit(at_most)
    ).all()


def _session(db: Connection, exhibition_id: UUID, session_id: UUID) -> sa.Row[Any] | None:
    its = (session_copy.c.exhibition_id == exhibition_id, session_copy.c.id == session_id)
    return db.execute(sa.select(session_copy).where(*its)).first()
