"""Outgoing webhooks, the events they are told, and every attempt."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0011"
down_revision = "0010"

_OPEN = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_before", sa.LargeBinary(), nullable=True),
        sa.Column("before_until", UtcDateTime(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("busy_until", UtcDateTime(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'ended')", name="webhook_state_is_known"),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_table(
        "webhook_event",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_index("ix_webhook_event_heard_at", "webhook_event", ["heard_at"])
    op.create_table(
        "webhook_delivery",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('due', 'delivered', 'failed')", name="webhook_delivery_state_is_known"),
        sa.CheckConstraint("(next_at IS NULL) = (state <> 'due')", name="webhook_delivery_is_due_or_settled"),
        sa.ForeignKeyConstraint(["exhibition_id", "webhook_id"], ["webhook.exhibition_id", "webhook.id"]),
        sa.ForeignKeyConstraint(["exhibition_id", "event_id"], ["webhook_event.exhibition_id", "webhook_event.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "webhook_id", "event_id"),
    )
    op.create_index(
        "webhook_delivery_due",
        "webhook_delivery",
        ["exhibition_id", "webhook_id", "next_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "webhook_attempt",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("exhibition_id", "webhook_id", "event_id", "attempt"),
    )


def downgrade() -> None:
    op.drop_table("webhook_attempt")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_event")
    op.drop_table("webhook")
