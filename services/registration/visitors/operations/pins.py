"""PINs on paper: given at the desk, typed at the sign-in by who has no phone."""

import hmac
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.domain import pins
from services.registration.visitors.domain.phone_codes import tidy_code
from services.registration.visitors.models import badge, paper_pin, visitor
from services.registration.visitors.operations.people import Visitor, visitor_of
from shared import limits
from shared.clock import now
from shared.db import insert
from shared.ids import new_id, tidy_reference
from shared.settings import Settings


def allow_pin(reference: str, address: str) -> None:
    """Count a typed PIN, whether or not the reference is known; TooMany, Unavailable."""
    limits.allow("pin-typed", tidy_reference(reference)[:20], 5, 900, fail_open=False)
    limits.allow("pin-typed-address", address, 300, 3600, fail_open=False)


def issue_pin(db: Connection, settings: Settings, exhibition_id: UUID, person_id: UUID) -> UUID:
    """Give somebody a PIN; the one before ends. Returns its issue's id, from which it can be printed."""
    issue_id = new_id()
    row = {
        "exhibition_id": exhibition_id,
        "person_id": person_id,
        "pin_hash": pins.hash_pin(settings.secret, exhibition_id, person_id, pins.pin_of(settings.secret, issue_id)),
        "tries": 0,
        "issued_at": now(),
    }
    fresh = insert(db, paper_pin).values(row)
    changed = {name: fresh.excluded[name] for name in ("pin_hash", "tries", "issued_at")}
    db.execute(fresh.on_conflict_do_update(index_elements=["exhibition_id", "person_id"], set_=changed))
    return issue_id


def end_pin(db: Connection, exhibition_id: UUID, person_id: UUID) -> None:
    """Let somebody's PIN count no more; harmless when there is none."""
    db.execute(sa.delete(paper_pin).where(*_whose(exhibition_id, person_id)))


def has_pin(db: Connection, exhibition_id: UUID, person_id: UUID) -> bool:
    """Whether somebody holds a letter with a PIN."""
    return bool(db.scalar(sa.select(sa.exists().where(*_whose(exhibition_id, person_id)))))


def sign_in_by_pin(
    db: Connection, settings: Settings, exhibition: Exhibition, reference: str, typed: str
) -> Visitor | pins.PinRefused:
    """Whose badge and PIN these are. PinRefused is a value: a wrong try is counted, so it must be committed."""
    person_id = _person_called(db, exhibition.id, tidy_reference(reference))
    if person_id is None:
        return pins.PinRefused()
    own, whose = paper_pin.c, _whose(exhibition.id, person_id)
    kept = db.scalar(
        sa.update(paper_pin).where(*whose, own.tries < pins.TRIES).values(tries=own.tries + 1).returning(own.pin_hash)
    )
    guess = pins.hash_pin(settings.secret, exhibition.id, person_id, tidy_code(typed))
    if kept is None or not hmac.compare_digest(kept, guess):
        return pins.PinRefused()
    db.execute(sa.update(paper_pin).where(*whose).values(tries=0))
    return visitor_of(db, exhibition.id, person_id)


def _person_called(db: Connection, exhibition_id: UUID, reference: str) -> UUID | None:
    """Whose valid badge bears the reference; or who is registered under it."""
    for table, valid in ((badge, badge.c.state == "valid"), (visitor, sa.true())):
        own = table.c
        found: UUID | None = db.scalar(
            sa.select(own.person_id).where(own.exhibition_id == exhibition_id, own.reference == reference, valid)
        )
        if found:
            return found
    return None


def _whose(exhibition_id: UUID, person_id: UUID) -> list[sa.ColumnElement[bool]]:
    return [paper_pin.c.exhibition_id == exhibition_id, paper_pin.c.person_id == person_id]
