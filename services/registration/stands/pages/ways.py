"""Who calls, and how a refusal is told, as the pages of stands need it."""

from uuid import UUID

from sqlalchemy.engine import Connection

from services.registration.applications.operations.dossiers import Application, By, mine_of
from services.registration.exhibitions.operations import Exhibition
from shared.i18n import gettext as _
from shared.problem import NotSignedIn, Problem
from shared.web import current_caller


def by_staff() -> By:
    """The member of staff who calls."""
    return By("staff", current_caller().staff_id)


def my_staff_id() -> UUID:
    """Their id; NotSignedIn."""
    staff_id = current_caller().staff_id
    if staff_id is None:
        raise NotSignedIn
    return staff_id


def my_application(db: Connection, found: Exhibition) -> Application:
    """The application of whoever calls; NotFound, NotSignedIn."""
    person_id = current_caller().person_id
    if person_id is None:
        raise NotSignedIn
    return mine_of(db, found.id, person_id)


def refusal_words(refused: Problem) -> str:
    """A refusal in one line, with its detail."""
    return f"{_(refused.title)} {_(refused.detail, **refused.facts)}" if refused.detail else _(refused.title)
