"""What becomes of a booking: confirmed, kept longer, answered, resized, given back; and what becomes of a session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings import domain
from services.ticketing.bookings.domain import COUNTED, EXTENSION, LIVE, Act, Booking, BookingKind, BookingState
from services.ticketing.bookings.domain.answers import Answer, act_of
from services.ticketing.bookings.domain.groups import GroupsDiffer
from services.ticketing.bookings.domain.offers import FIRST_COME
from services.ticketing.bookings.models import booking
from services.ticketing.bookings.operations import rows
from services.ticketing.bookings.operations.finding import find_booking
from services.ticketing.bookings.operations.rounds import Round, begin, finish, see_to
from services.ticketing.programme.domain import SessionNotFound
from services.ticketing.programme.operations import SeatRow
from shared import clock
from shared.problem import ChangedMeanwhile


@dataclass(frozen=True, slots=True)
class Mine:
    """Somebody's own booking, and the moment at which they act on it."""

    exhibition_id: UUID
    reference: str
    person_id: UUID
    at: datetime


Change = Callable[[Round, SeatRow, Booking], Booking]


def cancel_booking(db: Connection, mine: Mine) -> Booking:
    """Give seats, hold, offer or place in line back; the line is served in the same transaction.

    Cancelling what is over changes nothing. BookingNotFound (also for somebody else's), SessionBegun; NotNow for
    whoever sits there already.
    """

    def change(one: Round, row: SeatRow, found: Booking) -> Booking:
        if found.state not in LIVE:
            return found
        if mine.at >= row.starts_at and found.state is not BookingState.QUEUED:
            raise domain.SessionBegun
        if found.arrived_at is not None:
            raise domain.NotNow(state=found.state.value)
        return one.change(found, Act.CANCEL, cancelled_by="person")

    return _change(db, mine, change)


def confirm_hold(db: Connection, mine: Mine) -> Booking:
    """Make held seats one's own; done again it changes nothing. ClaimEnded when the clock was faster, NotNow."""

    def change(one: Round, row: SeatRow, found: Booking) -> Booking:
        if found.state is BookingState.CONFIRMED:
            return found
        _still(found)
        if mine.at >= row.starts_at:
            raise domain.SessionBegun
        if found.state is not BookingState.HELD:
            raise domain.NotNow(state=found.state.value)
        return one.change(found, Act.CONFIRM)

    return _change(db, mine, change)


def extend_hold(db: Connection, mine: Mine) -> Booking:
    """Keep held seats ten minutes longer, once. ClaimEnded, HoldExtended, NotNow."""

    def change(one: Round, row: SeatRow, found: Booking) -> Booking:
        _still(found)
        if found.state is not BookingState.HELD or found.ends_at is None:
            raise domain.NotNow(state=found.state.value)
        if found.is_extended:
            raise domain.HoldExtended
        return one.change(found, Act.EXTEND, ends_at=min(found.ends_at + EXTENSION, row.starts_at), is_extended=True)

    return _change(db, mine, change)


def accept_offer(db: Connection, mine: Mine) -> Booking:
    """Take offered seats; done again it changes nothing.

    ClaimEnded when the offer is over, OfferTaken when it went to whoever answered first, NotNow.
    """

    def change(one: Round, row: SeatRow, found: Booking) -> Booking:
        if found.state is BookingState.CONFIRMED:
            return found
        _still(found)
        if mine.at >= row.starts_at:
            raise domain.SessionBegun
        if found.state is BookingState.WAITLISTED and found.was_waitlisted:
            raise domain.OfferTaken
        if found.state is not BookingState.OFFERED:
            raise domain.NotNow(state=found.state.value)
        if found.is_first_come and found.party_size > one.seats[row.id].free:
            raise domain.OfferTaken
        return one.change(found, Act.ACCEPT)

    return _change(db, mine, change)


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody's answer to a notice about their booking, and the moment at which it is heard."""

    exhibition_id: UUID
    booking_id: UUID
    person_id: UUID
    answer: Answer
    at: datetime


def take_answer(db: Connection, given: Answered) -> Booking | None:
    """Accept, decline or leave as somebody answered; the booking after it, None where they have no such booking.

    An answer that comes too late, or again, changes nothing and is no error: it refuses nothing by raising.
    """

    def change(one: Round, row: SeatRow, found: Booking) -> Booking:
        act = act_of(given.answer, found.state)
        is_taken = act is Act.ACCEPT and found.is_first_come and found.party_size > one.seats[row.id].free
        if act is None or is_taken or given.at >= row.starts_at:
            return found
        return one.change(found, act, **({} if act is Act.ACCEPT else {"cancelled_by": "person"}))

    asked = rows.of_person(given.exhibition_id, given.person_id).where(booking.c.id == given.booking_id)
    found = rows.select(db, asked)
    mine = [Mine(given.exhibition_id, one.reference, given.person_id, given.at) for one in found]
    return _change(db, mine[0], change) if mine else None


