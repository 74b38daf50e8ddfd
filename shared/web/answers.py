"""What goes out: committed answers, pages, and refusals as problem+json or as a page."""

import gzip
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Response, g, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from shared import clock, i18n, log
from shared.i18n import gettext as _
from shared.idempotency import Answer
from shared.problem import (
    BadBody,
    Failed,
    Invalid,
    MethodRefused,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    TooLarge,
    WrongType,
)
from shared.web.bodies import flat
from shared.web.callers import NOBODY, current_caller

KEPT_PAGES = 256


class _Page(NamedTuple):
    """A page as it was rendered once, and the mark that tells it from others (its ETag)."""

    mark: str
    body: bytes
    packed: bytes


# by full address and version
kept_pages: OrderedDict[tuple[str, str], _Page] = OrderedDict()
_pages_lock = threading.Lock()

_BY_STATUS: dict[int, type[Problem]] = {
    400: BadBody,
    403: NotAllowed,
    404: NotFound,
    405: MethodRefused,
    413: TooLarge,
    415: WrongType,
}


def reply(answer: Answer) -> Response:
    """A committed answer as the response of a JSON route."""
    return Response(answer.body, status=answer.status, content_type="application/json")


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """A page in the language spoken, with the frame's context (menu, languages, rehearsal banner)."""
    return Response(render_template(template, **context), status=status, content_type="text/html; charset=utf-8")


def etag_page(version: str, render: Callable[[], str], *, content_type: str = "text/html; charset=utf-8") -> Response:
    """A page that is the same for everybody: rendered once per `version`, kept packed, 304 for who has it.

    `version` must change with everything the page shows; the address and its query are added here.
    """
    place = (request.full_path, version)
    kept = kept_pages.get(place) or _keep_page(place, render)
    if request.if_none_match.contains(kept.mark):
        return Response(status=304, headers={"ETag": f'"{kept.mark}"', "Cache-Control": "no-cache"})
    headers = {"ETag": f'"{kept.mark}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(kept.packed, headers=headers, content_type=content_type)
    return Response(kept.body, headers=headers, content_type=content_type)


def _keep_page(place: tuple[str, str], render: Callable[[], str]) -> _Page:
    """Render it; one at a time, or everybody who asks in the moment of a change would render the same."""
    with _pages_lock:
        if place in kept_pages:
            return kept_pages[place]
        body = render().encode()
        mark = hashlib.blake2b("\0".join(place).encode(), digest_size=12).hexdigest()
        page = kept_pages[place] = _Page(mark, body, gzip.compress(body, 6))
        while len(kept_pages) > KEPT_PAGES:
            kept_pages.popitem(last=False)
    return page


def wants_json() -> bool:
    """Whether the request speaks to an API: those live under /<service>/, pages at people's words."""
    return bool(g.get("is_api", False)) or request.path.endswith(".json")


def refuse(problem: Problem) -> AnyResponse:
    """A refusal in the reader's form and language."""
    if isinstance(problem, NotSignedIn) and not wants_json() and request.method in ("GET", "HEAD"):
        address = g.get("sign_in_address")
        if address:
            return redirect(address, code=303)
    body = told(problem)
    log.get_logger().info("refused", problem=problem.slug, status=problem.status)
    if wants_json():
        response = Response(json.dumps(body, ensure_ascii=False), status=problem.status)
        response.content_type = "application/problem+json"
    else:
        _settle_caller()
        response = page("problem.html", status=problem.status, problem=body)
    if "retry_after" in problem.facts:
        response.headers["Retry-After"] = str(problem.facts["retry_after"])
    return response


def _settle_caller() -> None:
    """A page of refusal is shown to whoever asks, also where what is refused is needed to tell who that is."""
    try:
        current_caller()
    except Problem:
        g.caller = NOBODY


def told(problem: Problem, path: str | None = None) -> dict[str, Any]:
    """A problem's members (RFC 9457) in the language spoken; `path` where no request tells it."""
    facts = dict(problem.facts)
    if isinstance(problem, Invalid):
        facts["errors"] = {name: [_(text) for text in texts] for name, texts in problem.errors.items()}
    return {
        "type": f"/problems#{problem.slug}",
        "title": _(problem.title),
        "status": problem.status,
        "detail": _(problem.detail, **problem.facts) if problem.detail else "",
        "instance": path or request.path,
        **facts,
    }


def refuse_http(error: HTTPException) -> AnyResponse:
    """Werkzeug's own refusals, under our names."""
    if error.code is not None and 300 <= error.code < 400:
        return error.get_response()
    data = getattr(error, "data", None)
    if error.code == 422 and data:
        return refuse(Invalid(flat({k: v for place in data.get("messages", {}).values() for k, v in place.items()})))
    known = _BY_STATUS.get(error.code or 500)
    if known is None:
        log.get_logger().warning("http-error", status=error.code, error=str(error))
        known = BadBody if error.code and error.code < 500 else Failed
    return refuse(known())


def refuse_failure(wrong: Exception) -> AnyResponse:
    """Something we did not foresee: logged with its trace, told without."""
    log.get_logger().error("failed", path=request.path, exc_info=wrong)
    return refuse(Failed())


def frame_context() -> dict[str, Any]:
    """What base.html needs beside the page's own context."""
    lang = i18n.language()
    return {
        "lang": lang,
        "dir": i18n.direction(),
        "caller": current_caller(),
        "rehearsal": _rehearsal_text(),
        "alternates": _alternates() if request.view_args and "lang" in request.view_args else [],
        "menu": [],
        "exhibition": None,
    }


def _alternates() -> list[tuple[str, str, str]]:
    rest = "/".join(request.path.split("/", 2)[2:])
    query = f"?{request.query_string.decode()}" if request.query_string and request.method == "GET" else ""
    return [(code, i18n.NAMES[code], f"/{code}/{rest}{query}") for code in g.get("languages", i18n.LANGUAGES)]


def _rehearsal_text() -> str | None:
    if not clock.is_rehearsal():
        return None
    wall = i18n.in_zone(clock.now(), "Africa/Casablanca")
    return _("Rehearsal: it is %(day)s, %(hour)s.", day=i18n.long_date(wall.date()), hour=i18n.hour(wall))
