"""The desk's pages: find a person, register one, print, replace, send again. No list without a search."""

from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.desk import domain, operations, schemas
from services.registration.desk.operations.finding import Found
from services.registration.exhibitions.operations import exhibition_of
from services.registration.staff.domain import Role
from services.registration.staff.operations.audit import By
from services.registration.visitors.domain.pins import pin_of
from services.registration.visitors.domain.places import with_home
from services.registration.visitors.operations import badges, people, phones, pins
from services.registration.visitors.operations.homes import offered_homes
from services.registration.visitors.operations.print_badge import draw_pdf
from services.registration.visitors.operations.print_letter import Letter, draw_letter
from shared import i18n
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.i18n import ngettext
from shared.idempotency import Answer, once
from shared.problem import Invalid, NotSignedIn, TooMany
from shared.web import client_address, current_caller, idempotency_key, load_form, may, page
from shared.web.security import settings

desk_pages = Blueprint("desk_pages", __name__, url_prefix="/<lang>/<exhibition>/office/desk")

AT_DESK = (Role.DESK, Role.SUPERVISOR, Role.ORGANISER)


@desk_pages.get("")
@may(*AT_DESK)
def show_desk(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The two forms: whom are you looking for, and who is new?"""
    return _desk({}, {})


@desk_pages.post("")
@may(*AT_DESK)
def find_people(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Find people. A form that is sent, so that no name stands in an address or its logs."""
    by = _by()
    try:
        typed = load_form(schemas.SearchForm)["sought"]
        sought = domain.read_search(typed)
        if sought == domain.Sought():
            raise Invalid({"sought": [schemas.NO_SEARCH]})
    except Invalid as refused:
        return _desk(request.form, refused.errors)
    try:
        operations.allow_search(by.staff_id)
    except TooMany as refused:
        return _later(refused.facts["retry_after"])
    with transaction() as db:
        found = operations.find_people(db, by, typed, sought)
    return _desk({"sought": typed, "name": "" if sought.phone or sought.reference else typed}, {}, found)


@desk_pages.post("/people")
@may(*AT_DESK)
def register(lang: str, exhibition: str) -> Response:
    """Register somebody who stands here; pressed twice, done once."""
    by = _by()
    try:
        said = {"language": lang, "phone": None} | load_form(schemas.WalkInForm)
    except Invalid as refused:
        return _desk(request.form, refused.errors)
    new = people.NewVisitor(**with_home(said), may_text=phones.may_welcome(said["phone"], client_address()))
    with transaction() as db:
        found = exhibition_of(db, by.exhibition_id)

        def act() -> Answer:
            return Answer(201, {"who": operations.register_walk_in(db, settings(), found, by, new).reference})

        answer = once(db, idempotency_key(by.exhibition_id, required=False), act)
    return _go(lang, exhibition, answer.data["who"], "new")


@desk_pages.get("/people/<reference>")
@may(*AT_DESK)
def show_person(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """One person, and what the desk can do for them."""
    with reading() as db:
        somebody, badge = operations.person_called(db, _by().exhibition_id, reference)
        has_pin = pins.has_pin(db, somebody.exhibition_id, somebody.id)
    phone = domain.mask_phone(somebody.phone)
    return page("desk/person.html", somebody=somebody, badge=badge, phone=phone, has_pin=has_pin, news=_news())


@desk_pages.post("/people/<reference>/print")
@may(*AT_DESK)
def print_badge(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """The badge to print, in the language of whoever wears it."""
    by = _by()
    with transaction() as db:
        found = exhibition_of(db, by.exhibition_id)
        somebody, badge = operations.print_badge(db, by, reference)
    with i18n.speaking(somebody.language):
        drawn = draw_pdf(found, somebody.name, badge)
    return _pdf(drawn, f"badge-{badge.shown_reference}.pdf")


@desk_pages.post("/people/<reference>/letter")
@may(*AT_DESK)
def print_letter(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """Badge and a new PIN on one sheet, in the language of whoever gets it; pressed twice, the same PIN."""
    by = _by()
    with transaction() as db:
        found = exhibition_of(db, by.exhibition_id)

        def act() -> Answer:
            # the issue is kept with the key, never the PIN
            return Answer(201, {"issue": str(operations.issue_pin(db, settings(), by, reference))})

        answer = once(db, idempotency_key(by.exhibition_id, required=False), act)
        somebody, badge = operations.person_called(db, by.exhibition_id, reference)
    place = urlsplit(settings().public_url).netloc
    with i18n.speaking(somebody.language):
        address = f"{place}/{somebody.language}/{found.reference}/me/sign-in?letter"
        pin = pin_of(settings().secret, UUID(answer.data["issue"]))
        drawn = draw_letter(found, Letter(somebody.name, badge, pin, address))
    return _pdf(drawn, f"letter-{badge.shown_reference}.pdf")


@desk_pages.post("/people/<reference>/replacement")
@may(*AT_DESK)
def replace_badge(lang: str, exhibition: str, reference: str) -> Response:
    """A new badge for a lost one; pressed twice, done once."""
    by = _by()
    with transaction() as db:
        found = exhibition_of(db, by.exhibition_id)

        def act() -> Answer:
            given: badges.Badge = operations.replace_badge(db, settings(), found, by, reference)
            return Answer(201, {"badge": given.reference})

        once(db, idempotency_key(by.exhibition_id, required=False), act)
    return _go(lang, exhibition, reference, "replaced")


@desk_pages.post("/people/<reference>/link")
@may(*AT_DESK)
def send_link(lang: str, exhibition: str, reference: str) -> Response:
    """Send the private link again; pressed twice, sent once."""
    by = _by()
    with reading() as db:
        somebody, _badge = operations.person_called(db, by.exhibition_id, reference)
    if somebody.phone and not phones.may_welcome(somebody.phone, client_address()):
        return _go(lang, exhibition, reference, "waiting")
    with transaction() as db:
        found = exhibition_of(db, by.exhibition_id)

        def act() -> Answer:
            operations.send_link(db, settings(), found, by, reference)
            return Answer(202, {})

        once(db, idempotency_key(by.exhibition_id, required=False), act)
    return _go(lang, exhibition, reference, "sent")


def _pdf(drawn: bytes, name: str) -> Response:
    response = Response(drawn, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _desk(values: Any, errors: dict[str, list[str]], found: Found | None = None) -> Response:
    shown = [(one, domain.mask_phone(one.phone)) for one in found.people] if found else []
    is_nobody = found is not None and not found.people and not found.exhibitors
    return page(
        "desk/desk.html",
        status=422 if errors else 200,
        values=values,
        errors=errors,
        found=found,
        people=shown,
        is_walk_in="walk-in" in request.args or is_nobody or bool({*errors} - {"sought"}),
        homes=offered_homes(),
        languages=[(code, i18n.NAMES[code]) for code in i18n.LANGUAGES],
    )


def _later(seconds: int) -> Response:
    """Too many searches: the desk as it was, with when the next one is answered."""
    minutes = -(-seconds // 60)
    told = ngettext(
        "Too many searches. The next one is answered in one minute.",
        "Too many searches. The next one is answered in %(n)s minutes.",
        minutes,
    )
    response = _desk(request.form, {"sought": [told]})
    response.status_code = TooMany.status
    response.headers["Retry-After"] = str(seconds)
    return response


def _by() -> By:
    caller = current_caller()
    if caller.staff_id is None or caller.exhibition_id is None:
        raise NotSignedIn
    return By(caller.exhibition_id, caller.staff_id)


def _news() -> tuple[str, str]:
    """What has just been done, in words, with its kind."""
    said = {
        "new": ("good", _("Registered. Print the badge.")),
        "replaced": ("good", _("The new badge counts. The lost one is refused at every gate.")),
        "sent": ("good", _("The link is on its way.")),
        "waiting": ("wait", _("Too many messages went to this number. Please try again later, or print the badge.")),
    }
    return next((what for name, what in said.items() if name in request.args), ("", ""))


def _go(lang: str, exhibition: str, reference: str, news: str) -> Response:
    address = f"/{lang}/{exhibition}/office/desk/people/{quote(reference)}?{news}=1"
    return make_response(redirect(address, code=303))
