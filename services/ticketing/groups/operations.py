"""Finds whom a badge belongs to and what groups a session has; holds and changes are bookings' own."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.admissions.models import badge
from services.ticketing.bookings.domain import BookingNotFound
from services.ticketing.bookings.models import IS_GROUP, booking
from services.ticketing.bookings.operations import naming, rows
from services.ticketing.groups.domain import BadgeUnknown, Group
from shared.ids import tidy_reference


def owner_of(db: Connection, exhibition_id: UUID, typed: str) -> UUID:
    """The person whose valid badge has this reference; BadgeUnknown."""
    own = badge.c
    asked = sa.select(own.person_id).where(
        own.exhibition_id == exhibition_id, own.reference == tidy_reference(typed), own.state == "valid"
    )
    found: UUID | None = db.execute(asked).scalar()
    if found is None:
        raise BadgeUnknown
    return found


def list_groups(db: Connection, exhibition_id: UUID) -> list[Group]:
    """Every group that has seats, oldest first."""
    asked = sa.select(booking).where(booking.c.exhibition_id == exhibition_id).where(IS_GROUP)
    found = rows.select(db, asked.order_by(booking.c.booked_at, booking.c.id))
    return [Group(one, naming.names_of(db, one)) for one in found]


def find_group(db: Connection, exhibition_id: UUID, reference: str, person_id: UUID | None = None) -> Group:
    """A group by its reference, somebody's own where a person is named; BookingNotFound."""
    asked = sa.select(booking).where(
        booking.c.exhibition_id == exhibition_id, booking.c.reference == reference.upper(), booking.c.kind == "group"
    )
    if person_id is not None:
        asked = asked.where(booking.c.person_id == person_id)
    found = rows.select(db, asked)
    if not found:
        raise BookingNotFound
    return Group(found[0], naming.names_of(db, found[0]))
