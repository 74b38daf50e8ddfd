"""One's own account: the password, and the second step of signing in."""

import segno
from flask import Blueprint, Response, make_response, redirect, request
from markupsafe import Markup

from services.registration.staff import domain, schemas
from services.registration.staff.domain import STAFF_TOKEN_HOURS, Act, Role
from services.registration.staff.operations import accounts, audit, second_step, team
from services.registration.staff.operations.audit import By
from shared import limits
from shared.db import reading, transaction
from shared.problem import N_, Invalid, NotSignedIn
from shared.web import current_caller, load_form, may, page, set_token_cookie
from shared.web.security import settings

account_pages = Blueprint("account_pages", __name__, url_prefix="/<lang>/<exhibition>/office")

NOT_YOURS = N_("This is not your password.")


@account_pages.get("/account")
@may(*Role)
def show_account(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """How one signs in."""
    return _account({})


@account_pages.post("/account/second-step")
@may(*Role)
def begin_second_step(lang: str, exhibition: str) -> Response:
    """Make a secret for one's app; nothing is asked for before its first code was typed."""
    with transaction() as db:
        second_step.begin(db, settings(), _by().staff_id)
    return _go(lang, exhibition, "account/second-step")


@account_pages.get("/account/second-step")
@may(*Role)
def show_second_step(lang: str, exhibition: str) -> Response:
    """The secret, drawn and written, until it is confirmed."""
    return _secret({}) or _go(lang, exhibition, "account")


@account_pages.post("/account/second-step/code")
@may(*Role)
def confirm_second_step(lang: str, exhibition: str) -> Response:
    """Turn it on with a first code; the recovery codes are shown now and never again."""
    by = _by()
    accounts.allow_code(by.staff_id)
    try:
        said = load_form(schemas.FirstCodeForm)
        with transaction() as db:
            codes = second_step.confirm(db, settings(), by.staff_id, said["code"])
            audit.note(db, by, Act.SECOND_STEP_ON, _name(accounts.account_of(db, by.staff_id)))
    except Invalid as refused:
        return _secret(refused.errors) or _go(lang, exhibition, "account")
    except domain.SecondStepRefused as refused:
        return _secret({"code": [refused.title]}) or _go(lang, exhibition, "account")
    return page("staff/recovery.html", codes=codes)


@account_pages.post("/account/second-step/end")
@may(*Role)
def end_second_step(lang: str, exhibition: str) -> Response:
    """Turn it off, with the password and a code."""
    by = _by()
    try:
        said = load_form(schemas.EndSecondStepForm)
    except Invalid as refused:
        return _account(refused.errors)
    accounts.allow_code(by.staff_id)
    with reading() as db:
        account = accounts.account_of(db, by.staff_id)
    if not accounts.is_password(account, said["old"]):
        return _account({"old": [NOT_YOURS]})
    try:
        with transaction() as db:
            second_step.take_code(db, settings(), by.staff_id, said["code"])
            second_step.turn_off(db, by.staff_id)
            audit.note(db, by, Act.SECOND_STEP_OFF, _name(account))
    except domain.SecondStepRefused as refused:
        return _account({"code": [refused.title]})
    return _go(lang, exhibition, "account?off=1")


@account_pages.get("/password")
@may(*Role)
def show_password(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form to change one's own password."""
    return page("staff/password.html", errors={}, is_done="changed" in request.args)


@account_pages.post("/password")
@may(*Role)
def change_password(lang: str, exhibition: str) -> Response:
    """Change one's own password, staying signed in here only."""
    by = _by()
    try:
        said = load_form(schemas.OwnPasswordForm)
        limits.allow("own-password", str(by.staff_id), 10, 900, fail_open=False)
        with reading() as db:
            accounts.check_password(accounts.account_of(db, by.staff_id), said["old"])
    except Invalid as refused:
        return page("staff/password.html", status=422, errors=refused.errors)
    except domain.SignInRefused:
        return page("staff/password.html", status=422, errors={"old": [NOT_YOURS]})
    with transaction() as db:
        account = team.change_own_password(db, by, said["password"])
        given = accounts.staff_tokens(db, settings(), account)
    response = _go(lang, exhibition, "password?changed=1")
    for service, token in given.items():
        set_token_cookie(response, f"staff_{service}", token, STAFF_TOKEN_HOURS * 3600)
    return response


def _account(errors: dict[str, list[str]]) -> Response:
    with reading() as db:
        staff_id = _by().staff_id
        context = {"is_on": second_step.is_on(db, staff_id), "left": second_step.codes_left(db, staff_id)}
    status = 422 if errors else 200
    return page("staff/account.html", status=status, errors=errors, is_off="off" in request.args, **context)


def _secret(errors: dict[str, list[str]]) -> Response | None:
    with reading() as db:
        secret = second_step.waiting_secret(db, settings(), _by().staff_id)
        account = accounts.account_of(db, _by().staff_id)
    if secret is None:
        return None
    drawn = segno.make(domain.totp_address(secret, _name(account)), error="m")
    qr = Markup(drawn.svg_inline(border=4, scale=5, light="#fff"))  # noqa: S704 - drawn by us
    groups = [secret[i : i + 4] for i in range(0, len(secret), 4)]
    return page("staff/second-step-on.html", status=422 if errors else 200, errors=errors, groups=groups, qr=qr)


def _name(account: accounts.Account | None) -> str:
    return account.name if account else ""


def _by() -> By:
    caller = current_caller()
    if caller.staff_id is None or caller.exhibition_id is None:
        raise NotSignedIn
    return By(caller.exhibition_id, caller.staff_id)


def _go(lang: str, exhibition: str, place: str) -> Response:
    return make_response(redirect(f"/{lang}/{exhibition}/office/{place}", code=303))
