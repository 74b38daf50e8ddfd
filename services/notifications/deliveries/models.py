"""The attempts to bring notices, what providers report of them, what they cost, and letters printed together."""

import sqlalchemy as sa

from services.notifications.notices.models import notice
from shared.db import Id, UtcDateTime

delivery = sa.Table(
    "delivery",
    notice.metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("notice_id", Id, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("verdict", sa.Text),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.ForeignKeyConstraint(["exhibition_id", "notice_id"], [notice.c.exhibition_id, notice.c.id]),
    sa.CheckConstraint("verdict IN ('accepted', 'later', 'refused')", name="delivery_verdict_is_known"),
)
sa.Index("delivery_recent", delivery.c.exhibition_id, delivery.c.started_at)

delivery_report = sa.Table(
    "delivery_report",
    notice.metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("notice_id", Id, primary_key=True),
    sa.Column("said", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("heard_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "notice_id"], [notice.c.exhibition_id, notice.c.id]),
    sa.CheckConstraint("said IN ('delivered', 'failed')", name="report_is_known"),
)

# What providers say of an id before we have noted that it is theirs; of no exhibition until then.
early_report = sa.Table(
    "early_report",
    notice.metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("provider_id", sa.Text, primary_key=True),
    sa.Column("said", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("heard_at", UtcDateTime, nullable=False),
    sa.Index("early_report_heard", "heard_at"),
)

# An SMS that somebody sent, so that it is acted on once; not what it said.
sms_answer = sa.Table(
    "sms_answer",
    notice.metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("provider_id", sa.Text, primary_key=True),
    sa.Column("meant", sa.Text, nullable=False),
    sa.Column("heard_at", UtcDateTime, nullable=False),
)

print_batch = sa.Table(
    "print_batch",
    notice.metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("letters", sa.Integer, nullable=False),
    sa.Column("made_by", Id),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("handed_over_at", UtcDateTime),
)

# By the fair's day: what was taken from the purse, and what was refused for want of money.
spend = sa.Table(
    "spend",
    notice.metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("cost", sa.Integer, nullable=False),
    sa.Column("notices", sa.Integer, nullable=False),
    sa.Column("segments", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.CheckConstraint("cost >= 0 AND notices >= 0 AND segments >= 0", name="spend_is_no_debt"),
)

spend_limit = sa.Table(
    "spend_limit",
    notice.metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("most_a_day", sa.Integer, nullable=False),
    sa.Column("changed_by", Id),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("most_a_day >= 0", name="spend_limit_is_no_debt"),
)

dial_code = sa.Table(
    "dial_code",
    notice.metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("added_by", Id),
    sa.Column("added_at", UtcDateTime, nullable=False),
)

# How many SMS a number, or a block of neighbouring numbers, got since a moment: numbers belong to no exhibition.
sms_budget = sa.Table(
    "sms_budget",
    notice.metadata,
    sa.Column("whose", sa.Text, primary_key=True),
    sa.Column("since", UtcDateTime, primary_key=True),
    sa.Column("used", sa.Integer, nullable=False),
    sa.Index("sms_budget_since", "since"),
)
