"""One round over sessions held by this transaction: what was read, what changed, and the numbers that follow.

Every verb does the same: begin (lock, and let the clock end what it has ended), change bookings, finish. Finishing
gives freed seats to the line, moves each session's numbers in one conditional statement and tells every change.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings.domain import (
    COUNTED,
    IN_LINE,
    LIVE,
    Act,
    Booking,
    BookingKind,
    BookingState,
    door,
    moved,
    step,
)
from services.ticketing.bookings.domain.offers import FIRST_COME, LinePolicy, choose, window
from services.ticketing.bookings.domain.rules import Rules
from services.ticketing.bookings.models import person_day
from services.ticketing.bookings.operations import naming, rows
from services.ticketing.bookings.operations.answering import tell_with_links
from services.ticketing.bookings.operations.ruling import read_rules
from services.ticketing.programme.domain import Seats, SessionState
from services.ticketing.programme.operations import SeatMove, SeatRow, lock_sessions, move_seats
from shared import clock
from shared.db import insert_all
from shared.outbox import publish

GIVE_BACK = (
    sa.update(person_day)
    .where(person_day.c.exhibition_id == sa.bindparam("of_exhibition"))
    .where(person_day.c.person_id == sa.bindparam("of_person"))
    .where(person_day.c.day == sa.bindparam("of_day"))
    .values(seats=person_day.c.seats - sa.bindparam("back", type_=sa.Integer))
)
_MORE_THAT_DAY = (
    "ON CONFLICT (exhibition_id, person_id, day) DO UPDATE SET seats = person_day.seats + excluded.seats, "
    "most = excluded.most"
)


@dataclass(slots=True)
class Round:
    """What one transaction holds and has changed; `latest` are the bookings as they now stand, by id; `stories`
    whose request made them."""

    db: Connection
    exhibition_id: UUID
    at: datetime
    rules: Rules
    sessions: dict[UUID, SeatRow]
    seats: dict[UUID, Seats] = field(default_factory=dict)
    last_in_line: dict[UUID, int] = field(default_factory=dict)
    due: dict[UUID, datetime | None] = field(default_factory=dict)
    made: list[Booking] = field(default_factory=list)
    latest: dict[UUID, Booking] = field(default_factory=dict)
    told: list[Booking] = field(default_factory=list)
    claims: Counter[tuple[UUID, date]] = field(default_factory=Counter)
    due_now: list[UUID] = field(default_factory=list)
    stories: dict[UUID, str] = field(default_factory=dict)

    def next_number(self, session_id: UUID) -> int:
        """A new number at the end of a session's line."""
        self.last_in_line[session_id] += 1
        return self.last_in_line[session_id]

    def add(self, made: Booking, correlation_id: str = "") -> None:
        """A new booking; written when the round ends or before its session's line moves."""
        self.made.append(made)
        self.stories[made.id] = correlation_id
        self._note(None, made)

    def change(self, booking: Booking, act: Act, **changed: Any) -> Booking:
        """An act upon a booking, written at once; NotNow."""
        now = step(booking, act, **changed)
        rows.store_change(self.db, now)
        self._note(booking, now)
        return now

    def ends(self, session_id: UUID, moment: datetime | None) -> None:
        """Look at this session again at `moment`, or sooner if something else is due."""
        if moment is not None:
            due = self.due[session_id]
            self.due[session_id] = moment if due is None else min(due, moment)

    def _note(self, before: Booking | None, now: Booking) -> None:
        self.seats[now.session_id] = moved(self.seats[now.session_id], before, now)
        self.ends(now.session_id, now.ends_at)
        claim = _claim(now) - (_claim(before) if before else 0)
        if claim:
            self.claims[now.person_id, now.day] += claim
        self.latest[now.id] = now
        self.told.append(now)


