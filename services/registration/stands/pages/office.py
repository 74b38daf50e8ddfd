"""The office's plan and its equal table, one stand, and what can be done there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.engine import Connection

from services.registration.applications.operations.crafts import crafts_of
from services.registration.applications.operations.dossiers import Application
from services.registration.applications.operations.reviewing import find_handed_in
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from services.registration.stands import schemas
from services.registration.stands.domain.finding import suggest_hall
from services.registration.stands.operations import placing, setting_up
from services.registration.stands.operations.plan import Plan, plan_of, waiting_for_a_stand
from services.registration.stands.operations.setting_up import Stand
from services.registration.stands.pages import words
from services.registration.stands.pages.drawing import Look, draw_halls, patterns, swatch
from services.registration.stands.pages.ways import by_staff, my_staff_id, refusal_words
from shared import i18n
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import Invalid, NotFound, Problem
from shared.web import current_caller, idempotency_key, load_form, may, page

READERS = (Role.ORGANISER, Role.REVIEWER, Role.SUPERVISOR)
COLOURS = ("state", "craft")

office_pages = Blueprint("stand_office", __name__, url_prefix="/<lang>/<exhibition>/office/stands")

Errors = dict[str, list[str]]


@dataclass(frozen=True)
class View:
    """Which part of the plan is looked at, on which day, coloured by what."""

    day: date
    hall: str
    colour: str


@office_pages.get("")
@may(*READERS)
def show_plan(lang: str, exhibition: str) -> Response:
    """The plan, the same as a table, and who has no stand yet."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        plan, waiting = plan_of(db, found.id), waiting_for_a_stand(db, found.id)
        crafts = words.Crafts(crafts_of(db, found.id))
    view = _view(found, plan)
    here = f"/{lang}/{exhibition}/office/stands"
    looks = _looks(plan, crafts, view, here)
    drawings = draw_halls(plan.stands, looks)
    legend = _legend(plan, crafts, view)
    used = {n for one in plan.stands if (n := looks(one).pattern) is not None}
    return page(
        "stands/office-plan.html",
        exhibition=found,
        view=view,
        drawings=drawings,
        patterns=patterns(used | {n for n, _word in legend if n is not None}),
        swatch=swatch,
        legend=legend,
        rows=[(one, words.on_day(plan.on.get(one.id, []), view.day)) for one in plan.in_hall(view.hall)],
        waiting=[(one, _suggestion(plan, one)) for one in waiting],
        days=_days(found),
        halls=[(one.hall, words.hall_word(one.hall, one.names)) for one in drawings],
        taken=sum(1 for one in plan.stands if words.on_day(plan.on.get(one.id, []), view.day)),
        total=len(plan.stands),
        words=words,
        crafts=crafts,
    )


