"""What pages of bookings say the same."""

from typing import Any

from shared.i18n import gettext as _
from shared.problem import Problem


def refused(refusal: Problem | None) -> dict[str, Any]:
    """A page's status and the words of a refusal, if there was one."""
    return {
        "status": refusal.status if refusal else 200,
        "refusal": refusal,
        "refusal_text": _(refusal.detail, **refusal.facts) if refusal and refusal.detail else "",
    }
