"""Keeping the contact book, and copies of sessions and bookings."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.notices.models import application_copy, booking_copy, contact, session_copy, stand_copy
from services.notifications.templates.domain import clean
from shared.db import insert_new, put_newer
from shared.outbox import Received

LONGEST_NAME = 100


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
        "kind": body.get("kind", ""),
        "version": message.subject_version,
    }
    put_newer(db, contact, row)


def keep_session(db: Connection, message: Received) -> bool:
    """Keep a session; False when we know this version of it or a newer one."""
    body = message.body
    moments = ("starts_wall", "ends_wall", "starts_at", "ends_at")
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        **{name: body[name] for name in ("reference", "titles", "room_names", "state")},
        "room": body.get("room", ""),
        **{name: datetime.fromisoformat(body[name]) for name in moments},
        "version": message.subject_version,
    }
    return put_newer(db, session_copy, row)


def keep_booking(db: Connection, message: Received) -> bool:
    """Keep a booking; False when we know this version of it or a newer one."""
    body = message.body
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        "session_id": UUID(body["session_id"]),
        "person_id": UUID(body["person_id"]),
        "reference": body["reference"],
        "party_size": body["party_size"],
        "state": body["state"],
        "version": message.subject_version,
    }
    return put_newer(db, booking_copy, row)


def keep_application(db: Connection, message: Received) -> bool:
    """Keep where an application stands; False when we know this version of it or a newer one."""
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        "person_id": UUID(message.body["person_id"]),
        "state": message.body["state"],
        "version": message.subject_version,
    }
    is_newer = put_newer(db, application_copy, row)
    if is_newer and message.body.get("stands") is not None:
        _keep_stands(db, message)
    return is_newer


def _keep_stands(db: Connection, message: Received) -> None:
    own = stand_copy.c
    its = (own.exhibition_id == message.exhibition_id, own.application_id == message.subject_id)
    db.execute(sa.delete(stand_copy).where(*its))
    rows = [
        {
            "exhibition_id": message.exhibition_id,
            "application_id": message.subject_id,
            "stand": one["stand"],
            "hall": one.get("hall", ""),
            "hall_names": one["hall_names"],
        }
        for one in message.body["stands"]
    ]
    # one stand may be held for two spans of days
    insert_new(db, stand_copy, rows)
