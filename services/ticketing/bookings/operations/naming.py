"""The seats of groups that have a name: as rows, and as what is told of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings.domain import Booking, BookingKind, BookingState
from services.ticketing.bookings.domain.groups import NamedSeat
from services.ticketing.bookings.messages import booking_told
from services.ticketing.bookings.models import IS_GROUP, booking, group_seat
from services.ticketing.bookings.operations import rows
from shared.outbox import Outgoing


def list_unnamed(db: Connection, exhibition_id: UUID, session_id: UUID) -> list[tuple[Booking, int]]:
    """The groups of a session that have seats without a name, each with how many have one."""
    asked = (
        sa.select(booking)
        .where(booking.c.exhibition_id == exhibition_id)
        .where(booking.c.session_id == session_id)
        .where(IS_GROUP)
        .order_by(booking.c.id)
    )
    counted = [(one, len(names_of(db, one))) for one in rows.select(db, asked)]
    return [(one, named) for one, named in counted if named < one.party_size]


def names_of(db: Connection, group: Booking) -> list[NamedSeat]:
    """The named seats of a group in their order."""
    own = group_seat.c
    asked = sa.select(own.number, own.id, own.reference, own.person_id, own.name, own.is_told).where(
        own.exhibition_id == group.exhibition_id, own.booking_id == group.id
    )
    return [NamedSeat(*row) for row in db.execute(asked.order_by(own.number))]


def insert_names(db: Connection, group: Booking, named: Sequence[NamedSeat], at: datetime) -> None:
    """Write names down, all at once; the primary key refuses a second name for one seat."""
    keys = {"exhibition_id": group.exhibition_id, "booking_id": group.id, "named_at": at}
    fields = ("number", "id", "reference", "person_id", "name", "is_told")
    db.execute(sa.insert(group_seat), [keys | {name: getattr(one, name) for name in fields} for one in named])


def seat_told(group: Booking, seat: NamedSeat) -> Outgoing:
    """What is said of one named seat: a booking of one, in the state of its group."""
    as_one = replace(
        group, id=seat.id, reference=seat.reference, person_id=seat.person_id, party_size=1, version=group.version
    )
    return booking_told(as_one)


def tell_ended(db: Connection, told: Iterable[Booking]) -> list[Outgoing]:
    """Messages for everybody who was told of a seat of a group that is over now."""
    over = [
        one
        for one in told
        if one.kind is BookingKind.GROUP and one.state in (BookingState.CANCELLED, BookingState.RELEASED)
    ]
    return [seat_told(one, seat) for one in over for seat in names_of(db, one) if seat.is_told]
