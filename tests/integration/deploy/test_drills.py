"""Backup drills: what was acknowledged before a backup is there after a restore, whatever happened meanwhile."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.notifications.notices.models import contact
from services.ticketing.admissions.models import badge
from services.ticketing.bookings.models import booking
from services.ticketing.programme.models import session
from shared.db import Database
from tests.bench.running import urls_of
from tests.faults import checker
from tests.faults.crowd import Crowd
from tests.faults.system import System
from tests.integration.deploy.test_running import moussem
from tests.kit.databases import Databases
from tests.kit.waiting import wait_until

PEOPLE = 12


@dataclass
class Drill:
    """A running system, people who book and cancel all the time, and a copy of what they knew at the backup."""

    system: System
    crowd: Crowd
    ends: threading.Event = field(default_factory=threading.Event)

    def book_on_and_on(self) -> None:
        """One booking or cancellation after another, by everybody in turn, until the drill says stop."""
        sessions = [one["reference"] for one in self.system.sessions() if one["is_bookable"]]
        for reference in sessions:
            for person in self.crowd.people:
                if self.ends.is_set():
                    return
                self.crowd.book([person], reference)
            given_back = [name for name in self.crowd.books.booked if name not in self.crowd.books.cancelled][:2]
            self.crowd.cancel(given_back)

    def run(self, *words: str) -> str:
        """A command on the system's data; its output."""
        done = moussem(*words, "--data", str(self.system.folder / "data"), **self.system.urls)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def rows(self, service: str, table: sa.Table) -> Any:
        """Every row of a table, now."""
        database = Database(self.system.database_url(service), service)
        try:
            with database.reading() as db:
                return db.execute(sa.select(table)).all()
        finally:
            database.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.full)])
def drill(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Drill]:
    system = System(urls=urls_of(databases) if request.param == "postgres" else {})
    try:
        system.start()
        crowd = Crowd(system, seed=1)
        crowd.register(PEOPLE)
        yield Drill(system, crowd)
    finally:
        system.stop()
        shutil.rmtree(system.folder, ignore_errors=True)


def test_what_was_booked_before_a_backup_outlives_a_restore(drill: Drill, tmp_path: Path) -> None:
    copy, crowd = tmp_path / "copy", drill.crowd
    people = threading.Thread(target=drill.book_on_and_on)
    people.start()
    wait_until(lambda: len(crowd.books.cancelled) >= 2, 60)
    known, cancelled = dict(crowd.books.booked), set(crowd.books.cancelled)
    drill.run("backup", str(copy))
    at_the_end = len(crowd.books.booked)
    drill.ends.set()
    people.join()
    assert at_the_end > len(known), "nobody booked while the backup was made"
    assert not checker.settle(drill.system, 60)
    told_before = {(one["channel"], one["key"], one["to"]): one["times"] for one in drill.system.arrived()}
    drill.system.stop()

    drill.run("restore", str(copy))
    _lose_a_database(drill)
    drill.system.start()
    drill.run("resync")
    _wait_until_copies_agree(drill)
    assert not checker.settle(drill.system, 60)

    bookings = drill.rows("ticketing", booking)
    states = {row.reference: row.state for row in bookings}
    assert [name for name in known if name not in states] == [], "a booking is lost"
    assert [name for name in cancelled if states[name] != "cancelled"] == []
    assert list(checker._seats(bookings, drill.rows("ticketing", session))) == []
    _nobody_hears_it_twice(drill, told_before)


def _lose_a_database(drill: Drill) -> None:
    """Notifications' database is lost once more: its copies come back by `resync` alone."""
    if not drill.system.urls:
        (drill.system.folder / "data" / "notifications.db").unlink()


def _wait_until_copies_agree(drill: Drill) -> None:
    people = {row.person_id for row in drill.rows("ticketing", badge)}
    wait_until(lambda: {row.id for row in drill.rows("notifications", contact)} >= people, 60)


def _nobody_hears_it_twice(drill: Drill, told_before: dict[Any, int]) -> None:
    """The gateway may be asked again with a known key, and then keeps one; no text comes under a second key."""
    texts: dict[tuple[str, str], set[str]] = {}
    for one in drill.system.arrived():
        texts.setdefault((one["to"], one["text"]), set()).add(one["key"])
    assert {what: keys for what, keys in texts.items() if len(keys) > 1} == {}
    assert len(drill.system.arrived()) >= len(told_before)
