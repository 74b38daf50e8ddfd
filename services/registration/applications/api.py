"""JSON routes of applications: the exhibitor's own, and the office's."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.registration.applications.domain.calls import NoPlaceLeft
from services.registration.applications.domain.dossiers import Missing
from services.registration.applications.domain.states import Act
from services.registration.applications.operations import dossiers, moving, reviewing
from services.registration.applications.operations.bulk import act_on_many
from services.registration.applications.operations.calls import find_call
from services.registration.applications.operations.deciding import decide_members, publish_decisions
from services.registration.applications.operations.dossiers import Application, By
from services.registration.applications.schemas import asked, office, shown
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from services.registration.visitors.operations import people, phones
from services.registration.visitors.schemas import NO_NAME, NO_PHONE
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
@applications.response(200, shown.CallOut)
@may("anyone")
def show_call(exhibition: str) -> Response:
    """The call for exhibitors."""
    with reading() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
    return reply(Answer(200, dict(shown.CallOut().dump(call))))


@applications.post("/applications")
@applications.doc(requestBody=_body(asked.NewApplication))
@applications.response(201, shown.BegunOut)
@may("anyone")
@keyed
def begin(exhibition: str) -> Response:
    """Keep a draft; somebody new gets the tokens to go on with it."""
    said = load(asked.NewApplication)
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


_NEEDED = {"name": NO_NAME, "phone": NO_PHONE}


def contact_in(said: dict[str, Any], language: str) -> dossiers.Contact:
    """Who speaks for a new dossier; counts the message that would go to their phone."""
    text = phones.may_welcome(said["phone"], client_address())
    return dossiers.Contact(said["name"], said["phone"], language, said.get("email"), text)


def _begin(db: Connection, found: Exhibition, contact: dossiers.Contact | None, said: dict[str, Any]) -> Answer:
    if contact:
        mine = dossiers.begin_for_newcomer(db, settings(), found, contact, said)
    else:
        mine = dossiers.begin_for_known(db, found, _me(), said)
    return Answer(201, dict(shown.MineOut().dump(mine)))


@applications.get("/applications/mine")
@applications.response(200, shown.MineOut)
@may("person")
def show_mine(exhibition: str) -> Response:
    """One's own application; the ETag is needed to change it."""
    with reading() as db:
        mine = dossiers.mine_of(db, find_exhibition(db, exhibition).id, _me())
    return _told(mine)


