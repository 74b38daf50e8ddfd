"""Cookies, forms that come from us, and headers that keep browsers out of trouble."""

import hashlib
import hmac
import secrets
from typing import cast
from urllib.parse import urlsplit

from flask import Response, current_app, g, request
from markupsafe import Markup

from shared.problem import ForeignForm
from shared.settings import Settings

FORM_COOKIE = "form"
FIELD = "csrf_token"
SAFE = ("GET", "HEAD", "OPTIONS")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def settings() -> Settings:
    """The settings of the app that answers."""
    return cast(Settings, current_app.extensions["settings"])


def _cookie(name: str) -> str:
    return f"__Host-{name}" if settings().is_https else name


def set_cookie(response: Response, name: str, value: str, max_age: int | None) -> None:
    """A cookie no script reads and no other site sends; `__Host-` and Secure over HTTPS."""
    response.set_cookie(
        _cookie(name), value, max_age=max_age, path="/", httponly=True, samesite="Lax", secure=settings().is_https
    )


def set_token_cookie(response: Response, name: str, token: str, max_age: int) -> None:
    """Give a token to the browser; `name` as in "person_ticketing", `max_age` in seconds."""
    set_cookie(response, name, token, max_age)


def clear_token_cookie(response: Response, name: str) -> None:
    """Take a token back."""
    response.delete_cookie(_cookie(name), path="/", httponly=True, samesite="Lax", secure=settings().is_https)


def token_from_request(name: str) -> str | None:
    """The token of this service in the cookie `<name>_<service>`, or from `Authorization: Bearer`."""
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and bearer:
        return bearer.strip()
    return request.cookies.get(_cookie(f"{name}_{settings().service}"))


def csrf_field() -> Markup:
    """The hidden field that shows a form came from us."""
    known = request.cookies.get(_cookie(FORM_COOKIE)) or g.get("form_cookie")
    if not known:
        known = g.form_cookie = secrets.token_urlsafe(16)
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, _proof(known))


def _proof(cookie: str) -> str:
    return hmac.new(settings().secret, b"form:" + cookie.encode(), hashlib.sha256).hexdigest()


def check_origin() -> None:
    """Refuse a change that another site asks our visitor's browser for; ForeignForm."""
    if request.method in SAFE or request.headers.get("Authorization", "").lower().startswith("bearer "):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForeignForm
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise ForeignForm


def check_form() -> None:
    """Refuse a form that does not carry the proof of our cookie; ForeignForm."""
    if request.method in SAFE:
        return
    cookie = request.cookies.get(_cookie(FORM_COOKIE), "")
    if not cookie or not hmac.compare_digest(_proof(cookie).encode(), request.form.get(FIELD, "").encode()):
        raise ForeignForm


def headers_of(settings: Settings) -> list[tuple[str, str]]:
    """What every answer carries, whatever it says; added below Flask, where it costs nothing."""
    https = [("Strict-Transport-Security", "max-age=31536000")] if settings.is_https else []
    return [*HEADERS.items(), *https]


def harden(response: Response) -> Response:
    """Let nobody keep what was not said to be kept; give the form's cookie where a form was made."""
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if "form_cookie" in g:
        set_cookie(response, FORM_COOKIE, g.form_cookie, None)
    return response
