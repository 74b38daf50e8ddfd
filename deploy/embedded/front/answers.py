"""What the front says itself: refusals of unreadable requests, and patience while a service starts again."""

import html
import json
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from deploy.embedded.front.heads import Request
from shared import i18n
from shared.pages import TRANSLATIONS
from shared.pages.assets import asset_url
from shared.problem import N_, BadBody, MethodRefused, OutcomeUnknown, Problem, TooLarge, Unavailable

i18n.load_catalogues(TRANSLATIONS)
RIGHT_TO_LEFT = ("ar",)


class HeadTooLarge(Problem):
    slug = "head-too-large"
    status = 431
    title = N_("The address or the header lines are too long.")


class TooSlow(Problem):
    slug = "too-slow"
    status = 408
    title = N_("The request took too long to arrive.")


class NotPlain(Problem):
    slug = "https-only"
    status = 400
    title = N_("This address speaks HTTPS only. Please start the address with https://.")


class Busy(Problem):
    slug = "busy"
    status = 429
    title = N_("Very many people are here at once. Nothing was changed; please try again in a few seconds.")


PROBLEMS: Mapping[int, type[Problem]] = {
    400: BadBody, 405: MethodRefused, 408: TooSlow, 413: TooLarge, 414: HeadTooLarge, 431: HeadTooLarge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fixed:
    """A whole answer of our own."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()

    def written(self, *, is_head: bool, keeps_alive: bool, extra: bytes = b"") -> bytes:
        """The bytes for the client; `extra` are finished header lines."""
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            f"content-type: {self.content_type}",
            f"content-length: {len(self.body)}",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        if not keeps_alive:
            lines.append("connection: close")
        head = "\r\n".join(lines).encode() + b"\r\n" + extra + b"\r\n"
        return head if is_head else head + self.body


def refused(status: int, request: Request) -> Fixed:
    """A request that goes no further than the front."""
    return _problem(PROBLEMS[status](), request)


def away(request: Request, *, sent: bool) -> Fixed:
    """The service does not answer; when the request may have reached it, its outcome is unknown."""
    problem = OutcomeUnknown() if sent and request.method != b"GET" else Unavailable()
    again = [("retry-after", "2")]
    if request.method == b"GET":
        again.append(("refresh", "2"))
    return _problem(problem, request, tuple(again))


def busy(request: Request, seconds: float) -> Fixed:
    """More people than the service answers in time: come again when those before are served, not all at once."""
    later = str(math.ceil(seconds) + random.randrange(1, 4))  # noqa: S311 - no secret
    again = [("retry-after", later)]
    if request.method == b"GET":
        again.append(("refresh", later))
    return _problem(Busy(), request, tuple(again))


def https_only(request: Request, host: str) -> Fixed:
    """Plain HTTP came to the HTTPS port: pages are sent on, everything else is told."""
    if request.method in (b"GET", b"HEAD") and host:
        target = f"https://{host}{request.target.decode('latin-1')}"
        return Fixed(308, "text/plain; charset=utf-8", b"", (("location", target),))
    return _problem(NotPlain(), request)


def _problem(problem: Problem, request: Request, headers: tuple[tuple[str, str], ...] = ()) -> Fixed:
    language = request.path.split("/")[1] if request.path.count("/") > 1 else "en"
    with i18n.speaking(language):
        title = i18n.gettext(problem.title)
        speaks = i18n.language()
    if b"text/html" in request.header(b"accept"):
        return Fixed(problem.status, "text/html; charset=utf-8", _page(title, speaks), headers)
    said = {"type": f"/problems#{problem.slug}", "title": title, "status": problem.status}
    body = json.dumps(said, ensure_ascii=False).encode()
    return Fixed(problem.status, "application/problem+json", body, headers)


def _page(title: str, language: str) -> bytes:
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    text = html.escape(title)
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{text}</title>'
        f'<link rel="stylesheet" href="{asset_url("style.css")}"></head>'
        f'<body><div class="wide"><main id="content"><h1>{text}</h1></main></div></body></html>'
    ).encode()
