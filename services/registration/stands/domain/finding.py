"""Finding a stand by its reference, and the hall where a craft stands together."""

from collections import Counter
from collections.abc import Iterable

from services.registration.stands.domain.plan import Unreadable, tidy_stand


def is_stand(reference: str, typed: str) -> bool:
    """Whether a stand's reference, or the end of it, was typed."""
    try:
        return f"-{_bare(reference)}".endswith(f"-{_bare(tidy_stand(typed))}")
    except Unreadable:
        return False


def _bare(reference: str) -> str:
    """Without leading zeros, as the drawing shows it."""
    return "-".join(part.lstrip("0") or "0" for part in reference.split("-"))


def suggest_hall(filiere: str, placed: Iterable[tuple[str, str]]) -> str:
    """The hall where most exhibitors of a craft stand, from (filière, hall) pairs; empty when none does."""
    halls = Counter(hall for craft, hall in placed if craft == filiere)
    return halls.most_common(1)[0][0] if halls else ""
