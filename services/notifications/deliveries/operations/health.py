"""How the providers are: what they answered in the last hour, when last, and how long the oldest notice waits."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.deliveries.domain import Verdict
from services.notifications.deliveries.models import delivery
from services.notifications.notices.domain import UNASKED, Channel
from services.notifications.notices.models import notice

LOOKED_BACK = timedelta(hours=1)


@dataclass(frozen=True)
class Health:
    """A channel of an exhibition in the last hour; `waits` is how long its oldest due notice has been due."""

    channel: Channel
    said: dict[str | None, int]
    last_answer_at: datetime | None
    waiting: int
    waits: timedelta

    def count(self, *verdicts: Verdict | None) -> int:
        """How many attempts were answered so; None: not at all."""
        return sum(self.said.get(verdict, 0) for verdict in verdicts)


def health_of(db: Connection, exhibition_id: UUID) -> list[Health]:
    """Each channel that goes by itself; letters are people's work."""
    now = datetime.now(UTC)
    counts: defaultdict[Channel, dict[str | None, int]] = defaultdict(dict)
    last: dict[Channel, datetime | None] = {}
    for channel, verdict, n, ended in _tried(db, exhibition_id):
        counts[Channel(channel)][verdict] = n
        last[Channel(channel)] = max(filter(None, (last.get(Channel(channel)), ended)), default=None)
    open_now = {Channel(channel): (n, oldest) for channel, n, oldest in _waiting(db, exhibition_id)}
    found = []
    for channel in (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL):
        waiting, oldest = open_now.get(channel, (0, None))
        waits = max(timedelta(0), now - oldest) if oldest else timedelta(0)
        found.append(Health(channel, counts[channel], last.get(channel), waiting, waits))
    return found


def _tried(db: Connection, exhibition_id: UUID) -> list[tuple[str, str | None, int, datetime | None]]:
    its = sa.and_(notice.c.exhibition_id == delivery.c.exhibition_id, notice.c.id == delivery.c.notice_id)
    rows = db.execute(
        sa.select(notice.c.channel, delivery.c.verdict, sa.func.count(), sa.func.max(delivery.c.ended_at))
        .join(notice, its)
        .where(
            delivery.c.exhibition_id == exhibition_id,
            delivery.c.started_at > datetime.now(UTC) - LOOKED_BACK,
            delivery.c.reason.not_in(UNASKED),
        )
        .group_by(notice.c.channel, delivery.c.verdict)
    ).all()
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _waiting(db: Connection, exhibition_id: UUID) -> list[tuple[str, int, datetime | None]]:
    rows = db.execute(
        sa.select(notice.c.channel, sa.func.count(), sa.func.min(notice.c.next_at))
        .where(
            notice.c.exhibition_id == exhibition_id,
            notice.c.channel.in_(list(Channel)),
            notice.c.next_at.is_not(None),
            notice.c.not_before.is_(None),
        )
        .group_by(notice.c.channel)
    ).all()
    return [(row[0], row[1], row[2]) for row in rows]


def oldest_due(db: Connection) -> dict[Channel, float]:
    """For how many seconds the oldest due notice of each channel has been due, of all exhibitions."""
    now = datetime.now(UTC)
    found = {}
    for channel in (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL):
        oldest = db.execute(
            sa.select(sa.func.min(notice.c.next_at)).where(
                notice.c.channel == channel.value, notice.c.next_at.is_not(None), notice.c.not_before.is_(None)
            )
        ).scalar()
        found[channel] = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    return found
