"""Fresh migrated databases: migrated once for each service and engine, copied for each test."""

import shutil
import tempfile
from pathlib import Path

from shared.db import Database, migrate
from tests.kit import places, postgres, required


class Databases:
    """Makes databases and removes them; one for the whole run of the tests."""

    def __init__(self, *, fsync: bool = False) -> None:
        self._fsync = fsync
        self._folder = Path(
            tempfile.mkdtemp(prefix="moussem-databases-", dir=None if fsync else places.in_memory(200 * 2**20))
        )
        self._templates: dict[tuple[str, str], str] = {}
        self._server: postgres.Server | None = None
        self._why_not = ""
        self._made = 0

    def new(self, service: str, engine: str) -> Database:
        """A fresh migrated database of a service."""
        if engine == "sqlite":
            return self._new_sqlite(service)
        server = self.server()
        name = server.create(self._postgres_template(service, server))
        return Database(server.url_of(name), service)

    def empty(self, service: str, engine: str) -> Database:
        """A database of a service without a schema."""
        if engine == "sqlite":
            return Database(f"sqlite:///{self._path(service)}", service)
        server = self.server()
        return Database(server.url_of(server.create()), service)

    def keep(self, name: str, database: Database) -> None:
        """Keep what a database holds now, for `refill`; nobody may be using it."""
        database.dispose()
        holds = str(database.url.database)
        self._templates[name, _engine(database)] = (
            str(shutil.copy(holds, self._path(name))) if database.is_sqlite else self.server().create(holds)
        )

    def refill(self, name: str, database: Database) -> bool:
        """Let a database hold what was kept under a name; False when nothing was kept for its engine."""
        kept, holds = self._templates.get((name, _engine(database))), str(database.url.database)
        if kept is None:
            return False
        database.dispose()
        if database.is_sqlite:
            shutil.copy(kept, holds)
        else:
            self.server().drop(holds)
            self.server().run(f'CREATE DATABASE "{holds}" TEMPLATE "{kept}"')
        return True

    def remove(self, database: Database) -> None:
        """Throw a database away."""
        database.dispose()
        name = str(database.url.database)
        if not database.is_sqlite:
            self.server().drop(name)
            return
        for path in Path(name).parent.glob(f"{Path(name).name}*"):
            path.unlink()

    def server(self) -> postgres.Server:
        """The PostgreSQL of this run; skips or fails the test when there is none."""
        if self._server is None and not self._why_not:
            try:
                self._server = postgres.start(fsync=self._fsync)
            except (postgres.NoPostgres, OSError, AssertionError) as none:
                self._why_not = str(none)
        if self._server is None:
            required.cannot_have("postgres", self._why_not)
        return self._server

    def close(self) -> None:
        """End everything."""
        if self._server is not None:
            for (_, engine), name in self._templates.items():
                if engine == "postgres":
                    self._server.drop(name)
            self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _new_sqlite(self, service: str) -> Database:
        place = (service, "sqlite")
        if place not in self._templates:
            database = Database(f"sqlite:///{self._path(service)}", service)
            migrate(database, f"services/{service}/migrations")
            database.dispose()
            self._templates[place] = str(database.url.database)
        path = self._path(service)
        shutil.copy(self._templates[place], path)
        return Database(f"sqlite:///{path}", service)

    def _path(self, service: str) -> Path:
        self._made += 1
        return self._folder / f"{service}-{self._made}.db"

    def _postgres_template(self, service: str, server: postgres.Server) -> str:
        place = (service, "postgres")
        if place not in self._templates:
            name = server.create()
            database = Database(server.url_of(name), service)
            migrate(database, f"services/{service}/migrations")
            database.dispose()
            self._templates[place] = name
        return self._templates[place]


def _engine(database: Database) -> str:
    return "sqlite" if database.is_sqlite else "postgres"
