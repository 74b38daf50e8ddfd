"""The programme by form: what is planned, another session, moving, resizing, cancelling."""

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from services.acts import StaffAct, staff_acted
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings.schemas import NoFields
from services.ticketing.planning import schemas
from services.ticketing.planning.domain import PlaceKind, RoomTaken, SessionDraft, read_session
from services.ticketing.planning.operations import places, sessions
from services.ticketing.planning.operations.importing import frame_of
from services.ticketing.planning.pages.words import base, frame, go, told
from services.ticketing.programme.domain import Session, SessionKind
from services.ticketing.programme.operations import find_session
from services.ticketing.programme.operations import list_sessions as every_session
from shared import clock
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, Invalid, Problem
from shared.web import idempotency_key, load_form, may, page

programme_pages = Blueprint("planning_programme", __name__, url_prefix="/<lang>/<exhibition>/office/programme")


@programme_pages.get("")
@may("organiser")
def show_programme(lang: str, exhibition: str) -> Response:
    """Every session by day, with its seats; those cancelled included."""
    where = exhibition_called(exhibition)
    with reading() as db:
        found = every_session(db, where.id)
        rooms = places.list_places(db, where.id, PlaceKind.ROOM)
    days = [(day, list(ones)) for day, ones in groupby(found, key=lambda one: one.day)]
    context = frame(where, lang) | {"rooms": len(rooms), "at": clock.now()}
    return page("planning/programme.html", days=days, total=len(found), **context)


@programme_pages.get("/new")
@may("organiser")
def show_new(lang: str, exhibition: str) -> Response:
    """The empty form; the day of the address is filled in."""
    where = exhibition_called(exhibition)
    day = request.args.get("day", "") or where.first_day.isoformat()
    return _form(where, lang, {"day": day[:10], "kind": "training"})


@programme_pages.post("/new")
@may("organiser")
def add(lang: str, exhibition: str) -> Response:
    """Another session; pressed twice, added once."""
    where = exhibition_called(exhibition)
    try:
        said = load_form(schemas.SessionForm)
        with transaction() as db:

            def act() -> Answer:
                draft = _draft(db, where, said)
                reference = sessions.add_session(db, where, draft).reference
                staff_acted(db, where.id, StaffAct.SESSION_ADDED, reference)
                return Answer(201, {"reference": reference})

            once(db, idempotency_key(where.id, required=False), act)
    except Problem as refused:
        return _form(where, lang, _typed(), refused=refused)
    return go(f"{base(lang, where)}/programme")


@programme_pages.get("/<reference>")
@may("organiser")
def show(lang: str, exhibition: str, reference: str) -> Response:
    """One session, to be changed."""
    where = exhibition_called(exhibition)
    found = _find(where, reference)
    return _form(where, lang, schemas.session_typed(found), found)


@programme_pages.post("/<reference>")
@may("organiser")
def change(lang: str, exhibition: str, reference: str) -> Response:
    """Move, resize, rename; everybody booked hears of another hour or room, the line moves up into new seats."""
    where = exhibition_called(exhibition)
    found = _find(where, reference)
    try:
        said = load_form(schemas.SessionForm)
        with transaction() as db:
            draft = _draft(db, where, said | {"reference": found.reference})
            sessions.change_session(db, where, draft, said.get("seen"), clock.now())
            staff_acted(db, where.id, StaffAct.SESSION_CHANGED, found.reference)
    except Problem as refused:
        if refused.status >= 500:
            raise
        return _form(where, lang, _typed(), _find(where, reference), refused)
    return go(f"{base(lang, where)}/programme")


@programme_pages.get("/<reference>/cancel")
@may("organiser")
def ask_cancel(lang: str, exhibition: str, reference: str) -> Response:
    """Whether they are sure; looking changes nothing."""
    where = exhibition_called(exhibition)
    return page("planning/cancel.html", session=_find(where, reference), **frame(where, lang))


@programme_pages.post("/<reference>/cancel")
@may("organiser")
def cancel(lang: str, exhibition: str, reference: str) -> Response:
    """It will not take place; everybody booked or waiting is told."""
    where = exhibition_called(exhibition)
    load_form(NoFields)
    with transaction() as db:
        cancelled = sessions.cancel_session(db, where, reference.upper(), clock.now())
        staff_acted(db, where.id, StaffAct.SESSION_CANCELLED, cancelled.reference)
    return go(f"{base(lang, where)}/programme")


def _find(where: Exhibition, reference: str) -> Session:
    with reading() as db:
        return find_session(db, where.id, reference.upper())


def _draft(db: Any, where: Exhibition, said: dict[str, Any]) -> SessionDraft:
    return read_session(schemas.session_raw(said), frame_of(db, where))


def _typed() -> dict[str, Any]:
    return dict(request.form) | {"spoken": request.form.getlist("spoken")}


def _form(
    where: Exhibition,
    lang: str,
    values: dict[str, Any],
    session: Session | None = None,
    refused: Problem | None = None,
) -> Response:
    """The form, empty, filled, or as it was typed with what is wrong; a stale one carries the newest version."""
    with reading() as db:
        rooms = places.list_places(db, where.id, PlaceKind.ROOM)
        there = find_session(db, where.id, refused.facts["session"]) if isinstance(refused, RoomTaken) else None
    free = refused.facts["free_rooms"] if isinstance(refused, RoomTaken) else []
    return page(
        "planning/session.html",
        status=refused.status if refused else 200,
        session=session,
        values=values,
        rooms=rooms,
        there=there,
        free_rooms=[one for one in rooms if one.reference in free],
        kinds=list(SessionKind),
        errors=refused.errors if isinstance(refused, Invalid) else {},
        refusal={} if isinstance(refused, Invalid) else told(refused),
        is_stale=isinstance(refused, ChangedMeanwhile),
        first_day=where.first_day.isoformat(),
        last_day=where.last_day.isoformat(),
        at=clock.now(),
        **frame(where, lang),
    )
