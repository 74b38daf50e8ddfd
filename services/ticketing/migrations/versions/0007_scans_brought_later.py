"""Scans that a device decided alone, and the badges that no longer count, quickly listed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("scan", sa.Column("told", sa.Text(), nullable=True))
    ended = sa.text("state <> 'valid'")
    columns = ["exhibition_id", "id"]
    op.create_index("ix_badge_ended", "badge", columns, sqlite_where=ended, postgresql_where=ended)


def downgrade() -> None:
    op.drop_index("ix_badge_ended", "badge")
    op.drop_column("scan", "told")
