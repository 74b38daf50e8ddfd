"""Crafts of a call, places, photos; a call's own questions, their answers, and members who are not accepted."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

HOLDING = ("accepted", "offered", "confirmed")


def upgrade() -> None:
    with op.batch_alter_table("call") as call:
        call.add_column(sa.Column("questions", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("application") as application:
        application.add_column(sa.Column("left_out", sa.JSON(), nullable=False, server_default="[]"))
        application.add_column(sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "craft",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["exhibition_id"], ["exhibition.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "reference"),
    )
    op.create_table(
        "place_pool",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("craft", sa.String(length=12), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("is_capped", sa.Boolean(), nullable=False),
        sa.CheckConstraint("taken BETWEEN 0 AND places", name="place_pool_never_one_too_many"),
        sa.ForeignKeyConstraint(["exhibition_id"], ["call.exhibition_id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "craft"),
    )
    op.create_table(
        "photo",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 4", name="photo_at_most_four"),
        sa.ForeignKeyConstraint(["exhibition_id", "application_id"], ["application.exhibition_id", "application.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
        sa.UniqueConstraint("exhibition_id", "application_id", "position", name="photo_one_each_position"),
    )
    _open_pools()


def _open_pools() -> None:
    """A shared pool for each call that is there, with the places that are taken."""
    call = sa.table("call", sa.column("exhibition_id"))
    own = sa.table("application", sa.column("exhibition_id"), sa.column("state")).c
    pool = sa.table("place_pool", *map(sa.column, ("exhibition_id", "craft", "places", "taken", "is_capped")))
    db = op.get_bind()
    for (exhibition_id,) in db.execute(sa.select(call.c.exhibition_id)).all():
        held = sa.select(sa.func.count()).where(own.exhibition_id == exhibition_id, own.state.in_(HOLDING))
        taken = db.scalar(held)
        row = {"exhibition_id": exhibition_id, "craft": "", "places": taken, "taken": taken, "is_capped": False}
        db.execute(sa.insert(pool).values(row))


def downgrade() -> None:
    op.drop_table("photo")
    op.drop_table("place_pool")
    op.drop_table("craft")
    with op.batch_alter_table("application") as application:
        application.drop_column("answers")
        application.drop_column("left_out")
    with op.batch_alter_table("call") as call:
        call.drop_column("questions")
