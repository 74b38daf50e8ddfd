"""Contacts, copies of sessions and bookings, and the notices with where each stands."""

import sqlalchemy as sa

from services.notifications.access.models import metadata
from shared.db import Id, UtcDateTime

contact = sa.Table(
    "contact",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("phone", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, server_default=""),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("contact_phone", "phone"),
)

sa.Index("contact_of_phone", contact.c.phone)

session_copy = sa.Table(
    "session_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("titles", sa.JSON, nullable=False),
    sa.Column("room", sa.Text, nullable=False, server_default=""),
    sa.Column("room_names", sa.JSON, nullable=False),
    sa.Column("starts_wall", sa.DateTime, nullable=False),
    sa.Column("ends_wall", sa.DateTime, nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

booking_copy = sa.Table(
    "booking_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("session_id", Id, nullable=False),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("reference", sa.Text, nullable=False, server_default=""),
    sa.Column("party_size", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

_BOOKING = booking_copy.c
sa.Index("booking_copy_of_session", _BOOKING.exhibition_id, _BOOKING.session_id, _BOOKING.state, _BOOKING.id)

application_copy = sa.Table(
    "application_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

# The stands that an application holds now; `hall` is empty where an older message did not say.
stand_copy = sa.Table(
    "stand_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("application_id", Id, primary_key=True),
    sa.Column("stand", sa.Text, primary_key=True),
    sa.Column("hall", sa.Text, nullable=False),
    sa.Column("hall_names", sa.JSON, nullable=False),
)
sa.Index("stand_copy_of_hall", stand_copy.c.exhibition_id, stand_copy.c.hall)

# The same hour twice: never quiet. Without a row the product's own hours hold.
quiet_hours = sa.Table(
    "quiet_hours",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("begins", sa.Time, nullable=False),
    sa.Column("ends", sa.Time, nullable=False),
    sa.Column("changed_by", Id),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

# `next_at` is when somebody must look again: at once, when a pause is over, or when a claim has run out.
# It follows the machines' clock, not the fair's: a rehearsal that plays a day a minute must not shorten a lease.
# `not_before` is the end of the quiet hours by the fair's clock; it goes when they are over.
# A letter to print is looked at by people, so it has no `next_at`. `after_id` is the notice whose way failed;
# `overdue_at`, by the machines' clock, is when the next way takes over. `cost` is in minor units, taken on `spent_on`.
notice = sa.Table(
    "notice",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("message_id", Id, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("correlation_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("is_secret", sa.Boolean, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("useful_until", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("next_at", UtcDateTime),
    sa.Column("not_before", UtcDateTime),
    sa.Column("settled_at", UtcDateTime),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    # of the link that answers an offer; gone once the notice is settled
    sa.Column("answer_code", sa.Text),
    sa.Column("priority", sa.Integer, nullable=False, server_default="1"),
    sa.Column("after_id", Id),
    sa.Column("provider_id", sa.Text),
    sa.Column("overdue_at", UtcDateTime),
    sa.Column("segments", sa.Integer, nullable=False, server_default="0"),
    sa.Column("cost", sa.Integer, nullable=False, server_default="0"),
    sa.Column("spent_on", sa.Date),
    sa.Column("batch_id", Id),
    sa.UniqueConstraint("exhibition_id", "message_id", "channel", "person_id", name="notice_told_once"),
    sa.CheckConstraint("channel IN ('sms', 'whatsapp', 'email', 'print')", name="notice_channel_is_known"),
    sa.CheckConstraint(
        "state IN ('due', 'claimed', 'retry', 'accepted', 'failed', 'delivered', 'bounced')",
        name="notice_state_is_known",
    ),
    sa.CheckConstraint(
        "(next_at IS NULL) = (channel = 'print' OR state IN ('accepted', 'failed', 'delivered', 'bounced'))",
        name="notice_is_due_or_settled",
    ),
)
# what senders look for many times a second stays as small as the backlog
_CAN_GO = sa.and_(notice.c.next_at.is_not(None), notice.c.not_before.is_(None))
sa.Index(
    "notice_due",
    notice.c.channel,
    notice.c.priority,
    notice.c.next_at,
    sqlite_where=_CAN_GO,
    postgresql_where=_CAN_GO,
)
_WAITS = notice.c.not_before.is_not(None)
sa.Index("notice_waits", notice.c.not_before, sqlite_where=_WAITS, postgresql_where=_WAITS)
sa.Index("notice_log", notice.c.exhibition_id, notice.c.made_at, notice.c.id)
sa.Index("notice_of_person", notice.c.exhibition_id, notice.c.person_id)
_IS_OVERDUE = notice.c.overdue_at.is_not(None)
sa.Index("notice_overdue", notice.c.overdue_at, sqlite_where=_IS_OVERDUE, postgresql_where=_IS_OVERDUE)
_AT_PROVIDER = notice.c.provider_id.is_not(None)
sa.Index(
    "notice_at_provider",
    notice.c.provider_id,
    notice.c.channel,
    sqlite_where=_AT_PROVIDER,
    postgresql_where=_AT_PROVIDER,
)
# what somebody may answer by SMS, found by the number that answers
_ASKS = notice.c.kind.in_(["seat_offered", "seat_first_come", "waitlist_joined"])
sa.Index("notice_asks", notice.c.address, notice.c.made_at, sqlite_where=_ASKS, postgresql_where=_ASKS)
_ON_PAPER = notice.c.channel == "print"
sa.Index("notice_on_paper", notice.c.exhibition_id, notice.c.state, sqlite_where=_ON_PAPER, postgresql_where=_ON_PAPER)
