"""Pages of exhibitors: the call, the form, one's own application and what can be done with it."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.engine import Connection

from services.registration.applications import schemas
from services.registration.applications.domain.dossiers import missing_in
from services.registration.applications.domain.states import Act
from services.registration.applications.operations import dossiers, moving
from services.registration.applications.operations.calls import Call, find_call
from services.registration.applications.operations.dossiers import Application, By
from services.registration.applications.pages import words
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.visitors.domain import places
from services.registration.visitors.operations import people, phones
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import N_, ChangedMeanwhile, Invalid, NotFound, NotSignedIn
from shared.web import client_address, current_caller, idempotency_key, load_form, may, page, set_token_cookie
from shared.web.security import settings

apply_pages = Blueprint("apply_pages", __name__, url_prefix="/<lang>/<exhibition>/apply")

Values = dict[str, Any]
Errors = dict[str, list[str]]
NEEDED = N_("This answer is needed to hand the application in.")


@apply_pages.get("")
@may("anyone")
def show_form(lang: str, exhibition: str) -> Response:
    """The call and the form; somebody who has applied is led to their application."""
    found, call = _here(exhibition)
    person_id = current_caller().person_id
    if person_id:
        with reading() as db:
            mine = dossiers.newest_of(db, found.id, person_id)
        if mine and mine.may(Act.WITHDRAW):
            return go(f"/{lang}/{exhibition}/apply/mine")
    return _form(found, call, {}, {})


@apply_pages.post("")
@may("anyone")
def begin(lang: str, exhibition: str) -> Response:
    """Keep a draft, and hand it in if that was pressed; pressed twice, done once."""
    found, call = _here(exhibition)
    is_known = current_caller().person_id is not None
    try:
        # pressed a second time, the form of somebody new comes from somebody known
        is_theirs = is_known and "phone" not in request.form
        said = load_form(schemas.AnswersForm if is_theirs else schemas.NewcomerForm)
        act, answers = said.pop("act", "keep"), with_home(said)
        _check_whole(act, answers)
    except Invalid as refused:
        return _form(found, call, request.form, refused.errors)
    contact = None if is_known else _contact(answers, lang)
    with transaction() as db:
        key = idempotency_key(found.id, required=False)
        own_key = replace(key, caller="") if key else None
        answer = once(db, own_key, partial(_begin, db, found, contact, (act, answers)))
        mine = dossiers.find_application(db, found.id, answer.data["reference"])
        given = {} if is_known else people.person_tokens(db, settings(), found, mine.person_id, mine.made_at)
    return with_tokens(f"/{lang}/{exhibition}/apply/mine?new={act}", given)


def _begin(db: Connection, found: Exhibition, contact: dossiers.Contact | None, given: tuple[str, Values]) -> Answer:
    act, said = given
    if contact:
        mine = dossiers.begin_for_newcomer(db, settings(), found, contact, said)
    else:
        mine = dossiers.begin_for_known(db, found, _me(), said)
    if act == "submit":
        moving.submit(db, mine, By("person", mine.person_id))
    return Answer(201, {"reference": mine.reference})


@apply_pages.get("/mine")
@may("person")
def show_mine(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Where one's application stands, and what can be done now."""
    found, call = _here(exhibition)
    return page("applications/mine.html", exhibition=found, call=call, mine=_mine(found), words=words)


@apply_pages.get("/mine/answers")
@may("person")
def show_answers(lang: str, exhibition: str) -> Response:
    """The form again, while the answers may be changed."""
    found, call = _here(exhibition)
    mine = _mine(found)
    if not mine.is_editable:
        return go(f"/{lang}/{exhibition}/apply/mine")
    return _form(found, call, typed(mine), {}, mine)


