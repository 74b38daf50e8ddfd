"""Bookings passed on by a one-use link."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "booking_pass",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "booking_id", name=op.f("pk_booking_pass")),
        sa.UniqueConstraint("exhibition_id", "code_hash", name=op.f("uq_booking_pass_exhibition_id_code_hash")),
    )


def downgrade() -> None:
    op.drop_table("booking_pass")
