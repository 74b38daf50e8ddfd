"""The counts page, the part of it that moves, and the same as JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.ticketing.access.api.glances import Glance
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.memory import Memory
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings.domain import BookingState
from services.ticketing.counts.domain import Attendance, against_usual, capacity_of, crowding, fell_silent
from services.ticketing.counts.domain.homes import by_country, home_word
from services.ticketing.counts.domain.thresholds import Thresholds
from services.ticketing.counts.operations import every_booking, recent_live
from services.ticketing.counts.operations.thresholds import choose_thresholds, passed_on, read_thresholds
from services.ticketing.counts.schemas import ExportForm, ThresholdsForm, counts_out, halls_out
from services.ticketing.programme.domain import fullest_first
from services.ticketing.programme.operations.board import board_of
from shared import clock, i18n, sheets
from shared import db as databases
from shared.db import Database, reading, transaction
from shared.i18n import gettext as _
from shared.i18n import language
from shared.problem import ChangedMeanwhile, Invalid, Problem
from shared.sheets import Format
from shared.web import etag_page, load_form, may, page
from shared.web.callers import allowed_to

pages = Blueprint("counts_pages", __name__, url_prefix="/<lang>/<exhibition>/office")


@pages.get("/counts")
@may("viewer", "steward", "supervisor", "organiser")
def show_counts(lang: str, exhibition: str) -> Response:
    """How many came, how many are inside, how full the sessions are."""
    where = exhibition_called(exhibition)
    live = f"/{lang}/{where.reference}/office/counts/live"
    day = request.args.get("day")
    return page("counts/page.html", live=f"{live}?day={day}" if _day(day) else live, **_context(where, _day(day)))


@pages.get("/counts/live")
@may("viewer", "steward", "supervisor", "organiser")
def show_live(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The part of the page that moves; asked for each second with If-None-Match."""
    where = exhibition_called(exhibition)
    context, version = _looks.get(where.reference, _day(request.args.get("day")), language())
    return etag_page(version, lambda: render_template("counts/live.html", **context))


