"""Taking what notices cost from their exhibitions' purses before a provider is asked; refusing what smells of fraud.

Those of a round are paid together; where all do not fit, one after the other, until no more does.
"""

from collections import defaultdict
from collections.abc import Sequence
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
_OF_DAY = ["exhibition_id", "channel", "day"]


@dataclass(frozen=True)
class Purse:
    """The day an exhibition spends on, and how much it may spend on a channel; 0: all."""

    day: date
    most: int


@dataclass
class Bill:
    """What a notice (a row of `notice`) costs, taken on a day; once paid it is not paid again. `refusal`: why not."""

    row: sa.Row[Any]
    segments: int
    cost: int = 0
    day: date | None = None
    refusal: Reason | None = None

    @property
    def line(self) -> dict[str, Any]:
        """Which line of the purse it stands in."""
        return {"exhibition_id": self.row.exhibition_id, "channel": self.row.channel, "day": self.day}

    @property
    def paid(self) -> dict[str, Any]:
        """What the notice notes of it."""
        if self.day is None or self.refusal:
            return {"its_cost": self.row.cost, "its_segments": self.row.segments, "its_day": self.row.spent_on}
        return {"its_cost": self.cost, "its_segments": self.segments, "its_day": self.day}


def pay(db: Connection, providers: Providers, channel: Channel, bills: Sequence[Bill]) -> None:
    """Take what is not paid yet, once however often it is tried; the named reason where it may not go out."""
    open_bills = [bill for bill in bills if bill.row.spent_on is None] if channel in PAID else []
    if not open_bills:
        return
    purses = {one: _purse(db, providers, one, channel) for one in {bill.row.exhibition_id for bill in open_bills}}
    for bill in open_bills:
        bill.cost = providers.prices.of(channel, bill.row.address, bill.segments)
        bill.day = purses[bill.row.exhibition_id].day
    _smell(db, providers, channel, open_bills)
    for exhibition_id, purse in sorted(purses.items()):
        its = [bill for bill in open_bills if bill.row.exhibition_id == exhibition_id]
        _take_all(db, [bill for bill in its if not bill.refusal], purse.most)
        _note_refusals(db, [bill for bill in its if bill.refusal])


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
    whose = (notice.c.exhibition_id == row.exhibition_id, notice.c.id == row.id)
    db.execute(sa.update(notice).where(*whose).values(cost=0, segments=0, spent_on=None))


_PURSE = (
    sa.select(exhibition_copy.c.zone, spend_limit.c.most_a_day)
    .outerjoin(
        spend_limit,
        sa.and_(
            spend_limit.c.exhibition_id == exhibition_copy.c.exhibition_id,
            spend_limit.c.channel == sa.bindparam("of_channel"),
        ),
    )
    .where(exhibition_copy.c.exhibition_id == sa.bindparam("of_exhibition"))
)


def _purse(db: Connection, providers: Providers, exhibition_id: UUID, channel: Channel) -> Purse:
    known = db.execute(_PURSE, {"of_exhibition": exhibition_id, "of_channel": channel.value}).first()
    zone, own = (known.zone, known.most_a_day) if known else ("UTC", None)
    return Purse(to_wall(clock.now(), zone).date(), providers.prices.most_a_day(channel) if own is None else own)


def _smell(db: Connection, providers: Providers, channel: Channel, bills: Sequence[Bill]) -> None:
    """Refuse what is pumped: countries that are not open, too many to a number a day, or to its neighbours an hour."""
    fraud = providers.fraud
    for bill in bills if channel is Channel.SMS else ():
        to = bill.row.address
        if not fraud.is_open(to) and not fraud.is_open(to, own_dial_codes(db, bill.row.exhibition_id)):
            bill.refusal = Reason.DIAL_CODE
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    numbers = [(f"{channel} {bill.row.address}", bill) for bill in bills]
    _count_all(db, numbers, (day, fraud.per_number), Reason.NUMBER_BUDGET)
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    blocks = [(f"{channel} {block_of(bill.row.address)}*", bill) for bill in bills if Kind(bill.row.kind) in STRANGERS]
    _count_all(db, blocks, (hour, fraud.per_block), Reason.BLOCK_BUDGET)


