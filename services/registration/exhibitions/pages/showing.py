"""What everybody sees of exhibitions, and the staff's first page."""

import hashlib
from datetime import time
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, make_response, redirect, render_template, request

from services.registration.exhibitions import operations
from services.registration.exhibitions.operations.building import build_mark
from services.registration.staff.domain import STAFF_TOKEN_HOURS, Act, Role, roles_at
from services.registration.staff.operations import accounts, audit
from shared import clock
from shared.db import reading, transaction
from shared.i18n import LANGUAGES
from shared.pages.assets import asset_url
from shared.problem import NotFound
from shared.web import current_caller, etag_page, may, page, set_token_cookie
from shared.web.security import settings

exhibition_pages = Blueprint("exhibition_pages", __name__)
rehearsal_pages = Blueprint("rehearsal_pages", __name__)

FIRST_HOUR = time(9, 30)


@exhibition_pages.get("/")
@may("anyone")
def choose_language() -> Response:
    """Send a browser to the list in its own language."""
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    lang = next((one for one in wanted if one in LANGUAGES), "fr")
    response = make_response(redirect(f"/{lang}/", code=302))
    response.headers["Vary"] = "Accept-Language"
    return response


@exhibition_pages.get("/<lang>/")
@may("anyone")
def list_exhibitions(lang: str) -> Response:  # noqa: ARG001 - the address carries it
    """Every exhibition, the nearest in time first."""
    with reading() as db:
        every = operations.exhibitions_by_nearness(db)
    return page("exhibitions/list.html", exhibitions=every)


@exhibition_pages.get("/<lang>/<exhibition>/")
@may("anyone")
def show_exhibition(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The fair's own page, where most people come first: the same for everybody, kept until anything of it changes."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)
    # in a rehearsal the page's banner tells the time
    minute = f"{clock.now():%d%H%M}" if clock.is_rehearsal() else ""
    whole = hashlib.blake2b(f"{found!r}{found.phase}".encode(), digest_size=12).hexdigest()
    return etag_page(
        f"{whole}-{build_mark()}-{minute}", lambda: render_template("exhibitions/fair.html", exhibition=found)
    )


@exhibition_pages.get("/problems")
@may("anyone")
def show_problems() -> Response:
    """Every refusal by its name: where a problem's `type` leads."""
    return page("exhibitions/problems.html", problems=_problems())


@exhibition_pages.get("/robots.txt")
@may("anyone")
def robots() -> Response:
    """Programmes may be found; private links and offices need not be."""
    return Response("User-agent: *\nDisallow: /k/\nDisallow: /*/office/\n", content_type="text/plain")


@exhibition_pages.get("/favicon.svg")
@may("anyone")
def favicon() -> Response:
    """For browsers that ask for it by heart."""
    return make_response(redirect(asset_url("favicon.svg"), code=302))


@exhibition_pages.get("/<lang>/office/")
@may("anyone")
def find_office(lang: str) -> Response:
    """Send staff to the office of the exhibition they work at now, or next; everybody else to its door."""
    staff_id = current_caller().staff_id
    with reading() as db:
        account = accounts.account_of(db, staff_id) if staff_id else None
        own = operations.exhibitions_served(db, account) if account else []
    if account is None:
        return make_response(redirect(f"/{lang}/office/sign-in?next=/{lang}/office/", code=303))
    if not own and Role.ORGANISER in current_caller().roles:
        return make_response(redirect(f"/{lang}/office/exhibitions/new", code=303))
    if not own:
        raise NotFound
    return make_response(redirect(f"/{lang}/{own[0].reference}/office/", code=303))


@exhibition_pages.get("/<lang>/<exhibition>/office/")
@may(*Role)
def show_office(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Where staff begin their day."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)
    return page("exhibitions/office.html", exhibition=found, is_rehearsal=clock.is_rehearsal())


@exhibition_pages.get("/<lang>/<exhibition>/office/fairs")
@may(*Role)
def show_fairs(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Every exhibition that one serves, and the way to a new one for who may open it."""
    staff_id = current_caller().staff_id
    with reading() as db:
        account = accounts.account_of(db, staff_id) if staff_id else None
        own = operations.exhibitions_served(db, account) if account else []
    may_open = account is not None and Role.ORGANISER in roles_at(account.roles, None)
    return page("exhibitions/fairs.html", fairs=own, may_open=may_open)


@rehearsal_pages.post("/<lang>/<exhibition>/office/clock")
@may(Role.ORGANISER)
def go_to_first_day(lang: str, exhibition: str) -> Response:
    """In a rehearsal: let it be the fair's first day, half past nine."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)
    moment = found.moment(found.first_day, FIRST_HOUR)
    staff_id = current_caller().staff_id
    if staff_id:
        with transaction() as db:
            audit.note(db, audit.By(found.id, staff_id), Act.CLOCK_MOVED, moment.isoformat())
    clock.set_clock(moment)
    response = make_response(redirect(f"/{lang}/{exhibition}/office/", code=303))
    stay_signed_in(response)
    return response


@cache
def _problems() -> list[list[str]]:
    """The rows of docs/problems.md: name, status, when, what a person can do."""
    try:
        text = (Path(__file__).parents[4] / "docs" / "problems.md").read_text()
    except FileNotFoundError:
        return []
    rows = [
        [cell.strip().strip("`") for cell in line.strip("| ").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [row for row in rows if len(row) == 4 and row[1].isdigit()]


def stay_signed_in(response: Response) -> None:
    """The clock, or a new role, has left the organiser's tokens behind: give new ones."""
    staff_id = current_caller().staff_id
    with transaction() as db:
        account = accounts.account_of(db, staff_id) if staff_id else None
        given = accounts.staff_tokens(db, settings(), account) if account else {}
    for service, token in given.items():
        set_token_cookie(response, f"staff_{service}", token, STAFF_TOKEN_HOURS * 3600)
