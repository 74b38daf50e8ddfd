"""Decisions: held back one by one, published together."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.states import ACT_OF, Decision, State, follow
from services.registration.applications.models import application
from services.registration.applications.operations.dossiers import Application, By, application_of, load_applications
from services.registration.applications.operations.moving import keep, move, offer, write_change
from shared.problem import ChangedMeanwhile


def decide(db: Connection, one: Application, decision: Decision, by: By, reason: str = "") -> Application:
    """Hold a decision until it is published; a later one replaces it. ActRefused, ChangedMeanwhile.

    A reserve's rank is the next free one.
    """
    act = ACT_OF[decision]
    follow(one.state, act)
    rank = _next_rank(db, one.exhibition_id) if decision is Decision.RESERVE else None
    keep(db, one, {"pending": decision, "rank": rank})
    write_change(db, one, (act, one.state), by, reason)
    return application_of(db, one.exhibition_id, one.id)


def publish_decisions(db: Connection, exhibition_id: UUID, by: By) -> list[Application]:
    """Publish every held decision: the accepted are offered a place, everybody is told. A second time, none is left."""
    own = application.c
    held = load_applications(db, own.exhibition_id == exhibition_id, own.pending.is_not(None))
    return [moved for one in reversed(held) if (moved := _publish(db, one, by)) is not None]


def count_held(db: Connection, exhibition_id: UUID) -> int:
    """How many decisions wait to be published."""
    own = application.c
    held = sa.select(sa.func.count()).where(own.exhibition_id == exhibition_id, own.pending.is_not(None))
    return int(db.scalar(held) or 0)


def _publish(db: Connection, one: Application, by: By) -> Application | None:
    decision = Decision(one.pending or "")
    try:
        moved = move(db, one, ACT_OF[decision], by)
    except ChangedMeanwhile:
        return None  # withdrawn or published at the same moment
    return offer(db, moved, by) if moved.state is State.ACCEPTED else moved


def _next_rank(db: Connection, exhibition_id: UUID) -> int:
    own = application.c
    return int(db.scalar(sa.select(sa.func.max(own.rank)).where(own.exhibition_id == exhibition_id)) or 0) + 1
