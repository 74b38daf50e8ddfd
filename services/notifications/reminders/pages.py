"""The reminders of an exhibition, for organisers: which are sent, and which come next."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import office_frame
from services.notifications.reminders import operations
from services.notifications.reminders.domain import KIND_OF, Choice, Lead
from services.notifications.reminders.schemas import ReminderChoice
from services.notifications.templates.domain.kinds import KINDS
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.i18n import hour, in_zone, number, pick, short_date
from shared.problem import Invalid
from shared.web import load_form, may, page

pages = Blueprint("reminder_pages", __name__, url_prefix="/<lang>/<exhibition>/office/notices/reminders")


@pages.get("")
@may("organiser")
def show_reminders(lang: str, exhibition: str) -> Response:
    """Which reminders are sent, and the next ones."""
    return _page(lang, exhibition)


@pages.post("")
@may("organiser")
def choose(lang: str, exhibition: str) -> Response:
    """Send these from now on."""
    known = exhibition_called(exhibition)
    try:
        chosen = Choice(**load_form(ReminderChoice))
    except Invalid as refused:
        return _page(lang, exhibition, refused.errors)
    with transaction() as db:
        operations.choose(db, known.exhibition_id, chosen)
        staff_acted(db, known.exhibition_id, StaffAct.REMINDERS_CHANGED, known.reference, **vars(chosen))
    return make_response(redirect(f"{request.path}?saved=1", code=303))


def _page(lang: str, exhibition: str, errors: dict[str, list[str]] | None = None) -> Response:
    known = exhibition_called(exhibition)
    with reading() as db:
        chosen = operations.find_choice(db, known.exhibition_id)
        coming = [row for row in operations.list_coming(db, known.exhibition_id) if chosen.has(Lead(row.lead))]
    return page(
        "reminders.html",
        status=422 if errors else 200,
        **office_frame(lang, known),
        values=dict(request.form) if errors else vars(chosen),
        errors=errors or {},
        chosen=chosen,
        coming=[_line(row, known.zone) for row in coming],
        is_saved="saved" in request.args and not errors,
    )


def _line(row: Any, zone: str) -> tuple[str, str, str, str]:
    at = in_zone(row.next_at, zone)
    return (
        f"{short_date(at)} {hour(at)}",
        _(KINDS[KIND_OF[Lead(row.lead)]]),
        f"{pick(row.titles)}{_(', ')}{short_date(row.starts_wall)} {hour(row.starts_wall)}",
        number(row.bookings),
    )
