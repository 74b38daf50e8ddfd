"""A text sent to its writer, over JSON."""

from flask import Response
from flask_smorest import Blueprint

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.notices.domain.addresses import ways_of
from services.notifications.templates.operations import place_of
from services.notifications.trials import operations, schemas
from shared.db import transaction
from shared.idempotency import Answer, once
from shared.web import current_caller, idempotency_key, keyed, load, may, reply
from shared.web.security import settings

api = Blueprint(
    "trial_api", __name__, url_prefix="/notifications/v1/exhibitions/<exhibition>/texts", description="Texts, tried"
)
_BODY = {"content": {"application/json": {"schema": schemas.TrialIn}}, "required": True}


@api.post("/<kind>/<language>/trial")
@may("organiser")
@keyed
@api.doc(requestBody=_BODY)
@api.response(200, schemas.TrialOut)
def send_trial(exhibition: str, kind: str, language: str) -> Response:
    """Send the text as it stands to an address of one's own, at once."""
    known = exhibition_called(exhibition)
    place, ways = place_of(known.exhibition_id, kind, language), ways_of(load(schemas.TrialIn)["address"])
    with transaction() as db:

        def act() -> Answer:
            to = operations.writer(current_caller().staff_id, ways, language)
            made = operations.send_trial(db, place, known, settings().public_url, to)
            staff_acted(db, place.exhibition_id, StaffAct.TEXT_TRIED, place.name)
            return Answer(200, {"notices": made})

        return reply(once(db, idempotency_key(place.exhibition_id), act))
