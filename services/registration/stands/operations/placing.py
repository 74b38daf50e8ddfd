"""Who has which stand on which days: placed, moved, swapped, freed, marked present or absent."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.states import Act, ActRefused, State, follow
from services.registration.applications.models import application
from services.registration.applications.operations import moving
from services.registration.applications.operations.dossiers import Application, By, application_of
from services.registration.applications.operations.reviewing import find_handed_in, find_many
from services.registration.exhibitions.models import hall
from services.registration.exhibitions.operations import Exhibition
from services.registration.stands.domain.days import (
    MOST_STANDS_EACH,
    Days,
    NothingToSwap,
    StandClosed,
    StandTaken,
    TooManyStands,
    check_days,
    check_today,
)
from services.registration.stands.models import allocation, stand, stand_day
from services.registration.stands.operations.setting_up import Stand, find_stand
from shared.clock import now
from shared.db import insert_new
from shared.ids import new_id
from shared.problem import NotFound


@dataclass(frozen=True)
class Allocation:
    """An application on a stand for some days."""

    exhibition_id: UUID
    id: UUID
    application_id: UUID
    stand_id: UUID
    stand: str
    first_day: date
    last_day: date

    @property
    def days(self) -> Days:
        """Its days."""
        return Days(self.first_day, self.last_day)

    @property
    def words(self) -> str:
        """For the audit trail."""
        return f"{self.stand} {self.first_day}–{self.last_day}"


@dataclass(frozen=True)
class Wish:
    """Who is to stand where, on which days."""

    application: Application
    stand: str
    days: Days


def wish_of(db: Connection, exhibition: Exhibition, said: dict[str, Any]) -> Wish:
    """What was asked for; days that are not named are the exhibition's. NotFound."""
    days = Days(said.get("first_day") or exhibition.first_day, said.get("last_day") or exhibition.last_day)
    return Wish(find_handed_in(db, exhibition.id, said["application"]), said["stand"], days)


def place(db: Connection, exhibition: Exhibition, wish: Wish, by: By) -> Application:
    """Give an application a stand for some days, its first or a further one.

    StandTaken, StandClosed, WrongDays, TooManyStands, ActRefused, ChangedMeanwhile, NotFound.
    """
    one = wish.application
    act = Act.PLACE if one.state is State.CONFIRMED else Act.MOVE
    follow(one.state, act)
    check_days(wish.days, Days(exhibition.first_day, exhibition.last_day))
    if len(one.stands or ()) >= MOST_STANDS_EACH:
        raise TooManyStands
    wanted = _open_stand(db, exhibition.id, wish.stand)
    given = Allocation(exhibition.id, new_id(), one.id, wanted.id, wanted.reference, wish.days.first, wish.days.last)
    row = {name: getattr(given, name) for name in allocation.c.keys() if name != "made_at"}  # noqa: SIM118 - a ColumnCollection iterates over columns
    db.execute(sa.insert(allocation).values(**row, made_at=now()))
    _take_days(db, given)
    return _tell(db, one, act, by, f"+ {given.words}")


def move_to(db: Connection, exhibition: Exhibition, allocation_id: UUID, reference: str, by: By) -> Application:
    """Move an allocation to another stand, its days kept. StandTaken, StandClosed, NothingToSwap, NotFound."""
    held = allocation_of(db, exhibition.id, allocation_id)
    wanted = _open_stand(db, exhibition.id, reference)
    if wanted.id == held.stand_id:
        raise NothingToSwap
    one = application_of(db, exhibition.id, held.application_id)
    _give_back_days(db, held)
    _put_on(db, held, wanted.id, wanted.reference)
    return _tell(db, one, Act.MOVE, by, f"{held.words} → {wanted.reference}")


def swap(db: Connection, exhibition: Exhibition, one_id: UUID, other_id: UUID, by: By) -> list[Application]:
    """Exchange the stands of two applications, each keeps its days. StandTaken, NothingToSwap, NotFound."""
    first, second = (allocation_of(db, exhibition.id, each) for each in (one_id, other_id))
    if first.stand_id == second.stand_id or first.application_id == second.application_id:
        raise NothingToSwap
    owners = [application_of(db, exhibition.id, each.application_id) for each in (first, second)]
    for held in (first, second):
        _give_back_days(db, held)
    _put_on(db, first, second.stand_id, second.stand)
    _put_on(db, second, first.stand_id, first.stand)
    said = [f"{first.words} ⇄ {second.stand}", f"{second.words} ⇄ {first.stand}"]
    return [_tell(db, owner, Act.MOVE, by, words) for owner, words in zip(owners, said, strict=True)]


def free(db: Connection, exhibition: Exhibition, allocation_id: UUID, by: By) -> Application:
    """Take a stand back; whoever has none left is confirmed again. ActRefused, ChangedMeanwhile, NotFound."""
    held = allocation_of(db, exhibition.id, allocation_id)
    one = application_of(db, exhibition.id, held.application_id)
    is_last = len(allocations_of(db, exhibition.id, one.id)) == 1
    if is_last and one.state is State.PRESENT:
        raise ActRefused(state=one.state.value)
    _remove(db, held)
    return _tell(db, one, Act.FREE if is_last and one.state is State.PLACED else Act.MOVE, by, f"− {held.words}")


def mark(db: Connection, exhibition: Exhibition, one: Application, by: By, *, is_present: bool) -> Application:
    """Note who is there and who is not, on the exhibition's days; either may be corrected.

    NotADayOfTheFair, ActRefused.
    """
    check_today(exhibition.today, Days(exhibition.first_day, exhibition.last_day))
    if is_present and not one.stands:
        raise ActRefused(state=one.state.value)
    return moving.move(db, one, Act.ARRIVE if is_present else Act.MISS, by)