@pages.get("/counts.json")
@may("viewer", "steward", "supervisor", "organiser")
def counts_json(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The page's numbers for a spreadsheet."""
    context = _context(exhibition_called(exhibition), _day(request.args.get("day")))
    body = json.dumps(counts_out(context["counts"], fullest_first(context["programme"]), context["halls"]))
    return etag_page(body, lambda: body, content_type="application/json")


@pages.post("/counts/bookings")
@may("viewer", "supervisor", "organiser")
def export_bookings(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Every booking for a spreadsheet, without names: ticketing knows none."""
    where, wanted = exhibition_called(exhibition), Format(load_form(ExportForm)["format"])
    # the words now, in this language; the rows while they are sent, from this service's database
    heads = [_("Booking"), _("Session"), _("Title"), _("Begins"), _("People"), _("State"), _("Booked"), _("Moved up")]
    states = {
        BookingState.CONFIRMED.value: _("Confirmed"),
        BookingState.WAITLISTED.value: _("On the waiting list"),
        BookingState.CANCELLED.value: _("Cancelled"),
    }
    with transaction() as db:
        staff_acted(db, where.id, StaffAct.BOOKINGS_EXPORTED, where.reference, format=wanted.value)
    rows = _bookings(databases.current(), where, heads, (states, language()))
    body = sheets.write(rows, wanted, is_rtl=i18n.direction() == "rtl")
    response = Response(body, content_type=sheets.TYPES[wanted])
    response.headers["Content-Disposition"] = f'attachment; filename="bookings-{where.reference}.{wanted}"'
    return response


@pages.get("/counts/thresholds")
@may("organiser")
def show_thresholds(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Which counts other programs, and whoever subscribed, are told of when they are reached."""
    return _thresholds(exhibition_called(exhibition))


@pages.post("/counts/thresholds")
@may("organiser")
def change_thresholds(lang: str, exhibition: str) -> Response:
    """Choose others."""
    where = exhibition_called(exhibition)
    try:
        said = load_form(ThresholdsForm)
        seen = said.pop("seen")
        with transaction() as db:
            choose_thresholds(db, where.id, Thresholds(**said), seen=seen)
            staff_acted(db, where.id, StaffAct.THRESHOLDS_CHANGED, where.reference, **said)
    except (Invalid, ChangedMeanwhile) as refused:
        return _thresholds(where, refused)
    return make_response(redirect(f"/{lang}/{where.reference}/office/counts/thresholds?saved=1", code=303))


def _thresholds(where: Exhibition, refused: Problem | None = None) -> Response:
    with reading() as db:
        chosen, version = read_thresholds(db, where.id)
        passed = passed_on(db, where, clock.day_in(clock.now(), where.zone))
    now = {name: " ".join(map(str, numbers)) for name, numbers in asdict(chosen).items()}
    return page(
        "counts/thresholds.html",
        status=refused.status if refused else 200,
        values=request.form if refused else now,
        now=now,
        version=version,
        passed=[one | {"wall": clock.to_wall(datetime.fromisoformat(one["at"]), where.zone)} for one in passed],
        errors=refused.errors if isinstance(refused, Invalid) else {},
        is_stale=isinstance(refused, ChangedMeanwhile),
        is_saved="saved" in request.args,
        capacity=capacity_of(where.halls),
    )


def _bookings(
    database: Database, where: Exhibition, heads: list[str], words: tuple[dict[str, str], str]
) -> Iterator[sheets.Row]:
    states, lang = words
    yield heads
    with database.reading() as db:
        for some in every_booking(db, where.id):
            for row in some:
                yield (
                    row.reference,
                    row.session,
                    i18n.pick(row.titles, lang),
                    f"{row.starts_wall:%Y-%m-%d %H:%M}",
                    row.party_size,
                    states.get(row.state, row.state),
                    f"{i18n.in_zone(row.booked_at, where.zone):%Y-%m-%d %H:%M:%S}",
                    "1" if row.was_waitlisted else "",
                )


def _look(_db: Connection, reference: str, day: date | None, lang: str) -> tuple[dict[str, Any], str]:
    """What the moving part shows, and a text that changes with any of it."""
    context = _context(exhibition_called(reference), day)
    moving = [(s.reference, s.seats) for some in ("sessions", "now") for s in context[some]]
    return context, f"{lang} {context['counts']} {context['rows']} {context['silent']} {context['in_halls']} {moving}"


# Many watch the same page: what it shows is put together a few times a second, however many ask.
_looks: Memory[tuple[dict[str, Any], str]] = Memory(0.1, _look)
GLANCE = Glance(
    "counts_pages.show_live",
    re.compile(r"/(?P<lang>ar|fr|en)/(?P<exhibition>[^/]+)/office/counts/live"),
    allowed_to(show_live) or frozenset(),
    "text/html; charset=utf-8",
    lambda where, lang: _looks.get(where.reference, None, lang)[1],
)


def _context(where: Exhibition, asked: date | None) -> dict[str, Any]:
    at = clock.now()
    today = clock.day_in(at, where.zone)
    day = asked or today
    found, capacity = recent_live(where.id, day), capacity_of(where.halls)
    programme, counts = board_of(where.id).sessions, found.counts
    began = clock.to_utc(datetime.combine(today, time()), where.zone)
    is_today = day == today
    return {
        "counts": counts,
        "programme": programme,
        "rows": against_usual(counts.arrivals, found.usual),
        "usual_days": found.usual.days,
        "homes": [(home_word(code), n) for code, n in counts.residences if code != "MA"],
        "countries": [(home_word(code), n) for code, n in by_country(counts.residences)],
        "halls": where.halls,
        "in_halls": _in_halls(where, found.counts, is_today=is_today),
        "capacity": capacity,
        "alarm": crowding(counts.inside, capacity) if is_today else None,
        "silent": fell_silent(found.last_scans, at, began) if is_today else [],
        "now": fullest_first([one for one in programme if one.starts_at <= at < one.ends_at]) if is_today else [],
        "sessions": fullest_first([one for one in programme if one.day == day]),
        "day": day,
    }


def _in_halls(where: Exhibition, counts: Attendance, *, is_today: bool) -> list[dict[str, Any]]:
    """Halls with gates of their own, with their name and, today, their alarm."""
    return [
        one
        | {"name": where.hall_name(one["hall"])}
        | {"alarm": crowding(one["inside"], one["capacity"]) if is_today else None}
        for one in halls_out(counts, where.halls)
    ]


def _day(said: str | None) -> date | None:
    """A day as an address says it; what makes no sense is today."""
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        return None
