"""Moving applications from state to state: conditional on the version, counted, audited, told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.dossiers import Missing, NotSubmittable, missing_in, still_empty
from services.registration.applications.domain.states import (
    HOLDING,
    OFFER_LASTS,
    Act,
    State,
    check_offer,
    follow,
    frees_a_place,
    takes_a_place,
)
from services.registration.applications.messages import ApplicationChanged
from services.registration.applications.models import application, application_change
from services.registration.applications.operations.calls import find_call
from services.registration.applications.operations.dossiers import (
    ANSWERS,
    CLOCK,
    Application,
    By,
    application_of,
    load_applications,
)
from services.registration.applications.operations.photos import photos_of
from services.registration.applications.operations.places import (
    give_back,
    lock_pools,
    next_waiting,
    number_lines,
    take_place,
    waiting_with_room,
)
from services.registration.staff.domain import Act as Logged
from services.registration.staff.operations import audit
from shared.clock import now
from shared.outbox import Outgoing, publish
from shared.problem import ChangedMeanwhile

# What the staff log calls it; whoever begins, submits or corrects for somebody notes that in their own words.
LOGGED = {
    Act.ASK_BACK: Logged.APPLICATION_SENT_BACK,
    Act.REVIEW: Logged.REVIEW_BEGUN,
    Act.ACCEPT: Logged.APPLICATION_ACCEPTED,
    Act.RESERVE: Logged.APPLICATION_RESERVED,
    Act.REJECT: Logged.APPLICATION_REJECTED,
    Act.CHOOSE_MEMBERS: Logged.MEMBERS_CHOSEN,
    Act.RANK: Logged.RANK_CHANGED,
    Act.OFFER: Logged.PLACE_OFFERED,
    Act.CONFIRM: Logged.OFFER_CONFIRMED,
    Act.DECLINE: Logged.OFFER_DECLINED,
    Act.WITHDRAW: Logged.APPLICATION_WITHDRAWN,
    Act.PLACE: Logged.STAND_GIVEN,
    Act.MOVE: Logged.STANDS_CHANGED,
    Act.FREE: Logged.STAND_TAKEN_BACK,
    Act.ARRIVE: Logged.EXHIBITOR_PRESENT,
    Act.MISS: Logged.EXHIBITOR_ABSENT,
}
# What it calls the moment at which a decision held until then is published.
PUBLISHED = {
    Act.ACCEPT: Logged.ACCEPTANCE_PUBLISHED,
    Act.RESERVE: Logged.RESERVE_PUBLISHED,
    Act.REJECT: Logged.REJECTION_PUBLISHED,
}
# What features further right hold for an application and give back when it is withdrawn.
WHEN_WITHDRAWN: list[Callable[[Connection, Application], None]] = []


@dataclass(frozen=True)
class AskedFor:
    """What a dossier lacks, in the office's own words to its exhibitor, and why, for the record."""

    missing: list[Missing]
    note: str = ""
    reason: str = ""


def submit(db: Connection, mine: Application, by: By) -> Application:
    """Hand in a draft, or again what was incomplete; NotSubmittable, ActRefused, CallClosed for a draft.

    What was asked for by name must not be empty any more.
    """
    follow(mine.state, Act.SUBMIT)
    call = find_call(db, mine.exhibition_id)
    if mine.state is State.DRAFT:
        call.check_open()
    said = {name: getattr(mine, name) for name in ANSWERS}
    asked = [one for one in mine.missing if one != Missing.ANSWERS or call.questions]
    empty = still_empty(asked, said, has_photos=bool(photos_of(db, mine)))
    lacking = {*missing_in(said, call.questions), *empty}
    if lacking:
        raise NotSubmittable(missing=[one.value for one in Missing if one in lacking])
    moved = move_quietly(db, mine, Act.SUBMIT, by, submitted_at=now(), missing=[], missing_note="")
    publish(db, outgoing(moved, is_told=mine.is_told))
    return moved


