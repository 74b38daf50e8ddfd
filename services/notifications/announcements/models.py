"""Announcements and their texts."""

import sqlalchemy as sa

from services.notifications.access.models import metadata
from shared.db import Id, UtcDateTime

# `next_at` is by the machines' clock, as all pauses; `told_through` is the last person who was looked at.
announcement = sa.Table(
    "announcement",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("speed", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("told", sa.Integer, nullable=False),
    sa.Column("told_through", Id),
    sa.Column("next_at", UtcDateTime),
    sa.Column("written_by", Id),
    sa.Column("written_at", UtcDateTime, nullable=False),
    sa.Column("started_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.CheckConstraint("state IN ('draft', 'running', 'stopped', 'done')", name="announcement_state_is_known"),
    sa.CheckConstraint("(next_at IS NULL) = (state <> 'running')", name="announcement_runs_or_rests"),
)
_RUNS = announcement.c.next_at.is_not(None)
sa.Index("announcement_due", announcement.c.next_at, sqlite_where=_RUNS, postgresql_where=_RUNS)

announcement_text = sa.Table(
    "announcement_text",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("announcement_id", Id, primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("sms", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "announcement_id"], [announcement.c.exhibition_id, announcement.c.id]),
)
