"""JSON routes of staff: sign-in, public keys, and the rehearsal's clock."""

from datetime import UTC
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE

from services.registration.staff import schemas
from services.registration.staff.domain import EVERYWHERE, Act, Role, SignInRefused
from services.registration.staff.operations import accounts, audit, devices, keys, links, sending, signing_in, team
from services.registration.staff.operations.audit import By
from services.registration.staff.operations.signing_in import Attempt
from shared import clock, i18n, limits, tokens
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import NotSignedIn
from shared.web import client_address, current_caller, idempotency_key, keyed, load, may, reply
from shared.web.security import settings

staff = Blueprint("staff", __name__, url_prefix="/registration/v1", description="Staff sign-in")
well_known = Blueprint("well_known", __name__, url_prefix="/registration", description="Public keys")
devices_api = Blueprint(
    "devices", __name__, url_prefix="/registration/v1/exhibitions/<exhibition>", description="Devices at gates"
)
team_api = Blueprint(
    "team", __name__, url_prefix="/registration/v1/exhibitions/<exhibition>/staff", description="Who works here"
)
rehearsal = Blueprint("rehearsal", __name__, url_prefix="/registration/v1", description="The rehearsal's clock")


def body(schema: Any) -> dict[str, Any]:
    """A request body for the API's description."""
    return {"content": {"application/json": {"schema": schema}}, "required": True}


@staff.post("/staff/sign-in")
@staff.doc(requestBody=body(schemas.SignInWithCode))
@staff.response(200, schemas.StaffSignedInOut)
@may("anyone")
def sign_in() -> Response:
    """Sign in as staff: a token for each service, good for 12 hours."""
    said = load(schemas.SignInWithCode)
    accounts.allow_sign_in(said["login"], client_address())
    with reading() as db:
        found = accounts.find_account(db, said["login"])
    is_right = accounts.is_password(found, said["password"])
    if found and is_right and "code" in said:
        accounts.allow_code(found.id)
    with transaction() as db:
        entrance = signing_in.come_in(db, settings(), Attempt(said["login"], found, is_right, said.get("code")))
    if entrance.refused or found is None:
        raise entrance.refused or SignInRefused
    return reply(Answer(200, {"name": found.name, "roles": found.roles, "tokens": entrance.tokens}))


@staff.get("/exhibitions/<exhibition>/audit")
@staff.arguments(schemas.AuditQuery, location="query", unknown=RAISE)
@staff.response(200, schemas.AuditOut)
@may(Role.ORGANISER)
def show_audit(said: dict[str, Any], exhibition: str) -> Response:  # noqa: ARG001 - the caller is of this exhibition
    """What staff did at an exhibition, newest first."""
    at_most = said.pop("at_most")
    with reading() as db:
        acts = audit.list_acts(db, audit.places_seen(db, _by()), audit.Wanted(**said), at_most + 1)
    shown = acts[:at_most]
    following = shown[-1].id if len(acts) > len(shown) else None
    return reply(Answer(200, dict(schemas.AuditOut().dump({"acts": shown, "next": following}))))


@devices_api.post("/devices/enrolment")
@devices_api.doc(requestBody=body(schemas.DeviceCode))
@devices_api.response(201, schemas.DeviceOut)
@may("anyone")
def enrol_device(exhibition: str) -> Response:  # noqa: ARG001 - the code knows its exhibition
    """Give a device its own token, once, for the code that the office made; a new code ends it."""
    limits.allow("device-code", client_address(), 100, 900, fail_open=False)
    said = load(schemas.DeviceCode)
    with transaction() as db:
        enrolled = devices.enrol(db, settings(), said["code"])
    row = vars(enrolled.device) | {"token": enrolled.token}
    return reply(Answer(201, dict(schemas.DeviceOut().dump(row))))


@team_api.get("")
@team_api.response(200, schemas.TeamOut)
@may(Role.ORGANISER)
def list_team(exhibition: str) -> Response:  # noqa: ARG001 - the caller is of this exhibition
    """Who works here with which roles, and whose invitation is open."""
    with reading() as db:
        members = team.list_team(db, _by())
        invitations = links.open_invitations(db, _by().exhibition_id)
    return reply(Answer(200, dict(schemas.TeamOut().dump({"members": members, "invitations": invitations}))))


