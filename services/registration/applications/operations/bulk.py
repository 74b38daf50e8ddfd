"""One act on one or several dossiers: each is done or refused by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from services.registration.applications.domain.dossiers import Missing
from services.registration.applications.domain.states import Act, ActRefused, Decision, State
from services.registration.applications.operations.calls import find_call
from services.registration.applications.operations.deciding import decide
from services.registration.applications.operations.dossiers import Application, By, application_of
from services.registration.applications.operations.moving import ask_back, begin_review, keep, outgoing, write_change
from services.registration.applications.operations.places import lines_of, lock_pools, number_lines
from services.registration.applications.operations.reviewing import find_many, scores_of
from shared.outbox import publish
from shared.problem import NotFound, Problem


@dataclass(frozen=True)
class Outcomes:
    """References that were moved; problem names of the others."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def act_on_many(db: Connection, exhibition_id: UUID, said: dict[str, Any], by: By) -> Outcomes:
    """Take into review, ask back, hold a decision, or move on the reserve list; refusals are values.

    In the order of the references; whoever is put on the reserve in that of their scores, then of their submission.
    """
    outcomes = Outcomes()
    lock_pools(db, exhibition_id)
    chosen = _find(db, exhibition_id, said["references"], outcomes)
    places: dict[UUID, int] = {}
    if said["decision"] == Decision.RESERVE:
        chosen = _best_first(db, exhibition_id, chosen)
    elif said["decision"] == Act.RANK:
        places = _make_room(db, exhibition_id, chosen, said["rank"])
    for one in chosen:
        try:
            _act(db, one, said, by, places)
        except Problem as refused:
            outcomes.refused[one.reference] = refused.slug
        else:
            outcomes.done.append(one.reference)
    number_lines(db, exhibition_id)
    return outcomes


def _find(db: Connection, exhibition_id: UUID, references: list[str], outcomes: Outcomes) -> list[Application]:
    found = find_many(db, exhibition_id, references)
    outcomes.refused.update({reference: NotFound.slug for reference in references if reference not in found})
    return list({one.id: one for one in found.values()}.values())


def _best_first(db: Connection, exhibition_id: UUID, chosen: list[Application]) -> list[Application]:
    scores = scores_of(db, find_call(db, exhibition_id)) if chosen else {}

    def key(one: Application) -> tuple[float, datetime, UUID]:
        score = scores.get(one.id)
        return 1 if score is None else -score, one.submitted_at or one.made_at, one.id

    return sorted(chosen, key=key)


def _act(db: Connection, one: Application, said: dict[str, Any], by: By, places: Mapping[UUID, int]) -> None:
    reason = said.get("reason", "")
    if said["decision"] == State.IN_REVIEW:
        begin_review(db, one, by)
    elif said["decision"] == State.INCOMPLETE:
        ask_back(db, one, by, [Missing(part) for part in said["missing"]], reason)
    elif said["decision"] == Act.RANK:
        _rank(db, one, places.get(one.id), by, reason)
    else:
        decide(db, one, Decision(said["decision"]), by, reason)


def _make_room(db: Connection, exhibition_id: UUID, chosen: list[Application], first: int) -> dict[UUID, int]:
    """Let the chosen stand together from this place of their line on; where each of them stands then."""
    ids = {one.id for one in chosen}
    lines = {pool: line for pool, line in lines_of(db, exhibition_id).items() if not ids.isdisjoint(line)}
    for pool, line in lines.items():
        others = [one for one in line if one not in ids]
        order = others[: first - 1] + [one for one in line if one in ids] + others[first - 1 :]
        lines[pool] = {one: line[one] for one in order}
    number_lines(db, exhibition_id, lines)
    return {one: place for line in lines.values() for place, one in enumerate(line, 1) if one in ids}


def _rank(db: Connection, one: Application, place: int | None, by: By, reason: str) -> None:
    """Note where it stands now, and tell who was told an earlier rank; ActRefused for one that does not wait."""
    if place is None:
        raise ActRefused(state=one.state.value)
    if place == one.rank:
        return
    keep(db, one, {"rank": place})
    write_change(db, one, (Act.RANK, one.state), by, " · ".join(filter(None, (f"{one.rank} → {place}", reason))))
    if one.state is State.RESERVE:
        publish(db, outgoing(application_of(db, one.exhibition_id, one.id)))
