"""Calls: opened, changed and found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.calls import check_closing
from services.registration.applications.domain.dossiers import NoCall, check_call
from services.registration.applications.models import call
from services.registration.applications.operations.places import set_pools
from services.registration.exhibitions.operations import Exhibition
from services.registration.staff.domain import Act
from services.registration.staff.operations.audit import By, note
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
    questions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """A call as it is kept."""

    exhibition_id: UUID
    titles: Texts
    texts: Texts
    opens_wall: datetime
    closes_wall: datetime
    zone: str
    opens_at: datetime
    closes_at: datetime
    criteria: list[dict[str, Any]]
    questions: list[dict[str, Any]]

    @property
    def is_open(self) -> bool:
        """Whether applications are taken now."""
        return self.opens_at <= now() < self.closes_at

    @property
    def is_ahead(self) -> bool:
        """Whether applications will be taken, and are not yet."""
        return now() < self.opens_at

    @property
    def weights(self) -> dict[str, int]:
        """Criterion → weight."""
        return {one["reference"]: one["weight"] for one in self.criteria}

    def check_open(self) -> None:
        """Refuse outside its dates; CallClosed."""
        check_call(self.opens_at, self.closes_at, now())


def open_call(db: Connection, exhibition: Exhibition, new: NewCall) -> None:
    """Open an exhibition's call; there is one each. Its places are as many as are accepted, until somebody says."""
    db.execute(sa.insert(call).values(exhibition_id=exhibition.id, **_values(exhibition, new)))
    set_pools(db, exhibition.id, {})


def save_call(db: Connection, by: By, exhibition: Exhibition, new: NewCall, places: Mapping[str, int | None]) -> None:
    """Open the call, or change it, with its places by craft ("" for all others); the act is in the log.

    PlacesTaken, CallOver. The caller offers what became free.
    """
    before = call_of(db, exhibition.id)
    check_closing(to_utc(new.closes_wall, exhibition.zone), now(), before.closes_at if before else None)
    if before is None:
        open_call(db, exhibition, new)
    else:
        db.execute(sa.update(call).where(call.c.exhibition_id == exhibition.id).values(**_values(exhibition, new)))
    set_pools(db, exhibition.id, places)
    note(db, by, Act.CALL_CHANGED if before else Act.CALL_OPENED, exhibition.reference)


def _values(exhibition: Exhibition, new: NewCall) -> dict[str, Any]:
    moments = {
        "opens_at": to_utc(new.opens_wall, exhibition.zone),
        "closes_at": to_utc(new.closes_wall, exhibition.zone),
    }
    return {"zone": exhibition.zone, **vars(new), **moments}


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
