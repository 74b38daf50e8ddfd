"""One act on one or several dossiers: each is done or refused by itself."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from services.registration.applications.domain.states import Decision
from services.registration.applications.operations.deciding import decide
from services.registration.applications.operations.dossiers import By
from services.registration.applications.operations.moving import begin_review
from services.registration.applications.operations.reviewing import find_handed_in
from shared.problem import Problem


@dataclass(frozen=True)
class Outcomes:
    """References that were moved; problem names of the others."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def act_on_many(db: Connection, exhibition_id: UUID, said: dict[str, Any], by: By) -> Outcomes:
    """Take into review, or hold a decision, in the order of the references; refusals are values."""
    outcomes = Outcomes()
    for reference in dict.fromkeys(said["references"]):
        try:
            one = find_handed_in(db, exhibition_id, reference)
            if said["decision"] == "in_review":
                begin_review(db, one, by)
            else:
                decide(db, one, Decision(said["decision"]), by, said.get("reason", ""))
        except Problem as refused:
            outcomes.refused[reference] = refused.slug
        else:
            outcomes.done.append(one.reference)
    return outcomes
