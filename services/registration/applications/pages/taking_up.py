"""Pages to take an application up again, with its reference and a code on the phone."""

from flask import Blueprint, Response, request

from services.registration.applications.operations import dossiers, taking_up
from services.registration.applications.pages.applying import with_tokens
from services.registration.applications.pages.forms import go
from services.registration.applications.schemas import asked
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.visitors.operations import people, phones
from shared.clock import now
from shared.db import reading, transaction
from shared.problem import Invalid, Problem
from shared.web import client_address, current_caller, load_form, may, page
from shared.web.security import settings

taking_up_pages = Blueprint("taking_up_pages", __name__, url_prefix="/<lang>/<exhibition>/apply/sign-in")


@taking_up_pages.get("")
@may("anyone")
def show_form(lang: str, exhibition: str) -> Response:
    """The form that asks for reference and phone, also of a visitor who is signed in but has not applied."""
    found, person_id = _here(exhibition), current_caller().person_id
    if person_id:
        with reading() as db:
            mine = dossiers.newest_of(db, found.id, person_id)
        if mine:
            return go(f"/{lang}/{exhibition}/apply/mine")
    return _page(found, request.args, {}, is_asked="code" in request.args)


@taking_up_pages.post("")
@may("anyone")
def ask_code(lang: str, exhibition: str) -> Response:
    """Send a code; the same page follows whether or not reference and phone belong together."""
    found = _here(exhibition)
    try:
        said = load_form(asked.AskForm)
    except Invalid as refused:
        return _page(found, request.form, refused.errors)
    phones.allow_code(said["phone"], client_address())
    here = f"{settings().public_url}/{lang}/{found.reference}/apply/sign-in?code="
    with transaction() as db:
        taking_up.ask(db, settings(), found, taking_up.Claim(**said), here)
    return _page(found, request.form, {}, is_asked=True)


@taking_up_pages.post("/code")
@may("anyone")
def answer_code(lang: str, exhibition: str) -> Response:
    """Go on with the application."""
    found = _here(exhibition)
    try:
        said = load_form(asked.CodeForm)
    except Invalid as refused:
        return _page(found, request.form, refused.errors, is_asked=True)
    phones.allow_answer(said["phone"], client_address())
    with transaction() as db:
        outcome = taking_up.take_up(db, settings(), found, taking_up.Claim(**said))
        if not isinstance(outcome, Problem):
            given = people.person_tokens(db, settings(), found, outcome.person_id, now())
            return with_tokens(f"/{lang}/{exhibition}/apply/mine", given)
    return _page(found, request.form, {"code": [outcome.title]}, is_asked=True)


def _here(exhibition: str) -> Exhibition:
    with reading() as db:
        return find_exhibition(db, exhibition)


def _page(found: Exhibition, values: object, errors: dict[str, list[str]], *, is_asked: bool = False) -> Response:
    status = 422 if errors else 200
    return page(
        "applications/resume.html", status=status, exhibition=found, values=values, errors=errors, is_asked=is_asked
    )
