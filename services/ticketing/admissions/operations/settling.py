"""Settles holders' days: the admission that their scans amount to, and the counters that it moves.

What a holder's day adds is a function of all its scans. It is computed anew whenever one arrives, and the counters
move by the difference: so the order of arrival cannot matter, and a recount finds the same numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.admissions.domain import (
    BadgeKind,
    CountKey,
    Direction,
    HolderDay,
    Passage,
    live_day,
)
from services.ticketing.admissions.models import admission, attendance_count, attendee, badge, scan, tally
from shared import clock
from shared.db import insert, insert_all

HolderDayKey = tuple[UUID, date]


class Difference(NamedTuple):
    """A counter that does not say what the scans say."""

    key: CountKey
    kept: int
    counted: int


Held = dict[HolderDayKey, sa.Row[Any]]
_STORING = "ON CONFLICT (exhibition_id, holder_id, gate_day) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}"
    for name in ("scan_id", "badge_id", "kind", "gate", "admitted_at", "last_passed_at", "counts")
)
_MOVING = (
    "ON CONFLICT (exhibition_id, measure, day, place, kind) "
    "DO UPDATE SET value = attendance_count.value + excluded.value"
)


def hold(db: Connection, exhibition_id: UUID, days: Iterable[HolderDayKey]) -> Held:
    """Hold a row for each holder's day until the commit, in a fixed order; what it said before."""
    wanted = sorted(set(days))
    return _lock(db, exhibition_id, wanted) if wanted else {}


def guard(db: Connection, exhibition_id: UUID, badge_id: UUID, day: date) -> bool:
    """Make scans of a badge that happen on this day wait until the commit, or be waited for; whether that is needed.

    A scan that does not know the badge yet and the message that tells of it would else not see one another. On
    SQLite one writes at a time.
    """
    if db.dialect.name == "sqlite":
        return False
    _lock(db, exhibition_id, [(badge_id, day)])
    return True


def let_go(db: Connection, exhibition_id: UUID, badge_id: UUID, day: date) -> None:
    """Remove what only guarded."""
    own = admission.c
    mine = sa.delete(admission).where(own.exhibition_id == exhibition_id, own.holder_id == badge_id)
    db.execute(mine.where(own.gate_day == day, own.last_passed_at.is_(None), own.scan_id.is_(None)))


def settle(
    db: Connection, exhibition_id: UUID, before: Held, *, zone: str, persons: set[UUID] | None = None
) -> dict[HolderDayKey, HolderDay]:
    """Bring admissions and counters in line with the scans of these held days; `persons` as for passages_of."""
    wanted = sorted(before)
    if not wanted:
        return {}
    passages = passages_of(db, exhibition_id, wanted, zone, persons)
    lived = {key: live_day(passages.get(key, [])) for key in wanted}
    changed = {key: day for key, day in lived.items() if _is_news(before[key], day)}
    if changed:
        _store(db, exhibition_id, changed)
        moves: Counter[CountKey] = Counter()
        for key, day in changed.items():
            moves.update(day.counts)
            moves.subtract(_from_json(before[key].counts))
        moves.update(_visitors(db, exhibition_id, before, changed))
        move_counts(db, exhibition_id, moves)
    return lived


def recount(db: Connection, exhibition_id: UUID, *, zone: str) -> list[Difference]:
    """Count everything anew from the scans and compare with the counters; an empty list is what should come."""
    asked = sa.select(scan.c.badge_id, scan.c.gate_day).where(scan.c.exhibition_id == exhibition_id)
    read = db.execute(asked.where(scan.c.badge_id.is_not(None)).distinct()).all()
    holders = _holders(db, exhibition_id, {row.badge_id for row in read})
    days = {(holders.get(row.badge_id, row.badge_id), row.gate_day) for row in read}
    counted: Counter[CountKey] = Counter()
    visitors: set[tuple[UUID, str]] = set()
    for (holder, _), passages in passages_of(db, exhibition_id, days, zone).items():
        day = live_day(passages)
        counted.update(day.counts)
        if day.winner is not None:
            visitors.add((holder, day.winner.kind.value))
    counted.update(CountKey("visitors", "", "", kind) for _, kind in visitors)
    counted.update(_tallied(db, exhibition_id))
    kept = read_counts(db, exhibition_id)
    keys = sorted(set(kept) | set(counted))
    return [Difference(key, kept[key], counted[key]) for key in keys if kept[key] != counted[key]]


