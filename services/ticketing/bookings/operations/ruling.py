"""Reads and keeps what an exhibition's organiser chose for bookings."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.operations.memory import Memory
from services.ticketing.bookings.domain.offers import LinePolicy
from services.ticketing.bookings.domain.rules import DEFAULT, Overlap, Rules
from services.ticketing.bookings.models import booking_rules
from shared.db import insert


def read_rules(db: Connection, exhibition_id: UUID) -> Rules:
    """The rules of an exhibition; the usual ones where nobody chose."""
    row = db.execute(sa.select(booking_rules).where(booking_rules.c.exhibition_id == exhibition_id)).first()
    if row is None:
        return DEFAULT
    return Rules(
        row.most_a_day,
        Overlap(row.overlap),
        row.overlaps,
        LinePolicy(row.policy),
        row.changes_end_minutes,
        row.group_most,
        row.names_end_minutes,
    )


def put_rules(db: Connection, exhibition_id: UUID, rules: Rules) -> None:
    """Choose the rules of an exhibition; they hold for what is done from now on."""
    row = {
        "most_a_day": rules.most_a_day,
        "overlap": rules.overlap.value,
        "overlaps": rules.overlaps,
        "policy": rules.policy.value,
        "changes_end_minutes": rules.changes_end_minutes,
        "group_most": rules.group_most,
        "names_end_minutes": rules.names_end_minutes,
    }
    fresh = insert(db, booking_rules).values(exhibition_id=exhibition_id, version=1, **row)
    db.execute(
        fresh.on_conflict_do_update(
            index_elements=["exhibition_id"], set_=row | {"version": booking_rules.c.version + 1}
        )
    )


_recent: Memory[Rules] = Memory(1, read_rules)


def recent_rules(exhibition_id: UUID) -> Rules:
    """The rules as they stood a second ago at most."""
    return _recent.get(exhibition_id)