def resize_booking(db: Connection, mine: Mine, party_size: int) -> Booking:
    """Come with fewer or more; what is given back goes to the line.

    More only where nobody waits and so many seats are free. ChangesEnded, PartyTooLarge, TooManySeats,
    NoSeatsToHold, NotNow, GroupsDiffer.
    """

    def change(one: Round, row: SeatRow, found: Booking) -> Booking:
        if found.party_size == party_size and found.state in LIVE:
            return found
        if mine.at >= one.rules.changes_end(row.starts_at):
            raise domain.ChangesEnded
        if found.state not in (BookingState.CONFIRMED, BookingState.WAITLISTED):
            raise domain.NotNow(state=found.state.value)
        if found.kind is BookingKind.GROUP:
            raise GroupsDiffer
        _check_size(one, row, found, party_size)
        return one.change(found, Act.RESIZE, party_size=party_size)

    return _change(db, mine, change)


def _check_size(one: Round, row: SeatRow, found: Booking, party_size: int) -> None:
    more = party_size - found.party_size
    most = min(domain.MOST_IN_A_PARTY, row.seats.capacity, one.rules.most_a_day)
    if party_size < 1 or (more > 0 and party_size > most):
        raise domain.PartyTooLarge(most=most)
    if more > 0 and (found.state is BookingState.WAITLISTED or one.seats[row.id].left < more):
        raise domain.NoSeatsToHold(left=0 if found.state is BookingState.WAITLISTED else one.seats[row.id].left)
    if more > 0 and _seats_that_day(one, found) + more > one.rules.most_a_day:
        raise domain.TooManySeats(most=one.rules.most_a_day)


def _seats_that_day(one: Round, found: Booking) -> int:
    asked = rows.of_person(one.exhibition_id, found.person_id).where(booking.c.day == found.day)
    return sum(mine.party_size for mine in rows.select(one.db, asked) if mine.state in LIVE and mine.kind in COUNTED)


def move_line_up(db: Connection, exhibition_id: UUID, session_id: UUID) -> list[Booking]:
    """Note what the clock has ended in a session and offer what is free to its line; each change is told here.

    To be called after whatever made room, or moved the session, by other means than these verbs.
    """
    one = begin(db, exhibition_id, [session_id], clock.now())
    row = one.sessions[session_id]
    if row.starts_at - one.at > FIRST_COME:  # moved away: whoever was asked to answer first is in line again
        for called in rows.select(db, rows.of_session(exhibition_id, session_id, [BookingState.OFFERED])):
            if called.is_first_come:
                one.change(called, Act.RETURN)
    see_to(one, row)
    return finish(one)


def take_back(db: Connection, exhibition_id: UUID, session_id: UUID, capacity: int, *, at: datetime) -> None:
    """Before a session gets fewer seats: take back offers, then holds, newest first, until what is left fits.

    Never a confirmed seat; nobody is offered anything meanwhile.
    """
    one = begin(db, exhibition_id, [session_id], at)
    claims = rows.select(db, rows.of_session(exhibition_id, session_id, [BookingState.OFFERED, BookingState.HELD]))
    newest_first = [claim for claim in claims[::-1] if not claim.is_first_come]
    for claim in sorted(newest_first, key=lambda claim: claim.state is BookingState.HELD):
        if one.seats[session_id].claimed > capacity:
            one.change(claim, Act.RETURN if claim.state is BookingState.OFFERED else Act.LAPSE)
    for claim in claims:
        if claim.is_first_come and claim.party_size > capacity - one.seats[session_id].claimed:
            one.change(claim, Act.RETURN)
    finish(one, serves=False)


def cancel_session(db: Connection, exhibition_id: UUID, session_id: UUID, *, at: datetime) -> list[Booking]:
    """End every booking of a session that will not take place and tell each person; what was ended.

    The session's own row is marked by whoever cancels it, in the same transaction.
    """
    one = begin(db, exhibition_id, [session_id], at)
    if session_id not in one.sessions:
        raise SessionNotFound
    everybody = rows.select(db, rows.of_session(exhibition_id, session_id, LIVE))
    ended = [one.change(found, Act.CANCEL, cancelled_by="staff") for found in everybody]
    finish(one)
    return ended


def tend(db: Connection, exhibition_id: UUID, session_id: UUID, *, at: datetime) -> None:
    """Note what the clock has ended in a session and serve its line."""
    finish(begin(db, exhibition_id, [session_id], at))


def _change(db: Connection, mine: Mine, change: Change) -> Booking:
    found = _find(db, mine)
    one = begin(db, mine.exhibition_id, [found.session_id], mine.at)
    found = _find(db, mine)
    changed = change(one, one.sessions[found.session_id], found)
    close(one)
    return one.latest.get(changed.id, changed)


def close(one: Round) -> None:
    """Finish a round of one person; TooManySeats where another of their bookings of the day came in between,
    ChangedMeanwhile where the seats they give back have been given back already.
    """
    try:
        finish(one)
    except sa.exc.IntegrityError as taken:
        if "person_day" not in str(taken.orig):
            raise
        if any(seats > 0 for seats in one.claims.values()):
            raise domain.TooManySeats(most=one.rules.most_a_day) from None
        raise ChangedMeanwhile from None


def _find(db: Connection, mine: Mine) -> Booking:
    return find_booking(db, mine.exhibition_id, mine.reference, person_id=mine.person_id)


def _still(found: Booking) -> None:
    if found.state is BookingState.LAPSED:
        raise domain.ClaimEnded
