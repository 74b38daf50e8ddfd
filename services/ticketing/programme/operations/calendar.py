"""Sessions for people's calendars (RFC 5545)."""

from datetime import datetime

from icalendar import Calendar, Event

from services.ticketing.programme.domain import Session, SessionState
from shared.i18n import pick

CONTENT_TYPE = "text/calendar; charset=utf-8"


def calendar_of(session: Session, *, place: str, note: str, at: datetime) -> bytes:
    """One session as a calendar file; times in UTC, so that no zone data of the reader matters."""
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//Moussem//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    event.add("uid", f"{session.id}@moussem")
    event.add("sequence", session.version)
    event.add("dtstamp", at)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", pick(session.titles))
    event.add("location", f"{pick(session.room_names)}, {place}" if place else pick(session.room_names))
    event.add("description", "\n".join(text for text in (pick(session.summaries), note) if text))
    event.add("status", "CONFIRMED" if session.state is SessionState.OPEN else "CANCELLED")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
