"""The programme's pages: the list by day, one session, a session for one's calendar."""

import hashlib
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

from flask import Blueprint, Response, render_template, request

from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.programme.domain import Session, SessionKind
from services.ticketing.programme.operations.board import board_of
from services.ticketing.programme.operations.calendar import CONTENT_TYPE, calendar_of
from shared import clock
from shared.i18n import pick
from shared.web import etag_page, may

pages = Blueprint("programme_pages", __name__, url_prefix="/<lang>/<exhibition>/programme")
_ROOT = Path(__file__).parents[3]


@pages.get("")
@may("anyone")
def list_sessions(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Every session by day, or those of a kind and day; the same page for everybody."""
    where, at = exhibition_called(exhibition), clock.now()
    board = board_of(where.id)
    # in a rehearsal the page's banner tells the time
    minute = f"{at:%d%H%M}" if clock.is_rehearsal() else ""
    return etag_page(f"{board.mark_at(at)}-{where.version}-{_build()}-{minute}", lambda: _list(where, board.sessions))


def _list(where: Exhibition, sessions: tuple[Session, ...]) -> str:
    kind, day = _asked(sessions)
    shown = [one for one in sessions if kind in (None, one.kind) and day in (None, one.day)]
    return render_template(
        "programme/list.html",
        days=[(when, list(ones)) for when, ones in groupby(shown, key=lambda one: one.day)],
        every_day=sorted({one.day for one in sessions}),
        kinds=[one for one in SessionKind if any(session.kind is one for session in sessions)],
        asked={"kind": kind or "", "day": day.isoformat() if day else ""},
        total=len(shown),
        base=f"/{request.view_args['lang']}/{where.reference}/programme" if request.view_args else "",
        at=clock.now(),
    )


def _asked(sessions: tuple[Session, ...]) -> tuple[str | None, date | None]:
    """The filters of the address; what makes no sense filters nothing."""
    kind = request.args.get("kind", "")
    days = {one.day.isoformat(): one.day for one in sessions}
    return kind if kind in list(SessionKind) else None, days.get(request.args.get("day", ""))


@pages.get("/<reference>.ics")
@may("anyone")
def session_calendar(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries the language
    """One session for one's calendar."""
    where = exhibition_called(exhibition)
    found = board_of(where.id).called(reference)
    place = ", ".join(text for text in (pick(where.venue_names), pick(where.town_names)) if text)
    body = calendar_of(found, place=place, note="", at=clock.now())
    return Response(body, content_type=CONTENT_TYPE, headers=_attachment(found.reference))


def _attachment(name: str) -> dict[str, str]:
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
