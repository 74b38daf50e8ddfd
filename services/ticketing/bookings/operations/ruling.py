"""Reads and keeps what an exhibition's organiser chose for bookings."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.operations.memory import Memory
from services.ticketing.bookings.domain.offers import LinePolicy
from services.ticketing.bookings.domain.rules import DEFAULT, Overlap, Rules
from services.ticketing.bookings.models import IS_GROUP, booking, booking_rules
from services.ticketing.programme.models import session
from shared import clock
from shared.db import insert
from shared.problem import ChangedMeanwhile


def read_rules(db: Connection, exhibition_id: UUID) -> Rules:
    """The rules of an exhibition; the usual ones where nobody chose."""
    return read_versioned(db, exhibition_id)[0]


def read_versioned(db: Connection, exhibition_id: UUID) -> tuple[Rules, int]:
    """The rules and their version; version 0 where nobody chose."""
    row = db.execute(sa.select(booking_rules).where(booking_rules.c.exhibition_id == exhibition_id)).first()
    if row is None:
        return DEFAULT, 0
    rules = Rules(
        row.most_a_day,
        Overlap(row.overlap),
        row.overlaps,
        LinePolicy(row.policy),
        row.changes_end_minutes,
        row.group_most,
        row.names_end_minutes,
        row.door_minutes,
    )
    return rules, row.version


def change_rules(db: Connection, exhibition_id: UUID, rules: Rules, *, seen: int) -> None:
    """Choose the rules that were read in version `seen`; ChangedMeanwhile when they are newer."""
    own = booking_rules.c
    if seen:
        held = sa.update(booking_rules).where(own.exhibition_id == exhibition_id, own.version == seen)
        is_ours = db.execute(held.values(version=own.version)).rowcount == 1
    else:
        first = insert(db, booking_rules).values(exhibition_id=exhibition_id, version=0, **_row(DEFAULT))
        is_ours = db.execute(first.on_conflict_do_nothing()).rowcount == 1
    if not is_ours:
        raise ChangedMeanwhile
    put_rules(db, exhibition_id, rules)


def put_rules(db: Connection, exhibition_id: UUID, rules: Rules) -> None:
    """Choose the rules of an exhibition; they hold for what is done from now on.

    Sessions with groups or a queue at the door are looked at again: their next moment may be another now.
    """
    row, at = _row(rules), clock.now()
    fresh = insert(db, booking_rules).values(exhibition_id=exhibition_id, version=1, **row)
    db.execute(
        fresh.on_conflict_do_update(
            index_elements=["exhibition_id"], set_=row | {"version": booking_rules.c.version + 1}
        )
    )
    groups = sa.select(booking.c.session_id).where(booking.c.exhibition_id == exhibition_id).where(IS_GROUP)
    touched = sa.update(session).where(session.c.exhibition_id == exhibition_id, session.c.ends_at > at)
    db.execute(touched.where((session.c.queued > 0) | session.c.id.in_(groups)).values(due_at=at))


def _row(rules: Rules) -> dict[str, Any]:
    return {
        "most_a_day": rules.most_a_day,
        "overlap": rules.overlap.value,
        "overlaps": rules.overlaps,
        "policy": rules.policy.value,
        "changes_end_minutes": rules.changes_end_minutes,
        "group_most": rules.group_most,
        "names_end_minutes": rules.names_end_minutes,
        "door_minutes": rules.door_minutes,
    }


_recent: Memory[Rules] = Memory(1, read_rules)


def recent_rules(exhibition_id: UUID) -> Rules:
    """The rules as they stood a second ago at most."""
    return _recent.get(exhibition_id)


def forget_rules() -> None:
    """Have the next reader see what was chosen just now."""
    _recent.forget()
