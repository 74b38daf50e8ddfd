"""Announcements in JSON, for organisers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, current_app
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.announcements import schemas
from services.notifications.announcements.domain import Place, Reading, State
from services.notifications.announcements.operations import audience, sending, writing
from services.notifications.templates.operations import example_words
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.web import current_caller, idempotency_key, keyed, load, may, reply
from shared.web.security import settings

api = Blueprint(
    "announcement_api",
    __name__,
    url_prefix="/notifications/v1/exhibitions/<exhibition>/announcements",
    description="What an organiser tells many at once",
)
_BODY = {"content": {"application/json": {"schema": schemas.DraftIn}}, "required": True}


@api.get("")
@may("organiser", "viewer")
@api.response(200, schemas.AnnouncementsOut)
def list_announcements(exhibition: str) -> Response:
    """All of this exhibition, newest first."""
    known = exhibition_called(exhibition)
    with reading() as db:
        rows = writing.list_all(db, known.exhibition_id)
    return reply(Answer(200, {"announcements": [schemas.line_out(row) for row in rows]}))


@api.post("")
@may("organiser")
@keyed
@api.doc(requestBody=_BODY)
@api.response(201, schemas.AnnouncementOut)
def write_announcement(exhibition: str) -> Response:
    """A new draft: nobody is told yet; the answer counts who would be, and the SMS that would be paid for."""
    known, draft = exhibition_called(exhibition), schemas.draft_of(load(schemas.DraftIn))
    with transaction() as db:

        def act() -> Answer:
            place = writing.write(db, known.exhibition_id, draft, current_caller().staff_id)
            staff_acted(db, known.exhibition_id, StaffAct.ANNOUNCEMENT_WRITTEN, str(place.id))
            return _answer(db, known, place, 201)

        return reply(once(db, idempotency_key(known.exhibition_id), act))


@api.get("/<uuid:announcement>")
@may("organiser", "viewer")
@api.response(200, schemas.AnnouncementOut)
def show_announcement(exhibition: str, announcement: UUID) -> Response:
    """What it says, whom a draft would reach, how far a sent one has come."""
    known, place = _place(exhibition, announcement)
    with reading() as db:
        return reply(_answer(db, known, place))


@api.put("/<uuid:announcement>")
@may("organiser")
@api.doc(requestBody=_BODY)
@api.response(200, schemas.AnnouncementOut)
def change_announcement(exhibition: str, announcement: UUID) -> Response:
    """Another draft in its place."""
    (known, place), draft = _place(exhibition, announcement), schemas.draft_of(load(schemas.DraftIn))
    with transaction() as db:
        writing.change(db, place, draft)
        staff_acted(db, place.exhibition_id, StaffAct.ANNOUNCEMENT_WRITTEN, str(place.id))
        answer = _answer(db, known, place)
    return reply(answer)


@api.delete("/<uuid:announcement>")
@may("organiser")
@api.response(204)
def drop_announcement(exhibition: str, announcement: UUID) -> Response:
    """Throw a draft away."""
    _, place = _place(exhibition, announcement)
    with transaction() as db:
        writing.drop(db, place)
        staff_acted(db, place.exhibition_id, StaffAct.ANNOUNCEMENT_DROPPED, str(place.id))
    return Response(status=204)


@api.post("/<uuid:announcement>/start")
@may("organiser")
@keyed
@api.response(200, schemas.AnnouncementOut)
def start_announcement(exhibition: str, announcement: UUID) -> Response:
    """Tell everybody who is in the audience, at the chosen speed."""
    act = StaffAct.ANNOUNCEMENT_STARTED
    return _act(exhibition, announcement, act, lambda db, place: {"people": sending.start(db, place)})


@api.post("/<uuid:announcement>/stop")
@may("organiser")
@keyed
@api.response(200, schemas.AnnouncementOut)
def stop_announcement(exhibition: str, announcement: UUID) -> Response:
    """Tell nobody more, neither with what was made and not brought yet."""
    act = StaffAct.ANNOUNCEMENT_STOPPED
    return _act(exhibition, announcement, act, lambda db, place: {} if sending.stop(db, place) else None)


def _place(exhibition: str, announcement: UUID) -> tuple[Any, Place]:
    """Its exhibition as we know it, and where it stands."""
    known = exhibition_called(exhibition)
    return known, Place(known.exhibition_id, announcement)


def _act(
    exhibition: str, announcement: UUID, act: StaffAct, do: Callable[[Connection, Place], dict[str, Any] | None]
) -> Response:
    """Do it once, and note the act with the facts that come of it; None where nothing came of it."""
    known, place = _place(exhibition, announcement)
    with transaction() as db:

        def change() -> Answer:
            facts = do(db, place)
            if facts is not None:
                staff_acted(db, place.exhibition_id, act, str(place.id), **facts)
            return _answer(db, known, place)

        return reply(once(db, idempotency_key(place.exhibition_id), change))


def _answer(db: Connection, known: Any, place: Place, status: int = 200) -> Answer:
    row, shares = writing.find(db, place), []
    if row.state == State.DRAFT:
        texts = writing.whole_texts_of(db, place)
        values = {code: example_words(code, known, settings().public_url) for code in texts}
        reading = Reading(texts, values, current_app.extensions["price_of_sms"])
        shares = audience.shares(db, place.exhibition_id, audience.audience_of(row), reading)
    said = schemas.announcement_out(row, writing.texts_of(db, place), shares, sending.progress(db, place))
    return Answer(status, said)
