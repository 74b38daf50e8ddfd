"""Where the holders of badges live, and each gate's last scan quickly found."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("badge", sa.Column("residence", sa.Text(), server_default="", nullable=False))
    name = op.f("ix_scan_exhibition_id_gate_scanned_at")
    op.create_index(name, "scan", ["exhibition_id", "gate", "scanned_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_scan_exhibition_id_gate_scanned_at"), "scan")
    op.drop_column("badge", "residence")
