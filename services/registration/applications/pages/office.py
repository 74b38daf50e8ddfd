"""Pages of the office: the list, a dossier, reviews, decisions, the list for a spreadsheet."""

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.engine import Connection

from services.registration.applications import schemas
from services.registration.applications.domain.dossiers import Missing
from services.registration.applications.domain.states import ActRefused
from services.registration.applications.operations import deciding, moving, reviewing
from services.registration.applications.operations.bulk import Outcomes, act_on_many
from services.registration.applications.operations.calls import find_call
from services.registration.applications.operations.dossiers import By
from services.registration.applications.pages import words
from services.registration.applications.pages.applying import go
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, Invalid
from shared.web import current_caller, idempotency_key, load_form, may, page

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
    with reading() as db:
        call = find_call(db, find_exhibition(db, exhibition).id)
        text = reviewing.write_csv(reviewing.list_applications(db, call, _wanted()))
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="applications-{call.closes_wall:%Y}.csv"'
    return response


@office_pages.post("/decisions")
@may(Role.ORGANISER)
def decide(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Take the chosen dossiers into review, or hold a decision on them."""
    try:
        said = load_form(schemas.NewDecisions)
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
            return Answer(201, {"count": len(deciding.publish_decisions(db, found.id, by_staff()))})

        answer = once(db, idempotency_key(found.id, required=False), do)
    return go(f"/{lang}/{exhibition}/office/applications?published={answer.data['count']}")


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
        said = load_form(schemas.AskBack)
        missing = [Missing(one) for one in said["missing"]]
        with transaction() as db:
            found = find_exhibition(db, exhibition)

            def do() -> Answer:
                one = reviewing.find_handed_in(db, found.id, reference)
                moved = moving.ask_back(db, one, by_staff(), missing, said.get("reason", ""))
                return Answer(201, {"reference": moved.reference})

            once(db, idempotency_key(found.id, required=False), do)
    except (Invalid, ActRefused, ChangedMeanwhile) as refused:
        return _one(exhibition, reference, _errors(refused, "missing"))
    return go(f"/{lang}/{exhibition}/office/applications/{reference}")


def by_staff() -> By:
    """The member of staff who calls."""
    return By("staff", current_caller().staff_id)


def _errors(refused: Any, field: str) -> dict[str, list[str]]:
    return refused.errors if isinstance(refused, Invalid) else {field: [refused.title]}


def _review(weights: dict[str, int]) -> dict[str, Any]:
    """The form's scores: one field a criterion, an empty one is no score."""
    scores = {name: request.form.get(f"score-{name}", "") for name in weights}
    given = {name: int(text) for name, text in scores.items() if text.isascii() and text.isdigit() and len(text) == 1}
    return schemas.NewReview().load({"scores": given, "comment": request.form.get("comment", "")[:2000]})  # type: ignore[no-any-return] # as declared


def _wanted() -> dict[str, str]:
    return {name: request.args[name] for name in reviewing.FILTERS if request.args.get(name)}


def _list(exhibition: str, errors: dict[str, list[str]], outcomes: Outcomes | None) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        call = find_call(db, found.id)
        context = _list_context(db, found)
        rows = reviewing.list_applications(db, call, _wanted())
    return page(
        "applications/office-list.html",
        status=422 if errors else 200,
        exhibition=found,
        call=call,
        rows=rows,
        errors=errors,
        outcomes=outcomes,
        words=words,
        values=request.form or request.args,
        **context,
    )


def _list_context(db: Connection, found: Exhibition) -> dict[str, Any]:
    return {
        "held": deciding.count_held(db, found.id),
        "counts": reviewing.count_states(db, found.id),
        "query": request.query_string.decode("ascii", "ignore"),
        "published": request.args.get("published", type=int),
    }


def _one(exhibition: str, reference: str, errors: dict[str, list[str]]) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        call = find_call(db, found.id)
        one = reviewing.find_handed_in(db, found.id, reference)
        reviews = reviewing.reviews_of(db, call, one)
        changes = reviewing.changes_of(db, one)
        others = reviewing.lookalikes(db, one)
    mine = next((given for given in reviews if given.staff_id == by_staff().id), None)
    return page(
        "applications/office-one.html",
        status=422 if errors else 200,
        exhibition=found,
        call=call,
        one=one,
        reviews=reviews,
        changes=changes,
        others=others,
        mine=mine,
        errors=errors,
        values=request.form,
        words=words,
    )
