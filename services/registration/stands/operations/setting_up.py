"""Stands set up from a list, opened, closed, removed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.exhibitions.models import exhibition as exhibition_table
from services.registration.exhibitions.models import hall
from services.registration.exhibitions.operations import Exhibition
from services.registration.staff.domain import Act
from services.registration.staff.operations.audit import By, note
from services.registration.stands.domain.plan import NewStand, Row, StandInUse, Unreadable, lay_row, tidy_stand
from services.registration.stands.domain.sheets import Sheet, read_sheet, write_sheet
from services.registration.stands.models import allocation, stand
from shared.clock import now
from shared.ids import new_id
from shared.problem import N_, Invalid, NotFound, Problem


class StandListRefused(Problem):
    """`rows` names each bad row: its line, what it said, why."""

    slug = "stand-list-refused"
    status = 422
    title = N_("Some rows of this list cannot be taken.")
    detail = N_("Nothing was set up. Correct the rows that are named, then send the list again.")


@dataclass(frozen=True)
class Stand:
    """A stand as it is kept; lengths in centimetres."""

    id: UUID
    hall: str
    hall_names: dict[str, str]
    reference: str
    x: int
    y: int
    width: int
    depth: int
    is_indoor: bool
    has_power: bool
    has_water: bool
    is_active: bool
    version: int
    made_at: datetime

    @property
    def area(self) -> int:
        """Square centimetres."""
        return self.width * self.depth

    @property
    def as_new(self) -> NewStand:
        """Where it lies."""
        own = asdict(self)
        return NewStand(**{name: own[name] for name in NewStand.__dataclass_fields__})


def stands_of(db: Connection, exhibition_id: UUID, *which: sa.ColumnElement[bool]) -> list[Stand]:
    """The stands of an exhibition by hall and reference."""
    columns = [c for c in stand.c if c.name not in ("exhibition_id", "hall_id")]
    rows = db.execute(
        sa.select(hall.c.reference.label("hall"), hall.c.names.label("hall_names"), *columns)
        .join_from(stand, hall, sa.and_(hall.c.exhibition_id == stand.c.exhibition_id, hall.c.id == stand.c.hall_id))
        .where(stand.c.exhibition_id == exhibition_id, *which)
        .order_by(hall.c.reference, stand.c.reference)
    )
    return [Stand(**row._mapping) for row in rows]


def how_many_stands(db: Connection, exhibition_id: UUID) -> int:
    """How many stands an exhibition has, open or closed."""
    return db.execute(sa.select(sa.func.count()).where(stand.c.exhibition_id == exhibition_id)).scalar_one()


def find_stand(db: Connection, exhibition_id: UUID, reference: str) -> Stand:
    """The stand of this reference, however it was typed; NotFound."""
    try:
        found = stands_of(db, exhibition_id, stand.c.reference == tidy_stand(reference))
    except Unreadable as wrong:
        raise NotFound from wrong
    if not found:
        raise NotFound
    return found[0]


def read_list(db: Connection, exhibition: Exhibition, text: str) -> Sheet:
    """A list as it would be set up now, with every bad row named; changes nothing."""
    there = [one.as_new for one in stands_of(db, exhibition.id)]
    return read_sheet(text, [part.reference for part in exhibition.halls], there)


def write_row(db: Connection, exhibition: Exhibition, row: Row) -> str:
    """A row of stands as a list to look at and to set up; Invalid."""
    there = [one.as_new for one in stands_of(db, exhibition.id)]
    try:
        return write_sheet(lay_row(row, there))
    except Unreadable as wrong:
        raise Invalid({"prefix": [str(wrong)]}) from wrong


def add_stands(db: Connection, exhibition: Exhibition, text: str, staff_id: UUID | None) -> int:
    """Set up every stand of a list, or none: StandListRefused. How many; it is in the log when staff did it."""
    # lists take turns, so that no two lay stands over one another
    db.execute(sa.select(exhibition_table.c.id).where(exhibition_table.c.id == exhibition.id).with_for_update())
    sheet = read_list(db, exhibition, text)
    if sheet.bad:
        raise StandListRefused(rows=[asdict(row) for row in sheet.bad])
    _insert(db, exhibition, sheet.good)
    if staff_id:
        first, last = sheet.good[0].reference, sheet.good[-1].reference
        note(db, By(exhibition.id, staff_id), Act.STANDS_ADDED, f"{first} – {last}", count=len(sheet.good))
    return len(sheet.good)


def copy_stands(db: Connection, source: Exhibition, target: Exhibition) -> int:
    """The open stands of `source` in the halls of the same letter; returns how many. Nobody has any of them."""
    halls = {part.reference for part in target.halls}
    new = [one.as_new for one in stands_of(db, source.id, stand.c.is_active) if one.hall in halls]
    if new:
        _insert(db, target, new)
    return len(new)


def _insert(db: Connection, exhibition: Exhibition, new: Iterable[NewStand]) -> None:
    halls = {part.reference: part.id for part in exhibition.halls}
    at = now()
    rows = []
    for one in new:
        own = asdict(one)
        more = {"hall_id": halls[own.pop("hall")], "is_active": True, "version": 1, "made_at": at}
        rows.append({"exhibition_id": exhibition.id, "id": new_id(), **own, **more})
    db.execute(sa.insert(stand), rows)


def set_active(db: Connection, exhibition_id: UUID, reference: str, staff_id: UUID, *, is_active: bool) -> Stand:
    """Open or close a stand; NotFound, StandInUse."""
    one = _hold(db, exhibition_id, reference)
    if not is_active:
        _check_unused(db, exhibition_id, one)
    own = stand.c
    change = sa.update(stand).where(own.exhibition_id == exhibition_id, own.id == one.id)
    db.execute(change.values(is_active=is_active, version=own.version + 1))
    act = Act.STAND_OPENED if is_active else Act.STAND_CLOSED
    note(db, By(exhibition_id, staff_id), act, one.reference)
    return find_stand(db, exhibition_id, one.reference)


def remove_stand(db: Connection, exhibition_id: UUID, reference: str, staff_id: UUID) -> None:
    """Take a stand off the plan; NotFound, StandInUse."""
    one = _hold(db, exhibition_id, reference)
    _check_unused(db, exhibition_id, one)
    db.execute(sa.delete(stand).where(stand.c.exhibition_id == exhibition_id, stand.c.id == one.id))
    note(db, By(exhibition_id, staff_id), Act.STAND_REMOVED, one.reference)


def _hold(db: Connection, exhibition_id: UUID, reference: str) -> Stand:
    """The stand, so that nobody is placed on it meanwhile."""
    one = find_stand(db, exhibition_id, reference)
    own = stand.c
    db.execute(sa.select(own.id).where(own.exhibition_id == exhibition_id, own.id == one.id).with_for_update())
    return one


def _check_unused(db: Connection, exhibition_id: UUID, one: Stand) -> None:
    own = allocation.c
    held = sa.select(own.id).where(own.exhibition_id == exhibition_id, own.stand_id == one.id)
    if db.execute(held.limit(1)).first():
        raise StandInUse
