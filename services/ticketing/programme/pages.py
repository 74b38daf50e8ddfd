"""The programme's pages: by day, by room, what somebody looks for; sessions for one's calendar."""

import bisect
import hashlib
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.programme.domain import Session, SessionKind
from services.ticketing.programme.domain.finding import LONGEST_SEARCH, Wanted, find_wanted
from services.ticketing.programme.operations.board import board_of
from services.ticketing.programme.operations.calendar import CONTENT_TYPE, calendar_of, entry_of
from shared import clock
from shared.i18n import LANGUAGES, pick
from shared.web import etag_page, may

pages = Blueprint("programme_pages", __name__, url_prefix="/<lang>/<exhibition>/programme")
_ROOT = Path(__file__).parents[3]
_ASKED = ("q", "kind", "day", "spoken", "free", "view")
A_PAGE = 60


@pages.get("")
@may("anyone")
def list_sessions(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Every session by day or by room, or those somebody looks for; the same page for everybody."""
    where, at = exhibition_called(exhibition), clock.now()
    board = board_of(where.id)
    # in a rehearsal the page's banner tells the time; else the page that comes first is another every hour
    minute = f"{at:%d%H%M}" if clock.is_rehearsal() else f"{at:%d%H}"
    return etag_page(f"{board.mark_at(at)}-{where.version}-{_build()}-{minute}", lambda: _list(where, board.sessions))


def _list(where: Exhibition, sessions: tuple[Session, ...]) -> str:
    at, wanted = clock.now(), _wanted(sessions)
    found = find_wanted(sessions, wanted, at)
    number = _page_number(found, at)
    shown = found[(number - 1) * A_PAGE : number * A_PAGE]
    return render_template(
        "programme/list.html",
        days=[(day, list(ones)) for day, ones in groupby(shown, key=lambda one: one.day)],
        every_day=sorted({one.day for one in sessions}),
        kinds=[one for one in SessionKind if any(session.kind is one for session in sessions)],
        languages=[one for one in LANGUAGES if any(one in session.spoken for session in sessions)],
        wanted=wanted,
        by_room=request.args.get("view") == "rooms",
        total=len(found),
        number=number,
        pages=max(1, -(-len(found) // A_PAGE)),
        address=_address,
        base=f"/{request.view_args['lang']}/{where.reference}/programme" if request.view_args else "",
        at=at,
    )


def _wanted(sessions: tuple[Session, ...]) -> Wanted:
    """What the address asks for; what makes no sense filters nothing."""
    asked = request.args
    days = {one.day.isoformat(): one.day for one in sessions}
    return Wanted(
        words=" ".join(asked.get("q", "").split())[:LONGEST_SEARCH],
        kind=asked.get("kind") if asked.get("kind") in list(SessionKind) else None,
        day=days.get(asked.get("day", "")),
        spoken=asked.get("spoken") if asked.get("spoken") in LANGUAGES else None,
        is_free=asked.get("free") == "yes",
    )


def _page_number(found: list[Session], at: datetime) -> int:
    """The page asked for; else the one on which the first session stands that is not over."""
    asked, last = request.args.get("page", ""), max(1, -(-len(found) // A_PAGE))
    if asked.isascii() and asked.isdecimal():
        return min(max(1, int(asked[:6])), last)
    over = bisect.bisect_right([one.starts_at for one in found], at - timedelta(hours=1))
    return min(over // A_PAGE + 1, last)


def _address(**changed: object) -> str:
    """This page's address with another value for some of what it asks."""
    kept = {name: value for name, value in request.args.items() if name in _ASKED and name != "page"}
    asked = {name: value for name, value in (kept | changed).items() if value not in ("", None)}
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


@pages.get("/whole-programme.ics")
@may("anyone")
def programme_calendar(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The whole programme as a calendar that anybody can subscribe to; it knows nobody."""
    where, at = exhibition_called(exhibition), clock.now()
    board = board_of(where.id)

    def render() -> str:
        entries = [entry_of(one) for one in board.sessions]
        return calendar_of(entries, name=pick(where.names), place=place_of(where), at=at).decode()

    # its seats do not matter to a calendar: only other texts and hours make it another
    return etag_page(f"{board.texts_mark}-{where.version}-{_build()}", render, content_type=CONTENT_TYPE)


@pages.get("/<reference>.ics")
@may("anyone")
def session_calendar(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries the language
    """One session for one's calendar."""
    where = exhibition_called(exhibition)
    found = board_of(where.id).called(reference)
    body = calendar_of([entry_of(found)], name=found.reference, place=place_of(where), at=clock.now())
    return Response(body, content_type=CONTENT_TYPE, headers=attachment(found.reference))


def place_of(where: Exhibition) -> str:
    """Where the fair is, as a calendar shows it."""
    return ", ".join(text for text in (pick(where.venue_names), pick(where.town_names)) if text)


def attachment(name: str) -> dict[str, str]:
    """The header of a calendar file."""
    return {"Content-Disposition": f'attachment; filename="{name}.ics"'}


@cache
def _build() -> str:
    """A mark of everything that pages are made of: a new version of the product is no old page."""
    mark = hashlib.blake2b(digest_size=6)
    for folder in ("shared/pages", "services/ticketing", "services/translations"):
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in (".html", ".po", ".css", ".py"):
                mark.update(path.read_bytes())
    return mark.hexdigest()
