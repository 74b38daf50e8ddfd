"""Devices at the gates: entered in the office, enrolled on the phone itself with a code, shut out again."""

from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, Response, make_response, redirect, request
from markupsafe import Markup

from services.registration.staff import domain, schemas
from services.registration.staff.domain import Role
from services.registration.staff.operations import devices
from services.registration.staff.operations.audit import By
from services.registration.staff.pages.words import PROFILES
from shared import clock, limits
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import Invalid, NotSignedIn
from shared.web import client_address, current_caller, idempotency_key, load_form, may, page, set_token_cookie
from shared.web.security import settings

device_pages = Blueprint("device_pages", __name__, url_prefix="/<lang>/<exhibition>")


@device_pages.get("/office/devices")
@may(Role.ORGANISER, Role.SUPERVISOR)
def show_devices(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Every device, and the form for one more."""
    return _list({}, {})


@device_pages.post("/office/devices")
@may(Role.ORGANISER, Role.SUPERVISOR)
def make_device(lang: str, exhibition: str) -> Response:
    """Enter a device; pressed twice, entered once."""
    by = _by()
    try:
        new = _new(load_form(schemas.DeviceForm))
    except Invalid as refused:
        return _list(request.form, refused.errors)
    with transaction() as db:

        def act() -> Answer:
            return Answer(201, {"id": str(devices.make_device(db, settings(), by, new))})

        answer = once(db, idempotency_key(by.exhibition_id, required=False), act)
    return _go(lang, exhibition, answer.data["id"])


@device_pages.get("/office/devices/<uuid:device_id>")
@may(Role.ORGANISER, Role.SUPERVISOR)
def show_device(lang: str, exhibition: str, device_id: UUID) -> Response:
    """One device, with its code while it waits for its phone."""
    with reading() as db:
        one = devices.device_of(db, _by().exhibition_id, device_id)
    address = f"{settings().public_url}/{lang}/{exhibition}/device/{devices.code_of(settings(), one)}"
    qr = Markup(segno.make(address, error="m").svg_inline(border=4, omitsize=True, light="#fff"))  # noqa: S704 - our own address
    return page("staff/device.html", device=one, profiles=PROFILES, address=address, qr=qr)


@device_pages.post("/office/devices/<uuid:device_id>/code")
@may(Role.ORGANISER, Role.SUPERVISOR)
def make_code(lang: str, exhibition: str, device_id: UUID) -> Response:
    """Let the device be enrolled anew, on this or another phone."""
    with transaction() as db:
        devices.new_code(db, settings(), _by(), device_id)
    return _go(lang, exhibition, str(device_id))


@device_pages.post("/office/devices/<uuid:device_id>/revocation")
@may(Role.ORGANISER, Role.SUPERVISOR)
def revoke(lang: str, exhibition: str, device_id: UUID) -> Response:
    """Shut the device out."""
    with transaction() as db:
        devices.revoke(db, _by(), device_id)
    return _go(lang, exhibition, str(device_id))


@device_pages.get("/device/<secret>")
@may("anyone")
def show_code(lang: str, exhibition: str, secret: str) -> Response:  # noqa: ARG001 - the address carries it
    """What the code enrols; opening it uses nothing up."""
    with reading() as db:
        one = devices.look_at_code(db, secret)
    return page("staff/enrol.html", device=one, profiles=PROFILES, is_done=False)


@device_pages.post("/device/<secret>")
@may("anyone")
def enrol(lang: str, exhibition: str, secret: str) -> Response:  # noqa: ARG001 - the address carries it
    """Give this phone its token."""
    limits.allow("device-code", client_address(), 100, 900, fail_open=False)
    with transaction() as db:
        enrolled = devices.enrol(db, settings(), secret)
    ends = domain.device_token_ends(enrolled.device.last_day)
    response = page("staff/enrol.html", device=enrolled.device, profiles=PROFILES, is_done=True)
    set_token_cookie(response, "device_ticketing", enrolled.token, max(1, int((ends - clock.now()).total_seconds())))
    return response


def _new(said: dict[str, Any]) -> devices.NewDevice:
    hours = {name: said[name] and f"{said[name]:%H:%M}" for name in ("from_hour", "until_hour")}
    more: dict[str, Any] = {"name": said["name"].strip(), "gates": domain.read_gates(said["gates"]) or []}
    return devices.NewDevice(**(said | hours | more))


def _list(values: Any, errors: dict[str, list[str]]) -> Response:
    with reading() as db:
        every = devices.list_devices(db, _by().exhibition_id)
    status = 422 if errors else 200
    context = {"devices": every, "profiles": PROFILES, "values": values, "errors": errors}
    return page("staff/devices.html", status=status, **context)


def _by() -> By:
    caller = current_caller()
    if caller.staff_id is None or caller.exhibition_id is None:
        raise NotSignedIn
    return By(caller.exhibition_id, caller.staff_id)


def _go(lang: str, exhibition: str, place: str) -> Response:
    return make_response(redirect(f"/{lang}/{exhibition}/office/devices/{place}", code=303))
