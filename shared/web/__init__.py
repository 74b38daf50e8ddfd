"""The web's mechanism: one app factory, refusals as problem+json or pages, who may call, forms, health, OpenAPI."""

from shared.web.answers import etag_page, page, reply
from shared.web.app import Part, make_app
from shared.web.bodies import idempotency_field, idempotency_key, load, load_form
from shared.web.callers import Caller, client_address, current_caller, keyed, may, reads_body, takes_up_to
from shared.web.security import clear_token_cookie, csrf_field, set_token_cookie, token_from_request

__all__ = [
    "Caller",
    "Part",
    "clear_token_cookie",
    "client_address",
    "csrf_field",
    "current_caller",
    "etag_page",
    "idempotency_field",
    "idempotency_key",
    "keyed",
    "load",
    "load_form",
    "make_app",
    "may",
    "page",
    "reads_body",
    "reply",
    "set_token_cookie",
    "takes_up_to",
    "token_from_request",
]
