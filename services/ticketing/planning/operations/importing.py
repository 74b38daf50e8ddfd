"""A file of rooms, gates or sessions: looked at row by row, then taken over whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.planning.domain import (
    Faults,
    Frame,
    PlaceDraft,
    PlaceKind,
    SessionDraft,
    overlap,
    read_place,
    read_session,
)
from services.ticketing.planning.domain.files import Kind, Row
from services.ticketing.planning.operations import places, sessions
from services.ticketing.programme.domain import Session, SessionState
from services.ticketing.programme.operations import list_sessions
from shared.problem import N_, Invalid

TWICE = N_("Another row above is called so too.")
ROOM_TAKEN = N_("%(session)s is in this room at that time.")
LINE_THERE = N_("Line %(line)s of this file is in this room at that time.")
_PLACES = {Kind.ROOMS: PlaceKind.ROOM, Kind.GATES: PlaceKind.GATE}


@dataclass(frozen=True, slots=True)
class Seen:
    """A row as it was looked at: what it would become, or what is wrong with it, and whether it changes something."""

    line: int
    name: str
    draft: PlaceDraft | SessionDraft | None
    faults: Faults
    is_change: bool = False
    facts: tuple[tuple[str, str], ...] = ()


def frame_of(db: Connection, where: Exhibition) -> Frame:
    """What sessions of this exhibition have to fit into."""
    rooms = places.list_places(db, where.id, PlaceKind.ROOM)
    return Frame(where.first_day, where.last_day, {one.reference: one.capacity or 0 for one in rooms})


def look_at(db: Connection, where: Exhibition, kind: Kind, rows: Sequence[Row]) -> list[Seen]:
    """What each row would do; nothing is written."""
    if kind is Kind.SESSIONS:
        return _look_at_sessions(db, where, rows)
    known = {one.reference for one in places.list_places(db, where.id, _PLACES[kind])}
    found: list[Seen] = []
    for row in rows:
        name = row.cells.get("reference", "")
        try:
            draft = read_place(row.cells, _PLACES[kind], where.hall_references)
        except Invalid as wrong:
            found.append(Seen(row.line, name, None, wrong.errors))
            continue
        faults = {"reference": [TWICE]} if any(one.name == draft.reference for one in found) else {}
        found.append(Seen(row.line, draft.reference, draft, faults, draft.reference in known))
    return found


def take_over(db: Connection, where: Exhibition, kind: Kind, seen: Sequence[Seen], at: datetime) -> int:
    """Write what was looked at, in one transaction; returns how many rows. The refusals of each row's own verb."""
    for one in seen:
        if isinstance(one.draft, PlaceDraft):
            _take_place(db, where.id, _PLACES[kind], one.draft, is_change=one.is_change)
        elif isinstance(one.draft, SessionDraft) and one.is_change:
            sessions.change_session(db, where, one.draft, None, at)
        elif isinstance(one.draft, SessionDraft):
            sessions.add_session(db, where, one.draft)
    return len(seen)


def _take_place(db: Connection, exhibition_id: UUID, kind: PlaceKind, draft: PlaceDraft, *, is_change: bool) -> None:
    if is_change:
        places.change_place(db, exhibition_id, kind, draft, None)
    else:
        places.add_place(db, exhibition_id, kind, draft)


def _look_at_sessions(db: Connection, where: Exhibition, rows: Sequence[Row]) -> list[Seen]:
    frame = frame_of(db, where)
    known = {one.reference: one for one in list_sessions(db, where.id)}
    found: list[Seen] = []
    # who is where after the rows so far: rows may move what is there out of one another's way
    there = {name: _span(one) for name, one in known.items() if one.state is SessionState.OPEN}
    for row in rows:
        name = row.cells.get("reference", "") or row.cells.get("title_fr", "") or row.cells.get("title_ar", "")
        try:
            draft = read_session(row.cells, frame)
        except Invalid as wrong:
            found.append(Seen(row.line, name, None, wrong.errors))
            continue
        seen = _against(Seen(row.line, name, draft, {}, draft.reference in known), draft, there)
        if draft.reference and any(_is_called(one, draft.reference) for one in found):
            seen = replace(seen, faults={"reference": [TWICE]})
        there[draft.reference or f"+{row.line}"] = (draft.room, draft.starts_wall, draft.ends_wall)
        found.append(seen)
    return found


def _against(seen: Seen, draft: SessionDraft, there: dict[str, tuple[str, datetime, datetime]]) -> Seen:
    for name, (place, starts, ends) in there.items():
        is_other = name != draft.reference and place == draft.room
        if is_other and overlap((starts, ends), (draft.starts_wall, draft.ends_wall)):
            is_known = not name.startswith("+")
            what, fact = (ROOM_TAKEN, "session") if is_known else (LINE_THERE, "line")
            return replace(seen, faults={"room": [what]}, facts=((fact, name.lstrip("+")),))
    return seen


def _is_called(seen: Seen, reference: str) -> bool:
    return isinstance(seen.draft, SessionDraft) and seen.draft.reference == reference


def _span(one: Session) -> tuple[str, datetime, datetime]:
    return one.room_reference, one.starts_wall, one.ends_wall
