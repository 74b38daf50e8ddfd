"""What staff do in ticketing and notifications, told to registration, which keeps the one log of acts.

Routes say it in the transaction of the change: `staff_acted(db, where.id, StaffAct.ROOM_ADDED, "A")`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.engine import Connection

from shared.db import current
from shared.outbox import Outgoing, publish
from shared.web import current_caller


class StaffAct(StrEnum):
    """What staff do outside registration. Each reading at a gate is a row of its own that names who read: no act."""

    ROOM_ADDED = "room_added"
    ROOM_CHANGED = "room_changed"
    ROOM_REMOVED = "room_removed"
    GATE_ADDED = "gate_added"
    GATE_CHANGED = "gate_changed"
    GATE_REMOVED = "gate_removed"
    SESSION_ADDED = "session_added"
    SESSION_CHANGED = "session_changed"
    SESSION_CANCELLED = "session_cancelled"
    FILE_TAKEN_OVER = "file_taken_over"
    BOOKING_RULES_CHANGED = "booking_rules_changed"
    GROUP_HELD = "group_held"
    GROUP_NAMED = "group_named"
    GROUP_GAVE_BACK = "group_gave_back"
    READ_AT_DOOR = "read_at_door"
    SCANS_HANDED_IN = "scans_handed_in"
    ADMITTED_BY_NAME = "admitted_by_name"
    THRESHOLDS_CHANGED = "thresholds_changed"
    CLASS_CHANGED = "class_changed"
    CLASS_ENROLLED = "class_enrolled"
    PRESENCE_TICKED = "presence_ticked"
    SHEET_EXPORTED = "sheet_exported"
    BOOKINGS_EXPORTED = "bookings_exported"
    SCANS_EXPORTED = "scans_exported"
    TEXT_CHANGED = "text_changed"
    TEXT_TRIED = "text_tried"
    TEXT_TAKEN_AGAIN = "text_taken_again"
    QUIET_HOURS_CHANGED = "quiet_hours_changed"
    REMINDERS_CHANGED = "reminders_changed"
    ANNOUNCEMENT_WRITTEN = "announcement_written"
    ANNOUNCEMENT_DROPPED = "announcement_dropped"
    ANNOUNCEMENT_STARTED = "announcement_started"
    ANNOUNCEMENT_STOPPED = "announcement_stopped"
    DIGEST_CHOSEN = "digest_chosen"
    WEBHOOK_MADE = "webhook_made"
    WEBHOOK_RENEWED = "webhook_renewed"
    WEBHOOK_TESTED = "webhook_tested"
    WEBHOOK_REPLAYED = "webhook_replayed"
    WEBHOOK_ENDED = "webhook_ended"
    NOTICE_SENT_AGAIN = "notice_sent_again"
    LETTERS_PRINTED = "letters_printed"
    LETTERS_HANDED_OVER = "letters_handed_over"
    SPENDING_CHANGED = "spending_changed"


@dataclass(frozen=True)
class StaffActed:
    """Somebody of the staff did something; subject and facts carry references, never a name or an address."""

    NAME: ClassVar[str] = "staff.acted.v1"

    service: str
    staff_id: str
    act: str
    subject: str
    facts: dict[str, Any] = field(default_factory=dict)


def staff_acted(db: Connection, exhibition_id: UUID, act: StaffAct, subject: str, **facts: Any) -> None:
    """Tell the log what the caller of this request has just done; persons and devices do their own things."""
    staff_id = current_caller().staff_id
    if staff_id:
        body = StaffActed(current().name, str(staff_id), act, subject, facts)
        publish(db, Outgoing(exhibition_id, staff_id, 1, body))
