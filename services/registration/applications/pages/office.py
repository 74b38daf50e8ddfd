"""Pages of the office: the list, a dossier, reviews, decisions, the list for a spreadsheet."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.engine import Connection
from werkzeug.datastructures import MultiDict

from services.registration.applications.domain.calls import NoPlaceLeft
from services.registration.applications.domain.dossiers import MembersRefused, Missing
from services.registration.applications.domain.states import ActRefused
from services.registration.applications.operations import contacts, deciding, exporting, moving, photos, reviewing
from services.registration.applications.operations.bulk import Outcomes, act_on_many
from services.registration.applications.operations.calls import call_of, find_call
from services.registration.applications.operations.crafts import crafts_of
from services.registration.applications.operations.dossiers import Application
from services.registration.applications.operations.places import pools_of
from services.registration.applications.pages import words
from services.registration.applications.pages.contact import read_contact
from services.registration.applications.pages.forms import Errors, by_staff, go, show
from services.registration.applications.schemas import asked
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Act, Role
from services.registration.staff.operations.audit import By as LogBy
from services.registration.staff.operations.audit import note
from shared import i18n
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, Invalid
from shared.web import current_caller, idempotency_key, load_form, may, page
from shared.web.security import settings

PER_PAGE = 100
OFFICE = (Role.ORGANISER, Role.REVIEWER)

office_pages = Blueprint("application_office", __name__, url_prefix="/<lang>/<exhibition>/office/applications")


@office_pages.get("")
@may(*OFFICE)
def show_list(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Everything that was handed in."""
    return _list(exhibition, {}, None)


@office_pages.get("/list.csv")
@may(*OFFICE)
def download(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The same, for a spreadsheet."""
    return _download(exhibition, exporting.write_csv, "csv", "text/csv; charset=utf-8")


@office_pages.get("/list.xlsx")
@may(*OFFICE)
def download_workbook(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The same, as a workbook."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(exhibition, exporting.write_xlsx, "xlsx", kind)


def _download(exhibition: str, write: Callable[[list[Application]], Any], ending: str, kind: str) -> Response:
    with reading() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
        found = reviewing.list_applications(db, call, _wanted())
    response = Response(write(found), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="applications-{call.closes_wall:%Y}.{ending}"'
    return response


@office_pages.post("/decisions")
@may(Role.ORGANISER)
def decide(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Take the chosen dossiers into review, or hold a decision on them."""
    try:
        said = load_form(asked.NewDecisions)
    except Invalid as refused:
        return _list(exhibition, refused.errors, None)
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            outcomes = act_on_many(db, found.id, said, by_staff())
            return Answer(201, {"done": outcomes.done, "refused": outcomes.refused})

        answer = once(db, idempotency_key(found.id, required=False), do)
    return _list(exhibition, {}, Outcomes(**answer.data))


@office_pages.post("/publication")
@may(Role.ORGANISER)
def publish(lang: str, exhibition: str) -> Response:
    """Publish every held decision; pressed twice, done once."""
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            done = deciding.publish_decisions(db, found.id, by_staff())
            return Answer(201, {"count": len(done.moved), "left": len(done.left)})

        answer = once(db, idempotency_key(found.id, required=False), do)
    left = f"&left={answer.data['left']}" if answer.data["left"] else ""
    told = f"published={answer.data['count']}{left}"
    return go(f"/{lang}/{exhibition}/office/applications?{told}")


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


def _wanted() -> dict[str, str]:
    return {name: request.args[name] for name in (*reviewing.FILTERS, "q", "order") if request.args.get(name)}


def _list(exhibition: str, errors: Errors, outcomes: Outcomes | None) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        call = call_of(db, found.id)
        if call is None and Role.ORGANISER in current_caller().roles:
            return go(f"/{i18n.language()}/{exhibition}/office/call")
        call = find_call(db, found.id)
        context = _list_context(db, found)
        rows = reviewing.list_applications(db, call, _wanted())
    shown = max(request.args.get("page", 1, type=int), 1)
    first = (shown - 1) * PER_PAGE
    pages = -(-len(rows) // PER_PAGE)
    return page(
        "applications/office-list.html",
        status=422 if errors else 200,
        exhibition=found,
        call=call,
        rows=rows[first : first + PER_PAGE],
        total=len(rows),
        errors=errors,
        outcomes=outcomes,
        words=words,
        values=request.args,
        typed=request.form if errors else MultiDict(),
        shown=shown,
        pages=pages,
        **context,
    )


def _list_context(db: Connection, found: Exhibition) -> dict[str, Any]:
    names = {name: word for name, word in request.args.items() if name not in ("page", "published", "left")}
    return {
        "held": deciding.count_held(db, found.id),
        "counts": reviewing.count_states(db, found.id),
        "query": urlencode(names),
        "published": request.args.get("published", type=int),
        "left": request.args.get("left", 0, type=int),
        "pools": pools_of(db, found.id),
        "crafts": crafts_of(db, found.id),
    }


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
        values=request.form,
        chooses_members=one.state in deciding.MEMBERS_DECIDED and bool(one.members),
        **context,
    )
