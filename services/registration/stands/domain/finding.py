"""Finding an exhibitor by a name however it is spelt, and the hall where a craft stands together."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from services.registration.stands.domain.plan import Unreadable, tidy_stand
from services.registration.visitors.domain.names import search_key, search_patterns

LONGEST_QUESTION = 60
_key = lru_cache(maxsize=8192)(search_key)


def is_called(texts: Iterable[str], typed: str) -> bool:
    """Whether every word typed is in one of the texts, as written or as heard (Arabic and Latin spellings meet)."""
    keys = [_key(text[:120]) for text in texts if text]
    return all(
        any(_fits(pattern, key) for pattern in both for key in keys)
        for both in search_patterns(typed[:LONGEST_QUESTION])
    )


def is_stand(reference: str, typed: str) -> bool:
    """Whether a stand's reference, or the end of it, was typed."""
    try:
        return f"-{_bare(reference)}".endswith(f"-{_bare(tidy_stand(typed))}")
    except Unreadable:
        return False


def _bare(reference: str) -> str:
    """Without leading zeros, as the drawing shows it."""
    return "-".join(part.lstrip("0") or "0" for part in reference.split("-"))


def _fits(pattern: str, key: str) -> bool:
    return bool(_compiled(pattern).fullmatch(key))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("%"))), re.DOTALL)


def suggest_hall(filiere: str, placed: Iterable[tuple[str, str]]) -> str:
    """The hall where most exhibitors of a craft stand, from (filière, hall) pairs; empty when none does."""
    halls = Counter(hall for craft, hall in placed if craft == filiere)
    return halls.most_common(1)[0][0] if halls else ""
