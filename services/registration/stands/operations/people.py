"""Badges of a stand's people: given within the cap, taken back, void when the application is withdrawn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.models import application
from services.registration.applications.operations import moving
from services.registration.applications.operations.dossiers import Application
from services.registration.exhibitions.operations import Exhibition
from services.registration.staff.domain import Act
from services.registration.staff.operations.audit import By, note
from services.registration.stands.domain.days import SHOWN
from services.registration.stands.domain.people import NoBadgeLeft, NoStandYet, badge_cap
from services.registration.stands.models import allocation, stand, stand_badge
from services.registration.visitors.domain.badge_code import KindNumber, show_reference
from services.registration.visitors.domain.names import search_key
from services.registration.visitors.models import badge, person
from services.registration.visitors.operations.badges import Badge, Bearer, badge_of, issue_badge_to, revoke_badge
from shared.clock import now
from shared.db import insert_new
from shared.ids import new_id
from shared.problem import NotFound
from shared.settings import Settings


@dataclass(frozen=True)
class StandPerson:
    """Somebody with a badge of a stand; `badge` is the reference of the one that counts."""

    place: int
    person_id: UUID
    name: str
    given_at: datetime
    badge: str


def people_of(db: Connection, one: Application) -> list[StandPerson]:
    """Everybody who has a badge of this application's stands, by place."""
    own, who, worn = stand_badge.c, person.c, badge.c
    valid = sa.and_(worn.exhibition_id == own.exhibition_id, worn.person_id == own.person_id, worn.state == "valid")
    rows = db.execute(
        sa.select(own.place, own.person_id, who.name, own.given_at, worn.reference.label("badge"))
        .join_from(stand_badge, person, sa.and_(who.exhibition_id == own.exhibition_id, who.id == own.person_id))
        .join(badge, valid)
        .where(*_whose(one))
        .order_by(own.place)
    )
    return [StandPerson(**row._mapping) for row in rows]


def cap_of(db: Connection, one: Application) -> int:
    """How many badges go with the stands it holds; a stand held twice on different days counts once."""
    held = (
        sa.select(allocation.c.stand_id)
        .where(allocation.c.exhibition_id == one.exhibition_id, allocation.c.application_id == one.id)
        .distinct()
    )
    floor = sa.select(sa.func.sum(stand.c.width * stand.c.depth)).where(
        stand.c.exhibition_id == one.exhibition_id, stand.c.id.in_(held)
    )
    return badge_cap(int(db.scalar(floor) or 0)) if one.state in SHOWN else 0


def give_badge(db: Connection, settings: Settings, exhibition: Exhibition, one: Application, name: str) -> StandPerson:
    """Give somebody of the stand an exhibitor's badge; `name` is tidy. NoBadgeLeft, NoStandYet."""
    # two at once take turns, and a withdrawal waits
    own = application.c
    state = sa.select(own.state).where(own.exhibition_id == one.exhibition_id, own.id == one.id)
    if db.scalar(state.with_for_update()) not in SHOWN:
        raise NoStandYet
    most = cap_of(db, one)
    taken = {each.place for each in people_of(db, one)}
    place = next((n for n in range(1, most + 1) if n not in taken), None)
    if place is None or len(taken) >= most:
        raise NoBadgeLeft(most=most)
    person_id = _somebody(db, one, name)
    row = {"exhibition_id": one.exhibition_id, "application_id": one.id, "place": place, "person_id": person_id}
    if not insert_new(db, stand_badge, [row | {"given_at": now()}], returning=[stand_badge.c.place]):
        raise NoBadgeLeft(most=most)
    given = issue_badge_to(db, settings, exhibition, Bearer(person_id, KindNumber.EXHIBITOR))
    return StandPerson(place, person_id, name, now(), given.reference)


def _somebody(db: Connection, one: Application, name: str) -> UUID:
    row = {
        "exhibition_id": one.exhibition_id,
        "id": new_id(),
        "name": name,
        "name_key": search_key(name),
        "language": one.language,
        "version": 1,
        "made_at": now(),
    }
    db.execute(sa.insert(person).values(row))
    return row["id"]  # type: ignore[return-value] # the id above


def take_back(db: Connection, one: Application, place: int) -> None:
    """Take a badge back: it admits nobody any more, and its place is free; NotFound."""
    gone = db.scalar(
        sa.delete(stand_badge).where(*_whose(one), stand_badge.c.place == place).returning(stand_badge.c.person_id)
    )
    if gone is None:
        raise NotFound
    revoke_badge(db, one.exhibition_id, gone)


def badge_at(db: Connection, one: Application, place: int) -> tuple[StandPerson, Badge]:
    """One badge of the stand, to show or print; NotFound."""
    found = next((each for each in people_of(db, one) if each.place == place), None)
    if found is None:
        raise NotFound
    return found, badge_of(db, one.exhibition_id, found.person_id)


def note_badge(db: Connection, staff_id: UUID, act: Act, one: Application, somebody: StandPerson) -> None:
    """Put in the log what the office did with a badge of a stand, in the transaction of the act."""
    facts = {"badge": show_reference(somebody.badge), "application": one.reference}
    note(db, By(one.exhibition_id, staff_id), act, somebody.name, **facts)


def take_all_back(db: Connection, one: Application) -> None:
    """Let every badge of a withdrawn application's stands admit nobody any more."""
    for each in people_of(db, one):
        take_back(db, one, each.place)


def _whose(one: Application) -> list[sa.ColumnElement[bool]]:
    return [stand_badge.c.exhibition_id == one.exhibition_id, stand_badge.c.application_id == one.id]


moving.WHEN_WITHDRAWN.append(take_all_back)