def begin(db: Connection, exhibition_id: UUID, ids: Sequence[UUID], at: datetime, rules: Rules | None = None) -> Round:
    """Hold these sessions until the commit; what the clock has ended in them is noted first."""
    held = lock_sessions(db, exhibition_id, sorted(set(ids)))
    one = Round(db, exhibition_id, at, rules or read_rules(db, exhibition_id), held)
    for row in one.sessions.values():
        one.seats[row.id], one.last_in_line[row.id], one.due[row.id] = row.seats, row.last_in_line, row.due_at
    for row in one.sessions.values():
        if row.due_at is not None and row.due_at <= at:
            one.due_now.append(row.id)
            _settle(one, row)
    return one


def finish(one: Round, *, serves: bool = True) -> list[Booking]:
    """Give what is free to those who wait (`serves`), write down the numbers, tell the changes; what was told."""
    flush(one)
    for session_id in one.sessions if serves else ():
        advance(one, session_id)
        serve_queue(one, session_id)
    moves = [
        SeatMove(row, one.seats[row.id], one.last_in_line[row.id] - row.last_in_line, one.due[row.id])
        for row in one.sessions.values()
        if (one.seats[row.id], one.last_in_line[row.id], one.due[row.id]) != (row.seats, row.last_in_line, row.due_at)
    ]
    move_seats(one.db, moves)
    _claim_days(one)
    one.told = [_with_place(one, booking) for booking in one.told]
    publish(one.db, *tell_with_links(one.db, one.told, one.stories), *naming.tell_ended(one.db, one.told))
    return one.told


def flush(one: Round) -> None:
    """Write the new bookings."""
    if one.made:
        rows.insert_all(one.db, one.made)
        one.made = []


def advance(one: Round, session_id: UUID) -> None:
    """Offer what is free to the line; nothing to do where nobody waits."""
    row, seats = one.sessions[session_id], one.seats[session_id]
    if not seats.waiting or not (seats.free or row.seats.free):
        return
    if row.state is SessionState.CANCELLED or one.at >= row.starts_at:
        return
    now_wall = clock.to_wall(one.at, row.zone)
    can = window(now_wall, row.starts_wall)
    if can.wait is not None:
        one.ends(session_id, one.at + can.wait if seats.free else None)
    elif can.length is None:
        _call_all(one, row)
    elif seats.free:
        _offer(one, row, can.length)


def _offer(one: Round, row: SeatRow, length: timedelta) -> None:
    """Put free seats to those in line, each seat to one party."""
    free = one.seats[row.id].free
    asked = rows.of_session(one.exhibition_id, row.id, [BookingState.WAITLISTED])
    # in strict order no more parties than there are seats can be served
    line = rows.select(one.db, asked.limit(free) if one.rules.policy is LinePolicy.STRICT_ORDER else asked)
    for number in choose(free, [waiting.party_size for waiting in line], one.rules.policy):
        one.change(line[number], Act.OFFER, ends_at=one.at + length, was_waitlisted=True)
    if one.seats[row.id].free and one.seats[row.id].waiting:
        one.ends(row.id, row.starts_at - FIRST_COME)


def _call_all(one: Round, row: SeatRow) -> None:
    """Two hours before the start: everybody in line who fits is asked, the first to answer has the seats."""
    free = one.seats[row.id].free
    for waiting in rows.select(one.db, rows.of_session(one.exhibition_id, row.id, IN_LINE)):
        if waiting.state is BookingState.WAITLISTED and waiting.party_size <= free:
            one.change(waiting, Act.OFFER, ends_at=row.starts_at, is_first_come=True, was_waitlisted=True)
        elif waiting.is_first_come and waiting.party_size > free:
            one.change(waiting, Act.RETURN)


def _settle(one: Round, row: SeatRow) -> None:
    """Note what the clock has ended, and when the next thing ends."""
    for ended in rows.list_ended(one.db, one.exhibition_id, row.id, one.at):
        one.change(ended, Act.LAPSE)
    names_end = one.rules.names_end(row.starts_at)
    for found, named in naming.list_unnamed(one.db, one.exhibition_id, row.id) if one.at >= names_end else ():
        if named:
            one.change(found, Act.RESIZE, party_size=named)
        else:
            one.change(found, Act.CANCEL, cancelled_by="deadline")
    see_to(one, row)


