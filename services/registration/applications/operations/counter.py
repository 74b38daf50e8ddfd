"""The counter: an agent types an application in for somebody who stands there."""

from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection

from services.registration.applications.operations.dossiers import (
    Application,
    By,
    Contact,
    begin_for_newcomer,
    change_dossier,
)
from services.registration.applications.operations.moving import submit
from services.registration.applications.operations.photos import add_photos
from services.registration.applications.operations.pictures import Picture
from services.registration.exhibitions.operations import Exhibition
from services.registration.staff.domain import Act
from services.registration.staff.operations import audit
from shared.settings import Settings


def type_in(
    db: Connection, settings: Settings, exhibition: Exhibition, given: tuple[audit.By, Contact, dict[str, Any]]
) -> Application:
    """Begin and hand in for somebody; a phone is welcome, not needed. The log says who typed.

    NoCall, CallClosed, NotSubmittable, Invalid.
    """
    by, contact, said = given
    typist = By("staff", by.staff_id)
    begun = begin_for_newcomer(db, settings, exhibition, replace(contact, typist=typist, hands_in=True), said)
    handed_in = submit(db, begun, typist)
    audit.note(db, by, Act.APPLICATION_TYPED_IN, handed_in.title, reference=handed_in.reference)
    return handed_in


def type_again(
    db: Connection, by: audit.By, one: Application, version: int, given: tuple[dict[str, Any], list[Picture]]
) -> Application:
    """Correct what was sent back, add photos, hand it in again.

    ActRefused, ChangedMeanwhile, NotSubmittable, PhotosFull, Invalid.
    """
    said, pictures = given
    changed = change_dossier(db, one, version, said)
    add_photos(db, changed, pictures)
    handed_in = submit(db, changed, By("staff", by.staff_id))
    audit.note(db, by, Act.APPLICATION_TYPED_IN, handed_in.title, reference=handed_in.reference)
    return handed_in
