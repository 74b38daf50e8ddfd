"""Where somebody may live, as forms offer it."""

from services.registration.visitors.domain import places
from shared import i18n
from shared.i18n import gettext as _


def offered_homes() -> list[tuple[str, str]]:
    """Value and words in the language spoken: nothing, the regions, some countries, elsewhere."""
    names = i18n.locale().territories
    regions = [(code, i18n.pick(texts)) for code, texts in places.REGIONS.items()]
    countries = sorted(((code, names.get(code, code)) for code in places.OFFERED_COUNTRIES), key=lambda one: one[1])
    return [("", "—"), *regions, *countries, (places.ELSEWHERE, _("Another country"))]
