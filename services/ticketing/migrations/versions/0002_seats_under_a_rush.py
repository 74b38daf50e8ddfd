"""Holds, offers, the queue at the door, limits of a day and the organiser's rules."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_LIVE = sa.text("state IN ('held', 'confirmed', 'waitlisted', 'offered', 'queued')")
_WAITS = sa.text("state IN ('waitlisted', 'offered', 'queued')")
_ENDS = sa.text("state IN ('held', 'offered')")
_OLD_LIVE = sa.text("state IN ('confirmed', 'waitlisted')")
_OLD_WAITS = sa.text("state = 'waitlisted'")
_IS_DUE = sa.text("due_at IS NOT NULL")


def _index(name: str, columns: list[str], where: sa.TextClause, *, unique: bool = True, table: str = "booking") -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.drop_index("uq_booking_live", table_name="booking")
    op.drop_index("uq_booking_line", table_name="booking")
    with op.batch_alter_table("booking") as booking:
        booking.add_column(sa.Column("kind", sa.Text(), server_default="own", nullable=False))
        booking.add_column(sa.Column("day", sa.Date(), server_default="0001-01-01", nullable=False))
        booking.add_column(sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
        booking.add_column(sa.Column("is_extended", sa.Boolean(), server_default=sa.false(), nullable=False))
        booking.add_column(sa.Column("is_first_come", sa.Boolean(), server_default=sa.false(), nullable=False))
        booking.add_column(sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
        for name in ("line", "state", "party"):
            booking.drop_constraint(op.f(f"ck_booking_{name}"), type_="check")
        booking.create_check_constraint(
            op.f("ck_booking_party"),
            "party_size BETWEEN 1 AND 10 OR (kind = 'group' AND party_size BETWEEN 1 AND 500)",
        )
        booking.create_check_constraint(
            op.f("ck_booking_state"),
            "state IN ('held', 'confirmed', 'waitlisted', 'offered', 'queued', 'cancelled', 'lapsed', 'released')",
        )
        booking.create_check_constraint(op.f("ck_booking_kind"), "kind IN ('own', 'group', 'passed', 'door')")
        booking.create_check_constraint(
            op.f("ck_booking_line"), "state NOT IN ('waitlisted', 'offered', 'queued') OR line_number IS NOT NULL"
        )
        booking.create_check_constraint(
            op.f("ck_booking_ends"), "(ends_at IS NOT NULL) = (state IN ('held', 'offered'))"
        )
    _index("uq_booking_live", ["exhibition_id", "session_id", "person_id"], _LIVE)
    _index("uq_booking_line", ["exhibition_id", "session_id", "line_number"], _WAITS)
    _index("ix_booking_ends", ["exhibition_id", "session_id", "ends_at"], _ENDS, unique=False)
    with op.batch_alter_table("session") as session:
        for name in ("held", "offered", "queued"):
            session.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        session.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        session.drop_constraint(op.f("ck_session_seats"), type_="check")
        session.drop_constraint(op.f("ck_session_line"), type_="check")
        session.create_check_constraint(
            op.f("ck_session_seats"),
            "taken >= 0 AND held >= 0 AND offered >= 0 AND taken + held + offered <= capacity",
        )
        session.create_check_constraint(op.f("ck_session_line"), "waiting >= 0 AND queued >= 0")
    _index("ix_session_due", ["due_at"], _IS_DUE, unique=False, table="session")
    _make_tables()
    _fill_days()


def _make_tables() -> None:
    op.create_table(
        "person_day",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats BETWEEN 0 AND most", name=op.f("ck_person_day_limit")),
        sa.PrimaryKeyConstraint("exhibition_id", "person_id", "day", name=op.f("pk_person_day")),
    )
    op.create_table(
        "booking_rules",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("most_a_day", sa.Integer(), nullable=False),
        sa.Column("overlap", sa.Text(), nullable=False),
        sa.Column("overlaps", sa.JSON(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("changes_end_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("most_a_day BETWEEN 1 AND 100", name=op.f("ck_booking_rules_most")),
        sa.CheckConstraint("overlap IN ('block', 'warn', 'ignore')", name=op.f("ck_booking_rules_overlap")),
        sa.CheckConstraint("policy IN ('strict_order', 'best_fit')", name=op.f("ck_booking_rules_policy")),
        sa.PrimaryKeyConstraint("exhibition_id", name=op.f("pk_booking_rules")),
    )


def _fill_days() -> None:
    """What was booked before counts against the limit of its day as if it had been booked now."""
    db = op.get_bind()
    day = "date(session.starts_wall)" if db.dialect.name == "sqlite" else "CAST(session.starts_wall AS DATE)"
    found = "session.exhibition_id = booking.exhibition_id AND session.id = booking.session_id"
    db.execute(
        sa.text(
            f"UPDATE booking SET day = (SELECT {day} FROM session WHERE {found})"  # noqa: S608 - our own words only
            f" WHERE EXISTS (SELECT 1 FROM session WHERE {found})"
        )
    )
    db.execute(
        sa.text(
            "INSERT INTO person_day (exhibition_id, person_id, day, seats, most)"
            " SELECT exhibition_id, person_id, day, sum(party_size), CASE WHEN sum(party_size) > 5"
            " THEN sum(party_size) ELSE 5 END FROM booking WHERE state IN ('confirmed', 'waitlisted')"
            " GROUP BY exhibition_id, person_id, day"
        )
    )


def downgrade() -> None:
    op.drop_table("booking_rules")
    op.drop_table("person_day")
    op.drop_index("ix_session_due", table_name="session")
    with op.batch_alter_table("session") as session:
        session.drop_constraint(op.f("ck_session_line"), type_="check")
        session.drop_constraint(op.f("ck_session_seats"), type_="check")
        session.create_check_constraint(op.f("ck_session_seats"), "taken BETWEEN 0 AND capacity")
        session.create_check_constraint(op.f("ck_session_line"), "waiting BETWEEN 0 AND waiting_limit")
        for name in ("due_at", "queued", "offered", "held"):
            session.drop_column(name)
    for name in ("ix_booking_ends", "uq_booking_line", "uq_booking_live"):
        op.drop_index(name, table_name="booking")
    with op.batch_alter_table("booking") as booking:
        for name in ("ends", "kind", "line", "state", "party"):
            booking.drop_constraint(op.f(f"ck_booking_{name}"), type_="check")
        booking.create_check_constraint(op.f("ck_booking_line"), "state <> 'waitlisted' OR line_number IS NOT NULL")
        booking.create_check_constraint(op.f("ck_booking_state"), "state IN ('confirmed', 'waitlisted', 'cancelled')")
        booking.create_check_constraint(op.f("ck_booking_party"), "party_size BETWEEN 1 AND 10")
        for name in ("arrived_at", "is_first_come", "is_extended", "ends_at", "day", "kind"):
            booking.drop_column(name)
    _index("uq_booking_live", ["exhibition_id", "session_id", "person_id"], _OLD_LIVE)
    _index("uq_booking_line", ["exhibition_id", "session_id", "line_number"], _OLD_WAITS)
