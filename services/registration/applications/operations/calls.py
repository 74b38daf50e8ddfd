"""Calls: opened and found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.dossiers import NoCall, check_call
from services.registration.applications.models import call
from services.registration.exhibitions.operations import Exhibition
from shared.clock import now, to_utc

Texts = dict[str, str]


@dataclass(frozen=True)
class NewCall:
    """Everything a call is opened with; walls are those of the venue."""

    titles: Texts
    texts: Texts
    opens_wall: datetime
    closes_wall: datetime
    criteria: list[dict[str, Any]]


@dataclass(frozen=True)
class Call(NewCall):
    """A call as it is kept."""

    exhibition_id: UUID
    zone: str
    opens_at: datetime
    closes_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether applications are taken now."""
        return self.opens_at <= now() < self.closes_at

    @property
    def weights(self) -> dict[str, int]:
        """Criterion → weight."""
        return {one["reference"]: one["weight"] for one in self.criteria}

    def check_open(self) -> None:
        """Refuse outside its dates; CallClosed."""
        check_call(self.opens_at, self.closes_at, now())


def open_call(db: Connection, exhibition: Exhibition, new: NewCall) -> None:
    """Open an exhibition's call; there is one each."""
    moments = {
        "opens_at": to_utc(new.opens_wall, exhibition.zone),
        "closes_at": to_utc(new.closes_wall, exhibition.zone),
    }
    db.execute(sa.insert(call).values(exhibition_id=exhibition.id, zone=exhibition.zone, **vars(new), **moments))


def call_of(db: Connection, exhibition_id: UUID) -> Call | None:
    """The exhibition's call, if it has one."""
    row = db.execute(sa.select(call).where(call.c.exhibition_id == exhibition_id)).first()
    return Call(**row._mapping) if row else None


def find_call(db: Connection, exhibition_id: UUID) -> Call:
    """The exhibition's call; NoCall."""
    found = call_of(db, exhibition_id)
    if found is None:
        raise NoCall
    return found
