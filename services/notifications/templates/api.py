"""The texts of notices in JSON, for organisers."""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.templates import operations, schemas
from services.notifications.templates.domain import Kind
from services.notifications.templates.domain.editing import TEXT_LANGUAGES, Place, Written, template_of
from shared.db import reading, transaction
from shared.idempotency import Answer
from shared.problem import ChangedMeanwhile, ConditionMissing
from shared.web import current_caller, load, may, reply
from shared.web.security import settings

api = Blueprint(
    "text_api",
    __name__,
    url_prefix="/notifications/v1/exhibitions/<exhibition>",
    description="What notices say",
)
_IF_MATCH = [{"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}]
_BODY = {"content": {"application/json": {"schema": schemas.TextIn}}, "required": True}


@api.get("/texts")
@may("organiser")
@api.response(200, schemas.TextsOut)
def list_texts(exhibition: str) -> Response:
    """Every kind of notice in every language, and whether the exhibition wrote it itself."""
    where = exhibition_called(exhibition)
    with reading() as db:
        own = operations.newest_versions(db, where.exhibition_id)
    rows = []
    for kind in Kind:
        for language in TEXT_LANGUAGES:
            found = own.get((kind, language))
            row = {"version": found.version if found else 0, "is_own": bool(found and found.is_own)}
            rows.append({"kind": kind.value, "language": language} | row)
    return reply(Answer(200, {"texts": rows}))


@api.get("/texts/<kind>/<language>")
@may("organiser")
@api.response(200, schemas.TextOut)
def show_text(exhibition: str, kind: str, language: str) -> Response:
    """A text as it stands, its placeholders, and how its SMS travels."""
    where = exhibition_called(exhibition)
    place = operations.place_of(where.exhibition_id, kind, language)
    with reading() as db:
        written = operations.find_text(db, place)
    return _answer(where, place, written)


@api.put("/texts/<kind>/<language>")
@may("organiser")
@api.doc(requestBody=_BODY, parameters=_IF_MATCH)
@api.response(200, schemas.TextOut)
def put_text(exhibition: str, kind: str, language: str) -> Response:
    """A text of one's own; If-Match carries the `version` it was read with."""
    where = exhibition_called(exhibition)
    place = operations.place_of(where.exhibition_id, kind, language)
    template = template_of(load(schemas.TextIn))
    if not request.if_match:
        raise ConditionMissing
    with transaction() as db:
        written = operations.write_text(db, place, template, _version(), current_caller().staff_id)
        staff_acted(db, place.exhibition_id, StaffAct.TEXT_CHANGED, place.name)
    return _answer(where, place, written)


@api.delete("/texts/<kind>/<language>")
@may("organiser")
@api.response(204)
def delete_text(exhibition: str, kind: str, language: str) -> Response:
    """Back to the product's text; the versions so far stay."""
    place = operations.place_of(exhibition_called(exhibition).exhibition_id, kind, language)
    with transaction() as db:
        found = operations.find_text(db, place)
        if found.is_own:
            operations.write_text(db, place, None, found.version, current_caller().staff_id)
            staff_acted(db, place.exhibition_id, StaffAct.TEXT_TAKEN_AGAIN, place.name)
    return Response(status=204)


def _answer(where: Any, place: Place, written: Written) -> Response:
    sms, _mail = operations.preview(place, written.template, where, settings().public_url)
    response = reply(Answer(200, schemas.text_out(place, written, sms)))
    response.set_etag(str(written.version))
    return response


def _version() -> int:
    """The version that If-Match names; ChangedMeanwhile for what is none."""
    said = next(iter(request.if_match.as_set(include_weak=True)), "")
    if not said.isdecimal() or len(said) > 9:
        raise ChangedMeanwhile
    return int(said)
