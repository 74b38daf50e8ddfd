"""Who wants no reminders and announcements, and the links that let one say so."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0008"
down_revision = "0006_channels"


def upgrade() -> None:
    op.create_table(
        "opted_out",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("told_by IN ('link', 'sms', 'staff')", name="opted_out_by_is_known"),
        sa.PrimaryKeyConstraint("exhibition_id", "person_id"),
    )
    op.create_table(
        "stop_link",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "secret_hash"),
    )


def downgrade() -> None:
    op.drop_table("stop_link")
    op.drop_table("opted_out")
