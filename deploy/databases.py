"""The three databases as the person who runs them sees them: reached, migrated, filled for a first start."""

import importlib
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from deploy.embedded.options import CannotRun
from deploy.embedded.plan import database_setting
from shared.db import Database, migrate, schema_revision
from shared.problem import Unavailable
from shared.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def open_database(settings: Settings) -> Database:
    """The service's database, known to answer; CannotRun says which setting to look at, never the password."""
    setting = database_setting(settings.service)
    try:
        url = sa.make_url(settings.database_url)
        database = Database(settings.database_url, settings.service)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ValueError) as wrong:
        raise CannotRun(
            f"{setting} is no database address. It looks like postgresql+psycopg://user:password@host/name "
            f"or sqlite:////folder/file.db."
        ) from wrong
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise CannotRun(f"{setting} names {url.get_backend_name()}; Moussem works with PostgreSQL and SQLite.")
    try:
        with database.reading() as db:
            db.execute(sa.text("SELECT 1"))
    except (Unavailable, sa.exc.DBAPIError) as away:
        database.dispose()
        shown = url.render_as_string(hide_password=True)
        raise CannotRun(f"{settings.service}'s database {shown} ({setting}) cannot be used: {_why(away)}") from away
    return database


def _why(wrong: BaseException) -> str:
    """The database's own words, on one line."""
    cause: BaseException | None = wrong
    while (
        cause is not None and not isinstance(cause, sqlite3.Error) and not type(cause).__module__.startswith("psycopg")
    ):
        cause = getattr(cause, "orig", None) or cause.__cause__
    return " ".join(str(cause or wrong).split())


def newest_revision(service: str) -> str | None:
    """The last migration in the service's folder."""
    # imported here, in a child that ends: the processes that stay have no use for it
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config).get_current_head()


def revision(database: Database) -> str | None:
    """The migration the database stands at; None when it is empty."""
    with database.reading() as db:
        return schema_revision(db)


def is_pending(database: Database) -> bool:
    """Whether a migration waits."""
    return revision(database) != newest_revision(database.name)


def prepare(settings: Settings, database: Database) -> None:
    """Migrate to the newest schema and fill what the service needs before its first request."""
    if is_pending(database):
        migrate(database, f"services/{database.name}/migrations")
    fill = getattr(importlib.import_module(f"services.{database.name}.worker"), "prepare", None)
    if fill:
        fill(settings, database)
