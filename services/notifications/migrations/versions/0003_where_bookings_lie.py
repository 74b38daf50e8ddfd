"""What is needed to tell of a session's move: its room, and each booking's reference."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("session_copy", sa.Column("room", sa.Text(), nullable=False, server_default=""))
    op.add_column("booking_copy", sa.Column("reference", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("booking_copy") as table:
        table.drop_column("reference")
    with op.batch_alter_table("session_copy") as table:
        table.drop_column("room")