@apply_pages.post("/mine/answers")
@may("person")
def change_answers(lang: str, exhibition: str) -> Response:
    """Keep the answers, and hand them in if that was pressed; what was changed elsewhere meanwhile is not lost."""
    found, call = _here(exhibition)
    mine = _mine(found)
    try:
        said = load_form(schemas.AnswersForm)
        act, version, answers = said.pop("act", "keep"), said.pop("version", 0), with_home(said)
        _check_whole(act, answers)
        with transaction() as db:
            changed = dossiers.change_dossier(db, mine, version, EMPTY | answers)
            if act == "submit":
                moving.submit(db, changed, By("person", _me()))
    except Invalid as refused:
        return _form(found, call, request.form, refused.errors, mine)
    except ChangedMeanwhile as refused:
        return _form(found, call, {**request.form, "version": mine.version}, {"kind": [refused.title]}, mine)
    return go(f"/{lang}/{exhibition}/apply/mine?new={act}")


@apply_pages.post("/mine/<act>")
@may("person")
def act_on_mine(lang: str, exhibition: str, act: str) -> Response:
    """Hand in, confirm, decline or withdraw; pressed twice, done once."""
    verb = ACTS.get(act)
    if verb is None:
        raise NotFound
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            moved = verb(db, dossiers.mine_of(db, found.id, _me()), By("person", _me()))
            return Answer(201, {"reference": moved.reference})

        once(db, idempotency_key(found.id, required=False), do)
    return go(f"/{lang}/{exhibition}/apply/mine")


ACTS: dict[str, Any] = {
    "submission": moving.submit,
    "confirmation": partial(moving.answer_offer, act=Act.CONFIRM),
    "refusal": partial(moving.answer_offer, act=Act.DECLINE),
    "withdrawal": moving.withdraw,
}
# a field left empty on the page empties the answer
EMPTY: Values = {
    **dict.fromkeys(("business", "filiere", "activity", "town", "shows"), ""),
    **{"needs_power": False, "needs_water": False, "members": []},
}


def _check_whole(act: str, said: Values) -> None:
    lacking = missing_in(said) if act == "submit" else []
    if lacking:
        raise Invalid({one.value: [NEEDED] for one in lacking})


def with_home(said: Values) -> Values:
    """The form's one question for where, as country and region."""
    home = said.pop("home", None)
    country, region = places.split_home(home) if home else (None, None)
    return said | {"country": country, "region": region}


def typed(mine: Application) -> Values:
    """One's answers as the form shows them."""
    values = {name: getattr(mine, name) for name in (*dossiers.ANSWERS, "version")}
    return values | {"members": "\n".join(mine.members), "home": places.join_home(mine.country, mine.region)}


def _contact(said: Values, lang: str) -> dossiers.Contact:
    text = phones.may_welcome(said["phone"], client_address())
    return dossiers.Contact(said.pop("name"), said.pop("phone"), lang, said.pop("email", None), text)


def _form(found: Exhibition, call: Call, values: Any, errors: Errors, mine: Application | None = None) -> Response:
    return page(
        "applications/apply.html",
        status=422 if errors else 200,
        exhibition=found,
        call=call,
        values=values,
        errors=errors,
        mine=mine,
        is_known=current_caller().person_id is not None,
        words=words,
    )


def _here(exhibition: str) -> tuple[Exhibition, Call]:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        return found, find_call(db, found.id)


def _mine(found: Exhibition) -> Application:
    with reading() as db:
        return dossiers.mine_of(db, found.id, _me())


def _me() -> UUID:
    person_id = current_caller().person_id
    if person_id is None:
        raise NotSignedIn
    return person_id


def go(address: str) -> Response:
    """Send a browser on after a form, so that a reload does nothing twice."""
    return make_response(redirect(address, code=303))


def with_tokens(address: str, given: dict[str, str]) -> Response:
    """The same, signed in."""
    response = go(address)
    for service, token in given.items():
        set_token_cookie(response, f"person_{service}", token, int(people.TOKEN_LASTS.total_seconds()))
    return response
