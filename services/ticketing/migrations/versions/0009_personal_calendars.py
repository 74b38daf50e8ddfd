"""The secret address of a person's calendar; the last one made counts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "personal_calendar",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "person_id", name=op.f("pk_personal_calendar")),
        sa.UniqueConstraint("exhibition_id", "code_hash", name=op.f("uq_personal_calendar_exhibition_id_code_hash")),
    )


def downgrade() -> None:
    op.drop_table("personal_calendar")
