"""When a session is reminded of, and which notice that is."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.notifications.templates.domain import Kind

_REMINDERS = UUID("0d1b6c4e-52f3-5f0a-8b52-6f6f7a2f4c11")


class Lead(StrEnum):
    """How long before a session."""

    DAY = "day"
    HOUR = "hour"


BEFORE = {Lead.DAY: timedelta(days=1), Lead.HOUR: timedelta(hours=1)}
KIND_OF = {Lead.DAY: Kind.REMINDER_DAY, Lead.HOUR: Kind.REMINDER_HOUR}


@dataclass(frozen=True)
class Choice:
    """Which reminders an exhibition sends; both unless it said otherwise."""

    day: bool = True
    hour: bool = True

    def has(self, lead: Lead) -> bool:
        """Whether this one is sent."""
        return self.day if lead is Lead.DAY else self.hour


def due_at(lead: Lead, starts_at: datetime, now: datetime) -> datetime | None:
    """When to remind of a session that starts then; None when that moment has passed: who books or is moved so late
    has just been told the hour."""
    at = starts_at - BEFORE[lead]
    return at if at > now else None


def occasion_id(booking_id: UUID, lead: Lead, starts_at: datetime) -> UUID:
    """The same reminder of the same hour is the same for ever; of another hour it is another."""
    return uuid.uuid5(_REMINDERS, f"{booking_id} {lead} {starts_at.isoformat()}")
