"""Sessions for people's calendars (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from services.ticketing.programme.domain import Session, SessionState
from shared.i18n import pick

CONTENT_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """A session in somebody's calendar; `uid` stays the same for ever, `sequence` rises with every change."""

    session: Session
    uid: str
    sequence: int
    note: str = ""
    status: str = "CONFIRMED"


def entry_of(session: Session) -> Entry:
    """A session as everybody's calendar has it."""
    return Entry(session, f"{session.id}@moussem", session.version)


def calendar_of(entries: Iterable[Entry], *, name: str, place: str, at: datetime) -> bytes:
    """A calendar file. Hours are those on the wall, with the zone's own rules beside them.

    What does not take place stays in it as cancelled, so that calendars which have it strike it out.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Moussem//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(_event(entry, place, at))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(entry: Entry, place: str, at: datetime) -> Event:
    session, event = entry.session, Event()
    zone, room = ZoneInfo(session.zone), pick(session.room_names)
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", session.starts_wall.replace(tzinfo=zone))
    event.add("dtend", session.ends_wall.replace(tzinfo=zone))
    event.add("summary", pick(session.titles))
    event.add("location", f"{room}, {place}" if place else room)
    event.add("description", "\n".join(text for text in (pick(session.summaries), entry.note) if text))
    event.add("status", entry.status if session.state is SessionState.OPEN else "CANCELLED")
    return event
