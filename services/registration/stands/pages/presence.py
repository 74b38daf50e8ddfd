"""Who is there today: a hall's exhibitors on one page, many marked at once."""

from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from services.registration.stands.domain.days import NotADayOfTheFair
from services.registration.stands.operations import placing
from services.registration.stands.operations.plan import Occupation, Plan, plan_of
from services.registration.stands.pages import words
from services.registration.stands.pages.ways import by_staff, refusal_words
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import Problem
from shared.web import idempotency_key, may, page

WHO = (Role.ORGANISER, Role.SUPERVISOR)

presence_pages = Blueprint("stand_presence", __name__, url_prefix="/<lang>/<exhibition>/office/presence")


@presence_pages.get("")
@may(*WHO)
def show(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Who has a stand today, and who was seen."""
    return _page(exhibition, request.args.get("hall", ""), {})


@presence_pages.post("")
@may(*WHO)
def mark(lang: str, exhibition: str) -> Response:
    """Mark those who were ticked, all or nobody; pressed twice, done once."""
    hall, chosen = request.form.get("hall", ""), request.form.getlist("applications")
    is_present = request.form.get("is_present") == "1"
    try:
        with transaction() as db:
            found = find_exhibition(db, exhibition)

            def do() -> Answer:
                marked = placing.mark_all(db, found, chosen, by_staff(), is_present=is_present)
                return Answer(201, {"marked": marked})

            once(db, idempotency_key(found.id, required=False), do)
    except Problem as refused:
        return _page(exhibition, hall, {"applications": [refusal_words(refused)]})
    return make_response(redirect(f"/{lang}/{exhibition}/office/presence?hall={quote(hall)}", code=303))


def _page(exhibition: str, asked: str, errors: dict[str, list[str]]) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        plan = plan_of(db, found.id)
    halls = {one.hall: one.hall_names for one in plan.stands}
    hall = asked if asked in halls else next(iter(halls), "")
    there = _there(found, plan, hall)
    return page(
        "stands/office-presence.html",
        status=422 if errors else 200,
        exhibition=found,
        is_on=found.first_day <= found.today <= found.last_day,
        not_on=refusal_words(NotADayOfTheFair()),
        halls=[(one, words.hall_word(one, names)) for one, names in halls.items()],
        hall=hall,
        there=there,
        present=sum(1 for one in there if one.state == "present"),
        chosen=request.form.getlist("applications"),
        errors=errors,
        words=words,
    )


def _there(found: Exhibition, plan: Plan, hall: str) -> list[Occupation]:
    """Who has a stand of a hall today, each once."""
    today = [words.on_day(plan.on.get(one.id, []), found.today) for one in plan.in_hall(hall)]
    return list({one.application: one for one in reversed(today) if one}.values())[::-1]
