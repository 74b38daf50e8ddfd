"""Announcements, and what is known of people and stands to choose an audience by."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0010"
down_revision = "0009"

_RUNS = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("speed", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("told_through", sa.Uuid(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'running', 'stopped', 'done')", name="announcement_state_is_known"),
        sa.CheckConstraint("(next_at IS NULL) = (state <> 'running')", name="announcement_runs_or_rests"),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_index("announcement_due", "announcement", ["next_at"], sqlite_where=_RUNS, postgresql_where=_RUNS)
    op.create_table(
        "announcement_text",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sms", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exhibition_id", "announcement_id"], ["announcement.exhibition_id", "announcement.id"]
        ),
        sa.PrimaryKeyConstraint("exhibition_id", "announcement_id", "language"),
    )
    op.create_table(
        "stand_copy",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("stand", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("hall_names", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "application_id", "stand"),
    )
    op.create_index("stand_copy_of_hall", "stand_copy", ["exhibition_id", "hall"])
    op.add_column("contact", sa.Column("kind", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("contact", "kind")
    op.drop_index("stand_copy_of_hall", table_name="stand_copy")
    op.drop_table("stand_copy")
    op.drop_table("announcement_text")
    op.drop_index("announcement_due", table_name="announcement")
    op.drop_table("announcement")
