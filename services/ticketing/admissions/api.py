"""Gates and scans over HTTP, for stewards and their devices."""

import re
from dataclasses import replace
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from services.ticketing.access.api import Heard, Hot, Wish
from services.ticketing.access.domain import Device, Exhibition
from services.ticketing.access.operations.recent import badge_keys, device_known, exhibition_called
from services.ticketing.admissions import operations
from services.ticketing.admissions.domain import Verdict
from services.ticketing.admissions.domain.bundles import Holder, doors_near
from services.ticketing.admissions.operations import bringing, bundles, tallies
from services.ticketing.admissions.operations.recent import gate_called
from services.ticketing.admissions.schemas import (
    BroughtOut,
    BroughtScans,
    BundleOut,
    GatesOut,
    NewScan,
    NewTally,
    TallyOut,
    VerdictOut,
    bundle_out,
    gate_out,
    look_at_scan,
    verdict_out,
)
from services.ticketing.programme.operations.board import board_of
from shared import clock
from shared.db import reading, transaction
from shared.idempotency import Answer, Key, fingerprint, once
from shared.problem import NotAllowed, Problem
from shared.web import current_caller, idempotency_key, keyed, load, may, reply, takes_up_to
from shared.web.bodies import through

api = Blueprint("admissions_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Gates")
_BODY = {"content": {"application/json": {"schema": NewScan}}, "required": True}
_BATCH = {"content": {"application/json": {"schema": BroughtScans}}, "required": True}
_CLOCK = "Moussem-Now"


@api.get("/gates")
@may("device", "steward", "supervisor", "organiser")
@api.response(200, GatesOut)
def list_gates(exhibition: str) -> dict[str, Any]:
    """The gates in the order of their references."""
    with reading() as db:
        found = operations.list_gates(db, exhibition_called(exhibition).id)
    return {"gates": [gate_out(one) for one in found]}


@api.get("/scanner")
@may("device", "steward", "supervisor", "organiser")
@api.response(200, BundleOut)
def show_bundle(exhibition: str) -> Response:
    """What a device carries to decide alone; 304 for one that has it. `Moussem-Now` says the server's time."""
    where, now = exhibition_called(exhibition), clock.now()
    with reading() as db:
        bundle = bundles.gather(db, where, badge_keys(), now, _holder())
    doors = doors_near(board_of(where.id).sessions, clock.day_in(now, where.zone))
    answer = Answer(200, bundle_out(replace(bundle, doors=doors), now))
    mark = fingerprint(answer.body.encode())
    response = Response(status=304) if request.if_none_match.contains(mark) else reply(answer)
    response.headers["ETag"] = f'"{mark}"'
    return _with_clock(response)


@api.post("/gates/<gate>/scans")
@may("device", "steward", "desk", "supervisor", "organiser")
@api.doc(requestBody=_BODY)
@api.response(201, VerdictOut)
def record_scan(exhibition: str, gate: str) -> Response:
    """Keep what was read and say whether its holder may pass.

    The scan's id is its key: sent again, it changes nothing and hears the same.
    """
    where, said = exhibition_called(exhibition), load(NewScan)
    if (said["override"] and not _may_override()) or (said["by_name"] and not _may_name()):
        raise NotAllowed
    return _with_clock(reply(_wish(where, gate, said | {"scanned_by": _scanned_by()}, request.get_data()).decided()))


def _wish(where: Exhibition, gate: str, said: dict[str, Any], body: bytes) -> Wish:
    """A scan to be decided at a gate; GateNotFound."""
    scan = operations.read_scan(where, gate_called(where.id, gate.upper()), operations.Shown(**said), badge_keys())
    key = Key(where.id, "scan", "", str(scan.id), fingerprint(body))

    def render(verdict: Verdict) -> Answer:
        return Answer(201, verdict_out(scan.id, verdict))

    return Wish(operations.record_scans, scan, key, render)


