"""The attempts to bring notices: one row each, begun before the provider is called."""

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
