"""JSON routes of visitors: register, see and change oneself, sign in by phone, one's badge."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.registration.exhibitions.operations import Exhibition, exhibition_id_of, find_exhibition
from services.registration.visitors import schemas
from services.registration.visitors.operations import badges, people, phones, pins, print_badge, sign_in
from shared import i18n
from shared.clock import now
from shared.db import reading, transaction
from shared.group import group
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, ConditionMissing, NotFound, NotSignedIn, Problem
from shared.web import client_address, current_caller, idempotency_key, keyed, load, may, reply
from shared.web.security import settings

visitors = Blueprint(
    "visitors",
    __name__,
    url_prefix="/registration/v1/exhibitions/<exhibition>",
    description="Visitors, their phones and their badges",
)


def _body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, "required": True}


@visitors.post("/visitors")
@visitors.doc(requestBody=_body(schemas.NewVisitor))
@visitors.response(201, schemas.RegisteredOut)
@may("anyone")
@keyed
def register(exhibition: str) -> Response:
    """Register for an exhibition: a badge, and the tokens to act with."""
    said = {"language": i18n.language()} | load(schemas.NewVisitor)
    new = people.NewVisitor(**said, may_text=phones.may_welcome(said["phone"], client_address()))
    with reading() as db:
        exhibition_id = exhibition_id_of(db, exhibition)
    if exhibition_id is None:
        raise NotFound
    key = idempotency_key(exhibition_id)
    newcomer = people.Newcomer(exhibition_id, settings(), new)
    answer = group(people.register_visitors, newcomer, key=replace(key, caller="") if key else None, render=_registered)
    at = datetime.fromisoformat(answer.data["registered_at"])
    with reading() as db:
        given = people.newcomers_tokens(db, settings(), exhibition_id, UUID(answer.data["person_id"]), at)
    return reply(Answer(answer.status, {**answer.data, "tokens": given}))


def _registered(registered: tuple[people.Visitor, badges.Badge]) -> Answer:
    somebody, badge = registered
    said = {
        "person_id": somebody.id,
        "reference": somebody.reference,
        "registered_at": somebody.registered_at,
        "badge": badge,
    }
    return Answer(201, dict(schemas.RegisteredOut(exclude=["tokens"]).dump(said)))


@visitors.get("/visitors/me")
@visitors.response(200, schemas.VisitorOut)
@may("person")
def show_me(exhibition: str) -> Response:
    """What we know of oneself; the ETag is needed to change it."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        somebody = people.visitor_of(db, found.id, _me())
    return _told(somebody)