def _count_all(db: Connection, asked: Sequence[tuple[str, Bill]], budget: tuple[datetime, int], no: Reason) -> None:
    """Count each, all of one number or block together, under a budget since a moment; refuse what is too much."""
    since, most = budget
    by_whose: dict[str, list[Bill]] = defaultdict(list)
    for whose, bill in asked if most else ():
        if not bill.refusal:
            by_whose[whose].append(bill)
    counts = {whose: len(its) for whose, its in by_whose.items()}
    for whose in sorted(counts.keys() - _count(db, counts, since, most)):
        for bill in by_whose[whose]:
            if counts[whose] == 1 or not _count(db, {whose: 1}, since, most):
                bill.refusal = no


def _count(db: Connection, counts: dict[str, int], since: datetime, most: int) -> set[str]:
    """Count so many more of each, unless they were too many then; whose fitted."""
    # in one order, so that two workers never wait for one another
    rows = [{"whose": one, "since": since, "used": more} for one, more in sorted(counts.items()) if more <= most]
    if not rows:
        return set()
    one = insert(db, sms_budget)
    used = sms_budget.c.used + one.excluded.used
    added = one.on_conflict_do_update(index_elements=["whose", "since"], set_={"used": used}, where=used <= most)
    return set(db.execute(added.returning(sms_budget.c.whose), rows).scalars())


def own_dial_codes(db: Connection, exhibition_id: UUID) -> frozenset[str]:
    """The dial codes that an exhibition opened besides the operator's."""
    return frozenset(
        db.execute(sa.select(dial_code.c.code).where(dial_code.c.exhibition_id == exhibition_id)).scalars()
    )


def _take_all(db: Connection, bills: Sequence[Bill], most: int) -> None:
    """Take all together; where that is too much, one after the other."""
    if bills and (len(bills) == 1 or not _take(db, bills, most)):
        for bill in bills:
            if not _take(db, [bill], most):
                bill.refusal = Reason.SPENT


def _take(db: Connection, bills: Sequence[Bill], most: int) -> bool:
    """Take what some of one exhibition cost from its purse of the day, unless that is more than there is."""
    cost, segments = sum(bill.cost for bill in bills), sum(bill.segments for bill in bills)
    if most and cost > most:
        return False
    one = insert(db, spend)
    more = {name: spend.c[name] + one.excluded[name] for name in ("cost", "notices", "segments")}
    fits = sa.true() if not most else spend.c.cost + one.excluded.cost <= most
    taken = one.on_conflict_do_update(index_elements=_OF_DAY, set_=more, where=fits)
    sums = {"cost": cost, "notices": len(bills), "segments": segments, "refused": 0}
    return db.execute(taken.returning(spend.c.cost), bills[0].line | sums).first() is not None


def _note_refusals(db: Connection, bills: Sequence[Bill]) -> None:
    if not bills:
        return
    one = insert(db, spend)
    more = one.on_conflict_do_update(index_elements=_OF_DAY, set_={"refused": spend.c.refused + one.excluded.refused})
    db.execute(more, bills[0].line | {"cost": 0, "notices": 0, "segments": 0, "refused": len(bills)})
    for bill in bills:
        log.get_logger().warning(
            "notice-refused-by-budget", notice_id=str(bill.row.id), channel=bill.row.channel, reason=bill.refusal
        )


def tidy_budgets(db: Connection, before: datetime) -> int:
    """Forget counts of numbers from before a moment by the fair's clock."""
    return db.execute(sa.delete(sms_budget).where(sms_budget.c.since < before.astimezone(UTC))).rowcount
