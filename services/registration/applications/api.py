"""JSON routes of applications: the exhibitor's own, and the office's."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.registration.applications import schemas
from services.registration.applications.domain.dossiers import Missing
from services.registration.applications.domain.states import Act
from services.registration.applications.operations import dossiers, moving, reviewing
from services.registration.applications.operations.bulk import act_on_many
from services.registration.applications.operations.calls import find_call
from services.registration.applications.operations.deciding import publish_decisions
from services.registration.applications.operations.dossiers import Application, By
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from services.registration.visitors.operations import people, phones
from shared import i18n
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, ConditionMissing, Invalid, NotSignedIn
from shared.web import client_address, current_caller, idempotency_key, keyed, load, may, reply
from shared.web.security import settings

OFFICE = (Role.ORGANISER, Role.REVIEWER)

applications = Blueprint(
    "applications",
    __name__,
    url_prefix="/registration/v1/exhibitions/<exhibition>",
    description="Calls and the applications of exhibitors",
)


def _body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, "required": True}


@applications.get("/call")
@applications.response(200, schemas.CallOut)
@may("anyone")
def show_call(exhibition: str) -> Response:
    """The call for exhibitors."""
    with reading() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
    return reply(Answer(200, dict(schemas.CallOut().dump(call))))


@applications.post("/applications")
@applications.doc(requestBody=_body(schemas.NewApplication))
@applications.response(201, schemas.BegunOut)
@may("anyone")
@keyed
def begin(exhibition: str) -> Response:
    """Keep a draft; somebody new gets the tokens to go on with it."""
    said = load(schemas.NewApplication)
    person_id = current_caller().person_id
    if person_id is None:
        lacking = {name: [text] for name, text in _NEEDED.items() if not said.get(name)}
        if lacking:
            raise Invalid(lacking)
    contact = None if person_id else contact_in(said, said.get("language") or i18n.language())
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        key = idempotency_key(found.id)
        own_key = replace(key, caller="") if key and person_id is None else key
        answer = once(db, own_key, partial(_begin, db, found, contact, said))
        mine = dossiers.find_application(db, found.id, answer.data["reference"])
        given = {} if person_id else people.person_tokens(db, settings(), found, mine.person_id, mine.made_at)
    return reply(Answer(answer.status, {**answer.data, "tokens": given}))


_NEEDED = {"name": schemas.NO_NAME, "phone": schemas.NO_PHONE}


def contact_in(said: dict[str, Any], language: str) -> dossiers.Contact:
    """Who speaks for a new dossier; counts the message that would go to their phone."""
    text = phones.may_welcome(said["phone"], client_address())
    return dossiers.Contact(said["name"], said["phone"], language, said.get("email"), text)


def _begin(db: Connection, found: Exhibition, contact: dossiers.Contact | None, said: dict[str, Any]) -> Answer:
    if contact:
        mine = dossiers.begin_for_newcomer(db, settings(), found, contact, said)
    else:
        mine = dossiers.begin_for_known(db, found, _me(), said)
    return Answer(201, dict(schemas.MineOut().dump(mine)))


@applications.get("/applications/mine")
@applications.response(200, schemas.MineOut)
@may("person")
def show_mine(exhibition: str) -> Response:
    """One's own application; the ETag is needed to change it."""
    with reading() as db:
        mine = dossiers.mine_of(db, find_exhibition(db, exhibition).id, _me())
    return _told(mine)


