"""Ticketing's web process alone, as `./moussem run` makes it, on a durable database that knows a fair."""

import http.client
import json
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.embedded import services
from deploy.web_server import listen
from services.ticketing.access.models import exhibition, signing_key
from services.ticketing.programme.models import room, session, session_text
from shared.db import Database
from shared.ids import new_id
from shared.tokens import NewKey, b64, new_key
from tests.bench.load import post
from tests.kit import valkey
from tests.kit.databases import Databases
from tests.kit.running import let_it_be
from tests.kit.waiting import wait_until

REFERENCE = "bench-1"
API = f"/ticketing/v1/exhibitions/{REFERENCE}"


@dataclass
class Hall:
    """Where people book: a fair in ticketing's database, and the key that signs for its people."""

    database: Database
    key: NewKey
    exhibition_id: UUID
    port: int = 0
    pids: list[int] = field(default_factory=list)

    def add_sessions(self, number: int, capacity: int, waiting_limit: int = 20, first: int = 0) -> list[str]:
        """So many more sessions of this size, an hour each and none at another's hour; their references."""
        rows = [_session_row(self.exhibition_id, first + n, capacity, waiting_limit) for n in range(number)]
        texts = [
            {"exhibition_id": self.exhibition_id, "session_id": row["id"], "titles": {"fr": f"Atelier {n}"}}
            | {"summaries": {"fr": "Tissage"}, "spoken": ["fr"]}
            for n, row in enumerate(rows)
        ]
        with self.database.transaction() as db:
            db.execute(sa.insert(session), rows)
            db.execute(sa.insert(session_text), texts)
        return [str(row["reference"]) for row in rows]

    def token(self, person_id: UUID | None = None) -> str:
        """The token of somebody, registered a moment ago unless named."""
        claims = {"aud": "ticketing", "iat": 0, "exp": 4_000_000_000, "sub": str(person_id or new_id())}
        said = f"{self._head}.{b64(json.dumps(claims | {'ex': str(self.exhibition_id)}).encode())}"
        return f"{said}.{b64(self._signer.sign(said.encode()))}"

    @cached_property
    def _signer(self) -> Ed25519PrivateKey:
        # shared.tokens.sign reads the key anew each time: too slow for a crowd
        return Ed25519PrivateKey.from_private_bytes(self.key.private)

    @cached_property
    def _head(self) -> str:
        return b64(json.dumps({"alg": "EdDSA", "kid": self.key.key_id, "typ": "person+jwt"}).encode())

    def orders(self, references: Sequence[str], number: int) -> list[bytes]:
        """Requests of so many people, each known by a token nobody has seen before, in turn for these sessions."""
        paths = [f"{API}/sessions/{one}/bookings" for one in references]
        body = '{"party_size":1}'
        return [post(self.port, paths[n % len(paths)], self.token(), str(new_id()), body) for n in range(number)]

    def numbers(self, reference: str) -> Any:
        """The row of a session."""
        with self.database.reading() as db:
            return db.execute(sa.select(session).where(session.c.reference == reference)).one()


def _session_row(exhibition_id: UUID, number: int, capacity: int, waiting_limit: int) -> dict[str, Any]:
    starts = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=9, hours=number)
    wall = starts.replace(tzinfo=None)
    return {
        "exhibition_id": exhibition_id,
        "id": new_id(),
        "version": 1,
        "reference": f"B{number:05}",
        "kind": "training",
        "state": "open",
        "room_id": exhibition_id,
        "starts_at": starts,
        "ends_at": starts + timedelta(minutes=55),
        "starts_wall": wall,
        "ends_wall": wall + timedelta(minutes=55),
        "zone": "Africa/Casablanca",
        "capacity": capacity,
        "waiting_limit": waiting_limit,
    }


def open_hall(database: Database) -> Hall:
    """Tell a database of ticketing of a fair without an end in sight, its key and a room."""
    hall = Hall(database, new_key(), new_id())
    names = {"fr": "Foire"}
    same = dict.fromkeys(("names", "venue_names", "town_names", "organiser_names"), names)
    fair = {"exhibition_id": hall.exhibition_id, "version": 1, "reference": REFERENCE, "number": 99, "kind": "fair"}
    fair |= {"first_day": date(2026, 1, 1), "last_day": date(2099, 1, 1), "zone": "Africa/Casablanca"}
    fair |= {"languages": ["fr"], "halls": [], "state": "open"}
    key = {"id": new_id(), "version": 1, "key_id": hall.key.key_id, "number": 99, "purpose": "person"}
    with database.transaction() as db:
        db.execute(sa.insert(exhibition), [fair | same])
        db.execute(sa.insert(signing_key), [key | {"public_key": b64(hall.key.public), "is_revoked": False}])
        place = {"exhibition_id": hall.exhibition_id, "id": hall.exhibition_id, "reference": "S", "names": names}
        db.execute(sa.insert(room), [place | {"capacity": 100_000}])
    return hall


@contextmanager
def stage(engine: str, *, by_day: bool = False) -> Iterator[Hall]:
    """A served hall; `by_day`: it is noon there, as lines do not move at night. Durable commits, all limits on."""
    databases, server = Databases(fsync=True), valkey.start()
    folder = Path(tempfile.mkdtemp(prefix="moussem-stage-"))
    try:
        hall = open_hall(databases.new("ticketing", engine))
        if by_day:
            let_it_be(folder, datetime.now(UTC).replace(hour=12))  # the crowd's tokens are of today
        with served(hall, folder, server.url, by_day=by_day):
            yield hall
    finally:
        server.stop()
        databases.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def served(hall: Hall, folder: Path, redis_url: str, *, by_day: bool) -> Iterator[None]:
    """The web process of the plan, on a port of its own."""
    listener = listen("127.0.0.1", 0)
    hall.port = int(listener.getsockname()[1])
    environ = {
        "MOUSSEM_DATA": str(folder),
        "MOUSSEM_REDIS_URL": redis_url,
        "MOUSSEM_TICKETING_DATABASE_URL": hall.database.url.render_as_string(hide_password=False),
        "MOUSSEM_REHEARSAL": "1" if by_day else "0",
    }
    hall.database.dispose()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listener, environ), daemon=True)
    process.start()
    assert process.pid is not None
    hall.pids = [process.pid]
    listener.close()
    try:
        wait_until(lambda: _answers(hall.port), 20)
        yield
    finally:
        process.kill()
        process.join()


def _serve(listener: Any, environ: dict[str, str]) -> None:
    os.environ.update(environ)
    log = os.open(Path(environ["MOUSSEM_DATA"]) / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    services.web("ticketing", listener)(os.open(os.devnull, os.O_WRONLY))


def _answers(port: int) -> bool:
    try:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        line.request("GET", "/ticketing/health/ready")
        return line.getresponse().status == 200
    except OSError:
        return False
