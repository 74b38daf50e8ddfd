"""Several organisers of one exhibition, and for which of them somebody is invited."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "exhibition_organiser",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibition_id"], ["exhibition.id"]),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "organiser_id"),
    )
    op.add_column("staff_link", sa.Column("organiser_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("staff_link") as table:
        table.drop_column("organiser_id")
    op.drop_table("exhibition_organiser")
