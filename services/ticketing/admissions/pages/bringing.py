"""Scans handed in as a file, and what devices without a network disagreed about."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, request

from services.acts import StaffAct, staff_acted
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import badge_keys, exhibition_called
from services.ticketing.admissions import operations
from services.ticketing.admissions.domain import GateNotFound, Verdict
from services.ticketing.admissions.operations import bringing, handing_in, tallies
from services.ticketing.admissions.operations.conflicts import list_by_name, list_conflicts, list_overrides
from services.ticketing.admissions.schemas import AT_ONCE, look_at_heads, look_at_scan, verdict_out
from shared import clock
from shared.db import reading, transaction
from shared.problem import N_, Invalid
from shared.web import current_caller, may, page, takes_up_to

_WHY = {
    "school": N_("A school class"),
    "party": N_("Came with somebody who has a badge"),
    "free-entry": N_("A day or gate of free entry"),
    "no-badge": N_("Has no badge"),
}
bringing_pages = Blueprint("bringing_pages", __name__, url_prefix="/<lang>/<exhibition>/office/gate")


@bringing_pages.get("/scans")
@may("supervisor", "organiser")
def show_scans(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Where a phone's file is handed in, and the conflicts so far."""
    return _show(exhibition_called(exhibition))


@bringing_pages.post("/scans")
@may("supervisor", "organiser")
@takes_up_to(4 * 1024 * 1024)
def hand_in(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Take the scans of a file; handed in twice, they are taken once."""
    where = exhibition_called(exhibition)
    chosen = request.files.get("file")
    try:
        scans, heads = handing_in.read_file(chosen.read() if chosen else b"", where.reference)
    except Invalid as refused:
        return _show(where, status=refused.status, errors=refused.errors)
    taken = _take_scans(where, scans) + _take_heads(where, heads)
    return _show(where, taken=taken, declined=len(scans) + len(heads) - taken)


def _take_scans(where: Exhibition, scans: Sequence[dict[str, Any]]) -> int:
    good = [one for one in map(look_at_scan, scans) if "errors" not in one]
    with reading() as db:
        gates = operations.list_gates(db, where.id)
    bearer, outcomes = bringing.Bearer(current_caller().staff_id, may_override=True, may_name=True), []
    read = bringing.read_brought(where, gates, bearer, good, badge_keys())
    for begin in range(0, len(read), AT_ONCE):
        with transaction() as db:
            some = bringing.bring_scans(db, read[begin : begin + AT_ONCE])
            staff_acted(db, where.id, StaffAct.SCANS_HANDED_IN, where.reference, scans=len(some))
        outcomes += some
    return sum(isinstance(one, Verdict) for one in outcomes)


def _take_heads(where: Exhibition, said: Sequence[dict[str, Any]]) -> int:
    bearer, good = bringing.Bearer(current_caller().staff_id), [one for one in map(look_at_heads, said) if one]
    taken = 0
    for one in good:
        with suppress(GateNotFound), transaction() as db:
            tallies.count_heads(db, where, tallies.Heads(**one), bearer)
            staff_acted(db, where.id, StaffAct.SCANS_HANDED_IN, where.reference, heads=one["heads"])
            taken += 1
    return taken


def _show(where: Exhibition, *, status: int = 200, **context: Any) -> Response:
    with reading() as db:
        found = list_conflicts(db, where.id, zone=where.zone)
        overrides = list_overrides(db, where.id, zone=where.zone)
        named = list_by_name(db, where.id, zone=where.zone)
        tallied = tallies.tallied_on(db, where.id, clock.day_in(clock.now(), where.zone))
    conflicts = [{"at": one.gate, "wall": one.wall, **verdict_out(one.scan_id, one.verdict)} for one in found]
    lists = {"conflicts": conflicts, "overrides": overrides, "named": named, "tallied": tallied, "why": _WHY}
    return page("admissions/scans.html", status=status, **({"errors": {}} | lists | context))
