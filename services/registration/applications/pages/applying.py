"""Pages of exhibitors: the call, the form, one's own application and what can be done with it."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.engine import Connection

from services.registration.applications.domain.dossiers import NotSubmittable
from services.registration.applications.domain.photos import MOST_PHOTOS, PhotosFull
from services.registration.applications.domain.states import Act
from services.registration.applications.operations import dossiers, moving, photos
from services.registration.applications.operations.calls import Call, find_call
from services.registration.applications.operations.dossiers import Application, By
from services.registration.applications.operations.pictures import Picture
from services.registration.applications.pages import forms
from services.registration.applications.pages.forms import Errors, Values, go
from services.registration.applications.schemas import asked, shown
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.visitors.operations import people, phones
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, Invalid, NotFound, NotSignedIn
from shared.web import client_address, current_caller, idempotency_key, may, set_token_cookie, takes_up_to
from shared.web.security import settings

apply_pages = Blueprint("apply_pages", __name__, url_prefix="/<lang>/<exhibition>/apply")


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
@takes_up_to(forms.BODY)
def begin(lang: str, exhibition: str) -> Response:
    """Keep a draft, and hand it in if that was pressed; pressed twice, done once."""
    found, call = _here(exhibition)
    is_known = current_caller().person_id is not None
    if request.form.get("act") == "read":
        return _read_list(found, call)
    try:
        # pressed a second time, the form of somebody new comes from somebody known
        is_theirs = is_known and "phone" not in request.form
        form = asked.AnswersForm if is_theirs else asked.NewcomerForm
        act, answers, pictures = forms.read_answers(form, call)
        contact = None if is_known else _contact(answers, lang)
        with transaction() as db:
            key = idempotency_key(found.id, required=False)
            own_key = replace(key, caller="") if key else None
            answer = once(db, own_key, partial(_begin, db, found, contact, (act, answers, pictures)))
            mine = dossiers.find_application(db, found.id, answer.data["reference"])
            given = {} if is_known else people.person_tokens(db, settings(), found, mine.person_id, mine.made_at)
    except Invalid as refused:
        return _form(found, call, request.form, refused.errors)
    return with_tokens(f"/{lang}/{exhibition}/apply/mine?new={act}", given)


def _begin(
    db: Connection, found: Exhibition, contact: dossiers.Contact | None, given: tuple[str, Values, list[Picture]]
) -> Answer:
    act, said, pictures = given
    if contact:
        hands_in = replace(contact, hands_in=act == "submit")
        mine = dossiers.begin_for_newcomer(db, settings(), found, hands_in, said)
    else:
        mine = dossiers.begin_for_known(db, found, _me(), said)
    photos.add_photos(db, mine, pictures)
    if act == "submit":
        moving.submit(db, mine, By("person", mine.person_id))
    return Answer(201, {"reference": mine.reference})


@apply_pages.get("/mine")
@may("person")
def show_mine(lang: str, exhibition: str) -> Response:
    """Where one's application stands, and what can be done now; who has none here is asked for its reference."""
    found, call = _here(exhibition)
    try:
        mine = _mine(found)
    except NotFound:
        return go(f"/{lang}/{exhibition}/apply/sign-in#reference")
    return mine_page(found, call, mine, {})


@apply_pages.get("/mine/answers")
@may("person")
def show_answers(lang: str, exhibition: str) -> Response:
    """The form again, while the answers may be changed."""
    found, call = _here(exhibition)
    mine = _mine(found)
    if not mine.is_editable:
        return go(f"/{lang}/{exhibition}/apply/mine")
    return _form(found, call, forms.typed(mine), {}, mine)


@apply_pages.post("/mine/answers")
@may("person")
@takes_up_to(forms.BODY)
def change_answers(lang: str, exhibition: str) -> Response:
    """Keep the answers, and hand them in if that was pressed; what was changed elsewhere meanwhile is not lost."""
    found, call = _here(exhibition)
    mine = _mine(found)
    if request.form.get("act") == "read":
        return _read_list(found, call, mine)
    try:
        act, said, pictures = forms.read_answers(asked.AnswersForm, call)
        with transaction() as db:
            changed = dossiers.change_dossier(db, mine, said.pop("version", 0), forms.EMPTY | said)
            photos.add_photos(db, changed, pictures)
            if act == "submit":
                moving.submit(db, changed, By("person", _me()))
    except Invalid as refused:
        return _form(found, call, request.form, refused.errors, mine)
    except NotSubmittable as refused:
        return _form(found, call, request.form, forms.needed(call, refused), mine)
    except PhotosFull as refused:
        return _form(found, call, request.form, {"photos": [refused.title]}, mine)
    except ChangedMeanwhile as refused:
        return _form(found, call, {**request.form, "version": mine.version}, {"kind": [refused.title]}, mine)
    return go(f"/{lang}/{exhibition}/apply/mine?new={act}")


def _read_list(found: Exhibition, call: Call, mine: Application | None = None) -> Response:
    values, bad, count = forms.preview_members(request.form)
    return _form(found, call, values, {}, mine, read=(count, bad))


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


def _contact(said: Values, lang: str) -> dossiers.Contact:
    text = phones.may_welcome(said["phone"], client_address())
    return dossiers.Contact(said.pop("name"), said.pop("phone"), lang, said.pop("email", None), text)


def _form(
    found: Exhibition, call: Call, values: Any, errors: Errors, mine: Application | None = None, **more: Any
) -> Response:
    is_known = current_caller().person_id is not None
    return forms.show(
        "applications/apply.html", found, call, errors, values=values, mine=mine, is_known=is_known, **more
    )


def mine_page(found: Exhibition, call: Call, mine: Application, errors: Errors) -> Response:
    """Where one's application stands, with its photos."""
    with reading() as db:
        kept = photos.photos_of(db, mine)
    has_decided = mine.state in shown.DECIDED
    more: dict[str, Any] = {
        "mine": mine,
        "photos": kept,
        "has_decided": has_decided,
        "news": request.args.get("new", ""),
    }
    may_change = mine.state in photos.CHANGEABLE
    return forms.show("applications/mine.html", found, call, errors, may_change=may_change, most=MOST_PHOTOS, **more)


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


def with_tokens(address: str, given: dict[str, str]) -> Response:
    """The same, signed in."""
    response = go(address)
    for service, token in given.items():
        set_token_cookie(response, f"person_{service}", token, int(people.TOKEN_LASTS.total_seconds()))
    return response
