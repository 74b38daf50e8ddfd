"""The crafts of an exhibition's call: the product's table until the organiser gives another."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.calls import Craft
from services.registration.applications.domain.filieres import FILIERES
from services.registration.applications.models import craft, place_pool
from services.registration.applications.operations.places import set_pools
from services.registration.staff.domain import Act
from services.registration.staff.operations.audit import By, note
from shared.db import insert
from shared.problem import N_, Invalid


def crafts_of(db: Connection, exhibition_id: UUID) -> list[Craft]:
    """Every craft of an exhibition in its order, also those offered no longer, with their own places."""
    pools = sa.select(place_pool.c.craft, place_pool.c.places).where(
        place_pool.c.exhibition_id == exhibition_id, place_pool.c.is_capped
    )
    places = {row.craft: row.places for row in db.execute(pools)}
    own = craft.c
    rows = db.execute(
        sa.select(own.reference, own.names, own.is_offered)
        .where(own.exhibition_id == exhibition_id)
        .order_by(own.position, own.reference)
    ).all()
    if not rows:
        return [Craft(name, texts, places.get(name)) for name, texts in FILIERES.items()]
    return [Craft(row.reference, row.names, places.get(row.reference), row.is_offered) for row in rows]


def offered_crafts(db: Connection, exhibition_id: UUID) -> list[Craft]:
    """Those that can be chosen now."""
    return [one for one in crafts_of(db, exhibition_id) if one.is_offered]


def names_of(db: Connection, exhibition_id: UUID) -> dict[str, dict[str, str]]:
    """Craft → names by language, also of those offered no longer."""
    return {one.reference: one.names for one in crafts_of(db, exhibition_id)}


def check_craft(db: Connection, exhibition_id: UUID, chosen: str, kept: str = "") -> None:
    """Whether a craft may be chosen; the one a dossier has may stay. Invalid."""
    if chosen and chosen != kept and chosen not in {one.reference for one in offered_crafts(db, exhibition_id)}:
        raise Invalid({"filiere": [N_("Please choose a craft from the list.")]})


def replace_crafts(db: Connection, by: By, crafts: Sequence[Craft], shared_places: int | None) -> None:
    """Offer these crafts from now on, with these places; dossiers keep the craft they have. PlacesTaken.

    The caller offers what became free.
    """
    exhibition_id = by.exhibition_id
    old = {one.reference: one for one in crafts_of(db, exhibition_id)} | {one.reference: one for one in crafts}
    offered = {one.reference: place for place, one in enumerate(crafts)}
    rows = [
        {
            "exhibition_id": exhibition_id,
            "reference": name,
            "names": one.names,
            "position": offered.get(name, len(offered)),
            "is_offered": name in offered,
        }
        for name, one in old.items()
    ]
    fresh = insert(db, craft)
    changed = {name: fresh.excluded[name] for name in ("names", "position", "is_offered")}
    db.execute(fresh.on_conflict_do_update(index_elements=["exhibition_id", "reference"], set_=changed), rows)
    set_pools(db, exhibition_id, {"": shared_places} | {one.reference: one.places for one in crafts})
    note(db, by, Act.CRAFTS_CHANGED, ", ".join(offered)[:254], crafts=len(offered))
