"""JSON routes of stands: the plan for everybody, setting up and placing for the office, badges of a stand's people."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.registration.applications.operations.dossiers import Application, By, mine_of
from services.registration.applications.operations.reviewing import find_handed_in
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from services.registration.stands import schemas
from services.registration.stands.domain.days import SHOWN
from services.registration.stands.operations import people, placing, setting_up
from services.registration.stands.operations.plan import Plan, figures_of, plan_of, waiting_for_a_stand
from services.registration.visitors.operations.print_badge import draw_pdf
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import NotSignedIn
from shared.web import current_caller, idempotency_key, keyed, load, may, reply
from shared.web.security import settings

OFFICE = (Role.ORGANISER, Role.REVIEWER)
READERS = (*OFFICE, Role.SUPERVISOR, Role.DESK, Role.VIEWER)

stands = Blueprint(
    "stands",
    __name__,
    url_prefix="/registration/v1/exhibitions/<exhibition>",
    description="Stands, who has which, and the badges of the stands' people",
)


def _body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, "required": True}


@stands.get("/plan")
@stands.response(200, schemas.PlanOut)
@may("anyone")
def show_plan(exhibition: str) -> Response:
    """Every open stand with who is on it."""
    with reading() as db:
        plan = plan_of(db, find_exhibition(db, exhibition).id)
    rows = [
        vars(one) | {"exhibitors": [each for each in plan.on.get(one.id, []) if each.state in SHOWN]}
        for one in plan.stands
        if one.is_active
    ]
    return reply(Answer(200, dict(schemas.PlanOut().dump({"stands": rows}))))


@stands.get("/stands")
@stands.response(200, schemas.OfficePlanOut)
@may(*READERS)
def list_stands(exhibition: str) -> Response:
    """Every stand with who is on it, and who is confirmed but has none yet."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        plan, waiting = plan_of(db, found.id), waiting_for_a_stand(db, found.id)
    said = {"stands": _rows(plan), "waiting": [one.reference for one in waiting]}
    return reply(Answer(200, dict(schemas.OfficePlanOut().dump(said))))


def _rows(plan: Plan) -> list[dict[str, Any]]:
    return [vars(one) | {"exhibitors": plan.on.get(one.id, [])} for one in plan.stands]


@stands.post("/stands/check")
@stands.doc(requestBody=_body(schemas.StandList))
@stands.response(200, schemas.CheckOut)
@may(Role.ORGANISER)
def check_list(exhibition: str) -> Response:
    """Say how a list would be set up, and what is wrong with each bad row; nothing is changed."""
    text = load(schemas.StandList)["csv"]
    with reading() as db:
        sheet = setting_up.read_list(db, find_exhibition(db, exhibition), text)
    said = {"csv": text, "good": len(sheet.good), "bad": sheet.bad}
    return reply(Answer(200, dict(schemas.CheckOut().dump(said))))


@stands.post("/stands/row")
@stands.doc(requestBody=_body(schemas.NewRow))
@stands.response(200, schemas.CheckOut)
@may(Role.ORGANISER)
def check_row(exhibition: str) -> Response:
    """Write a row of stands as a list, to look at and to set up; nothing is changed."""
    row = schemas.row_in(load(schemas.NewRow))
    with reading() as db:
        found = find_exhibition(db, exhibition)
        text = setting_up.write_row(db, found, row)
        sheet = setting_up.read_list(db, found, text)
    said = {"csv": text, "good": len(sheet.good), "bad": sheet.bad}
    return reply(Answer(200, dict(schemas.CheckOut().dump(said))))


@stands.post("/stands")
@stands.doc(requestBody=_body(schemas.StandList))
@stands.response(201, schemas.AddedOut)
@may(Role.ORGANISER)
@keyed
def add_stands(exhibition: str) -> Response:
    """Set up every stand of a list, or none."""
    text = load(schemas.StandList)["csv"]

    def do(db: Connection, found: Exhibition) -> Answer:
        return Answer(201, {"count": setting_up.add_stands(db, found, text, current_caller().staff_id)})

    return _once(exhibition, do)


@stands.put("/stands/<reference>/state")
@stands.doc(requestBody=_body(schemas.StandState))
@stands.response(200, schemas.StandOut)
@may(Role.ORGANISER)
def set_state(exhibition: str, reference: str) -> Response:
    """Open a stand, or close it while nobody holds it."""
    said = load(schemas.StandState)
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        one = setting_up.set_active(db, found.id, reference, my_staff_id(), **said)
    return reply(Answer(200, dict(schemas.StandOut().dump(one))))


@stands.delete("/stands/<reference>")
@stands.response(204)
@may(Role.ORGANISER)
def remove(exhibition: str, reference: str) -> Response:
    """Take a stand off the plan while nobody holds it."""
    with transaction() as db:
        setting_up.remove_stand(db, find_exhibition(db, exhibition).id, reference, my_staff_id())
    return Response(status=204)


@stands.post("/allocations")
@stands.doc(requestBody=_body(schemas.NewAllocation))
@stands.response(201, schemas.PlacedOut)
@may(Role.ORGANISER)
@keyed
def place(exhibition: str) -> Response:
    """Give an application a stand, its first or a further one."""
    said = load(schemas.NewAllocation)

    def do(db: Connection, found: Exhibition) -> Answer:
        return _placed(placing.place(db, found, placing.wish_of(db, found, said), by_staff()))

    return _once(exhibition, do)