def ask_back(db: Connection, one: Application, by: By, missing: list[Missing], reason: str) -> Application:
    """Send a dossier back for what it lacks; ActRefused, ChangedMeanwhile."""
    return ask_for(db, one, by, AskedFor(missing, reason=reason))


def ask_for(db: Connection, one: Application, by: By, asked: AskedFor) -> Application:
    """The same with words to its exhibitor."""
    missing = [part.value for part in asked.missing]
    return move(db, one, Act.ASK_BACK, by, asked.reason, missing=missing, missing_note=asked.note)


def begin_review(db: Connection, one: Application, by: By) -> Application:
    """Let the reviewers have it; ActRefused, ChangedMeanwhile."""
    return move(db, one, Act.REVIEW, by)


def answer_offer(db: Connection, mine: Application, by: By, act: Act, reason: str = "") -> Application:
    """Confirm or decline an offer; a declined place goes to the next of the reserve. OfferEnded, ActRefused."""
    check_offer(mine.state, mine.offer_ends_at, now())
    return _leave(db, mine, act, by, reason)


def withdraw(db: Connection, mine: Application, by: By, reason: str = "") -> Application:
    """Take an application back from any live state; a freed place goes to the next of the reserve. ActRefused."""
    if mine.state is State.OFFERED:
        check_offer(mine.state, mine.offer_ends_at, now())
    follow(mine.state, Act.WITHDRAW)
    for hand_back in WHEN_WITHDRAWN:
        hand_back(db, mine)
    return _leave(db, mine, Act.WITHDRAW, by, reason)


def pass_on(db: Connection) -> int:
    """Note which offers have ended and offer every free place on; returns how many dossiers moved."""
    moved = 0
    for exhibition_id in sorted(set(db.scalars(_ended()).all()) | set(db.scalars(_waiting()).all())):
        lock_pools(db, exhibition_id)
        own = application.c
        ended = load_applications(db, own.exhibition_id == exhibition_id, *_has_ended())
        moved += sum(_has_lapsed(db, one) for one in ended)
        moved += len(offer_free(db, exhibition_id))
    return moved


def is_any_due(db: Connection) -> bool:
    """Whether an offer has ended, or a free place could be offered; a cheap look before a write is begun."""
    return any(db.execute(which.limit(1)).first() is not None for which in (_ended(), _waiting()))


def offer(db: Connection, one: Application, by: By) -> Application:
    """Offer a place for 72 hours; ActRefused, ChangedMeanwhile, NoPlaceLeft."""
    return move(db, one, Act.OFFER, by, offer_ends_at=now() + OFFER_LASTS)


def offer_now(db: Connection, one: Application, by: By, reason: str = "") -> Application:
    """Offer a place to somebody chosen of the reserve, out of turn; ActRefused, ChangedMeanwhile, NoPlaceLeft."""
    lock_pools(db, one.exhibition_id)
    offered = move(db, one, Act.OFFER, by, reason, offer_ends_at=now() + OFFER_LASTS)
    number_lines(db, one.exhibition_id)
    return offered


def offer_free(db: Connection, exhibition_id: UUID) -> list[Application]:
    """Offer every free place to the first of the reserve who may have it; who was offered one.

    The pools must be locked. Two that do so at the same moment take two different ones.
    """
    offered: list[Application] = []
    while first := next_waiting(db, exhibition_id):
        offered.append(offer(db, application_of(db, exhibition_id, first), CLOCK))
    if offered:
        number_lines(db, exhibition_id)
    return offered


def move(db: Connection, one: Application, act: Act, by: By, reason: str = "", **values: Any) -> Application:
    """Follow the table of states, count the place, write the audit row, tell it.

    ActRefused; ChangedMeanwhile for a stale version; NoPlaceLeft.
    """
    moved = move_quietly(db, one, act, by, reason, **values)
    publish(db, outgoing(moved))
    return moved


