"""Everybody wants the same stand on the same day: one has it. With the guard off, all of them would."""

import threading
from collections import Counter
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.registration.applications.operations.dossiers import By, find_application
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.stands.domain.days import Days, StandTaken
from services.registration.stands.models import allocation, stand, stand_day
from services.registration.stands.operations.placing import Wish, place
from shared import clock
from shared.db import Database
from shared.ids import new_id
from tests.concurrency.crowd import at_once
from tests.integration.registration.exhibitors import confirm
from tests.kit.services import Service

CROWD = 200


@pytest.fixture
def fair(registration: Service) -> Exhibition:
    registration.do_due("prepare")
    with registration.reading() as db:
        return find_exhibition(db, "ouarzazate-12")


def held(database: Database) -> tuple[int, int]:
    """How many allocations and how many days a recount finds."""
    with database.reading() as db:
        counts = [db.scalar(sa.select(sa.func.count()).select_from(table)) for table in (allocation, stand_day)]
    return int(counts[0] or 0), int(counts[1] or 0)


def test_two_hundred_exhibitors_for_one_stand_and_day(registration: Service, fair: Exhibition) -> None:
    with registration.writing() as db:
        everybody = confirm(db, fair, CROWD)
    one_day = Days(fair.first_day, fair.first_day)

    def take(reference: str) -> str:
        try:
            with registration.writing() as db:
                wish = Wish(find_application(db, fair.id, reference), "A-014", one_day)
                return place(db, fair, wish, By("staff")).state
        except StandTaken as refused:
            return refused.slug

    answers = at_once([lambda reference=reference: take(reference) for reference in everybody])  # type: ignore[misc]
    assert Counter(answers) == {"placed": 1, "stand-taken": CROWD - 1}
    assert held(registration.database) == (1, 1)


def test_control_without_the_key_everybody_who_looked_first_has_it(registration: Service, fair: Exhibition) -> None:
    with registration.writing() as db:
        everybody = confirm(db, fair, 20)
        wanted = db.execute(sa.select(stand.c.id).where(stand.c.reference == "A-014")).scalar_one()
        columns = "exhibition_id, stand_id, day, allocation_id"
        db.execute(sa.text("CREATE TABLE bare AS SELECT * FROM stand_day"))
        db.execute(sa.text("DROP TABLE stand_day"))
        db.execute(sa.text("ALTER TABLE bare RENAME TO stand_day"))
        db.execute(sa.text(f"CREATE INDEX bare_day ON stand_day ({columns})"))
    everybody_has_looked = threading.Barrier(20)

    def take(reference: str) -> None:
        with registration.reading() as db:
            one = find_application(db, fair.id, reference)
            days = db.execute(sa.select(stand_day).where(stand_day.c.stand_id == wanted)).all()
        everybody_has_looked.wait()
        if not days:
            _take_carelessly(registration, fair, one.id, wanted)

    at_once([lambda reference=reference: take(reference) for reference in everybody])  # type: ignore[misc]
    assert held(registration.database) == (20, 20)


def _take_carelessly(registration: Service, fair: Exhibition, application_id: UUID, stand_id: UUID) -> None:
    row = {"exhibition_id": fair.id, "id": new_id(), "application_id": application_id, "stand_id": stand_id}
    with registration.writing() as db:
        days = {"first_day": fair.first_day, "last_day": fair.first_day, "made_at": clock.now()}
        db.execute(sa.insert(allocation).values(**row, **days))
        own = {"exhibition_id": fair.id, "stand_id": stand_id, "day": fair.first_day, "allocation_id": row["id"]}
        db.execute(sa.insert(stand_day).values(**own))
