"""Links for staff, the log of what staff did, and what names are found by."""

import sqlalchemy as sa
from alembic import op

from services.registration.visitors.domain.names import search_key

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "staff_link",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("login", sa.String(length=254), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    op.create_index(op.f("ix_staff_link_staff_id"), "staff_link", ["staff_id"], unique=False)
    op.create_index("staff_link_by_hash", "staff_link", ["secret_hash"], unique=False)
    op.create_table(
        "audit",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=254), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("name_key", sa.String(length=500), nullable=False, server_default=""))
    _fill_keys()


def _fill_keys() -> None:
    person = sa.table("person", *map(sa.column, ("exhibition_id", "id", "name", "name_key")))
    db = op.get_bind()
    for row in db.execute(sa.select(person.c.exhibition_id, person.c.id, person.c.name)).all():
        same = [person.c.exhibition_id == row.exhibition_id, person.c.id == row.id]
        db.execute(sa.update(person).where(*same).values(name_key=search_key(row.name)))


def downgrade() -> None:
    with op.batch_alter_table("person") as person:
        person.drop_column("name_key")
    op.drop_table("audit")
    op.drop_index("staff_link_by_hash", table_name="staff_link")
    op.drop_index(op.f("ix_staff_link_staff_id"), table_name="staff_link")
    op.drop_table("staff_link")
