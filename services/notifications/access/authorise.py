"""Tells from a staff token who calls, and whether they may."""

from typing import Any
from uuid import UUID

from services.notifications.access import operations
from services.notifications.access.domain import is_outdated, roles_at
from shared import clock
from shared.db import reading
from shared.problem import NotAllowed, NotFound, NotSignedIn
from shared.tokens import BadToken, Verifier
from shared.web import Caller, token_from_request


def exhibition_called(reference: str) -> Any:
    """The exhibition of an address; NotFound."""
    with reading() as db:
        exhibition = operations.find_exhibition(db, reference)
    if exhibition is None:
        raise NotFound
    return exhibition


def authorise(who: frozenset[str], view_args: dict[str, Any]) -> Caller:
    """The member of staff of a route open to the roles `who`; NotFound, NotSignedIn, NotAllowed."""
    if "exhibition" not in view_args:
        raise NotSignedIn
    exhibition_id = exhibition_called(view_args["exhibition"]).exhibition_id
    claims = _claims()
    staff_id = UUID(claims["sub"])
    with reading() as db:
        if is_outdated(claims["ver"], operations.find_staff(db, staff_id)):
            raise NotSignedIn
    roles = roles_at(claims["roles"], exhibition_id)
    if not roles & who:
        raise NotAllowed
    return Caller(staff_id=staff_id, exhibition_id=exhibition_id, roles=roles)


def _claims() -> dict[str, Any]:
    token = token_from_request("staff")
    if not token:
        raise NotSignedIn
    try:
        claims = _tokens.claims(token, clock.now())
    except BadToken as bad:
        raise NotSignedIn from bad
    if not {"ver", "roles"} <= set(claims):
        raise NotSignedIn
    return claims


def _find_key(key_id: str) -> bytes | None:
    with reading() as db:
        return operations.find_key(db, key_id, "staff", clock.now())


_tokens = Verifier(_find_key, audience="notifications", typ="staff+jwt")
