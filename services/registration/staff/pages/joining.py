"""What a link for staff opens: a name and a password, or a new password."""

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.staff import schemas
from services.registration.staff.domain import STAFF_TOKEN_HOURS, LoginTaken
from services.registration.staff.operations import accounts, links, second_step
from services.registration.staff.pages.words import ROLES
from shared import limits
from shared.db import reading, transaction
from shared.problem import Invalid
from shared.web import client_address, load_form, may, page, set_token_cookie
from shared.web.security import settings

joining_pages = Blueprint("joining_pages", __name__, url_prefix="/<lang>/office/join")


@joining_pages.get("/<secret>")
@may("anyone")
def show_link(lang: str, secret: str) -> Response:  # noqa: ARG001 - the address carries it
    """What the link is for; opening it uses nothing up."""
    with reading() as db:
        link = links.look_at_link(db, secret)
    return _form(link, {}, {})


@joining_pages.post("/<secret>")
@may("anyone")
def use_link(lang: str, secret: str) -> Response:
    """Open the account, or set the new password, and sign in."""
    limits.allow("staff-link", client_address(), 100, 900, fail_open=False)
    with reading() as db:
        link = links.look_at_link(db, secret)
    try:
        said = load_form(schemas.NewPasswordForm(unknown="exclude") if link.staff_id else schemas.JoinForm)
        with transaction() as db:
            account = links.use_link(db, secret, links.Joining(said["password"], said.get("name", "").strip()))
            if second_step.is_on(db, account.id):  # a link brings no further than the password did
                return make_response(redirect(f"/{lang}/office/sign-in", code=303))
            given = accounts.staff_tokens(db, settings(), account)
    except Invalid as refused:
        return _form(link, request.form, refused.errors)
    except LoginTaken as refused:
        return _form(link, request.form, {"name": [refused.title]})
    response = make_response(redirect(f"/{lang}/office/", code=303))
    for service, token in given.items():
        set_token_cookie(response, f"staff_{service}", token, STAFF_TOKEN_HOURS * 3600)
    return response


def _form(link: links.StaffLink, values: object, errors: dict[str, list[str]]) -> Response:
    status = 422 if errors else 200
    return page("staff/join.html", status=status, link=link, roles=ROLES, values=values, errors=errors)
