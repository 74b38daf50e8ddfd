"""Texts of notices that an exhibition wrote itself."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "notice_text",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sms", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(sms IS NULL) = (subject IS NULL) AND (sms IS NULL) = (body IS NULL)", name="notice_text_is_whole"
        ),
        sa.PrimaryKeyConstraint("exhibition_id", "kind", "language", "version"),
    )


def downgrade() -> None:
    op.drop_table("notice_text")
