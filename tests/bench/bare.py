"""What bookings are measured against: the same rows written by nothing but the database, in the same run.

PostgreSQL: pgbench, one statement a booking, the best of several numbers of clients. SQLite: one thread, one commit
a booking. Neither knows people, tokens, keys or HTTP.
"""

import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from uuid import UUID

from shared.ids import new_id
from tests.bench.stage import Hall
from tests.kit import postgres

CLIENTS = (1, 4, 8, 16, 32)
SECONDS = 2.0

# as long as the real ones
BODY = "x" * 330
ANSWER = "x" * 230
ROUTE = "bookings_api.create_booking /ticketing/v1/exhibitions/bench-1/sessions/B00000/bookings"


def reference(hall: Hall, references: list[str]) -> tuple[str, float]:
    """What is compared with, and its bookings a second on these sessions, which have seats for it."""
    ids = [hall.numbers(one).id for one in references]
    if hall.database.is_sqlite:
        return "one bare thread writing the same rows, a commit each", _bare_thread(hall, ids)
    found = {clients: _pgbench(hall, ids, clients) for clients in CLIENTS}
    best = max(found, key=lambda clients: found[clients])
    return f"pgbench, same rows in one statement, best of {CLIENTS} clients: {best}", found[best]


def _pgbench(hall: Hall, ids: list[UUID], clients: int) -> float:
    program = shutil.which("pgbench") or str(postgres.find_programs() / "pgbench")
    url = hall.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "booking.sql"
        script.write_text(_statement(hall.exhibition_id, ids))
        command = [program, "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(round(SECONDS))]
        said = subprocess.run([*command, "-f", str(script), url], capture_output=True, text=True, check=True).stdout
    found = re.search(r"tps = ([\d.]+)", said)
    if found is None:
        raise RuntimeError(f"pgbench said: {said}")
    return float(found[1])


def _statement(exhibition: UUID, ids: list[UUID]) -> str:
    sessions = ",".join(f"'{one}'" for one in ids)
    told = {
        "fair": exhibition,
        "sessions": sessions,
        "number": len(ids),
        "body": BODY,
        "answer": ANSWER,
        "route": ROUTE,
    }
    choice, *statement = _ONE_STATEMENT.format(**told).splitlines()
    return f"{choice}\n{' '.join(statement)};\n"


_ONE_STATEMENT = """\\set n random(1, {number})
WITH moved AS (UPDATE session SET taken = taken + 1 WHERE exhibition_id = '{fair}'
  AND id = (ARRAY[{sessions}]::uuid[])[:n] AND taken + held + offered + 1 <= capacity RETURNING exhibition_id, id),
made AS (INSERT INTO booking (exhibition_id, id, version, reference, session_id, person_id, party_size, state, kind,
    day, was_waitlisted, booked_at, is_extended, is_first_come)
  SELECT exhibition_id, gen_random_uuid(), 1, upper(substr(md5(random()::text), 1, 16)), id, gen_random_uuid(), 1,
    'confirmed', 'own', current_date + 9, false, now(), false, false FROM moved RETURNING exhibition_id, id, person_id),
claimed AS (INSERT INTO person_day (exhibition_id, person_id, day, seats, most)
  SELECT exhibition_id, person_id, current_date + 9, 1, 5 FROM made
  ON CONFLICT (exhibition_id, person_id, day) DO UPDATE SET seats = person_day.seats + 1),
told AS (INSERT INTO outbox (exhibition_id, id, name, subject_id, subject_version, correlation_id, occurred_at,
    is_secret, body)
  SELECT exhibition_id, gen_random_uuid(), 'booking.confirmed.v1', id, 1, '0123456789abcdef', now(), false, '{body}'
  FROM made RETURNING exhibition_id, id),
rung AS (INSERT INTO outbox_delivery (exhibition_id, message_id, listener, next_at, attempts)
  SELECT exhibition_id, id, who, now(), 0 FROM told, unnest(ARRAY['notifications', 'registration']) AS who)
INSERT INTO idempotency (exhibition_id, route, caller, key, fingerprint, status, body, created_at)
  SELECT exhibition_id, '{route}', person_id::text, id::text, md5(id::text), 201, '{answer}', now() FROM made
"""
_ONE_BY_ONE = (
    "UPDATE session SET taken = taken + 1 "
    "WHERE exhibition_id = ? AND id = ? AND taken + held + offered + 1 <= capacity",
    "INSERT INTO booking (exhibition_id, id, version, reference, session_id, person_id, party_size, state, kind, day, "
    "was_waitlisted, booked_at, is_extended, is_first_come) "
    "VALUES (?, ?, 1, ?, ?, ?, 1, 'confirmed', 'own', '2026-12-01', 0, ?, 0, 0)",
    "INSERT INTO person_day (exhibition_id, person_id, day, seats, most) VALUES (?, ?, '2026-12-01', 1, 5) "
    "ON CONFLICT (exhibition_id, person_id, day) DO UPDATE SET seats = person_day.seats + 1",
    "INSERT INTO outbox (exhibition_id, id, name, subject_id, subject_version, correlation_id, occurred_at, is_secret, "
    "body) VALUES (?, ?, 'booking.confirmed.v1', ?, 1, '0123456789abcdef', ?, 0, ?)",
    "INSERT INTO outbox_delivery (exhibition_id, message_id, listener, next_at, attempts) "
    "VALUES (?, ?, 'notifications', ?, 0)",
    "INSERT INTO outbox_delivery (exhibition_id, message_id, listener, next_at, attempts) "
    "VALUES (?, ?, 'registration', ?, 0)",
    "INSERT INTO idempotency (exhibition_id, route, caller, key, fingerprint, status, body, created_at) "
    "VALUES (?, ?, ?, ?, ?, 201, ?, ?)",
)


def _bare_thread(hall: Hall, ids: list[UUID]) -> float:
    db = sqlite3.connect(str(hall.database.url.database), isolation_level=None, timeout=30)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        db.execute(f"PRAGMA {pragma}")
    done, begun = 0, time.perf_counter()
    while (now := time.perf_counter()) - begun < 2 * SECONDS:
        _write(db, hall.exhibition_id.hex, ids[done % len(ids)].hex, f"2026-12-01 12:00:00.{int(now * 1e6) % 10**6:06}")
        done += 1
    spent = time.perf_counter() - begun
    db.close()
    return done / spent


def _write(db: sqlite3.Connection, fair: str, session: str, at: str) -> None:
    booking, person, message = new_id().hex, new_id().hex, new_id().hex
    rows = (
        (fair, session),
        (fair, booking, booking[-12:], session, person, at),
        (fair, person),
        (fair, message, booking, at, BODY),
        (fair, message, at),
        (fair, message, at),
        (fair, ROUTE, person, booking, booking, ANSWER, at),
    )
    db.execute("BEGIN IMMEDIATE")
    for statement, row in zip(_ONE_BY_ONE, rows, strict=True):
        db.execute(statement, row)
    db.execute("COMMIT")
