"""The log of notices as JSON."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE

from services.notifications.notices import schemas
from services.notifications.notices.operations.log import list_notices
from shared.db import reading
from shared.idempotency import Answer
from shared.web import current_caller, may, reply

notices = Blueprint("notices", __name__, url_prefix="/notifications/v1", description="What persons were told")


@notices.get("/exhibitions/<exhibition>/notices")
@notices.arguments(schemas.LogQuery, location="query", unknown=RAISE)
@notices.response(200, schemas.LogOut)
@may("organiser", "desk", "viewer")
def show_log(said: dict[str, Any], exhibition: str) -> Response:  # noqa: ARG001 - the caller is of this exhibition
    """The log of an exhibition, newest first."""
    exhibition_id = current_caller().exhibition_id
    assert exhibition_id is not None  # noqa: S101 - who has a role has an exhibition
    with reading() as db:
        rows = list(list_notices(db, exhibition_id, schemas.log_filter(said)))
    shown, following = schemas.split(rows, said["at_most"])
    return reply(Answer(200, schemas.LogOut().dump({"notices": shown, "next": following})))
