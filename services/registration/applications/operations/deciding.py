"""Decisions: held back one by one, published together; members of a group one by one."""

from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.dossiers import check_left_out
from services.registration.applications.domain.states import ACT_OF, Act, ActRefused, Decision, State, follow
from services.registration.applications.models import application
from services.registration.applications.operations.dossiers import Application, By, application_of, load_applications
from services.registration.applications.operations.moving import (
    keep,
    move,
    move_quietly,
    offer,
    offer_free,
    outgoing,
    write_change,
)
from services.registration.applications.operations.places import lock_pools, may_take, number_lines
from shared.outbox import publish
from shared.problem import ChangedMeanwhile

MEMBERS_DECIDED = frozenset({State.IN_REVIEW, State.RESERVE})
_ORDER = {Decision.ACCEPTED: 0, Decision.REJECTED: 1, Decision.RESERVE: 2}


@dataclass(frozen=True)
class Published:
    """Whose decision was published, and whose acceptance is still held because no place is left."""

    moved: list[Application] = field(default_factory=list)
    left: list[Application] = field(default_factory=list)


def decide(db: Connection, one: Application, decision: Decision, by: By, reason: str = "") -> Application:
    """Hold a decision until it is published; a later one replaces it. ActRefused, ChangedMeanwhile.

    A reserve stands behind everybody who waits, until the lines are numbered (`bulk` does it).
    """
    act = ACT_OF[decision]
    follow(one.state, act)
    rank = _next_rank(db, one.exhibition_id) if decision is Decision.RESERVE else None
    keep(db, one, {"pending": decision, "rank": rank})
    write_change(db, one, (act, one.state), by, reason)
    return application_of(db, one.exhibition_id, one.id)


def decide_members(db: Connection, one: Application, left_out: list[int], by: By) -> Application:
    """Accept some members of a group and leave others out (places in its list, from 0), before it is offered a place.

    They hear of it with the decision. ActRefused, MembersRefused, ChangedMeanwhile.
    """
    if one.state not in MEMBERS_DECIDED or not one.members:
        raise ActRefused(state=one.state.value)
    chosen = check_left_out(one.members, left_out)
    keep(db, one, {"left_out": chosen})
    write_change(db, one, (Act.CHOOSE_MEMBERS, one.state), by, ", ".join(one.members[n] for n in chosen))
    return application_of(db, one.exhibition_id, one.id)


def publish_decisions(db: Connection, exhibition_id: UUID, by: By) -> Published:
    """Publish every held decision: the accepted are offered a place, everybody is told. A second time, none is left.

    An acceptance for which no place is left stays held. A place that is free goes to the reserve at once.
    """
    lock_pools(db, exhibition_id)
    own = application.c
    held = load_applications(db, own.exhibition_id == exhibition_id, own.pending.is_not(None))
    held.sort(key=lambda one: (_ORDER[Decision(one.pending or "")], one.rank or 0, one.made_at, one.id))
    done = Published()
    for one in held:
        if one.pending == Decision.ACCEPTED and not may_take(db, exhibition_id, one.filiere):
            done.left.append(one)
        elif (moved := _publish(db, one, by)) is not None:
            done.moved.append(moved)
    offer_free(db, exhibition_id)
    number_lines(db, exhibition_id)
    ids = [one.id for one in done.moved if one.state is State.RESERVE]
    waiting = (own.exhibition_id == exhibition_id, own.id.in_(ids), own.state == State.RESERVE)
    publish(db, *map(outgoing, load_applications(db, *waiting)))  # the ranks they are told are those they stand at
    return done


def count_held(db: Connection, exhibition_id: UUID) -> int:
    """How many decisions wait to be published."""
    own = application.c
    held = sa.select(sa.func.count()).where(own.exhibition_id == exhibition_id, own.pending.is_not(None))
    return int(db.scalar(held) or 0)


def _publish(db: Connection, one: Application, by: By) -> Application | None:
    decision = Decision(one.pending or "")
    try:
        if decision is Decision.RESERVE:
            return move_quietly(db, one, Act.RESERVE, by)  # told below, unless a place is free
        moved = move(db, one, ACT_OF[decision], by)
    except ChangedMeanwhile:
        return None  # withdrawn or published at the same moment
    return offer(db, moved, by) if moved.state is State.ACCEPTED else moved


def _next_rank(db: Connection, exhibition_id: UUID) -> int:
    own = application.c
    return int(db.scalar(sa.select(sa.func.max(own.rank)).where(own.exhibition_id == exhibition_id)) or 0) + 1
