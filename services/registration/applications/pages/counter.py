"""The counter: an agent types an application in, corrects what was sent back, and prints a paper with its reference.

Who has no phone says there whether they take an offered place.
"""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.engine import Connection

from services.registration.applications.domain.dossiers import NotSubmittable
from services.registration.applications.domain.photos import PhotosFull
from services.registration.applications.domain.states import Act, ActRefused, OfferEnded
from services.registration.applications.operations import counter, moving, photos, reviewing
from services.registration.applications.operations.calls import Call, find_call
from services.registration.applications.operations.dossiers import Application, Contact
from services.registration.applications.operations.pictures import Picture
from services.registration.applications.pages import forms
from services.registration.applications.pages.forms import Errors, Values, go
from services.registration.applications.schemas import asked
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from services.registration.staff.operations.audit import By
from services.registration.visitors.operations import phones
from shared import i18n
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, Invalid, NotFound, NotSignedIn
from shared.web import client_address, current_caller, idempotency_key, load_form, may, takes_up_to
from shared.web.security import settings

counter_pages = Blueprint("counter_pages", __name__, url_prefix="/<lang>/<exhibition>/office/applications")

AT_COUNTER = (Role.DESK, Role.ORGANISER)


@counter_pages.get("/new")
@may(*AT_COUNTER)
def show_new(lang: str, exhibition: str) -> Response:
    """The empty form; with `?reference=` the paper somebody holds in their hand."""
    if request.args.get("reference"):
        with reading() as db:
            found = find_exhibition(db, exhibition)
            one = reviewing.find_handed_in(db, found.id, request.args["reference"])
        return go(f"/{lang}/{exhibition}/office/applications/{one.reference}/paper")
    found, call = _here(exhibition)
    return _form(found, call, {"language": lang}, {})


@counter_pages.post("/new")
@may(*AT_COUNTER)
@takes_up_to(forms.BODY)
def type_in(lang: str, exhibition: str) -> Response:
    """Hand an application in for somebody who stands here; pressed twice, done once."""
    found, call = _here(exhibition)
    if request.form.get("act") == "read":
        values, bad, count = forms.preview_members(request.form)
        return _form(found, call, values, {}, read=(count, bad))
    try:
        _act, said, pictures = forms.read_answers(asked.CounterForm, call)
        forms.check_whole(call, said)
        contact = _contact(said, lang)
        with transaction() as db:
            given = (By(found.id, _staff()), contact, said)
            answer = once(db, idempotency_key(found.id, required=False), partial(_type_in, db, found, given, pictures))
    except Invalid as refused:
        return _form(found, call, request.form, refused.errors)
    return go(f"/{lang}/{exhibition}/office/applications/{answer.data['reference']}/paper")


def _type_in(db: Connection, found: Exhibition, given: Any, pictures: list[Picture]) -> Answer:
    one = counter.type_in(db, settings(), found, given)
    photos.add_photos(db, one, pictures)
    return Answer(201, {"reference": one.reference})


@counter_pages.get("/<reference>/paper")
@may(*AT_COUNTER)
def show_paper(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """A paper to print: the reference, what was said, how to hear more."""
    return _paper(exhibition, reference, {})


@counter_pages.post("/<reference>/spoken/<act>")
@may(*AT_COUNTER)
def act_for_them(lang: str, exhibition: str, reference: str, act: str) -> Response:
    """Confirm, decline or withdraw for somebody who says so at the counter; pressed twice, done once."""
    verb = SPOKEN.get(act)
    if verb is None:
        raise NotFound
    try:
        reason = load_form(asked.SpokenForm).get("said") or _("Said at the counter")
        with transaction() as db:
            found = find_exhibition(db, exhibition)

            def do() -> Answer:
                one = reviewing.find_handed_in(db, found.id, reference)
                return Answer(201, {"reference": verb(db, one, forms.by_staff(), reason=reason).reference})

            once(db, idempotency_key(found.id, required=False), do)
    except Invalid as refused:
        return _paper(exhibition, reference, refused.errors)
    except (ActRefused, OfferEnded, ChangedMeanwhile) as refused:
        return _paper(exhibition, reference, {"said": [refused.title]})
    return go(f"/{lang}/{exhibition}/office/applications/{reference}/paper")


# The exhibitor's own acts, by staff: they are in the log.
SPOKEN: dict[str, Any] = {
    "confirmation": partial(moving.answer_offer, act=Act.CONFIRM),
    "refusal": partial(moving.answer_offer, act=Act.DECLINE),
    "withdrawal": moving.withdraw,
}


def _paper(exhibition: str, reference: str, errors: Errors) -> Response:
    found, call = _here(exhibition)
    with reading() as db:
        one = reviewing.find_handed_in(db, found.id, reference)
    return forms.show("applications/office-paper.html", found, call, errors, one=one, values=request.form)


@counter_pages.get("/<reference>/answers")
@may(*AT_COUNTER)
def show_answers(lang: str, exhibition: str, reference: str) -> Response:
    """The form again, for what was sent back."""
    found, call = _here(exhibition)
    with reading() as db:
        one = reviewing.find_handed_in(db, found.id, reference)
    if not one.is_editable:
        return go(f"/{lang}/{exhibition}/office/applications/{one.reference}/paper")
    return _form(found, call, forms.typed(one), {}, one)


@counter_pages.post("/<reference>/answers")
@may(*AT_COUNTER)
@takes_up_to(forms.BODY)
def type_again(lang: str, exhibition: str, reference: str) -> Response:
    """Correct it and hand it in again."""
    found, call = _here(exhibition)
    with reading() as db:
        one = reviewing.find_handed_in(db, found.id, reference)
    try:
        _act, said, pictures = forms.read_answers(asked.AnswersForm, call)
        forms.check_whole(call, said)
        with transaction() as db:
            version, values = said.pop("version", 0), forms.EMPTY | said
            counter.type_again(db, By(found.id, _staff()), one, version, (values, pictures))
    except Invalid as refused:
        return _form(found, call, request.form, refused.errors, one)
    except NotSubmittable as refused:
        return _form(found, call, request.form, forms.needed(call, refused), one)
    except PhotosFull as refused:
        return _form(found, call, request.form, {"photos": [refused.title]}, one)
    except (ActRefused, ChangedMeanwhile) as refused:
        return _form(found, call, {**request.form, "version": one.version}, {"kind": [refused.title]}, one)
    return go(f"/{lang}/{exhibition}/office/applications/{one.reference}/paper")


def _contact(said: Values, lang: str) -> Contact:
    name, phone, email = said.pop("name"), said.pop("phone", None), said.pop("email", None)
    text = phones.may_welcome(phone, client_address())
    return Contact(name, phone, said.pop("language", lang), email, text)


def _form(
    found: Exhibition, call: Call, values: Any, errors: Errors, one: Application | None = None, **more: Any
) -> Response:
    languages = [(code, i18n.NAMES[code]) for code in i18n.LANGUAGES]
    return forms.show(
        "applications/office-new.html", found, call, errors, values=values, one=one, languages=languages, **more
    )


def _here(exhibition: str) -> tuple[Exhibition, Call]:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        return found, find_call(db, found.id)


def _staff() -> UUID:
    staff_id = current_caller().staff_id
    if staff_id is None:
        raise NotSignedIn
    return staff_id
