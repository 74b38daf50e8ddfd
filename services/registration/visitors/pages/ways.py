"""Where a browser is sent after a form, and what it takes along."""

from dataclasses import replace
from uuid import UUID

from flask import Response, make_response, redirect

from services.registration.visitors.operations.people import TOKEN_LASTS
from shared.idempotency import Key
from shared.web import idempotency_key, set_token_cookie


def go(address: str, code: int = 303) -> Response:
    """Send a browser on after a form, so that a reload does nothing twice; with 307 it takes the form along."""
    return make_response(redirect(address, code=code))


def with_tokens(address: str, given: dict[str, str], code: int = 303) -> Response:
    """The same, signed in."""
    response = go(address, code)
    for service, token in given.items():
        set_token_cookie(response, f"person_{service}", token, int(TOKEN_LASTS.total_seconds()))
    return response


def newcomers_key(exhibition_id: UUID) -> Key | None:
    """The form's key, whoever its sender has become: the first answer signed them in, the second click is the same."""
    key = idempotency_key(exhibition_id, required=False)
    return replace(key, caller="") if key else None


def inside(address: str) -> str:
    """An address of ours, or nothing: nobody is sent to another host from here."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else ""
