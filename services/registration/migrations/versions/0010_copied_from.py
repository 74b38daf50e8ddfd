"""Which exhibition another was opened like."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("exhibition", sa.Column("copied_from", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("exhibition") as table:
        table.drop_column("copied_from")
