"""Stands, who has which on which days, the badges of the stands' people; who is placed still applies."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

BEFORE = ("accepted", "confirmed", "draft", "in_review", "incomplete", "offered", "reserve", "submitted")
LIVE = (
    *("absent", "accepted", "confirmed", "draft", "in_review"),
    *("incomplete", "offered", "placed", "present", "reserve", "submitted"),
)


def upgrade() -> None:
    op.add_column("application", sa.Column("stands", sa.JSON(none_as_null=True), nullable=True))
    _one_live_each(LIVE)
    _stands()
    _allocations()


def _one_live_each(states: tuple[str, ...]) -> None:
    live = sa.text(f"state IN ({', '.join(repr(state) for state in states)})")
    op.drop_index("application_one_live_each", table_name="application")
    op.create_index(
        "application_one_live_each",
        "application",
        ["exhibition_id", "person_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )


def _stands() -> None:
    op.create_table(
        "stand",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hall_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("x", "y", "width", "depth")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_indoor", "has_power", "has_water")),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("width > 0 AND depth > 0", name="stand_has_floor"),
        sa.CheckConstraint("x >= 0 AND y >= 0", name="stand_lies_in_its_hall"),
        sa.ForeignKeyConstraint(["exhibition_id", "hall_id"], ["hall.exhibition_id", "hall.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
        sa.UniqueConstraint("exhibition_id", "reference", name="stand_reference"),
    )
    op.create_table(
        "stand_badge",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("place BETWEEN 1 AND 60", name="stand_badge_within_the_most"),
        sa.ForeignKeyConstraint(["exhibition_id", "application_id"], ["application.exhibition_id", "application.id"]),
        sa.ForeignKeyConstraint(["exhibition_id", "person_id"], ["person.exhibition_id", "person.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "application_id", "place"),
    )


def _allocations() -> None:
    op.create_table(
        "allocation",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("exhibition_id", "id", "application_id", "stand_id")),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name="allocation_ends_after_it_begins"),
        sa.ForeignKeyConstraint(["exhibition_id", "application_id"], ["application.exhibition_id", "application.id"]),
        sa.ForeignKeyConstraint(["exhibition_id", "stand_id"], ["stand.exhibition_id", "stand.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_index("allocation_by_application", "allocation", ["exhibition_id", "application_id"])
    op.create_index("allocation_by_stand", "allocation", ["exhibition_id", "stand_id"])
    op.create_table(
        "stand_day",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("stand_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["exhibition_id", "allocation_id"], ["allocation.exhibition_id", "allocation.id"]),
        sa.ForeignKeyConstraint(["exhibition_id", "stand_id"], ["stand.exhibition_id", "stand.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "stand_id", "day"),
    )
    op.create_index("stand_day_by_allocation", "stand_day", ["exhibition_id", "allocation_id"])


def downgrade() -> None:
    for table in ("stand_day", "allocation", "stand_badge", "stand"):
        op.drop_table(table)
    _one_live_each(BEFORE)
    op.drop_column("application", "stands")
