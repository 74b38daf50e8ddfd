"""What a device carries to decide alone: keys, gates, days, and the badges that no longer count."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition, SigningKey
from services.ticketing.admissions.domain.bundles import Bundle, Holder
from services.ticketing.admissions.models import badge
from services.ticketing.admissions.operations import list_gates


def gather(db: Connection, where: Exhibition, keys: Mapping[int, SigningKey], at: datetime, holder: Holder) -> Bundle:
    """The bundle of an exhibition at this moment: keys that verify, badges replaced or revoked."""
    good = [key for _, key in sorted(keys.items()) if key.verifies(at)]
    return Bundle(where, list_gates(db, where.id), good, ended_badges(db, where.id), holder)


def ended_badges(db: Connection, exhibition_id: UUID) -> list[UUID]:
    """Badges that no longer count, in the order of their ids."""
    asked = sa.select(badge.c.id).where(badge.c.exhibition_id == exhibition_id, sa.text("state <> 'valid'"))
    return list(db.execute(asked.order_by(badge.c.id)).scalars())
