"""What the desk does for people who stand before it; each act is in the log of the same transaction."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.desk.domain import AT_MOST, Sought
from services.registration.exhibitions.operations import Exhibition
from services.registration.staff.domain import Act
from services.registration.staff.operations.audit import By, note
from services.registration.visitors.domain.names import search_patterns
from services.registration.visitors.models import badge, person, visitor
from services.registration.visitors.operations import badges, people, phones, pins
from shared import limits
from shared.problem import NotFound
from shared.settings import Settings


@dataclass(frozen=True)
class Found:
    """The people a search found, at most twenty; whether there are more."""

    people: list[people.Visitor]
    has_more: bool


def allow_search(staff_id: UUID) -> None:
    """Count a search; TooMany. With nobody to count, people at the desk are served all the same."""
    limits.allow("desk-search", str(staff_id), 60, 300, fail_open=True)


def find_people(db: Connection, by: By, typed: str, sought: Sought) -> Found:
    """Find people of an exhibition by name, phone or reference, in any spelling; the search is in the log."""
    ids = _ids(db, by.exhibition_id, sought)
    found = people.visitors_of(db, by.exhibition_id, ids[:AT_MOST]) if ids else []
    note(db, by, Act.PEOPLE_SEARCHED, typed.strip()[:120], found=len(found))
    return Found(found, len(ids) > AT_MOST)


def person_called(db: Connection, exhibition_id: UUID, reference: str) -> tuple[people.Visitor, badges.Badge]:
    """The person registered under a reference, with their valid badge; NotFound."""
    own = visitor.c
    person_id = db.scalar(
        sa.select(own.person_id).where(own.exhibition_id == exhibition_id, own.reference == reference)
    )
    if person_id is None:
        raise NotFound
    return people.visitor_of(db, exhibition_id, person_id), badges.badge_of(db, exhibition_id, person_id)


def register_walk_in(
    db: Connection, settings: Settings, exhibition: Exhibition, by: By, new: people.NewVisitor
) -> people.Visitor:
    """Register somebody who stands at the desk; a name is enough. ExhibitionOver."""
    somebody, given = people.register_visitor(db, settings, exhibition, replace(new, is_at_desk=True))
    note(db, by, Act.VISITOR_REGISTERED, somebody.name, badge=given.shown_reference)
    return somebody


def print_badge(db: Connection, by: By, reference: str) -> tuple[people.Visitor, badges.Badge]:
    """What is to be printed for a person; the print is in the log. NotFound."""
    somebody, given = person_called(db, by.exhibition_id, reference)
    note(db, by, Act.BADGE_PRINTED, somebody.name, badge=given.shown_reference)
    return somebody, given


def replace_badge(db: Connection, settings: Settings, exhibition: Exhibition, by: By, reference: str) -> badges.Badge:
    """Give a person a new badge; the lost one is refused at every gate. NotFound."""
    somebody, old = person_called(db, exhibition.id, reference)
    given = badges.replace_badge(db, settings, exhibition, somebody.id)
    # who lost the letter lost its PIN too
    pins.end_pin(db, exhibition.id, somebody.id)
    note(db, by, Act.BADGE_REPLACED, somebody.name, before=old.shown_reference, after=given.shown_reference)
    return given


def issue_pin(db: Connection, settings: Settings, by: By, reference: str) -> UUID:
    """Give a person a new PIN on paper, which ends the one before; returns its issue's id. NotFound."""
    somebody, given = person_called(db, by.exhibition_id, reference)
    note(db, by, Act.PIN_ISSUED, somebody.name, badge=given.shown_reference)
    return pins.issue_pin(db, settings, by.exhibition_id, somebody.id)


def send_link(db: Connection, settings: Settings, exhibition: Exhibition, by: By, reference: str) -> None:
    """Send a person their private link again; NotFound when there is no phone to send it to."""
    somebody, given = person_called(db, exhibition.id, reference)
    if not somebody.phone:
        raise NotFound
    phones.send_link(db, settings, exhibition, somebody.id, given.reference)
    note(db, by, Act.LINK_SENT, somebody.name)


def _ids(db: Connection, exhibition_id: UUID, sought: Sought) -> list[UUID]:
    """The ids of those who fit, one more than are shown; whoever has the reference or the phone comes first."""
    ids: dict[UUID, None] = {}
    for which in _ways(exhibition_id, sought):
        ids |= dict.fromkeys(db.scalars(which.limit(AT_MOST + 1)).all())
    return list(ids)[: AT_MOST + 1]


def _ways(exhibition_id: UUID, sought: Sought) -> list[sa.Select[Any]]:
    registered = sa.exists().where(visitor.c.exhibition_id == exhibition_id, visitor.c.person_id == person.c.id)
    here = sa.and_(person.c.exhibition_id == exhibition_id, registered)
    ways: list[sa.Select[Any]] = []
    if sought.reference:
        for table in (visitor, badge):
            own = table.c
            ways.append(
                sa.select(own.person_id).where(own.exhibition_id == exhibition_id, own.reference == sought.reference)
            )
    if sought.phone:
        ways.append(sa.select(person.c.id).where(here, person.c.phone == sought.phone).order_by(person.c.made_at))
    if sought.name:
        fits = [sa.or_(*map(person.c.name_key.like, pair)) for pair in search_patterns(sought.name)]
        ways.append(sa.select(person.c.id).where(here, *fits).order_by(person.c.name))
    return ways
