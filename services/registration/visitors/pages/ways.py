"""Where a browser is sent after a form, and what it takes along."""

from flask import Response, make_response, redirect

from services.registration.visitors.operations.people import TOKEN_LASTS
from shared.web import set_token_cookie


def go(address: str) -> Response:
    """Send a browser on after a form, so that a reload does nothing twice."""
    return make_response(redirect(address, code=303))


def with_tokens(address: str, given: dict[str, str]) -> Response:
    """The same, signed in."""
    response = go(address)
    for service, token in given.items():
        set_token_cookie(response, f"person_{service}", token, int(TOKEN_LASTS.total_seconds()))
    return response


def inside(address: str) -> str:
    """An address of ours, or nothing: nobody is sent to another host from here."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else ""
