"""Signing in to the office, and out."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.staff import domain, schemas
from services.registration.staff.domain import STAFF_TOKEN_HOURS, SecondStepNeeded
from services.registration.staff.operations import accounts, signing_in
from services.registration.staff.operations.signing_in import Attempt
from shared.clock import machine_now
from shared.db import reading, transaction
from shared.problem import N_, Invalid, Problem
from shared.web import (
    clear_token_cookie,
    client_address,
    current_caller,
    load_form,
    may,
    page,
    set_token_cookie,
)
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
    """Sign in and go where the person wanted to go; an account with a second step is asked for its code first."""
    try:
        said = load_form(schemas.SignInForm)
    except Invalid as refused:
        return _door(refused.errors)
    accounts.allow_sign_in(said["login"], client_address())
    with reading() as db:
        found = accounts.find_account(db, said["login"])
    attempt = Attempt(said["login"], found, accounts.is_password(found, said["password"]))
    with transaction() as db:
        entrance = signing_in.come_in(db, settings(), attempt)
    if isinstance(entrance.refused, SecondStepNeeded) and found:
        ends_at = machine_now() + domain.SECOND_STEP_WITHIN
        proof = domain.half_way(settings().secret, found.id, found.version, ends_at)
        return _ask_code({"proof": proof, "next": said.get("next", "")}, {})
    if entrance.refused:
        return _door({"password": [entrance.refused.title]})
    return _welcome(lang, entrance.tokens, said.get("next", ""))


@staff_pages.post("/<lang>/office/sign-in/code")
@may("anyone")
def add_code(lang: str) -> Response:
    """The second step: a code of the app or a recovery code, after the password was right."""
    try:
        said = load_form(schemas.SecondStepForm)
    except Invalid as refused:
        return _ask_code(request.form, refused.errors)
    try:
        with reading() as db:
            account = signing_in.half_way_in(db, settings(), said["proof"], machine_now())
    except domain.SecondStepRefused:
        return _door({"password": [_TOO_LATE]})
    accounts.allow_code(account.id)
    with transaction() as db:
        entrance = signing_in.come_in(db, settings(), Attempt(account.name, account, True, said["code"]))
    if entrance.refused:
        return _ask_code(request.form, _at_code(entrance.refused))
    return _welcome(lang, entrance.tokens, said.get("next", ""))


@staff_pages.post("/<lang>/office/sign-out")
@may("anyone")
def sign_out(lang: str) -> Response:
    """Forget who sat here."""
    staff_id = current_caller().staff_id
    if staff_id:
        with transaction() as db:
            signing_in.go_out(db, staff_id)
    response = make_response(redirect(f"/{lang}/office/sign-in", code=303))
    for service in accounts.AUDIENCES:
        clear_token_cookie(response, f"staff_{service}")
    return response


_TOO_LATE = N_("This took too long. Please type your password again.")


def _door(errors: dict[str, list[str]]) -> Response:
    return page("staff/sign-in.html", status=422, values=request.form, errors=errors)


def _ask_code(values: Any, errors: dict[str, list[str]]) -> Response:
    return page("staff/second-step.html", status=422 if errors else 200, values=values, errors=errors)


def _at_code(refused: Problem) -> dict[str, list[str]]:
    return {"code": [refused.title]}


def _welcome(lang: str, tokens: dict[str, str], wanted: str) -> Response:
    response = make_response(redirect(_inside(wanted) or f"/{lang}/office/", code=303))
    for service, token in tokens.items():
        set_token_cookie(response, f"staff_{service}", token, STAFF_TOKEN_HOURS * 3600)
    return response


def _inside(address: str) -> str:
    """An address of ours, or nothing: nobody is sent to another host from here."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else ""
