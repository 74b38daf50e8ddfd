"""Hearing what providers report: each word once, in any order; a no moves the notice on to the next way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.access.models import exhibition_copy
from services.notifications.deliveries.domain.reports import Report, Said
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.models import delivery_report, early_report
from services.notifications.deliveries.operations import chain
from services.notifications.deliveries.operations.following import list_ways
from services.notifications.notices.domain import Act, Channel, Reason, State, before
from services.notifications.notices.models import notice
from services.notifications.notices.operations.telling import NO_EXHIBITION
from shared.db import insert_new

EARLY = timedelta(days=1)
Row = sa.Row[Any]


def hear(db: Connection, providers: Providers, channel: Channel, report: Report) -> bool:
    """Note a report; True when it changed where a notice stands.

    One of a notice that nobody knows (yet) is kept for a day: the provider's yes may be noted a moment later.
    """
    row = _find(db, channel, report)
    if row is None and report.provider_id:
        early = {"channel": channel.value, "provider_id": report.provider_id, "said": report.said.value}
        insert_new(db, early_report, [early | {"reason": report.reason, "heard_at": datetime.now(UTC)}])
    return row is not None and _note(db, providers, row, report)


def hear_early(db: Connection, providers: Providers, channel: Channel, provider_id: str) -> None:
    """Note what was reported of a notice before its provider's yes was noted."""
    its = (early_report.c.channel == channel.value, early_report.c.provider_id == provider_id)
    for early in db.execute(sa.select(early_report).where(*its).order_by(early_report.c.heard_at)).all():
        hear(db, providers, channel, Report(Said(early.said), provider_id, None, early.reason))
        db.execute(sa.delete(early_report).where(*its, early_report.c.said == early.said))


def tidy_reports(db: Connection, at: datetime) -> int:
    """Forget reports that found no notice in a day."""
    return db.execute(sa.delete(early_report).where(early_report.c.heard_at < at - EARLY)).rowcount


def _find(db: Connection, channel: Channel, report: Report) -> Row | None:
    found = sa.select(notice).where(notice.c.channel == channel.value).with_for_update()
    if report.notice_id:
        # the key begins with the exhibition: one look for each of them, and no further index
        everywhere = [*db.execute(sa.select(exhibition_copy.c.exhibition_id)).scalars(), NO_EXHIBITION]
        row = db.execute(found.where(notice.c.exhibition_id.in_(everywhere), notice.c.id == report.notice_id)).first()
        if row is not None:
            return row
    if not report.provider_id:
        return None
    return db.execute(found.where(notice.c.provider_id == report.provider_id)).first()


def _note(db: Connection, providers: Providers, row: Row, report: Report) -> bool:
    line = {"exhibition_id": row.exhibition_id, "notice_id": row.id, "said": report.said.value}
    reason = report.reason.replace(row.address, "…") if row.address else report.reason
    kept = line | {"reason": reason, "heard_at": datetime.now(UTC)}
    if not insert_new(db, delivery_report, [kept], returning=[delivery_report.c.said]):
        return False
    act, state = (Act.DELIVER, State.DELIVERED) if report.said is Said.DELIVERED else (Act.BOUNCE, State.BOUNCED)
    if row.state not in before(act):
        return False
    _settle(db, row, state, "" if act is Act.DELIVER else f"{Reason.REPORTED} {reason}".strip())
    if act is Act.DELIVER:
        _call_off(db, row)
    else:
        chain.move_on(db, providers, row, row.data)
    return True


def _settle(db: Connection, row: Row, state: State, reason: str) -> None:
    its = (notice.c.exhibition_id == row.exhibition_id, notice.c.id == row.id)
    blanked = {} if row.is_secret else row.data
    settled = {"state": state, "next_at": None, "overdue_at": None, "settled_at": datetime.now(UTC), "data": blanked}
    db.execute(sa.update(notice).where(*its).values(reason=reason, answer_code=None, **settled))


def _call_off(db: Connection, row: Row) -> None:
    """It arrived after all: what has taken over and not begun need not go."""
    ids = [one.id for one in list_ways(db, row) if one.after_id is not None and one.id != row.id]
    its = (notice.c.exhibition_id == row.exhibition_id, notice.c.id.in_(ids), notice.c.state.in_(before(Act.OVERTAKE)))
    called_off = {"state": State.FAILED, "next_at": None, "overdue_at": None, "settled_at": datetime.now(UTC)}
    if ids:
        db.execute(sa.update(notice).where(*its).values(reason=Reason.NO_MORE_NEEDED, answer_code=None, **called_off))
