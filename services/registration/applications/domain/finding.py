"""How a dossier is found among many, and which of them look as if somebody had handed in twice."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from services.registration.applications.domain.dossiers import fold
from services.registration.visitors.domain.names import is_called, skeletons
from shared.ids import tidy_reference

FEWEST_DIGITS = 6
# so few consonants are shared by chance: Ali and Aïla are no pair
FEWEST_CONSONANTS = 4
Key = TypeVar("Key")
_folded = lru_cache(maxsize=8192)(fold)


def is_meant(typed: str, texts: Iterable[str], reference: str, phone: str | None) -> bool:
    """Whether what was typed is a dossier's reference, a part of its phone, or one of its names in any spelling."""
    digits = "".join(c for c in typed if c.isascii() and c.isdigit()).lstrip("0")
    if tidy_reference(typed)[:8] == reference or (len(digits) >= FEWEST_DIGITS and digits in (phone or "")):
        return True
    letters = fold(typed)
    texts = list(texts)
    return bool(letters) and (any(letters in _folded(text) for text in texts) or is_called(texts, typed))


@lru_cache(maxsize=8192)
def marks_of(title: str, phone: str | None) -> frozenset[str]:
    """What one dossier may share with another: its phone, its name as written, and as heard in whatever order."""
    bones = sorted(skeletons(title))
    heard = {f"heard {' '.join(bones)}"} if sum(map(len, bones)) >= FEWEST_CONSONANTS else set()
    return frozenset(
        heard | {f"written {letters}" for letters in [fold(title)] if letters} | ({phone} if phone else set())
    )


def find_pairs(marks: Mapping[Key, frozenset[str]]) -> dict[Key, str]:
    """Those that share a mark with another, and the mark by which they stand together."""
    counted = Counter(mark for own in marks.values() for mark in own)
    shared = {key: sorted(mark for mark in own if counted[mark] > 1) for key, own in marks.items()}
    return {key: own[0] for key, own in shared.items() if own}
