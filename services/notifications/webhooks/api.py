"""Webhooks in JSON, for organisers."""

from collections.abc import Callable
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.webhooks import schemas
from services.notifications.webhooks.domain import Place
from services.notifications.webhooks.operations import keeping, telling
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.web import current_caller, idempotency_key, keyed, load, may, reply
from shared.web.security import settings

api = Blueprint(
    "webhook_api",
    __name__,
    url_prefix="/notifications/v1/exhibitions/<exhibition>/webhooks",
    description="What happens, told to other programs",
)
_BODY = {"content": {"application/json": {"schema": schemas.WebhookIn}}, "required": True}


@api.get("")
@may("organiser")
@api.response(200, schemas.WebhooksOut)
def list_webhooks(exhibition: str) -> Response:
    """All of this exhibition, the newest first."""
    known = exhibition_called(exhibition)
    with reading() as db:
        rows = keeping.list_all(db, known.exhibition_id)
    return reply(Answer(200, {"webhooks": [schemas.webhook_out(row) for row in rows]}))


@api.post("")
@may("organiser")
@keyed
@api.doc(requestBody=_BODY)
@api.response(201, schemas.WebhookOut)
def make_webhook(exhibition: str) -> Response:
    """Tell these events to this address from now on."""
    known, said = exhibition_called(exhibition), load(schemas.WebhookIn)
    with transaction() as db:

        def act() -> Answer:
            wanted = (said["url"], said["events"])
            place = keeping.make(db, settings(), known.exhibition_id, wanted, current_caller().staff_id)
            staff_acted(db, known.exhibition_id, StaffAct.WEBHOOK_MADE, str(place.id))
            return Answer(201, schemas.webhook_out(keeping.find(db, place)))

        return reply(once(db, idempotency_key(known.exhibition_id), act))


@api.get("/<uuid:webhook>")
@may("organiser")
@api.response(200, schemas.WebhookWithLogOut)
def show_webhook(exhibition: str, webhook: UUID) -> Response:
    """A webhook, and what became of the newest events."""
    place = _place(exhibition, webhook)
    with reading() as db:
        row, log = keeping.find(db, place), keeping.list_events(db, place)
    return reply(Answer(200, schemas.webhook_with_log_out(row, log)))


@api.delete("/<uuid:webhook>")
@may("organiser")
@api.response(204)
def end_webhook(exhibition: str, webhook: UUID) -> Response:
    """Nothing more goes there; what was due is given up."""
    place = _place(exhibition, webhook)
    with transaction() as db:
        if keeping.end(db, place):
            staff_acted(db, place.exhibition_id, StaffAct.WEBHOOK_ENDED, str(place.id))
    return Response(status=204)


@api.get("/<uuid:webhook>/secret")
@may("organiser")
@api.response(200, schemas.SecretOut)
def show_secret(exhibition: str, webhook: UUID) -> Response:
    """The secret that signs."""
    place = _place(exhibition, webhook)
    with reading() as db:
        newest = keeping.secrets_of(settings(), keeping.find(db, place))[0]
    return reply(Answer(200, {"secret": newest}))


@api.post("/<uuid:webhook>/secret")
@may("organiser")
@keyed
@api.response(200, schemas.WebhookOut)
def renew_secret(exhibition: str, webhook: UUID) -> Response:
    """Another secret; the old one signs beside it for a day."""
    return _act(
        exhibition, webhook, StaffAct.WEBHOOK_RENEWED, lambda db, place: keeping.renew_secret(db, settings(), place)
    )


@api.post("/<uuid:webhook>/test")
@may("organiser")
@keyed
@api.response(200, schemas.WebhookOut)
def test_webhook(exhibition: str, webhook: UUID) -> Response:
    """Tell it an event that says nothing but that it arrives."""
    return _act(exhibition, webhook, StaffAct.WEBHOOK_TESTED, lambda db, place: telling.test(db, place))


@api.post("/<uuid:webhook>/events/<uuid:event>/again")
@may("organiser")
@keyed
@api.response(200, schemas.WebhookOut)
def replay_event(exhibition: str, webhook: UUID, event: UUID) -> Response:
    """Tell an event once more, under the id it had."""
    return _act(exhibition, webhook, StaffAct.WEBHOOK_REPLAYED, lambda db, place: telling.replay(db, place, event))


def _place(exhibition: str, webhook: UUID) -> Place:
    return Place(exhibition_called(exhibition).exhibition_id, webhook)


def _act(exhibition: str, webhook: UUID, act: StaffAct, do: Callable[[Connection, Place], object]) -> Response:
    place = _place(exhibition, webhook)
    with transaction() as db:

        def change() -> Answer:
            do(db, place)
            staff_acted(db, place.exhibition_id, act, str(place.id))
            return Answer(200, schemas.webhook_out(keeping.find(db, place)))

        return reply(once(db, idempotency_key(place.exhibition_id), change))
