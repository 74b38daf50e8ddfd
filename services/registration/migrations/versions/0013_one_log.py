"""The log of acts also keeps what staff do in the other services."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("audit", sa.Column("service", sa.String(length=20), nullable=False, server_default="registration"))


def downgrade() -> None:
    op.execute("DELETE FROM audit WHERE service <> 'registration'")
    with op.batch_alter_table("audit") as table:
        table.drop_column("service")
