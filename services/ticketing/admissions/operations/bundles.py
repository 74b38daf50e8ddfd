"""What a device carries to decide alone: keys, gates, days, and the badges that no longer count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition, SigningKey
from services.ticketing.admissions.models import badge
from services.ticketing.admissions.operations import Gate, list_gates


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks: their profile (steward, supervisor, desk) and the gates they may stand at; none: all."""

    profile: str
    gates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """Enough to decide without a network."""

    exhibition: Exhibition
    gates: list[Gate]
    keys: list[SigningKey]
    ended: list[UUID]
    holder: Holder


def gather(db: Connection, where: Exhibition, keys: Mapping[int, SigningKey], at: datetime, holder: Holder) -> Bundle:
    """The bundle of an exhibition at this moment: keys that verify, badges replaced or revoked."""
    good = [key for _, key in sorted(keys.items()) if key.verifies(at)]
    return Bundle(where, list_gates(db, where.id), good, ended_badges(db, where.id), holder)


def ended_badges(db: Connection, exhibition_id: UUID) -> list[UUID]:
    """Badges that no longer count, in the order of their ids."""
    asked = sa.select(badge.c.id).where(badge.c.exhibition_id == exhibition_id, sa.text("state <> 'valid'"))
    return list(db.execute(asked.order_by(badge.c.id)).scalars())
