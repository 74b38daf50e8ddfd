"""Scores: each reviewer weighs the criteria, the dossier's score is the median of the reviewers'."""

from collections.abc import Iterable, Mapping
from statistics import median

LOWEST, HIGHEST = 0, 5


def weighted(scores: Mapping[str, int], weights: Mapping[str, int]) -> float | None:
    """One reviewer's score, 0 to 5; criteria without a score count for nothing, not for zero."""
    given = [(scores[name], weight) for name, weight in weights.items() if name in scores]
    total = sum(weight for _score, weight in given)
    return sum(score * weight for score, weight in given) / total if total else None


def score_of(every: Iterable[Mapping[str, int]], weights: Mapping[str, int]) -> float | None:
    """The median of the reviewers' scores; None where nobody gave one."""
    known = [one for scores in every if (one := weighted(scores, weights)) is not None]
    return round(median(known), 2) if known else None
