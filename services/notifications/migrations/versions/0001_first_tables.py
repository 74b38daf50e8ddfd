"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "booking_copy",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("party_size", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_table(
        "contact",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_table(
        "exhibition_copy",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("venue_names", sa.JSON(), nullable=False),
        sa.Column("town_names", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id"),
    )
    op.create_index(op.f("ix_exhibition_copy_reference"), "exhibition_copy", ["reference"], unique=False)
    op.create_table(
        "key_copy",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("verifies_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_revoked", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_index(op.f("ix_key_copy_key_id"), "key_copy", ["key_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(next_at IS NULL) = (state IN ('accepted', 'failed'))", name="notice_is_due_or_settled"),
        sa.CheckConstraint("channel IN ('sms', 'email')", name="notice_channel_is_known"),
        sa.CheckConstraint("state IN ('due', 'claimed', 'retry', 'accepted', 'failed')", name="notice_state_is_known"),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
        sa.UniqueConstraint("exhibition_id", "message_id", "channel", "person_id", name="notice_told_once"),
    )
    op.create_index(
        "notice_due",
        "notice",
        ["channel", "next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("notice_log", "notice", ["exhibition_id", "made_at", "id"], unique=False)
    op.create_index("notice_of_person", "notice", ["exhibition_id", "person_id"], unique=False)
    op.create_table(
        "session_copy",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("room_names", sa.JSON(), nullable=False),
        sa.Column("starts_wall", sa.DateTime(), nullable=False),
        sa.Column("ends_wall", sa.DateTime(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_table(
        "staff_copy",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_table(
        "delivery",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("verdict IN ('accepted', 'later', 'refused')", name="delivery_verdict_is_known"),
        sa.ForeignKeyConstraint(
            ["exhibition_id", "notice_id"],
            ["notice.exhibition_id", "notice.id"],
        ),
        sa.PrimaryKeyConstraint("exhibition_id", "notice_id", "attempt"),
    )
    op.create_table(
        "inbox",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "message_id"),
    )
    op.create_index(op.f("ix_inbox_received_at"), "inbox", ["received_at"], unique=False)
    op.create_table(
        "inbox_attempt",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "message_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_version", sa.Integer(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_index(op.f("ix_outbox_occurred_at"), "outbox", ["occurred_at"], unique=False)
    op.create_table(
        "outbox_delivery",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("listener", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("verdict_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict IN ('done', 'dead')", name="verdict_is_known"),
        sa.PrimaryKeyConstraint("exhibition_id", "message_id", "listener"),
    )
    op.create_index(
        "outbox_delivery_due",
        "outbox_delivery",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("verdict IS NULL"),
        sqlite_where=sa.text("verdict IS NULL"),
    )
    op.create_table(
        "parked",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "subject_id", "message_id"),
    )
    op.create_table(
        "idempotency",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "route", "caller", "key"),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_idempotency_created_at"), table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_table("parked")
    op.drop_index(
        "outbox_delivery_due",
        table_name="outbox_delivery",
        postgresql_where=sa.text("verdict IS NULL"),
        sqlite_where=sa.text("verdict IS NULL"),
    )
    op.drop_table("outbox_delivery")
    op.drop_index(op.f("ix_outbox_occurred_at"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("inbox_attempt")
    op.drop_index(op.f("ix_inbox_received_at"), table_name="inbox")
    op.drop_table("inbox")
    op.drop_table("delivery")
    op.drop_table("staff_copy")
    op.drop_table("session_copy")
    op.drop_index("notice_of_person", table_name="notice")
    op.drop_index("notice_log", table_name="notice")
    op.drop_index(
        "notice_due",
        table_name="notice",
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.drop_table("notice")
    op.drop_index(op.f("ix_key_copy_key_id"), table_name="key_copy")
    op.drop_table("key_copy")
    op.drop_index(op.f("ix_exhibition_copy_reference"), table_name="exhibition_copy")
    op.drop_table("exhibition_copy")
    op.drop_table("contact")
    op.drop_table("booking_copy")
