"""Making notices of what somebody is to be told."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.access.models import exhibition_copy
from services.notifications.notices import domain
from services.notifications.notices.domain import Channel, Contact, QuietHours, State, Times
from services.notifications.notices.models import booking_copy, contact, notice, quiet_hours, session_copy
from services.notifications.notices.operations.copies import LONGEST_NAME, keep_application, keep_booking, keep_session
from services.notifications.notices.operations.quiet import on_wall
from services.notifications.notices.operations.words import (
    About,
    end_of,
    words_of_application,
    words_of_booking,
    words_of_link,
    words_of_staff_link,
)
from services.notifications.optout.domain import may_be_stopped
from services.notifications.optout.operations import is_unwanted, make_stop_link
from services.notifications.templates.domain import SECRET_KINDS, Kind, clean
from shared import clock
from shared.db import insert_new
from shared.outbox import NotKnownYet, Received

NO_EXHIBITION = UUID(int=0)


@dataclass(frozen=True)
class Occasion:
    """Why notices are made where no message says so: the id under which they are told once, and who follows them."""

    exhibition_id: UUID
    id: UUID
    correlation_id: str = ""


@dataclass(frozen=True)
class Told:
    """What one message makes of notices: the same for each way to the person, but for the address.

    `same` is equal for messages that tell the same; it decides the notices' ids.
    """

    same: str
    kind: Kind
    data: dict[str, str]
    ends_at: datetime
    starts_wall: datetime | None = None
    answer_code: str | None = None


def tell_link(db: Connection, message: Received) -> None:
    """Make the notices of a private link or a code; NotKnownYet before its person or exhibition has arrived."""
    about = about_person(db, message.exhibition_id, message.subject_id)
    body = message.body
    told = Told(
        same=f"{message.name} {message.id}",
        kind=domain.kind_of_link(body["purpose"], body["code"], is_handed_in=body.get("is_handed_in", False)),
        data=words_of_link(about, body),
        ends_at=datetime.fromisoformat(body["ends_at"]),
    )
    make_notices(db, message, about.contact, about.exhibition, told)


def tell_staff_link(db: Connection, message: Received) -> None:
    """Make the notice of a link for staff, to the address in the message: staff stand in no contact book.

    NotKnownYet before its exhibition has arrived, if it has one.
    """
    body = message.body
    exhibition = find_exhibition(db, message.exhibition_id) if message.exhibition_id != NO_EXHIBITION else None
    to = _staff_contact(message)
    told = Told(
        same=f"{message.name} {message.id}",
        kind=domain.kind_of_staff_link(body["purpose"]),
        data=words_of_staff_link(to, exhibition, body),
        ends_at=datetime.fromisoformat(body["ends_at"]),
    )
    make_notices(db, message, to, exhibition, told)


def _staff_contact(message: Received) -> Contact:
    body = message.body
    address = clean(body["address"], 254)
    phone, email = (None, address) if body["channel"] == Channel.EMAIL else (address, None)
    return Contact(message.subject_id, clean(body["name"], LONGEST_NAME), phone, email, body["language"])


def tell_booking(db: Connection, message: Received) -> None:
    """Make the notices of a booking's change, unless a newer change was told already.

    NotKnownYet before the person, the session or the exhibition has arrived; nothing is written then.
    """
    body = message.body
    about = about_person(db, message.exhibition_id, UUID(body["person_id"]))
    session = _session(db, message.exhibition_id, UUID(body["session_id"]))
    kind = domain.kind_of_booking(body)
    if not keep_booking(db, message) or kind is None:
        return
    told = Told(
        same=f"{message.name} {message.subject_id} {message.subject_version}",
        kind=kind,
        data=words_of_booking(about, session, body)
        | calendar_facts(message.subject_id, message.subject_version, session),
        ends_at=datetime.fromisoformat(body["ends_at"]) if body.get("ends_at") else session.ends_at,
        starts_wall=session.starts_wall,
        answer_code=body.get("answer_code"),
    )
    make_notices(db, message, about.contact, about.exhibition, told)


def tell_session(db: Connection, message: Received) -> None:
    """Keep a session; when it has moved, make the notices of everybody who holds a seat or waits for one.

    Who books afterwards is told the new hour with the booking.
    """
    before = _find_session(db, message.exhibition_id, message.subject_id)
    if not keep_session(db, message) or before is None:
        return
    now = _session(db, message.exhibition_id, message.subject_id)
    if not domain.has_moved(before._asdict(), now._asdict()):
        return
    live = sa.select(booking_copy).where(
        booking_copy.c.exhibition_id == message.exhibition_id,
        booking_copy.c.session_id == message.subject_id,
        booking_copy.c.state.not_in(["cancelled", "lapsed", "released"]),
    )
    for row in db.execute(live).all():
        about = about_person(db, message.exhibition_id, row.person_id)
        body = {"party_size": row.party_size, "reference": row.reference, "place_in_line": None, "ends_at": None}
        told = Told(
            same=f"{message.name} {message.subject_id} {message.subject_version}",
            kind=Kind.SESSION_MOVED,
            data=words_of_booking(about, now, body) | calendar_facts(row.id, row.version, now),
            ends_at=now.ends_at,
            starts_wall=now.starts_wall,
        )
        make_notices(db, message, about.contact, about.exhibition, told)


def tell_application(db: Connection, message: Received) -> None:
    """Make the notices of where an application stands now, unless a newer change was told already.

    NotKnownYet before the person or the exhibition has arrived; nothing is written then.
    """
    body = message.body
    about = about_person(db, message.exhibition_id, UUID(body["person_id"]))
    kind = domain.kind_of_application(body["state"], body.get("stands"))
    # handed in by the act that began it: the message with the private link says so
    if not keep_application(db, message) or kind is None or body.get("is_told"):
        return
    told = Told(
        same=f"{message.name} {message.subject_id} {message.subject_version}",
        kind=kind,
        data=words_of_application(about, body),
        ends_at=datetime.fromisoformat(body["offer_ends_at"]) if body["offer_ends_at"] else end_of(about),
    )
    make_notices(db, message, about.contact, about.exhibition, told)


def calendar_facts(booking_id: UUID, version: int, session: sa.Row[Any]) -> dict[str, str]:
    """What the calendar entry needs beside the words; its sequence rises with the booking and with the session."""
    return {
        "uid": str(booking_id),
        "sequence": str(version + session.version - 1),
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
    }


# Written once: building a statement costs more than running it.
_SESSION = sa.select(session_copy).where(
    session_copy.c.exhibition_id == sa.bindparam("of_exhibition"), session_copy.c.id == sa.bindparam("of_session")
)


# with its own quiet hours, where it has some
_EXHIBITION = (
    sa.select(exhibition_copy, quiet_hours.c.begins, quiet_hours.c.ends)
    .outerjoin(quiet_hours, quiet_hours.c.exhibition_id == exhibition_copy.c.exhibition_id)
    .where(exhibition_copy.c.exhibition_id == sa.bindparam("of_exhibition"))
)
_IS_PERSON = sa.and_(
    contact.c.exhibition_id == exhibition_copy.c.exhibition_id, contact.c.id == sa.bindparam("of_person")
)
_PERSON_AND_EXHIBITION = _EXHIBITION.outerjoin(contact, _IS_PERSON).add_columns(
    contact.c.id.label("person_id"), contact.c.name, contact.c.phone, contact.c.email, contact.c.language
)


def about_person(db: Connection, exhibition_id: UUID, person_id: UUID) -> About:
    """A person and their exhibition; NotKnownYet before either has arrived."""
    found = db.execute(_PERSON_AND_EXHIBITION, {"of_exhibition": exhibition_id, "of_person": person_id}).first()
    if found is None:
        raise NotKnownYet(exhibition_id)
    if found.person_id is None:
        raise NotKnownYet(person_id)
    return About(Contact(person_id, found.name, found.phone, found.email, found.language), found)


def find_exhibition(db: Connection, exhibition_id: UUID) -> sa.Row[Any]:
    """An exhibition with its quiet hours; NotKnownYet."""
    exhibition = db.execute(_EXHIBITION, {"of_exhibition": exhibition_id}).first()
    if exhibition is None:
        raise NotKnownYet(exhibition_id)
    return exhibition


def _find_session(db: Connection, exhibition_id: UUID, session_id: UUID) -> sa.Row[Any] | None:
    return db.execute(_SESSION, {"of_exhibition": exhibition_id, "of_session": session_id}).first()


def _session(db: Connection, exhibition_id: UUID, session_id: UUID) -> sa.Row[Any]:
    session = _find_session(db, exhibition_id, session_id)
    if session is None:
        raise NotKnownYet(session_id)
    return session


def make_notices(
    db: Connection, message: Received | Occasion, to: Contact, exhibition: sa.Row[Any] | None, told: Told
) -> int:
    """A notice on the first way to the person, and a mail beside it where that is worth one; returns how many are new.

    Told again, none; nothing for somebody who has stopped this kind.
    """
    if is_unwanted(db, message.exhibition_id, to.person_id, told.kind):
        return 0
    now = clock.now()
    until = domain.useful_until(told.kind, told.ends_at, now)
    data = told.data
    if may_be_stopped(told.kind):
        data = data | {"stop_secret": make_stop_link(db, message.exhibition_id, to.person_id)}
    same = {
        "exhibition_id": message.exhibition_id,
        "message_id": message.id,
        "person_id": to.person_id,
        "correlation_id": message.correlation_id,
        "kind": told.kind,
        "language": to.language,
        "data": data,
        "is_secret": told.kind in SECRET_KINDS,
        "made_at": now,
        "useful_until": until,
        "answer_code": told.answer_code,
        "priority": domain.priority_of(told.kind),
    }
    waits = not_before(exhibition, told, now, until) if exhibition else None
    rows = [
        same
        | {"id": domain.notice_id(told.same, channel, to.person_id), "channel": channel, "address": address}
        | _ready(None if channel is Channel.PRINT else datetime.now(UTC), waits)
        for channel, address in domain.ways_to(to, told.kind)
    ]
    # one by one: many at once that return something are written anew each time
    return sum(len(insert_new(db, notice, [row], returning=[notice.c.id])) for row in rows)


def _ready(at: datetime | None, waits: datetime | None) -> dict[str, Any]:
    """Where a new notice stands; `at` is None for a letter, which waits for somebody to print it."""
    return {"state": State.DUE, "attempts": 0, "reason": "", "next_at": at, "not_before": waits if at else None}


def not_before(exhibition: sa.Row[Any], told: Told, now: datetime, until: datetime) -> datetime | None:
    """The end of the exhibition's quiet hours, for what waits for it."""
    quiet = QuietHours() if exhibition.begins is None else QuietHours(exhibition.begins, exhibition.ends)
    zone = exhibition.zone
    times = Times(clock.to_wall(now, zone), told.starts_wall, clock.to_wall(until, zone))
    wall = domain.waits_until(told.kind, quiet, times)
    return on_wall(wall, zone) if wall else None
