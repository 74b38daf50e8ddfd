"""What the codes of residences are called: the twelve regions of Morocco (ISO 3166-2:MA) and countries (ISO 3166-1)."""

from collections import Counter
from collections.abc import Iterable

from shared import i18n
from shared.i18n import gettext as _

REGIONS: dict[str, dict[str, str]] = {
    "MA-01": {"ar": "طنجة - تطوان - الحسيمة", "fr": "Tanger-Tétouan-Al Hoceïma"},
    "MA-02": {"ar": "الشرق", "fr": "L’Oriental", "en": "Oriental"},
    "MA-03": {"ar": "فاس - مكناس", "fr": "Fès-Meknès"},
    "MA-04": {"ar": "الرباط - سلا - القنيطرة", "fr": "Rabat-Salé-Kénitra"},
    "MA-05": {"ar": "بني ملال - خنيفرة", "fr": "Béni Mellal-Khénifra"},
    "MA-06": {"ar": "الدار البيضاء - سطات", "fr": "Casablanca-Settat"},
    "MA-07": {"ar": "مراكش - آسفي", "fr": "Marrakech-Safi"},
    "MA-08": {"ar": "درعة - تافيلالت", "fr": "Drâa-Tafilalet"},
    "MA-09": {"ar": "سوس - ماسة", "fr": "Souss-Massa"},
    "MA-10": {"ar": "كلميم - واد نون", "fr": "Guelmim-Oued Noun"},
    "MA-11": {"ar": "العيون - الساقية الحمراء", "fr": "Laâyoune-Sakia El Hamra"},
    "MA-12": {"ar": "الداخلة - وادي الذهب", "fr": "Dakhla-Oued Ed-Dahab"},
}


def is_national(code: str) -> bool:
    """Whether somebody with this residence lives in Morocco."""
    return code == "MA" or code.startswith("MA-")


def by_country(homes: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The same by country: the regions of Morocco together; the most first, "" (nobody said) last."""
    found: Counter[str] = Counter()
    for code, n in homes:
        found["MA" if is_national(code) else code] += n
    return sorted(found.items(), key=lambda pair: (pair[0] == "", -pair[1], pair[0]))


def home_word(code: str) -> str:
    """A region or country in the language spoken."""
    if not code:
        return _("Not said")
    if code in REGIONS:
        return i18n.pick(REGIONS[code])
    return str(i18n.locale().territories.get(code, code)) if code != "ZZ" else _("Another country")
