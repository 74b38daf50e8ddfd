"""Keeps and reads ticketing's copies of exhibitions, keys and staff."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Device, Exhibition, SigningKey
from services.ticketing.access.models import device, exhibition, signing_key, staff
from shared import clock
from shared.db import insert_new, put_newer
from shared.outbox import Received
from shared.problem import NotFound
from shared.tokens import unb64


def keep_exhibition(db: Connection, message: Received) -> bool:
    """Take what registration says of an exhibition, unless we know something newer; whether it is the first we hear."""
    said = message.body
    same = ("reference", "number", "names", "kind", "zone", "languages", "venue_names", "town_names")
    row: dict[str, Any] = {name: said[name] for name in (*same, "organiser_names", "halls", "state")}
    row |= {
        "exhibition_id": message.exhibition_id,
        "version": message.subject_version,
        "first_day": date.fromisoformat(said["first_day"]),
        "last_day": date.fromisoformat(said["last_day"]),
    }
    is_first = bool(insert_new(db, exhibition, [row], returning=[exhibition.c.exhibition_id]))
    if not is_first:
        put_newer(db, exhibition, row, key=("exhibition_id",))
    return is_first


def keep_key(db: Connection, row: dict[str, Any]) -> bool:
    """Take a public key, its end or its revocation, unless we know something newer."""
    return put_newer(db, signing_key, row, key=("id",))


def keep_staff(db: Connection, row: dict[str, Any]) -> bool:
    """Take somebody's roles, unless we know something newer."""
    return put_newer(db, staff, row, key=("id",))


def keep_device(db: Connection, row: dict[str, Any]) -> bool:
    """Take where and when a device may read badges, unless we know something newer."""
    return put_newer(db, device, row)


def device_of(db: Connection, exhibition_id: UUID, device_id: UUID) -> Device | None:
    """A device as we know it."""
    own = device.c
    row = db.execute(sa.select(device).where(own.exhibition_id == exhibition_id, own.id == device_id)).first()
    if row is None:
        return None
    days = (row.first_day, row.last_day)
    return Device(
        row.device_version, tuple(row.gates), *days, row.from_hour, row.until_hour, row.is_revoked, row.profile
    )


def find_exhibition(db: Connection, reference: str) -> Exhibition:
    """The exhibition of this reference; NotFound."""
    row = db.execute(sa.select(exhibition).where(exhibition.c.reference == reference)).first()
    if row is None:
        raise NotFound
    return _exhibition(row)


def knows_exhibitions(db: Connection) -> bool:
    """Whether any exhibition has arrived; in the first second after the first start none has."""
    return db.execute(sa.select(exhibition.c.exhibition_id).limit(1)).first() is not None


def exhibition_of(db: Connection, exhibition_id: UUID) -> Exhibition:
    """The exhibition of this id; NotFound."""
    row = db.execute(sa.select(exhibition).where(exhibition.c.exhibition_id == exhibition_id)).first()
    if row is None:
        raise NotFound
    return _exhibition(row)


def exhibitions_of(db: Connection, ids: set[UUID]) -> dict[UUID, Exhibition]:
    """The exhibitions of these ids, in one statement; unknown ids are absent."""
    rows = db.execute(sa.select(exhibition).where(exhibition.c.exhibition_id.in_(ids)))
    return {row.exhibition_id: _exhibition(row) for row in rows}


def list_keys(db: Connection) -> list[SigningKey]:
    """Every key we know, revoked ones included."""
    rows = db.execute(sa.select(signing_key))
    return [
        SigningKey(row.key_id, row.number, row.purpose, unb64(row.public_key), row.verifies_until, row.is_revoked)
        for row in rows
    ]


def staff_standing(db: Connection, staff_id: UUID) -> tuple[int, bool] | None:
    """The version a token of this member of staff must carry, and whether they are active; None if unknown."""
    row = db.execute(sa.select(staff.c.staff_version, staff.c.is_active).where(staff.c.id == staff_id)).first()
    return (row.staff_version, row.is_active) if row is not None else None


def _exhibition(row: sa.Row[Any]) -> Exhibition:
    return Exhibition(
        id=row.exhibition_id,
        version=row.version,
        reference=row.reference,
        number=row.number,
        names=row.names,
        kind=row.kind,
        first_day=row.first_day,
        last_day=row.last_day,
        zone=row.zone,
        languages=tuple(row.languages),
        venue_names=row.venue_names,
        town_names=row.town_names,
        organiser_names=row.organiser_names,
        halls=tuple(row.halls),
        state=row.state,
    )


def exhibitions_on(db: Connection, at: datetime, after: timedelta = timedelta()) -> list[Exhibition]:
    """Exhibitions whose days have begun and are not over, or have been for no longer than `after`; local days."""
    near, own = timedelta(days=1), exhibition.c
    asked = sa.select(exhibition).where(own.first_day <= at.date() + near, own.last_day >= at.date() - after - near)
    found = [_exhibition(row) for row in db.execute(asked)]
    return [one for one in found if one.first_day <= clock.day_in(at, one.zone) <= one.last_day + after]


def exhibition_ids(db: Connection) -> list[UUID]:
    """Every exhibition we know."""
    return list(db.execute(sa.select(exhibition.c.exhibition_id)).scalars())
