"""What notifications says: what people answer to its notices."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class AnswerReceived:
    """Somebody answered a notice about a booking: `answer` is "yes", "no" or "leave". No number, none of their words.

    Its subject is the booking.
    """

    NAME: ClassVar[str] = "answer.received.v1"

    person_id: str
    booking_id: str
    answer: str
