"""What is read of the plan: every stand with who has it, those who have none yet, and a mark that changes with it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.states import State
from services.registration.applications.models import application
from services.registration.applications.operations.dossiers import Application, load_applications
from services.registration.stands.domain.days import SHOWN
from services.registration.stands.domain.figures import Exhibitor, Figures, Held, count_exhibitors
from services.registration.stands.models import allocation, stand
from services.registration.stands.operations.setting_up import Stand, stands_of
from services.registration.visitors.models import person


@dataclass(frozen=True)
class Occupation:
    """Somebody on a stand."""

    id: UUID
    stand_id: UUID
    stand: str
    application_id: UUID
    application: str
    title: str
    kind: str
    filiere: str
    activity: str
    town: str
    country: str | None
    region: str | None
    state: State
    members: int
    first_day: date
    last_day: date

    @property
    def n_days(self) -> int:
        """How many days they have it."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True)
class Plan:
    """Every stand, and who is on it, by stand id."""

    stands: list[Stand]
    on: dict[UUID, list[Occupation]]

    @property
    def occupations(self) -> list[Occupation]:
        """Everybody, by name of the stand."""
        return [each for one in self.stands for each in self.on.get(one.id, [])]

    def in_hall(self, hall: str) -> list[Stand]:
        """The stands of one hall."""
        return [one for one in self.stands if one.hall == hall]


def plan_of(db: Connection, exhibition_id: UUID) -> Plan:
    """The whole plan."""
    on = defaultdict(list)
    for each in occupations_of(db, exhibition_id):
        on[each.stand_id].append(each)
    return Plan(stands_of(db, exhibition_id), on)


def occupations_of(db: Connection, exhibition_id: UUID, *which: sa.ColumnElement[bool]) -> list[Occupation]:
    """Who is on which stand, by its first day."""
    own, asked, held = application.c, person.c, allocation.c
    same_application = sa.and_(own.exhibition_id == held.exhibition_id, own.id == held.application_id)
    rows = db.execute(
        sa.select(
            *(held.id, held.stand_id, held.first_day, held.last_day, held.application_id),
            *(stand.c.reference.label("stand"), own.reference.label("application"), own.business, asked.name),
            *(
                own.kind,
                own.filiere,
                own.activity,
                own.town,
                own.country,
                own.region,
                own.state,
                own.members,
                own.left_out,
            ),
        )
        .join_from(allocation, application, same_application)
        .join(person, sa.and_(asked.exhibition_id == own.exhibition_id, asked.id == own.person_id))
        .join(stand, sa.and_(stand.c.exhibition_id == held.exhibition_id, stand.c.id == held.stand_id))
        .where(held.exhibition_id == exhibition_id, *which)
        .order_by(held.first_day, stand.c.reference)
    )
    return [_occupation(row) for row in rows]


def _occupation(row: Any) -> Occupation:
    said = dict(row._mapping)
    title = said.pop("business") or said["name"]
    said.pop("name")
    said["members"] = len(said["members"]) - len(said.pop("left_out"))
    return Occupation(**said | {"title": title, "state": State(said["state"])})


def waiting_for_a_stand(db: Connection, exhibition_id: UUID) -> list[Application]:
    """Confirmed applications without a stand, the longest waiting first."""
    own = application.c
    found = load_applications(db, own.exhibition_id == exhibition_id, own.state == State.CONFIRMED)
    return sorted(found, key=lambda one: (one.submitted_at or one.made_at, one.id))


def plan_mark(db: Connection, exhibition_id: UUID) -> str:
    """A text that changes with everything the public plan shows: versions only grow, and nothing is born twice."""
    own, who = application.c, person.c
    same_person = sa.and_(who.exhibition_id == own.exhibition_id, who.id == own.person_id)
    people = db.execute(
        sa.select(sa.func.count(), sa.func.sum(own.version), sa.func.sum(who.version))
        .join_from(application, person, same_person)
        .where(own.exhibition_id == exhibition_id)
    ).one()
    lie = db.execute(
        sa.select(sa.func.count(), sa.func.sum(stand.c.version), sa.func.max(stand.c.made_at)).where(
            stand.c.exhibition_id == exhibition_id
        )
    ).one()
    return "-".join(str(part) for part in (*people, *lie))


def figures_of(db: Connection, exhibition_id: UUID) -> Figures:
    """Exhibitors who have a stand, and the floor they hold."""
    plan = plan_of(db, exhibition_id)
    area = {one.id: one for one in plan.stands}
    days = {stand_id: sum(each.n_days for each in there) for stand_id, there in plan.on.items()}
    by_application: dict[UUID, list[Occupation]] = defaultdict(list)
    for each in plan.occupations:
        if each.state in SHOWN:
            by_application[each.application_id].append(each)
    return count_exhibitors(_exhibitor(held, area, days) for held in by_application.values())


def _exhibitor(held: Iterable[Occupation], stands: dict[UUID, Stand], days: dict[UUID, int]) -> Exhibitor:
    every = list(held)
    first = every[0]
    floors = tuple(
        Held(stands[each.stand_id].area, stands[each.stand_id].is_indoor, each.n_days, days[each.stand_id])
        for each in every
    )
    return Exhibitor(first.kind, first.filiere, first.country or "", first.region or "", first.members, floors)
