"""Exhibitors and net square metres, as design.md section 7 defines them (after ISO 25639; no conformity is claimed).

A stand counts once: where exhibitors share it in time, its floor is divided by the days they hold it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

HOME = "MA"
NET = ("indoor", "outdoor", "national", "foreign")


@dataclass(frozen=True)
class Held:
    """A stand that somebody holds: its floor in square centimetres, their days, and everybody's days on it."""

    area: int
    is_indoor: bool
    days: int
    days_of_all: int


@dataclass(frozen=True)
class Exhibitor:
    """One main exhibitor with its members (co-exhibitors) and its stands."""

    kind: str
    filiere: str
    country: str
    region: str
    members: int
    stands: tuple[Held, ...] = ()


@dataclass
class Figures:
    """Counted numbers; square metres as exact fractions until they are shown."""

    main: int = 0
    members: int = 0
    by_country: Counter[str] = field(default_factory=Counter)
    by_region: Counter[str] = field(default_factory=Counter)
    by_filiere: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    net: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(NET, Fraction(0)))

    @property
    def total_net(self) -> Fraction:
        """All square metres that exhibitors hold."""
        return self.net["indoor"] + self.net["outdoor"]


def count_exhibitors(exhibitors: Iterable[Exhibitor]) -> Figures:
    """Count main exhibitors by what they are, their members, and the floor they hold."""
    counted = Figures()
    for one in exhibitors:
        counted.main += 1
        counted.members += one.members
        counted.by_country[one.country or "?"] += 1
        counted.by_filiere[one.filiere or "?"] += 1
        counted.by_kind[one.kind] += 1
        if one.country == HOME:
            counted.by_region[one.region or "?"] += 1
        for held in one.stands:
            share = Fraction(held.area * held.days, held.days_of_all * 10_000)
            counted.net["indoor" if held.is_indoor else "outdoor"] += share
            counted.net["national" if one.country == HOME else "foreign"] += share
    return counted
