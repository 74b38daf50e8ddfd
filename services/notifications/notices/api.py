"""The log of notices and the quiet hours as JSON."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE

from services.acts import StaffAct, staff_acted
from services.notifications.notices import schemas
from services.notifications.notices.domain import QuietHours
from services.notifications.notices.operations.log import list_notices
from services.notifications.notices.operations.quiet import find_quiet_hours, set_quiet_hours
from shared.db import reading, transaction
from shared.idempotency import Answer
from shared.web import current_caller, load, may, reply

notices = Blueprint("notices", __name__, url_prefix="/notifications/v1", description="What persons were told")


@notices.get("/exhibitions/<exhibition>/notices")
@notices.arguments(schemas.LogQuery, location="query", unknown=RAISE)
@notices.response(200, schemas.LogOut)
@may("organiser", "desk", "viewer")
def show_log(said: dict[str, Any], exhibition: str) -> Response:  # noqa: ARG001 - the caller is of this exhibition
    """The log of an exhibition, newest first."""
    with reading() as db:
        rows = list(list_notices(db, _own(), schemas.log_filter(said)))
    shown, following = schemas.split(rows, said["at_most"])
    return reply(Answer(200, schemas.LogOut().dump({"notices": shown, "next": following})))


@notices.get("/exhibitions/<exhibition>/quiet-hours")
@notices.response(200, schemas.QuietHoursOut)
@may("organiser", "viewer")
def show_quiet_hours(exhibition: str) -> Response:  # noqa: ARG001 - the caller is of this exhibition
    """When nobody is woken; the product's own hours where the exhibition set none."""
    with reading() as db:
        found = find_quiet_hours(db, _own())
    return reply(Answer(200, schemas.quiet_hours_out(found)))


@notices.put("/exhibitions/<exhibition>/quiet-hours")
@notices.doc(requestBody={"content": {"application/json": {"schema": schemas.QuietHoursIn}}, "required": True})
@notices.response(200, schemas.QuietHoursOut)
@may("organiser")
def put_quiet_hours(exhibition: str) -> Response:
    """Other hours from now on; what waits goes when these end. The same hour twice: never quiet."""
    said = load(schemas.QuietHoursIn)
    hours = f"{said['begins']:%H:%M}–{said['ends']:%H:%M}"
    with transaction() as db:
        set_quiet_hours(db, _own(), QuietHours(**said), current_caller().staff_id)
        staff_acted(db, _own(), StaffAct.QUIET_HOURS_CHANGED, exhibition, hours=hours)
        found = find_quiet_hours(db, _own())
    return reply(Answer(200, schemas.quiet_hours_out(found)))


def _own() -> UUID:
    exhibition_id = current_caller().exhibition_id
    assert exhibition_id is not None  # noqa: S101 - who has a role has an exhibition
    return exhibition_id
