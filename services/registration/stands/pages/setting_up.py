"""Setting up stands: a list or a row, looked at before anything is written."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from services.registration.stands import schemas
from services.registration.stands.domain.sheets import Sheet
from services.registration.stands.operations import setting_up
from services.registration.stands.pages import words
from services.registration.stands.pages.ways import my_staff_id
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import Invalid
from shared.web import idempotency_key, load_form, may, page
from shared.web.bodies import refuse_nul

set_up_pages = Blueprint("stand_set_up", __name__, url_prefix="/<lang>/<exhibition>/office/stands/new")

Errors = dict[str, list[str]]


@set_up_pages.get("")
@may(Role.ORGANISER)
def show_forms(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form for a row, and the form for a list."""
    return _forms(_here(exhibition), {}, {})


@set_up_pages.post("/row")
@may(Role.ORGANISER)
def preview_row(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Look at a row before it is set up."""
    found = _here(exhibition)
    try:
        said = load_form(schemas.NewRow)
        with reading() as db:
            text = setting_up.write_row(db, found, schemas.row_in(said))
    except Invalid as refused:
        return _forms(found, request.form, refused.errors)
    return _preview(found, text)


@set_up_pages.post("/list")
@may(Role.ORGANISER)
def preview_list(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Look at a pasted list or a file before it is set up."""
    found = _here(exhibition)
    try:
        text = _listed()
    except Invalid as refused:
        return _forms(found, request.form, refused.errors)
    return _preview(found, text)


@set_up_pages.post("")
@may(Role.ORGANISER)
def set_up(lang: str, exhibition: str) -> Response:
    """Set up every stand of the list that was looked at; pressed twice, done once."""
    found = _here(exhibition)
    try:
        text = _listed()
        with transaction() as db:

            def do() -> Answer:
                return Answer(201, {"count": setting_up.add_stands(db, found, text, my_staff_id())})

            once(db, idempotency_key(found.id, required=False), do)
    except Invalid as refused:
        return _forms(found, request.form, refused.errors)
    except setting_up.StandListRefused:
        return _preview(found, text)  # it was right when it was looked at
    return make_response(redirect(f"/{lang}/{exhibition}/office/stands", code=303))


def _listed() -> str:
    """The file, else what was pasted; Invalid."""
    file = request.files.get("file")
    body = file.read() if file else b""
    text = _decoded(body) if body.strip() else request.form.get("csv", "")
    refuse_nul({"csv": text})
    try:
        text.encode()
    except UnicodeEncodeError as wrong:
        raise Invalid({"csv": [schemas.NO_LIST]}) from wrong
    if not text.strip() or len(text) > schemas.LONGEST_LIST:
        raise Invalid({"csv": [schemas.NO_LIST]})
    return text.replace("\r\n", "\n")


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")  # what spreadsheets write in French


def _here(exhibition: str) -> Exhibition:
    with reading() as db:
        return find_exhibition(db, exhibition)


def _forms(found: Exhibition, values: Any, errors: Errors) -> Response:
    return page(
        "stands/office-new.html",
        status=422 if errors else 200,
        exhibition=found,
        halls=[(part.reference, words.hall_word(part.reference, part.names)) for part in found.halls],
        values=values,
        errors=errors,
    )


def _preview(found: Exhibition, text: str) -> Response:
    with reading() as db:
        sheet = setting_up.read_list(db, found, text)
    return page(
        "stands/office-preview.html",
        status=422 if sheet.bad else 200,
        exhibition=found,
        sheet=sheet,
        bad=_told(sheet),
        text=text,
        words=words,
    )


def _told(sheet: Sheet) -> list[tuple[int, str, str]]:
    """Bad rows in words: line, what it said, why."""
    return [(row.line, row.said, _(row.why, value=row.value) if row.value else _(row.why)) for row in sheet.bad]
