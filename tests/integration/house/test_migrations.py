"""Schemas: up, down and up again on both engines; what is migrated is what the code declares."""

import importlib
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from shared import idempotency, outbox
from shared.db import Database, migrate, schema_revision
from tests.kit.tree import SERVICES


def declared(service: str) -> list[sa.MetaData]:
    """The service's own tables and those of the mechanism."""
    own = importlib.import_module(f"services.{service}.worker").METADATA
    every = [*([own] if isinstance(own, sa.MetaData) else own), outbox.metadata, idempotency.metadata]
    return list({id(one): one for one in every}.values())


def tables_in(database: Database) -> set[str]:
    with database.reading() as db:
        return set(sa.inspect(db).get_table_names()) - {"alembic_version"}


@pytest.mark.parametrize("service", SERVICES)
def test_up_down_and_up_again(service: str, empty_database: Database) -> None:
    folder = f"services/{service}/migrations"
    wanted = {table.name for metadata in declared(service) for table in metadata.tables.values()}
    migrate(empty_database, folder)
    assert tables_in(empty_database) == wanted
    migrate(empty_database, folder, "base")
    assert tables_in(empty_database) == set()
    migrate(empty_database, folder)
    assert tables_in(empty_database) == wanted
    with empty_database.reading() as db:
        assert schema_revision(db)


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrated_schema_is_the_declared_one(service: str, empty_database: Database) -> None:
    migrate(empty_database, f"services/{service}/migrations")
    with empty_database.reading() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True})
        everything: Any = declared(service)
        assert compare_metadata(context, everything) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_exhibition_comes_first_in_every_key(service: str) -> None:
    wrong = []
    for metadata in declared(service):
        for table in metadata.tables.values():
            if "exhibition_id" not in table.c:
                continue
            keys = [tuple(table.primary_key.columns)]
            keys += [tuple(key.columns) for key in table.constraints if isinstance(key, sa.UniqueConstraint)]
            keys += [tuple(index.columns) for index in table.indexes if index.unique]
            wrong += [
                f"{table.name}({', '.join(column.name for column in key)})"
                for key in keys
                if key[0].name != "exhibition_id"
            ]
    assert not wrong, f"it is what a partition would go by: {wrong}"
