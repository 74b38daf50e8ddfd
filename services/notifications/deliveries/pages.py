"""Why somebody did or did not get a notice: one page with every attempt, and a button to send it again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.navigation import office_menu
from services.notifications.access.authorise import exhibition_called
from services.notifications.deliveries import operations
from services.notifications.deliveries.domain import Verdict
from services.notifications.notices.domain import State
from services.notifications.notices.operations.log import find_notice
from services.notifications.notices.pages import frame, line, why
from shared import clock
from shared.db import reading, transaction
from shared.i18n import NAMES, hour, in_zone, number, short_date
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import N_
from shared.web import current_caller, idempotency_key, may, page

delivery_pages = Blueprint("delivery_pages", __name__, url_prefix="/<lang>/<exhibition>/office/notices")

# For each answer of a provider: the shape it is shown with, and its word.
VERDICTS: dict[Verdict | None, tuple[str, str]] = {
    Verdict.ACCEPTED: ("good", N_("Taken")),
    Verdict.LATER: ("wait", N_("Not now")),
    Verdict.REFUSED: ("bad", N_("Refused")),
    None: ("wait", N_("No answer was noted")),
}


@delivery_pages.get("/<uuid:notice>")
@may("organiser", "desk", "viewer")
def show_notice(lang: str, exhibition: str, notice: UUID) -> Response:
    """One notice: where it stands and why, attempt by attempt."""
    known = exhibition_called(exhibition)
    with reading() as db:
        row = find_notice(db, known.exhibition_id, notice)
        tries = operations.list_attempts(db, known.exhibition_id, notice)
    return page(
        "notice.html",
        menu=office_menu(lang, exhibition, request.path, current_caller().roles),
        exhibition=frame(known),
        line=line(row, known.zone),
        state=State(row.state),
        language=NAMES.get(row.language, row.language),
        person=row.person_id,
        tries=[_attempt(one, known.zone) for one in tries],
        is_secret=row.is_secret,
        is_late=row.useful_until <= clock.now(),
        useful_until=_moment(row.useful_until, known.zone),
        may_send={"organiser", "desk"} & current_caller().roles,
        is_organiser="organiser" in current_caller().roles,
        is_sent="sent" in request.args,
    )


@delivery_pages.post("/<uuid:notice>/again")
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


def _moment(at: Any, zone: str) -> str:
    wall = in_zone(at, zone)
    return f"{short_date(wall)} {hour(wall)}"
