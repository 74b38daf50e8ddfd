"""`notices`: from a booking to the provider's yes; how many a channel brings at its peak; what many cost in memory."""

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.notifications.notices.models import notice
from shared import clock
from shared.db import Database
from shared.ids import new_id
from shared.outbox import outbox
from tests.bench.figures import Figure, quantile_ms
from tests.bench.load import opened, post
from tests.bench.relay import bare_tasks
from tests.bench.running import engines, running
from tests.faults.checker import settle
from tests.faults.crowd import Crowd
from tests.faults.system import EXHIBITION, System
from tests.kit.waiting import wait_until

PER_SECOND, SECONDS = 100, 10
BARE, BUSY = 2000.0, 0.9
"""Bare tasks a second on the machine that the goals are meant for; the share of its time above which none is left."""

PEAK, ANNOUNCED, MANY, MANY_QUICK = 1500, 50_000, 100_000, 10_000
AT_ONCE = 1000
LOW = 2


def notices() -> Iterator[Figure]:
    """Booking → the gateway's yes at 100 bookings a second, alone and beside an announcement; the peak by channel.

    A machine that has no processor left for so many is asked again for as many as it is slower by.
    """
    bare = bare_tasks()
    fewer = max(1, round(PER_SECOND * min(1.0, bare / BARE)))
    for engine in engines():
        with running(engine) as system:
            crowd = _people(system, 2 * (PER_SECOND + fewer) * SECONDS)
            yield (first := _told(system, crowd, engine, "notices", 0, PER_SECOND))
            if is_slow := first.more["processor"] > BUSY:
                yield _told(system, crowd, engine, "notices_fewer", 0, fewer)
            for channel in ("sms", "email"):
                yield _peak(system, engine, channel, bare)
            yield _told(system, crowd, engine, "notices_beside_announcement", ANNOUNCED, PER_SECOND)
            if is_slow:
                yield _told(system, crowd, engine, "notices_fewer_beside_announcement", 0, fewer)


