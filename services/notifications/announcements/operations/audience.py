"""Who is in an audience, and what it would cost to tell them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.announcements.domain import Audience, Reading, Share, Who, language_for
from services.notifications.notices.domain import Channel, Contact, ways_to
from services.notifications.notices.models import application_copy, booking_copy, contact, session_copy, stand_copy
from services.notifications.optout.models import opted_out
from services.notifications.templates.domain import Kind, render_sms
from services.notifications.templates.domain.segments import segments, thrifty

# In the words of the messages that the copies were made of.
_BOOKED, _WAITING, _EXHIBITS = ("confirmed",), ("waitlisted", "offered"), ("confirmed", "placed")
_FALL_BACK_KIND = ""  # of people we heard of before they said what they are


def audience_of(row: sa.Row[Any]) -> Audience:
    """Who is to read an announcement."""
    return Audience(Who(row.who), row.subject)


def people(db: Connection, exhibition_id: UUID, audience: Audience, after: UUID | None, at_most: int) -> list[Contact]:
    """The next people of an audience in the order of their ids, without those who stopped such news."""
    found = _members(exhibition_id, audience).order_by(contact.c.id).limit(at_most)
    if after:
        found = found.where(contact.c.id > after)
    return [Contact(*row) for row in db.execute(found)]


def count_people(db: Connection, exhibition_id: UUID, audience: Audience) -> int:
    """How many would be told."""
    return int(db.scalar(sa.select(sa.func.count()).select_from(_members(exhibition_id, audience).subquery())) or 0)


def shares(db: Connection, exhibition_id: UUID, audience: Audience, reading: Reading) -> list[Share]:
    """The audience by the language each would read, with the SMS that would be paid for.

    Each name is counted as it is: an Arabic name in a French text doubles what that SMS costs.
    """
    counted: dict[str, Counter[str]] = {code: Counter() for code in reading.texts}
    paid: dict[tuple[str, str], int] = {}
    for to in _everybody(db, exhibition_id, audience):
        code = language_for(to.language, reading.texts)
        ways = [channel for channel, _address in ways_to(to, Kind.ANNOUNCEMENT)]
        counted[code].update(["people", *(f"by {way}" for way in ways)] if ways else ["people", "unreached"])
        if Channel.SMS in ways:
            text = reading.texts[code]
            key = (code, to.name if "{name}" in text.sms else "")
            if key not in paid:
                words = {**reading.words[code], "name": to.name}
                paid[key] = segments(thrifty(render_sms(text, words)))
            counted[code].update({"segments": paid[key], "cost": reading.price(to.phone or "", paid[key])})
    return [
        Share(code, one["people"], one["by sms"], one["by email"], one["unreached"], one["segments"], one["cost"])
        for code, one in counted.items()
    ]


def _everybody(db: Connection, exhibition_id: UUID, audience: Audience) -> Iterator[Contact]:
    for row in db.execute(_members(exhibition_id, audience)):
        yield Contact(*row)


def _members(exhibition_id: UUID, audience: Audience) -> sa.Select[Any]:
    own = contact.c
    gone = sa.select(opted_out.c.person_id).where(opted_out.c.exhibition_id == exhibition_id)
    return sa.select(own.id, own.name, own.phone, own.email, own.language).where(
        own.exhibition_id == exhibition_id, _is_in(exhibition_id, audience), own.id.not_in(gone)
    )


def _is_in(exhibition_id: UUID, audience: Audience) -> sa.ColumnElement[bool]:
    match audience.who:
        case Who.BOOKED:
            return contact.c.id.in_(_bookers(exhibition_id, audience.subject, _BOOKED))
        case Who.WAITING:
            return contact.c.id.in_(_bookers(exhibition_id, audience.subject, _WAITING))
        case Who.HALL:
            return contact.c.id.in_(_exhibitors(exhibition_id).where(_stands_in(audience.subject)))
        case Who.EXHIBITORS:
            return contact.c.id.in_(_exhibitors(exhibition_id))
        case _:
            return contact.c.kind.in_(["visitor", _FALL_BACK_KIND])


def _bookers(exhibition_id: UUID, session: str, states: Sequence[str]) -> sa.Select[Any]:
    own, at = booking_copy.c, session_copy.c
    it = sa.select(at.id).where(at.exhibition_id == exhibition_id, at.reference == session).scalar_subquery()
    return sa.select(own.person_id).where(
        own.exhibition_id == exhibition_id, own.session_id == it, own.state.in_(states)
    )


def _exhibitors(exhibition_id: UUID) -> sa.Select[Any]:
    own = application_copy.c
    return sa.select(own.person_id).where(own.exhibition_id == exhibition_id, own.state.in_(_EXHIBITS))


def _stands_in(hall: str) -> sa.ColumnElement[bool]:
    own, held = application_copy.c, stand_copy.c
    its = sa.select(held.application_id).where(held.exhibition_id == own.exhibition_id, held.hall == hall)
    return own.id.in_(its)


def list_sessions(db: Connection, exhibition_id: UUID) -> Sequence[Any]:
    """The sessions that take place, the first one first."""
    own = session_copy.c
    found = sa.select(own.reference, own.titles, own.starts_wall).where(
        own.exhibition_id == exhibition_id, own.state == "open"
    )
    return db.execute(found.order_by(own.starts_at, own.reference)).all()


def list_halls(db: Connection, exhibition_id: UUID) -> dict[str, dict[str, str]]:
    """The halls in which somebody has a stand, with their names."""
    own = stand_copy.c
    found = sa.select(own.hall, own.hall_names).where(own.exhibition_id == exhibition_id, own.hall != "")
    return {row.hall: row.hall_names for row in db.execute(found.order_by(own.hall))}
