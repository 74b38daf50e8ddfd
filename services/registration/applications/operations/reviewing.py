"""Reviews, what looks like a second dossier, and the office's lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.finding import find_pairs, is_meant, marks_of
from services.registration.applications.domain.scores import HIGHEST, LOWEST, score_of
from services.registration.applications.domain.states import LIVE, ActRefused, State
from services.registration.applications.models import application, application_change, review
from services.registration.applications.operations.calls import Call
from services.registration.applications.operations.dossiers import Application, find_application, load_applications
from services.registration.applications.operations.places import pools_of
from services.registration.staff.domain import Act
from services.registration.staff.models import staff
from services.registration.staff.operations import audit
from shared.clock import now
from shared.db import insert
from shared.ids import tidy_reference
from shared.problem import N_, Invalid, NotFound

REVIEWABLE = frozenset({State.SUBMITTED, State.IN_REVIEW})
FILTERS = ("state", "kind", "filiere", "region", "pending")
# what an address may say of the list: the filters, words to look for, possible duplicates alone, an order
WANTED = (*FILTERS, "q", "alike", "order")


@dataclass(frozen=True)
class Review:
    """What one reviewer gave; `score` is weighted, 0 to 5, rounded as that of the dossier."""

    staff_id: UUID
    name: str
    scores: dict[str, int]
    comment: str
    given_at: datetime
    score: float | None = None


@dataclass(frozen=True)
class Change:
    """A line of the audit trail."""

    version: int
    at: datetime
    by_kind: str
    by_name: str | None
    act: str
    before: str | None
    after: str
    reason: str


def find_handed_in(db: Connection, exhibition_id: UUID, reference: str) -> Application:
    """The application of this reference; NotFound also for a draft, which is nobody's business yet."""
    found = find_application(db, exhibition_id, reference)
    if found.state is State.DRAFT:
        raise NotFound
    return found


def find_many(db: Connection, exhibition_id: UUID, references: Iterable[str]) -> dict[str, Application]:
    """The applications of these references, however they were typed; without what is not there, and drafts."""
    asked = {reference: tidy_reference(reference)[:8] for reference in references}
    which = application.c.reference.in_(list(asked.values()))
    there = {one.reference: one for one in load_applications(db, *_handed_in(exhibition_id), which)}
    return {reference: there[tidy] for reference, tidy in asked.items() if tidy in there}


def give_review(db: Connection, call: Call, one: Application, staff_id: UUID, given: dict[str, Any]) -> None:
    """Keep a reviewer's scores and comment, in place of their earlier ones; ActRefused, Invalid."""
    if one.state not in REVIEWABLE:
        raise ActRefused(state=one.state.value)
    scores = given.get("scores", {})
    if set(scores) - set(call.weights) or any(not LOWEST <= score <= HIGHEST for score in scores.values()):
        raise Invalid({"scores": [N_("Each criterion is scored from 0 to 5.")]})
    row = {
        "exhibition_id": one.exhibition_id,
        "application_id": one.id,
        "staff_id": staff_id,
        "scores": scores,
        "comment": given.get("comment", ""),
        "given_at": now(),
    }
    fresh = insert(db, review).values(row)
    changed = {name: fresh.excluded[name] for name in ("scores", "comment", "given_at")}
    db.execute(
        fresh.on_conflict_do_update(index_elements=["exhibition_id", "application_id", "staff_id"], set_=changed)
    )
    whose = audit.By(one.exhibition_id, staff_id)
    audit.note(db, whose, Act.REVIEW_GIVEN, one.title, reference=one.reference)


def reviews_of(db: Connection, call: Call, one: Application) -> list[Review]:
    """What the reviewers gave, in the order they came."""
    own = review.c
    rows = db.execute(
        sa.select(own.staff_id, staff.c.name, own.scores, own.comment, own.given_at)
        .join_from(review, staff)
        .where(own.exhibition_id == one.exhibition_id, own.application_id == one.id)
        .order_by(own.given_at)
    )
    return [Review(**row._mapping, score=score_of([row.scores], call.weights)) for row in rows]


def changes_of(db: Connection, one: Application) -> list[Change]:
    """Its audit trail, oldest first."""
    own = application_change.c
    columns = (own.version, own.at, own.by_kind, own.act, own.before, own.after, own.reason)
    rows = db.execute(
        sa.select(*columns, staff.c.name.label("by_name"))
        .join_from(application_change, staff, staff.c.id == own.by_id, isouter=True)
        .where(own.exhibition_id == one.exhibition_id, own.application_id == one.id)
        .order_by(own.version)
    )
    return [Change(**row._mapping) for row in rows]


def lookalikes(db: Connection, one: Application) -> list[Application]:
    """Other dossiers with the same phone or name, as it is written or heard; drafts are nobody's business yet."""
    mine = marks_of(one.title, one.phone)
    others = load_applications(db, *_handed_in(one.exhibition_id), application.c.id != one.id)
    return [other for other in others if marks_of(other.title, other.phone) & mine]


def list_applications(db: Connection, call: Call, wanted: Mapping[str, str]) -> list[Application]:
    """Everything that was handed in, with its score; `wanted` narrows it and orders it.

    By the filters, by words (`q`), to those that look like another live one (`alike`), which then stand together.
    """
    every = load_applications(db, *_handed_in(call.exhibition_id))
    scores = scores_of(db, call)
    pairs = find_pairs({one.id: marks_of(one.title, one.phone) for one in every if one.state in LIVE})
    scored = [
        replace(one, score=scores.get(one.id), is_alike=one.id in pairs)
        for one in every
        if _is_wanted(one, wanted) and (one.id in pairs or not wanted.get("alike"))
    ]
    if wanted.get("alike"):
        scored.sort(key=lambda one: pairs[one.id])
    if wanted.get("order") == "score":
        scored.sort(key=lambda one: -1 if one.score is None else one.score, reverse=True)
    elif wanted.get("order") == "rank":
        pools = {pool.craft for pool in pools_of(db, call.exhibition_id)}
        scored.sort(key=lambda one: _in_line(one, pools))
    return scored


def _handed_in(exhibition_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return application.c.exhibition_id == exhibition_id, application.c.state != State.DRAFT


def _is_wanted(one: Application, wanted: Mapping[str, str]) -> bool:
    if any(getattr(one, name) != wanted[name] for name in FILTERS if wanted.get(name)):
        return False
    typed = wanted.get("q", "").strip()
    return not typed or is_meant(typed, (one.business, one.name, *one.members), one.reference, one.phone)


def _in_line(one: Application, pools: set[str]) -> tuple[bool, str, int]:
    """Line by line as they wait for the same places; who does not wait, at the end."""
    return not one.is_waiting, one.filiere if one.filiere in pools else "", one.rank or 0


def count_states(db: Connection, exhibition_id: UUID) -> dict[str, int]:
    """How many applications stand where."""
    own = application.c
    rows = db.execute(
        sa.select(own.state, sa.func.count()).where(own.exhibition_id == exhibition_id).group_by(own.state)
    )
    return {str(row[0]): int(row[1]) for row in rows}


def scores_of(db: Connection, call: Call) -> dict[UUID, float | None]:
    """The score of each dossier that a reviewer has looked at."""
    own = review.c
    rows = db.execute(sa.select(own.application_id, own.scores).where(own.exhibition_id == call.exhibition_id))
    given: dict[UUID, list[dict[str, int]]] = {}
    for row in rows:
        given.setdefault(row.application_id, []).append(row.scores)
    return {one: score_of(scores, call.weights) for one, scores in given.items()}
