"""Tables of classes. Names are as the desk wrote them on the sheet; everything else follows from sessions and doors."""

import sqlalchemy as sa

from services.ticketing.access.models import metadata
from shared.db import Id, UtcDateTime

training_class = sa.Table(
    "training_class",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("titles", sa.JSON, nullable=False),
    sa.UniqueConstraint("exhibition_id", "reference"),
)

# A session is a meeting of one class at most.
class_meeting = sa.Table(
    "class_meeting",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("session_id", Id, primary_key=True),
    sa.Column("class_id", Id, nullable=False),
    sa.Index(None, "exhibition_id", "class_id"),
)

class_member = sa.Table(
    "class_member",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("class_id", Id, primary_key=True),
    sa.Column("person_id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("badge", sa.Text, nullable=False),
    sa.Column("enrolled_at", UtcDateTime, nullable=False),
)

# What the desk ticked by hand, who and when: it counts before the door's scans.
class_tick = sa.Table(
    "class_tick",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("session_id", Id, primary_key=True),
    sa.Column("person_id", Id, primary_key=True),
    sa.Column("is_present", sa.Boolean, nullable=False),
    sa.Column("ticked_by", Id),
    sa.Column("ticked_at", UtcDateTime, nullable=False),
)
