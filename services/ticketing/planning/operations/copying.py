"""An exhibition's gates, rooms, programme and rules taken over by the next one."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.bookings.operations.ruling import put_rules, read_rules
from services.ticketing.planning.domain import PlaceKind, SessionDraft
from services.ticketing.planning.operations.places import add_place, list_places
from services.ticketing.planning.operations.sessions import add_session
from services.ticketing.programme.domain import Session, SessionState
from services.ticketing.programme.operations import list_sessions
from shared.problem import Invalid


def copy_plan(db: Connection, source: Exhibition, target: Exhibition) -> int:
    """Gates, rooms and rules; the sessions on the same day after the opening, hours as on the wall. How many sessions.

    What was cancelled, or would fall after the last day, stays behind. `target` has nothing yet; its sessions are told.
    """
    for kind in PlaceKind:
        for place in list_places(db, source.id, kind):
            add_place(db, target.id, kind, place)
    put_rules(db, target.id, read_rules(db, source.id))
    days = target.first_day - source.first_day
    there = [one for one in list_sessions(db, source.id) if one.state is SessionState.OPEN]
    moved = [_draft(one, days) for one in there if one.day + days <= target.last_day]
    for draft in moved:
        _add(db, target, draft)
    return len(moved)


def _draft(one: Session, days: timedelta) -> SessionDraft:
    return SessionDraft(
        reference=one.reference,
        kind=one.kind,
        room=one.room_reference,
        starts_wall=one.starts_wall + days,
        ends_wall=one.ends_wall + days,
        capacity=one.seats.capacity,
        waiting_limit=one.seats.waiting_limit,
        titles=one.titles,
        summaries=one.summaries,
        spoken=one.spoken,
    )


def _add(db: Connection, target: Exhibition, draft: SessionDraft) -> None:
    """An hour that summer time skips or doubles on the new day is put off by one."""
    try:
        add_session(db, target, draft)
    except Invalid:
        later = timedelta(hours=1)
        put_off = replace(draft, starts_wall=draft.starts_wall + later, ends_wall=draft.ends_wall + later)
        add_session(db, target, put_off)