def _tallied(db: Connection, exhibition_id: UUID) -> Counter[CountKey]:
    own = tally.c
    asked = sa.select(own.direction, own.gate_day, own.gate, own.reason, sa.func.sum(own.heads).label("heads"))
    asked = asked.where(own.exhibition_id == exhibition_id)
    rows = db.execute(asked.group_by(own.direction, own.gate_day, own.gate, own.reason))
    return Counter({tally_key(row.direction, row.gate_day, row.gate, row.reason): int(row.heads) for row in rows})


def tally_key(direction: str, day: date, gate: str, reason: str) -> CountKey:
    """The counter of heads: a measure of its own, never mixed into visits, ins or outs."""
    return CountKey(f"tally-{direction}", day.isoformat(), gate, reason)


def read_counts(db: Connection, exhibition_id: UUID) -> Counter[CountKey]:
    """Every counter of an exhibition."""
    rows = db.execute(sa.select(attendance_count).where(attendance_count.c.exhibition_id == exhibition_id))
    return Counter({CountKey(row.measure, row.day, row.place, row.kind): row.value for row in rows})


def _lock(db: Connection, exhibition_id: UUID, days: list[HolderDayKey]) -> dict[HolderDayKey, sa.Row[Any]]:
    rows = [
        {"exhibition_id": exhibition_id, "holder_id": holder, "gate_day": day, "counts": []} for holder, day in days
    ]
    return {(row.holder_id, row.gate_day): row for row in db.execute(_written(db, _holding), rows)}


def _holders(db: Connection, exhibition_id: UUID, badges: set[UUID]) -> dict[UUID, UUID]:
    """Whose each badge is, as far as we know."""
    asked = sa.select(badge.c.id, badge.c.person_id).where(badge.c.exhibition_id == exhibition_id)
    if len(badges) <= 1000:
        asked = asked.where(badge.c.id.in_(badges))
    return {row.id: row.person_id for row in db.execute(asked)}


# Written once, as every scan asks for these.
_BADGES = sa.select(badge.c.id, badge.c.person_id, badge.c.state, badge.c.state_at, badge.c.residence).where(
    badge.c.exhibition_id == sa.bindparam("exhibition")
)
# two statements: for an OR of two indexes SQLite reads every badge of the exhibition
_BY_ID, _BY_PERSON = (
    _BADGES.where(which.in_(sa.bindparam("those", expanding=True))) for which in (badge.c.id, badge.c.person_id)
)
_SCANS = sa.select(scan).where(scan.c.exhibition_id == sa.bindparam("exhibition"))
_READ = _SCANS.where(scan.c.badge_id.is_not(None))
# IS NOT NULL beside it would make SQLite read every scan of the exhibition
_READ_OF_FEW = _SCANS.where(scan.c.badge_id.in_(sa.bindparam("badges", expanding=True))).where(
    scan.c.gate_day.in_(sa.bindparam("days", expanding=True))
)


def passages_of(
    db: Connection, exhibition_id: UUID, days: Iterable[HolderDayKey], zone: str, persons: set[UUID] | None = None
) -> dict[HolderDayKey, list[Passage]]:
    """The scans of each holder's day, whatever badge of theirs was read.

    `persons`: which holders are persons we know, where somebody has just looked; the others are badges we do not.
    """
    wanted = set(days)
    holders = {holder for holder, _ in wanted}
    is_few = len(wanted) <= 1000
    same: dict[str, Any] = {"exhibition": exhibition_id}
    some: list[tuple[Any, set[UUID]]] = [(_BY_ID, holders), (_BY_PERSON, holders)]
    if is_few and persons is not None:
        some = [(_BY_PERSON, persons)] if persons else []
    asked = [(one, same | {"those": list(those)}) for one, those in some] if is_few else [(_BADGES, same)]
    badges = {row.id: row for one, values in asked for row in db.execute(one, values)}
    if is_few:
        same |= {"badges": list(holders | set(badges)), "days": list({day for _, day in wanted})}
    found: defaultdict[HolderDayKey, list[Passage]] = defaultdict(list)
    for row in db.execute(_READ_OF_FEW if is_few else _READ, same):
        known = badges.get(row.badge_id)
        key = (known.person_id if known is not None else row.badge_id, row.gate_day)
        if key in wanted:
            is_void = known is not None and known.state != "valid" and row.scanned_at >= known.state_at
            residence = known.residence if known is not None else ""
            found[key].append(replace(_passage(row, zone, is_void=is_void), residence=residence))
    return found


