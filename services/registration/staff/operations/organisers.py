"""Organisers: the bodies that run exhibitions, and whom their staff work for."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff.models import organiser, staff_organiser
from shared.db import insert_new
from shared.ids import new_id

Texts = dict[str, str]


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


def works_for(db: Connection, staff_id: UUID, organiser_id: UUID) -> None:
    """Note the body somebody works for, in place of an earlier one."""
    db.execute(sa.delete(staff_organiser).where(staff_organiser.c.staff_id == staff_id))
    insert_new(db, staff_organiser, [{"staff_id": staff_id, "organiser_id": organiser_id}])
