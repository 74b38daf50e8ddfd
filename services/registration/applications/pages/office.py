"""Pages of the office about one dossier: what it says, reviews, questions, members, an offer out of turn."""

from typing import Any

from flask import Blueprint, Response, request

from services.registration.applications.domain.calls import NoPlaceLeft
from services.registration.applications.domain.dossiers import MembersRefused, Missing
from services.registration.applications.domain.states import ActRefused
from services.registration.applications.operations import contacts, deciding, moving, photos, reviewing
from services.registration.applications.operations.calls import find_call
from services.registration.applications.pages import office_words
from services.registration.applications.pages.contact import read_contact
from services.registration.applications.pages.forms import Errors, by_staff, go, show
from services.registration.applications.schemas import asked
from services.registration.exhibitions.operations import find_exhibition
from services.registration.staff.domain import Act, Role
from services.registration.staff.operations.audit import By as LogBy
from services.registration.staff.operations.audit import note
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, Invalid
from shared.web import idempotency_key, load_form, may
from shared.web.security import settings

OFFICE = (Role.ORGANISER, Role.REVIEWER)

office_pages = Blueprint("application_office", __name__, url_prefix="/<lang>/<exhibition>/office/applications")


@office_pages.get("/<reference>")
@may(*OFFICE)
def show_one(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """One dossier with its reviews, its audit trail, and others that look like it."""
    return _one(exhibition, reference, {})


@office_pages.post("/<reference>/review")
@may(*OFFICE)
def review(lang: str, exhibition: str, reference: str) -> Response:
    """Give one's scores and comment, in place of earlier ones."""
    try:
        with transaction() as db:
            call = find_call(db, find_exhibition(db, exhibition).id)
            one = reviewing.find_handed_in(db, call.exhibition_id, reference)
            staff_id = by_staff().id or one.id
            reviewing.give_review(db, call, one, staff_id, _review(call.weights))
    except (Invalid, ActRefused) as refused:
        return _one(exhibition, reference, _errors(refused, "comment"))
    return go(f"/{lang}/{exhibition}/office/applications/{one.reference}")


@office_pages.post("/<reference>/questions")
@may(*OFFICE)
def ask_back(lang: str, exhibition: str, reference: str) -> Response:
    """Send a dossier back for what it lacks; pressed twice, done once."""
    try:
        said = load_form(asked.AskBack)
        missing = [Missing(one) for one in said["missing"]]
        asked_for = moving.AskedFor(missing, said.get("note", ""), said.get("reason", ""))
        with transaction() as db:
            found = find_exhibition(db, exhibition)

            def do() -> Answer:
                one = reviewing.find_handed_in(db, found.id, reference)
                return Answer(201, {"reference": moving.ask_for(db, one, by_staff(), asked_for).reference})

            once(db, idempotency_key(found.id, required=False), do)
    except (Invalid, ActRefused, ChangedMeanwhile) as refused:
        return _one(exhibition, reference, _errors(refused, "missing"))
    return go(f"/{lang}/{exhibition}/office/applications/{reference}")


@office_pages.post("/<reference>/offer")
@may(Role.ORGANISER)
def offer_now(lang: str, exhibition: str, reference: str) -> Response:
    """Offer a place to somebody chosen of the reserve, out of turn; pressed twice, done once."""
    try:
        said = load_form(asked.ReasonForm)
        with transaction() as db:
            found = find_exhibition(db, exhibition)

            def do() -> Answer:
                one = reviewing.find_handed_in(db, found.id, reference)
                return Answer(
                    201, {"reference": moving.offer_now(db, one, by_staff(), said.get("reason", "")).reference}
                )

            once(db, idempotency_key(found.id, required=False), do)
    except (Invalid, ActRefused, ChangedMeanwhile, NoPlaceLeft) as refused:
        return _one(exhibition, reference, _errors(refused, "offer"))
    return go(f"/{lang}/{exhibition}/office/applications/{reference}")


@office_pages.post("/<reference>/members")
@may(Role.ORGANISER)
def choose_members(lang: str, exhibition: str, reference: str) -> Response:
    """Accept the ticked members of a group; the others are left out."""
    try:
        with transaction() as db:
            found = find_exhibition(db, exhibition)
            one = reviewing.find_handed_in(db, found.id, reference)
            ticked = set(request.form.getlist("members"))
            left_out = [place for place in range(len(one.members)) if str(place) not in ticked]
            deciding.decide_members(db, one, left_out, by_staff())
    except (ActRefused, MembersRefused, ChangedMeanwhile) as refused:
        return _one(exhibition, reference, _errors(refused, "members"))
    return go(f"/{lang}/{exhibition}/office/applications/{reference}")


@office_pages.post("/<reference>/contact")
@may(Role.ORGANISER)
def change_contact(lang: str, exhibition: str, reference: str) -> Response:
    """Correct who speaks for a dossier; a new number gets a link and a code. It is in the log."""
    try:
        with transaction() as db:
            found = find_exhibition(db, exhibition)
            one = reviewing.find_handed_in(db, found.id, reference)
            new = read_contact(asked.StaffContactForm, one)
            contacts.change_contact(db, settings(), found, one, (by_staff(), new))
            staff_id = by_staff().id or one.id
            note(db, LogBy(found.id, staff_id), Act.APPLICANT_CHANGED, one.title, reference=one.reference)
    except (Invalid, ChangedMeanwhile) as refused:
        return _one(exhibition, reference, _errors(refused, "name"))
    return go(f"/{lang}/{exhibition}/office/applications/{reference}")


def _errors(refused: Any, field: str) -> Errors:
    return refused.errors if isinstance(refused, Invalid) else {field: [refused.title]}


def _review(weights: dict[str, int]) -> dict[str, Any]:
    """The form's scores: one field a criterion, an empty one is no score."""
    scores = {name: request.form.get(f"score-{name}", "") for name in weights}
    typed = {name: int(text) for name, text in scores.items() if text.isascii() and text.isdigit() and len(text) == 1}
    return asked.NewReview().load({"scores": typed, "comment": request.form.get("comment", "")[:2000]})  # type: ignore[no-any-return] # as declared


def _one(exhibition: str, reference: str, errors: Errors) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        call = find_call(db, found.id)
        one = reviewing.find_handed_in(db, found.id, reference)
        reviews = reviewing.reviews_of(db, call, one)
        context: dict[str, Any] = {
            "changes": reviewing.changes_of(db, one),
            "others": reviewing.lookalikes(db, one),
            "photos": photos.photos_of(db, one),
        }
    mine = next((given for given in reviews if given.staff_id == by_staff().id), None)
    return show(
        *("applications/office-one.html", found, call, errors),
        one=one,
        reviews=reviews,
        mine=mine,
        office_words=office_words,
        values=request.form,
        chooses_members=one.state in deciding.MEMBERS_DECIDED and bool(one.members),
        **context,
    )
