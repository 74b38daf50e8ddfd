"""The texts an exhibition wrote itself: a row for each version, the newest counts."""

import sqlalchemy as sa

from services.notifications.access.models import metadata
from shared.db import Id, UtcDateTime

# A version without words is a return to the product's own text.
notice_text = sa.Table(
    "notice_text",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sms", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("body", sa.Text),
    sa.Column("written_by", Id),
    sa.Column("written_at", UtcDateTime, nullable=False),
    sa.CheckConstraint(
        "(sms IS NULL) = (subject IS NULL) AND (sms IS NULL) = (body IS NULL)", name="notice_text_is_whole"
    ),
)
