"""One's own digest, as JSON."""

from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.digests import operations, schemas
from shared.db import reading, transaction
from shared.idempotency import Answer
from shared.web import current_caller, load, may, reply

api = Blueprint(
    "digest_api", __name__, url_prefix="/notifications/v1/exhibitions/<exhibition>", description="The day's numbers"
)
_BODY = {"content": {"application/json": {"schema": schemas.DigestIn}}, "required": True}


@api.get("/digest")
@may("organiser", "supervisor", "viewer")
@api.response(200, schemas.DigestOut)
def show_digest(exhibition: str) -> Response:
    """Where and when the caller gets the day's numbers."""
    known = exhibition_called(exhibition)
    with reading() as db:
        row = operations.find_digest(db, known.exhibition_id, _own())
    return reply(Answer(200, schemas.digest_out(row)))


@api.put("/digest")
@may("organiser", "supervisor", "viewer")
@api.doc(requestBody=_BODY)
@api.response(200, schemas.DigestOut)
def put_digest(exhibition: str) -> Response:
    """From now on there and then."""
    known, wish = exhibition_called(exhibition), schemas.wish_of(load(schemas.DigestIn))
    with transaction() as db:
        operations.ask(db, known, _own(), wish)
        staff_acted(db, known.exhibition_id, StaffAct.DIGEST_CHOSEN, known.reference, hour=f"{wish.hour:%H:%M}")
        row = operations.find_digest(db, known.exhibition_id, _own())
    return reply(Answer(200, schemas.digest_out(row)))


@api.delete("/digest")
@may("organiser", "supervisor", "viewer")
@api.response(204)
def delete_digest(exhibition: str) -> Response:
    """No digest any more."""
    known = exhibition_called(exhibition)
    with transaction() as db:
        if operations.give_up(db, known.exhibition_id, _own()):
            staff_acted(db, known.exhibition_id, StaffAct.DIGEST_CHOSEN, known.reference, hour="")
    return Response(status=204)


def _own() -> UUID:
    staff_id = current_caller().staff_id
    assert staff_id is not None  # noqa: S101 - who has a role is of the staff
    return staff_id
