"""Taking a dossier up again: its reference, and a code on the phone that belongs to it."""

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from services.registration.applications.operations.dossiers import Application, find_application
from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.domain.phone_codes import CodeRefused
from services.registration.visitors.operations.phones import ask_code, try_code, use_code
from shared.problem import NotFound, Problem
from shared.settings import Settings


@dataclass(frozen=True)
class Claim:
    """What somebody says of their dossier; `code` once they have one."""

    reference: str
    phone: str
    code: str = ""


def ask(db: Connection, settings: Settings, exhibition: Exhibition, claim: Claim, page: str) -> None:
    """Send a code if reference and phone belong together; nobody is told whether they do."""
    if _claimed(db, exhibition, claim):
        ask_code(db, settings, exhibition, claim.phone, page)


def take_up(db: Connection, settings: Settings, exhibition: Exhibition, claim: Claim) -> Application | Problem:
    """The dossier. CodeRefused is a value: a wrong try is counted, so it must be committed."""
    if not try_code(db, settings, exhibition.id, claim.phone, claim.code):
        return CodeRefused()
    found = _claimed(db, exhibition, claim)
    if found is None:
        return CodeRefused()
    use_code(db, exhibition.id, claim.phone)
    return found


def _claimed(db: Connection, exhibition: Exhibition, claim: Claim) -> Application | None:
    try:
        found = find_application(db, exhibition.id, claim.reference)
    except NotFound:
        return None
    return found if found.phone == claim.phone else None
