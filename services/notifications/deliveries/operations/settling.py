"""Noting what became of notices that a provider was asked to bring; all of a round together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.deliveries.domain import Outcome, Step
from services.notifications.deliveries.domain.chain import time_for
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.models import delivery
from services.notifications.deliveries.operations import chain, money
from services.notifications.deliveries.operations.claiming import DEFAULT, IS_IT, Claimed, stands_before
from services.notifications.notices.domain import ENDING, Act, State
from services.notifications.notices.models import notice
from shared import clock


@dataclass(frozen=True, eq=False)
class Answered:
    """A claimed notice with its provider's answer, and what follows from it."""

    claimed: Claimed
    outcome: Outcome
    step: Step

    @property
    def said(self) -> dict[str, Any]:
        """As the statements take it."""
        return {
            "of_exhibition": self.claimed.exhibition_id,
            "of_notice": self.claimed.id,
            "of_attempt": self.claimed.attempt,
            "at": datetime.now(UTC),
            "said": self.outcome.verdict,
            "why": self.step.reason,
            "becomes": self.step.state,
            "again_at": self.step.next_at,
            "theirs": self.outcome.provider_id or str(self.claimed.id),
        }


_END_ATTEMPT = (
    sa.update(delivery)
    .where(
        delivery.c.exhibition_id == sa.bindparam("of_exhibition"),
        delivery.c.notice_id == sa.bindparam("of_notice"),
        delivery.c.attempt == sa.bindparam("of_attempt"),
    )
    .values(ended_at=sa.bindparam("at"), verdict=sa.bindparam("said"), reason=sa.bindparam("why"))
)
_IS_OURS = (*IS_IT, notice.c.attempts == sa.bindparam("of_attempt"))
# secrets go with the last word
BLANKED = sa.case((notice.c.is_secret, sa.literal({}, sa.JSON)), else_=notice.c.data)
_NOW: dict[str, Any] = {
    "state": sa.bindparam("becomes"),
    "next_at": sa.bindparam("again_at"),
    "reason": sa.bindparam("why"),
}
_SETTLED_NOW = _NOW | {"settled_at": sa.bindparam("at"), "data": BLANKED, "answer_code": None, "overdue_at": None}
_TAKEN = _NOW | {"settled_at": sa.bindparam("at"), "provider_id": sa.bindparam("theirs")}
_RETRY = sa.update(notice).where(*_IS_OURS, stands_before(Act.PUT_OFF)).values(_NOW)
_FAIL = sa.update(notice).where(*_IS_OURS, stands_before(Act.GIVE_UP)).values(_SETTLED_NOW)
# a yes counts in any case, until the notice is settled
_CAN_ACCEPT = sa.update(notice).where(*IS_IT, stands_before(Act.ACCEPT))
_ACCEPT = _CAN_ACCEPT.values(_TAKEN | {"data": BLANKED, "answer_code": None, "overdue_at": None})
# where a report is awaited the words stay: another way may need them
_ACCEPT_AND_WAIT = _CAN_ACCEPT.values(_TAKEN | {"overdue_at": sa.bindparam("report_by")})
_FIND = sa.select(notice).where(*IS_IT)

_THOSE = sa.select(notice.c.id).where(
    sa.tuple_(notice.c.exhibition_id, notice.c.id).in_(sa.bindparam("those", expanding=True))
)
_FREE = _THOSE.with_for_update(skip_locked=True, key_share=True)


def held_elsewhere(db: Connection, answered: Sequence[Answered]) -> list[Answered]:
    """Hold the notices; those that somebody else holds for a moment: a report, say, that came before its answer."""
    if db.dialect.name == "sqlite":  # one writes at a time
        return []
    its = {"those": [(one.claimed.exhibition_id, one.claimed.id) for one in answered]}
    free = set(db.execute(_FREE, its).scalars())
    if len(free) == len(answered):
        return []
    held = set(db.execute(_THOSE, its).scalars()) - free  # what is gone nobody holds
    return [one for one in answered if one.claimed.id in held]


def settle(db: Connection, answered: Sequence[Answered], providers: Providers = DEFAULT) -> int:
    """Note the answers; how many counted.

    One does not where the lease had run out and a later attempt has the notice now. Secrets go with the last word.
    What failed for good goes to its person's next way in the same transaction.
    """
    if not answered:
        return 0
    db.execute(_END_ATTEMPT, [one.said for one in answered])
    good = [one for one in answered if one.step.state is State.ACCEPTED]
    noted = sum(_put_off_or_fail(db, one, providers) for one in answered if one.step.state is not State.ACCEPTED)
    return noted + (_accept(db, good, providers) if good else 0)


def _put_off_or_fail(db: Connection, answered: Answered, providers: Providers) -> bool:
    has_failed, said = answered.step.state is State.FAILED, answered.said
    if not db.execute(_FAIL if has_failed else _RETRY, said).rowcount:
        return False
    if has_failed:
        row = db.execute(_FIND, said).one()
        money.give_back(db, row)
        if row.reason.partition(" ")[0] not in ENDING:
            chain.move_on(db, providers, row, dict(answered.claimed.data))
    return True


def _accept(db: Connection, good: Sequence[Answered], providers: Providers) -> int:
    """Note each yes; where the provider reports, wait for that."""
    waits: list[dict[str, Any]] = []
    settled: list[dict[str, Any]] = []
    for one in good:
        wait = _wait(one.claimed, providers)
        (waits if wait else settled).append(one.said | ({"report_by": datetime.now(UTC) + wait} if wait else {}))
    return sum(db.execute(how, its).rowcount for how, its in ((_ACCEPT_AND_WAIT, waits), (_ACCEPT, settled)) if its)


def _wait(claimed: Claimed, providers: Providers) -> timedelta | None:
    """How long a report is waited for; None where none is."""
    if not providers.awaits_report(claimed.channel):
        return None
    return time_for(providers.report_seconds(claimed.channel), clock.now(), claimed.useful_until)