def _passage(row: sa.Row[Any], zone: str, *, is_void: bool) -> Passage:
    return Passage(
        scan_id=row.id,
        badge_id=row.badge_id,
        kind=BadgeKind(row.kind),
        gate=row.gate,
        direction=Direction(row.direction),
        scanned_at=row.scanned_at,
        wall=clock.to_wall(row.scanned_at, zone),
        is_void=is_void,
        is_override=row.override is not None,
        hall=row.hall,
    )


def _store(db: Connection, exhibition_id: UUID, changed: dict[HolderDayKey, HolderDay]) -> None:
    rows = [
        {
            "exhibition_id": exhibition_id,
            "holder_id": holder,
            "gate_day": gate_day,
            "scan_id": day.winner.scan_id if day.winner else None,
            "badge_id": day.winner.badge_id if day.winner else None,
            "kind": day.winner.kind.value if day.winner else None,
            "gate": day.winner.gate if day.winner else None,
            "admitted_at": day.winner.scanned_at if day.winner else None,
            "last_passed_at": day.last.scanned_at if day.last else None,
            "counts": _as_json(day.counts),
        }
        for (holder, gate_day), day in changed.items()
    ]
    insert_all(db, admission, rows, _STORING)


def _visitors(
    db: Connection,
    exhibition_id: UUID,
    before: dict[HolderDayKey, sa.Row[Any]],
    changed: dict[HolderDayKey, HolderDay],
) -> Counter[CountKey]:
    """Holders admitted for the first time ever, or no longer on any day, by kind."""
    days: Counter[tuple[UUID, str]] = Counter()
    for (holder, gate_day), day in changed.items():
        was = before[holder, gate_day].kind
        now = day.winner.kind.value if day.winner else None
        if now != was:
            days.update([(holder, kind) for kind in (now,) if kind])
            days.subtract([(holder, kind) for kind in (was,) if kind])
    moved = {key: step for key, step in sorted(days.items()) if step}
    if not moved:
        return Counter()
    rows = [
        {"exhibition_id": exhibition_id, "holder_id": holder, "kind": kind, "days": step}
        for (holder, kind), step in moved.items()
    ]
    visitors: Counter[CountKey] = Counter()
    for row in db.execute(_written(db, _attending), rows):
        is_here, was_here = row.days > 0, row.days - moved[row.holder_id, row.kind] > 0
        visitors[CountKey("visitors", "", "", row.kind)] += is_here - was_here
    return visitors


def move_counts(db: Connection, exhibition_id: UUID, moves: Counter[CountKey]) -> None:
    """Add to the counters, rows in a fixed order so that two groups never wait for each other in a ring."""
    rows = [
        {"exhibition_id": exhibition_id, **key._asdict(), "value": step} for key, step in sorted(moves.items()) if step
    ]
    insert_all(db, attendance_count, rows, _MOVING)


# Every scan says these: they are put together once for each engine.
_statements: dict[tuple[str, str], Any] = {}


def _written(db: Connection, write: Callable[[Connection], Any]) -> Any:
    key = db.dialect.name, write.__name__
    if key not in _statements:
        _statements[key] = write(db)
    return _statements[key]


def _holding(db: Connection) -> Any:
    fresh = insert(db, admission)
    key = ["exhibition_id", "holder_id", "gate_day"]
    return fresh.on_conflict_do_update(index_elements=key, set_={"gate_day": fresh.excluded.gate_day}).returning(
        admission
    )


def _attending(db: Connection) -> Any:
    fresh = insert(db, attendee)
    return fresh.on_conflict_do_update(
        index_elements=["exhibition_id", "holder_id", "kind"],
        set_={"days": attendee.c.days + fresh.excluded.days},
    ).returning(attendee)


def _is_news(before: sa.Row[Any], day: HolderDay) -> bool:
    """Whether another scan wins or passed last, or other counts follow, than were kept."""
    winner = day.winner.scan_id if day.winner else None
    last_at = day.last.scanned_at if day.last else None
    kept = (before.scan_id, before.last_passed_at, before.counts)
    return bool(kept != (winner, last_at, _as_json(day.counts)))


def _as_json(counts: Counter[CountKey]) -> list[list[Any]]:
    return [[*key, step] for key, step in sorted(counts.items()) if step]


def _from_json(said: list[list[Any]]) -> Counter[CountKey]:
    return Counter({CountKey(*key): step for *key, step in said})
