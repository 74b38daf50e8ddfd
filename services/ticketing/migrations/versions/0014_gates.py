"""Halls behind gates, admissions by name, and what is said of attendance."""

import sqlalchemy as sa
from alembic import op

revision = "0014_gates"
down_revision = "0013_seats"


def upgrade() -> None:
    op.add_column("gate", sa.Column("hall", sa.Text(), server_default="", nullable=False))
    op.add_column("scan", sa.Column("hall", sa.Text(), server_default="", nullable=False))
    op.add_column("scan", sa.Column("by_name", sa.Text(), nullable=True))
    where = sa.text("by_name IS NOT NULL")
    columns = ["exhibition_id", "scanned_at"]
    op.create_index("ix_scan_by_name", "scan", columns, sqlite_where=where, postgresql_where=where)
    _thresholds()
    op.create_table(
        "attendance_watch",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("passed_version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", name=op.f("pk_attendance_watch")),
    )
    op.create_index(op.f("ix_attendance_watch_due_at"), "attendance_watch", ["due_at"])
    op.create_table(
        "attendance_told",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "day", name=op.f("pk_attendance_told")),
    )


def _thresholds() -> None:
    op.create_table(
        "attendance_threshold",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", name=op.f("pk_attendance_threshold")),
    )
    key = ["exhibition_id", "day", "measure", "place", "threshold"]
    op.create_table(
        "threshold_passing",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("day", "measure", "place")),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("is_above", sa.Boolean(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_threshold_passing")),
    )


def downgrade() -> None:
    for table in ("attendance_told", "attendance_watch", "threshold_passing", "attendance_threshold"):
        op.drop_table(table)
    op.drop_index("ix_scan_by_name", "scan")
    for table, column in (("scan", "by_name"), ("scan", "hall"), ("gate", "hall")):
        op.drop_column(table, column)
