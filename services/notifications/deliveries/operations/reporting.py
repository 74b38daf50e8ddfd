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
from services.notifications.deliveries.operations.claiming import IS_IT, stands_before
from services.notifications.deliveries.operations.settling import BLANKED
from services.notifications.notices.domain import CHAIN, Act, Channel, Reason, State
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


# the yes and the report may be written at the same moment, neither seeing the other: whoever comes later sees both
_KNOWN_NOW = (
    sa.select(early_report)
    .join(
        notice, sa.and_(notice.c.provider_id == early_report.c.provider_id, notice.c.channel == early_report.c.channel)
    )
    .where(early_report.c.heard_at > sa.bindparam("since"))
    .order_by(early_report.c.provider_id, early_report.c.heard_at)
)


def is_early_known(db: Connection, since: datetime) -> bool:
    """Whether a report that came before its provider's yes was noted, after a moment, has found its notice now."""
    return db.execute(_KNOWN_NOW.limit(1), {"since": since}).first() is not None


def hear_early(db: Connection, providers: Providers, since: datetime) -> int:
    """Note what was reported of notices before their provider's yes was noted; how many reports."""
    found = db.execute(_KNOWN_NOW, {"since": since}).all()
    for early in found:
        hear(db, providers, Channel(early.channel), Report(Said(early.said), early.provider_id, None, early.reason))
        its = (early_report.c.channel == early.channel, early_report.c.provider_id == early.provider_id)
        db.execute(sa.delete(early_report).where(*its, early_report.c.said == early.said))
    return len(found)


def tidy_reports(db: Connection, at: datetime) -> int:
    """Forget reports that found no notice in a day."""
    return db.execute(sa.delete(early_report).where(early_report.c.heard_at < at - EARLY)).rowcount


_EXHIBITIONS = sa.select(exhibition_copy.c.exhibition_id)
_OF_CHANNEL = sa.select(notice).where(notice.c.channel == sa.bindparam("of_channel"))
# the key begins with the exhibition: one look for each of them. As a list, not as a join: PostgreSQL then looked
# through the whole index of the log.
_BY_ID = _OF_CHANNEL.where(
    notice.c.exhibition_id.in_(sa.bindparam("everywhere", expanding=True)), notice.c.id == sa.bindparam("ours")
)
_BY_THEIRS = _OF_CHANNEL.where(notice.c.provider_id == sa.bindparam("theirs"))
_HELD = {look: look.with_for_update(of=notice, key_share=True) for look in (_BY_ID, _BY_THEIRS)}
# written once: they took longer to write than to run
_ENDS: dict[str, Any] = {"next_at": None, "overdue_at": None, "answer_code": None, "settled_at": sa.bindparam("at")}
_ENDS |= {"state": sa.bindparam("becomes"), "reason": sa.bindparam("why")}
_SETTLE = {
    act: sa.update(notice).where(*IS_IT, stands_before(act)).values(_ENDS | {"data": BLANKED})
    for act in (Act.DELIVER, Act.BOUNCE)
}
_TAKEN_OVER = (notice.c.channel.in_(list(CHAIN)), notice.c.after_id.is_not(None), stands_before(Act.OVERTAKE))
_SAME = [notice.c[name] == sa.bindparam(f"of_{name}") for name in ("exhibition_id", "message_id", "person_id")]
_CALL_OFF = sa.update(notice).where(*_SAME, *_TAKEN_OVER, notice.c.id != sa.bindparam("but_for")).values(_ENDS)


def _find(db: Connection, channel: Channel, report: Report) -> Row | None:
    """The notice that a report speaks of; held where the report moves it on. A yes holds it no longer than it must:
    the sender that waits to note its answer notes those of others, too."""
    its: dict[str, Any] = {"of_channel": channel.value, "ours": report.notice_id, "theirs": report.provider_id}
    if report.notice_id:
        its["everywhere"] = [*db.execute(_EXHIBITIONS).scalars(), NO_EXHIBITION]
    looks = [look for look, known in ((_BY_ID, report.notice_id), (_BY_THEIRS, report.provider_id)) if known]
    for look in looks:
        row = db.execute(look if report.said is Said.DELIVERED else _HELD[look], its).first()
        if row is not None:
            return row
    return None


def _note(db: Connection, providers: Providers, row: Row, report: Report) -> bool:
    line = {"exhibition_id": row.exhibition_id, "notice_id": row.id, "said": report.said.value}
    reason = report.reason.replace(row.address, "…") if row.address else report.reason
    kept = line | {"reason": reason, "heard_at": datetime.now(UTC)}
    if not insert_new(db, delivery_report, [kept], returning=[delivery_report.c.said]):
        return False
    act, state = (Act.DELIVER, State.DELIVERED) if report.said is Said.DELIVERED else (Act.BOUNCE, State.BOUNCED)
    if not _settle(db, row, (act, state), "" if act is Act.DELIVER else f"{Reason.REPORTED} {reason}".strip()):
        return False
    if act is Act.DELIVER:
        _call_off(db, row)
    else:
        chain.move_on(db, providers, row, row.data)
    return True


def _settle(db: Connection, row: Row, step: tuple[Act, State], reason: str) -> bool:
    act, state = step
    its = {"of_exhibition": row.exhibition_id, "of_notice": row.id}
    said = {"becomes": state, "why": reason, "at": datetime.now(UTC)}
    return db.execute(_SETTLE[act], its | said).rowcount > 0


def _call_off(db: Connection, row: Row) -> None:
    """It arrived after all: what has taken over and not begun need not go."""
    its = {"of_exhibition_id": row.exhibition_id, "of_message_id": row.message_id, "of_person_id": row.person_id}
    said = {"becomes": State.FAILED, "why": Reason.NO_MORE_NEEDED, "at": datetime.now(UTC)}
    db.execute(_CALL_OFF, its | said | {"but_for": row.id})
