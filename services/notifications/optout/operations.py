"""Opting out and in again, and asking about it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.access.models import exhibition_copy
from services.notifications.optout.domain import By, may_be_stopped
from services.notifications.optout.models import opted_out, stop_link
from services.notifications.templates.domain import Kind
from shared import clock
from shared.db import insert_new
from shared.ids import hash_secret, new_secret
from shared.problem import NotFound

_ITS = (
    opted_out.c.exhibition_id == sa.bindparam("of_exhibition"),
    opted_out.c.person_id == sa.bindparam("of_person"),
)
_LOOK = sa.select(opted_out.c.at).where(*_ITS)


def opt_out(db: Connection, exhibition_id: UUID, person_id: UUID, by: By) -> None:
    """From now on nothing that may be stopped is made for or brought to this person; twice is once."""
    row = {"exhibition_id": exhibition_id, "person_id": person_id, "told_by": by, "at": clock.now()}
    insert_new(db, opted_out, [row])


def opt_in(db: Connection, exhibition_id: UUID, person_id: UUID) -> None:
    """Reminders and announcements again, from now on; what was not made meanwhile stays unmade."""
    db.execute(sa.delete(opted_out).where(*_ITS), {"of_exhibition": exhibition_id, "of_person": person_id})


def opted_out_at(db: Connection, exhibition_id: UUID, person_id: UUID) -> datetime | None:
    """Since when somebody wants no reminders and announcements; None for who does."""
    at: datetime | None = db.scalar(_LOOK, {"of_exhibition": exhibition_id, "of_person": person_id})
    return at


def is_unwanted(db: Connection, exhibition_id: UUID, person_id: UUID, kind: Kind) -> bool:
    """Whether this kind may be stopped and this person has stopped it; asked before making and before bringing."""
    return may_be_stopped(kind) and opted_out_at(db, exhibition_id, person_id) is not None


def make_stop_link(db: Connection, exhibition_id: UUID, person_id: UUID) -> str:
    """The secret of a new link to the page where this person stops and begins; only its hash stays here."""
    secret = new_secret()
    row = {"exhibition_id": exhibition_id, "secret_hash": hash_secret(secret), "person_id": person_id}
    insert_new(db, stop_link, [row])
    return secret


def person_of_link(db: Connection, exhibition_id: UUID, secret: str) -> UUID:
    """Whose link it is; NotFound."""
    its = (stop_link.c.exhibition_id == exhibition_id, stop_link.c.secret_hash == hash_secret(secret))
    person_id: UUID | None = db.scalar(sa.select(stop_link.c.person_id).where(*its))
    if person_id is None:
        raise NotFound
    return person_id


def drop_links(db: Connection, before: datetime) -> int:
    """Links of exhibitions that were over by then lead nowhere any more; how many."""
    over = sa.select(exhibition_copy.c.exhibition_id).where(exhibition_copy.c.last_day < before.date())
    return db.execute(sa.delete(stop_link).where(stop_link.c.exhibition_id.in_(over))).rowcount
