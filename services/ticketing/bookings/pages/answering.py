"""Yes or no to an offer from the link in its message: nobody has to sign in first, looking changes nothing."""

from flask import Blueprint, Response, make_response, redirect

from services import navigation
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings import operations
from services.ticketing.bookings.domain import seconds_left
from services.ticketing.bookings.domain.answers import Answer
from services.ticketing.bookings.operations.answering import find_by_code
from services.ticketing.bookings.operations.tries import allow_try
from services.ticketing.bookings.pages.words import line_rules, refused
from services.ticketing.bookings.schemas import YesOrNo
from services.ticketing.programme.domain import others_with_seats
from services.ticketing.programme.operations.board import board_of
from shared import clock, i18n
from shared.db import reading, transaction
from shared.problem import Problem
from shared.web import load_form, may, page

answer_pages = Blueprint("answer_pages", __name__, url_prefix="/<lang>/a")


@answer_pages.get("/<secret>")
@may("anyone")
def show_offer(lang: str, secret: str) -> Response:
    """What is offered, with two buttons; afterwards what became of it."""
    return _page(lang, secret)


@answer_pages.post("/<secret>")
@may("anyone")
def answer_offer(lang: str, secret: str) -> Response:
    """Take what is offered, or leave it to the next; pressed again, it changes nothing. A refusal says why."""
    says_yes = load_form(YesOrNo)["answer"] == Answer.YES
    with reading() as db:
        found = find_by_code(db, secret)[1]
    allow_try(found.person_id)
    at, whose = clock.now(), (found.exhibition_id, found.person_id)
    try:
        with transaction() as db:
            if says_yes:
                operations.accept_offer(db, operations.Mine(whose[0], found.reference, whose[1], at))
            else:
                operations.take_answer(db, operations.Answered(whose[0], found.id, whose[1], Answer.LEAVE, at))
    except Problem as refusal:
        return _page(lang, secret, refusal)
    return make_response(redirect(f"/{lang}/a/{secret}", code=303))


def _page(lang: str, secret: str, refusal: Problem | None = None) -> Response:
    with reading() as db:
        reference, booking = find_by_code(db, secret)
    where, at = exhibition_called(reference), clock.now()
    board, booking = board_of(where.id), booking.as_of(at)
    session = board.by_id[booking.session_id]
    return page(
        "bookings/answer.html",
        **refused(refusal),
        booking=booking,
        session=session,
        ends=clock.to_wall(booking.ends_at, where.zone) if booking.ends_at else None,
        left=seconds_left(booking, at),
        line=line_rules(operations.recent_rules(where.id)),
        others=others_with_seats(board.sessions, session, at),
        exhibition={
            "reference": where.reference,
            "name": i18n.pick(where.names),
            "span": i18n.span(where.first_day, where.last_day),
        },
        menu=navigation.public_menu(lang, where.reference, ""),
        here=f"/{lang}/a/{secret}",
        base=f"/{lang}/{where.reference}/programme",
        venue=i18n.pick(where.venue_names),
        at=at,
    )
