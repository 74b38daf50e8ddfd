"""What somebody at the desk typed to find a person, and how much of a phone number is shown."""

from typing import NamedTuple

from services.registration.visitors.domain.names import fold
from services.registration.visitors.domain.people import Refused, tidy_phone
from shared.ids import SAYABLE, tidy_reference

AT_MOST = 20
SHORTEST = 2
REFERENCE_LENGTH = 8
FEWEST_DIGITS = 8


class Sought(NamedTuple):
    """The ways in which one typed text may mean a person; all empty when it is too short to search by."""

    name: str = ""
    phone: str = ""
    reference: str = ""


def read_search(typed: str) -> Sought:
    """A phone number, a reference, a name: whatever the text may be."""
    reference = tidy_reference(typed)
    is_reference = len(reference) == REFERENCE_LENGTH and set(reference) <= set(SAYABLE)
    has_letters = any(c.isalpha() for c in typed)
    return Sought(
        name=fold(typed) if has_letters and len(fold(typed)) >= SHORTEST else "",
        phone="" if has_letters else _phone(typed),
        reference=reference if is_reference else "",
    )


def _phone(typed: str) -> str:
    if sum(c.isdigit() for c in typed) < FEWEST_DIGITS:
        return ""
    try:
        return tidy_phone(typed)
    except Refused:
        return ""


def mask_phone(phone: str | None) -> str:
    """Enough of a number for its owner to recognise it."""
    return f"•••• {phone[-2:]}" if phone else ""
