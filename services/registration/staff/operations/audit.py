"""The log of what staff did: written in the transaction of the act, read by organisers."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff.domain import EVERYWHERE, Act, Role
from services.registration.staff.models import audit, staff, staff_role
from shared.clock import now
from shared.db import insert_new
from shared.ids import new_id
from shared.outbox import Received


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


def keep_told(db: Connection, message: Received) -> None:
    """Keep an act that another service tells of, under the message's id, which is ordered by time as ours are."""
    said = message.body
    who = db.scalar(sa.select(staff.c.id).where(staff.c.id == UUID(said["staff_id"])))
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.id,
        "staff_id": who,
        "act": said["act"][:30],
        "subject": said["subject"][:254],
        "facts": said["facts"],
        "at": message.occurred_at,
        "service": said["service"],
    }
    insert_new(db, audit, [row])


@dataclass(frozen=True)
class Wanted:
    """Which acts: whose name and which subject hold these words, which act in which service, in [since, until)."""

    who: str = ""
    act: str = ""
    service: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: UUID | None = None


def list_acts(db: Connection, places: Collection[UUID], wanted: Wanted, at_most: int) -> Sequence[sa.Row[Any]]:
    """What was done at these exhibitions, newest first, with the name of who did it."""
    found = (
        sa.select(audit, staff.c.name)
        .outerjoin(staff, staff.c.id == audit.c.staff_id)
        .where(audit.c.exhibition_id.in_(places), *_conditions(wanted))
        .order_by(audit.c.id.desc())
        .limit(at_most)
    )
    return db.execute(found).all()


def places_seen(db: Connection, by: By) -> list[UUID]:
    """Whose log an organiser reads: the exhibition's, and what is of no exhibition if they organise all."""
    everywhere = sa.select(staff_role.c.role).where(
        staff_role.c.exhibition_id == EVERYWHERE,
        staff_role.c.staff_id == by.staff_id,
        staff_role.c.role == Role.ORGANISER,
    )
    return [by.exhibition_id, EVERYWHERE] if db.scalar(everywhere) else [by.exhibition_id]


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    own = audit.c
    said: dict[str, Callable[[Any], sa.ColumnElement[bool]]] = {
        "who": lambda text: staff.c.name.icontains(text, autoescape=True),
        "act": lambda act: own.act == act,
        "service": lambda service: own.service == service,
        "subject": lambda text: own.subject.icontains(text, autoescape=True),
        "since": lambda at: own.at >= at,
        "until": lambda at: own.at < at,
        "before": lambda act_id: own.id < act_id,
    }
    return [condition(value) for name, condition in said.items() if (value := getattr(wanted, name))]
