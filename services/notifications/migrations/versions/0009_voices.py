"""Reminders of sessions: when each is due, and what an exhibition chose. Sessions known already get theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0009"
down_revision = "0008"

_OPEN = sa.text("next_at IS NOT NULL")
_LEADS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


def upgrade() -> None:
    reminder = op.create_table(
        "reminder",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("told_through", sa.Uuid(), nullable=True),
        sa.CheckConstraint("lead IN ('day', 'hour')", name="reminder_lead_is_known"),
        sa.PrimaryKeyConstraint("exhibition_id", "session_id", "lead"),
    )
    op.create_index("reminder_due", "reminder", ["next_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "reminder_choice",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Boolean(), nullable=False),
        sa.Column("hour", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id"),
    )
    op.create_index("contact_of_phone", "contact", ["phone"])
    op.create_index("booking_copy_of_session", "booking_copy", ["exhibition_id", "session_id", "state", "id"])
    rows = [row for session in _known_sessions() for row in _reminders_of(session)]
    if rows:
        op.bulk_insert(reminder, rows)


def _known_sessions() -> Any:
    session = sa.table(
        "session_copy",
        sa.column("exhibition_id", sa.Uuid()),
        sa.column("id", sa.Uuid()),
        sa.column("starts_at", UtcDateTime()),
        sa.column("state", sa.Text()),
    )
    return op.get_bind().execute(sa.select(session).where(session.c.state == "open")).all()


def _reminders_of(session: Any) -> list[dict[str, Any]]:
    its = {"exhibition_id": session.exhibition_id, "session_id": session.id, "starts_at": session.starts_at}
    dues = {lead: session.starts_at - before for lead, before in _LEADS.items()}
    now = datetime.now(UTC)
    return [
        its | {"lead": lead, "next_at": due if due > now else None, "told_through": None} for lead, due in dues.items()
    ]


def downgrade() -> None:
    op.drop_index("contact_of_phone", table_name="contact")
    op.drop_index("booking_copy_of_session", table_name="booking_copy")
    op.drop_table("reminder_choice")
    op.drop_table("reminder")
