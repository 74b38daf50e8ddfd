"""Finds bookings for the people they belong to, and tells all of them again."""

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings import domain
from services.ticketing.bookings.domain import Booking
from services.ticketing.bookings.messages import booking_told
from services.ticketing.bookings.models import LIVE, booking
from services.ticketing.bookings.operations import rows
from shared.outbox import publish


def find_booking(db: Connection, exhibition_id: UUID, reference: str, *, person_id: UUID) -> Booking:
    """A person's own booking with its place in line; BookingNotFound."""
    found = rows.select(db, rows.of_person(exhibition_id, person_id).where(booking.c.reference == reference))
    if not found:
        raise domain.BookingNotFound
    return rows.with_place(db, found[0])


def list_bookings(db: Connection, exhibition_id: UUID, *, person_id: UUID) -> list[Booking]:
    """A person's bookings, newest first, those cancelled included."""
    asked = rows.of_person(exhibition_id, person_id)
    found = rows.select(db, asked.order_by(booking.c.booked_at.desc(), booking.c.id.desc()))
    return [rows.with_place(db, one) for one in found]


def list_of_session(db: Connection, exhibition_id: UUID, session_id: UUID) -> list[Booking]:
    """Every booking of a session in the order in which they were made, those cancelled included."""
    asked = sa.select(booking).where(booking.c.exhibition_id == exhibition_id, booking.c.session_id == session_id)
    found = rows.select(db, asked.order_by(booking.c.booked_at, booking.c.id))
    places = rows.places(found)
    return [replace(one, place_in_line=places.get(one.id)) for one in found]


def find_live(db: Connection, exhibition_id: UUID, session_id: UUID, *, person_id: UUID) -> Booking | None:
    """The booking that a person holds for a session, if any."""
    asked = rows.of_person(exhibition_id, person_id).where(booking.c.session_id == session_id)
    found = rows.select(db, asked.where(LIVE))
    return rows.with_place(db, found[0]) if found else None


def republish(db: Connection, exhibition_id: UUID) -> int:
    """Tell every booking's present state again; returns how many."""
    everything = rows.select(db, sa.select(booking).where(booking.c.exhibition_id == exhibition_id))
    places = rows.places(everything)
    publish(db, *(booking_told(replace(one, place_in_line=places.get(one.id))) for one in everything))
    return len(everything)
