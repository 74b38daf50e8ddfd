"""Heads counted without a code, and why a supervisor let somebody in all the same."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("scan", sa.Column("override", sa.Text(), nullable=True))
    where = sa.text("override IS NOT NULL")
    columns = ["exhibition_id", "scanned_at"]
    op.create_index("ix_scan_override", "scan", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "tally",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("gate_day", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_tally_direction")),
        sa.CheckConstraint("heads > 0", name=op.f("ck_tally_heads")),
        sa.PrimaryKeyConstraint("exhibition_id", "id", name=op.f("pk_tally")),
    )


def downgrade() -> None:
    op.drop_table("tally")
    op.drop_index("ix_scan_override", "scan")
    op.drop_column("scan", "override")
