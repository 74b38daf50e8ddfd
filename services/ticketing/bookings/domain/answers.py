"""What somebody says to an offer, or to their place in line, and what it does."""

from enum import StrEnum

from services.ticketing.bookings.domain import Act, BookingState


class Answer(StrEnum):
    """A word from a phone: take the seats, decline them, leave the line."""

    YES = "yes"
    NO = "no"
    LEAVE = "leave"


_ACTS = {
    (BookingState.OFFERED, Answer.YES): Act.ACCEPT,
    (BookingState.OFFERED, Answer.NO): Act.CANCEL,
    (BookingState.OFFERED, Answer.LEAVE): Act.CANCEL,
    (BookingState.WAITLISTED, Answer.LEAVE): Act.CANCEL,
}


def act_of(answer: Answer, state: BookingState) -> Act | None:
    """What an answer does to a booking; None where it comes too late, or once more. A seat promised stays promised."""
    return _ACTS.get((state, answer))
