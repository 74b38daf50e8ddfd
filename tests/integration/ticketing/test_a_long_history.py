"""Settling reads the holder's day it is about, however long the fair and the badge's own history are."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest

from services.ticketing.access.operations import exhibition_of
from services.ticketing.access.operations.recent import badge_keys
from services.ticketing.admissions.domain import Direction
from services.ticketing.admissions.operations import bringing, list_gates
from shared.db import using
from tests.conftest import At
from tests.integration.ticketing.scene import EXHIBITION, OPENING, Badge, Fair

LAST = OPENING + timedelta(days=19)


def bring(fair: Fair, badges: list[Badge], moment: datetime) -> int:
    """Hand over a scan of each badge, a second apart; the steps that SQLite took, in hundreds."""
    with fair.service.reading() as db:
        where, gates = exhibition_of(db, EXHIBITION), list_gates(db, EXHIBITION)
    said: list[dict[str, Any]] = [
        {"id": uuid4(), "gate": "A", "code": one.code, "direction": Direction.IN, "scanned_at": at_second}
        for one, at_second in zip(badges, (moment + timedelta(seconds=n) for n in range(len(badges))), strict=True)
    ]
    with using(fair.service.database):
        read = bringing.read_brought(where, gates, bringing.Bearer(None), said, badge_keys())
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    with fair.service.writing() as db:
        driver = cast("sqlite3.Connection", db.connection.driver_connection)
        driver.set_progress_handler(step, 100)
        bringing.bring_scans(db, read)
        driver.set_progress_handler(None, 100)
    return steps[0]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_scan_costs_the_same_after_thousands_of_others(fair: Fair, at: At) -> None:
    at(LAST + timedelta(hours=5))
    old, fresh, busy = fair.badge(), fair.badge(), fair.badge()
    crowd = [fair.badge(is_told=False) for _ in range(80)]
    for day in range(19):
        bring(fair, [*crowd, *[old] * 80], OPENING + timedelta(days=day))
    bring(fair, [busy] * 300, LAST)
    first = bring(fair, [fresh] * 10, LAST)
    assert bring(fair, [old] * 10, LAST) < first * 1.3, "1,500 scans of it on other days are not read again"
    assert bring(fair, [busy] * 10, LAST) > first * 1.3, "the counter sees what is read: 300 scans of the same day"
