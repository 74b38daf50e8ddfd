"""Signing in to the office, and out."""

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.staff import schemas
from services.registration.staff.domain import STAFF_TOKEN_HOURS, SignInRefused
from services.registration.staff.operations import accounts
from shared.db import reading, transaction
from shared.problem import Invalid
from shared.web import clear_token_cookie, client_address, load_form, may, page, set_token_cookie
from shared.web.security import settings

staff_pages = Blueprint("staff_pages", __name__)


@staff_pages.get("/<lang>/office/sign-in")
@may("anyone")
def show_sign_in(lang: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form."""
    return page("staff/sign-in.html", values={"next": request.args.get("next", "")}, errors={})


@staff_pages.post("/<lang>/office/sign-in")
@may("anyone")
def sign_in(lang: str) -> Response:
    """Sign in and go where the person wanted to go."""
    try:
        said = load_form(schemas.SignInForm)
        accounts.allow_sign_in(said["login"], client_address())
        with reading() as db:
            found = accounts.find_account(db, said["login"])
        account = accounts.check_password(found, said["password"])
    except Invalid as refused:
        return page("staff/sign-in.html", status=422, values=request.form, errors=refused.errors)
    except SignInRefused as refused:
        wrong = {"password": [refused.title]}
        return page("staff/sign-in.html", status=422, values=request.form, errors=wrong)
    with transaction() as db:
        given = accounts.staff_tokens(db, settings(), account)
    response = make_response(redirect(_inside(said.get("next", "")) or f"/{lang}/office/", code=303))
    for service, token in given.items():
        set_token_cookie(response, f"staff_{service}", token, STAFF_TOKEN_HOURS * 3600)
    return response


@staff_pages.post("/<lang>/office/sign-out")
@may("anyone")
def sign_out(lang: str) -> Response:
    """Forget who sat here."""
    response = make_response(redirect(f"/{lang}/office/sign-in", code=303))
    for service in accounts.AUDIENCES:
        clear_token_cookie(response, f"staff_{service}")
    return response


def _inside(address: str) -> str:
    """An address of ours, or nothing: nobody is sent to another host from here."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else ""
