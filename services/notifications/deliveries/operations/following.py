"""What became of a notice: its attempts, the other ways its words took, what providers reported; and sending again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.deliveries.domain import CannotSendAgain
from services.notifications.deliveries.models import delivery, delivery_report
from services.notifications.notices.domain import CHAIN, Act, Channel, before
from services.notifications.notices.models import contact, notice
from services.notifications.notices.operations.log import find_notice


def list_attempts(db: Connection, exhibition_id: UUID, notice_id: UUID) -> Sequence[sa.Row[Any]]:
    """Every attempt to bring a notice, the first one first."""
    its = (delivery.c.exhibition_id == exhibition_id, delivery.c.notice_id == notice_id)
    return db.execute(sa.select(delivery).where(*its).order_by(delivery.c.attempt)).all()


def list_reports(db: Connection, exhibition_id: UUID, notice_id: UUID) -> Sequence[sa.Row[Any]]:
    """What the provider reported of a notice, the first word first."""
    its = (delivery_report.c.exhibition_id == exhibition_id, delivery_report.c.notice_id == notice_id)
    return db.execute(sa.select(delivery_report).where(*its).order_by(delivery_report.c.heard_at)).all()


def list_ways(db: Connection, row: sa.Row[Any]) -> Sequence[sa.Row[Any]]:
    """The notices with the same words for the same person, in the order of the chain; `row` is one of them."""
    found = db.execute(
        sa.select(notice).where(
            notice.c.exhibition_id == row.exhibition_id,
            notice.c.message_id == row.message_id,
            notice.c.channel.in_(list(CHAIN)),
            notice.c.person_id == row.person_id,
        )
    ).all()
    return sorted(found, key=lambda one: CHAIN.index(Channel(one.channel)))


def can_send_again(at: datetime) -> sa.ColumnElement[bool]:
    """Of a notice: it failed, its words are still there, and somebody has use for them; `at` by the fair's clock."""
    return sa.and_(
        notice.c.state.in_(before(Act.SEND_AGAIN)), notice.c.is_secret.is_(False), notice.c.useful_until > at
    )


def send_again(db: Connection, exhibition_id: UUID, notice_id: UUID, at: datetime) -> None:
    """Let a failed notice go once more, to where its person is reached now; NotFound, CannotSendAgain.

    It keeps its id, so a provider that took it after all does not bring it twice. `at` is by the fair's clock.
    """
    row = find_notice(db, exhibition_id, notice_id)
    to = _address_now(db, row) or row.address
    next_at = None if row.channel == Channel.PRINT else datetime.now(UTC)
    anew = {"next_at": next_at, "not_before": None, "settled_at": None, "overdue_at": None, "reason": "", "address": to}
    done = db.execute(
        sa.update(notice)
        .where(notice.c.exhibition_id == exhibition_id, notice.c.id == notice_id, can_send_again(at))
        .values(state="due", batch_id=None, **anew)
    )
    if not done.rowcount:
        raise CannotSendAgain
    its = (delivery_report.c.exhibition_id == exhibition_id, delivery_report.c.notice_id == notice_id)
    db.execute(sa.delete(delivery_report).where(*its))


def _address_now(db: Connection, row: sa.Row[Any]) -> str | None:
    if row.channel == Channel.PRINT:
        return None
    column = contact.c.email if row.channel == Channel.EMAIL else contact.c.phone
    found: str | None = db.execute(
        sa.select(column).where(contact.c.exhibition_id == row.exhibition_id, contact.c.id == row.person_id)
    ).scalar()
    return found
