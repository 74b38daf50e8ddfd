"""The programme and gates of the 12th crafts meeting of Ouarzazate, as data: put in by the office's own verbs."""

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations import find_exhibition
from services.ticketing.planning.domain import PlaceDraft, PlaceKind, SessionDraft
from services.ticketing.planning.operations.places import add_place, list_places
from services.ticketing.planning.operations.sessions import add_session
from services.ticketing.programme.domain import SessionKind
from services.ticketing.programme.models import session
from shared.problem import NotFound

_FAIR = Path(__file__).with_name("fair.json")


def load_fair(db: Connection) -> bool:
    """Put in gates, rooms and sessions unless some are there; False while the exhibition has not been told of."""
    fair = json.loads(_FAIR.read_text())
    try:
        exhibition = find_exhibition(db, fair["exhibition"])
    except NotFound:
        return False
    if not list_places(db, exhibition.id, PlaceKind.GATE):
        for reference, names in fair["gates"].items():
            add_place(db, exhibition.id, PlaceKind.GATE, PlaceDraft(reference, names))
    asked = sa.select(session.c.id).where(session.c.exhibition_id == exhibition.id).limit(1)
    if db.execute(asked).first() is not None:
        return True
    for said in fair["rooms"]:
        add_place(db, exhibition.id, PlaceKind.ROOM, PlaceDraft(**said))
    for said in fair["sessions"]:
        add_session(db, exhibition, _draft(exhibition, said))
    return True


def _draft(exhibition: Exhibition, said: dict[str, Any]) -> SessionDraft:
    day = exhibition.first_day + timedelta(days=said["day"] - 1)
    starts_wall = datetime.combine(day, time.fromisoformat(said["start"]))
    return SessionDraft(
        reference="",
        kind=SessionKind(said["kind"]),
        room=said["room"],
        starts_wall=starts_wall,
        ends_wall=starts_wall + timedelta(minutes=said["minutes"]),
        capacity=said["capacity"],
        waiting_limit=said["waiting_limit"],
        titles=said["titles"],
        summaries=said["summaries"],
        spoken=tuple(said["spoken"]),
    )