@team_api.post("/invitations")
@team_api.doc(requestBody=body(schemas.Invitation))
@team_api.response(201, schemas.InvitedOut)
@may(Role.ORGANISER)
@keyed
def invite(exhibition: str) -> Response:  # noqa: ARG001 - the caller is of this exhibition
    """Invite somebody: an address to hand over, good once for seven days. Who has an account gets the roles at once."""
    by, said = _by(), load(schemas.Invitation)
    key = idempotency_key(by.exhibition_id)
    with transaction() as db:

        def act() -> Answer:
            invited = links.Invited(said["login"], said["roles"], team.organiser_chosen(db, by, said["organiser"]))
            link_id = team.invite(db, settings(), by, invited)
            return Answer(201, {"id": str(link_id) if link_id else None})

        answer = once(db, key, act)
    kept = answer.data["id"]  # the address is secret: it is made again, never kept
    address = sending.link_address(settings(), UUID(kept), i18n.language()) if kept else None
    return reply(Answer(answer.status, {"id": kept, "address": address}))


@team_api.delete("/invitations/<uuid:link_id>")
@team_api.response(204)
@may(Role.ORGANISER)
def withdraw_invitation(exhibition: str, link_id: UUID) -> Response:  # noqa: ARG001 - the caller is of this exhibition
    """Let an invitation open nothing any more."""
    with transaction() as db:
        links.withdraw(db, _by(), link_id)
    return Response(status=204)


@team_api.put("/<uuid:staff_id>/roles")
@team_api.doc(requestBody=body(schemas.NewRoles))
@team_api.response(200, schemas.MemberOut)
@may(Role.ORGANISER)
def change_roles(exhibition: str, staff_id: UUID) -> Response:  # noqa: ARG001 - the caller is of this exhibition
    """Give a member exactly these roles here; they have to sign in again. With none they work here no more."""
    by, said = _by(), load(schemas.NewRoles)
    with transaction() as db:
        before = team.member_of(db, by, staff_id)
        team.change_roles(db, by, staff_id, said["roles"])
    roles = sorted({str(role) for role in said["roles"]})
    return reply(Answer(200, dict(schemas.MemberOut().dump(vars(before) | {"roles": roles}))))


@team_api.post("/<uuid:staff_id>/closing")
@team_api.response(200, schemas.MemberOut)
@may(Role.ORGANISER)
@keyed
def close_account(exhibition: str, staff_id: UUID) -> Response:  # noqa: ARG001 - the caller is of this exhibition
    """Let a member in no more, at no exhibition; for an organiser of all the places they work at. Twice is once."""
    by = _by()
    key = idempotency_key(by.exhibition_id)
    with transaction() as db:

        def act() -> Answer:
            team.close_account(db, by, staff_id)
            return Answer(200, dict(schemas.MemberOut().dump(team.member_of(db, by, staff_id))))

        return reply(once(db, key, act))


@well_known.get("/.well-known/jwks.json")
@well_known.response(200, description="A JSON Web Key Set (RFC 7517, RFC 8037)")
@may("anyone")
def jwks() -> Response:
    """The public keys that verify tokens and badges now."""
    with reading() as db:
        public = keys.verifying_keys(db, clock.now())
    return reply(Answer(200, tokens.jwks([(key_id, key) for _purpose, key_id, key in public])))


@rehearsal.get("/rehearsal/clock")
@rehearsal.response(200, schemas.ClockOut)
@may(Role.ORGANISER)
def show_clock() -> Response:
    """What the rehearsal's clock shows."""
    return reply(Answer(200, {"moment": clock.now().isoformat()}))


@rehearsal.post("/rehearsal/clock")
@rehearsal.doc(requestBody=body(schemas.ClockSet))
@rehearsal.response(200, schemas.ClockOut)
@may(Role.ORGANISER)
def set_clock() -> Response:
    """Move the rehearsal's clock, for all services at once."""
    said = load(schemas.ClockSet)
    staff_id = current_caller().staff_id
    if staff_id:
        with transaction() as db:
            by = audit.By(EVERYWHERE, staff_id)
            audit.note(db, by, Act.CLOCK_MOVED, said["moment"].isoformat(), rate=said["rate"])
    clock.set_clock(said["moment"].astimezone(UTC), said["rate"])
    return reply(Answer(200, {"moment": clock.now().isoformat()}))


def _by() -> By:
    caller = current_caller()
    if caller.staff_id is None or caller.exhibition_id is None:
        raise NotSignedIn
    return By(caller.exhibition_id, caller.staff_id)