def notices_memory(many: int = MANY) -> Iterator[Figure]:
    """Megabytes of notifications' worker after each tenth of very many notices: flat, or it leaks."""
    for engine in engines():
        with running(engine) as system:
            _people(system, 20)
            _bring(system, "sms", many // 10)
            sizes = [_worker_megabytes(system)]
            for _ in range(9):
                _bring(system, "sms", many // 10)
                sizes.append(_worker_megabytes(system))
            grown = sizes[-1] / sizes[0]
            yield Figure("notices_memory", engine, sizes[-1], "MB", more={"notices": many, "MB": sizes, "grown": grown})


def notices_memory_quick() -> Iterator[Figure]:
    """A tenth as many."""
    yield from notices_memory(MANY_QUICK)


def _people(system: System, number: int) -> Crowd:
    """So many registered, a third with an e-mail address, each told of a booking; nothing on its way any more."""
    crowd = Crowd(system, seed=1, is_mixed=True)
    crowd.register(number)
    crowd.book(crowd.people[:3], _roomy(system, 3)[0])
    if late := settle(system, 120):
        raise RuntimeError("; ".join(late))
    return crowd


def _roomy(system: System, seats: int) -> list[str]:
    """Sessions by turns, as often as they have seats left, until there are enough."""
    left = {one["reference"]: int(one["seats"]["left"]) for one in system.sessions() if one["is_bookable"]}
    turns = [name for n in range(max(left.values())) for name, free in left.items() if n < free]
    if len(turns) < seats:
        raise RuntimeError(f"the programme has only {len(turns)} seats left")
    return turns[:seats]


def _told(system: System, crowd: Crowd, engine: str, name: str, announced: int, per_second: int) -> Figure:
    """Book at a steady pace, people who have not; how long each took until the gateway had it."""
    wait_until(lambda: _due(system) == _due(system, LOW), 120, every=0.2)  # mails of the run before
    number, since = per_second * SECONDS, _clock_of(system)
    path, orders = f"/ticketing/v1/exhibitions/{EXHIBITION}/sessions", []
    people, crowd.people = crowd.people[:number], crowd.people[number:]
    for person, session in zip(people, _roomy(system, number), strict=True):
        orders.append(post(system.port, f"{path}/{session}/bookings", person.token, str(new_id()), '{"party_size":1}'))
    # all at once, where Moussem itself makes them a handful at a time: the worst there can be
    _put(system, "sms", announced, priority=LOW)
    busy = _busy_seconds()
    answers = opened(system.port, orders, per_second)
    processor = (_busy_seconds() - busy) / (answers.last * (os.cpu_count() or 1))
    wait_until(lambda: len(_durations(system, since)) >= answers.status.count(201), 60, every=0.2)
    seconds, waiting = _durations(system, since), _due(system, LOW)
    more: dict[str, Any] = {"bookings_per_second": per_second, "answers": answers.counts(), "goal_p99_ms": 1000}
    more |= {"processor": round(processor, 2), "announced_still_waiting": waiting, "notices": len(seconds)}
    p50, p99 = quantile_ms(seconds, 0.5), quantile_ms(seconds, 0.99)
    return Figure(name, engine, p99, "ms", p50_ms=p50, p99_ms=p99, more=more)


def _busy_seconds() -> float:
    """Seconds of this machine's processors that were not idle, since it began."""
    user, nice, system, _idle, _waiting, *others = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + sum(others[:2])) / os.sysconf("SC_CLK_TCK")


def _clock_of(system: System) -> datetime:
    """The clock that the system shows; it marks what comes from now on."""
    clock.set_rehearsal(system.folder / "data" / "rehearsal-clock.json")
    return clock.now()


def _durations(system: System, since: datetime) -> list[float]:
    """Seconds from each booking's message to the gateway's yes, by the books of sender and receiver."""
    with _looking(system, "ticketing") as db:
        named = outbox.c.name == "booking.confirmed.v1"
        said = {
            row.id: row.occurred_at for row in db.execute(sa.select(outbox).where(named, outbox.c.occurred_at > since))
        }
    with _looking(system, "notifications") as db:
        asked = sa.select(notice.c.id, notice.c.message_id).where(notice.c.channel == "sms", notice.c.made_at > since)
        keys = {str(row.id): row.message_id for row in db.execute(asked)}
    accepted = _accepted(system, since)
    return [(accepted[key] - said[keys[key]]).total_seconds() for key in accepted if keys.get(key) in said]


def _accepted(system: System, since: datetime) -> dict[str, datetime]:
    with sqlite3.connect(f"file:{system.folder / 'data' / 'peers.db'}?mode=ro", uri=True) as db:
        rows = db.execute(
            "SELECT key, at FROM message WHERE channel = 'sms' AND at > ?", [since.isoformat()]
        ).fetchall()
    return {key: datetime.fromisoformat(at) for key, at in rows}


def _peak(system: System, engine: str, channel: str, bare: float) -> Figure:
    """Notices that are all due at once: how many a second reach the provider."""
    figure = Figure(f"notices_peak_{channel}", engine, PEAK / _bring(system, channel, PEAK), "notices/s")
    figure.reference, figure.reference_value = "a bare Celery task doing nothing", bare
    return figure


def _bring(system: System, channel: str, number: int) -> float:
    """Let so many go out; the seconds from the last one's being due to the last one's being settled."""
    _put(system, channel, number, priority=1)
    started = time.perf_counter()
    wait_until(lambda: _due(system) == 0, 600, every=0.05)
    return time.perf_counter() - started


def _put(system: System, channel: str, number: int, *, priority: int) -> None:
    """Notices like one that was told before, to numbers of their own, a thousand in a transaction."""
    database = Database(system.database_url("notifications"), "notifications")
    try:
        with database.reading() as db:
            like = sa.select(notice).where(notice.c.channel == channel, notice.c.kind == "booking_confirmed").limit(1)
            row = dict(db.execute(like).mappings().one())
        fresh = {"state": "due", "attempts": 0, "settled_at": None, "reason": "", "next_at": clock.machine_now()}
        fresh |= {name: None for name in ("overdue_at", "provider_id", "spent_on") if name in notice.c}
        fresh |= {"priority": priority} if "priority" in notice.c else {}
        for start in range(0, number, AT_ONCE):
            rows = [row | fresh | _own(channel, n) for n in range(start, min(number, start + AT_ONCE))]
            with database.transaction() as db:
                db.execute(sa.insert(notice), rows)
    finally:
        database.dispose()


def _own(channel: str, n: int) -> dict[str, Any]:
    """What tells one such notice from the next."""
    to = f"+2127{n:08d}" if channel == "sms" else f"somebody{n}@moussem.example"
    return {"id": new_id(), "message_id": new_id(), "address": to}


def _due(system: System, priority: int | None = None) -> int:
    with _looking(system, "notifications") as db:
        asked = sa.select(sa.func.count()).select_from(notice).where(notice.c.next_at.is_not(None))
        if priority is not None and "priority" in notice.c:
            asked = asked.where(notice.c.priority == priority)
        return int(db.execute(asked).scalar_one())


@contextmanager
def _looking(system: System, service: str) -> Iterator[sa.Connection]:
    """A look at a service's database, opened for it alone."""
    database = Database(system.database_url(service), service)
    try:
        with database.reading() as db:
            yield db
    finally:
        database.dispose()


def _worker_megabytes(system: System) -> float:
    rollup = Path(f"/proc/{system.pid_of('notifications-worker')}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)
    return round(int(found[1]) / 1024, 1) if found else 0.0
