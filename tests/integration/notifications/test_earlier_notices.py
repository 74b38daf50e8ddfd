"""Notices and attempts from before the chain are kept when the schema moves on, and when it moves back."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from services.notifications.deliveries.models import delivery
from services.notifications.notices.models import notice
from shared.db import Database, migrate

FOLDER = "services/notifications/migrations"
NEW = {"priority", "after_id", "provider_id", "overdue_at", "segments", "cost", "spent_on", "batch_id"}


def insert_as_it_was(database: Database) -> Any:
    """One notice that failed, with its attempt, in a database of before."""
    at, where, which = datetime(2026, 11, 1, 9, tzinfo=UTC), uuid4(), uuid4()
    who = {"exhibition_id": where, "id": which, "message_id": uuid4(), "person_id": uuid4(), "correlation_id": ""}
    what = {"channel": "sms", "kind": "moved_up", "language": "fr", "address": "+212612345678", "data": {"name": "A"}}
    when = {"made_at": at, "useful_until": at, "settled_at": at, "next_at": None, "not_before": None}
    rest = {"is_secret": False, "state": "failed", "attempts": 1, "reason": "gateway-refused 400"}
    old = sa.Table("notice", sa.MetaData(), *(column._copy() for column in notice.c if column.name not in NEW))
    with database.transaction() as db:
        db.execute(sa.insert(old).values(who | what | when | rest))
        tried = {"exhibition_id": where, "notice_id": which, "attempt": 1, "started_at": at, "verdict": "refused"}
        db.execute(sa.insert(delivery).values(tried | {"reason": "gateway-refused 400"}))
    return which


def test_what_was_told_before_is_still_in_the_log(empty_database: Database) -> None:
    migrate(empty_database, FOLDER, "0005")
    which = insert_as_it_was(empty_database)
    migrate(empty_database, FOLDER)
    with empty_database.reading() as db:
        (row,), (tried,) = db.execute(sa.select(notice)).all(), db.execute(sa.select(delivery)).all()
    assert (row.id, row.state, row.priority, row.after_id, row.cost) == (which, "failed", 1, None, 0)
    assert (tried.notice_id, tried.verdict) == (which, "refused")


def test_a_new_database_still_refuses_what_is_no_channel_and_no_state(empty_database: Database) -> None:
    migrate(empty_database, FOLDER, "0005")
    insert_as_it_was(empty_database)
    migrate(empty_database, FOLDER)
    for wrong in ({"channel": "pigeon"}, {"state": "lost"}, {"state": "due", "next_at": None}):
        try:
            with empty_database.transaction() as db:
                db.execute(sa.update(notice).values(wrong))
        except sa.exc.IntegrityError:
            continue
        raise AssertionError(f"{wrong} was taken")
    with empty_database.transaction() as db:
        db.execute(sa.update(notice).values(channel="print", state="due", next_at=None))
