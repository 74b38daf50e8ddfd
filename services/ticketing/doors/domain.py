"""Whether what was shown at a session's door names somebody who may come in today."""

from datetime import date

from services.ticketing.admissions.domain import Reason, within_days


def badge_refusal(state: str, first_day: date, last_day: date, today: date) -> Reason | None:
    """Why a badge does not count today; None when it does."""
    outside = within_days(first_day, last_day, today)
    if outside is not None:
        return outside.reason
    return None if state == "valid" else Reason.REPLACED
