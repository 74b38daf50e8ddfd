"""A rush in a database that is minutes old: PostgreSQL has not counted its rows yet and plans for a handful."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from services.ticketing.bookings.models import booking
from services.ticketing.bookings.operations import lives
from services.ticketing.programme.models import session
from shared.ids import new_id, new_reference
from tests.integration.ticketing.scene import EXHIBITION, Fair

MANY, PEOPLE, FEW_PAGES = 20_000, 32, 300
"""Looking for one person is three pages of an index."""


@pytest.fixture
def crowded(fair: Fair) -> Fair:
    """So many bookings of one session, committed a moment ago."""
    with fair.service.database.transaction() as db:
        t1 = db.execute(sa.select(session.c.id).where(session.c.reference == "T1")).scalar_one()
        same = {"exhibition_id": EXHIBITION, "session_id": t1, "version": 1, "party_size": 1, "state": "confirmed"}
        same |= {"kind": "own", "day": date(2026, 12, 4), "booked_at": datetime(2026, 12, 1, tzinfo=UTC)}
        same |= {"was_waitlisted": False, "is_extended": False, "is_first_come": False}
        rows = [{"id": new_id(), "reference": new_reference(12), "person_id": new_id()} for _ in range(MANY)]
        db.execute(sa.insert(booking), [same | row for row in rows])
    return fair


def pages_of(fair: Fair, asked: Any) -> int:
    """How many pages PostgreSQL looks at to say what some newcomers have."""
    values = {"exhibition": EXHIBITION, "persons": [new_id() for _ in range(PEOPLE)]}
    with fair.service.database.reading() as db:
        said = asked.compile(dialect=db.dialect).construct_expanded_state(values)
        shown = db.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {said.statement}", said.parameters)
        plan = shown.scalar_one()[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_what_newcomers_have_is_found_without_reading_what_all_have(crowded: Fair) -> None:
    assert pages_of(crowded, lives._LIVES["postgresql"]) < FEW_PAGES


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_control_asked_for_all_at_once_it_reads_them_all(crowded: Fair) -> None:
    assert pages_of(crowded, lives._LIVES["sqlite"]) > FEW_PAGES


def test_somebody_s_bookings_are_found_and_nobody_else_s(fair: Fair) -> None:
    mine, other = fair.person(), fair.person()
    who = {fair.book("T1", one).get_json()["reference"]: one for one in (mine, other)}
    with fair.service.database.reading() as db:
        persons = {row.reference: row.person_id for row in db.execute(sa.select(booking))}
        found = lives.lives_of(db, EXHIBITION, {*persons.values(), new_id()})
    assert {persons[reference]: [reference] for reference in who} == {
        person: [life.reference for life in theirs] for person, theirs in found.items()
    }
