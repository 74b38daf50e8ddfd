"""What is made of somebody's wish for seats, whichever way it came: over Flask, or before it in a rush."""

import re
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from services.ticketing.access.api import Heard, Hot, Wish
from services.ticketing.access.domain import Exhibition
from services.ticketing.bookings import operations
from services.ticketing.bookings.domain import Booking
from services.ticketing.bookings.operations.recent import refuse_if_full
from services.ticketing.bookings.operations.tries import allow_try
from services.ticketing.bookings.schemas import NewOrder, booking_out
from services.ticketing.programme.operations.board import session_called
from shared.idempotency import Answer, Key
from shared.web.bodies import through

_ADDRESS = r"/ticketing/v1/exhibitions/(?P<exhibition>[^/]+)/sessions/(?P<reference>[^/]+)"


class Wanted(NamedTuple):
    """Seats of a session, as a body and an address say it."""

    reference: str
    is_hold: bool
    said: dict[str, Any]


def wish_for(where: Exhibition, person_id: UUID, wanted: Wanted, key: Key | None) -> Wish:
    """An order to be decided; SessionNotFound, ExhibitionOver, WaitingListClosed, TooMany."""
    session_id, name = session_called(where.id, wanted.reference)
    order = replace(operations.order_of(where, session_id, person_id, **wanted.said), is_hold=wanted.is_hold)
    refuse_if_full(where.id, session_id, person_id, order.at)
    allow_try(person_id)

    def render(booking: Booking) -> Answer:
        return Answer(201, booking_out(booking, name))

    return Wish(operations.book_seats, order, key, render)


def _hear(heard: Heard, *, is_hold: bool) -> Wish | None:
    person_id = heard.caller.person_id
    if person_id is None:
        return None
    wanted = Wanted(heard.args["reference"], is_hold, through(NewOrder, heard.said))
    return wish_for(heard.where, person_id, wanted, heard.keyed())


def _hot(what: str, *, is_hold: bool) -> Hot:
    address = re.compile(f"{_ADDRESS}/{what}s")
    return Hot(f"bookings_api.create_{what}", address, frozenset({"person"}), partial(_hear, is_hold=is_hold))


HOT = (_hot("booking", is_hold=False), _hot("hold", is_hold=True))
"""The routes `create_booking` and `create_hold`, for who asks as usual."""