@visitors.patch("/visitors/me")
@visitors.doc(
    requestBody=_body(schemas.PersonChange),
    parameters=[{"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}],
)
@visitors.response(200, schemas.VisitorOut)
@may("person")
def change_me(exhibition: str) -> Response:
    """Change one's own details, unless somebody changed them meanwhile (412)."""
    version = _expected_version()
    said = load(schemas.PersonChange)
    change = people.PersonChange(version, said, phones.may_welcome(said.get("phone"), client_address()))
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        somebody = people.change_person(db, settings(), found, _me(), change)
    return _told(somebody)


@visitors.post("/phone-codes")
@visitors.doc(requestBody=_body(schemas.PhoneOnly))
@visitors.response(202, description="The same whether or not we know the number")
@may("anyone")
def ask_code(exhibition: str) -> Response:
    """Ask for a code on one's phone, to sign in."""
    phone = load(schemas.PhoneOnly)["phone"]
    phones.allow_code(phone, client_address())
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        page = f"{settings().public_url}/{i18n.language()}/{found.reference}/me/sign-in"
        phones.ask_code(db, settings(), found, phone, page)
    return reply(Answer(202, {}))


@visitors.post("/phone-codes/answers")
@visitors.doc(requestBody=_body(schemas.CodeAnswer))
@visitors.response(200, schemas.SignedInOut)
@may("anyone")
def answer_code(exhibition: str) -> Response:
    """Sign in with the code; where several people share the phone, first hear whom to choose from."""
    said = load(schemas.CodeAnswer)
    phones.allow_answer(said["phone"], client_address())
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        outcome = sign_in.sign_in_by_code(db, settings(), found, sign_in.GivenCode(**said))
        answer = outcome if isinstance(outcome, Problem) else _signed_in(db, found, outcome)
    if isinstance(answer, Problem):
        raise answer
    return reply(answer)


def _signed_in(db: Connection, exhibition: Exhibition, outcome: sign_in.CodeAnswer) -> Answer:
    if outcome.person is None:
        return Answer(200, dict(schemas.SignedInOut().dump({"choices": outcome.choices})))
    given = people.person_tokens(db, settings(), exhibition, outcome.person.id, now())
    return Answer(200, {"person_id": str(outcome.person.id), "tokens": given})


@visitors.post("/pin-sign-ins")
@visitors.doc(requestBody=_body(schemas.PinAnswer))
@visitors.response(200, schemas.SignedInOut)
@may("anyone")
def answer_pin(exhibition: str) -> Response:
    """Sign in with the reference and the PIN of a letter."""
    said = load(schemas.PinAnswer)
    pins.allow_pin(said["reference"], client_address())
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        outcome = pins.sign_in_by_pin(db, settings(), found, said["reference"], said["pin"])
        if not isinstance(outcome, Problem):
            return reply(_signed_in(db, found, sign_in.CodeAnswer(outcome)))
    raise outcome


@visitors.get("/visitors/me/badge")
@visitors.response(200, schemas.BadgeOut)
@may("person")
def show_badge(exhibition: str) -> Response:
    """One's badge."""
    with reading() as db:
        badge = badges.badge_of(db, find_exhibition(db, exhibition).id, _me())
    return reply(Answer(200, dict(schemas.BadgeOut().dump(badge))))


@visitors.get("/visitors/me/badge.png")
@visitors.response(200, content_type="image/png", description="The QR code")
@may("person")
def badge_png(exhibition: str) -> Response:
    """One's badge as a picture of its QR code."""
    with reading() as db:
        badge = badges.badge_of(db, find_exhibition(db, exhibition).id, _me())
    return Response(print_badge.draw_png(badge.code), content_type="image/png")


@visitors.get("/visitors/me/badge.pdf")
@visitors.response(200, content_type="application/pdf", description="The badge to print, A6")
@may("person")
def badge_pdf(exhibition: str) -> Response:
    """One's badge to print, A6."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        badge = badges.badge_of(db, found.id, _me())
        somebody = people.visitor_of(db, found.id, _me())
    return Response(print_badge.draw_pdf(found, somebody.name, badge), content_type="application/pdf")


@visitors.post("/visitors/me/badge/replacement")
@visitors.response(201, schemas.BadgeOut)
@may("person")
@keyed
def replace_badge(exhibition: str) -> Response:
    """Get a new badge for a lost one; the lost one admits nobody any more."""
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        answer = once(db, idempotency_key(found.id), partial(_replace, db, found, _me()))
    return reply(answer)


def _replace(db: Connection, exhibition: Exhibition, person_id: UUID) -> Answer:
    badge = badges.replace_badge(db, settings(), exhibition, person_id)
    return Answer(201, dict(schemas.BadgeOut().dump(badge)))


def _me() -> UUID:
    person_id = current_caller().person_id
    if person_id is None:
        raise NotSignedIn
    return person_id


def _told(somebody: people.Visitor) -> Response:
    response = reply(Answer(200, dict(schemas.VisitorOut().dump(somebody))))
    response.set_etag(str(somebody.version))
    return response


def _expected_version() -> int:
    said = request.if_match
    if not said:
        raise ConditionMissing
    marks = said.as_set()
    if len(marks) != 1 or not (mark := marks.pop()).isdecimal():
        raise ChangedMeanwhile
    return int(mark)