def see_to(one: Round, row: SeatRow) -> None:
    """When the clock next ends something in a session, from what stands there."""
    one.due[row.id] = rows.soonest_end(one.db, one.exhibition_id, row.id)
    names_end = one.rules.names_end(row.starts_at)
    if one.at < names_end and naming.list_unnamed(one.db, one.exhibition_id, row.id):
        one.ends(row.id, names_end)
    see_to_queue(one, row)


def see_to_queue(one: Round, row: SeatRow) -> None:
    """While somebody queues, the start and the hour of unclaimed seats are due."""
    moments = (row.starts_at, one.rules.unclaimed_from(row.starts_at))
    if one.seats[row.id].queued:
        one.ends(row.id, next((moment for moment in moments if one.at < moment), None))


def serve_queue(one: Round, session_id: UUID) -> None:
    """Seat those who queue at the door: on free seats, later on those nobody has come to; nothing where nobody does."""
    row, seats = one.sessions[session_id], one.seats[session_id]
    if not seats.queued or door.refuse(row.state, row.starts_at, row.ends_at, one.at):
        return
    queue = rows.select(one.db, rows.of_session(one.exhibition_id, row.id, [BookingState.QUEUED]))
    claims = _unclaimed(one, row)
    found = [door.Unclaimed(claim.party_size, claim.kind is BookingKind.GROUP) for claim in claims]
    free = door.open_seats(seats, has_begun=one.at >= row.starts_at)
    served = door.serve(free, [party.party_size for party in queue], found, one.rules.policy)
    for index, part in served.taken.items():
        rest = claims[index].party_size - part
        one.change(claims[index], Act.RESIZE if rest else Act.RELEASE, **({"party_size": rest} if rest else {}))
    for index in served.seated:
        one.change(queue[index], Act.SEAT)


def _unclaimed(one: Round, row: SeatRow) -> list[Booking]:
    """Bookings nobody has come to, single parties before groups, the last booked first; none before their hour."""
    if one.at < one.rules.unclaimed_from(row.starts_at):
        return []
    booked = rows.select(one.db, rows.of_session(one.exhibition_id, row.id, [BookingState.CONFIRMED]))
    newest = booked[::-1]
    missing = [claim for claim in newest if claim.arrived_at is None and claim.kind is not BookingKind.DOOR]
    return sorted(missing, key=lambda claim: claim.kind is BookingKind.GROUP)


def _claim(booking: Booking) -> int:
    counts = booking.state in LIVE and booking.kind in COUNTED
    return booking.party_size if counts else 0


def _claim_days(one: Round) -> None:
    """Second guard of the limit of a day: a row for each person and day, whose check refuses more."""
    claims = sorted(one.claims.items())
    more = [_claimed(one, who, day, seats) for (who, day), seats in claims if seats > 0]
    less = [
        {"of_exhibition": one.exhibition_id, "of_person": who, "of_day": day, "back": -seats}
        for (who, day), seats in claims
        if seats < 0
    ]
    insert_all(one.db, person_day, more, _MORE_THAT_DAY)
    if less:
        one.db.execute(GIVE_BACK, less)


def _claimed(one: Round, who: UUID, day: date, seats: int) -> dict[str, Any]:
    claimed = {"exhibition_id": one.exhibition_id, "person_id": who, "day": day}
    return claimed | {"seats": seats, "most": one.rules.most_a_day}


def _with_place(one: Round, booking: Booking) -> Booking:
    """What is told of those in line names their place; a newcomer's is known already."""
    waits = booking.state in (BookingState.WAITLISTED, BookingState.QUEUED)
    if not waits or booking.place_in_line is not None or one.latest[booking.id] is not booking:
        return booking
    one.latest[booking.id] = rows.with_place(one.db, booking)
    return one.latest[booking.id]
