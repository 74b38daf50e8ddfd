"""One act on one or several dossiers: each is done or refused by itself."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from services.registration.applications.domain.dossiers import Missing
from services.registration.applications.domain.states import Decision, State
from services.registration.applications.operations.deciding import decide
from services.registration.applications.operations.dossiers import Application, By
from services.registration.applications.operations.moving import ask_back, begin_review
from services.registration.applications.operations.reviewing import find_handed_in
from shared.problem import Problem


@dataclass(frozen=True)
class Outcomes:
    """References that were moved; problem names of the others."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def act_on_many(db: Connection, exhibition_id: UUID, said: dict[str, Any], by: By) -> Outcomes:
    """Take into review, ask back or hold a decision, in the order of the references; refusals are values."""
    outcomes = Outcomes()
    for reference in dict.fromkeys(said["references"]):
        try:
            one = find_handed_in(db, exhibition_id, reference)
            _act(db, one, said, by)
        except Problem as refused:
            outcomes.refused[reference] = refused.slug
        else:
            outcomes.done.append(one.reference)
    return outcomes


def _act(db: Connection, one: Application, said: dict[str, Any], by: By) -> None:
    reason = said.get("reason", "")
    if said["decision"] == State.IN_REVIEW:
        begin_review(db, one, by)
    elif said["decision"] == State.INCOMPLETE:
        ask_back(db, one, by, [Missing(part) for part in said["missing"]], reason)
    else:
        decide(db, one, Decision(said["decision"]), by, reason)
