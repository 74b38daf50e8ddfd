"""JSON routes of the desk: find people, register a walk-in, send again, replace, a PIN on paper. All in the log."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.registration.desk import domain, operations, schemas
from services.registration.desk.operations.finding import Somebody
from services.registration.exhibitions.operations import Exhibition, exhibition_of
from services.registration.staff.domain import Role
from services.registration.staff.operations.audit import By
from services.registration.visitors.domain.pins import pin_of
from services.registration.visitors.domain.places import with_home
from services.registration.visitors.operations import badges, people, phones
from services.registration.visitors.schemas import BadgeOut
from shared import i18n
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import Invalid, NotSignedIn, TooMany
from shared.web import client_address, current_caller, idempotency_key, keyed, load, may, reply
from shared.web.security import settings

desk = Blueprint(
    "desk",
    __name__,
    url_prefix="/registration/v1/exhibitions/<exhibition>/desk",
    description="The desk at the entrance; every act is in the log",
)

AT_DESK = (Role.DESK, Role.SUPERVISOR, Role.ORGANISER)


def _body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, "required": True}


@desk.post("/searches")
@desk.doc(requestBody=_body(schemas.SearchForm))
@desk.response(200, schemas.SearchOut)
@may(*AT_DESK)
def find_people(exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Find who has a badge by name, phone, badge or dossier. A body, so that no name stands in an address or a log."""
    by = _by()
    typed = load(schemas.SearchForm)["sought"]
    sought = domain.read_search(typed)
    if sought == domain.Sought():
        raise Invalid({"sought": [schemas.NO_SEARCH]})
    operations.allow_search(by.staff_id)
    with transaction() as db:
        found = operations.find_people(db, by, typed, sought)
    return reply(Answer(200, dict(schemas.SearchOut().dump(found))))


@desk.post("/people")
@desk.doc(requestBody=_body(schemas.WalkInForm))
@desk.response(201, schemas.PersonOut)
@may(*AT_DESK)
@keyed
def register(exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Register somebody who stands at the desk, also while registration is closed; a name is enough."""
    by = _by()
    said = {"language": i18n.language(), "phone": None} | load(schemas.WalkInForm)
    new = people.NewVisitor(**with_home(said), may_text=phones.may_welcome(said["phone"], client_address()))

    def act(db: Connection, found: Exhibition) -> Answer:
        reference = operations.register_walk_in(db, settings(), found, by, new).reference
        return Answer(201, _person(*operations.person_called(db, found.id, reference)))

    return reply(_once(by, act))


@desk.get("/people/<reference>")
@desk.response(200, schemas.PersonOut)
@may(*AT_DESK)
def show_person(exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """One person and their valid badge."""
    with reading() as db:
        somebody, badge = operations.person_called(db, _by().exhibition_id, reference)
    return reply(Answer(200, _person(somebody, badge)))


@desk.post("/people/<reference>/link")
@desk.response(202, description="The private link is on its way")
@may(*AT_DESK)
@keyed
def send_link(exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """Send somebody their private link again; no phone is flooded from here either (429)."""
    by = _by()
    with reading() as db:
        somebody, _badge = operations.person_called(db, by.exhibition_id, reference)
    if somebody.phone and not phones.may_welcome(somebody.phone, client_address()):
        raise TooMany(retry_after=900)

    def act(db: Connection, found: Exhibition) -> Answer:
        operations.send_link(db, settings(), found, by, reference)
        return Answer(202, {})

    return reply(_once(by, act))


@desk.post("/people/<reference>/replacement")
@desk.response(201, BadgeOut)
@may(*AT_DESK)
@keyed
def replace_badge(exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """Give a new badge for a lost one, which every gate refuses from now on."""
    by = _by()

    def act(db: Connection, found: Exhibition) -> Answer:
        given = operations.replace_badge(db, settings(), found, by, reference)
        return Answer(201, dict(BadgeOut().dump(given)))

    return reply(_once(by, act))


@desk.post("/people/<reference>/pin")
@desk.response(201, schemas.PinOut)
@may(*AT_DESK)
@keyed
def issue_pin(exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """Give a PIN on paper, which ends the one before; the same key, the same PIN."""
    by = _by()

    def act(db: Connection, _found: Exhibition) -> Answer:
        # the issue is kept with the key, never the PIN
        return Answer(201, {"issue": str(operations.issue_pin(db, settings(), by, reference))})

    answer = _once(by, act)
    return reply(replace(answer, data={"pin": pin_of(settings().secret, UUID(answer.data["issue"]))}))


def _once(by: By, act: Callable[[Connection, Exhibition], Answer]) -> Answer:
    key = idempotency_key(by.exhibition_id)
    with transaction() as db:
        found = exhibition_of(db, by.exhibition_id)
        return once(db, key, lambda: act(db, found))


def _person(somebody: Somebody, badge: badges.Badge) -> dict[str, Any]:
    return dict(schemas.PersonOut(exclude=["badge"]).dump(somebody)) | {"badge": dict(BadgeOut().dump(badge))}


def _by() -> By:
    caller = current_caller()
    if caller.staff_id is None or caller.exhibition_id is None:
        raise NotSignedIn
    return By(caller.exhibition_id, caller.staff_id)
