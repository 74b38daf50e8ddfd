"""The office's page of a session's door: who comes in, who queues, who came and who did not."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from services.acts import StaffAct, staff_acted
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import badge_keys, exhibition_called
from services.ticketing.bookings.operations import recent_rules
from services.ticketing.bookings.operations.door import attendance_of
from services.ticketing.doors import operations
from services.ticketing.doors.schemas import NewEntry, entry_out
from services.ticketing.programme.domain import Session
from services.ticketing.programme.operations.board import board_of
from shared import clock
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.idempotency import Answer, Key, fingerprint, once
from shared.ids import new_id
from shared.problem import Invalid, Problem
from shared.web import current_caller, load_form, may, page

pages = Blueprint("doors_pages", __name__, url_prefix="/<lang>/<exhibition>/office/door")


@pages.get("")
@may("desk", "steward", "supervisor", "organiser")
def choose_session(lang: str, exhibition: str) -> Response:
    """The sessions of today, or of the next day that has some."""
    where = exhibition_called(exhibition)
    at, sessions = clock.now(), board_of(where.id).sessions
    today = clock.day_in(at, where.zone)
    day = min((one.day for one in sessions if one.day >= today), default=today)
    here = [one for one in sessions if one.day == day and one.state == "open"]
    return page("doors/choose.html", sessions=here, day=day, base=_base(lang, where), at=at)


@pages.get("/<reference>")
@may("desk", "steward", "supervisor", "organiser")
def show_door(lang: str, exhibition: str, reference: str) -> Response:
    """Ready for the next badge."""
    where = exhibition_called(exhibition)
    return _door_page(lang, where, board_of(where.id).called(reference))


@pages.post("/<reference>")
@may("desk", "steward", "supervisor", "organiser")
def read_badge(lang: str, exhibition: str, reference: str) -> Response:
    """In, queued or refused with the reason; the next badge may follow at once."""
    where = exhibition_called(exhibition)
    session = board_of(where.id).called(reference)
    try:
        said = load_form(NewEntry)
        shown = operations.show(where, session.id, said, badge_keys(), let_in_by=current_caller().staff_id)
        same = fingerprint(f"{said['code']} {said['name']} {said['party_size']}".encode())
        key = Key(where.id, "door", str(session.id), str(said["id"]), same)
        with transaction() as db:

            def act() -> Answer:
                entry = entry_out(said["id"], operations.enter(db, shown))
                facts = {"word": entry["word"], "booking": entry["reference"]}
                staff_acted(db, where.id, StaffAct.READ_AT_DOOR, session.reference, **facts)
                return Answer(201, entry)

            entry = once(db, key, act).data
    except Problem as refused:
        return _door_page(lang, where, session, refused=refused)
    return _door_page(lang, where, session, entry=entry)


def _door_page(
    lang: str,
    where: Exhibition,
    session: Session,
    *,
    entry: dict[str, Any] | None = None,
    refused: Problem | None = None,
) -> Response:
    with reading() as db:
        parties = attendance_of(db, where.id, session.id)
    come_from = recent_rules(where.id).unclaimed_from(session.starts_at)
    return page(
        "doors/door.html",
        status=refused.status if refused else 200,
        session=board_of(where.id).by_id[session.id],
        entry=entry,
        next_scan=_next_id(),
        typed=request.form if refused else {},
        errors=refused.errors if isinstance(refused, Invalid) else {},
        refusal=None if isinstance(refused, Invalid) else refused,
        refusal_text=_(refused.detail, **refused.facts) if refused and refused.detail else "",
        queue=[one for one in parties if one.booking.state == "queued"],
        booked=[one for one in parties if one.booking.state != "queued"],
        inside=sum(one.inside for one in parties),
        unclaimed_hour=clock.to_wall(come_from, where.zone),
        is_over=clock.now() >= come_from,
        base=_base(lang, where),
        at=clock.now(),
    )


def _next_id() -> UUID:
    """A name for the next reading, so that the same page sent twice reads once."""
    return new_id()


def _base(lang: str, where: Exhibition) -> str:
    return f"/{lang}/{where.reference}/office/door"
