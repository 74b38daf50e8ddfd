"""The stand's people on the exhibitor's own pages: names, badges, taking back."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from markupsafe import Markup

from services.registration.exhibitions.operations import find_exhibition
from services.registration.stands import schemas
from services.registration.stands.domain.people import NoBadgeLeft, NoStandYet
from services.registration.stands.operations import people
from services.registration.stands.pages import words
from services.registration.stands.pages.ways import my_application, refusal_words
from services.registration.visitors.operations.print_badge import draw_pdf, draw_svg
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import Invalid
from shared.web import idempotency_key, load_form, may, page
from shared.web.security import settings

people_pages = Blueprint("stand_people", __name__, url_prefix="/<lang>/<exhibition>/apply/badges")


@people_pages.get("")
@may("person")
def show(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Who has a badge of one's stand, and how many are left."""
    return _page(exhibition, {}, {})


@people_pages.post("")
@may("person")
def give(lang: str, exhibition: str) -> Response:
    """Give somebody a badge; pressed twice, done once."""
    try:
        said = load_form(schemas.NewName)
        with transaction() as db:
            found = find_exhibition(db, exhibition)

            def do() -> Answer:
                given = people.give_badge(db, settings(), found, my_application(db, found), said["name"])
                return Answer(201, {"place": given.place})

            once(db, idempotency_key(found.id, required=False), do)
    except Invalid as refused:
        return _page(exhibition, request.form, refused.errors)
    except (NoBadgeLeft, NoStandYet) as refused:
        return _page(exhibition, request.form, {"name": [refusal_words(refused)]})
    return make_response(redirect(f"/{lang}/{exhibition}/apply/badges", code=303))


@people_pages.get("/<int:place>")
@may("person")
def show_one(lang: str, exhibition: str, place: int) -> Response:  # noqa: ARG001 - the address carries it
    """One badge, to show at the gate or to save."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        somebody, badge = people.badge_at(db, my_application(db, found), place)
    qr = Markup(draw_svg(badge.code))  # noqa: S704 - drawn by us from base45 text
    return page("stands/badge.html", exhibition=found, somebody=somebody, badge=badge, qr=qr)


@people_pages.get("/<int:place>.pdf")
@may("person")
def pdf(lang: str, exhibition: str, place: int) -> Response:  # noqa: ARG001 - the address carries it
    """The same to print."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        somebody, badge = people.badge_at(db, my_application(db, found), place)
    response = Response(draw_pdf(found, somebody.name, badge), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="badge-{badge.shown_reference}.pdf"'
    return response


@people_pages.post("/<int:place>/withdrawal")
@may("person")
def take_back(lang: str, exhibition: str, place: int) -> Response:
    """Take a badge back; it admits nobody any more."""
    with transaction() as db:
        people.take_back(db, my_application(db, find_exhibition(db, exhibition)), place)
    return make_response(redirect(f"/{lang}/{exhibition}/apply/badges", code=303))


def _page(exhibition: str, values: Any, errors: dict[str, list[str]]) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        mine = my_application(db, found)
        most, given = people.cap_of(db, mine), people.people_of(db, mine)
    return page(
        "stands/people.html",
        status=422 if errors else 200,
        exhibition=found,
        mine=mine,
        most=most,
        given=given,
        values=values,
        errors=errors,
        words=words,
    )
