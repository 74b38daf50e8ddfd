"""The steward's pages: choose a gate once, then read one code after the other."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request
from marshmallow import Schema, fields, validate

from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import badge_keys, exhibition_called
from services.ticketing.admissions import operations
from services.ticketing.admissions.domain import Direction, Gate, Verdict
from services.ticketing.admissions.schemas import NewScan, verdict_out
from shared import clock
from shared.db import reading
from shared.group import group
from shared.idempotency import Answer, Key, fingerprint
from shared.ids import new_id
from shared.problem import Invalid
from shared.web import current_caller, load_form, may, page
from shared.web.security import settings

pages = Blueprint("admissions_pages", __name__, url_prefix="/<lang>/<exhibition>/office/gate")
_COOKIE, _A_FAIR = "gate", 30 * 24 * 3600


class _ChosenGate(Schema):
    gate = fields.String(required=True, validate=validate.Length(1, 40))


@pages.get("")
@may("steward", "supervisor", "organiser")
def choose_gate(lang: str, exhibition: str) -> Response:
    """The gates to choose from; straight to the gate chosen before, unless another is wanted."""
    where = exhibition_called(exhibition)
    with reading() as db:
        gates = operations.list_gates(db, where.id)
    kept = request.cookies.get(_COOKIE)
    if kept in [one.reference for one in gates] and "choose" not in request.args:
        return make_response(redirect(_address(lang, where, str(kept)), code=303))
    return page("admissions/choose.html", gates=gates, kept=kept)


@pages.post("")
@may("steward", "supervisor", "organiser")
def keep_gate(lang: str, exhibition: str) -> Response:
    """Stay at this gate until another is chosen."""
    where, chosen = exhibition_called(exhibition), load_form(_ChosenGate)["gate"]
    with reading() as db:
        gate = operations.find_gate(db, where.id, chosen)
    response = make_response(redirect(_address(lang, where, gate.reference), code=303))
    response.set_cookie(
        _COOKIE, gate.reference, max_age=_A_FAIR, httponly=True, samesite="Lax", secure=settings().is_https
    )
    return response


@pages.get("/<gate>")
@may("steward", "supervisor", "organiser")
def show_gate(lang: str, exhibition: str, gate: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Ready for the next code."""
    where, at_gate = _gate(exhibition, gate)
    return _gate_page(where, at_gate)


@pages.post("/<gate>")
@may("steward", "supervisor", "organiser")
def read_code(lang: str, exhibition: str, gate: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Yes or no, with the reason; the next code may follow at once."""
    where, at_gate = _gate(exhibition, gate)
    try:
        said = load_form(NewScan)
    except Invalid as wrong:
        return _gate_page(where, at_gate, status=wrong.status, errors=wrong.errors)
    shown = operations.Shown(**said, scanned_by=current_caller().staff_id)
    scan = operations.read_scan(where, at_gate, shown, badge_keys())
    key = Key(where.id, "scan", "", str(scan.id), fingerprint(f"{scan.code} {scan.direction} {scan.gate}".encode()))

    def render(verdict: Verdict) -> Answer:
        return Answer(201, verdict_out(scan.id, verdict))

    said = group(operations.record_scans, scan, key=key, render=render).data
    return _gate_page(where, at_gate, verdict=said, direction=scan.direction)


def _gate_page(where: Exhibition, at_gate: Gate, *, status: int = 200, **context: Any) -> Response:
    return page(
        "admissions/gate.html",
        status=status,
        gate=at_gate,
        next_scan=_next_id(),
        wall=clock.to_wall(clock.now(), where.zone),
        Direction=Direction,
        **context,
    )


def _next_id() -> UUID:
    """A name for the next reading, so that the same page sent twice reads once."""
    return new_id()


def _gate(exhibition: str, reference: str) -> tuple[Exhibition, Gate]:
    where = exhibition_called(exhibition)
    with reading() as db:
        return where, operations.find_gate(db, where.id, reference.upper())


def _address(lang: str, where: Exhibition, gate: str) -> str:
    return f"/{lang}/{where.reference}/office/gate/{gate}"
