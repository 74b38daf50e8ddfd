"""What many look at each second: answered before Flask, to whoever may see it, with the page that the route has kept.

Whatever is unusual is left to the route: a page that nobody has asked for since it changed, a query, a refusal.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.http import parse_cookie, parse_etags

from services.ticketing.access.api import Count, Headers, Wsgi, note_answer, request_id_of
from services.ticketing.access.authorise import TokenOf, caller_of
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from shared import i18n, log
from shared.db import Database, using
from shared.web.answers import kept_pages


@dataclass(frozen=True, slots=True)
class Glance:
    """A page that moves: its address with `exhibition` and `lang`, if it speaks one; who may see it.

    `version` says which version of it stands now, in a language: what its route gives `etag_page`.
    """

    endpoint: str
    address: re.Pattern[str]
    who: frozenset[str]
    content_type: str
    version: Callable[[Exhibition, str], str]


class Glances:
    """Answers from kept pages; `inner` hears everything else as it came."""

    def __init__(self, inner: Wsgi, database: Database, headers: Headers, glances: Sequence[Glance]) -> None:
        self.inner, self._database, self.glances, self.headers = inner, database, glances, headers
        self._cookies = "__Host-" if any(name == "Strict-Transport-Security" for name, _ in headers) else ""
        self.count: Count = lambda _endpoint, _status, _seconds: None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """A WSGI application."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] == "GET" and not environ.get("QUERY_STRING") and "\0" not in path:
            for glance in self.glances:
                if found := glance.address.fullmatch(path):
                    said = self._shown(glance, found.groupdict(), environ, start_response)
                    return self.inner(environ, start_response) if said is None else said
        return self.inner(environ, start_response)

    def _shown(self, glance: Glance, args: dict[str, str], environ: dict[str, Any], start: Any) -> list[bytes] | None:
        begun, language = time.perf_counter(), args.get("lang", "fr")
        try:
            with using(self._database), i18n.speaking(language):
                where = exhibition_called(args["exhibition"])
                caller = caller_of(glance.who, args, self._tokens_of(environ))
                page = kept_pages.get((f"{environ['PATH_INFO']}?", glance.version(where, language)))
        except Exception:  # the route says what is wrong
            return None
        if page is None:
            return None
        request_id = request_id_of(environ)
        status, headers, body = _answer(page, glance.content_type, environ)
        start(status, [*headers, ("X-Request-Id", request_id), *self.headers])
        log.forget()
        said = {"method": "GET", "path": environ["PATH_INFO"], "caller": caller.subject, "request_id": request_id}
        note_answer(self.count, glance.endpoint, int(status[:3]), begun, said)
        return [body]

    def _tokens_of(self, environ: dict[str, Any]) -> TokenOf:
        kind, _, bearer = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() == "bearer" and bearer:
            return lambda _purpose: bearer.strip()
        cookies = parse_cookie(environ)
        return lambda purpose: cookies.get(f"{self._cookies}{purpose}_ticketing")


def _answer(page: Any, content_type: str, environ: dict[str, Any]) -> tuple[str, Headers, bytes]:
    """Status, header lines and body, as `etag_page` gives them."""
    headers = [("ETag", f'"{page.mark}"'), ("Cache-Control", "no-cache")]
    if parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains(page.mark):
        return "304 NOT MODIFIED", headers, b""
    is_packed = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    body: bytes = page.packed if is_packed else page.body
    headers += [("Vary", "Accept-Encoding"), *([("Content-Encoding", "gzip")] if is_packed else [])]
    return "200 OK", [*headers, ("Content-Type", content_type), ("Content-Length", str(len(body)))], body
