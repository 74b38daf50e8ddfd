"""What the first link of an empty installation opens: who runs the fair, and its first account."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.staff import schemas
from services.registration.staff.domain import STAFF_TOKEN_HOURS
from services.registration.staff.operations import accounts, beginning
from shared import i18n, limits
from shared.db import reading, transaction
from shared.problem import Invalid
from shared.web import client_address, load_form, may, page, set_token_cookie
from shared.web.security import settings

beginning_pages = Blueprint("beginning_pages", __name__, url_prefix="/<lang>/office/first")


@beginning_pages.get("/<secret>")
@may("anyone")
def show_first(lang: str, secret: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form; opening it uses nothing up."""
    with reading() as db:
        beginning.look_at_first(db, secret)
    return _form({}, {})


@beginning_pages.post("/<secret>")
@may("anyone")
def open_first(lang: str, secret: str) -> Response:
    """Open the first account, sign in, and go on to the first exhibition."""
    limits.allow("staff-link", client_address(), 100, 900, fail_open=False)
    with reading() as db:
        beginning.look_at_first(db, secret)
    try:
        first = _typed(load_form(schemas.FirstForm))
    except Invalid as refused:
        return _form(request.form, refused.errors)
    with transaction() as db:
        account = beginning.open_first(db, secret, first)
        given = accounts.staff_tokens(db, settings(), account)
    response = make_response(redirect(f"/{lang}/office/exhibitions/new", code=303))
    for service, token in given.items():
        set_token_cookie(response, f"staff_{service}", token, STAFF_TOKEN_HOURS * 3600)
    return response


def _typed(said: dict[str, Any]) -> beginning.FirstOrganiser:
    names = {code: said[f"organiser_{code}"].strip() for code in i18n.LANGUAGES if f"organiser_{code}" in said}
    return beginning.FirstOrganiser(names, said["name"].strip(), said["login"], said["password"])


def _form(values: Any, errors: dict[str, list[str]]) -> Response:
    return page(
        "staff/first.html",
        status=422 if errors else 200,
        values=values,
        errors=errors,
        languages=[(code, i18n.NAMES[code]) for code in i18n.LANGUAGES],
    )
