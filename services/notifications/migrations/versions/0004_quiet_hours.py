"""Quiet hours of an exhibition, and until when a notice waits for their end."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0004"
down_revision = "0003"

_OPEN = sa.text("next_at IS NOT NULL")
_CAN_GO = sa.text("next_at IS NOT NULL AND not_before IS NULL")
_WAITS = sa.text("not_before IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "quiet_hours",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id"),
    )
    op.add_column("notice", sa.Column("not_before", UtcDateTime(), nullable=True))
    op.drop_index("notice_due", table_name="notice")
    op.create_index("notice_due", "notice", ["channel", "next_at"], sqlite_where=_CAN_GO, postgresql_where=_CAN_GO)
    op.create_index("notice_waits", "notice", ["not_before"], sqlite_where=_WAITS, postgresql_where=_WAITS)


def downgrade() -> None:
    op.drop_index("notice_waits", table_name="notice")
    op.drop_index("notice_due", table_name="notice")
    op.create_index("notice_due", "notice", ["channel", "next_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.drop_column("notice", "not_before")
    op.drop_table("quiet_hours")
