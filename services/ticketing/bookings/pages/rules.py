"""The organiser's page of booking rules: what holds now, and one form to change it."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings import operations
from services.ticketing.bookings.domain.rules import Overlap, Rules
from services.ticketing.bookings.operations.ruling import change_rules, read_versioned
from services.ticketing.bookings.schemas import RulesForm, rules_of, rules_out
from services.ticketing.programme.domain import SessionKind
from shared.db import reading, transaction
from shared.problem import ChangedMeanwhile, Invalid, Problem
from shared.web import load_form, may, page

rules_pages = Blueprint("booking_rules_pages", __name__, url_prefix="/<lang>/<exhibition>/office/booking-rules")


@rules_pages.get("")
@may("organiser")
def show_rules(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """How seats are given here, in a form."""
    return _page(exhibition_called(exhibition))


@rules_pages.post("")
@may("organiser")
def change(lang: str, exhibition: str) -> Response:
    """Choose other rules; they hold for what is done from now on."""
    where = exhibition_called(exhibition)
    try:
        said = load_form(RulesForm)
        seen = said.pop("seen")
        by_kind = {kind: said.pop(f"overlap_{kind.value}") for kind in SessionKind}
        chosen = said | {"overlaps": {kind: Overlap(rule) for kind, rule in by_kind.items() if rule}}
        with transaction() as db:
            change_rules(db, where.id, rules_of(chosen), seen=seen)
            staff_acted(db, where.id, StaffAct.BOOKING_RULES_CHANGED, where.reference)
    except Problem as refused:
        return _page(where, refused)
    operations.forget_rules()
    return make_response(redirect(f"/{lang}/{where.reference}/office/booking-rules?saved=1", code=303))


def _page(where: Exhibition, refused: Problem | None = None) -> Response:
    with reading() as db:
        rules, version = read_versioned(db, where.id)
    return page(
        "bookings/rules.html",
        status=refused.status if refused else 200,
        values=request.form if refused else typed(rules),
        # what was typed may be saved over what somebody else chose: they have seen it now
        version=version,
        now=typed(rules),
        kinds=list(SessionKind),
        errors=refused.errors if isinstance(refused, Invalid) else {},
        refusal=None if isinstance(refused, Invalid) else refused,
        is_stale=isinstance(refused, ChangedMeanwhile),
        is_saved="saved" in request.args,
        here=request.path,
    )


def typed(rules: Rules) -> dict[str, Any]:
    """The rules as the form's fields hold them."""
    said = rules_out(rules)
    by_kind = said.pop("overlaps")
    return {name: str(value) for name, value in said.items()} | {
        f"overlap_{kind.value}": by_kind.get(kind.value, "") for kind in SessionKind
    }