@office_pages.get("/place")
@may(Role.ORGANISER)
def choose_stand(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Choose a stand for an exhibitor."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        one = find_handed_in(db, found.id, request.args.get("application", ""))
    return _choose(found, one, {}, {})


@office_pages.post("/place")
@may(Role.ORGANISER)
def place(lang: str, exhibition: str) -> Response:
    """Give an exhibitor a stand; pressed twice, done once."""
    with reading() as db:
        found = find_exhibition(db, exhibition)

    def do(db: Connection, found: Exhibition) -> str:
        said = load_form(schemas.NewAllocation)
        placing.place(db, found, placing.wish_of(db, found, said), by_staff())
        return str(said["stand"])

    try:
        stand = _do(exhibition, do)
    except Problem as refused:
        errors = _errors(refused, "stand")
        with reading() as db:
            try:
                one = find_handed_in(db, found.id, request.form.get("application", ""))
            except NotFound:
                raise refused from None
        return _choose(found, one, request.form, errors)
    return _go(f"/{lang}/{exhibition}/office/stands/{stand}")


@office_pages.get("/<reference>")
@may(*READERS)
def show_stand(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """One stand: who has it when, and what can be done."""
    return _stand(exhibition, reference, {})


@office_pages.post("/<reference>/state")
@may(Role.ORGANISER)
def set_state(lang: str, exhibition: str, reference: str) -> Response:
    """Open, close or remove a stand."""
    act = request.form.get("act", "")

    def do(db: Connection, found: Exhibition) -> str:
        if act == "remove":
            setting_up.remove_stand(db, found.id, reference, my_staff_id())
            return ""
        setting_up.set_active(db, found.id, reference, my_staff_id(), is_active=act == "open")
        return reference

    return _then(lang, exhibition, reference, do)


@office_pages.post("/<reference>/allocations/<uuid:allocation>/<act>")
@may(Role.ORGANISER)
def change(lang: str, exhibition: str, reference: str, allocation: UUID, act: str) -> Response:
    """Move, swap or free; pressed twice, done once."""
    if act not in ("move", "swap", "release"):
        raise NotFound

    def do(db: Connection, found: Exhibition) -> str:
        if act == "move":
            said = load_form(schemas.NewPlace)
            placing.move_to(db, found, allocation, said["stand"], by_staff())
            return str(said["stand"])
        if act == "swap":
            placing.swap(db, found, allocation, load_form(schemas.Swap)["other"], by_staff())
        else:
            placing.free(db, found, allocation, by_staff())
        return reference

    return _then(lang, exhibition, reference, do)


@office_pages.post("/<reference>/presence")
@may(Role.ORGANISER, Role.SUPERVISOR)
def mark(lang: str, exhibition: str, reference: str) -> Response:
    """Note that somebody is there, or is not."""

    def do(db: Connection, found: Exhibition) -> str:
        one = find_handed_in(db, found.id, request.form.get("application", ""))
        placing.mark(db, found, one, by_staff(), is_present=request.form.get("is_present") == "1")
        return reference

    return _then(lang, exhibition, reference, do)


def _do(exhibition: str, do: Callable[[Connection, Exhibition], str]) -> str:
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        key = idempotency_key(found.id, required=False)
        return str(once(db, key, lambda: Answer(201, {"stand": do(db, found)})).data["stand"])


def _then(lang: str, exhibition: str, reference: str, do: Callable[[Connection, Exhibition], str]) -> Response:
    """Do it and show the stand it led to; a refusal is told on the stand's own page."""
    try:
        stand = _do(exhibition, do)
    except NotFound:
        raise
    except Problem as refused:
        return _stand(exhibition, reference, _errors(refused, "stand"))
    return _go(f"/{lang}/{exhibition}/office/stands" + (f"/{stand}" if stand else ""))


def _go(address: str) -> Response:
    return make_response(redirect(address, code=303))


def _errors(refused: Problem, field: str) -> Errors:
    if isinstance(refused, Invalid):
        return refused.errors
    return {field: [refusal_words(refused)]}


def _stand(exhibition: str, reference: str, errors: Errors) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        one = setting_up.find_stand(db, found.id, reference)
        plan, waiting = plan_of(db, found.id), waiting_for_a_stand(db, found.id)
        crafts = words.Crafts(crafts_of(db, found.id))
    placed = {each.application: each.title for each in plan.occupations}
    return page(
        "stands/office-stand.html",
        status=422 if errors else 200,
        exhibition=found,
        one=one,
        there=plan.on.get(one.id, []),
        free=_free_stands(plan, found.first_day, found.last_day),
        others=[(str(each.id), f"{each.stand} · {each.title}") for each in plan.occupations if each.stand_id != one.id],
        exhibitors=[*((ask.reference, ask.title) for ask in waiting), *placed.items()],
        days=_days(found),
        is_on=found.first_day <= found.today <= found.last_day,
        errors=errors,
        values=request.form,
        caller_may=current_caller().roles,
        words=words,
        crafts=crafts,
    )


def _choose(found: Exhibition, one: Application, values: Any, errors: Errors) -> Response:
    with reading() as db:
        plan, crafts = plan_of(db, found.id), words.Crafts(crafts_of(db, found.id))
    suggested = _suggestion(plan, one)
    free = _free_stands(plan, found.first_day, found.last_day)
    return page(
        "stands/office-place.html",
        status=422 if errors else 200,
        exhibition=found,
        one=one,
        suggested=suggested,
        free=sorted(free, key=lambda row: not row[1].startswith(f"{suggested} ")) if suggested else free,
        days=_days(found),
        values=values,
        errors=errors,
        words=words,
        crafts=crafts,
    )


def _free_stands(plan: Plan, first: date, last: date) -> list[tuple[str, str]]:
    """Open stands that are free on at least one of the days, with hall and size."""
    length = (last - first).days + 1
    return [
        (one.reference, _stand_words(one))
        for one in plan.stands
        if one.is_active and sum(each.n_days for each in plan.on.get(one.id, [])) < length
    ]


def _stand_words(one: Stand) -> str:
    return f"{one.hall} · {one.reference} · {words.size(one.width, one.depth)}"


def _suggestion(plan: Plan, one: Application) -> str:
    halls = {stand.id: stand.hall for stand in plan.stands}
    return suggest_hall(one.filiere, ((each.filiere, halls[each.stand_id]) for each in plan.occupations))


def _days(found: Exhibition) -> list[tuple[str, str]]:
    days = [date.fromordinal(n) for n in range(found.first_day.toordinal(), found.last_day.toordinal() + 1)]
    return [(day.isoformat(), i18n.long_date(day)) for day in days]


def _view(found: Exhibition, plan: Plan) -> View:
    """What was asked; what makes no sense is the default."""
    usual = min(max(found.today, found.first_day), found.last_day)
    days = dict(_days(found))
    asked = request.args.get("day", "")
    halls = [one.hall for one in plan.stands]
    hall, colour = request.args.get("hall", ""), request.args.get("colour", "")
    return View(
        date.fromisoformat(asked) if asked in days else usual,
        hall if hall in halls else next(iter(halls), ""),
        colour if colour in COLOURS else COLOURS[0],
    )


def _looks(plan: Plan, crafts: words.Crafts, view: View, here: str) -> Callable[[Stand], Look]:
    def look(one: Stand) -> Look:
        somebody = words.on_day(plan.on.get(one.id, []), view.day)
        href = f"{here}/{one.reference}"
        if somebody is None:
            return Look(None if one.is_active else words.CLOSED, href, one.reference)
        by_state = words.OF_STATE.get(somebody.state)
        pattern = by_state if view.colour == "state" else crafts.pattern(somebody.filiere)
        return Look(pattern, href, f"{one.reference}: {somebody.title}")

    return look


def _legend(plan: Plan, crafts: words.Crafts, view: View) -> list[tuple[int | None, str]]:
    if view.colour == "state":
        return words.state_legend()
    return crafts.legend(each.filiere for each in plan.occupations)
