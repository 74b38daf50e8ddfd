"""Pages to reserve, to look at one's bookings, to give seats back. Every form works without JavaScript."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request
from marshmallow import EXCLUDE

from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings import operations
from services.ticketing.bookings.domain import (
    LIVE,
    MOST_IN_A_PARTY,
    Booking,
    BookingKind,
    BookingState,
    PassEnded,
    can_cancel,
    seconds_left,
)
from services.ticketing.bookings.domain.moves import to_be_seen
from services.ticketing.bookings.operations import calendars, passing
from services.ticketing.bookings.operations.moves import moves_of, see_move
from services.ticketing.bookings.operations.recent import refuse_if_full
from services.ticketing.bookings.operations.tries import allow_try
from services.ticketing.bookings.pages.words import line_rules, refused
from services.ticketing.bookings.schemas import Anyway, NewBooking, NewOrder, NoFields, Reply, booking_out
from services.ticketing.programme.domain import Availability, Session, SessionState, others_with_seats
from services.ticketing.programme.domain.finding import overlapping
from services.ticketing.programme.operations.board import board_of
from services.ticketing.programme.operations.calendar import CONTENT_TYPE, Entry, calendar_of
from services.ticketing.programme.pages import attachment, place_of
from shared import clock
from shared.db import reading, transaction
from shared.group import group
from shared.i18n import gettext as _
from shared.i18n import pick
from shared.idempotency import Answer, once
from shared.problem import Invalid, NotFound, Problem
from shared.web import current_caller, idempotency_key, load_form, may, page
from shared.web.security import settings

pages = Blueprint("bookings_pages", __name__, url_prefix="/<lang>/<exhibition>/programme")
_STATUS = {BookingState.CONFIRMED: "CONFIRMED"}
_VERBS: dict[str, Callable[..., Booking]] = {
    "accept": operations.accept_offer,
    "confirm": operations.confirm_hold,
    "extend": operations.extend_hold,
}


@pages.get("/<reference>")
@may("anyone")
def show_session(lang: str, exhibition: str, reference: str) -> Response:
    """One session: when, where, how many seats are left, and the form that reserves them."""
    where = exhibition_called(exhibition)
    return _session_page(where, board_of(where.id).called(reference), lang)


@pages.post("/<reference>/reserve")
@may("person")
def reserve(lang: str, exhibition: str, reference: str) -> Response:
    """Book seats or join the line; pressed twice, done once. A refusal says what is still possible.

    Who had to register first comes by way of registration with the same form (307): its other fields are not ours.
    """
    where = exhibition_called(exhibition)
    session = board_of(where.id).called(reference)
    try:
        booked = _order(where, session)
    except Problem as refusal:
        return _session_page(where, session, lang, refusal)
    return _go(f"{_base(lang, where)}/mine/{booked.data['reference']}")


def _order(where: Exhibition, session: Session) -> Answer:
    person_id = current_caller().person_id
    assert person_id is not None  # noqa: S101 - the route says `may("person")`
    order = operations.order_of(where, session.id, person_id, **load_form(NewOrder(unknown=EXCLUDE)))
    order = replace(order, is_hold="hold" in request.form)
    key = idempotency_key(where.id, required=False)
    refuse_if_full(where.id, session.id, person_id, order.at)
    allow_try(person_id)

    def render(booking: Booking) -> Answer:
        return Answer(201, booking_out(booking, session.reference))

    return group(operations.book_seats, order, key=key, render=render)


@pages.get("/mine")
@may("person")
def list_mine(lang: str, exhibition: str) -> Response:
    """One's agenda: what is booked, by day, with what happens at the same time; then what is over."""
    return _list(lang, exhibition_called(exhibition))


def _list(lang: str, where: Exhibition, link: str = "") -> Response:
    at = clock.now()
    with reading() as db:
        found = operations.list_bookings(db, where.id, person_id=_person())
        moves = moves_of(db, where.id, _person())
    sessions = board_of(where.id).by_id
    every = [(sessions[one.session_id], one.as_of(at)) for one in found]
    rows = sorted((row for row in every if row[1].state in LIVE), key=lambda row: row[0].starts_at)
    return page(
        "bookings/list.html",
        days=[(day, list(ones)) for day, ones in groupby(rows, key=lambda row: row[0].day)],
        past=[row for row in every if row[1].state not in LIVE],
        overlaps=overlapping(session for session, _booking in rows),
        moves={one.id: to_be_seen(moves.get(one.id), session, one.state, at) for session, one in rows},
        link=link,
        base=_base(lang, where),
        at=at,
    )


@pages.post("/mine/calendar")
@may("person")
def make_calendar(lang: str, exhibition: str) -> Response:
    """A secret address for one's calendar programme, shown this once; a new one puts the old one out."""
    where, person_id = exhibition_called(exhibition), _person()
    allow_try(person_id)
    with transaction() as db:
        code = calendars.make_calendar(db, where.id, person_id)
    return _list(lang, where, f"{settings().public_url}{_base(lang, where)}/calendar/{code}.ics")


