"""Tells from a signed token who calls, and whether they may."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.ticketing.access.domain import Exhibition, roles_at
from services.ticketing.access.operations.recent import device_known, exhibition_called, is_outdated, token_key
from shared import clock
from shared.problem import NotAllowed, NotSignedIn
from shared.tokens import BadToken, Verifier
from shared.web import Caller, token_from_request

# Parts of an address that say where badges are read.
_PLACES = {"gate", "session"}


TokenOf = Callable[[str], str | None]


def authorise(who: frozenset[str], view_args: dict[str, Any]) -> Caller:
    """The caller of this request to a route open to `who`; see `caller_of`."""
    return caller_of(who, view_args, token_from_request)


def caller_of(who: frozenset[str], view_args: dict[str, Any], token_of: TokenOf) -> Caller:
    """Who calls a route open to `who`, by the token for a purpose; NotFound, NotSignedIn, NotAllowed.

    A person token serves where "person" or "anyone" may call, a staff token where one of its roles may, a device's
    where "device" may: at a place where badges are read at its own gates and hours, elsewhere at any (what it read it
    may hand over later).
    """
    if "exhibition" not in view_args:
        raise NotSignedIn
    exhibition = exhibition_called(view_args["exhibition"])
    roles = who - {"anyone", "person", "device"}
    person = _person(exhibition, token_of) if who & {"anyone", "person"} else None
    if person:
        return person
    staff = _member(exhibition, token_of) if roles or "anyone" in who else None
    if staff is None and "device" in who:
        return _device(exhibition, view_args, token_of)
    if staff is None:
        raise NotSignedIn
    if roles and not roles & staff.roles:
        raise NotAllowed
    return staff


def person_of(exhibition: Exhibition, token: str | None) -> UUID | None:
    """Who holds this token of a person at this exhibition; None when it is none, or is over."""
    claims = _verified("person", token)
    return UUID(claims["sub"]) if claims and claims.get("ex") == str(exhibition.id) else None


def _person(exhibition: Exhibition, token_of: TokenOf) -> Caller | None:
    person_id = person_of(exhibition, token_of("person"))
    return Caller(person_id=person_id, exhibition_id=exhibition.id) if person_id else None


def _member(exhibition: Exhibition, token_of: TokenOf) -> Caller | None:
    claims = _verified("staff", token_of("staff"))
    if claims is None or is_outdated(UUID(claims["sub"]), claims["ver"]):
        return None
    roles = roles_at(claims["roles"], exhibition.id)
    return Caller(staff_id=UUID(claims["sub"]), exhibition_id=exhibition.id, roles=roles)


def _device(exhibition: Exhibition, view_args: dict[str, Any], token_of: TokenOf) -> Caller:
    claims = _verified("device", token_of("device"))
    if claims is None or claims.get("ex") != str(exhibition.id):
        raise NotSignedIn
    known = device_known(exhibition.id, UUID(claims["sub"]))
    if known is None or known.is_revoked or claims["ver"] < known.device_version:
        raise NotSignedIn
    gate, local = view_args.get("gate"), clock.now().astimezone(ZoneInfo(exhibition.zone))
    if view_args.keys() & _PLACES and not known.works(local, gate and gate.upper()):
        raise NotAllowed
    return Caller(device_id=UUID(claims["sub"]), exhibition_id=exhibition.id)


def _verified(purpose: str, token: str | None) -> dict[str, Any] | None:
    if not token:
        return None
    try:
        return _verifiers[purpose].claims(token, clock.now())
    except BadToken:
        return None


def _verifier(purpose: str) -> Verifier:
    return Verifier(lambda key_id: token_key(key_id, purpose, clock.now()), audience="ticketing", typ=f"{purpose}+jwt")


_verifiers = {purpose: _verifier(purpose) for purpose in ("person", "staff", "device")}
