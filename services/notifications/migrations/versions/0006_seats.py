"""The code of a link by which an offer is answered; it goes once the notice is settled."""

import sqlalchemy as sa
from alembic import op

revision = "0006_seats"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("notice", sa.Column("answer_code", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notice") as table:
        table.drop_column("answer_code")