def _hear(heard: Heard) -> Wish | None:
    said = through(NewScan, heard.said)
    if said["override"] or said["by_name"]:
        return None  # who may is looked at by the route
    by = heard.caller.staff_id or heard.caller.device_id
    return _wish(heard.where, heard.args["gate"], said | {"scanned_by": by}, heard.body)


def _now() -> list[tuple[str, str]]:
    return [(_CLOCK, clock.now().isoformat())]


HOT = Hot(
    "admissions_api.record_scan",
    re.compile(r"/ticketing/v1/exhibitions/(?P<exhibition>[^/]+)/gates/(?P<gate>[^/]+)/scans"),
    frozenset({"device", "steward", "supervisor", "organiser"}),
    _hear,
    is_keyed=False,
    also=_now,
)
"""The route `record_scan`, for who asks as usual."""


@api.post("/scans")
@may("device", "steward", "supervisor", "organiser")
@takes_up_to(1024 * 1024)
@api.doc(requestBody=_BATCH)
@api.response(200, BroughtOut)
def bring_scans(exhibition: str) -> Response:
    """Take up to 500 scans that a device decided alone, in any order; each has its own answer.

    Each scan's id is its key: brought again, it changes nothing and hears the same.
    """
    where, items = exhibition_called(exhibition), load(BroughtScans)["scans"]
    looked = [look_at_scan(item) for item in items]
    good = [one for one in looked if "errors" not in one]
    bearer = bringing.Bearer(_scanned_by(), _device(), _may_override(), _may_name())
    with reading() as db:
        gates = operations.list_gates(db, where.id)
    read = bringing.read_brought(where, gates, bearer, good, badge_keys())
    with transaction() as db:
        outcomes = iter(bringing.bring_scans(db, read))
    answers = [
        _refused(item, one) if "errors" in one else _answer(one, next(outcomes))
        for item, one in zip(items, looked, strict=True)
    ]
    return _with_clock(reply(Answer(200, {"answers": answers})))


@api.post("/tallies")
@may("device", "steward", "supervisor", "organiser")
@keyed
@api.doc(requestBody={"content": {"application/json": {"schema": NewTally}}, "required": True})
@api.response(201, TallyOut)
def count_heads(exhibition: str) -> Response:
    """Count people who come without a code; shown apart, never as visitors. The same id again changes nothing."""
    where, said = exhibition_called(exhibition), load(NewTally)
    heads = tallies.Heads(**said)
    bearer = bringing.Bearer(_scanned_by(), _device())
    with transaction() as db:

        def act() -> Answer:
            tallies.count_heads(db, where, heads, bearer)
            return Answer(201, {"id": str(heads.id), "heads": heads.heads})

        return _with_clock(reply(once(db, idempotency_key(where.id), act)))


def _may_override() -> bool:
    return _holder().profile == "supervisor"


def _may_name() -> bool:
    return _holder().profile in ("desk", "supervisor") or "desk" in current_caller().roles


def _refused(item: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    return {"id": item.get("id"), "problem": "invalid-fields", "fields": one["errors"]}


def _answer(one: dict[str, Any], outcome: Verdict | Problem) -> dict[str, Any]:
    if isinstance(outcome, Problem):
        return {"id": str(one["id"]), "problem": outcome.slug}
    return verdict_out(one["id"], outcome)


def _scanned_by() -> Any:
    return current_caller().staff_id or current_caller().device_id


def _device() -> Device | None:
    caller = current_caller()
    if caller.device_id is None or caller.exhibition_id is None:
        return None
    return device_known(caller.exhibition_id, caller.device_id)


def _holder() -> Holder:
    device = _device()
    if device:
        return Holder(device.profile, device)
    return Holder("supervisor" if current_caller().roles & {"supervisor", "organiser"} else "steward")


def _with_clock(response: Response) -> Response:
    """By which devices correct their own clocks."""
    response.headers[_CLOCK] = clock.now().isoformat()
    return response
