"""Classes with several meetings: who is enrolled, and what the desk ticked."""

import sqlalchemy as sa
from alembic import op

revision = "0015_classes"
down_revision = "0014_gates"


def _id(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "training_class",
        _id("exhibition_id"),
        _id("id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "id", name=op.f("pk_training_class")),
        sa.UniqueConstraint("exhibition_id", "reference", name=op.f("uq_training_class_exhibition_id_reference")),
    )
    op.create_table(
        "class_meeting",
        _id("exhibition_id"),
        _id("session_id"),
        _id("class_id"),
        sa.PrimaryKeyConstraint("exhibition_id", "session_id", name=op.f("pk_class_meeting")),
    )
    index = op.f("ix_class_meeting_exhibition_id_class_id")
    op.create_index(index, "class_meeting", ["exhibition_id", "class_id"])
    op.create_table(
        "class_member",
        _id("exhibition_id"),
        _id("class_id"),
        _id("person_id"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("badge", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "class_id", "person_id", name=op.f("pk_class_member")),
    )
    op.create_table(
        "class_tick",
        _id("exhibition_id"),
        _id("session_id"),
        _id("person_id"),
        sa.Column("is_present", sa.Boolean(), nullable=False),
        sa.Column("ticked_by", sa.Uuid(), nullable=True),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "session_id", "person_id", name=op.f("pk_class_tick")),
    )


def downgrade() -> None:
    for table in ("class_tick", "class_member", "class_meeting", "training_class"):
        op.drop_table(table)
