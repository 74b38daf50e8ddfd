"""Fixtures for all tests. Whatever uses a database runs twice: on SQLite and on PostgreSQL.

def test_something(ticketing, at):          # `ticketing.client`, `.database`, `.published()`, `.receive(…)`
def test_rule(database_of):                 # `with database_of("ticketing").transaction() as db:`
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)     # only one engine, where it cannot matter
"""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import argon2
import pytest

from services.registration.staff.operations import accounts
from services.subscriptions import SUBSCRIPTIONS
from shared import clock, outbox
from shared.db import Database
from tests.kit import connections, network, services, valkey
from tests.kit.databases import Databases
from tests.kit.quick import keep_addresses
from tests.kit.services import Service
from tests.kit.waiting import wait_until as wait_for

DatabaseOf = Callable[[str], Database]
At = Callable[..., datetime]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full`: also the large sizes."""
    parser.addoption("--full", action="store_true", help="also run the large sizes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the large sizes out unless they were asked for."""
    if config.getoption("--full"):
        return
    large = [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=large)
    items[:] = [item for item in items if item not in large]


@pytest.fixture(scope="session", autouse=True)
def _this_machine_only() -> Iterator[None]:
    """No test reaches another machine."""
    with network.only_loopback():
        yield


@pytest.fixture(autouse=True)
def _real_clock_between_tests() -> Iterator[None]:
    """A clock that one test moved is real again for the next; messages find their listeners."""
    clock.set_rehearsal(None)
    outbox.set_subscriptions(SUBSCRIPTIONS)
    yield
    clock.set_rehearsal(None)


@pytest.fixture(autouse=True)
def second_connections() -> Iterator[list[str]]:
    """Nobody holds a connection and waits for another."""
    with connections.one_at_a_time() as seen:
        yield seen
    assert not seen, "a second connection was asked for"


@pytest.fixture(scope="session", autouse=True)
def _quick_apps_and_passwords() -> Iterator[None]:
    """Passwords are hashed as in the product, but lightly: an account need not cost a test 50 ms, nor an app 150."""
    gc.set_threshold(50_000, 20, 20)  # a tenth of the time went into looking for cycles among what stays
    with pytest.MonkeyPatch.context() as patch:
        keep_addresses(patch)
        patch.setattr(accounts, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Makes databases; one PostgreSQL for the whole run."""
    made = Databases()
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, databases: Databases) -> str:
    """Which kind of database the test runs on."""
    name = str(request.param)
    if name == "postgres":
        databases.server()
    return name


@pytest.fixture
def database_of(engine: str, databases: Databases) -> Iterator[DatabaseOf]:
    """A fresh migrated database of a service; the same one each time it is asked for in a test."""
    made: dict[str, Database] = {}

    def of(service: str) -> Database:
        if service not in made:
            made[service] = databases.new(service, engine)
        return made[service]

    yield of
    for database in made.values():
        databases.remove(database)


@pytest.fixture
def empty_database(engine: str, databases: Databases) -> Iterator[Database]:
    """A database without a schema."""
    database = databases.empty("empty", engine)
    yield database
    databases.remove(database)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[valkey.Valkey]:
    """A Valkey for the whole run; `valkey_url` is it, emptied."""
    server = valkey.start()
    yield server
    server.stop()


@pytest.fixture
def valkey_url(valkey_server: valkey.Valkey) -> str:
    """The address of a running, empty Valkey."""
    valkey_server.empty()
    return valkey_server.url


@pytest.fixture(name="valkey")
def _valkey_alias(valkey_url: str) -> str:
    return valkey_url


@pytest.fixture
def service_of(database_of: DatabaseOf, valkey_url: str, tmp_path: Path) -> Callable[..., Service]:
    """Make a service with settings of one's own: `service_of("ticketing", PRODUCTION="1", REHEARSAL="0")`."""

    def make(name: str, **environ: str) -> Service:
        return Service(name, database_of(name), services.settings_of(name, tmp_path, valkey_url, **environ))

    return make


@pytest.fixture
def registration(service_of: Callable[..., Service]) -> Service:
    """The registration service."""
    return service_of("registration")


@pytest.fixture
def ticketing(service_of: Callable[..., Service]) -> Service:
    """The ticketing service."""
    return service_of("ticketing")


@pytest.fixture
def notifications(service_of: Callable[..., Service]) -> Service:
    """The notifications service."""
    return service_of("notifications")


@pytest.fixture
def relay_all() -> Callable[..., int]:
    """Carry messages between services until quiet: `relay_all(registration, ticketing)`."""
    return services.relay_all


@pytest.fixture
def play() -> Callable[..., None]:
    """Carry messages and do due work until quiet."""
    return services.play


@pytest.fixture
def at(tmp_path: Path) -> At:
    """Stop the clock: `at(datetime(2026, 12, 4, 9, 12))` (UTC unless it says otherwise), `at(later=minutes)`."""

    def set_to(moment: datetime | None = None, *, later: float = 0) -> datetime:
        chosen = (moment or clock.now()) + timedelta(minutes=later)
        chosen = chosen if chosen.tzinfo else chosen.replace(tzinfo=UTC)
        services.frozen_at(chosen, tmp_path)
        return chosen

    return set_to


@pytest.fixture
def wait_until() -> Callable[..., object]:
    """Wait for a condition: `wait_until(lambda: …, timeout=5)`."""
    return wait_for
