"""Tells from a signed token who calls, and whether they may."""

from typing import Any
from uuid import UUID

from services.ticketing.access import operations
from services.ticketing.access.domain import Exhibition, SigningKey, roles_at
from services.ticketing.access.operations.memory import Memory
from shared import clock
from shared.problem import NotAllowed, NotSignedIn
from shared.tokens import BadToken, Verifier
from shared.web import Caller, token_from_request

# Copies change seldom; a revocation is felt after a second at most.
_exhibitions: Memory[Exhibition] = Memory(1, operations.find_exhibition)
_keys: Memory[list[SigningKey]] = Memory(1, operations.list_keys)
_staff: Memory[tuple[int, bool] | None] = Memory(1, operations.staff_standing)


def exhibition_called(reference: str) -> Exhibition:
    """The exhibition of an address, at most a second old; NotFound."""
    return _exhibitions.get(reference)


def badge_keys() -> dict[int, SigningKey]:
    """Keys that badges may be signed with, by their number, those that ended or were revoked included."""
    return {key.number: key for key in _keys.get() if key.purpose == "badge"}


def authorise(who: frozenset[str], view_args: dict[str, Any]) -> Caller:
    """The caller of a route open to `who`; NotFound, NotSignedIn, NotAllowed.

    A person token serves where "person" or "anyone" may call, a staff token where one of its roles may.
    """
    if "exhibition" not in view_args:
        raise NotSignedIn
    exhibition = exhibition_called(view_args["exhibition"])
    roles = who - {"anyone", "person"}
    person = _person(exhibition) if who & {"anyone", "person"} else None
    if person:
        return person
    staff = _member(exhibition) if roles or "anyone" in who else None
    if staff is None:
        raise NotSignedIn
    if roles and not roles & staff.roles:
        raise NotAllowed
    return staff


def _person(exhibition: Exhibition) -> Caller | None:
    claims = _claims(_person_tokens, "person")
    if claims is None or claims.get("ex") != str(exhibition.id):
        return None
    return Caller(person_id=UUID(claims["sub"]), exhibition_id=exhibition.id)


def _member(exhibition: Exhibition) -> Caller | None:
    claims = _claims(_staff_tokens, "staff")
    if claims is None:
        return None
    staff_id = UUID(claims["sub"])
    standing = _staff.get(staff_id)
    # A copy that has not arrived yet is no reason to refuse: what revokes a token always arrives as one.
    if standing is not None and (not standing[1] or claims["ver"] < standing[0]):
        return None
    return Caller(staff_id=staff_id, exhibition_id=exhibition.id, roles=roles_at(claims["roles"], exhibition.id))


def _claims(verifier: Verifier, name: str) -> dict[str, Any] | None:
    token = token_from_request(name)
    if not token:
        return None
    try:
        return verifier.claims(token, clock.now())
    except BadToken:
        return None


def _verifier(purpose: str) -> Verifier:
    def find_key(key_id: str) -> bytes | None:
        at = clock.now()
        for key in _keys.get():
            if key.key_id == key_id and key.purpose == purpose and key.verifies(at):
                return key.public_key
        return None

    return Verifier(find_key, audience="ticketing", typ=f"{purpose}+jwt")


_person_tokens, _staff_tokens = _verifier("person"), _verifier("staff")
