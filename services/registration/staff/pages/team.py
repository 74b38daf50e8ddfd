"""The office's pages about its own people: the team, invitations, resets."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.staff import domain, schemas
from services.registration.staff.domain import Role
from services.registration.staff.operations import accounts, links, sending, team
from services.registration.staff.operations.audit import By
from services.registration.staff.pages.words import ROLES
from shared import i18n
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import Invalid, NotSignedIn, Problem
from shared.web import current_caller, idempotency_key, load_form, may, page
from shared.web.security import settings

team_pages = Blueprint("team_pages", __name__, url_prefix="/<lang>/<exhibition>/office")


@team_pages.get("/staff")
@may(Role.ORGANISER)
def show_team(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Who works here, what they may do, and who is invited."""
    return _team({}, {})


@team_pages.post("/staff/invitations")
@may(Role.ORGANISER)
def invite(lang: str, exhibition: str) -> Response:
    """Invite somebody; pressed twice, done once. Somebody who has an account gets the roles at once."""
    by = _by()
    try:
        said = load_form(schemas.Invitation)
        with transaction() as db:

            def act() -> Answer:
                organiser_id = team.organiser_chosen(db, by, said["organiser"])
                invited = links.Invited(said["login"], said["roles"], organiser_id)
                link_id = team.invite(db, settings(), by, invited)
                return Answer(201, {"link": str(link_id) if link_id else ""})

            answer = once(db, idempotency_key(by.exhibition_id, required=False), act)
    except Invalid as refused:
        return _team(_typed(), _roles_together(refused.errors))
    except (domain.LoginTaken, domain.OwnAccount) as refused:
        return _team(_typed(), {"login": [refused.title]}, status=refused.status)
    link = answer.data["link"]
    return _go(lang, exhibition, f"staff/links/{link}" if link else "staff?added=1")


@team_pages.post("/staff/invitations/<uuid:link_id>/withdrawal")
@may(Role.ORGANISER)
def withdraw(lang: str, exhibition: str, link_id: UUID) -> Response:
    """Let an invitation open nothing any more."""
    with transaction() as db:
        links.withdraw(db, _by(), link_id)
    return _go(lang, exhibition, "staff?withdrawn=1")


