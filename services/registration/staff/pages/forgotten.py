"""Who forgot their password gets a link by e-mail or SMS; whoever asks learns nothing."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.staff import schemas
from services.registration.staff.operations import accounts, sending
from shared.db import transaction
from shared.problem import Invalid
from shared.web import client_address, load_form, may, page
from shared.web.security import settings

forgotten_pages = Blueprint("forgotten_pages", __name__, url_prefix="/<lang>/office/forgotten")


@forgotten_pages.get("")
@may("anyone")
def show_forgotten(lang: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form, or what happens now."""
    return _form({}, {})


@forgotten_pages.post("")
@may("anyone")
def ask_for_link(lang: str) -> Response:
    """Send a link to a new password, if somebody signs in with this name; the answer is the same if nobody does."""
    try:
        said = load_form(schemas.ForgottenForm)
    except Invalid as refused:
        return _form(request.form, refused.errors)
    accounts.allow_forgotten(said["login"], client_address())
    with transaction() as db:
        sending.send_forgotten(db, settings(), said["login"], lang)
    return make_response(redirect(f"/{lang}/office/forgotten?asked=1", code=303))


def _form(values: Any, errors: dict[str, list[str]]) -> Response:
    is_asked = "asked" in request.args and not errors
    status = 422 if errors else 200
    return page("staff/forgotten.html", status=status, values=values, errors=errors, is_asked=is_asked)
