"""Why somebody did or did not get a notice: one page with every attempt, and a button to send it again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import money_text, office_frame
from services.notifications.deliveries import operations
from services.notifications.deliveries.domain import Verdict
from services.notifications.deliveries.domain.reports import Said
from services.notifications.deliveries.operations.following import list_reports, list_ways
from services.notifications.deliveries.pages.here import providers_here
from services.notifications.notices.domain import Channel, State
from services.notifications.notices.operations.log import find_notice
from services.notifications.notices.pages import CHANNELS, STATES, line, why
from shared import clock
from shared.db import reading, transaction
from shared.i18n import NAMES, hour, in_zone, ngettext, number, short_date
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import N_
from shared.web import current_caller, idempotency_key, may, page

SAID: dict[Said, tuple[str, str]] = {
    Said.DELIVERED: ("good", N_("Arrived")),
    Said.FAILED: ("bad", N_("Came back")),
}
# For each answer of a provider: the shape it is shown with, and its word.
VERDICTS: dict[Verdict | None, tuple[str, str]] = {
    Verdict.ACCEPTED: ("good", N_("Taken")),
    Verdict.LATER: ("wait", N_("Not now")),
    Verdict.REFUSED: ("bad", N_("Refused")),
    None: ("wait", N_("No answer was noted")),
}


@may("organiser", "desk", "viewer")
def show_notice(lang: str, exhibition: str, notice: UUID) -> Response:
    """One notice: where it stands and why, attempt by attempt."""
    known = exhibition_called(exhibition)
    with reading() as db:
        row = find_notice(db, known.exhibition_id, notice)
        tries = operations.list_attempts(db, known.exhibition_id, notice)
        reports = list_reports(db, known.exhibition_id, notice)
        ways = list_ways(db, row)
    return page(
        "notice.html",
        **office_frame(lang, known),
        line=line(row, known.zone),
        state=State(row.state),
        language=NAMES.get(row.language, row.language),
        person=row.person_id,
        tries=[_attempt(one, known.zone) for one in tries],
        reports=[_report(one, known.zone) for one in reports],
        ways=[_way(one, notice) for one in ways] if len(ways) > 1 else [],
        other_way=_other_way(ways, row),
        cost=_cost(row),
        is_secret=row.is_secret,
        is_late=row.useful_until <= clock.now(),
        useful_until=_moment(row.useful_until, known.zone),
        may_send={"organiser", "desk"} & current_caller().roles,
        is_organiser="organiser" in current_caller().roles,
        is_sent="sent" in request.args,
    )


@may("organiser", "desk")
def send_again(lang: str, exhibition: str, notice: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """Let a failed notice go once more."""
    known = exhibition_called(exhibition)
    with transaction() as db:

        def act() -> Answer:
            operations.send_again(db, known.exhibition_id, notice, clock.now())
            staff_acted(db, known.exhibition_id, StaffAct.NOTICE_SENT_AGAIN, str(notice))
            return Answer(200, {})

        once(db, idempotency_key(known.exhibition_id, required=False), act)
    return make_response(redirect(f"{request.path.removesuffix('/again')}?sent=1", code=303))


def _attempt(row: Any, zone: str) -> dict[str, Any]:
    shape, word = VERDICTS[Verdict(row.verdict) if row.verdict else None]
    return {
        "number": number(row.attempt),
        "when": f"{_moment(row.started_at, zone)}:{row.started_at:%S}",
        "shape": shape,
        "word": _(word),
        "why": why(row.reason),
    }


def _report(row: Any, zone: str) -> dict[str, Any]:
    shape, word = SAID[Said(row.said)]
    return {"when": _moment(row.heard_at, zone), "shape": shape, "word": _(word), "why": row.reason}


def _way(row: Any, shown: UUID) -> dict[str, Any]:
    """A notice with the same words, as a step of the chain."""
    shape, word = STATES[State(row.state)]
    return {
        "id": row.id,
        "channel": _(CHANNELS[Channel(row.channel)]),
        "shape": shape,
        "word": _(word),
        "why": why(row.reason),
        "is_this": row.id == shown,
    }


def _other_way(ways: Sequence[Any], row: Any) -> str:
    """The way by which the same words went all the same; empty where none did, or where this one is it."""
    gone = (State.DELIVERED, State.ACCEPTED)
    others = [one for one in ways if one.id != row.id and State(one.state) in gone and not one.reason]
    if State(row.state) in gone and not row.reason:
        return ""
    return _(CHANNELS[Channel(others[-1].channel)]) if others else ""


def _cost(row: Any) -> str:
    if not row.segments:
        return ""
    told = ngettext("%(n)s part", "%(n)s parts", row.segments)
    return f"{money_text(row.cost, providers_here().prices.currency)} · {told}" if row.cost else told


def _moment(at: Any, zone: str) -> str:
    wall = in_zone(at, zone)
    return f"{short_date(wall)} {hour(wall)}"


def add_to(pages: Blueprint) -> None:
    """The addresses of these pages."""
    pages.get("/<uuid:notice>")(show_notice)
    pages.post("/<uuid:notice>/again")(send_again)
