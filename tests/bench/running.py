"""A real Moussem to measure: the embedded system, on either engine, with durable commits."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.system import System
from tests.kit import postgres
from tests.kit.databases import Databases

SERVICES = ("registration", "ticketing", "notifications")


def engines() -> tuple[str, ...]:
    """SQLite, and PostgreSQL where one can be had."""
    try:
        postgres.find_programs()
    except postgres.NoPostgres:
        return ("sqlite",)
    return ("sqlite", "postgres")


@contextmanager
def running(engine: str) -> Iterator[System]:
    """The embedded system, ready; its data goes with it."""
    databases = Databases(fsync=True)
    system = System(urls=urls_of(databases) if engine == "postgres" else {})
    try:
        system.start()
        yield system
    finally:
        system.stop()
        databases.close()
        shutil.rmtree(system.folder, ignore_errors=True)


def urls_of(databases: Databases) -> dict[str, str]:
    """Three empty databases on one PostgreSQL, as settings."""
    return {
        f"MOUSSEM_{service.upper()}_DATABASE_URL": databases.empty(service, "postgres").url.render_as_string(
            hide_password=False
        )
        for service in SERVICES
    }