@stands.post("/allocations/<uuid:allocation>/move")
@stands.doc(requestBody=_body(schemas.NewPlace))
@stands.response(201, schemas.PlacedOut)
@may(Role.ORGANISER)
@keyed
def move(exhibition: str, allocation: UUID) -> Response:
    """Move somebody to another stand for the same days."""
    said = load(schemas.NewPlace)

    def do(db: Connection, found: Exhibition) -> Answer:
        return _placed(placing.move_to(db, found, allocation, said["stand"], by_staff()))

    return _once(exhibition, do)


@stands.post("/allocations/<uuid:allocation>/swap")
@stands.doc(requestBody=_body(schemas.Swap))
@stands.response(201, schemas.PlacedListOut)
@may(Role.ORGANISER)
@keyed
def swap(exhibition: str, allocation: UUID) -> Response:
    """Exchange the stands of two applications."""
    said = load(schemas.Swap)

    def do(db: Connection, found: Exhibition) -> Answer:
        moved = placing.swap(db, found, allocation, said["other"], by_staff())
        return Answer(201, dict(schemas.PlacedListOut().dump({"applications": moved})))

    return _once(exhibition, do)


@stands.post("/allocations/<uuid:allocation>/release")
@stands.response(201, schemas.PlacedOut)
@may(Role.ORGANISER)
@keyed
def free(exhibition: str, allocation: UUID) -> Response:
    """Take a stand back."""
    return _once(exhibition, lambda db, found: _placed(placing.free(db, found, allocation, by_staff())))


@stands.post("/applications/<reference>/presence")
@stands.doc(requestBody=_body(schemas.Presence))
@stands.response(201, schemas.PlacedOut)
@may(Role.ORGANISER, Role.SUPERVISOR)
@keyed
def mark(exhibition: str, reference: str) -> Response:
    """Note that an exhibitor is there, or is not."""
    said = load(schemas.Presence)

    def do(db: Connection, found: Exhibition) -> Answer:
        one = find_handed_in(db, found.id, reference)
        return _placed(placing.mark(db, found, one, by_staff(), **said))

    return _once(exhibition, do)


@stands.get("/exhibitors/figures")
@stands.response(200, schemas.FiguresOut)
@may(*READERS)
def figures(exhibition: str) -> Response:
    """Exhibitors by what they are, and the net square metres they hold."""
    with reading() as db:
        counted = figures_of(db, find_exhibition(db, exhibition).id)
    return reply(Answer(200, dict(schemas.FiguresOut().dump(counted))))


@stands.get("/applications/mine/badges")
@stands.response(200, schemas.StandPeopleOut)
@may("person")
def list_people(exhibition: str) -> Response:
    """Who has a badge of one's stand, and how many badges go with it."""
    with reading() as db:
        mine = my_application(db, find_exhibition(db, exhibition))
        said = {"most": people.cap_of(db, mine), "people": people.people_of(db, mine)}
    return reply(Answer(200, dict(schemas.StandPeopleOut().dump(said))))


@stands.post("/applications/mine/badges")
@stands.doc(requestBody=_body(schemas.NewName))
@stands.response(201, schemas.StandPersonOut)
@may("person")
@keyed
def give_badge(exhibition: str) -> Response:
    """Give somebody of one's stand a badge."""
    said = load(schemas.NewName)

    def do(db: Connection, found: Exhibition) -> Answer:
        given = people.give_badge(db, settings(), found, my_application(db, found), said["name"])
        return Answer(201, dict(schemas.StandPersonOut().dump(given)))

    return _once(exhibition, do)


@stands.delete("/applications/mine/badges/<int:place>")
@stands.response(204)
@may("person")
def take_badge_back(exhibition: str, place: int) -> Response:
    """Take a badge back; it admits nobody any more."""
    with transaction() as db:
        people.take_back(db, my_application(db, find_exhibition(db, exhibition)), place)
    return Response(status=204)


@stands.get("/applications/mine/badges/<int:place>/pdf")
@stands.response(200, content_type="application/pdf", description="The badge to print, A6")
@may("person")
def badge_pdf(exhibition: str, place: int) -> Response:
    """One badge of the stand to print, A6."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        somebody, badge = people.badge_at(db, my_application(db, found), place)
    return Response(draw_pdf(found, somebody.name, badge), content_type="application/pdf")


def my_application(db: Connection, found: Exhibition) -> Application:
    """The application of whoever calls; NotFound, NotSignedIn."""
    person_id = current_caller().person_id
    if person_id is None:
        raise NotSignedIn
    return mine_of(db, found.id, person_id)


def by_staff() -> By:
    """The member of staff who calls."""
    return By("staff", current_caller().staff_id)


def my_staff_id() -> UUID:
    """Their id; NotSignedIn."""
    staff_id = current_caller().staff_id
    if staff_id is None:
        raise NotSignedIn
    return staff_id


def _placed(one: Application) -> Answer:
    return Answer(201, dict(schemas.PlacedOut().dump(one)))


def _once(exhibition: str, do: Callable[[Connection, Exhibition], Answer]) -> Response:
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        answer = once(db, idempotency_key(found.id), partial(do, db, found))
    return reply(answer)
