"""The body that staff work for; links and acts that are nobody's of the staff."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "staff_organiser",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"]),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_index(op.f("ix_staff_organiser_organiser_id"), "staff_organiser", ["organiser_id"], unique=False)
    with op.batch_alter_table("staff_link") as link:
        link.alter_column("made_by", existing_type=sa.Uuid(), nullable=True)
    with op.batch_alter_table("audit") as audit:
        audit.alter_column("staff_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM audit WHERE staff_id IS NULL")
    op.execute("DELETE FROM staff_link WHERE made_by IS NULL")
    with op.batch_alter_table("audit") as audit:
        audit.alter_column("staff_id", existing_type=sa.Uuid(), nullable=False)
    with op.batch_alter_table("staff_link") as link:
        link.alter_column("made_by", existing_type=sa.Uuid(), nullable=False)
    op.drop_index(op.f("ix_staff_organiser_organiser_id"), table_name="staff_organiser")
    op.drop_table("staff_organiser")
