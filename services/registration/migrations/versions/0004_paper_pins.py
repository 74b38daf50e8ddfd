"""PINs on paper, for who has no phone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "paper_pin",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("pin_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("tries BETWEEN 0 AND 20", name="paper_pin_twenty_tries"),
        sa.ForeignKeyConstraint(["exhibition_id", "person_id"], ["person.exhibition_id", "person.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "person_id"),
    )


def downgrade() -> None:
    op.drop_table("paper_pin")
