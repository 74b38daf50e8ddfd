"""What pages of stands say of codes, and how a stand looks on the plan."""

from collections.abc import Iterable, Sequence
from datetime import date

from services.registration.applications.domain.calls import Craft
from services.registration.applications.domain.states import State
from services.registration.applications.pages.words import craft_word, home_word, kind_word, state_word
from services.registration.stands.operations.plan import Occupation
from shared import i18n
from shared.i18n import gettext as _

__all__ = ["home_word", "kind_word", "state_word"]

# patterns of the drawing: plain ones are 0 to 4, striped 5 to 9, dotted 10 to 14, squared 15 to 19
OF_STATE = {State.PLACED: 6, State.PRESENT: 3, State.ABSENT: 10}
CLOSED = 17
MOST_PATTERNS = 19


def state_legend() -> list[tuple[int | None, str]]:
    """Patterns and words of the plan by state."""
    return [(None, _("Free")), *((n, state_word(state)) for state, n in OF_STATE.items()), (CLOSED, _("Closed"))]


class Crafts:
    """The crafts of an exhibition: their words, and how each looks on the plan."""

    def __init__(self, crafts: Sequence[Craft]) -> None:
        self._crafts = crafts
        self._patterns = {one.reference: place % MOST_PATTERNS + 1 for place, one in enumerate(crafts)}

    def word(self, filiere: str) -> str:
        """A craft in words."""
        return craft_word(self._crafts, filiere)

    def pattern(self, filiere: str) -> int:
        """Its pattern; the plain first one where the craft is not known."""
        return self._patterns.get(filiere, 0)

    def legend(self, filieres: Iterable[str]) -> list[tuple[int | None, str]]:
        """Patterns and words of the crafts that are there."""
        there = set(filieres)
        known = [one.reference for one in self._crafts if one.reference in there]
        return [(None, _("Free")), *((self.pattern(one), self.word(one)) for one in known)]

    def options(self, filieres: Iterable[str]) -> list[tuple[str, str]]:
        """Those that are there, to choose from."""
        there = set(filieres)
        return [(one.reference, self.word(one.reference)) for one in self._crafts if one.reference in there]


def days_word(first: date, last: date) -> str:
    """Days as short as they can be said."""
    return i18n.short_date(first) if first == last else i18n.span(first, last)


def hall_word(reference: str, names: dict[str, str]) -> str:
    """A hall by its letter and its name."""
    return _("Hall %(reference)s: %(name)s", reference=reference, name=i18n.pick(names))


def on_day(there: Iterable[Occupation], day: date) -> Occupation | None:
    """Who has a stand on a day."""
    return next((each for each in there if each.first_day <= day <= each.last_day), None)


def metres(length: int) -> str:
    """Centimetres as metres in the reader's digits."""
    return i18n.number(length / 100)


def size(width: int, depth: int) -> str:
    """Two sides of a stand."""
    return _("%(width)s × %(depth)s m", width=metres(width), depth=metres(depth))


def square_metres(area: float) -> str:
    """Square centimetres as square metres."""
    return _("%(area)s m²", area=i18n.number(round(float(area) / 10_000, 2)))
