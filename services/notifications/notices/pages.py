"""The log of notices and the quiet hours as pages for staff."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, request
from marshmallow import ValidationError

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import office_frame
from services.notifications.notices import schemas
from services.notifications.notices.domain import WAITS, Channel, QuietHours, Reason, State
from services.notifications.notices.domain.addresses import mask
from services.notifications.notices.operations.log import count_by_state, list_notices
from services.notifications.notices.operations.quiet import find_quiet_hours, set_quiet_hours
from services.notifications.templates.domain import Kind
from services.notifications.templates.domain.kinds import KINDS
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.i18n import hour, in_zone, number, short_date
from shared.problem import N_, Invalid
from shared.web import current_caller, load_form, may, page

notice_pages = Blueprint("notice_pages", __name__)

# For each state: the shape it is shown with, and its word.
STATES: dict[State, tuple[str, str]] = {
    State.DUE: ("wait", N_("Waiting")),
    State.CLAIMED: ("wait", N_("Being sent")),
    State.RETRY: ("wait", N_("Trying again")),
    State.ACCEPTED: ("good", N_("Handed over")),
    State.FAILED: ("bad", N_("Failed")),
    State.DELIVERED: ("good", N_("Arrived")),
    State.BOUNCED: ("bad", N_("Came back")),
}
REASONS: dict[Reason, str] = {
    Reason.TOO_LATE: N_("It was too late to be of use"),
    Reason.NOT_WANTED: N_("This person wants no reminders and news"),
    Reason.NO_LONGER_SO: N_("What it says was no longer so"),
    Reason.STOPPED: N_("Its announcement was stopped"),
    Reason.BAD_ADDRESS: N_("No mail can go to this address"),
    Reason.GATEWAY_REFUSED: N_("The SMS gateway refused it"),
    Reason.GATEWAY_BUSY: N_("The SMS gateway could not take it"),
    Reason.GATEWAY_AWAY: N_("The SMS gateway could not be reached"),
    Reason.GATEWAY_SLOW: N_("The SMS gateway did not answer in time"),
    Reason.GATEWAY_GARBLED: N_("The SMS gateway's answer made no sense"),
    Reason.MAIL_REFUSED: N_("The mail server refused it"),
    Reason.MAIL_BUSY: N_("The mail server could not take it"),
    Reason.MAIL_AWAY: N_("The mail server could not be reached"),
    Reason.MAIL_GARBLED: N_("The mail server's answer made no sense"),
    Reason.MISHAP: N_("A mistake of ours; it is tried again"),
    Reason.HELD_UP: N_("Those before it took too long; it is tried again"),
    Reason.WHATSAPP_REFUSED: N_("WhatsApp refused it"),
    Reason.WHATSAPP_BUSY: N_("WhatsApp could not take it"),
    Reason.WHATSAPP_AWAY: N_("WhatsApp could not be reached"),
    Reason.WHATSAPP_SLOW: N_("WhatsApp did not answer in time"),
    Reason.WHATSAPP_GARBLED: N_("WhatsApp’s answer made no sense"),
    Reason.DIAL_CODE: N_("No SMS goes to this country: its dial code is not open"),
    Reason.SPENT: N_("The money of the day is spent"),
    Reason.NUMBER_BUDGET: N_("This number has had its most for today"),
    Reason.BLOCK_BUDGET: N_("Too many to neighbouring numbers in an hour: this looks like fraud"),
    Reason.TOO_SLOW: N_("It took too long; the next way has it"),
    Reason.NO_REPORT: N_("Nobody reported that it arrived; the next way has it"),
    Reason.REPORTED: N_("The provider reports that it did not arrive"),
    Reason.NO_MORE_NEEDED: N_("It had arrived by another way"),
}
CHANNELS: dict[Channel, str] = {
    Channel.SMS: N_("SMS"),
    Channel.WHATSAPP: N_("WhatsApp"),
    Channel.EMAIL: N_("E-mail"),
    Channel.PRINT: N_("Letter"),
}


@notice_pages.get("/<lang>/<exhibition>/office/notices")
@may("organiser", "desk", "viewer")
def show_log(lang: str, exhibition: str) -> Response:
    """Who was told what, by which way, and what became of it."""
    said = _query()
    known = exhibition_called(exhibition)
    with reading() as db:
        rows = list(list_notices(db, known.exhibition_id, schemas.log_filter(said)))
        counts = count_by_state(db, known.exhibition_id, schemas.log_filter(said))
    shown, following = schemas.split(rows, said["at_most"])
    return page(
        "notices.html",
        **office_frame(lang, known),
        lines=[line(row, known.zone) for row in shown],
        choices=_choices(counts, said),
        words=said.get("q", ""),
        person=said.get("person", ""),
        open_count=sum(n for state, n in counts.items() if STATES[state][0] == "wait"),
        failed_count=counts.get(State.FAILED, 0) + counts.get(State.BOUNCED, 0),
        is_untold=not counts,
        is_nothing=not counts and bool(said.get("q") or said.get("person")),
        following=_address(said, before=following) if following else "",
        newest=_address(said),
        is_first="before" not in said,
        is_organiser="organiser" in current_caller().roles,
    )


@notice_pages.get("/<lang>/<exhibition>/office/notices/quiet-hours")
@may("organiser")
def show_quiet_hours(lang: str, exhibition: str) -> Response:
    """From when to when nobody is woken, and what is told all the same."""
    return _quiet_page(lang, exhibition)


@notice_pages.post("/<lang>/<exhibition>/office/notices/quiet-hours")
@may("organiser")
def change_quiet_hours(lang: str, exhibition: str) -> Response:
    """Other hours from now on; the same hour twice for none."""
    try:
        said = load_form(schemas.QuietHoursIn)
    except Invalid as refused:
        return _quiet_page(lang, exhibition, refused.errors)
    known = exhibition_called(exhibition)
    hours = f"{said['begins']:%H:%M}–{said['ends']:%H:%M}"
    with transaction() as db:
        set_quiet_hours(db, known.exhibition_id, QuietHours(**said), current_caller().staff_id)
        staff_acted(db, known.exhibition_id, StaffAct.QUIET_HOURS_CHANGED, known.reference, hours=hours)
    return make_response(redirect(f"{request.path}?saved=1", code=303))


def _quiet_page(lang: str, exhibition: str, errors: dict[str, list[str]] | None = None) -> Response:
    known = exhibition_called(exhibition)
    with reading() as db:
        found = find_quiet_hours(db, known.exhibition_id)
    return page(
        "quiet-hours.html",
        status=422 if errors else 200,
        **office_frame(lang, known),
        values=dict(request.form) if errors else schemas.quiet_hours_out(found),
        errors=errors or {},
        hours=found.hours,
        begins=hour(found.hours.begins),
        ends=hour(found.hours.ends),
        is_saved="saved" in request.args and not errors,
        waiting_kinds=[_(KINDS[kind]) for kind in Kind if WAITS[kind]],
        immediate_kinds=[_(KINDS[kind]) for kind in Kind if not WAITS[kind]],
    )


def _query() -> dict[str, Any]:
    try:
        said: dict[str, Any] = schemas.LogQuery().load(request.args.to_dict())
    except ValidationError as wrong:
        raise Invalid(wrong.normalized_messages()) from wrong  # type: ignore[no-untyped-call]
    return said


def line(row: Any, zone: str) -> dict[str, Any]:
    """A notice as the log shows it."""
    made = in_zone(row.made_at, zone)
    shape, word = STATES[State(row.state)]
    return {
        "id": row.id,
        "when": f"{short_date(made)} {hour(made)}",
        "name": row.name or "",
        "address": mask(Channel(row.channel), row.address),
        "kind": _(KINDS[Kind(row.kind)]),
        "channel": _(CHANNELS[Channel(row.channel)]),
        "shape": shape,
        "word": _(word),
        "attempts": number(row.attempts),
        "why": why(row.reason) if row.not_before is None else (_until_morning(row.not_before, zone), ""),
    }


def _until_morning(not_before: datetime, zone: str) -> str:
    ends = in_zone(not_before, zone)
    return _("Until %(day)s %(hour)s: these are quiet hours", day=short_date(ends), hour=hour(ends))


def why(reason: str) -> tuple[str, str]:
    """Why it did not succeed, for a reader; and the provider's own words."""
    code, _space, detail = reason.partition(" ")
    return (_(REASONS[Reason(code)]), detail) if code in list(Reason) else ("", reason)


def _address(said: dict[str, Any], **other: Any) -> str:
    """This part of the log once more, otherwise where `other` says so."""
    kept = {name: said.get(name) for name in ("q", "person", "state")} | other
    return f"?{urlencode({name: str(value) for name, value in kept.items() if value})}"


def _choices(counts: dict[State, int], said: dict[str, Any]) -> list[dict[str, Any]]:
    """The filter's links: all, and each state that occurs."""
    chosen, total = said.get("state"), number(sum(counts.values()))
    every = [{"href": _address(said, state=None), "word": _("All"), "count": total, "current": chosen is None}]
    return every + [
        {
            "href": _address(said, state=state),
            "word": _(word),
            "count": number(counts.get(state, 0)),
            "current": state is chosen,
        }
        for state, (_shape, word) in STATES.items()
        if counts.get(state) or state is chosen
    ]
