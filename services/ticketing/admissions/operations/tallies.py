"""Heads counted at a gate without a code: a school class, a free day, the unnamed members of a party."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.admissions.domain import CountKey, Direction, TallyReason
from services.ticketing.admissions.models import tally
from services.ticketing.admissions.operations import find_gate
from services.ticketing.admissions.operations.bringing import Bearer
from services.ticketing.admissions.operations.settling import move_counts, read_counts, tally_key
from shared import clock
from shared.db import insert_new
from shared.problem import NotAllowed


@dataclass(frozen=True, slots=True)
class Heads:
    """So many people, at which gate, which way, why without a code, when."""

    id: UUID
    gate: str
    heads: int
    reason: TallyReason
    direction: Direction
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Tallied:
    """Heads of one day at one gate for one reason."""

    gate: str
    reason: str
    ins: int
    outs: int


def count_heads(db: Connection, where: Exhibition, said: Heads, by: Bearer) -> None:
    """Keep heads and move their counters; the same id again changes nothing. Nothing was counted after it came.

    GateNotFound; NotAllowed where a device stands elsewhere or has other hours.
    """
    now = clock.now()
    counted_at, gate = min(said.counted_at, now), find_gate(db, where.id, said.gate.upper()).reference
    if by.device is not None and not by.device.works(clock.to_wall(counted_at, where.zone), gate):
        raise NotAllowed
    day = clock.day_in(counted_at, where.zone)
    row = {
        "exhibition_id": where.id,
        "id": said.id,
        "gate": gate,
        "direction": said.direction.value,
        "heads": said.heads,
        "reason": said.reason.value,
        "gate_day": day,
        "counted_at": counted_at,
        "received_at": now,
        "counted_by": by.id,
    }
    if insert_new(db, tally, [row], returning=[tally.c.id]):
        key = tally_key(said.direction.value, day, gate, said.reason.value)
        move_counts(db, where.id, Counter({key: said.heads}))


def tallied_on(db: Connection, exhibition_id: UUID, day: date) -> list[Tallied]:
    """What was counted on a local day, by gate and reason; apart from visits and from who is inside by badge."""
    counts = read_counts(db, exhibition_id)
    wanted = {(one.place, one.kind) for one in counts if one.measure.startswith("tally-") and one.day == str(day)}

    def of(measure: str, gate: str, reason: str) -> int:
        return counts[CountKey(measure, str(day), gate, reason)]

    return [Tallied(*one, of("tally-in", *one), of("tally-out", *one)) for one in sorted(wanted)]


def every_tally(db: Connection, exhibition_id: UUID) -> Iterator[sa.Row[Any]]:
    """Every count of heads as it was made, in the order of their times."""
    own = tally.c
    asked = sa.select(tally).where(own.exhibition_id == exhibition_id)
    yield from db.execute(asked.order_by(own.gate_day, own.counted_at, own.id))
