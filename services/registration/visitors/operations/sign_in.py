"""Signing in with a phone code, also where several people share the phone."""

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.domain.phone_codes import CodeRefused, PersonUnknown
from services.registration.visitors.operations.people import Visitor, visitors_with_phone
from services.registration.visitors.operations.phones import try_code, use_code
from shared.ids import tidy_reference
from shared.problem import Problem
from shared.settings import Settings


@dataclass(frozen=True)
class GivenCode:
    """A code as it was typed; `reference` says which of the people who share the phone is meant."""

    phone: str
    code: str
    reference: str | None = None


@dataclass(frozen=True)
class CodeAnswer:
    """Who is signed in; or, when nobody is yet, the people to choose from."""

    person: Visitor | None
    choices: tuple[Visitor, ...] = ()


def sign_in_by_code(
    db: Connection, settings: Settings, exhibition: Exhibition, given: GivenCode
) -> CodeAnswer | Problem:
    """Sign somebody in. CodeRefused and PersonUnknown are values: a wrong try is counted, so it must be committed."""
    if not try_code(db, settings, exhibition.id, given.phone, given.code):
        return CodeRefused()
    people = visitors_with_phone(db, exhibition.id, given.phone)
    chosen = _choose(people, given.reference)
    if chosen is None and given.reference:
        return PersonUnknown()
    if chosen is None and people:
        return CodeAnswer(None, tuple(people))
    if chosen is None:
        return CodeRefused()
    use_code(db, exhibition.id, given.phone)
    return CodeAnswer(chosen)


def _choose(people: list[Visitor], reference: str | None) -> Visitor | None:
    if reference:
        return next((one for one in people if one.reference == tidy_reference(reference)), None)
    return people[0] if len(people) == 1 else None