def mark_all(db: Connection, exhibition: Exhibition, references: list[str], by: By, *, is_present: bool) -> int:
    """Note of many who is there, or who is not; how many were not known so before. As `mark`, and NotFound."""
    wanted = State.PRESENT if is_present else State.ABSENT
    chosen = find_many(db, exhibition.id, references)
    if not chosen.keys() >= set(references):
        raise NotFound
    new = {one.id: one for one in chosen.values() if one.state is not wanted}.values()
    for one in new:
        mark(db, exhibition, one, by, is_present=is_present)
    return len(new)


def allocation_of(db: Connection, exhibition_id: UUID, allocation_id: UUID) -> Allocation:
    """The allocation of this id; NotFound."""
    found = _load(db, allocation.c.exhibition_id == exhibition_id, allocation.c.id == allocation_id)
    if not found:
        raise NotFound
    return found[0]


def allocations_of(db: Connection, exhibition_id: UUID, application_id: UUID) -> list[Allocation]:
    """The stands of an application, by name."""
    return _load(db, allocation.c.exhibition_id == exhibition_id, allocation.c.application_id == application_id)


def allocations_on(db: Connection, exhibition_id: UUID, stand_id: UUID) -> list[Allocation]:
    """Who has a stand, by day."""
    return _load(db, allocation.c.exhibition_id == exhibition_id, allocation.c.stand_id == stand_id)


def give_back_all(db: Connection, one: Application) -> None:
    """Give back every stand of an application that is withdrawn."""
    for held in allocations_of(db, one.exhibition_id, one.id):
        _remove(db, held)


def _load(db: Connection, *which: sa.ColumnElement[bool]) -> list[Allocation]:
    own = allocation.c
    rows = db.execute(
        sa.select(
            *(own.exhibition_id, own.id, own.application_id, own.stand_id),
            stand.c.reference.label("stand"),
            *(own.first_day, own.last_day),
        )
        .join_from(allocation, stand, _SAME_STAND)
        .where(*which)
        .order_by(own.first_day, stand.c.reference)
    )
    return [Allocation(**row._mapping) for row in rows]


_SAME_STAND = sa.and_(stand.c.exhibition_id == allocation.c.exhibition_id, stand.c.id == allocation.c.stand_id)


def _open_stand(db: Connection, exhibition_id: UUID, reference: str) -> Stand:
    """The stand, which nobody closes meanwhile; NotFound, StandClosed."""
    found = find_stand(db, exhibition_id, reference)
    own = stand.c
    which = sa.select(own.is_active).where(own.exhibition_id == exhibition_id, own.id == found.id)
    if not db.scalar(which.with_for_update(read=True)):
        raise StandClosed
    return found


def _take_days(db: Connection, held: Allocation) -> None:
    """Take every day or none: a day that somebody has is not inserted, and its absence refuses the whole."""
    own = {"exhibition_id": held.exhibition_id, "stand_id": held.stand_id, "allocation_id": held.id}
    days = held.days.each()
    rows = [own | {"day": day} for day in days]
    taken = {row.day for row in insert_new(db, stand_day, rows, returning=[stand_day.c.day])}
    missed = [day.isoformat() for day in days if day not in taken]
    if missed:
        raise StandTaken(stand=held.stand, days=missed)


def _put_on(db: Connection, held: Allocation, stand_id: UUID, reference: str) -> None:
    own = allocation.c
    which = sa.update(allocation).where(own.exhibition_id == held.exhibition_id, own.id == held.id)
    if db.execute(which.values(stand_id=stand_id)).rowcount == 0:
        raise NotFound
    _take_days(db, Allocation(**vars(held) | {"stand_id": stand_id, "stand": reference}))


def _give_back_days(db: Connection, held: Allocation) -> None:
    own = stand_day.c
    db.execute(sa.delete(stand_day).where(own.exhibition_id == held.exhibition_id, own.allocation_id == held.id))


def _remove(db: Connection, held: Allocation) -> None:
    _give_back_days(db, held)
    own = allocation.c
    db.execute(sa.delete(allocation).where(own.exhibition_id == held.exhibition_id, own.id == held.id))


def _tell(db: Connection, one: Application, act: Act, by: By, reason: str) -> Application:
    """Move the application, audit it, and let its exhibitor hear which stands they have now."""
    own = allocation.c
    rows = db.execute(
        sa.select(stand.c.reference, hall.c.reference.label("hall"), hall.c.names, own.first_day, own.last_day)
        .join_from(allocation, stand, _SAME_STAND)
        .join(hall, sa.and_(hall.c.exhibition_id == stand.c.exhibition_id, hall.c.id == stand.c.hall_id))
        .where(own.exhibition_id == one.exhibition_id, own.application_id == one.id)
        .order_by(own.first_day, stand.c.reference)
    )
    told = [
        {
            "stand": row.reference,
            "hall": row.hall,
            "hall_names": row.names,
            "first_day": row.first_day.isoformat(),
            "last_day": row.last_day.isoformat(),
        }
        for row in rows
    ]
    return moving.move(db, one, act, by, reason, stands=told)


def count_waiting(db: Connection, exhibition_id: UUID) -> int:
    """How many confirmed applications have no stand yet."""
    own = application.c
    waiting = sa.select(sa.func.count()).where(own.exhibition_id == exhibition_id, own.state == State.CONFIRMED)
    return int(db.scalar(waiting) or 0)


moving.WHEN_WITHDRAWN.append(give_back_all)
