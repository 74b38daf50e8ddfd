"""Pages to sign in: by a code on one's phone, by the private link that was sent there, by a letter's PIN."""

from functools import partial
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.engine import Connection

from services.registration.exhibitions.operations import Exhibition, exhibition_of, find_exhibition
from services.registration.visitors import schemas
from services.registration.visitors.operations import people, phones, pins, sign_in
from services.registration.visitors.pages.ways import go, inside, newcomers_key, with_tokens
from shared import i18n
from shared.clock import now
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import Invalid, Problem
from shared.web import client_address, current_caller, load_form, may, page
from shared.web.security import settings

sign_in_pages = Blueprint("sign_in_pages", __name__)


@sign_in_pages.get("/<lang>/<exhibition>/me/sign-in")
@may("anyone")
def show_sign_in(lang: str, exhibition: str) -> Response:
    """The form that asks for a phone; a step further for who has a code already.

    An exhibitor who is signed in without a badge is asked too: their badge may hang on another person.
    """
    person_id = current_caller().person_id
    with reading() as db:
        found = find_exhibition(db, exhibition)
        has_badge = person_id is not None and people.is_visitor(db, found.id, person_id)
    if has_badge:
        return go(inside(request.args.get("next", "")) or f"/{lang}/{exhibition}/me")
    template = "visitors/code.html" if "code" in request.args else "visitors/sign-in.html"
    if "letter" in request.args:
        template = "visitors/letter.html"
    return page(template, exhibition=found, values=request.args, errors={}, choices=())


@sign_in_pages.post("/<lang>/<exhibition>/me/sign-in")
@may("anyone")
def ask_code(lang: str, exhibition: str) -> Response:
    """Send a code; the same page follows whether or not we know the number."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
    try:
        phone = load_form(schemas.PhoneForm)["phone"]
    except Invalid as refused:
        return page("visitors/sign-in.html", status=422, exhibition=found, values=request.form, errors=refused.errors)
    phones.allow_code(phone, client_address())
    key = newcomers_key(found.id)
    with transaction() as db:

        def act() -> Answer:
            here = f"{settings().public_url}/{lang}/{found.reference}/me/sign-in?code="
            phones.ask_code(db, settings(), found, phone, here)
            return Answer(202, {})

        once(db, key, act)
    return page("visitors/code.html", exhibition=found, values=request.form, errors={}, choices=())


@sign_in_pages.post("/<lang>/<exhibition>/me/sign-in/code")
@may("anyone")
def answer_code(lang: str, exhibition: str) -> Response:
    """Sign in with the code, choosing a name where several people share the phone; pressed twice, done once."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
    try:
        said = load_form(schemas.CodeForm)
    except Invalid as refused:
        return _code_page(found, refused.errors)
    phones.allow_answer(said["phone"], client_address())
    wanted = inside(said.pop("next", "")) or f"/{lang}/{exhibition}/me"
    given, key = sign_in.GivenCode(**said), newcomers_key(found.id)
    with transaction() as db:
        answer = once(db, key, partial(_try, db, found, given))
        if "person_id" in answer.data:
            person_id = UUID(answer.data["person_id"])
            return with_tokens(wanted, people.person_tokens(db, settings(), found, person_id, now()))
    return _code_page(found, answer.data.get("errors", {}), tuple(answer.data.get("choices", ())))


def _try(db: Connection, exhibition: Exhibition, given: sign_in.GivenCode) -> Answer:
    outcome = sign_in.sign_in_by_code(db, settings(), exhibition, given)
    if isinstance(outcome, Problem):
        field = "code" if not given.reference else "reference"
        return Answer(outcome.status, {"errors": {field: [outcome.title]}})
    if outcome.person is None:
        # a question, not an answer: kept by nobody, so that the chosen name may come with the same key
        return Answer(422, {"choices": [[one.reference, one.name] for one in outcome.choices]})
    return Answer(200, {"person_id": str(outcome.person.id)})


def _code_page(exhibition: Exhibition, errors: dict[str, list[str]], choices: tuple[list[str], ...] = ()) -> Response:
    return page(
        "visitors/code.html",
        status=422 if errors else 200,
        exhibition=exhibition,
        values=request.form,
        errors=errors,
        choices=choices,
    )


@sign_in_pages.post("/<lang>/<exhibition>/me/sign-in/letter")
@may("anyone")
def answer_pin(lang: str, exhibition: str) -> Response:
    """Sign in with the reference and the PIN that stand in a letter."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
    try:
        said = load_form(schemas.PinForm)
    except Invalid as refused:
        return _letter_page(found, refused.errors)
    pins.allow_pin(said["reference"], client_address())
    with transaction() as db:
        outcome = pins.sign_in_by_pin(db, settings(), found, said["reference"], said["pin"])
        if not isinstance(outcome, Problem):
            wanted = inside(said.get("next", "")) or f"/{lang}/{exhibition}/me"
            return with_tokens(wanted, people.person_tokens(db, settings(), found, outcome.id, now()))
    return _letter_page(found, {"pin": [outcome.title]})


def _letter_page(exhibition: Exhibition, errors: dict[str, list[str]]) -> Response:
    return page("visitors/letter.html", status=422, exhibition=exhibition, values=request.form, errors=errors)


@sign_in_pages.get("/k/<secret>")
@may("anyone")
def show_link(secret: str) -> Response:
    """A page with one button: programmes that look into messages open links too, and must change nothing."""
    with reading() as db:
        link = phones.look_at_link(db, secret)
        found = exhibition_of(db, link.exhibition_id)
    i18n.set_language(link.language)
    return page("visitors/link.html", exhibition=found, link=link)


@sign_in_pages.post("/k/<secret>")
@may("anyone")
def open_link(secret: str) -> Response:
    """Sign in whose link it is."""
    with transaction() as db:
        link = phones.open_link(db, secret)
        found = exhibition_of(db, link.exhibition_id)
        given = people.person_tokens(db, settings(), found, link.person_id, now())
    place = "me" if link.has_badge else "apply/mine"
    return with_tokens(f"/{link.language}/{found.reference}/{place}", given)
