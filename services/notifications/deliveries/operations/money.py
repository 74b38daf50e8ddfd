"""Taking what a notice costs from its exhibition's purse before a provider is asked; refusing what smells of fraud."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.access.models import exhibition_copy
from services.notifications.deliveries.domain.money import STRANGERS, block_of
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.models import dial_code, sms_budget, spend, spend_limit
from services.notifications.notices.domain import Channel, Reason
from services.notifications.notices.models import notice
from services.notifications.templates.domain import Kind
from shared import clock, log
from shared.clock import to_wall
from shared.db import insert

PAID = (Channel.SMS, Channel.WHATSAPP)


@dataclass(frozen=True)
class Purse:
    """The day an exhibition spends on, and how much it may spend on a channel; 0: all."""

    day: date
    most: int


def pay(db: Connection, providers: Providers, row: sa.Row[Any], segments: int) -> Reason | None:
    """Take a claimed notice's cost, once however often it is tried; the named reason when it may not go out."""
    channel = Channel(row.channel)
    if channel not in PAID or row.spent_on is not None:
        return None
    purse, cost = _purse(db, providers, row.exhibition_id, channel), providers.prices.of(channel, row.address, segments)
    no = _smells(db, providers, row) or _take(db, row, purse, (cost, segments))
    if no is None:
        paid = {"cost": cost, "segments": segments, "spent_on": purse.day}
        db.execute(sa.update(notice).where(*_is(row)).values(paid))
        return None
    _note_refusal(db, row, purse)
    log.get_logger().warning("notice-refused-by-budget", notice_id=str(row.id), channel=channel, reason=no)
    return no


def give_back(db: Connection, row: sa.Row[Any]) -> None:
    """Return what a notice cost that its provider refused."""
    if row.spent_on is None:
        return
    its = (spend.c.exhibition_id == row.exhibition_id, spend.c.channel == row.channel, spend.c.day == row.spent_on)
    less = {
        "cost": spend.c.cost - row.cost,
        "notices": spend.c.notices - 1,
        "segments": spend.c.segments - row.segments,
    }
    db.execute(sa.update(spend).where(*its).values(less))
    db.execute(sa.update(notice).where(*_is(row)).values(cost=0, segments=0, spent_on=None))


def _purse(db: Connection, providers: Providers, exhibition_id: UUID, channel: Channel) -> Purse:
    known = db.execute(
        sa.select(exhibition_copy.c.zone, spend_limit.c.most_a_day)
        .outerjoin(
            spend_limit,
            sa.and_(
                spend_limit.c.exhibition_id == exhibition_copy.c.exhibition_id, spend_limit.c.channel == channel.value
            ),
        )
        .where(exhibition_copy.c.exhibition_id == exhibition_id)
    ).first()
    zone, own = (known.zone, known.most_a_day) if known else ("UTC", None)
    return Purse(to_wall(clock.now(), zone).date(), providers.prices.most_a_day(channel) if own is None else own)


def _smells(db: Connection, providers: Providers, row: sa.Row[Any]) -> Reason | None:
    fraud, to = providers.fraud, row.address
    if (
        row.channel == Channel.SMS
        and not fraud.is_open(to)
        and not fraud.is_open(to, own_dial_codes(db, row.exhibition_id))
    ):
        return Reason.DIAL_CODE
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if not _count(db, f"{row.channel} {to}", day, fraud.per_number):
        return Reason.NUMBER_BUDGET
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    if Kind(row.kind) in STRANGERS and not _count(db, f"{row.channel} {block_of(to)}*", hour, fraud.per_block):
        return Reason.BLOCK_BUDGET
    return None


def _count(db: Connection, whose: str, since: datetime, most: int) -> bool:
    """Count one more, unless there were so many already."""
    if not most:
        return True
    one = insert(db, sms_budget)
    more = one.on_conflict_do_update(
        index_elements=["whose", "since"], set_={"used": sms_budget.c.used + 1}, where=sms_budget.c.used < most
    )
    return (
        db.execute(more.returning(sms_budget.c.used), {"whose": whose, "since": since, "used": 1}).first() is not None
    )


def own_dial_codes(db: Connection, exhibition_id: UUID) -> frozenset[str]:
    """The dial codes that an exhibition opened besides the operator's."""
    return frozenset(
        db.execute(sa.select(dial_code.c.code).where(dial_code.c.exhibition_id == exhibition_id)).scalars()
    )


def _take(db: Connection, row: sa.Row[Any], purse: Purse, price: tuple[int, int]) -> Reason | None:
    cost, segments = price
    if purse.most and cost > purse.most:
        return Reason.SPENT
    one = insert(db, spend)
    more = {name: spend.c[name] + one.excluded[name] for name in ("cost", "notices", "segments")}
    fits = sa.true() if not purse.most else spend.c.cost + one.excluded.cost <= purse.most
    taken = one.on_conflict_do_update(index_elements=["exhibition_id", "channel", "day"], set_=more, where=fits)
    fresh = _line(row, purse) | {"cost": cost, "notices": 1, "segments": segments, "refused": 0}
    return None if db.execute(taken.returning(spend.c.cost), fresh).first() else Reason.SPENT


def _note_refusal(db: Connection, row: sa.Row[Any], purse: Purse) -> None:
    one = insert(db, spend)
    more = one.on_conflict_do_update(
        index_elements=["exhibition_id", "channel", "day"], set_={"refused": spend.c.refused + 1}
    )
    db.execute(more, _line(row, purse) | {"cost": 0, "notices": 0, "segments": 0, "refused": 1})


def _line(row: sa.Row[Any], purse: Purse) -> dict[str, Any]:
    return {"exhibition_id": row.exhibition_id, "channel": row.channel, "day": purse.day}


def _is(row: sa.Row[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return (notice.c.exhibition_id == row.exhibition_id, notice.c.id == row.id)


def tidy_budgets(db: Connection, before: datetime) -> int:
    """Forget counts of numbers from before a moment by the fair's clock."""
    return db.execute(sa.delete(sms_budget).where(sms_budget.c.since < before.astimezone(UTC))).rowcount
