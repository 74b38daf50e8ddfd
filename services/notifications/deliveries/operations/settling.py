"""Claiming notices and noting what became of them. The attempt is committed before a provider is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.announcements.operations.sending import is_stopped
from services.notifications.announcements.operations.writing import text_of
from services.notifications.deliveries.domain import LEASE, Outcome, Step
from services.notifications.deliveries.domain.chain import time_for
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.domain.texts import sms_text
from services.notifications.deliveries.models import delivery
from services.notifications.deliveries.operations import chain, money, reporting
from services.notifications.notices.domain import ENDING, Act, Channel, Priority, Reason, State, before
from services.notifications.notices.models import notice
from services.notifications.optout.operations import is_unwanted
from services.notifications.reminders.domain import KIND_OF
from services.notifications.reminders.operations import still_holds
from services.notifications.templates.domain import Kind, Template
from services.notifications.templates.domain.segments import segments
from services.notifications.templates.operations import text_for
from shared import clock

DEFAULT = Providers()


@dataclass(frozen=True)
class Claimed:
    """A notice in one sender's hands until the lease ends; `attempt` counts from 1.

    With a `refusal` no provider may be asked.
    """

    exhibition_id: UUID
    id: UUID
    attempt: int
    person_id: UUID
    kind: Kind
    language: str
    address: str
    data: Mapping[str, str]
    made_at: datetime
    useful_until: datetime
    correlation_id: str
    own_text: Template | None = None
    channel: Channel = Channel.SMS
    refusal: Reason | None = None

    @property
    def text(self) -> Template:
        """The text it is written with: the exhibition's own, else the product's."""
        return self.own_text or text_for(self.kind, self.language)


# Written once: building a statement costs more than running it.
_IS_DUE = (
    notice.c.channel == sa.bindparam("of_channel"),
    notice.c.priority == sa.bindparam("of_priority"),
    notice.c.next_at <= sa.bindparam("at"),
    notice.c.not_before.is_(None),
)
_IS_IT = (notice.c.exhibition_id == sa.bindparam("of_exhibition"), notice.c.id == sa.bindparam("of_notice"))
_LOOK = (
    sa.select(notice.c.exhibition_id, notice.c.id, notice.c.useful_until)
    .where(*_IS_DUE)
    .order_by(notice.c.next_at)
    .limit(1)
)
_TAKE = _LOOK.with_for_update(skip_locked=True)
_CLAIM = (
    sa.update(notice)
    .where(*_IS_IT, *_IS_DUE, notice.c.state.in_(before(Act.CLAIM)))
    .values(
        state=State.CLAIMED,
        attempts=notice.c.attempts + 1,
        next_at=sa.bindparam("until"),
        overdue_at=sa.func.coalesce(notice.c.overdue_at, sa.bindparam("overdue", type_=notice.c.overdue_at.type)),
    )
    .returning(notice)
)
_END_ATTEMPT = (
    sa.update(delivery)
    .where(
        delivery.c.exhibition_id == sa.bindparam("of_exhibition"),
        delivery.c.notice_id == sa.bindparam("of_notice"),
        delivery.c.attempt == sa.bindparam("of_attempt"),
    )
    .values(ended_at=sa.bindparam("at"), verdict=sa.bindparam("said"), reason=sa.bindparam("why"))
)
_IS_OURS = (*_IS_IT, notice.c.attempts == sa.bindparam("of_attempt"))
_BLANKED = sa.case((notice.c.is_secret, sa.literal({}, sa.JSON)), else_=notice.c.data)
_NOW: dict[str, Any] = {
    "state": sa.bindparam("becomes"),
    "next_at": sa.bindparam("again_at"),
    "reason": sa.bindparam("why"),
}
_SETTLED_NOW = _NOW | {"settled_at": sa.bindparam("at"), "data": _BLANKED, "answer_code": None, "overdue_at": None}
_TAKEN = _NOW | {"settled_at": sa.bindparam("at"), "provider_id": sa.bindparam("theirs")}
_RETRY = sa.update(notice).where(*_IS_OURS, notice.c.state.in_(before(Act.PUT_OFF))).values(_NOW)
_FAIL = sa.update(notice).where(*_IS_OURS, notice.c.state.in_(before(Act.GIVE_UP))).values(_SETTLED_NOW)
# a yes counts in any case, until the notice is settled
_CAN_ACCEPT = sa.update(notice).where(*_IS_IT, notice.c.state.in_(before(Act.ACCEPT)))
_ACCEPT = _CAN_ACCEPT.values(_TAKEN | {"data": _BLANKED, "answer_code": None, "overdue_at": None})
# where a report is awaited the words stay: another way may need them
_ACCEPT_AND_WAIT = _CAN_ACCEPT.values(_TAKEN | {"overdue_at": sa.bindparam("report_by")})
_FIND = sa.select(notice).where(*_IS_IT)


def first_due(db: Connection, channel: Channel, at: datetime, up_to: Priority) -> Priority | None:
    """How urgent the first notice is that waits to be claimed; None when none does."""
    those = (priority for priority in Priority if priority <= up_to)
    return next((priority for priority in those if _look(db, _LOOK, channel, at, priority)), None)


def claim(
    db: Connection, channel: Channel, at: datetime, providers: Providers = DEFAULT, up_to: Priority = Priority.LOW
) -> Claimed | None:
    """Take the most urgent notice that has been due longest, count the attempt, hold it for the length of a lease.

    A notice whose claimer died is due again when its lease ends. None when nothing is due. What it costs is taken
    from its exhibition's purse here; where that is not allowed, the notice says so.
    """
    for priority in Priority:
        longest = _look(db, _TAKE, channel, at, priority) if priority <= up_to else None
        if longest is not None:
            return _claim(db, channel, at, providers, (priority, longest))
    return None


def _look(db: Connection, look: Any, channel: Channel, at: datetime, priority: Priority) -> sa.Row[Any] | None:
    found: sa.Row[Any] | None = db.execute(
        look, {"of_channel": channel, "of_priority": int(priority), "at": at}
    ).first()
    return found


def _claim(
    db: Connection, channel: Channel, at: datetime, providers: Providers, longest: tuple[Priority, sa.Row[Any]]
) -> Claimed | None:
    priority, it = longest
    due = {"of_channel": channel, "of_priority": int(priority), "at": at}
    its = {"of_exhibition": it.exhibition_id, "of_notice": it.id}
    step = time_for(providers.accept_seconds(channel), clock.now(), it.useful_until)
    row = db.execute(_CLAIM, due | its | {"until": at + LEASE, "overdue": at + step if step else None}).first()
    if row is None:
        return None
    begun = {
        "exhibition_id": row.exhibition_id,
        "notice_id": row.id,
        "attempt": row.attempts,
        "started_at": at,
    }
    db.execute(sa.insert(delivery), begun)
    return _claimed(db, row, providers)


def settle(db: Connection, claimed: Claimed, outcome: Outcome, step: Step, providers: Providers = DEFAULT) -> bool:
    """Note the answer; False when the lease had run out and a later attempt has the notice now.

    Secrets go with the last word. What failed for good goes to its person's next way in the same transaction.
    """
    said = {
        "of_exhibition": claimed.exhibition_id,
        "of_notice": claimed.id,
        "of_attempt": claimed.attempt,
        "at": datetime.now(UTC),
        "said": outcome.verdict,
        "why": step.reason,
        "becomes": step.state,
        "again_at": step.next_at,
    }
    db.execute(_END_ATTEMPT, said)
    if step.state is State.ACCEPTED:
        return _accept(db, claimed, outcome, said, providers)
    if not db.execute(_FAIL if step.state is State.FAILED else _RETRY, said).rowcount:
        return False
    if step.state is State.FAILED:
        row = db.execute(_FIND, said).one()
        money.give_back(db, row)
        if row.reason.partition(" ")[0] not in ENDING:
            chain.move_on(db, providers, row, dict(claimed.data))
    return True


def why_not(db: Connection, claimed: Claimed) -> Reason | None:
    """Why a notice must not be brought any more, although it was made; asked right before."""
    if is_unwanted(db, claimed.exhibition_id, claimed.person_id, claimed.kind):
        return Reason.NOT_WANTED
    if claimed.kind in KIND_OF.values() and not still_holds(db, claimed.exhibition_id, claimed.data):
        return Reason.NO_LONGER_SO
    if claimed.kind is Kind.ANNOUNCEMENT and is_stopped(db, claimed.exhibition_id, UUID(claimed.data["announcement"])):
        return Reason.STOPPED
    return None


def _accept(db: Connection, claimed: Claimed, outcome: Outcome, said: dict[str, Any], providers: Providers) -> bool:
    """Note a yes; where the provider reports, wait for that, or hear what it has reported already."""
    theirs = {"theirs": outcome.provider_id or str(claimed.id)}
    wait = time_for(providers.report_seconds(claimed.channel), clock.now(), claimed.useful_until)
    if not providers.awaits_report(claimed.channel) or wait is None:
        return db.execute(_ACCEPT, said | theirs).rowcount > 0
    report_by = {"report_by": said["at"] + wait}
    if not db.execute(_ACCEPT_AND_WAIT, said | theirs | report_by).rowcount:
        return False
    reporting.hear_early(db, providers, claimed.channel, theirs["theirs"])
    return True


def _claimed(db: Connection, row: sa.Row[Any], providers: Providers) -> Claimed:
    words = row.data | ({"answer_code": row.answer_code} if row.answer_code else {})
    own = text_of(db, row)
    size = segments(sms_text(own, words, row.language, providers.site)) if row.channel == Channel.SMS else 1
    return Claimed(
        exhibition_id=row.exhibition_id,
        id=row.id,
        attempt=row.attempts,
        person_id=row.person_id,
        kind=Kind(row.kind),
        language=row.language,
        address=row.address,
        data=words,
        made_at=row.made_at,
        useful_until=row.useful_until,
        correlation_id=row.correlation_id,
        own_text=own,
        channel=Channel(row.channel),
        refusal=money.pay(db, providers, row, size),
    )
