"""Keeping the contact book and the copies; making notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.access.models import exhibition_copy
from services.notifications.notices import domain
from services.notifications.notices.domain import Contact, State
from services.notifications.notices.models import booking_copy, contact, notice, session_copy
from services.notifications.notices.words import About, words_of_booking, words_of_link
from services.notifications.templates.domain import SECRET_KINDS, Kind, clean
from shared import clock
from shared.db import insert_new, put_newer
from shared.outbox import NotKnownYet, Received

LONGEST_NAME = 100


@dataclass(frozen=True)
class Told:
    """What one message makes of notices: the same for each way to the person, but for the address.

    `same` is equal for messages that tell the same; it decides the notices' ids.
    """

    same: str
    kind: Kind
    data: dict[str, str]
    ends_at: datetime


def keep_contact(db: Connection, message: Received) -> None:
    """Keep a person's name, addresses and language in the newest version."""
    body = message.body
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        "name": clean(body["name"], LONGEST_NAME),
        "phone": body["phone"] and clean(body["phone"]),
        "email": body["email"] and clean(body["email"], 254),
        "language": body["language"],
        "version": message.subject_version,
    }
    put_newer(db, contact, row)


def keep_session(db: Connection, message: Received) -> None:
    """Keep a session in its newest version."""
    body = message.body
    moments = ("starts_wall", "ends_wall", "starts_at", "ends_at")
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        **{name: body[name] for name in ("reference", "titles", "room_names", "state")},
        **{name: datetime.fromisoformat(body[name]) for name in moments},
        "version": message.subject_version,
    }
    put_newer(db, session_copy, row)


def tell_link(db: Connection, message: Received) -> None:
    """Make the notices of a private link or a code; NotKnownYet before its person or exhibition has arrived."""
    about = _about(db, message.exhibition_id, message.subject_id)
    body = message.body
    told = Told(
        same=f"{message.name} {message.id}",
        kind=domain.kind_of_link(body["purpose"], body["code"]),
        data=words_of_link(about, body),
        ends_at=datetime.fromisoformat(body["ends_at"]),
    )
    _make_notices(db, message, about.contact, told)


def tell_booking(db: Connection, message: Received) -> None:
    """Make the notices of a booking's change, unless a newer change was told already.

    NotKnownYet before the person, the session or the exhibition has arrived; nothing is written then.
    """
    body = message.body
    about = _about(db, message.exhibition_id, UUID(body["person_id"]))
    session = _session(db, message.exhibition_id, UUID(body["session_id"]))
    if not _keep_booking(db, message):
        return
    kind = domain.kind_of_booking(
        message.name, was_waitlisted=body["was_waitlisted"], cancelled_by=body["cancelled_by"]
    )
    told = Told(
        same=f"{message.name} {message.subject_id} {message.subject_version}",
        kind=kind,
        data=words_of_booking(about, session, body) | _calendar_facts(message, session),
        ends_at=session.ends_at,
    )
    _make_notices(db, message, about.contact, told)


def _keep_booking(db: Connection, message: Received) -> bool:
    body = message.body
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        "session_id": UUID(body["session_id"]),
        "person_id": UUID(body["person_id"]),
        "party_size": body["party_size"],
        "state": body["state"],
        "version": message.subject_version,
    }
    return put_newer(db, booking_copy, row)


def _calendar_facts(message: Received, session: sa.Row[Any]) -> dict[str, str]:
    """What the calendar entry needs beside the words."""
    return {
        "uid": str(message.subject_id),
        "sequence": str(message.subject_version),
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
    }


def _about(db: Connection, exhibition_id: UUID, person_id: UUID) -> About:
    person = db.execute(
        sa.select(contact).where(contact.c.exhibition_id == exhibition_id, contact.c.id == person_id)
    ).first()
    if person is None:
        raise NotKnownYet(person_id)
    exhibition = db.execute(sa.select(exhibition_copy).where(exhibition_copy.c.exhibition_id == exhibition_id)).first()
    if exhibition is None:
        raise NotKnownYet(exhibition_id)
    return About(Contact(person_id, person.name, person.phone, person.email, person.language), exhibition)


def _session(db: Connection, exhibition_id: UUID, session_id: UUID) -> sa.Row[Any]:
    session = db.execute(
        sa.select(session_copy).where(session_copy.c.exhibition_id == exhibition_id, session_copy.c.id == session_id)
    ).first()
    if session is None:
        raise NotKnownYet(session_id)
    return session


def _make_notices(db: Connection, message: Received, to: Contact, told: Told) -> None:
    """One notice for each way to the person; a second telling of the same makes none."""
    now = clock.now()
    rows = [
        {
            "exhibition_id": message.exhibition_id,
            "id": domain.notice_id(told.same, channel, to.person_id),
            "message_id": message.id,
            "channel": channel,
            "person_id": to.person_id,
            "correlation_id": message.correlation_id,
            "kind": told.kind,
            "language": to.language,
            "address": address,
            "data": told.data,
            "is_secret": told.kind in SECRET_KINDS,
            "made_at": now,
            "useful_until": domain.useful_until(told.kind, told.ends_at, now),
            "state": State.DUE,
            "attempts": 0,
            "next_at": datetime.now(UTC),
            "reason": "",
        }
        for channel, address in domain.ways_to(to, told.kind)
    ]
    for row in rows:
        insert_new(db, notice, [row])


@dataclass(frozen=True)
class LogFilter:
    """Which part of the log: a state or all of it, at most so many, older than what was shown before."""

    state: State | None = None
    before: UUID | None = None
    at_most: int = 50


def list_notices(db: Connection, exhibition_id: UUID, wanted: LogFilter) -> Sequence[sa.Row[Any]]:
    """The log of an exhibition, newest first, with each person's name. What a notice said is not in it."""
    shown: list[Any] = [*(column for column in notice.c if column.name != "data"), contact.c.name]
    found = (
        sa.select(*shown)
        .outerjoin(
            contact,
            sa.and_(contact.c.exhibition_id == notice.c.exhibition_id, contact.c.id == notice.c.person_id),
        )
        .where(notice.c.exhibition_id == exhibition_id)
        .order_by(notice.c.made_at.desc(), notice.c.id.desc())
        .limit(wanted.at_most)
    )
    if wanted.state:
        found = found.where(notice.c.state == wanted.state)
    if wanted.before:
        found = found.where(_older_than(exhibition_id, wanted.before))
    return db.execute(found).all()


def _older_than(exhibition_id: UUID, notice_id: UUID) -> sa.ColumnElement[bool]:
    made_at = (
        sa.select(notice.c.made_at)
        .where(notice.c.exhibition_id == exhibition_id, notice.c.id == notice_id)
        .scalar_subquery()
    )
    return sa.or_(notice.c.made_at < made_at, sa.and_(notice.c.made_at == made_at, notice.c.id < notice_id))


def count_by_state(db: Connection, exhibition_id: UUID) -> dict[State, int]:
    """How many notices of an exhibition stand where."""
    rows = db.execute(
        sa.select(notice.c.state, sa.func.count())
        .where(notice.c.exhibition_id == exhibition_id)
        .group_by(notice.c.state)
    ).all()
    return {State(state): n for state, n in rows}


def waiting(db: Connection) -> tuple[int, timedelta]:
    """How many notices of all exhibitions are not settled, and how long the oldest due one has been due."""
    count, oldest = db.execute(
        sa.select(sa.func.count(), sa.func.min(notice.c.next_at)).where(notice.c.next_at.is_not(None))
    ).one()
    return count, max(timedelta(0), datetime.now(UTC) - oldest) if oldest else timedelta(0)
