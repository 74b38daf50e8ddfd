"""Calls, applications, their audit trail and their reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("opens_wall", sa.DateTime(), nullable=False),
        sa.Column("closes_wall", sa.DateTime(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name="call_closes_after_it_opens"),
        sa.ForeignKeyConstraint(
            ["exhibition_id"],
            ["exhibition.id"],
        ),
        sa.PrimaryKeyConstraint("exhibition_id"),
    )
    op.create_table(
        "application",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("business", sa.String(length=120), nullable=False),
        sa.Column("folded", sa.String(length=120), nullable=False),
        sa.Column("filiere", sa.String(length=12), nullable=False),
        sa.Column("activity", sa.String(length=120), nullable=False),
        sa.Column("town", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("shows", sa.String(length=2000), nullable=False),
        sa.Column("needs_power", sa.Boolean(), nullable=False),
        sa.Column("needs_water", sa.Boolean(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("pending", sa.String(length=10), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("offer_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'offered') = (offer_ends_at IS NOT NULL)", name="application_offer_has_an_end"),
        sa.CheckConstraint("pending IS NULL OR state = 'in_review'", name="application_decided_in_review"),
        sa.ForeignKeyConstraint(
            ["exhibition_id", "person_id"],
            ["person.exhibition_id", "person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["exhibition_id"],
            ["call.exhibition_id"],
        ),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
        sa.UniqueConstraint("exhibition_id", "reference", name="application_reference"),
    )
    op.create_index("application_by_name", "application", ["exhibition_id", "folded"], unique=False)
    op.create_index("application_by_state", "application", ["exhibition_id", "state", "rank"], unique=False)
    op.create_index(
        "application_one_live_each",
        "application",
        ["exhibition_id", "person_id"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('accepted', 'confirmed', 'draft', 'in_review', 'incomplete', 'offered', 'reserve', 'submitted')"
        ),
        postgresql_where=sa.text(
            "state IN ('accepted', 'confirmed', 'draft', 'in_review', 'incomplete', 'offered', 'reserve', 'submitted')"
        ),
    )
    op.create_table(
        "application_change",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_kind", sa.String(length=6), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=True),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["exhibition_id", "application_id"],
            ["application.exhibition_id", "application.id"],
        ),
        sa.PrimaryKeyConstraint("exhibition_id", "application_id", "version"),
    )
    op.create_table(
        "review",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["exhibition_id", "application_id"],
            ["application.exhibition_id", "application.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("exhibition_id", "application_id", "staff_id"),
    )


def downgrade() -> None:
    op.drop_table("review")
    op.drop_table("application_change")
    op.drop_index(
        "application_one_live_each",
        table_name="application",
        sqlite_where=sa.text(
            "state IN ('accepted', 'confirmed', 'draft', 'in_review', 'incomplete', 'offered', 'reserve', 'submitted')"
        ),
        postgresql_where=sa.text(
            "state IN ('accepted', 'confirmed', 'draft', 'in_review', 'incomplete', 'offered', 'reserve', 'submitted')"
        ),
    )
    op.drop_index("application_by_state", table_name="application")
    op.drop_index("application_by_name", table_name="application")
    op.drop_table("application")
    op.drop_table("call")
