"""The log of what staff did: written in the transaction of the act, read by organisers."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff.domain import EVERYWHERE, Act
from services.registration.staff.models import audit, staff
from shared.clock import now
from shared.ids import new_id


class By(NamedTuple):
    """Who acts, and at which exhibition."""

    exhibition_id: UUID
    staff_id: UUID


class Outside(NamedTuple):
    """Somebody who acts without being signed in: on the command line, or at the office's door."""

    exhibition_id: UUID = EVERYWHERE
    staff_id: None = None


def note(db: Connection, by: By | Outside, act: Act, subject: str, **facts: Any) -> None:
    """Keep that somebody did something; `facts` are plain values, never a secret."""
    row = {
        "exhibition_id": by.exhibition_id,
        "id": new_id(),
        "staff_id": by.staff_id,
        "act": str(act),
        "subject": subject[:254],
        "facts": facts,
        "at": now(),
    }
    db.execute(sa.insert(audit).values(row))


def list_acts(db: Connection, exhibition_id: UUID, before: UUID | None, at_most: int) -> Sequence[sa.Row[Any]]:
    """What was done at an exhibition, newest first, with the name of who did it; after the act `before`, if given."""
    found = (
        sa.select(audit, staff.c.name)
        .outerjoin(staff, staff.c.id == audit.c.staff_id)
        .where(audit.c.exhibition_id == exhibition_id)
        .order_by(audit.c.id.desc())
        .limit(at_most)
    )
    if before:
        found = found.where(audit.c.id < before)
    return db.execute(found).all()