@applications.patch("/applications/mine")
@applications.doc(
    requestBody=_body(asked.ApplicationChange),
    parameters=[{"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}],
)
@applications.response(200, shown.MineOut)
@may("person")
def change_mine(exhibition: str) -> Response:
    """Change the answers of a draft or an incomplete dossier, unless somebody changed them meanwhile (412)."""
    version = _expected_version()
    said = load(asked.ApplicationChange)
    with transaction() as db:
        mine = dossiers.mine_of(db, find_exhibition(db, exhibition).id, _me())
        mine = dossiers.change_dossier(db, mine, version, said)
    return _told(mine)


@applications.post("/applications/mine/submission")
@applications.response(201, shown.MineOut)
@may("person")
@keyed
def submit_mine(exhibition: str) -> Response:
    """Hand it in."""
    return _act_on_mine(exhibition, moving.submit)


@applications.post("/applications/mine/confirmation")
@applications.response(201, shown.MineOut)
@may("person")
@keyed
def confirm_mine(exhibition: str) -> Response:
    """Take the place that is offered."""
    return _act_on_mine(exhibition, partial(moving.answer_offer, act=Act.CONFIRM))


@applications.post("/applications/mine/refusal")
@applications.response(201, shown.MineOut)
@may("person")
@keyed
def decline_mine(exhibition: str) -> Response:
    """Leave the offered place to the next of the reserve."""
    return _act_on_mine(exhibition, partial(moving.answer_offer, act=Act.DECLINE))


@applications.post("/applications/mine/withdrawal")
@applications.response(201, shown.MineOut)
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
            return Answer(201, dict(shown.MineOut().dump(moved)))

        answer = once(db, idempotency_key(found.id), do)
    return reply(answer)


@applications.get("/applications")
@applications.response(200, shown.ApplicationsOut)
@may(*OFFICE)
def list_all(exhibition: str) -> Response:
    """Everything handed in; narrowed by `state`, `kind`, `filiere`, `region`, `pending`, `q`, `alike`; `order`."""
    wanted = {name: request.args[name] for name in reviewing.WANTED if request.args.get(name)}
    with reading() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
        found = reviewing.list_applications(db, call, wanted)
    return reply(Answer(200, {"applications": shown.ApplicationOut(many=True).dump(found)}))


@applications.get("/applications/<reference>")
@applications.response(200, shown.DossierOut)
@may(*OFFICE)
def show_one(exhibition: str, reference: str) -> Response:
    """One dossier with its reviews, its audit trail, and others that look like it."""
    with reading() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
        one = reviewing.find_handed_in(db, call.exhibition_id, reference)
        more = {
            "reviews": shown.ReviewOut(many=True).dump(reviewing.reviews_of(db, call, one)),
            "changes": shown.ChangeOut(many=True).dump(reviewing.changes_of(db, one)),
            "lookalikes": [other.reference for other in reviewing.lookalikes(db, one)],
        }
    return reply(Answer(200, dict(shown.ApplicationOut().dump(one)) | more))


@applications.put("/applications/<reference>/review")
@applications.doc(requestBody=_body(asked.NewReview))
@applications.response(200, shown.ApplicationOut)
@may(*OFFICE)
def review(exhibition: str, reference: str) -> Response:
    """Give one's scores and comment, in place of earlier ones."""
    said = load(asked.NewReview)
    with transaction() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
        one = reviewing.find_handed_in(db, call.exhibition_id, reference)
        reviewing.give_review(db, call, one, by_staff().id or one.id, said)
    return reply(Answer(200, dict(shown.ApplicationOut().dump(one))))


@applications.post("/applications/<reference>/questions")
@applications.doc(requestBody=_body(asked.AskBack))
@applications.response(201, shown.ApplicationOut)
@may(*OFFICE)
@keyed
def ask_back(exhibition: str, reference: str) -> Response:
    """Send a dossier back for what it lacks."""
    said = load(asked.AskBack)
    asked_for = moving.AskedFor(list(map(Missing, said["missing"])), said.get("note", ""), said.get("reason", ""))
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            one = reviewing.find_handed_in(db, found.id, reference)
            moved = moving.ask_for(db, one, by_staff(), asked_for)
            return Answer(201, dict(shown.ApplicationOut().dump(moved)))

        answer = once(db, idempotency_key(found.id), do)
    return reply(answer)


@applications.put("/applications/<reference>/members")
@applications.doc(requestBody=_body(asked.LeftOut))
@applications.response(200, shown.ApplicationOut)
@may(Role.ORGANISER)
def choose_members(exhibition: str, reference: str) -> Response:
    """Accept some members of a group: `left_out` names the places of the others in its list, from 0."""
    said = load(asked.LeftOut)
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        one = reviewing.find_handed_in(db, found.id, reference)
        chosen = decide_members(db, one, said["left_out"], by_staff())
    return reply(Answer(200, dict(shown.ApplicationOut().dump(chosen))))


@applications.post("/applications/<reference>/offer")
@applications.doc(requestBody=_body(asked.ReasonForm))
@applications.response(201, shown.ApplicationOut)
@may(Role.ORGANISER)
@keyed
def offer_now(exhibition: str, reference: str) -> Response:
    """Offer a place to somebody chosen of the reserve, out of turn."""
    said = load(asked.ReasonForm)
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            one = reviewing.find_handed_in(db, found.id, reference)
            moved = moving.offer_now(db, one, by_staff(), said.get("reason", ""))
            return Answer(201, dict(shown.ApplicationOut().dump(moved)))

        answer = once(db, idempotency_key(found.id), do)
    return reply(answer)


@applications.post("/decisions")
@applications.doc(requestBody=_body(office.NewDecisions))
@applications.response(201, shown.OutcomesOut)
@may(Role.ORGANISER)
@keyed
def decide(exhibition: str) -> Response:
    """Take dossiers into review, ask back what they lack, or hold a decision on them until it is published."""
    said = load(office.NewDecisions)
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            outcomes = act_on_many(db, found.id, said, by_staff())
            return Answer(201, dict(shown.OutcomesOut().dump(outcomes)))

        answer = once(db, idempotency_key(found.id), do)
    return reply(answer)


@applications.post("/decisions/publication")
@applications.response(201, shown.OutcomesOut)
@may(Role.ORGANISER)
@keyed
def publish(exhibition: str) -> Response:
    """Publish every held decision; an acceptance for which no place is left stays held and is refused by name."""
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            done = publish_decisions(db, found.id, by_staff())
            left = {one.reference: NoPlaceLeft.slug for one in done.left}
            return Answer(201, {"done": [one.reference for one in done.moved], "refused": left})

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
    response = reply(Answer(200, dict(shown.MineOut().dump(mine))))
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
