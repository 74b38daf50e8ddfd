"""What an exhibitor is told, in the office's own words, about what their dossier lacks."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("application", sa.Column("missing_note", sa.String(length=500), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("application") as table:
        table.drop_column("missing_note")
