"""Many people at the same moment, and an auditor who recounts."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.ticketing.bookings.models import booking
from services.ticketing.programme.models import session
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


@dataclass
class Webs:
    """Several web processes of one service; requests go round."""

    fair: Fair
    services: list[Service]

    def __post_init__(self) -> None:
        self._turns = itertools.cycle(self.services)
        for service in self.services:
            assert service.app

    def post(self, path: str, body: dict[str, Any], headers: dict[str, str], key: str | None = None) -> Any:
        """One request of somebody with an own connection."""
        client = next(self._turns).new_client()
        return client.post(f"{API}{path}", json=body, headers=headers | {"Idempotency-Key": key or str(new_id())})

    def book(self, reference: str, person: UUID | None = None, *, seats: int = 1, key: str | None = None) -> Any:
        """Somebody books."""
        headers = self.fair.person(person or uuid4())
        return self.post(f"/sessions/{reference}/bookings", {"party_size": seats}, headers, key)

    def make_session(self, reference: str, capacity: int, waiting_limit: int) -> None:
        """Give a session of the programme another size."""
        with self.fair.service.writing() as db:
            sizes = {"capacity": capacity, "waiting_limit": waiting_limit}
            db.execute(sa.update(session).where(session.c.reference == reference).values(**sizes))

    @property
    def database(self) -> Database:
        """The database all of them share."""
        return self.fair.service.database


def faults_of(database: Database) -> list[str]:
    """What a recount finds wrong: oversold, miscounted, an empty seat while the head of the line fits, untold."""
    with database.reading() as db:
        sessions = db.execute(sa.select(session)).all()
        bookings = db.execute(sa.select(booking).order_by(booking.c.line_number)).all()
        told = {(row.subject_id, row.subject_version) for row in db.execute(sa.select(outbox))}
    found = []
    for one in sessions:
        held = [row for row in bookings if row.session_id == one.id]
        taken = sum(row.party_size for row in held if row.state == "confirmed")
        line = [row for row in held if row.state == "waitlisted"]
        persons = Counter(row.person_id for row in held if row.state != "cancelled")
        found += [f"{one.reference} oversold: {taken} of {one.capacity}"] if taken > one.capacity else []
        found += [f"{one.reference} counts {one.taken}, a recount {taken}"] if one.taken != taken else []
        found += [f"{one.reference} line {one.waiting}, a recount {len(line)}"] if one.waiting != len(line) else []
        if line and line[0].party_size <= one.capacity - taken:
            found.append(f"{one.reference} has {one.capacity - taken} free while a party of {line[0].party_size} waits")
        found += [f"somebody holds {n} bookings of {one.reference}" for n in persons.values() if n > 1]
    found += [
        f"version {version} of {row.reference} was not told"
        for row in bookings
        for version in range(1, row.version + 1)
        if (row.id, version) not in told
    ]
    return found
