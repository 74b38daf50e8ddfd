"""Groups name their people; unnamed seats are given back at a deadline."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_GROUP = sa.text("kind = 'group' AND state = 'confirmed'")


def upgrade() -> None:
    with op.batch_alter_table("booking_rules") as rules:
        rules.add_column(sa.Column("group_most", sa.Integer(), server_default="50", nullable=False))
        rules.add_column(sa.Column("names_end_minutes", sa.Integer(), server_default="1440", nullable=False))
        rules.create_check_constraint(op.f("ck_booking_rules_group"), "group_most BETWEEN 0 AND 500")
    op.create_table(
        "group_seat",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 500", name=op.f("ck_group_seat_number")),
        sa.PrimaryKeyConstraint("exhibition_id", "booking_id", "number", name=op.f("pk_group_seat")),
        sa.UniqueConstraint("exhibition_id", "reference", name=op.f("uq_group_seat_exhibition_id_reference")),
    )
    op.create_index(
        "ix_booking_group",
        "booking",
        ["exhibition_id", "session_id"],
        sqlite_where=_GROUP,
        postgresql_where=_GROUP,
    )


def downgrade() -> None:
    op.drop_index("ix_booking_group", table_name="booking")
    op.drop_table("group_seat")
    with op.batch_alter_table("booking_rules") as rules:
        rules.drop_constraint(op.f("ck_booking_rules_group"), type_="check")
        rules.drop_column("names_end_minutes")
        rules.drop_column("group_most")
