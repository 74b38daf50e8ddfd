"""Places: counted where they are taken and given back, never one too many, none left empty while somebody waits.

Two guards: the conditional UPDATE, and the table's CHECK. Whoever may give a place back or publish a reserve first
locks the pools, so that a free place and a waiting dossier always see one another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.calls import NoPlaceLeft, PlacesTaken
from services.registration.applications.domain.states import HOLDING, Decision, State
from services.registration.applications.models import application, place_pool

_POOL = place_pool.c


@dataclass(frozen=True)
class Pool:
    """The places of a craft, or those that all others share (an empty name)."""

    craft: str
    places: int
    taken: int
    is_capped: bool

    @property
    def free(self) -> int:
        """How many are left."""
        return self.places - self.taken


def lock_pools(db: Connection, exhibition_id: UUID) -> None:
    """Let nobody else take or give back a place of this exhibition until the end of the transaction."""
    mine = sa.select(_POOL.craft).where(_POOL.exhibition_id == exhibition_id)
    db.execute(mine.order_by(_POOL.craft).with_for_update()).all()


def pools_of(db: Connection, exhibition_id: UUID) -> list[Pool]:
    """Every pool, the shared one first."""
    columns = (_POOL.craft, _POOL.places, _POOL.taken, _POOL.is_capped)
    rows = db.execute(sa.select(*columns).where(_POOL.exhibition_id == exhibition_id).order_by(_POOL.craft))
    return [Pool(**row._mapping) for row in rows]


def has_room() -> sa.ColumnElement[bool]:
    """The guard: a place of this pool is free."""
    return _POOL.taken < _POOL.places


def take_place(db: Connection, exhibition_id: UUID, filiere: str, *, may_grow: bool) -> None:
    """Take a place; where nobody set a number, `may_grow` makes a new one. NoPlaceLeft."""
    mine = [_POOL.exhibition_id == exhibition_id, _POOL.craft == pool_name(exhibition_id, sa.literal(filiere))]
    taken = sa.update(place_pool).where(*mine).values(taken=_POOL.taken + 1)
    if db.execute(taken.where(has_room())).rowcount:
        return
    grown = taken.where(_POOL.is_capped.is_(False)).values(places=_POOL.places + 1)
    if not (may_grow and db.execute(grown).rowcount):
        raise NoPlaceLeft(craft=filiere)


def may_take(db: Connection, exhibition_id: UUID, filiere: str) -> bool:
    """Whether somebody of the staff may give a place of this craft away now."""
    mine = [_POOL.exhibition_id == exhibition_id, _POOL.craft == pool_name(exhibition_id, sa.literal(filiere))]
    can = sa.or_(has_room(), _POOL.is_capped.is_(False))
    return db.execute(sa.select(_POOL.craft).where(*mine, can)).first() is not None


def give_back(db: Connection, exhibition_id: UUID, filiere: str) -> None:
    """A place is free again."""
    mine = [_POOL.exhibition_id == exhibition_id, _POOL.craft == pool_name(exhibition_id, sa.literal(filiere))]
    db.execute(sa.update(place_pool).where(*mine).values(taken=_POOL.taken - 1))


def pool_name(exhibition_id: Any, filiere: Any) -> sa.ColumnElement[str]:
    """The pool a craft belongs to: its own, else the shared one."""
    other = place_pool.alias("own_pool")
    own = sa.select(other.c.craft).where(other.c.exhibition_id == exhibition_id, other.c.craft == filiere)
    return sa.func.coalesce(own.scalar_subquery(), "")


def waiting_with_room() -> sa.Select[Any]:
    """Dossiers of the reserve whose pool has a free place."""
    own = application.c
    joined = sa.and_(_POOL.exhibition_id == own.exhibition_id, _POOL.craft == pool_name(own.exhibition_id, own.filiere))
    found = sa.select(own.exhibition_id, own.id).join_from(application, place_pool, joined)
    return found.where(own.state == State.RESERVE, _POOL.taken < _POOL.places)


def next_waiting(db: Connection, exhibition_id: UUID) -> UUID | None:
    """The first of the reserve for whom a place is free; two that look at the same moment find two different ones."""
    own = application.c
    ordered = waiting_with_room().where(own.exhibition_id == exhibition_id).order_by(own.rank, own.submitted_at, own.id)
    row = db.execute(ordered.limit(1).with_for_update(skip_locked=True, of=application)).first()
    return row.id if row else None


def lines_of(db: Connection, exhibition_id: UUID) -> dict[str, dict[UUID, int | None]]:
    """Who waits for a place of each pool, the first in line first, and the rank they have; who is to wait once it is
    published, too."""
    own = application.c
    pool = pool_name(own.exhibition_id, own.filiere).label("pool")
    waits = sa.or_(own.state == State.RESERVE, own.pending == Decision.RESERVE)
    rows = db.execute(
        sa.select(own.id, own.rank, own.submitted_at, pool).where(own.exhibition_id == exhibition_id, waits)
    )
    lines: dict[str, dict[UUID, int | None]] = {}
    for row in sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.submitted_at, row.id)):
        lines.setdefault(row.pool, {})[row.id] = row.rank
    return lines


def number_lines(
    db: Connection, exhibition_id: UUID, lines: Mapping[str, Mapping[UUID, int | None]] | None = None
) -> None:
    """Give everybody in line the rank they stand at, from 1 in each pool. The pools must be locked."""
    own = application.c
    wanted = lines_of(db, exhibition_id) if lines is None else lines
    places = [(one, place, rank) for line in wanted.values() for place, (one, rank) in enumerate(line.items(), 1)]
    stale = [{"which": one, "place": place} for one, place, rank in places if place != rank]
    if stale:
        theirs = (own.exhibition_id == exhibition_id, own.id == sa.bindparam("which"))
        db.execute(sa.update(application).where(*theirs).values(rank=sa.bindparam("place")), stale)


def set_pools(db: Connection, exhibition_id: UUID, wanted: Mapping[str, int | None]) -> None:
    """Set the places of the pools: craft → number ("" for all others, None for as many as are accepted). PlacesTaken.

    A craft that is not named shares the places of all others.
    """
    lock_pools(db, exhibition_id)
    before = {one.craft: one for one in pools_of(db, exhibition_id)}
    numbers = {"": wanted.get(""), **{craft: n for craft, n in wanted.items() if craft and n is not None}}
    taken = _recount(db, exhibition_id, numbers)
    rows = [_row(exhibition_id, craft, (n, taken.get(craft, 0)), before.get(craft)) for craft, n in numbers.items()]
    for row in rows:
        if row["taken"] > row["places"]:
            raise PlacesTaken(craft=row["craft"], taken=row["taken"])
    db.execute(sa.delete(place_pool).where(_POOL.exhibition_id == exhibition_id))
    db.execute(sa.insert(place_pool), rows)
    number_lines(db, exhibition_id)


def _row(exhibition_id: UUID, craft: str, counted: tuple[int | None, int], before: Pool | None) -> dict[str, Any]:
    number, taken = counted
    free = before.free if before and not before.is_capped else 0
    places = taken + free if number is None else number
    key = {"exhibition_id": exhibition_id, "craft": craft}
    return key | {"places": places, "taken": taken, "is_capped": number is not None}


def _recount(db: Connection, exhibition_id: UUID, numbers: Mapping[str, Any]) -> dict[str, int]:
    own = application.c
    held = (own.exhibition_id == exhibition_id, own.state.in_(sorted(HOLDING)))
    rows = db.execute(sa.select(own.filiere, sa.func.count()).where(*held).group_by(own.filiere))
    counted: dict[str, int] = {}
    for filiere, count in rows:
        craft = filiere if filiere in numbers else ""
        counted[craft] = counted.get(craft, 0) + count
    return counted
