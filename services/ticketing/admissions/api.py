"""Gates and scans over HTTP, for stewards."""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from services.ticketing.access.operations.recent import badge_keys, exhibition_called
from services.ticketing.admissions import operations
from services.ticketing.admissions.domain import Verdict
from services.ticketing.admissions.schemas import GatesOut, NewScan, VerdictOut, verdict_out
from shared.db import reading
from shared.group import group
from shared.idempotency import Answer, Key, fingerprint
from shared.web import current_caller, load, may, reply

api = Blueprint("admissions_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Gates")
_BODY = {"content": {"application/json": {"schema": NewScan}}, "required": True}


@api.get("/gates")
@may("device", "steward", "supervisor", "organiser")
@api.response(200, GatesOut)
def list_gates(exhibition: str) -> dict[str, Any]:
    """The gates in the order of their references."""
    with reading() as db:
        found = operations.list_gates(db, exhibition_called(exhibition).id)
    return {"gates": [{"reference": one.reference, "names": one.names} for one in found]}


@api.post("/gates/<gate>/scans")
@may("device", "steward", "supervisor", "organiser")
@api.doc(requestBody=_BODY)
@api.response(201, VerdictOut)
def record_scan(exhibition: str, gate: str) -> Response:
    """Keep what was read and say whether its holder may pass.

    The scan's id is its key: sent again, it changes nothing and hears the same.
    """
    where = exhibition_called(exhibition)
    said = load(NewScan)
    with reading() as db:
        at_gate = operations.find_gate(db, where.id, gate.upper())
    shown = operations.Shown(**said, scanned_by=current_caller().staff_id or current_caller().device_id)
    scan = operations.read_scan(where, at_gate, shown, badge_keys())
    key = Key(where.id, "scan", "", str(scan.id), fingerprint(request.get_data()))

    def render(verdict: Verdict) -> Answer:
        return Answer(201, verdict_out(scan.id, verdict))

    return reply(group(operations.record_scans, scan, key=key, render=render))
