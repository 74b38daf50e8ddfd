"""One notice with its attempts as JSON, and sending it again."""

from types import SimpleNamespace
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.deliveries import operations
from services.notifications.deliveries.operations.following import list_reports, list_ways
from services.notifications.deliveries.schemas import FollowedOut
from services.notifications.notices.operations.log import find_notice
from shared import clock
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.web import idempotency_key, keyed, may, reply

deliveries = Blueprint(
    "deliveries",
    __name__,
    url_prefix="/notifications/v1/exhibitions/<exhibition>/notices",
    description="What became of a notice",
)


@deliveries.get("/<uuid:notice>")
@deliveries.response(200, FollowedOut)
@may("organiser", "desk", "viewer")
def show_notice(exhibition: str, notice: UUID) -> Response:
    """A notice with every attempt to bring it; never what it said."""
    where = exhibition_called(exhibition)
    with reading() as db:
        return reply(_answer(db, where.exhibition_id, notice))


@deliveries.post("/<uuid:notice>/again")
@may("organiser", "desk")
@keyed
@deliveries.response(200, FollowedOut)
def send_again(exhibition: str, notice: UUID) -> Response:
    """Let a failed notice go once more, to where its person is reached now, under the id it had."""
    where = exhibition_called(exhibition)
    with transaction() as db:

        def act() -> Answer:
            operations.send_again(db, where.exhibition_id, notice, clock.now())
            staff_acted(db, where.exhibition_id, StaffAct.NOTICE_SENT_AGAIN, str(notice))
            return _answer(db, where.exhibition_id, notice)

        answer = once(db, idempotency_key(where.exhibition_id), act)
    return reply(answer)


def _answer(db: Connection, exhibition_id: UUID, notice_id: UUID) -> Answer:
    row = find_notice(db, exhibition_id, notice_id)
    followed = {
        "tries": operations.list_attempts(db, exhibition_id, notice_id),
        "reports": list_reports(db, exhibition_id, notice_id),
        "ways": list_ways(db, row),
    }
    return Answer(200, FollowedOut().dump(SimpleNamespace(**row._asdict(), **followed)))
