"""Where an application may go: one table, the same as in docs/states.md."""

from datetime import datetime, timedelta
from enum import StrEnum

from shared.problem import N_, Problem

OFFER_LASTS = timedelta(hours=72)


class State(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INCOMPLETE = "incomplete"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    RESERVE = "reserve"
    REJECTED = "rejected"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    PLACED = "placed"
    PRESENT = "present"
    ABSENT = "absent"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What moves it."""

    BEGIN = "begin"
    SUBMIT = "submit"
    ASK_BACK = "ask back"
    REVIEW = "review"
    ACCEPT = "accept"
    RESERVE = "reserve"
    REJECT = "reject"
    OFFER = "offer"
    CONFIRM = "confirm"
    DECLINE = "decline"
    LAPSE = "lapse"
    PLACE = "place"
    MOVE = "move"
    FREE = "free"
    ARRIVE = "arrive"
    MISS = "miss"
    WITHDRAW = "withdraw"
    # These lead nowhere else; the audit trail names them.
    CHOOSE_MEMBERS = "members"
    CORRECT = "correct"
    RANK = "rank"


class Decision(StrEnum):
    """What an organiser may decide; it is held until the decisions are published together."""

    ACCEPTED = "accepted"
    RESERVE = "reserve"
    REJECTED = "rejected"


_WITHDRAWABLE = (
    State.DRAFT,
    State.SUBMITTED,
    State.INCOMPLETE,
    State.IN_REVIEW,
    State.ACCEPTED,
    State.RESERVE,
    State.OFFERED,
    State.CONFIRMED,
    State.PLACED,
)
# Whoever has one of these has no other application at the exhibition.
LIVE = frozenset({*_WITHDRAWABLE, State.PRESENT, State.ABSENT})
EDITABLE = frozenset({State.DRAFT, State.INCOMPLETE})
# A person is told of these by a notice.
TOLD = frozenset(State) - {State.DRAFT, State.IN_REVIEW, State.ACCEPTED, State.DECLINED, State.PRESENT, State.ABSENT}

TRANSITIONS: tuple[tuple[State | None, Act, State], ...] = (
    (None, Act.BEGIN, State.DRAFT),
    (State.DRAFT, Act.SUBMIT, State.SUBMITTED),
    (State.SUBMITTED, Act.ASK_BACK, State.INCOMPLETE),
    (State.INCOMPLETE, Act.SUBMIT, State.SUBMITTED),
    (State.SUBMITTED, Act.REVIEW, State.IN_REVIEW),
    (State.IN_REVIEW, Act.ACCEPT, State.ACCEPTED),
    (State.IN_REVIEW, Act.RESERVE, State.RESERVE),
    (State.IN_REVIEW, Act.REJECT, State.REJECTED),
    (State.ACCEPTED, Act.OFFER, State.OFFERED),
    (State.RESERVE, Act.OFFER, State.OFFERED),
    (State.OFFERED, Act.CONFIRM, State.CONFIRMED),
    (State.OFFERED, Act.DECLINE, State.DECLINED),
    (State.OFFERED, Act.LAPSE, State.LAPSED),
    (State.CONFIRMED, Act.PLACE, State.PLACED),
    (State.PLACED, Act.MOVE, State.PLACED),
    (State.PLACED, Act.FREE, State.CONFIRMED),
    (State.PLACED, Act.ARRIVE, State.PRESENT),
    (State.PLACED, Act.MISS, State.ABSENT),
    (State.PRESENT, Act.MOVE, State.PRESENT),
    (State.PRESENT, Act.MISS, State.ABSENT),
    (State.ABSENT, Act.MOVE, State.ABSENT),
    (State.ABSENT, Act.ARRIVE, State.PRESENT),
    *((state, Act.WITHDRAW, State.WITHDRAWN) for state in _WITHDRAWABLE),
)
_NEXT = {(before, act): after for before, act, after in TRANSITIONS}

# Who stands here has a place of the fair: counted when it is taken, given back when it is left.
HOLDING = frozenset({State.ACCEPTED, State.OFFERED, State.CONFIRMED, State.PLACED, State.PRESENT, State.ABSENT})

ACT_OF = {Decision.ACCEPTED: Act.ACCEPT, Decision.RESERVE: Act.RESERVE, Decision.REJECTED: Act.REJECT}


class ActRefused(Problem):
    """The application stands where this cannot be done; `state` says where."""

    slug = "act-refused"
    status = 409
    title = N_("This cannot be done with the application as it stands now.")


class OfferEnded(Problem):
    slug = "offer-ended"
    status = 410
    title = N_("This offer has ended.")
    detail = N_("The place has gone to the next on the reserve list.")


def follow(state: State, act: Act) -> State:
    """Where this act leads from there; ActRefused."""
    after = _NEXT.get((state, act))
    if after is None:
        raise ActRefused(state=state.value)
    return after


def can(state: State, act: Act) -> bool:
    """Whether the act leads anywhere from there."""
    return (state, act) in _NEXT


def standing(state: State, offer_ends_at: datetime | None, now: datetime) -> State:
    """What the state is worth now: an offer ends by the clock, not by a job having run."""
    is_over = state is State.OFFERED and offer_ends_at is not None and now >= offer_ends_at
    return State.LAPSED if is_over else state


def check_offer(state: State, offer_ends_at: datetime | None, now: datetime) -> None:
    """Whether an offer may still be answered; OfferEnded, ActRefused."""
    if standing(state, offer_ends_at, now) is State.LAPSED:
        raise OfferEnded
    if state is not State.OFFERED:
        raise ActRefused(state=state.value)


def frees_a_place(before: State, after: State) -> bool:
    """Whether a change gives a place back, which the next of the reserve is offered."""
    return before in HOLDING and after not in HOLDING


def takes_a_place(before: State, after: State) -> bool:
    """Whether a change takes a place."""
    return after in HOLDING and before not in HOLDING