@applications.patch("/applications/mine")
@applications.doc(
    requestBody=_body(schemas.ApplicationChange),
    parameters=[{"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}],
)
@applications.response(200, schemas.MineOut)
@may("person")
def change_mine(exhibition: str) -> Response:
    """Change the answers of a draft or an incomplete dossier, unless somebody changed them meanwhile (412)."""
    version = _expected_version()
    said = load(schemas.ApplicationChange)
    with transaction() as db:
        mine = dossiers.mine_of(db, find_exhibition(db, exhibition).id, _me())
        mine = dossiers.change_dossier(db, mine, version, said)
    return _told(mine)


@applications.post("/applications/mine/submission")
@applications.response(201, schemas.MineOut)
@may("person")
@keyed
def submit_mine(exhibition: str) -> Response:
    """Hand it in."""
    return _act_on_mine(exhibition, moving.submit)


@applications.post("/applications/mine/confirmation")
@applications.response(201, schemas.MineOut)
@may("person")
@keyed
def confirm_mine(exhibition: str) -> Response:
    """Take the place that is offered."""
    return _act_on_mine(exhibition, partial(moving.answer_offer, act=Act.CONFIRM))


@applications.post("/applications/mine/refusal")
@applications.response(201, schemas.MineOut)
@may("person")
@keyed
def decline_mine(exhibition: str) -> Response:
    """Leave the offered place to the next of the reserve."""
    return _act_on_mine(exhibition, partial(moving.answer_offer, act=Act.DECLINE))


@applications.post("/applications/mine/withdrawal")
@applications.response(201, schemas.MineOut)
@may("person")
@keyed
def withdraw_mine(exhibition: str) -> Response:
    """Take the application back."""
    return _act_on_mine(exhibition, moving.withdraw)


def _act_on_mine(exhibition: str, act: Any) -> Response:
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            moved = act(db, dossiers.mine_of(db, found.id, _me()), By("person", _me()))
            return Answer(201, dict(schemas.MineOut().dump(moved)))

        answer = once(db, idempotency_key(found.id), do)
    return reply(answer)


@applications.get("/applications")
@applications.response(200, schemas.ApplicationsOut)
@may(*OFFICE)
def list_all(exhibition: str) -> Response:
    """Everything that was handed in; narrowed by `state`, `kind`, `filiere`, `region`."""
    wanted = {name: request.args[name] for name in reviewing.FILTERS if request.args.get(name)}
    with reading() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
        found = reviewing.list_applications(db, call, wanted)
    return reply(Answer(200, {"applications": schemas.ApplicationOut(many=True).dump(found)}))


@applications.get("/applications/<reference>")
@applications.response(200, schemas.DossierOut)
@may(*OFFICE)
def show_one(exhibition: str, reference: str) -> Response:
    """One dossier with its reviews, its audit trail, and others that look like it."""
    with reading() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
        one = reviewing.find_handed_in(db, call.exhibition_id, reference)
        more = {
            "reviews": schemas.ReviewOut(many=True).dump(reviewing.reviews_of(db, call, one)),
            "changes": schemas.ChangeOut(many=True).dump(reviewing.changes_of(db, one)),
            "lookalikes": [other.reference for other in reviewing.lookalikes(db, one)],
        }
    return reply(Answer(200, dict(schemas.ApplicationOut().dump(one)) | more))


@applications.put("/applications/<reference>/review")
@applications.doc(requestBody=_body(schemas.NewReview))
@applications.response(200, schemas.ApplicationOut)
@may(*OFFICE)
def review(exhibition: str, reference: str) -> Response:
    """Give one's scores and comment, in place of earlier ones."""
    said = load(schemas.NewReview)
    with transaction() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
        one = reviewing.find_handed_in(db, call.exhibition_id, reference)
        reviewing.give_review(db, call, one, by_staff().id or one.id, said)
    return reply(Answer(200, dict(schemas.ApplicationOut().dump(one))))


@applications.post("/applications/<reference>/questions")
@applications.doc(requestBody=_body(schemas.AskBack))
@applications.response(201, schemas.ApplicationOut)
@may(*OFFICE)
@keyed
def ask_back(exhibition: str, reference: str) -> Response:
    """Send a dossier back for what it lacks."""
    said = load(schemas.AskBack)
    missing = [Missing(one) for one in said["missing"]]
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            one = reviewing.find_handed_in(db, found.id, reference)
            moved = moving.ask_back(db, one, by_staff(), missing, said.get("reason", ""))
            return Answer(201, dict(schemas.ApplicationOut().dump(moved)))

        answer = once(db, idempotency_key(found.id), do)
    return reply(answer)


@applications.post("/decisions")
@applications.doc(requestBody=_body(schemas.NewDecisions))
@applications.response(201, schemas.OutcomesOut)
@may(Role.ORGANISER)
@keyed
def decide(exhibition: str) -> Response:
    """Take dossiers into review, or hold a decision on them until it is published."""
    said = load(schemas.NewDecisions)
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            outcomes = act_on_many(db, found.id, said, by_staff())
            return Answer(201, dict(schemas.OutcomesOut().dump(outcomes)))

        answer = once(db, idempotency_key(found.id), do)
    return reply(answer)


@applications.post("/decisions/publication")
@applications.response(201, schemas.OutcomesOut)
@may(Role.ORGANISER)
@keyed
def publish(exhibition: str) -> Response:
    """Publish every held decision."""
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            moved = publish_decisions(db, found.id, by_staff())
            return Answer(201, {"done": [one.reference for one in moved], "refused": {}})

        answer = once(db, idempotency_key(found.id), do)
    return reply(answer)


def by_staff() -> By:
    """The member of staff who calls."""
    return By("staff", current_caller().staff_id)


def _me() -> UUID:
    person_id = current_caller().person_id
    if person_id is None:
        raise NotSignedIn
    return person_id


def _told(mine: Application) -> Response:
    response = reply(Answer(200, dict(schemas.MineOut().dump(mine))))
    response.set_etag(str(mine.version))
    return response


def _expected_version() -> int:
    said = request.if_match
    if not said:
        raise ConditionMissing
    marks = said.as_set()
    if len(marks) != 1 or not (mark := marks.pop()).isdecimal() or len(mark) > 9:
        raise ChangedMeanwhile
    return int(mark)
