"""The programme over HTTP, for everybody."""

import json
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.programme.operations.board import board_of
from services.ticketing.programme.schemas import SessionOut, SessionsAsked, SessionsOut, session_out
from shared import clock
from shared.web import etag_page, may

api = Blueprint("programme_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Programme")


@api.get("/sessions")
@may("anyone")
@api.arguments(SessionsAsked, location="query", as_kwargs=False)
@api.response(200, SessionsOut)
def list_sessions(asked: dict[str, Any], exhibition: str) -> Response:
    """The sessions of a kind and day, in the order of their hours.

    Carries an ETag; ask again with If-None-Match.
    """
    board, at = board_of(exhibition_called(exhibition).id), clock.now()

    def render() -> str:
        found = [one for one in board.sessions if asked.get("kind") in (None, one.kind)]
        found = [one for one in found if asked.get("day") in (None, one.day)]
        size, first = asked["page_size"], (asked["page"] - 1) * asked["page_size"]
        said = {
            "sessions": [session_out(one, at) for one in found[first : first + size]],
            "page": asked["page"],
            "pages": max(1, -(-len(found) // size)),
            "total": len(found),
        }
        return json.dumps(said, ensure_ascii=False)

    return etag_page(board.mark_at(at), render, content_type="application/json")


@api.get("/sessions/<reference>")
@may("anyone")
@api.response(200, SessionOut)
def read_session(exhibition: str, reference: str) -> Response:
    """One session with its seats; carries an ETag."""
    board, at = board_of(exhibition_called(exhibition).id), clock.now()
    found = board.called(reference)
    return etag_page(
        board.mark_at(at),
        lambda: json.dumps(session_out(found, at), ensure_ascii=False),
        content_type="application/json",
    )
