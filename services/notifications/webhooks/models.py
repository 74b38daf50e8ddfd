"""Webhooks, the events they are told, and every attempt."""

import sqlalchemy as sa

from services.notifications.access.models import metadata
from shared.db import Id, UtcDateTime

# `sealed` is the secret under MOUSSEM_SECRET; the one before signs too until `before_until`. `busy_until`: who is
# calling it now, or how long it rests after failures. All moments here are the machines', as pauses are.
webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("events", sa.JSON, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("sealed_before", sa.LargeBinary),
    sa.Column("before_until", UtcDateTime),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("busy_until", UtcDateTime),
    sa.Column("made_by", Id),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.CheckConstraint("state IN ('active', 'ended')", name="webhook_state_is_known"),
)

# The body as it is sent, each time the same to the last byte.
webhook_event = sa.Table(
    "webhook_event",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("heard_at", UtcDateTime, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

# `tries` counts since the last replay, `attempts` for ever.
webhook_delivery = sa.Table(
    "webhook_delivery",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("webhook_id", Id, primary_key=True),
    sa.Column("event_id", Id, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", UtcDateTime),
    sa.CheckConstraint("state IN ('due', 'delivered', 'failed')", name="webhook_delivery_state_is_known"),
    sa.CheckConstraint("(next_at IS NULL) = (state <> 'due')", name="webhook_delivery_is_due_or_settled"),
    sa.ForeignKeyConstraint(["exhibition_id", "webhook_id"], [webhook.c.exhibition_id, webhook.c.id]),
    sa.ForeignKeyConstraint(["exhibition_id", "event_id"], [webhook_event.c.exhibition_id, webhook_event.c.id]),
)
_OWN = webhook_delivery.c
_OPEN = _OWN.next_at.is_not(None)
sa.Index(
    "webhook_delivery_due",
    _OWN.exhibition_id,
    _OWN.webhook_id,
    _OWN.next_at,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)

webhook_attempt = sa.Table(
    "webhook_attempt",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("webhook_id", Id, primary_key=True),
    sa.Column("event_id", Id, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("status", sa.Integer),
    sa.Column("reason", sa.Text),
)
