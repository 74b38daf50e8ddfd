"""Where a session was before it moved, for each booking whose person has not seen it yet."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "booking_move",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts_wall", sa.DateTime(), nullable=False),
        sa.Column("ends_wall", sa.DateTime(), nullable=False),
        sa.Column("room_names", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "booking_id", name=op.f("pk_booking_move")),
    )


def downgrade() -> None:
    op.drop_table("booking_move")
