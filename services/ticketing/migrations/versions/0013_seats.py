"""Links by which an offer is answered without signing in."""

import sqlalchemy as sa
from alembic import op

revision = "0013_seats"
down_revision = "0012_rush"


def upgrade() -> None:
    op.create_table(
        "answer_link",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "booking_id", name=op.f("pk_answer_link")),
    )
    op.create_index("answer_link_by_hash", "answer_link", ["code_hash"])


def downgrade() -> None:
    op.drop_index("answer_link_by_hash", table_name="answer_link")
    op.drop_table("answer_link")
