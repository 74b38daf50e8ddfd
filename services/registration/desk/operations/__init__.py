"""What the desk does for people who stand before it; each act is in the log of the same transaction."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.engine import Connection

from services.registration.desk.domain import Sought
from services.registration.desk.operations import finding
from services.registration.desk.operations.finding import Found, Somebody
from services.registration.exhibitions.operations import Exhibition
from services.registration.staff.domain import Act
from services.registration.staff.operations.audit import By, note
from services.registration.visitors.operations import badges, people, phones, pins
from shared import limits
from shared.problem import NotFound
from shared.settings import Settings


def allow_search(staff_id: UUID) -> None:
    """Count a search; TooMany. With nobody to count, people at the desk are served all the same."""
    limits.allow("desk-search", str(staff_id), 60, 300, fail_open=True)


def find_people(db: Connection, by: By, typed: str, sought: Sought) -> Found:
    """Find who has a badge by name, phone, badge or dossier, in any spelling; the search is in the log."""
    found = finding.find(db, by.exhibition_id, sought)
    note(db, by, Act.PEOPLE_SEARCHED, typed.strip()[:120], found=len(found.people))
    return found


def person_called(db: Connection, exhibition_id: UUID, reference: str) -> tuple[Somebody, badges.Badge]:
    """Who is registered under a reference or has the badge that bears it, with their valid badge; NotFound."""
    somebody = finding.person_called(db, exhibition_id, reference)
    return somebody, badges.badge_of(db, exhibition_id, somebody.id)


def register_walk_in(
    db: Connection, settings: Settings, exhibition: Exhibition, by: By, new: people.NewVisitor
) -> people.Visitor:
    """Register somebody who stands at the desk; a name is enough. ExhibitionOver."""
    somebody, given = people.register_visitor(db, settings, exhibition, replace(new, is_at_desk=True))
    note(db, by, Act.VISITOR_REGISTERED, somebody.name, badge=given.shown_reference)
    return somebody


def print_badge(db: Connection, by: By, reference: str) -> tuple[Somebody, badges.Badge]:
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
    """Give a person a new PIN on paper, which ends the one before; returns its issue's id.

    NotFound, also for the people of stands: they have nothing to sign in for.
    """
    somebody, given = person_called(db, by.exhibition_id, reference)
    if not somebody.is_visitor:
        raise NotFound
    note(db, by, Act.PIN_ISSUED, somebody.name, badge=given.shown_reference)
    return pins.issue_pin(db, settings, by.exhibition_id, somebody.id)


def send_link(db: Connection, settings: Settings, exhibition: Exhibition, by: By, reference: str) -> None:
    """Send a person their private link again; NotFound when there is no phone to send it to."""
    somebody, given = person_called(db, exhibition.id, reference)
    if not somebody.phone:
        raise NotFound
    phones.send_link(db, settings, exhibition, somebody.id, given.reference)
    note(db, by, Act.LINK_SENT, somebody.name)
