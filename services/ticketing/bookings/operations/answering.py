"""Links by which an offer is answered without signing in: made with the offer, told once, kept as a hash."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.models import exhibition
from services.ticketing.bookings.domain import Booking, BookingState, PassEnded
from services.ticketing.bookings.messages import booking_told
from services.ticketing.bookings.models import answer_link, booking
from services.ticketing.bookings.operations import rows
from shared.db import insert
from shared.ids import hash_secret, new_secret
from shared.outbox import Outgoing


def tell_with_links(db: Connection, told: Sequence[Booking], stories: Mapping[UUID, str]) -> list[Outgoing]:
    """The messages of changed bookings; those of offers carry the code of a new link, which counts from now on.

    `stories` are the correlation ids of the requests that changed them.
    """
    codes = {one.id: new_secret() for one in told if one.state is BookingState.OFFERED}
    if codes:
        fresh = insert(db, answer_link)
        newest = fresh.on_conflict_do_update(
            index_elements=["exhibition_id", "booking_id"], set_={"code_hash": fresh.excluded.code_hash}
        )
        links = {one.id: (one.exhibition_id, hash_secret(codes[one.id])) for one in told if one.id in codes}
        named = ("exhibition_id", "code_hash", "booking_id")
        db.execute(newest, [dict(zip(named, (*link, one), strict=True)) for one, link in links.items()])
    return [
        booking_told(one, codes[one.id] if one.state is BookingState.OFFERED else None, stories.get(one.id, ""))
        for one in told
    ]


def find_by_code(db: Connection, code: str) -> tuple[str, Booking]:
    """The reference of the exhibition and the booking that a link answers for, as it stands; PassEnded.

    The address names no exhibition, so that it fits into an SMS.
    """
    link = answer_link.c
    found = db.execute(
        sa.select(link.exhibition_id, link.booking_id, exhibition.c.reference)
        .join(exhibition, exhibition.c.exhibition_id == link.exhibition_id)
        .where(link.code_hash == hash_secret(code))
    ).first()
    if found is None:
        raise PassEnded
    return found.reference, _booking(db, found.exhibition_id, found.booking_id)


def _booking(db: Connection, exhibition_id: UUID, booking_id: UUID) -> Booking:
    own = booking.c
    (one,) = rows.select(db, sa.select(booking).where(own.exhibition_id == exhibition_id, own.id == booking_id))
    return rows.with_place(db, one)
