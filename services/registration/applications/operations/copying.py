"""A call taken over by the next exhibition: its words, criteria, questions, crafts and places, on later days."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.models import craft, place_pool
from services.registration.applications.operations.calls import NewCall, call_of, open_call
from services.registration.applications.operations.places import set_pools
from services.registration.exhibitions.operations import Exhibition
from shared.clock import to_utc
from shared.db import insert_new


def copy_call(db: Connection, source: Exhibition, target: Exhibition) -> bool:
    """The call of `source` for `target`, as many days before its opening; False when there is none.

    Its places are those somebody had set, none of them taken.
    """
    copy_crafts(db, source, target)
    found = call_of(db, source.id)
    if found is None:
        return False
    new = NewCall(**{one.name: getattr(found, one.name) for one in fields(NewCall)})
    days = target.first_day - source.first_day
    open_call(db, target, _at_hours_there_are(new, days, target.zone))
    pools = sa.select(place_pool.c.craft, place_pool.c.places).where(
        place_pool.c.exhibition_id == source.id, place_pool.c.is_capped
    )
    places: dict[str, int | None] = {row.craft: row.places for row in db.execute(pools)}
    set_pools(db, target.id, places)
    return True


def copy_crafts(db: Connection, source: Exhibition, target: Exhibition) -> None:
    """The crafts that `source` offers in words of its own."""
    rows = db.execute(sa.select(craft).where(craft.c.exhibition_id == source.id, craft.c.is_offered))
    own: list[dict[str, Any]] = [dict(row._mapping) | {"exhibition_id": target.id} for row in rows]
    insert_new(db, craft, own)


def _at_hours_there_are(new: NewCall, days: timedelta, zone: str) -> NewCall:
    """The same hours on other days; an hour that summer time skips or doubles is put off by one."""
    walls = {}
    for name in ("opens_wall", "closes_wall"):
        wall = getattr(new, name) + days
        try:
            to_utc(wall, zone)
        except ValueError:
            wall += timedelta(hours=1)
        walls[name] = wall
    return replace(new, **walls)
