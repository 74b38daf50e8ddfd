"""Pages of visitors: register, one's badge, one's details. Every form works without JavaScript."""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, request
from markupsafe import Markup

from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.visitors import schemas
from services.registration.visitors.domain import places
from services.registration.visitors.domain.people import NoBadge, check_open
from services.registration.visitors.operations import badges, people, phones, print_badge
from services.registration.visitors.operations.homes import offered_homes
from services.registration.visitors.pages.ways import go, inside, newcomers_key, with_tokens
from shared.db import reading, transaction
from shared.group import group
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, Invalid, NotFound, NotSignedIn
from shared.web import (
    clear_token_cookie,
    client_address,
    current_caller,
    idempotency_key,
    load_form,
    may,
    page,
)
from shared.web.security import settings

visitor_pages = Blueprint("visitor_pages", __name__, url_prefix="/<lang>/<exhibition>")

Values = dict[str, Any]


@visitor_pages.get("/visit")
@may("anyone")
def show_form(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form, unless it is too late for it."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
    check_open(is_open=found.is_open, last_day=found.last_day, today=found.today)
    return _form(found, {"next": inside(request.args.get("next", ""))}, {})


@visitor_pages.post("/visit")
@may("anyone")
def register(lang: str, exhibition: str) -> Response:
    """Register, sign in and show the badge, or what somebody was on the way to; pressed twice, done once.

    A form that also reserves (`reserve`: a session) goes on to the programme as it is (307).
    """
    with reading() as db:
        found = find_exhibition(db, exhibition)
    try:
        said = load_form(schemas.NewVisitorForm)
    except Invalid as refused:
        return _form(found, request.form, refused.errors)
    wanted = inside(said.pop("next", "")) or f"/{lang}/{exhibition}/me?new=1"
    reserve, _party = said.pop("reserve", ""), said.pop("party_size", "")
    new = people.NewVisitor(
        **places.with_home(said), language=lang, may_text=phones.may_welcome(said["phone"], client_address())
    )
    newcomer = people.Newcomer(found.id, settings(), new)
    answer = group(people.register_visitors, newcomer, key=newcomers_key(found.id), render=_registered)
    person_id, at = UUID(answer.data["person_id"]), datetime.fromisoformat(answer.data["registered_at"])
    with reading() as db:
        given = people.newcomers_tokens(db, settings(), found.id, person_id, at)
    if reserve:
        return with_tokens(f"/{lang}/{exhibition}/programme/{quote(reserve, safe='')}/reserve", given, code=307)
    return with_tokens(wanted, given)


def _registered(registered: tuple[people.Visitor, badges.Badge]) -> Answer:
    somebody, _badge = registered
    return Answer(201, {"person_id": str(somebody.id), "registered_at": somebody.registered_at.isoformat()})


@visitor_pages.get("/me")
@may("person")
def show_me(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """One's badge, and what can be done with it."""
    found, somebody, badge = _mine(exhibition)
    return page(
        "visitors/me.html",
        exhibition=found,
        somebody=somebody,
        badge=badge,
        qr=Markup(print_badge.draw_svg(badge.code)),  # noqa: S704 - drawn by us from base45 text
        news=_news(),
    )


@visitor_pages.get("/me/badge.png")
@may("person")
def badge_png(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The QR code as a picture."""
    _found, _somebody, badge = _mine(exhibition)
    return _file(print_badge.draw_png(badge.code), "image/png", f"badge-{badge.shown_reference}.png")


@visitor_pages.get("/me/badge.pdf")
@may("person")
def badge_pdf(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The badge to print."""
    found, somebody, badge = _mine(exhibition)
    drawn = print_badge.draw_pdf(found, somebody.name, badge)
    return _file(drawn, "application/pdf", f"badge-{badge.shown_reference}.pdf")


@visitor_pages.post("/me/replacement")
@may("person")
def replace_badge(lang: str, exhibition: str) -> Response:
    """A new badge for a lost one; pressed twice, done once."""
    person_id = _me()
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def act() -> Answer:
            badge = badges.replace_badge(db, settings(), found, person_id)
            return Answer(201, {"reference": badge.reference})

        once(db, idempotency_key(found.id, required=False), act)
    return go(f"/{lang}/{exhibition}/me?replaced=1")


@visitor_pages.get("/me/details")
@may("person")
def show_details(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form to change one's details."""
    found, somebody, _badge = _mine(exhibition)
    return _details(found, _typed(somebody), {})


@visitor_pages.post("/me/details")
@may("person")
def change_details(lang: str, exhibition: str) -> Response:
    """Change one's details; when somebody changed them meanwhile, show the newest and what was typed."""
    found, before, _badge = _mine(exhibition)
    try:
        said = load_form(schemas.ChangeForm)
    except Invalid as refused:
        return _details(found, request.form, refused.errors)
    version = said.pop("version")
    values = {"email": None, "country": None, "region": None} | places.with_home(said) | {"language": lang}
    text = said["phone"] != before.phone and phones.may_welcome(said["phone"], client_address())
    try:
        with transaction() as db:
            change = people.PersonChange(version, values, text)
            people.change_person(db, settings(), found, before.id, change)
    except ChangedMeanwhile as refused:
        newest = {**request.form, "version": before.version}
        return _details(found, newest, {"name": [refused.title]}, status=412)
    return go(f"/{lang}/{exhibition}/me?changed=1")


@visitor_pages.post("/me/sign-out")
@may("anyone")
def sign_out(lang: str, exhibition: str) -> Response:
    """Forget who held this phone."""
    response = go(f"/{lang}/{exhibition}/")
    for service in people.AUDIENCES:
        clear_token_cookie(response, f"person_{service}")
    return response


def _form(exhibition: Exhibition, values: Any, errors: dict[str, list[str]]) -> Response:
    status = 422 if errors else 200
    return page(
        "visitors/visit.html",
        status=status,
        exhibition=exhibition,
        values=values,
        errors=errors,
        homes=offered_homes(),
    )


def _details(exhibition: Exhibition, values: Any, errors: dict[str, list[str]], status: int = 422) -> Response:
    return page(
        "visitors/details.html",
        status=status if errors else 200,
        exhibition=exhibition,
        values=values,
        errors=errors,
        homes=offered_homes(),
    )


def _typed(somebody: people.Visitor) -> Values:
    home = places.join_home(somebody.country, somebody.region)
    return {
        "name": somebody.name,
        "phone": somebody.phone,
        "email": somebody.email,
        "home": home,
        "version": somebody.version,
    }


def _mine(exhibition: str) -> tuple[Exhibition, people.Visitor, badges.Badge]:
    """The exhibition, oneself, and one's valid badge."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        try:
            somebody = people.visitor_of(db, found.id, _me())
        except NotFound as gone:
            raise NoBadge from gone
        return found, somebody, badges.badge_of(db, found.id, somebody.id)


def _me() -> UUID:
    person_id = current_caller().person_id
    if person_id is None:
        raise NotSignedIn
    return person_id


def _news() -> str:
    """What has just been done, in words."""
    if "new" in request.args:
        return _("You are registered")
    if "replaced" in request.args:
        return _("Here is your new badge. The lost one no longer opens the gate.")
    return _("Your details are changed") if "changed" in request.args else ""


def _file(body: bytes, content_type: str, name: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
