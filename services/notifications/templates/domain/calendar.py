"""Calendar entries that calendars follow: UID the booking, SEQUENCE its version (RFC 5545, RFC 5546).

REQUEST and CANCEL, not PUBLISH: mail programs act on these by UID, and Outlook reads no PUBLISH in a mail
(MS-STANOICAL 2.2.99, learn.microsoft.com, read on 28 November 2026). Nobody is asked for an answer: the seat is taken
already, so the attendee has ACCEPTED and RSVP is FALSE.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifications.templates.domain import Kind, clean

_IN_CALENDAR = {
    Kind.BOOKING_CONFIRMED: "REQUEST",
    Kind.MOVED_UP: "REQUEST",
    Kind.SESSION_MOVED: "REQUEST",
    Kind.BOOKING_CANCELLED: "CANCEL",
    Kind.CANCELLED_BY_STAFF: "CANCEL",
    Kind.BOOKING_PASSED_ON: "CANCEL",
}


def method_of(kind: Kind) -> str | None:
    """What the entry does to somebody's calendar; None for a kind that brings no entry."""
    return _IN_CALENDAR.get(kind)


def entry(kind: Kind, data: Mapping[str, str], *, organiser: str, attendee: str, at: datetime) -> bytes:
    """The .ics of a booking; the same for the same arguments. KeyError for a kind without an entry."""
    method = _IN_CALENDAR[kind]
    event = Event()
    event.add("uid", data["uid"])
    event.add("sequence", int(data["sequence"]))
    event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", datetime.fromisoformat(data["starts_at"]).astimezone(UTC))
    event.add("dtend", datetime.fromisoformat(data["ends_at"]).astimezone(UTC))
    event.add("summary", clean(data["session"]))
    event.add("location", clean(f"{data['room']}, {data['place']}"))
    event.add("description", clean(f"{data['seats']} · {data['reference']} · {data['exhibition']}"))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event["organizer"] = _address(organiser, clean(data["exhibition"]))
    event.add("attendee", _attendee(attendee, clean(data["name"])), encode=False)
    return _calendar(method, event)


def _attendee(address: str, name: str) -> vCalAddress:
    who = _address(address, name)
    who.params["PARTSTAT"] = vText("ACCEPTED")
    who.params["RSVP"] = vText("FALSE")
    return who


def _address(address: str, name: str) -> vCalAddress:
    who = vCalAddress(f"mailto:{address}")
    # a parameter value can hold no quote (RFC 5545, 3.1)
    who.params["CN"] = vText(name.replace('"', "'"))
    return who


def _calendar(method: str, event: Event) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Moussem//notifications//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
