"""Who speaks for a dossier: corrected by themselves or, with a dossier before them, by the staff."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.states import Act
from services.registration.applications.operations.dossiers import Application, By, application_of, refold
from services.registration.applications.operations.moving import keep, write_change
from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.domain.names import search_key
from services.registration.visitors.domain.people import Kind
from services.registration.visitors.messages import PersonChanged
from services.registration.visitors.models import person
from services.registration.visitors.operations.phones import FirstMessage, welcome
from shared.outbox import Outgoing, publish
from shared.settings import Settings


@dataclass(frozen=True)
class NewContact:
    """Tidy values; `may_text` is whether the limits allow a message to a new phone."""

    name: str
    phone: str | None
    email: str | None
    may_text: bool = True


def change_contact(
    db: Connection, settings: Settings, exhibition: Exhibition, one: Application, given: tuple[By, NewContact]
) -> Application:
    """Change name, phone and e-mail of whoever speaks for a dossier; ChangedMeanwhile.

    A phone that is new to us gets a private link and a code; until it answers, nothing more goes there. A dossier is
    taken up again with the new number only.
    """
    by, new = given
    own = person.c
    values: dict[str, Any] = {"name": new.name, "phone": new.phone, "email": new.email}
    mine = (own.exhibition_id == one.exhibition_id, own.id == one.person_id)
    changed = sa.update(person).where(*mine).values(**values, name_key=search_key(new.name), version=own.version + 1)
    version, language = db.execute(changed.returning(own.version, own.language)).one()
    keep(db, one, {})
    write_change(db, one, (Act.CORRECT, one.state), by, "")
    refold(db, one.exhibition_id, one.id)
    body = PersonChanged(new.name, new.phone, new.email, language, Kind.EXHIBITOR)
    publish(db, Outgoing(one.exhibition_id, one.person_id, version, body))
    if new.phone and new.phone != one.phone and new.may_text:
        first = FirstMessage(new.phone, one.reference, "application")
        welcome(db, settings, exhibition, one.person_id, first)
    return application_of(db, one.exhibition_id, one.id)
