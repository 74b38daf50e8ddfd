"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "admission",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("gate_day", sa.Date(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=True),
        sa.Column("badge_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("gate", sa.Text(), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "holder_id", "gate_day", name=op.f("pk_admission")),
    )
    op.create_table(
        "attendance_count",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "measure", "day", "place", "kind", name=op.f("pk_attendance_count")),
    )
    op.create_table(
        "attendee",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "holder_id", "kind", name=op.f("pk_attendee")),
    )
    op.create_table(
        "badge",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id", name=op.f("pk_badge")),
    )
    op.create_index(op.f("ix_badge_exhibition_id_person_id"), "badge", ["exhibition_id", "person_id"], unique=False)
    op.create_index(op.f("ix_badge_exhibition_id_reference"), "badge", ["exhibition_id", "reference"], unique=False)
    op.create_table(
        "booking",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("party_size", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=True),
        sa.Column("was_waitlisted", sa.Boolean(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.CheckConstraint("state <> 'waitlisted' OR line_number IS NOT NULL", name=op.f("ck_booking_line")),
        sa.CheckConstraint("state IN ('confirmed', 'waitlisted', 'cancelled')", name=op.f("ck_booking_state")),
        sa.CheckConstraint("party_size BETWEEN 1 AND 10", name=op.f("ck_booking_party")),
        sa.PrimaryKeyConstraint("exhibition_id", "id", name=op.f("pk_booking")),
        sa.UniqueConstraint("exhibition_id", "reference", name=op.f("uq_booking_exhibition_id_reference")),
    )
    op.create_index("ix_booking_person", "booking", ["exhibition_id", "person_id"], unique=False)
    op.create_index(
        "uq_booking_line",
        "booking",
        ["exhibition_id", "session_id", "line_number"],
        unique=True,
        sqlite_where=sa.text("state = 'waitlisted'"),
        postgresql_where=sa.text("state = 'waitlisted'"),
    )
    op.create_index(
        "uq_booking_live",
        "booking",
        ["exhibition_id", "session_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('confirmed', 'waitlisted')"),
        postgresql_where=sa.text("state IN ('confirmed', 'waitlisted')"),
    )
    op.create_table(
        "exhibition",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("venue_names", sa.JSON(), nullable=False),
        sa.Column("town_names", sa.JSON(), nullable=False),
        sa.Column("organiser_names", sa.JSON(), nullable=False),
        sa.Column("halls", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", name=op.f("pk_exhibition")),
    )
    op.create_index(op.f("ix_exhibition_reference"), "exhibition", ["reference"], unique=False)
    op.create_table(
        "gate",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id", name=op.f("pk_gate")),
        sa.UniqueConstraint("exhibition_id", "reference", name=op.f("uq_gate_exhibition_id_reference")),
    )
    op.create_table(
        "room",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_room_capacity")),
        sa.PrimaryKeyConstraint("exhibition_id", "id", name=op.f("pk_room")),
        sa.UniqueConstraint("exhibition_id", "reference", name=op.f("uq_room_exhibition_id_reference")),
    )
    op.create_table(
        "scan",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("badge_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("gate_day", sa.Date(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scanned_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_scan_direction")),
        sa.PrimaryKeyConstraint("exhibition_id", "id", name=op.f("pk_scan")),
    )
    op.create_index(
        "ix_scan_badge",
        "scan",
        ["exhibition_id", "badge_id", "gate_day"],
        unique=False,
        sqlite_where=sa.text("badge_id IS NOT NULL"),
        postgresql_where=sa.text("badge_id IS NOT NULL"),
    )
    op.create_table(
        "session",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_wall", sa.DateTime(), nullable=False),
        sa.Column("ends_wall", sa.DateTime(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting_limit", sa.Integer(), nullable=False),
        sa.Column("last_in_line", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_session_times")),
        sa.CheckConstraint("taken BETWEEN 0 AND capacity", name=op.f("ck_session_seats")),
        sa.CheckConstraint("waiting BETWEEN 0 AND waiting_limit", name=op.f("ck_session_line")),
        sa.PrimaryKeyConstraint("exhibition_id", "id", name=op.f("pk_session")),
        sa.UniqueConstraint("exhibition_id", "reference", name=op.f("uq_session_exhibition_id_reference")),
    )
    op.create_index(op.f("ix_session_exhibition_id_starts_at"), "session", ["exhibition_id", "starts_at"], unique=False)
    op.create_table(
        "session_text",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("summaries", sa.JSON(), nullable=False),
        sa.Column("spoken", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "session_id", name=op.f("pk_session_text")),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("verifies_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
    )
    op.create_index(op.f("ix_signing_key_key_id"), "signing_key", ["key_id"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("staff_version", sa.Integer(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
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
    op.drop_table("staff")
    op.drop_index(op.f("ix_signing_key_key_id"), table_name="signing_key")
    op.drop_table("signing_key")
    op.drop_table("session_text")
    op.drop_index(op.f("ix_session_exhibition_id_starts_at"), table_name="session")
    op.drop_table("session")
    op.drop_index(
        "ix_scan_badge",
        table_name="scan",
        sqlite_where=sa.text("badge_id IS NOT NULL"),
        postgresql_where=sa.text("badge_id IS NOT NULL"),
    )
    op.drop_table("scan")
    op.drop_table("room")
    op.drop_table("gate")
    op.drop_index(op.f("ix_exhibition_reference"), table_name="exhibition")
    op.drop_table("exhibition")
    op.drop_index(
        "uq_booking_live",
        table_name="booking",
        sqlite_where=sa.text("state IN ('confirmed', 'waitlisted')"),
        postgresql_where=sa.text("state IN ('confirmed', 'waitlisted')"),
    )
    op.drop_index(
        "uq_booking_line",
        table_name="booking",
        sqlite_where=sa.text("state = 'waitlisted'"),
        postgresql_where=sa.text("state = 'waitlisted'"),
    )
    op.drop_index("ix_booking_person", table_name="booking")
    op.drop_table("booking")
    op.drop_index(op.f("ix_badge_exhibition_id_reference"), table_name="badge")
    op.drop_index(op.f("ix_badge_exhibition_id_person_id"), table_name="badge")
    op.drop_table("badge")
    op.drop_table("attendee")
    op.drop_table("attendance_count")
    op.drop_table("admission")
