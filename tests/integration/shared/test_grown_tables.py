"""PostgreSQL keeps a plan as it was made; tables that have grown are looked at before it is too late for that."""

import pytest
import sqlalchemy as sa

from shared.db import Database
from shared.ids import new_id
from tests.kit.waiting import wait_until

EXHIBITION = new_id()
tables = sa.MetaData()
word = sa.Table(
    "word",
    tables,
    sa.Column("exhibition_id", sa.Uuid, primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
)


@pytest.fixture
def database(empty_database: Database) -> Database:
    with empty_database.transaction() as db:
        tables.create_all(db)
    return empty_database


def grow(database: Database, to: int) -> None:
    """So many rows more."""
    with database.transaction() as db:
        db.execute(
            sa.insert(word),
            [{"exhibition_id": EXHIBITION, "id": new_id()} for _ in range(to)],
        )


@pytest.mark.parametrize("engine", ["postgres"])
def test_a_table_is_looked_at_again_when_it_has_doubled(database: Database) -> None:
    grow(database, 40)
    assert wait_until(database.analyse_grown) == 1
    grow(database, 20)
    assert database.analyse_grown() == 0
    grow(database, 40)
    assert wait_until(database.analyse_grown) == 1
    assert database.analyse_grown() == 0


@pytest.mark.parametrize("engine", ["sqlite"])
def test_sqlite_makes_its_plans_anew(database: Database) -> None:
    grow(database, 40)
    assert database.analyse_grown() == 0
