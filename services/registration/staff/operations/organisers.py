"""Organisers: the bodies that run exhibitions, and whom their staff work for."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff.models import organiser, staff, staff_organiser, staff_role
from shared.db import insert_new
from shared.ids import new_id

Texts = dict[str, str]


class Organiser(NamedTuple):
    """A body, with its names by language."""

    id: UUID
    names: Texts


class Worker(NamedTuple):
    """Somebody who works for a body."""

    staff_id: UUID
    name: str
    organiser_id: UUID


def organiser_called(db: Connection, names: Texts) -> UUID:
    """The body that has exactly these names; made when there is none."""
    known = db.execute(sa.select(organiser.c.id, organiser.c.names).order_by(organiser.c.id))
    found = next((row.id for row in known if row.names == names), None)
    if found:
        return UUID(str(found))
    organiser_id = new_id()
    db.execute(sa.insert(organiser).values(id=organiser_id, names=names))
    return organiser_id


def organiser_of(db: Connection, staff_id: UUID) -> Texts:
    """The names of the body somebody works for; empty when nobody said."""
    where = organiser.join(staff_organiser, staff_organiser.c.organiser_id == organiser.c.id)
    asked = sa.select(organiser.c.names).select_from(where).where(staff_organiser.c.staff_id == staff_id)
    return db.scalar(asked) or {}


def organiser_id_of(db: Connection, staff_id: UUID) -> UUID | None:
    """The body somebody works for, if anybody said."""
    return db.scalar(sa.select(staff_organiser.c.organiser_id).where(staff_organiser.c.staff_id == staff_id))


def works_for(db: Connection, staff_id: UUID, organiser_id: UUID) -> None:
    """Note the body somebody works for, in place of an earlier one."""
    db.execute(sa.delete(staff_organiser).where(staff_organiser.c.staff_id == staff_id))
    insert_new(db, staff_organiser, [{"staff_id": staff_id, "organiser_id": organiser_id}])


def workers_at(db: Connection, exhibition_id: UUID, organiser_ids: Collection[UUID]) -> list[Worker]:
    """Who of these bodies has a role at an exhibition and an open account, by name."""
    own = staff_organiser.c
    rows = db.execute(
        sa.select(own.staff_id, staff.c.name, own.organiser_id)
        .join(staff, staff.c.id == own.staff_id)
        .join(staff_role, staff_role.c.staff_id == own.staff_id)
        .where(staff_role.c.exhibition_id == exhibition_id, staff.c.is_active, own.organiser_id.in_(organiser_ids))
        .group_by(own.staff_id, staff.c.name, own.organiser_id)
        .order_by(staff.c.name, own.staff_id)
    )
    return [Worker(*row) for row in rows]


def works_first_for(db: Connection, staff_id: UUID, organiser_id: UUID) -> None:
    """Note the body somebody works for, unless one is noted: at another exhibition it may be another's to say."""
    insert_new(db, staff_organiser, [{"staff_id": staff_id, "organiser_id": organiser_id}])
