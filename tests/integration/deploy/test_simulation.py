"""A small fair played against a started system: everything holds; then the system is made to lie, and is found out."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from deploy import cli
from deploy.simulate.crew import Crew
from deploy.simulate.simulating import conclude, play, simulate
from tests.bench.running import urls_of
from tests.kit.databases import Databases
from tests.kit.running import Running

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.full)]
SIZE = ["--artisans", "12", "--visitors", "60", "--days", "3"]
# what nobody would notice, service by service, and which promise it breaks
LIES = {
    "ticketing": (
        "DELETE FROM booking WHERE id IN (SELECT id FROM booking WHERE state = 'cancelled' LIMIT 1)",
        "UPDATE attendance_count SET value = value + 1 WHERE measure = 'outs'",
    ),
    "registration": ("DELETE FROM application_change WHERE act = 'submit'",),
    "notifications": ("UPDATE notice SET kind = 'application_lapsed' WHERE kind = 'application_confirmed'",),
}
BROKEN = [
    "every acknowledged booking is there, as its person last heard",
    "every acknowledged act of an application is in its trail, and no other",
    "visits, ways in and out equal the books, day by day and gate by gate",
    "every change has its notice, and no notice stands twice",
]


@pytest.fixture(params=ENGINES)
def addresses(request: pytest.FixtureRequest, databases: Databases) -> dict[str, str]:
    """Where the three databases are; none named: SQLite in the data folder."""
    if request.param == "sqlite":
        return {}
    databases.server()
    return urls_of(databases)


@pytest.fixture
def running(addresses: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    """A Moussem that nobody has used."""
    started = Running(tmp_path / "data", **addresses)
    started.wait_until_ready()
    yield started
    started.stop()


def test_a_played_fair_holds_and_a_lie_is_found_out(
    running: Running, addresses: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["simulate", "--url", running.url, "--data", str(running.data), "--json", str(tmp_path / "said.json")]
    given = cli.parse([*said, *SIZE])
    with Crew(given.url, given.hands) as crew:
        played = play(given, crew)
        assert conclude(given, played) == 0, capsys.readouterr().out
        report = json.loads((tmp_path / "said.json").read_text())
        assert report["counts"]["registered"] == 60
        assert report["counts"]["visitors"] > 40
        assert report["counts"]["bookings"]["confirmed"] > 10
        stand_for = report["counts"]["applications"]
        assert sum(stand_for.get(state, 0) for state in ("confirmed", "placed", "present", "absent")) >= 5
        assert set(report["counts"]["scans"]) >= {"admitted", "left", "refused unreadable", "refused unknown-badge"}
        assert all(one["holds"] for one in report["invariants"])
        capsys.readouterr()
        for service, statements in LIES.items():
            lie(addresses.get(f"MOUSSEM_{service.upper()}_DATABASE_URL", sqlite(running, service)), statements)
        assert conclude(given, played) == 1
    broken = [line.removeprefix("BROKEN: ") for line in capsys.readouterr().err.splitlines() if "BROKEN" in line]
    assert broken == BROKEN
    assert refuses_a_second_time(given, capsys)


def refuses_a_second_time(given: argparse.Namespace, capsys: pytest.CaptureFixture[str]) -> bool:
    """A fair that is under way is not played into."""
    return simulate(given) == 2 and "nobody has touched" in capsys.readouterr().err


def sqlite(running: Running, service: str) -> str:
    return f"sqlite:///{running.data / service}.db"


def lie(url: str, statements: tuple[str, ...]) -> None:
    """Change rows behind the services' backs."""
    engine = sa.create_engine(url)
    with engine.begin() as db:
        for statement in statements:
            assert db.execute(sa.text(statement)).rowcount > 0
    engine.dispose()
