"""The stand's people at the office and the desk: badges given for who cannot make them on a phone, and taken back."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.engine import Connection

from services.registration.applications.operations.dossiers import Application
from services.registration.applications.operations.reviewing import find_handed_in
from services.registration.exhibitions.operations import find_exhibition
from services.registration.staff.domain import Act, Role
from services.registration.stands import schemas
from services.registration.stands.domain.people import NoBadgeLeft, NoStandYet
from services.registration.stands.operations import people
from services.registration.stands.pages.ways import my_staff_id, refusal_words
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import Invalid
from shared.web import idempotency_key, load_form, may, page
from shared.web.security import settings

# whoever stands at the desk replaces and prints these badges as it does any other
AT_DESK = (Role.DESK, Role.SUPERVISOR, Role.ORGANISER)

office_people_pages = Blueprint("stand_office_people", __name__, url_prefix="/<lang>/<exhibition>/office/badges")


@office_people_pages.get("/<reference>")
@may(*AT_DESK)
def show(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """Who has a badge of an application's stands, and how many are left."""
    return _page(exhibition, reference, {}, {})


@office_people_pages.post("/<reference>")
@may(*AT_DESK)
def give(lang: str, exhibition: str, reference: str) -> Response:
    """Give somebody a badge; pressed twice, done once."""
    try:
        said = load_form(schemas.NewName)
        with transaction() as db:
            found = find_exhibition(db, exhibition)

            def do() -> Answer:
                one = _application(db, exhibition, reference)
                given = people.give_badge(db, settings(), found, one, said["name"])
                people.note_badge(db, my_staff_id(), Act.STAND_BADGE_GIVEN, one, given)
                return Answer(201, {"place": given.place})

            once(db, idempotency_key(found.id, required=False), do)
    except Invalid as refused:
        return _page(exhibition, reference, request.form, refused.errors)
    except (NoBadgeLeft, NoStandYet) as refused:
        return _page(exhibition, reference, request.form, {"name": [refusal_words(refused)]})
    return _go(lang, exhibition, reference)


@office_people_pages.post("/<reference>/<int:place>/withdrawal")
@may(*AT_DESK)
def take_back(lang: str, exhibition: str, reference: str, place: int) -> Response:
    """Take a badge back; it admits nobody any more."""
    with transaction() as db:
        one = _application(db, exhibition, reference)
        somebody, _badge = people.badge_at(db, one, place)
        people.take_back(db, one, place)
        people.note_badge(db, my_staff_id(), Act.STAND_BADGE_TAKEN_BACK, one, somebody)
    return _go(lang, exhibition, reference)


def _application(db: Connection, exhibition: str, reference: str) -> Application:
    return find_handed_in(db, find_exhibition(db, exhibition).id, reference)


def _go(lang: str, exhibition: str, reference: str) -> Response:
    return make_response(redirect(f"/{lang}/{exhibition}/office/badges/{reference}", code=303))


def _page(exhibition: str, reference: str, values: Any, errors: dict[str, list[str]]) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        one = _application(db, exhibition, reference)
        most, given = people.cap_of(db, one), people.people_of(db, one)
    return page(
        "stands/office-people.html",
        status=422 if errors else 200,
        exhibition=found,
        one=one,
        most=most,
        given=given,
        stands=list(dict.fromkeys(held["stand"] for held in one.stands or [])),
        values=values,
        errors=errors,
    )