def move_quietly(db: Connection, one: Application, act: Act, by: By, reason: str = "", **values: Any) -> Application:
    """The same, where the caller tells it."""
    after = follow(one.state, act)
    lost: dict[str, Any] = {"stands": []} if one.stands and after is State.WITHDRAWN else {}
    keep(db, one, {"offer_ends_at": None, "pending": None} | lost | values | {"state": after})
    if takes_a_place(one.state, after):
        take_place(db, one.exhibition_id, one.filiere, may_grow=by.kind == "staff")
    elif frees_a_place(one.state, after):
        give_back(db, one.exhibition_id, one.filiere)
    write_change(db, one, (act, after), by, reason)
    return application_of(db, one.exhibition_id, one.id)


def keep(db: Connection, one: Application, values: dict[str, Any]) -> None:
    """Change a row that still stands at the version it was read at; ChangedMeanwhile."""
    changed = db.execute(
        sa.update(application)
        .where(application.c.exhibition_id == one.exhibition_id, application.c.id == one.id, unchanged(one))
        .values(**values, version=application.c.version + 1)
    )
    if changed.rowcount == 0:
        raise ChangedMeanwhile


def unchanged(one: Application) -> sa.ColumnElement[bool]:
    """The guard of every change."""
    return application.c.version == one.version


def write_change(db: Connection, one: Application, act: tuple[Act, State], by: By, reason: str) -> None:
    """The audit row of a change (the act and where it led), at the version it led to."""
    verb, after = act
    row = {
        "exhibition_id": one.exhibition_id,
        "application_id": one.id,
        "version": one.version + 1,
        "at": now(),
        "by_kind": by.kind,
        "by_id": by.id,
        "act": verb,
        "before": one.state,
        "after": after,
        "reason": reason[:500],
    }
    db.execute(sa.insert(application_change).values(row))
    if by.kind == "staff" and by.id and verb in LOGGED:
        whose = audit.By(one.exhibition_id, by.id)
        logged = (LOGGED if after is one.state else LOGGED | PUBLISHED)[verb]
        audit.note(db, whose, logged, one.title, reference=one.reference, reason=reason[:500])


def publish_applications(db: Connection) -> int:
    """Say again where every application stands; returns how many."""
    every = load_applications(db, application.c.state != State.DRAFT)
    publish(db, *map(outgoing, every))
    return len(every)


def outgoing(one: Application, *, is_told: bool = False) -> Outgoing:
    """The message of how it stands now; `is_told` when its exhibitor hears of it by another."""
    body = ApplicationChanged(
        reference=one.reference,
        person_id=str(one.person_id),
        state=one.state,
        missing=one.missing,
        offer_ends_at=one.offer_ends_at.isoformat() if one.offer_ends_at else None,
        rank=one.rank if one.state is State.RESERVE else None,
        stands=one.stands,
        is_told=is_told,
    )
    return Outgoing(one.exhibition_id, one.id, one.version, body)


def _leave(db: Connection, one: Application, act: Act, by: By, reason: str = "") -> Application:
    if (one.state in HOLDING and act is not Act.CONFIRM) or one.is_waiting:
        lock_pools(db, one.exhibition_id)
    moved = move(db, one, act, by, reason)
    if one.is_waiting:
        number_lines(db, one.exhibition_id)
    if frees_a_place(one.state, moved.state):
        offer_free(db, one.exhibition_id)
    return moved


def _has_lapsed(db: Connection, one: Application) -> bool:
    try:
        move(db, one, Act.LAPSE, CLOCK)
    except ChangedMeanwhile:
        return False  # somebody else noted it
    return True


def _has_ended() -> list[sa.ColumnElement[bool]]:
    return [application.c.state == State.OFFERED, application.c.offer_ends_at <= now()]


def _ended() -> sa.Select[Any]:
    return sa.select(application.c.exhibition_id).where(*_has_ended())


def _waiting() -> sa.Select[Any]:
    return waiting_with_room().with_only_columns(application.c.exhibition_id)
