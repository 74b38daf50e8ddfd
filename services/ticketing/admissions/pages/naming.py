"""Somebody is here whose badge is not: found by name at the desk, let in by the badge's letters and with a reason."""

from typing import Any

from flask import Blueprint, Response, request

from services.acts import StaffAct, staff_acted
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import badge_keys, exhibition_called
from services.ticketing.admissions import operations
from services.ticketing.admissions.domain import Verdict
from services.ticketing.admissions.domain.codes import Typed
from services.ticketing.admissions.schemas import NewNamed, verdict_out
from shared.db import reading, transaction
from shared.ids import new_id
from shared.problem import N_, Invalid
from shared.web import current_caller, load_form, may, page

naming_pages = Blueprint("naming_pages", __name__, url_prefix="/<lang>/<exhibition>/office/gate")
NO_LETTERS = N_("Please type the eight letters of the badge, as the desk finds them by name.")


@naming_pages.get("/by-name")
@may("desk", "supervisor", "organiser")
def show_naming(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Which badge (`?badge=`), at which gate, and why no code is shown."""
    return _page(exhibition_called(exhibition), {"badge": request.args.get("badge", "")[:20]})


@naming_pages.post("/by-name")
@may("desk", "supervisor", "organiser")
def admit_by_name(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Let the holder of a badge in; the reason is kept and listed. Sent twice, it counts once."""
    where = exhibition_called(exhibition)
    try:
        said = load_form(NewNamed)
        with reading() as db:
            at_gate = operations.find_gate(db, where.id, said["gate"])
        by = current_caller().staff_id
        shown = operations.Shown(said["id"], said["badge"], said["direction"], by, by_name=said["reason"].strip())
        scan = operations.read_scan(where, at_gate, shown, badge_keys())
        if not isinstance(scan.read, Typed):
            raise Invalid({"badge": [NO_LETTERS]})
    except Invalid as refused:
        return _page(where, dict(request.form), status=refused.status, errors=refused.errors)
    with transaction() as db:
        verdict = operations.record_scans(db, [scan])[0]
        assert isinstance(verdict, Verdict)  # noqa: S101 - one scan that was read gets a verdict
        told = verdict_out(scan.id, verdict)
        facts = {"gate": at_gate.reference, "word": told["word"]}
        staff_acted(db, where.id, StaffAct.ADMITTED_BY_NAME, scan.read.reference, **facts)
    return _page(where, {"gate": at_gate.reference}, verdict=told)


def _page(where: Exhibition, values: dict[str, Any], *, status: int = 200, **context: Any) -> Response:
    with reading() as db:
        gates = operations.list_gates(db, where.id)
    kept = request.cookies.get("gate", "")
    return page(
        "admissions/by_name.html",
        status=status,
        gates=gates,
        next_scan=new_id(),
        values={"gate": kept} | values,
        **({"errors": {}} | context),
    )
