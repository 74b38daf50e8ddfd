"""What pages of bookings say the same."""

from collections.abc import Mapping
from typing import Any

from services.ticketing.bookings.domain import BookingState
from services.ticketing.bookings.domain.offers import FIRST_COME, MORNING, NIGHT, WINDOWS, LinePolicy
from services.ticketing.bookings.domain.rules import Rules
from shared.i18n import gettext as _
from shared.i18n import number
from shared.problem import N_, Problem

_STATES = {
    BookingState.HELD: N_("kept for you"),
    BookingState.CONFIRMED: N_("reserved"),
    BookingState.WAITLISTED: N_("waiting"),
    BookingState.OFFERED: N_("offered"),
    BookingState.QUEUED: N_("at the door"),
    BookingState.CANCELLED: N_("given back"),
    BookingState.LAPSED: N_("ended"),
    BookingState.RELEASED: N_("given to others"),
}


def refused(refusal: Problem | None) -> dict[str, Any]:
    """A page's status and the words of a refusal, if there was one."""
    return {
        "status": refusal.status if refusal else 200,
        "refusal": refusal,
        "refusal_text": _(refusal.detail, **_facts(refusal.facts)) if refusal and refusal.detail else "",
    }


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a refusal; a state in people's words."""
    said = facts.get("state")
    return {**facts, "state": _(_STATES[BookingState(said)])} if said in list(BookingState) else dict(facts)


def line_rules(rules: Rules) -> dict[str, Any]:
    """How seats that become free are given here, as numbers and hours for a page's words."""
    (far, long), (_near, short), (_last, minutes) = WINDOWS
    return {
        "is_strict": rules.policy is LinePolicy.STRICT_ORDER,
        "times": {
            "days": number(far.days),
            "long": number(long.total_seconds() // 3600),
            "short": number(short.total_seconds() // 3600),
            "minutes": number(minutes.total_seconds() // 60),
            "last": number(FIRST_COME.total_seconds() // 3600),
        },
        "nights": {"night": f"{NIGHT:%H:%M}", "morning": f"{MORNING:%H:%M}"},
        "door": rules.door_minutes,
    }
