"""The tables of the outbox and the inbox; every service has its own."""

import sqlalchemy as sa

from shared.db import Id, UtcDateTime

metadata = sa.MetaData()

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("subject_id", Id, nullable=False),
    sa.Column("subject_version", sa.Integer, nullable=False),
    sa.Column("correlation_id", sa.Text, nullable=False),
    sa.Column("occurred_at", UtcDateTime, nullable=False, index=True),
    sa.Column("is_secret", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

outbox_delivery = sa.Table(
    "outbox_delivery",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("message_id", Id, primary_key=True),
    sa.Column("listener", sa.Text, primary_key=True),
    sa.Column("next_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("verdict", sa.Text),
    sa.Column("verdict_at", UtcDateTime),
    sa.CheckConstraint("verdict IN ('done', 'dead')", name="verdict_is_known"),
    # what the relay looks for many times a second stays as small as the backlog
    sa.Index(
        "outbox_delivery_due",
        "next_at",
        postgresql_where=sa.text("verdict IS NULL"),
        sqlite_where=sa.text("verdict IS NULL"),
    ),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("message_id", Id, primary_key=True),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False, index=True),
)

inbox_attempt = sa.Table(
    "inbox_attempt",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("message_id", Id, primary_key=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text, nullable=False),
    sa.Column("envelope", sa.Text, nullable=False),
)

parked = sa.Table(
    "parked",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("subject_id", Id, primary_key=True),
    sa.Column("message_id", Id, primary_key=True),
    sa.Column("envelope", sa.Text, nullable=False),
    sa.Column("parked_at", UtcDateTime, nullable=False),
)


def same_message() -> sa.ColumnElement[bool]:
    return sa.and_(
        outbox.c.exhibition_id == outbox_delivery.c.exhibition_id, outbox.c.id == outbox_delivery.c.message_id
    )
