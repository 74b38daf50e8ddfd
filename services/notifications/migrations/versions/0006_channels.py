"""WhatsApp, letters and the chain of ways; delivery reports, money, and what people answer."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0006_channels"
down_revision = "0006_seats"

_CHANNELS = ("channel IN ('sms', 'email')", "channel IN ('sms', 'whatsapp', 'email', 'print')")
_STATES = (
    "state IN ('due', 'claimed', 'retry', 'accepted', 'failed')",
    "state IN ('due', 'claimed', 'retry', 'accepted', 'failed', 'delivered', 'bounced')",
)
_SETTLED = (
    "(next_at IS NULL) = (state IN ('accepted', 'failed'))",
    "(next_at IS NULL) = (channel = 'print' OR state IN ('accepted', 'failed', 'delivered', 'bounced'))",
)
_CHECKS = dict(
    zip(
        ("notice_channel_is_known", "notice_state_is_known", "notice_is_due_or_settled"),
        (_CHANNELS, _STATES, _SETTLED),
        strict=True,
    )
)
_CAN_GO = "next_at IS NOT NULL AND not_before IS NULL"
_ASKS = "kind IN ('seat_offered', 'seat_first_come', 'waitlist_joined')"


def _index(name: str, columns: list[str], where: str, table: str = "notice") -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("priority", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("overdue_at", UtcDateTime(), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("cost", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("spent_on", sa.Date(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
    ]


def _attempts() -> None:
    op.create_table(
        "delivery",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("verdict IN ('accepted', 'later', 'refused')", name="delivery_verdict_is_known"),
        sa.ForeignKeyConstraint(["exhibition_id", "notice_id"], ["notice.exhibition_id", "notice.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "notice_id", "attempt"),
    )


def _change_notices(*, up: bool) -> None:
    """SQLite makes the table anew, and lets go of none that attempts point at: those step aside meanwhile."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("CREATE TABLE kept_delivery AS SELECT * FROM delivery")
        op.drop_table("delivery")
    for name, wordings in _CHECKS.items():
        with op.batch_alter_table("notice") as table:
            table.drop_constraint(name, type_="check")
            table.create_check_constraint(name, wordings[up])
    if is_sqlite:
        _attempts()
        op.execute("INSERT INTO delivery SELECT * FROM kept_delivery")
        op.drop_table("kept_delivery")


def upgrade() -> None:
    op.drop_index("notice_due", table_name="notice")
    for column in _columns():
        op.add_column("notice", column)
    _change_notices(up=True)
    _index("notice_due", ["channel", "priority", "next_at"], _CAN_GO)
    _index("notice_overdue", ["overdue_at"], "overdue_at IS NOT NULL")
    _index("notice_at_provider", ["provider_id", "channel"], "provider_id IS NOT NULL")
    _index("notice_asks", ["address", "made_at"], _ASKS)
    _index("notice_on_paper", ["exhibition_id", "state"], "channel = 'print'")
    op.create_index("delivery_recent", "delivery", ["exhibition_id", "started_at"])
    op.create_index("contact_phone", "contact", ["phone"])
    _make_reports()
    _make_money()


def _make_reports() -> None:
    op.create_table(
        "delivery_report",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("said IN ('delivered', 'failed')", name="report_is_known"),
        sa.ForeignKeyConstraint(["exhibition_id", "notice_id"], ["notice.exhibition_id", "notice.id"]),
        sa.PrimaryKeyConstraint("exhibition_id", "notice_id", "said"),
    )
    op.create_table(
        "early_report",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "provider_id", "said"),
    )
    op.create_index("early_report_heard", "early_report", ["heard_at"])
    op.create_table(
        "sms_answer",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("meant", sa.Text(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "provider_id"),
    )
    op.create_table(
        "print_batch",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("handed_over_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("exhibition_id", "id"),
    )


def _make_money() -> None:
    op.create_table(
        "spend",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.CheckConstraint("cost >= 0 AND notices >= 0 AND segments >= 0", name="spend_is_no_debt"),
        sa.PrimaryKeyConstraint("exhibition_id", "channel", "day"),
    )
    op.create_table(
        "spend_limit",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("most_a_day", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("most_a_day >= 0", name="spend_limit_is_no_debt"),
        sa.PrimaryKeyConstraint("exhibition_id", "channel"),
    )
    op.create_table(
        "dial_code",
        sa.Column("exhibition_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("exhibition_id", "code"),
    )
    op.create_table(
        "sms_budget",
        sa.Column("whose", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("whose", "since"),
    )
    op.create_index("sms_budget_since", "sms_budget", ["since"])


def downgrade() -> None:
    for table in ("sms_budget", "dial_code", "spend_limit", "spend", "print_batch", "sms_answer", "early_report"):
        op.drop_table(table)
    op.drop_table("delivery_report")
    op.drop_index("contact_phone", table_name="contact")
    op.drop_index("delivery_recent", table_name="delivery")
    for name in ("notice_on_paper", "notice_asks", "notice_at_provider", "notice_overdue", "notice_due"):
        op.drop_index(name, table_name="notice")
    op.execute("DELETE FROM delivery WHERE notice_id IN (SELECT id FROM notice WHERE channel IN ('whatsapp', 'print'))")
    op.execute("DELETE FROM notice WHERE channel IN ('whatsapp', 'print')")
    op.execute("UPDATE notice SET state = 'accepted' WHERE state = 'delivered'")
    op.execute("UPDATE notice SET state = 'failed' WHERE state = 'bounced'")
    _change_notices(up=False)
    for column in reversed(_columns()):
        op.drop_column("notice", column.name)
    _index("notice_due", ["channel", "next_at"], _CAN_GO)
