"""Many people at the same moment, and an auditor who recounts."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa

from deploy.embedded.plan import WEB_THREADS
from services.ticketing.bookings.domain import LIVE
from services.ticketing.bookings.domain.offers import LinePolicy
from services.ticketing.bookings.models import booking, person_day
from services.ticketing.programme.models import room, session
from shared import clock
from shared.db import Database
from shared.ids import new_id
from shared.outbox import outbox
from tests.integration.ticketing.scene import API, Fair
from tests.kit.services import Service

T = TypeVar("T")


def at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Start all of them at the same moment; their results in order."""
    together = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        together.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


class AllHaveLooked:
    """So many wait for one another once, however slow the machine; whoever comes later does not wait."""

    def __init__(self, number: int) -> None:
        self._barrier, self._met = threading.Barrier(number), threading.Event()

    def wait(self) -> None:
        """Until all are here."""
        if not self._met.is_set():
            self._barrier.wait(timeout=60)
            self._met.set()


@dataclass
class Webs:
    """Several web processes of one service; requests go round, and wait where as many are answered as have threads."""

    fair: Fair
    services: list[Service]

    def __post_init__(self) -> None:
        rooms = [(one, threading.Semaphore(WEB_THREADS)) for one in self.services]
        self._turns, self.desk = itertools.cycle(rooms), rooms[0][1]
        for service in self.services:
            assert service.app

    def post(self, path: str, body: dict[str, Any], headers: dict[str, str], key: str | None = None) -> Any:
        """One request of somebody with an own connection."""
        web, threads = next(self._turns)
        sent = headers | {"Idempotency-Key": key or str(new_id())}
        with threads:
            return web.new_client().post(f"{API}{path}", json=body, headers=sent)

    def book(self, reference: str, person: UUID | None = None, *, seats: int = 1, key: str | None = None) -> Any:
        """Somebody books."""
        headers = self.fair.person(person or uuid4())
        return self.post(f"/sessions/{reference}/bookings", {"party_size": seats}, headers, key)

    def make_session(self, reference: str, capacity: int, waiting_limit: int) -> None:
        """Give a session of the programme another size, in rooms that hold it."""
        with self.fair.service.writing() as db:
            db.execute(sa.update(room).values(capacity=1000))
            sizes = {"capacity": capacity, "waiting_limit": waiting_limit}
            db.execute(sa.update(session).where(session.c.reference == reference).values(**sizes))

    def resize(self, reference: str, capacity: int, waiting_limit: int = 40) -> int:
        """The office gives a session another room size, by its form's route; the status, as it may be too small."""
        client, headers = self.fair.service.new_client(), self.fair.staff("organiser")
        told = client.get(f"{API}/sessions/{reference}").get_json()
        start, end = told["starts_wall"].split("T"), told["ends_wall"].split("T")
        body = {name: told[name] for name in ("kind", "titles", "summaries", "spoken")}
        body |= {"day": start[0], "start": start[1][:5], "end": end[1][:5], "room": told["room"]["reference"]}
        sized = {"capacity": capacity, "waiting_limit": waiting_limit}
        match = {"If-Match": f'"{told["version"]}"'}
        return int(client.put(f"{API}/sessions/{reference}", json=body | sized, headers=headers | match).status_code)

    @property
    def database(self) -> Database:
        """The database all of them share."""
        return self.fair.service.database


def faults_of(database: Database, *, policy: LinePolicy = LinePolicy.STRICT_ORDER) -> list[str]:
    """What a recount finds wrong: oversold, miscounted, an empty seat while the head of the line fits, untold."""
    with database.reading() as db:
        sessions = db.execute(sa.select(session)).all()
        bookings = db.execute(sa.select(booking).order_by(booking.c.line_number)).all()
        told = {(row.subject_id, row.subject_version) for row in db.execute(sa.select(outbox))}
        days = {(row.person_id, row.day): row.seats for row in db.execute(sa.select(person_day)) if row.seats}
    found = []
    for one in sessions:
        held = [row for row in bookings if row.session_id == one.id]
        taken = sum(row.party_size for row in held if row.state == "confirmed")
        kept = sum(row.party_size for row in held if row.state == "held")
        offered = sum(row.party_size for row in held if row.state == "offered" and not row.is_first_come)
        line = [row for row in held if row.state == "waitlisted"]
        waiting = len(line) + sum(row.state == "offered" and row.is_first_come for row in held)
        persons = Counter(row.person_id for row in held if row.state in LIVE)
        free = one.capacity - taken - kept - offered
        counted, said = (taken, kept, offered, waiting), (one.taken, one.held, one.offered, one.waiting)
        found += [f"{one.reference} oversold: {counted} of {one.capacity}"] if free < 0 else []
        found += [f"{one.reference} counts {said}, a recount {counted}"] if said != counted else []
        # once it has begun, free seats are for those who queue at the door
        line = [row for row in held if row.state == "queued"] if one.starts_at <= clock.now() < one.ends_at else line
        entitled = line[:1] if policy is LinePolicy.STRICT_ORDER else line
        found += [
            f"{one.reference} has {free} free while {row.party_size} wait" for row in entitled if row.party_size <= free
        ]
        found += [f"somebody holds {n} bookings of {one.reference}" for n in persons.values() if n > 1]
        elsewhere = sum(row.state in LIVE and row.day != one.starts_wall.date() for row in held)
        found += [f"{elsewhere} bookings of {one.reference} count on another day"] if elsewhere else []
    found += _faults_of_days(bookings, days)
    found += [
        f"version {version} of {row.reference} was not told"
        for row in bookings
        for version in range(1, row.version + 1)
        if (row.id, version) not in told
    ]
    return found


def _faults_of_days(bookings: Sequence[sa.Row[Any]], days: Mapping[tuple[UUID, date], int]) -> list[str]:
    claims: Counter[tuple[UUID, date]] = Counter()
    for row in bookings:
        claims[row.person_id, row.day] += row.party_size if row.state in LIVE and row.kind in ("own", "passed") else 0
    return [
        f"{who} has {days.get(who, 0)} seats that day, a recount {n}"
        for who, n in claims.items()
        if days.get(who, 0) != n
    ]
