"""What pages of applications say of codes: states, kinds, crafts, places, what is missing."""

from collections.abc import Iterable
from datetime import date

from services.registration.applications.domain.calls import Craft
from services.registration.applications.domain.dossiers import ExhibitorKind, Missing
from services.registration.applications.domain.states import State
from services.registration.visitors.domain import places
from shared import i18n
from shared.i18n import gettext as _
from shared.problem import N_

Option = tuple[str, str]

STATES = {
    State.DRAFT: ("wait", N_("Draft")),
    State.SUBMITTED: ("wait", N_("Handed in")),
    State.INCOMPLETE: ("bad", N_("Something is missing")),
    State.IN_REVIEW: ("wait", N_("The committee is reading it")),
    State.ACCEPTED: ("good", N_("Accepted")),
    State.RESERVE: ("wait", N_("On the reserve list")),
    State.REJECTED: ("bad", N_("Not accepted")),
    State.OFFERED: ("wait", N_("A place is offered")),
    State.CONFIRMED: ("good", N_("The place is confirmed")),
    State.PLACED: ("good", N_("The stand is given")),
    State.PRESENT: ("good", N_("At the fair")),
    State.ABSENT: ("bad", N_("Absent")),
    State.DECLINED: ("bad", N_("Offer declined")),
    State.LAPSED: ("bad", N_("Offer ended")),
    State.WITHDRAWN: ("bad", N_("Withdrawn")),
}
KINDS = {
    ExhibitorKind.ARTISAN: N_("Craftsman or craftswoman"),
    ExhibitorKind.MAALEM: N_("Master artisan (maâlem)"),
    ExhibitorKind.COOPERATIVE: N_("Cooperative"),
    ExhibitorKind.ENTERPRISE: N_("Enterprise"),
    ExhibitorKind.ASSOCIATION: N_("Association"),
    ExhibitorKind.DELEGATION: N_("Delegation"),
}
LACKS = {
    Missing.BUSINESS: N_("Name of the house"),
    Missing.FILIERE: N_("Craft"),
    Missing.ACTIVITY: N_("What exactly you make"),
    Missing.TOWN: N_("Town or village"),
    Missing.HOME: N_("Region or country"),
    Missing.SHOWS: N_("What you will show"),
    Missing.MEMBERS: N_("Members who come along"),
    Missing.ANSWERS: N_("Answers to the organiser’s questions"),
    Missing.PHOTOS: N_("Photos of your work"),
}


def state_word(state: str) -> str:
    """A state in words."""
    return _(STATES[State(state)][1])


def state_mark(state: str) -> str:
    """Its shape: good, bad, wait."""
    return STATES[State(state)][0]


def kind_word(kind: str) -> str:
    """Who applies, in words."""
    return _(KINDS[ExhibitorKind(kind)])


def craft_word(crafts: Iterable[Craft], filiere: str) -> str:
    """A craft in words, also one that is offered no longer; nothing for none."""
    return next((i18n.pick(one.names) for one in crafts if one.reference == filiere), "")


def home_word(country: str | None, region: str | None) -> str:
    """Region or country in words."""
    if region in places.REGIONS:
        return i18n.pick(places.REGIONS[region or ""])
    return str(i18n.locale().territories.get(country or "", country or ""))


def days_word(first: str, last: str) -> str:
    """Days of a stand as short as they can be said; ISO dates in."""
    return i18n.span(date.fromisoformat(first), date.fromisoformat(last))


def kinds() -> list[Option]:
    """Kinds to choose from."""
    return [(kind.value, _(text)) for kind, text in KINDS.items()]


def craft_options(crafts: Iterable[Craft], kept: str = "") -> list[Option]:
    """Crafts to choose from: those that are offered, and the one a dossier has already."""
    return [(one.reference, i18n.pick(one.names)) for one in crafts if one.is_offered or one.reference == kept]


def regions() -> list[Option]:
    """Regions to choose from."""
    return [(code, i18n.pick(texts)) for code, texts in places.REGIONS.items()]


def homes() -> list[Option]:
    """Where somebody may come from, as the form offers it."""
    names = i18n.locale().territories
    countries = sorted(((code, names.get(code, code)) for code in places.OFFERED_COUNTRIES), key=lambda one: one[1])
    return [("", "—"), *regions(), *countries, (places.ELSEWHERE, _("Another country"))]


def states() -> list[Option]:
    """States to filter by; a draft is nobody's business yet."""
    return [(state.value, _(text)) for state, (_mark, text) in STATES.items() if state is not State.DRAFT]


def lacks() -> list[Option]:
    """What a dossier may lack."""
    return [(one.value, _(text)) for one, text in LACKS.items()]
