"""What pages of stands say of codes, and how a stand looks on the plan."""

from collections.abc import Iterable
from datetime import date

from services.registration.applications.domain.filieres import FILIERES
from services.registration.applications.domain.states import State
from services.registration.applications.pages.words import craft_word, home_word, kind_word, kinds, regions, state_word
from services.registration.stands.operations.plan import Occupation
from shared import i18n
from shared.i18n import gettext as _

__all__ = ["craft_word", "home_word", "kind_word", "kinds", "regions", "state_word"]

CRAFTS = tuple(FILIERES)
# patterns of the drawing: plain ones are 0 to 4, striped 5 to 9, dotted 10 to 14, squared 15 to 19
OF_STATE = {State.PLACED: 6, State.PRESENT: 3, State.ABSENT: 10}
CLOSED = 17


def of_craft(filiere: str) -> int:
    """The pattern of a craft."""
    return CRAFTS.index(filiere) + 1 if filiere in CRAFTS else 0


def state_legend() -> list[tuple[int | None, str]]:
    """Patterns and words of the plan by state."""
    return [(None, _("Free")), *((n, state_word(state)) for state, n in OF_STATE.items()), (CLOSED, _("Closed"))]


def craft_legend(filieres: Iterable[str]) -> list[tuple[int | None, str]]:
    """Patterns and words of the crafts that are there."""
    there = set(filieres)
    return [(None, _("Free")), *((of_craft(one), craft_word(one)) for one in CRAFTS if one in there)]


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


def square_metres(area: float) -> str:
    """Square centimetres as square metres."""
    return _("%(area)s m²", area=i18n.number(round(float(area) / 10_000, 2)))
