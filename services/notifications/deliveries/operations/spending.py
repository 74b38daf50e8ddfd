"""What an exhibition spends on notices by day, and how much it may."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.deliveries.domain.money import Rules
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.models import dial_code, spend, spend_limit
from services.notifications.deliveries.operations.money import PAID, own_dial_codes
from shared import clock
from shared.db import insert


def find_rules(db: Connection, exhibition_id: UUID, providers: Providers) -> Rules:
    """The rules that hold; the operator's where the exhibition set none."""
    own = {
        row.channel: row.most_a_day
        for row in db.execute(sa.select(spend_limit).where(spend_limit.c.exhibition_id == exhibition_id))
    }
    most = {channel: own.get(channel.value, providers.prices.most_a_day(channel)) for channel in PAID}
    return Rules(most, sorted(own_dial_codes(db, exhibition_id)))


def set_rules(db: Connection, exhibition_id: UUID, rules: Rules, staff_id: UUID | None) -> None:
    """Other rules from now on."""
    by = {"exhibition_id": exhibition_id, "changed_by": staff_id, "changed_at": clock.now()}
    one = insert(db, spend_limit)
    names = ("most_a_day", "changed_by", "changed_at")
    changed = {name: one.excluded[name] for name in names}
    limits = one.on_conflict_do_update(index_elements=["exhibition_id", "channel"], set_=changed)
    db.execute(limits, [by | {"channel": channel.value, "most_a_day": most} for channel, most in rules.most.items()])
    db.execute(sa.delete(dial_code).where(dial_code.c.exhibition_id == exhibition_id))
    added = {"exhibition_id": exhibition_id, "added_by": staff_id, "added_at": clock.now()}
    if rules.dial_codes:
        db.execute(sa.insert(dial_code), [added | {"code": code} for code in rules.dial_codes])


def list_spending(db: Connection, exhibition_id: UUID, today: date, days: int = 14) -> Sequence[sa.Row[Any]]:
    """What was spent and refused on each channel, the newest day first; `today` by the fair's clock."""
    its = (spend.c.exhibition_id == exhibition_id, spend.c.day > today - timedelta(days=days))
    return db.execute(sa.select(spend).where(*its).order_by(spend.c.day.desc(), spend.c.channel)).all()


def refused_lately(db: Connection) -> int:
    """How many notices of all exhibitions were refused for want of money or as fraud, today and yesterday."""
    since = clock.now().date() - timedelta(days=1)
    return int(
        db.execute(
            sa.select(sa.func.coalesce(sa.func.sum(spend.c.refused), 0)).where(spend.c.day >= since)
        ).scalar_one()
    )