@pages.get("/calendar/<secret>.ics")
@may("anyone")
def personal_calendar(lang: str, exhibition: str, secret: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The sessions somebody has booked, for whoever has the address; nothing in it says who they are."""
    where = exhibition_called(exhibition)
    with reading() as db:
        person_id = calendars.owner_of(db, where.id, secret)
    return _agenda(where, person_id, is_shared=True)


@pages.get("/mine/<reference>")
@may("person")
def show_mine(lang: str, exhibition: str, reference: str) -> Response:
    """One booking: what it is worth, where to go, how to give it back."""
    return _mine_page(lang, exhibition, reference)


def _mine_page(lang: str, exhibition: str, reference: str, refusal: Problem | None = None, link: str = "") -> Response:
    where, booking, session = _mine(exhibition, reference)
    with reading() as db:
        before = moves_of(db, where.id, _person()).get(booking.id)
    return page(
        "bookings/one.html",
        moved=to_be_seen(before, session, booking.state, clock.now()),
        link=link,
        others=_others(where, booking, session, refusal),
        **refused(refusal),
        **_about(where, booking, session, lang),
    )


def _others(where: Exhibition, booking: Booking, session: Session, refusal: Problem | None) -> list[Session]:
    """What is still possible once a booking is over or something was refused."""
    is_over = booking.state not in LIVE or session.state is SessionState.CANCELLED
    return others_with_seats(board_of(where.id).sessions, session, clock.now()) if is_over or refusal else []


@pages.get("/mine/<reference>/cancel")
@may("person")
def ask_cancel(lang: str, exhibition: str, reference: str) -> Response:
    """Whether they are sure; looking changes nothing."""
    where, booking, session = _mine(exhibition, reference)
    return page("bookings/cancel.html", **_about(where, booking, session, lang))


@pages.post("/mine/<reference>/cancel")
@may("person")
def cancel(lang: str, exhibition: str, reference: str) -> Response:
    """Give the seats or the place in line back; whoever is next moves up."""
    load_form(NoFields)
    return _act(lang, exhibition, reference, operations.cancel_booking)


@pages.post("/mine/<reference>/answer")
@may("person")
def answer(lang: str, exhibition: str, reference: str) -> Response:
    """Take what is offered, confirm what is held, keep it longer, or have seen a move; declining is giving back."""
    said = load_form(Reply)
    verb = _VERBS.get(said["act"]) or partial(see_move, seen=said["seen"])
    return _act(lang, exhibition, reference, verb)


@pages.post("/mine/<reference>/party")
@may("person")
def resize(lang: str, exhibition: str, reference: str) -> Response:
    """Come with fewer or more people."""
    party_size = load_form(NewBooking)["party_size"]
    return _act(lang, exhibition, reference, partial(operations.resize_booking, party_size=party_size))


@pages.post("/mine/<reference>/pass")
@may("person")
def make_pass(lang: str, exhibition: str, reference: str) -> Response:
    """A link for somebody else, shown this once; pressed again, a new one replaces it."""
    where, person_id = exhibition_called(exhibition), _person()
    allow_try(person_id)
    try:
        with transaction() as db:
            mine = operations.Mine(where.id, reference.upper(), person_id, clock.now())
            code = passing.make_pass(db, mine)[1]
    except NotFound:
        raise
    except Problem as refusal:
        return _mine_page(lang, exhibition, reference, refusal)
    link = f"{settings().public_url}{_base(lang, where)}/pass/{code}"
    return _mine_page(lang, exhibition, reference, link=link)


@pages.get("/pass/<secret>")
@may("anyone")
def show_pass(lang: str, exhibition: str, secret: str) -> Response:
    """What somebody wants to pass on; looking changes nothing."""
    return _pass_page(lang, exhibition_called(exhibition), secret)


@pages.post("/pass/<secret>")
@may("person")
def take_over(lang: str, exhibition: str, secret: str) -> Response:
    """Take the seats; a refusal says why, the link stays good for others."""
    where, person_id = exhibition_called(exhibition), _person()
    anyway = load_form(Anyway)["anyway"]
    allow_try(person_id)
    try:
        with transaction() as db:

            def act() -> Answer:
                taker = passing.Taker(where.id, secret, person_id, clock.now(), anyway)
                return Answer(201, {"reference": passing.take_over(db, taker).reference})

            done = once(db, idempotency_key(where.id, required=False), act)
    except Problem as refusal:
        return _pass_page(lang, where, secret, refusal)
    return _go(f"{_base(lang, where)}/mine/{done.data['reference']}")


def _pass_page(lang: str, where: Exhibition, secret: str, refusal: Problem | None = None) -> Response:
    passed = None
    try:
        with reading() as db:
            passed = passing.find_pass(db, where.id, secret)
    except PassEnded as ended:
        refusal = refusal or ended
    return page(
        "bookings/pass.html",
        passed=passed,
        session=board_of(where.id).by_id[passed.session_id] if passed else None,
        is_known=current_caller().person_id is not None,
        **refused(refusal),
        here=f"{_base(lang, where)}/pass/{secret}",
        base=_base(lang, where),
        at=clock.now(),
    )


def _act(lang: str, exhibition: str, reference: str, verb: Callable[..., Booking]) -> Response:
    """Do something with one's own booking, once, and show it again; a refusal says why."""
    where, person_id = exhibition_called(exhibition), _person()
    allow_try(person_id)
    try:
        with transaction() as db:

            def act() -> Answer:
                changed = verb(db, operations.Mine(where.id, reference.upper(), person_id, clock.now()))
                return Answer(200, {"reference": changed.reference})

            done = once(db, idempotency_key(where.id, required=False), act)
    except NotFound:
        raise
    except Problem as refusal:
        return _mine_page(lang, exhibition, reference, refusal)
    return _go(f"{_base(lang, where)}/mine/{done.data['reference']}")


@pages.get("/mine/<reference>.ics")
@may("person")
def booking_calendar(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries the language
    """One's booking for one's calendar."""
    where, booking, session = _mine(exhibition, reference)
    body = calendar_of([_entry(booking, session)], name=booking.reference, place=place_of(where), at=clock.now())
    return Response(body, content_type=CONTENT_TYPE, headers=attachment(booking.reference))


@pages.get("/mine/my-agenda.ics")
@may("person")
def agenda(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """All one has booked for one's calendar; what was given back is in it as cancelled, to be struck out."""
    return _agenda(exhibition_called(exhibition), _person())


def _agenda(where: Exhibition, person_id: UUID, *, is_shared: bool = False) -> Response:
    sessions, at = board_of(where.id).by_id, clock.now()
    with reading() as db:
        found = operations.list_bookings(db, where.id, person_id=person_id)
    entries = [_entry(one.as_of(at), sessions[one.session_id]) for one in found if one.kind is not BookingKind.DOOR]
    entries = [replace(entry, note="") for entry in entries] if is_shared else entries
    body = calendar_of(entries, name=_("My bookings"), place=place_of(where), at=at)
    return Response(body, content_type=CONTENT_TYPE, headers=attachment(where.reference))


def _entry(booking: Booking, session: Session) -> Entry:
    """A booking as calendars know it: the same entry as the one mailed, a change of either is a newer one."""
    return Entry(
        session,
        str(booking.id),
        booking.version + session.version - 1,
        note=_("Your booking: %(reference)s", reference=booking.reference),
        status=_STATUS.get(booking.state, "TENTATIVE" if booking.state in LIVE else "CANCELLED"),
    )


def _session_page(where: Exhibition, session: Session, lang: str, refusal: Problem | None = None) -> Response:
    """The page of a session, as it stands after a refusal if there was one."""
    board, at, person_id = board_of(where.id), clock.now(), current_caller().person_id
    session = board.by_id[session.id]
    held = None
    if person_id is not None:
        with reading() as db:
            held = operations.find_live(db, where.id, session.id, person_id=person_id)
    can_go = refusal is not None or session.availability(at) is not Availability.SEATS
    return page(
        "bookings/session.html",
        session=session,
        held=held,
        is_known=person_id is not None,
        most=min(MOST_IN_A_PARTY, session.seats.capacity, operations.recent_rules(where.id).most_a_day),
        typed=request.form,
        errors=refusal.errors if isinstance(refusal, Invalid) else {},
        **(refused(refusal) | ({"refusal": None} if isinstance(refusal, Invalid) else {})),
        others=others_with_seats(board.sessions, session, at) if can_go else [],
        line=line_rules(operations.recent_rules(where.id)),
        base=_base(lang, where),
        venue=pick(where.venue_names),
        at=at,
    )


def _mine(exhibition: str, reference: str) -> tuple[Exhibition, Booking, Session]:
    where = exhibition_called(exhibition)
    with reading() as db:
        booking = operations.find_booking(db, where.id, reference.upper(), person_id=_person())
    return where, booking.as_of(clock.now()), board_of(where.id).by_id[booking.session_id]


def _about(where: Exhibition, booking: Booking, session: Session, lang: str) -> dict[str, Any]:
    at, rules = clock.now(), operations.recent_rules(where.id)
    is_open = at < rules.changes_end(session.starts_at)
    more = session.seats.left if booking.state is BookingState.CONFIRMED else 0
    most = min(MOST_IN_A_PARTY, rules.most_a_day, booking.party_size + more)
    return {
        "can_resize": is_open
        and booking.kind is not BookingKind.GROUP
        and booking.state in (BookingState.CONFIRMED, BookingState.WAITLISTED),
        "can_pass": is_open and booking.state is BookingState.CONFIRMED and booking.kind is BookingKind.OWN,
        "sizes": range(1, max(most, booking.party_size) + 1),
        "left": seconds_left(booking, at),
        "line": line_rules(rules),
        "ends": clock.to_wall(booking.ends_at, where.zone) if booking.ends_at else None,
        "booking": booking,
        "session": session,
        "can_cancel": can_cancel(booking.state, session.starts_at, at),
        "base": _base(lang, where),
        "venue": pick(where.venue_names),
        "at": at,
    }


def _person() -> Any:
    return current_caller().person_id


def _base(lang: str, where: Exhibition) -> str:
    return f"/{lang}/{where.reference}/programme"


def _go(address: str) -> Response:
    return make_response(redirect(address, code=303))
