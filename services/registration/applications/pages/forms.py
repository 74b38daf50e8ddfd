"""What the pages of applications share: the dossier's form as it is read, filled in and shown again."""

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, request
from werkzeug.datastructures import FileStorage

from services.registration.applications.domain.calls import unanswered
from services.registration.applications.domain.dossiers import NotSubmittable, missing_in, read_members
from services.registration.applications.domain.photos import LARGEST_FILE, MOST_PHOTOS, PHOTO_REFUSED, PhotosFull
from services.registration.applications.domain.tables import NoTable, decode
from services.registration.applications.operations import dossiers
from services.registration.applications.operations.calls import Call
from services.registration.applications.operations.crafts import crafts_of
from services.registration.applications.operations.dossiers import Application, By
from services.registration.applications.operations.pictures import Picture, make_picture
from services.registration.applications.pages import words
from services.registration.applications.schemas import asked
from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.domain import places
from shared.db import reading
from shared.i18n import gettext as _
from shared.problem import N_, Invalid, Problem
from shared.web import current_caller, load_form, page

Values = dict[str, Any]
Errors = dict[str, list[str]]
NEEDED = N_("This answer is needed to hand the application in.")
CHOOSE_AGAIN = N_("Please choose the photos again: a browser does not keep them.")
BODY = 24 * 1024 * 1024
# a field left empty on the page empties the answer
EMPTY: Values = {
    **dict.fromkeys(("business", "filiere", "activity", "town", "shows"), ""),
    **{"needs_power": False, "needs_water": False, "members": [], "answers": {}},
}


def read_answers(form: type[asked.AnswersForm], call: Call) -> tuple[str, Values, list[Picture]]:
    """The button pressed, the answers and the photos of a sent form; Invalid with everything that is wrong."""
    errors: Errors = {}
    said, pictures = _gather(errors, lambda: _typed_answers(form, call), {}), _gather(errors, read_photos, [])
    if errors:
        if pictures:
            errors.setdefault("photos", [CHOOSE_AGAIN])
        raise Invalid(errors)
    return said.pop("act", "keep"), said, pictures


def _gather(errors: Errors, read: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return read()
    except Invalid as refused:
        errors |= refused.errors
        return otherwise


def _typed_answers(form: type[asked.AnswersForm], call: Call) -> Values:
    said = load_form(asked.with_questions(form, call.questions))
    fields = {one["reference"]: f"answer-{one['reference']}" for one in call.questions}
    answers = {name: text for name, field in fields.items() if (text := said.pop(field, ""))}
    said = with_home(said) | {"answers": answers}
    table = _members_file()
    if table:
        said["members"] = _names_in(table)
    if said.get("act") == "submit":
        check_whole(call, said)
    return said


def check_whole(call: Call, said: Values) -> None:
    """Name each answer that is still missing; Invalid."""
    lacking = {one.value: [NEEDED] for one in missing_in(said, call.questions)}
    if lacking.pop("answers", None):
        lacking |= {f"answer-{name}": [NEEDED] for name in unanswered(call.questions, said["answers"])}
    if lacking:
        raise Invalid(lacking)


def needed(call: Call, refused: NotSubmittable) -> Errors:
    """The form's fields that a refusal names: what the office asked for and is still empty."""
    named = {name: [NEEDED] for name in refused.facts["missing"]}
    if named.pop("answers", None):
        named |= {f"answer-{one['reference']}": [NEEDED] for one in call.questions[:1]}
    return named


def read_photos() -> list[Picture]:
    """The photos sent along, scaled and bare; Invalid names the one that is refused."""
    pictures: list[Picture] = []
    for sent in request.files.getlist("photos"):
        if not sent.filename:
            continue
        try:
            if len(pictures) == MOST_PHOTOS:
                raise PhotosFull
            pictures.append(make_picture(sent.stream.read(LARGEST_FILE + 1)))
        except PHOTO_REFUSED as refused:
            raise Invalid({"photos": [photo_error(sent, refused)]}) from refused
    return pictures


def photo_error(sent: FileStorage, refused: Problem) -> str:
    """Which photo was refused, and why, in words."""
    name = "".join(c for c in sent.filename or "" if c.isprintable())[:60]
    return f"{name}: {_(refused.title)} {_(refused.detail)}"


def preview_members(values: Any) -> tuple[Values, list[str], int]:
    """A typed form with the names of its list read: values, what is wrong with each bad line, how many names.

    Nothing is kept.
    """
    typed = {name: values[name] for name in values}
    try:
        names, bad = read_members(_members_file() or typed.get("members", ""))
    except NoTable as refused:
        return typed, [f"{_(refused.title)} {_(refused.detail)}"], 0
    return typed | {"members": "\n".join(names)}, [asked.row_text(one) for one in bad[:50]], len(names)


def _members_file() -> str:
    sent = request.files.get("members_file")
    return decode(sent.stream.read(200_000)) if sent and sent.filename else ""


def _names_in(table: str) -> list[str]:
    names, bad = read_members(table)
    if bad:
        raise Invalid({"members": [asked.row_text(one) for one in bad[:20]]})
    return names


def with_home(said: Values) -> Values:
    """The form's one question for where, as country and region."""
    home = said.pop("home", None)
    country, region = places.split_home(home) if home else (None, None)
    return said | {"country": country, "region": region}


def typed(mine: Application) -> Values:
    """A dossier's answers as the form shows them."""
    values = {name: getattr(mine, name) for name in (*dossiers.ANSWERS, "version")}
    values |= {f"answer-{name}": text for name, text in mine.answers.items()}
    return values | {"members": "\n".join(mine.members), "home": places.join_home(mine.country, mine.region)}


def show(template: str, exhibition: Exhibition, call: Call, errors: Errors, **context: Any) -> Response:
    """A page with the form; what it needs besides is the same everywhere."""
    with reading() as db:
        crafts = crafts_of(db, exhibition.id)
    return page(
        template,
        status=422 if errors else 200,
        exhibition=exhibition,
        call=call,
        errors=errors,
        crafts=crafts,
        words=words,
        **context,
    )


def by_staff() -> By:
    """The member of staff who calls."""
    return By("staff", current_caller().staff_id)


def go(address: str) -> Response:
    """Send a browser on after a form, so that a reload does nothing twice."""
    return make_response(redirect(address, code=303))
