"""Rows of years, made inside the database: what a booking must not feel."""

import sqlalchemy as sa

from shared.db import Database

_COLUMNS = (
    "exhibition_id, id, version, reference, session_id, person_id, party_size, state, kind, day, was_waitlisted, "
    "booked_at, is_extended, is_first_come"
)
_SAME = """
INSERT INTO booking ({columns})
SELECT s.exhibition_id, {id}, 1, 'Y' || numbers.n, s.id, {id}, 1, 'confirmed', 'own', {day}, {no}, {now}, {no}, {no}
FROM {numbers} JOIN (SELECT exhibition_id, id, row_number() OVER (ORDER BY id) - 1 AS place FROM session) AS s
  ON s.place = numbers.n % (SELECT count(*) FROM session)
"""
_WORDS = {
    "postgresql": {
        "id": "gen_random_uuid()",
        "day": "current_date + 9",
        "no": "false",
        "now": "now()",
        "numbers": "generate_series(1, :bookings) AS numbers(n)",
    },
    "sqlite": {
        "id": "lower(hex(randomblob(16)))",
        "day": "date('now', '+9 days')",
        "no": "0",
        "now": "datetime('now') || '.000000'",
        "numbers": "(WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < :bookings) "
        "SELECT n FROM one) AS numbers",
    },
}
_CLAIMS = """
INSERT INTO person_day (exhibition_id, person_id, day, seats, most)
SELECT exhibition_id, person_id, day, 1, 5 FROM booking
"""
_COUNTED = """
UPDATE session SET taken = (SELECT count(*) FROM booking
  WHERE booking.session_id = session.id AND booking.exhibition_id = session.exhibition_id AND booking.state IN
  ('held', 'confirmed', 'waitlisted', 'offered', 'queued'))
"""


def fill(database: Database, bookings: int) -> None:
    """So many confirmed bookings, a person each, spread over all sessions; the numbers agree with them."""
    with database.transaction() as db:
        words = _WORDS[db.dialect.name]
        db.execute(sa.text(_SAME.format(columns=_COLUMNS, **words)), {"bookings": bookings})
        db.execute(sa.text(_CLAIMS))
        db.execute(sa.text(_COUNTED))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(sa.text("ANALYZE"))
