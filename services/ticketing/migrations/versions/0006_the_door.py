"""Who came to which session, and when the door gives out seats that nobody came to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("booking_rules") as rules:
        rules.add_column(sa.Column("door_minutes", sa.Integer(), server_default="10", nullable=False))
        rules.create_check_constraint(op.f("ck_booking_rules_door"), "door_minutes BETWEEN 0 AND 240")
    op.create_table(
        "session_attendance",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("party_size", sa.Integer(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("let_in_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("way IN ('booked', 'queue', 'walk-in')", name=op.f("ck_session_attendance_way")),
        sa.PrimaryKeyConstraint("exhibition_id", "session_id", "person_id", name=op.f("pk_session_attendance")),
    )


def downgrade() -> None:
    op.drop_table("session_attendance")
    with op.batch_alter_table("booking_rules") as rules:
        rules.drop_constraint(op.f("ck_booking_rules_door"), type_="check")
        rules.drop_column("door_minutes")
