"""Records scans, decides who is let in, and keeps the counters equal to what the scans say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition, SigningKey
from services.ticketing.admissions.domain import (
    BadgeKind,
    Direction,
    Gate,
    GateNotFound,
    Reason,
    Verdict,
    Word,
    within_days,
)
from services.ticketing.admissions.domain.codes import Reading, Typed, Unread, read_code
from services.ticketing.admissions.models import badge, gate, scan
from services.ticketing.admissions.operations.settling import Held, HolderDayKey, guard, hold, let_go, settle
from shared import clock
from shared.db import insert_all, put_newer
from shared.problem import Problem


@dataclass(frozen=True, slots=True)
class Shown:
    """What was held before a reader or typed by somebody; now, unless a device says when.

    `override`: why a supervisor lets somebody in all the same; `by_name`: why somebody without a code comes in.
    """

    id: UUID
    code: str
    direction: Direction
    scanned_by: UUID | None
    scanned_at: datetime | None = None
    told: Word | None = None
    override: str | None = None
    by_name: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """One reading: the code as it came, what it was read as, where, when (`scanned_at`), by whom."""

    exhibition_id: UUID
    zone: str
    id: UUID
    gate: str
    direction: Direction
    code: str
    read: Reading | Typed | Unread
    scanned_at: datetime
    received_at: datetime
    scanned_by: UUID | None
    is_live: bool = False
    told: Word | None = None
    override: str | None = None
    by_name: str | None = None
    hall: str = ""

    @property
    def gate_day(self) -> date:
        """The local day it belongs to."""
        return clock.day_in(self.scanned_at, self.zone)


@dataclass(frozen=True, slots=True)
class _Badge:
    id: UUID
    holder_id: UUID
    kind: BadgeKind


def read_scan(where: Exhibition, at_gate: Gate, shown: Shown, keys: Mapping[int, SigningKey]) -> Scan:
    """Read what was shown at a gate; the signature is checked here, before any transaction.

    Nothing was read after it arrived: a device whose clock is ahead is taken to have read it now.
    """
    now = clock.now()
    return Scan(
        exhibition_id=where.id,
        zone=where.zone,
        id=shown.id,
        gate=at_gate.reference,
        direction=shown.direction,
        code=shown.code,
        read=read_code(shown.code, keys=keys, number=where.number, at=now),
        scanned_at=min(shown.scanned_at or now, now),
        received_at=now,
        scanned_by=shown.scanned_by,
        is_live=shown.scanned_at is None,
        told=shown.told,
        override=shown.override,
        by_name=shown.by_name,
        hall=at_gate.hall,
    )


def record_scans(db: Connection, scans: list[Scan]) -> list[Verdict | Problem]:
    """Keep scans as they were read, and say for each whether its holder may pass.

    A scan that is already kept changes nothing and hears what the kept one says.
    """
    outcomes: dict[int, Verdict | Problem] = {}
    by_exhibition: defaultdict[UUID, list[tuple[int, Scan]]] = defaultdict(list)
    for number, one in enumerate(scans):
        by_exhibition[one.exhibition_id].append((number, one))
    for exhibition_id, members in sorted(by_exhibition.items()):  # no two rounds wait for each other in a ring
        verdicts = _record(db, exhibition_id, [one for _, one in members])
        outcomes |= {number: verdict for (number, _), verdict in zip(members, verdicts, strict=True)}
    return [outcomes[number] for number in range(len(scans))]


def _record(db: Connection, exhibition_id: UUID, scans: Sequence[Scan]) -> list[Verdict]:
    known = _known_badges(db, exhibition_id, scans)
    understood = [_understand(one, known) for one in scans]
    days: set[HolderDayKey] = {
        (what.holder_id, one.gate_day) for one, what in zip(scans, understood, strict=True) if isinstance(what, _Badge)
    }
    held = hold(db, exhibition_id, days)
    told = _told_meanwhile(db, exhibition_id, scans, known)
    if told:
        known |= told
        understood = [_understand(one, known) for one in scans]
        days = {(w.holder_id, one.gate_day) for one, w in zip(scans, understood, strict=True) if isinstance(w, _Badge)}
        held |= hold(db, exhibition_id, days - set(held))
    scans = _in_order_of_decision(scans, understood, held)
    rows = [_row(one, what) for one, what in zip(scans, understood, strict=True)]
    # in one order for everybody, so that two batches with the same scans never wait for each other in a ring
    insert_all(db, scan, sorted(rows, key=lambda row: row["id"]), "ON CONFLICT DO NOTHING")
    lived = settle(db, exhibition_id, held, zone=scans[0].zone, persons={row.person_id for row in known.values()})
    verdicts = []
    for one, what in zip(scans, understood, strict=True):
        if isinstance(what, Verdict):
            verdicts.append(what)
        else:
            verdicts.append(lived[what.holder_id, one.gate_day].verdicts.get(one.id, _ELSEWHERE))
    return verdicts


def _in_order_of_decision(scans: Sequence[Scan], understood: Sequence[_Badge | Verdict], held: Held) -> list[Scan]:
    """Give scans that happen now a time after whatever their holder did last.

    Two stewards at two gates at once: without it the one heard second might have the earlier time, take over, and
    both would have heard yes. Scans that a device brings later keep the device's times.
    """
    last = {key: row.last_passed_at for key, row in held.items()}
    ordered = []
    for one, what in zip(scans, understood, strict=True):
        key = (what.holder_id, one.gate_day) if isinstance(what, _Badge) else None
        if key and one.is_live:
            before = last.get(key)
            if before is not None and before >= one.scanned_at:
                one = replace(one, scanned_at=before + timedelta(microseconds=1))
            last[key] = one.scanned_at
        ordered.append(one)
    return ordered


# two statements: for an OR of two indexes SQLite reads every badge of the exhibition
_BY_ID, _BY_REFERENCE = (
    sa.select(badge)
    .where(badge.c.exhibition_id == sa.bindparam("exhibition"))
    .where(which.in_(sa.bindparam("those", expanding=True)))
    for which in (badge.c.id, badge.c.reference)
)
# A scan id that was used before for another badge: nothing was kept, nobody is let in by it.
_ELSEWHERE = Verdict(Word.REFUSED, Reason.UNREADABLE)


def _known_badges(db: Connection, exhibition_id: UUID, scans: Iterable[Scan]) -> dict[UUID | str, sa.Row[Any]]:
    """Copies of the badges read or typed, by id and by reference."""
    ids = {one.read.badge_id for one in scans if isinstance(one.read, Reading)}
    references = {one.read.reference for one in scans if isinstance(one.read, Typed)}
    asked: list[tuple[Any, set[Any]]] = [(_BY_ID, ids), (_BY_REFERENCE, references)]
    same = {"exhibition": exhibition_id}
    rows = [row for one, those in asked if those for row in db.execute(one, same | {"those": list(those)})]
    return {row.id: row for row in rows} | {row.reference: row for row in rows}


def _told_meanwhile(
    db: Connection, exhibition_id: UUID, scans: Iterable[Scan], known: Mapping[UUID | str, sa.Row[Any]]
) -> dict[UUID | str, sa.Row[Any]]:
    """Badges whose message was handled after they were looked for and before their days were held."""
    if db.dialect.name == "sqlite":
        return {}  # one writes at a time
    missing = [one for one in scans if isinstance(one.read, Reading) and one.read.badge_id not in known]
    return _known_badges(db, exhibition_id, missing)


def _understand(one: Scan, known: dict[UUID | str, sa.Row[Any]]) -> _Badge | Verdict:
    """The badge that may pass on the day of the scan, or why none does."""
    read = one.read
    if isinstance(read, Unread):
        return Verdict(Word.REFUSED, read.reason)
    if isinstance(read, Typed):
        row = known.get(read.reference)
        if row is None:
            return Verdict(Word.REFUSED, Reason.UNKNOWN_BADGE)
        read = Reading(row.id, BadgeKind(row.kind), row.first_day, row.last_day)
    outside = within_days(read.first_day, read.last_day, one.gate_day)
    if outside is not None and one.override is None:
        return outside
    row = known.get(read.badge_id)
    return _Badge(read.badge_id, row.person_id if row is not None else read.badge_id, read.kind)


def _row(one: Scan, what: _Badge | Verdict) -> dict[str, Any]:
    passing = what if isinstance(what, _Badge) else None
    return {
        "exhibition_id": one.exhibition_id,
        "id": one.id,
        "gate": one.gate,
        "direction": one.direction.value,
        "code": one.code,
        "badge_id": passing.id if passing else None,
        "kind": passing.kind.value if passing else None,
        "gate_day": one.gate_day,
        "scanned_at": one.scanned_at,
        "received_at": one.received_at,
        "scanned_by": one.scanned_by,
        "told": one.told.value if one.told else None,
        "override": one.override,
        "by_name": one.by_name,
        "hall": one.hall,
    }


def keep_badge(db: Connection, row: dict[str, Any], *, zone: str) -> None:
    """Take what registration says of a badge, unless we know something newer.

    Scans that came before it are settled again: its holder is now a person we know, or it was replaced.
    """
    if not put_newer(db, badge, row):
        return
    exhibition_id, badge_id = row["exhibition_id"], row["id"]
    today = clock.day_in(clock.now(), zone)
    is_guarded = guard(db, exhibition_id, badge_id, today)
    asked = sa.select(scan.c.gate_day).where(scan.c.exhibition_id == exhibition_id, scan.c.badge_id == badge_id)
    days = set(db.execute(asked.distinct()).scalars())
    holders: set[HolderDayKey] = {(holder, day) for holder in (badge_id, row["person_id"]) for day in days}
    settle(db, exhibition_id, hold(db, exhibition_id, holders), zone=zone)
    if is_guarded and today not in days:
        let_go(db, exhibition_id, badge_id, today)


def list_gates(db: Connection, exhibition_id: UUID) -> list[Gate]:
    """The gates in the order of their references."""
    asked = sa.select(gate).where(gate.c.exhibition_id == exhibition_id).order_by(gate.c.reference)
    return [Gate(row.id, row.reference, row.names, row.hall) for row in db.execute(asked)]


def find_gate(db: Connection, exhibition_id: UUID, reference: str) -> Gate:
    """The gate of this reference; GateNotFound."""
    asked = sa.select(gate).where(gate.c.exhibition_id == exhibition_id, gate.c.reference == reference)
    row = db.execute(asked).first()
    if row is None:
        raise GateNotFound
    return Gate(row.id, row.reference, row.names, row.hall)
