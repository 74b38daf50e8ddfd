"""Heeding what people answer: each text once; who stops is told no more, who answers an offer is heard by ticketing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.deliveries.domain.replies import ASKING, OFFERS, Heard, Meant, meant_by
from services.notifications.deliveries.models import sms_answer
from services.notifications.notices.messages import AnswerReceived
from services.notifications.notices.models import notice
from services.notifications.notices.operations.wishes import heed
from services.notifications.optout.domain import wish_of
from shared import log
from shared.db import insert_new
from shared.outbox import Outgoing, publish

KEPT = timedelta(days=30)


def hear_reply(db: Connection, heard: Heard) -> bool:
    """Act on a text, once; whether it was new and meant something.

    A wish to stop counts for everybody reached at the number. An answer belongs to the newest offer that went there, a
    wish to leave to the newest place in line too; ticketing decides what it is still worth.
    """
    wish, meant = wish_of(heard.text), meant_by(heard.text)
    key = {"channel": heard.channel.value, "provider_id": heard.provider_id}
    line = key | {"meant": wish or meant or "", "heard_at": datetime.now(UTC)}
    if not insert_new(db, sms_answer, [line], returning=[sms_answer.c.meant]):
        return False
    log.get_logger().info("answer-heard", channel=heard.channel, meant=line["meant"])
    if wish:
        return heed(db, heard.sender, wish) > 0
    return meant is not None and _pass_on(db, heard.sender, meant)


def _pass_on(db: Connection, sender: str, meant: Meant) -> bool:
    kinds = ASKING if meant is Meant.LEAVE else OFFERS
    asked = db.execute(
        sa.select(notice)
        .where(notice.c.address == sender, notice.c.kind.in_(ASKING), notice.c.kind.in_(kinds))
        .order_by(notice.c.made_at.desc())
        .limit(1)
    ).first()
    if asked is None or "uid" not in asked.data:
        return False
    booking_id = UUID(asked.data["uid"])
    body = AnswerReceived(person_id=str(asked.person_id), booking_id=str(booking_id), answer=meant.value)
    publish(db, Outgoing(asked.exhibition_id, booking_id, 1, body))
    return True


def tidy_replies(db: Connection, at: datetime) -> int:
    """Forget that texts were heard, once no provider repeats them any more."""
    return db.execute(sa.delete(sms_answer).where(sms_answer.c.heard_at < at - KEPT)).rowcount