@team_pages.get("/staff/links/<uuid:link_id>")
@may(Role.ORGANISER)
def show_link(lang: str, exhibition: str, link_id: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """A link to hand over, for who made it, until it is used."""
    with reading() as db:
        link = links.link_of(db, _by(), link_id)
        member = team.member_of(db, _by(), link.staff_id) if link.staff_id else None
        ways = sending.addresses_of(db, link)
    address = sending.link_address(settings(), link.id, lang)
    return page("staff/link.html", link=link, member=member, address=address, ways=ways, news=_news())


@team_pages.post("/staff/links/<uuid:link_id>/sending")
@may(Role.ORGANISER)
def send_link(lang: str, exhibition: str, link_id: UUID) -> Response:
    """Have a link brought by e-mail or SMS; pressed twice, sent once."""
    address = load_form(schemas.SendingForm)["address"]
    accounts.allow_letter(address)
    by = _by()
    with transaction() as db:

        def act() -> Answer:
            link = links.link_of(db, by, link_id)
            name = team.member_of(db, by, link.staff_id).name if link.staff_id else ""
            sending.send_link(db, settings(), by, link, sending.Letter(address, name, lang))
            return Answer(201, {})

        once(db, idempotency_key(by.exhibition_id, required=False), act)
    return _go(lang, exhibition, f"staff/links/{link_id}?sent=1")


@team_pages.get("/staff/<uuid:staff_id>")
@may(Role.ORGANISER)
def show_member(lang: str, exhibition: str, staff_id: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """One member: roles, a new password, the end of the account."""
    return _member(staff_id, None)


@team_pages.post("/staff/<uuid:staff_id>/roles")
@may(Role.ORGANISER)
def change_roles(lang: str, exhibition: str, staff_id: UUID) -> Response:
    """Give a member exactly the chosen roles here."""
    roles = load_form(schemas.RolesForm)["roles"]
    try:
        with transaction() as db:
            team.change_roles(db, _by(), staff_id, roles)
    except domain.OwnAccount as refused:
        return _member(staff_id, refused)
    return _go(lang, exhibition, "staff?changed=1")


@team_pages.post("/staff/<uuid:staff_id>/closing")
@may(Role.ORGANISER)
def close_account(lang: str, exhibition: str, staff_id: UUID) -> Response:
    """Let a member in no more."""
    try:
        with transaction() as db:
            team.close_account(db, _by(), staff_id)
    except (domain.OwnAccount, domain.NotYours) as refused:
        return _member(staff_id, refused)
    return _go(lang, exhibition, "staff?closed=1")


@team_pages.post("/staff/<uuid:staff_id>/second-step")
@may(Role.ORGANISER)
def reset_second_step(lang: str, exhibition: str, staff_id: UUID) -> Response:
    """Let a member who lost their phone sign in without a code."""
    try:
        with transaction() as db:
            team.reset_second_step(db, _by(), staff_id)
    except (domain.OwnAccount, domain.NotYours) as refused:
        return _member(staff_id, refused)
    return _go(lang, exhibition, "staff?without=1")


@team_pages.post("/staff/<uuid:staff_id>/reset")
@may(Role.ORGANISER)
def reset_by_link(lang: str, exhibition: str, staff_id: UUID) -> Response:
    """Make a link to a new password; pressed twice, made once."""
    by = _by()
    try:
        with transaction() as db:

            def act() -> Answer:
                return Answer(201, {"link": str(team.reset_by_link(db, settings(), by, staff_id))})

            answer = once(db, idempotency_key(by.exhibition_id, required=False), act)
    except (domain.OwnAccount, domain.NotYours) as refused:
        return _member(staff_id, refused)
    return _go(lang, exhibition, f"staff/links/{answer.data['link']}")


def _team(values: Any, errors: dict[str, list[str]], status: int = 422) -> Response:
    with reading() as db:
        members = team.list_team(db, _by())
        invited = links.open_invitations(db, _by().exhibition_id)
        bodies = team.organisers_at["exhibition"](db, _by().exhibition_id)
    return page(
        "staff/team.html",
        status=status if errors else 200,
        organisers=[(one.id, i18n.pick(one.names)) for one in bodies],
        members=members,
        invited=invited,
        roles=ROLES,
        values={"organiser": request.args.get("organiser", "")} | values,
        errors=errors,
        news=_news(),
    )


def _member(staff_id: UUID, refused: Problem | None) -> Response:
    with reading() as db:
        member = team.member_of(db, _by(), staff_id)
    is_own = staff_id == _by().staff_id
    status = refused.status if refused else 200
    return page("staff/member.html", status=status, member=member, roles=ROLES, is_own=is_own, refused=refused)


def _by() -> By:
    caller = current_caller()
    if caller.staff_id is None or caller.exhibition_id is None:
        raise NotSignedIn
    return By(caller.exhibition_id, caller.staff_id)


def _typed() -> dict[str, Any]:
    said = {name: request.form.get(name, "") for name in ("login", "organiser")}
    return said | {"roles": request.form.getlist("roles")}


def _roles_together(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    """The errors of single roles under the one question they belong to."""
    together: dict[str, list[str]] = {}
    for name, texts in errors.items():
        together.setdefault(name.partition(".")[0], texts)
    return together


def _news() -> str:
    """What has just been done, in words."""
    said = {
        "added": _("This person had an account already and can work here now."),
        "sent": _("The link is on its way. Whether it arrived stands in the log of notices."),
        "withdrawn": _("The invitation is withdrawn."),
        "changed": _("The roles are changed. This person has to sign in again."),
        "without": _("This person signs in without a code now."),
        "closed": _("The account is closed."),
    }
    return next((text for name, text in said.items() if name in request.args), "")


def _go(lang: str, exhibition: str, place: str) -> Response:
    return make_response(redirect(f"/{lang}/{exhibition}/office/{place}", code=303))
