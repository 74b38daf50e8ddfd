"""Who once had a booking in a session: they may have a kept answer, and are heard anew when it is full."""

import sqlalchemy as sa
from alembic import op

revision = "0012_rush"
down_revision = "0011"

_OVER = sa.text("state IN ('cancelled', 'lapsed', 'released')")


def upgrade() -> None:
    op.create_index(
        "ix_booking_over",
        "booking",
        ["exhibition_id", "session_id", "person_id"],
        sqlite_where=_OVER,
        postgresql_where=_OVER,
    )


def downgrade() -> None:
    op.drop_index("ix_booking_over", "booking")
