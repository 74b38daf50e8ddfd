"""On which days somebody may have a stand, and when they may be marked present."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.registration.applications.domain.states import State
from shared.problem import N_, Problem

SHOWN = frozenset({State.PLACED, State.PRESENT})
MOST_STANDS_EACH = 40


class StandTaken(Problem):
    """Somebody has the stand on some of these days; `days` says on which."""

    slug = "stand-taken"
    status = 409
    title = N_("This stand is taken on one of these days.")
    detail = N_("Choose other days or another stand.")


class StandClosed(Problem):
    slug = "stand-closed"
    status = 409
    title = N_("This stand is closed.")
    detail = N_("Open it again, or choose another one.")


class WrongDays(Problem):
    slug = "wrong-days"
    status = 422
    title = N_("These days are not days of this exhibition.")
    detail = N_("It lasts from %(first_day)s to %(last_day)s.")


class NotADayOfTheFair(Problem):
    """Nobody is present or absent before the fair begins or after it."""

    slug = "not-a-day-of-the-fair"
    status = 409
    title = N_("Today is no day of this exhibition.")
    detail = N_("Who is there and who is not is noted from the first day to the last.")


class TooManyStands(Problem):
    slug = "too-many-stands"
    status = 409
    title = N_("One application holds at most 40 stands.")


class NothingToSwap(Problem):
    """The same stand twice, or two stands of one application."""

    slug = "nothing-to-swap"
    status = 409
    title = N_("This would change nothing.")
    detail = N_("Choose another stand, or another exhibitor’s.")


@dataclass(frozen=True)
class Days:
    """From one local day to another, both included."""

    first: date
    last: date

    def each(self) -> list[date]:
        """Every one of them."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def check_days(days: Days, fair: Days) -> None:
    """Whether these are days of the exhibition; WrongDays."""
    if not fair.first <= days.first <= days.last <= fair.last:
        raise WrongDays(first_day=fair.first.isoformat(), last_day=fair.last.isoformat())


def check_today(today: date, fair: Days) -> None:
    """Whether somebody can be present or absent today; NotADayOfTheFair."""
    if not fair.first <= today <= fair.last:
        raise NotADayOfTheFair
