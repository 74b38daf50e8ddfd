"""Confirmed applications, made quickly: what comes before the stands has its own tests."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.filieres import FILIERES
from services.registration.applications.models import application, place_pool
from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.domain.names import search_key
from services.registration.visitors.domain.places import REGIONS
from services.registration.visitors.models import person
from shared.clock import now
from shared.ids import new_id, new_reference

CRAFTS, HOMES = list(FILIERES), list(REGIONS)


def confirm(db: Connection, exhibition: Exhibition, count: int = 1, **more: Any) -> list[str]:
    """So many exhibitors who hold a confirmed place; their references."""
    people, dossiers = [], []
    for n in range(count):
        who = _person(exhibition.id, more.get("name", f"Exposante {n + 1}"))
        people.append(who)
        dossiers.append(_dossier(who, n) | {key: value for key, value in more.items() if key != "name"})
    db.execute(sa.insert(person), people)
    db.execute(sa.insert(application), dossiers)
    own = place_pool.c
    held = sa.update(place_pool).where(own.exhibition_id == exhibition.id, own.craft == "")
    db.execute(held.values(places=own.places + count, taken=own.taken + count))
    return [one["reference"] for one in dossiers]


def _person(exhibition_id: UUID, name: str) -> dict[str, Any]:
    own = {"exhibition_id": exhibition_id, "id": new_id(), "name": name, "name_key": search_key(name)}
    return own | {"language": "fr", "version": 1, "made_at": now()}


def _dossier(who: dict[str, Any], n: int) -> dict[str, Any]:
    return {
        "exhibition_id": who["exhibition_id"],
        "id": new_id(),
        "person_id": who["id"],
        "reference": new_reference(),
        "kind": "artisan",
        "business": "",
        "folded": "",
        "filiere": CRAFTS[n % len(CRAFTS)],
        "activity": "Tapis noués",
        "town": "Taznakht",
        "country": "MA",
        "region": HOMES[n % len(HOMES)],
        "shows": "Dix tapis",
        "needs_power": n % 2 == 0,
        "needs_water": n % 5 == 0,
        "members": [],
        "left_out": [],
        "answers": {},
        "state": "confirmed",
        "missing": [],
        "version": 6,
        "made_at": now(),
        "submitted_at": now(),
    }
