"""Who of the staff wants the day's numbers, and the numbers of each day."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0012"
down_revision = "0011"

_OPEN = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("hour", sa.Time(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(phone IS NULL) <> (email IS NULL)", name="digest_goes_one_way"),
        sa.PrimaryKeyConstraint("exhibition_id", "staff_id"),
    )
    op.create_index("digest_due", "digest", ["next_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "attendance_copy",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "day"),
    )


def downgrade() -> None:
    op.drop_table("attendance_copy")
    op.drop_table("digest")
