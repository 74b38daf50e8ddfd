"""Which reminders are sent, as JSON."""

from flask import Response
from flask_smorest import Blueprint

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.reminders import operations, schemas
from services.notifications.reminders.domain import Choice
from shared.db import reading, transaction
from shared.idempotency import Answer
from shared.web import load, may, reply

api = Blueprint(
    "reminder_api", __name__, url_prefix="/notifications/v1/exhibitions/<exhibition>", description="Reminders"
)
_BODY = {"content": {"application/json": {"schema": schemas.ReminderChoiceIn}}, "required": True}


@api.get("/reminders")
@may("organiser", "viewer")
@api.response(200, schemas.ReminderChoice)
def show_choice(exhibition: str) -> Response:
    """Whether people are reminded a day and an hour before a session."""
    known = exhibition_called(exhibition)
    with reading() as db:
        chosen = operations.find_choice(db, known.exhibition_id)
    return reply(Answer(200, vars(chosen)))


@api.put("/reminders")
@may("organiser")
@api.doc(requestBody=_BODY)
@api.response(200, schemas.ReminderChoice)
def put_choice(exhibition: str) -> Response:
    """Send these from now on."""
    known, chosen = exhibition_called(exhibition), Choice(**load(schemas.ReminderChoiceIn))
    with transaction() as db:
        operations.choose(db, known.exhibition_id, chosen)
        staff_acted(db, known.exhibition_id, StaffAct.REMINDERS_CHANGED, known.reference, **vars(chosen))
    return reply(Answer(200, vars(chosen)))
