"""Finding everybody who has a badge: visitors, and the people of stands by their own or their exhibitor's name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.states import State
from services.registration.applications.models import application
from services.registration.applications.operations.dossiers import load_applications
from services.registration.desk.domain import AT_MOST, Sought
from services.registration.stands.models import stand_badge
from services.registration.visitors.domain.badge_code import KindNumber
from services.registration.visitors.domain.names import is_called, search_patterns
from services.registration.visitors.models import badge, person, visitor
from shared.problem import NotFound

HOLDING = (State.PLACED, State.PRESENT, State.ABSENT)


@dataclass(frozen=True)
class Exhibitor:
    """A dossier that holds stands, by their references."""

    id: UUID
    reference: str
    title: str
    stands: tuple[str, ...]


@dataclass(frozen=True)
class Somebody:
    """Somebody with a valid badge; who works at a stand has an `exhibitor`, and `reference` is then the badge's."""

    id: UUID
    exhibition_id: UUID
    name: str
    phone: str | None
    language: str
    kind: str
    reference: str
    registered_at: datetime
    exhibitor: Exhibitor | None = None

    @property
    def is_visitor(self) -> bool:
        """Whether they registered themselves, and so can sign in, book and be written to."""
        return self.kind == KindNumber.VISITOR.name.lower()


@dataclass(frozen=True)
class Found:
    """The people a search found and the exhibitors, at most twenty of each; whether there are more."""

    people: list[Somebody]
    exhibitors: list[Exhibitor]
    has_more: bool


def find(db: Connection, exhibition_id: UUID, sought: Sought) -> Found:
    """Everybody who fits, by name; whoever has the reference or the phone stays when there are too many."""
    houses = _houses(db, exhibition_id, sought)
    ids: dict[UUID, None] = {}
    for which in _ways(exhibition_id, sought, houses[:AT_MOST]):
        ids |= dict.fromkeys(db.scalars(which.limit(AT_MOST + 1)).all())
    return Found(
        people_of(db, exhibition_id, list(ids)[:AT_MOST]),
        _exhibitors(db, exhibition_id, houses[:AT_MOST]),
        has_more=max(len(ids), len(houses)) > AT_MOST,
    )


def person_called(db: Connection, exhibition_id: UUID, reference: str) -> Somebody:
    """Who is registered under a reference, or wears or lost the badge that bears it; NotFound."""
    for table in (visitor, badge):
        own = table.c
        which = sa.select(own.person_id).where(own.exhibition_id == exhibition_id, own.reference == reference)
        person_id = db.scalar(which)
        if person_id and (found := people_of(db, exhibition_id, [person_id])):
            return found[0]
    raise NotFound


def people_of(db: Connection, exhibition_id: UUID, ids: list[UUID]) -> list[Somebody]:
    """Those of these persons who have a valid badge, by name."""
    own, came, works = person.c, visitor.c, stand_badge.c
    worn = sa.and_(badge.c.exhibition_id == own.exhibition_id, badge.c.person_id == own.id, badge.c.state == "valid")
    rows = db.execute(
        sa.select(
            *(own.id, own.exhibition_id, own.name, own.phone, own.language, badge.c.kind),
            sa.func.coalesce(came.reference, badge.c.reference).label("reference"),
            sa.func.coalesce(came.registered_at, works.given_at, badge.c.issued_at).label("registered_at"),
            works.application_id,
        )
        .join_from(person, badge, worn)
        .join(visitor, sa.and_(came.exhibition_id == own.exhibition_id, came.person_id == own.id), isouter=True)
        .join(stand_badge, sa.and_(works.exhibition_id == own.exhibition_id, works.person_id == own.id), isouter=True)
        .where(own.exhibition_id == exhibition_id, own.id.in_(ids))
        .order_by(own.name)
    ).all()
    houses = _exhibitors(db, exhibition_id, [row.application_id for row in rows if row.application_id])
    by_id = {one.id: one for one in houses}
    return [Somebody(*row[:-1], exhibitor=by_id.get(row.application_id)) for row in rows]


def _exhibitors(db: Connection, exhibition_id: UUID, ids: list[UUID]) -> list[Exhibitor]:
    if not ids:
        return []
    found = load_applications(db, application.c.exhibition_id == exhibition_id, application.c.id.in_(ids))
    every = [Exhibitor(one.id, one.reference, one.title, _stands(one.stands or [])) for one in found]
    return sorted(every, key=lambda one: (one.title, one.reference))


def _stands(held: list[dict[str, Any]]) -> tuple[str, ...]:
    """Each once, in the order of the days, also when it is held twice."""
    return tuple(dict.fromkeys(one["stand"] for one in held))


def _ways(exhibition_id: UUID, sought: Sought, houses: list[UUID]) -> list[sa.Select[Any]]:
    worn = sa.exists().where(
        badge.c.exhibition_id == exhibition_id, badge.c.person_id == person.c.id, badge.c.state == "valid"
    )
    here = sa.and_(person.c.exhibition_id == exhibition_id, worn)
    ways: list[sa.Select[Any]] = []
    if sought.reference:
        for table in (visitor, badge):
            own = table.c
            ways.append(
                sa.select(own.person_id).where(own.exhibition_id == exhibition_id, own.reference == sought.reference)
            )
    if sought.phone:
        ways.append(sa.select(person.c.id).where(here, person.c.phone == sought.phone).order_by(person.c.made_at))
    if sought.name:
        ways.append(sa.select(person.c.id).where(here, *_is_heard(sought.name)).order_by(person.c.name))
    if houses:
        works = stand_badge.c
        theirs = sa.and_(works.exhibition_id == exhibition_id, works.application_id.in_(houses))
        ways.append(sa.select(works.person_id).where(theirs).order_by(works.given_at))
    return ways


def _houses(db: Connection, exhibition_id: UUID, sought: Sought) -> list[UUID]:
    """The dossiers with stands that fit by reference, by phone, or by the name of the house or of who speaks for it."""
    own, who = application.c, person.c
    holding = (
        sa.select(own.id, own.business)
        .join_from(application, person, sa.and_(who.exhibition_id == own.exhibition_id, who.id == own.person_id))
        .where(own.exhibition_id == exhibition_id, own.state.in_(HOLDING))
        .order_by(own.made_at, own.id)
    )
    ids: dict[UUID, None] = {}
    if sought.reference:
        ids |= dict.fromkeys(db.scalars(holding.where(own.reference == sought.reference)))
    if sought.phone:
        ids |= dict.fromkeys(db.scalars(holding.where(who.phone == sought.phone)))
    if sought.name:
        ids |= dict.fromkeys(db.scalars(holding.where(*_is_heard(sought.name))))
        # no key is kept of a house's name; there are hundreds of them, not tens of thousands
        ids |= dict.fromkeys(row.id for row in db.execute(holding) if is_called([row.business], sought.name))
    return list(ids)


def _is_heard(name: str) -> list[sa.ColumnElement[bool]]:
    return [sa.or_(*map(person.c.name_key.like, pair)) for pair in search_patterns(name)]
