"""Where people live: the twelve regions of Morocco (ISO 3166-2:MA) and countries (ISO 3166-1)."""

from typing import Any

from babel import Locale

HOME_COUNTRY = "MA"
ELSEWHERE = "ZZ"

REGIONS: dict[str, dict[str, str]] = {
    "MA-08": {"ar": "درعة - تافيلالت", "fr": "Drâa-Tafilalet", "zgh": "ⴷⵔⴰ-ⵜⴰⴼⵉⵍⴰⵍⵜ"},
    "MA-01": {"ar": "طنجة - تطوان - الحسيمة", "fr": "Tanger-Tétouan-Al Hoceïma"},
    "MA-02": {"ar": "الشرق", "fr": "L’Oriental", "en": "Oriental"},
    "MA-03": {"ar": "فاس - مكناس", "fr": "Fès-Meknès"},
    "MA-04": {"ar": "الرباط - سلا - القنيطرة", "fr": "Rabat-Salé-Kénitra"},
    "MA-05": {"ar": "بني ملال - خنيفرة", "fr": "Béni Mellal-Khénifra"},
    "MA-06": {"ar": "الدار البيضاء - سطات", "fr": "Casablanca-Settat"},
    "MA-07": {"ar": "مراكش - آسفي", "fr": "Marrakech-Safi"},
    "MA-09": {"ar": "سوس - ماسة", "fr": "Souss-Massa", "zgh": "ⵙⵓⵙⵙ-ⵎⴰⵙⵙⴰ"},
    "MA-10": {"ar": "كلميم - واد نون", "fr": "Guelmim-Oued Noun"},
    "MA-11": {"ar": "العيون - الساقية الحمراء", "fr": "Laâyoune-Sakia El Hamra"},
    "MA-12": {"ar": "الداخلة - وادي الذهب", "fr": "Dakhla-Oued Ed-Dahab"},
}

# Offered on the form, to keep it short; the API takes every country.
OFFERED_COUNTRIES = (
    "IN", "DZ", "BE", "CA", "CI", "DE", "EG", "ES", "FR", "GB", "IT", "JP", "ML", "MR", "NL", "PT", "SA", "SN", "TN",
    "TR", "AE", "US",
)  # fmt: skip

_COUNTRIES = frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())


def is_country(code: str) -> bool:
    """Whether this is a country's code; ZZ stands for one that is not named."""
    return code in _COUNTRIES


def split_home(home: str) -> tuple[str, str | None]:
    """The form's one answer as (country, region): "MA-08" is (MA, MA-08), "FR" is (FR, None)."""
    return (HOME_COUNTRY, home) if home in REGIONS else (home, None)


def with_home(said: dict[str, Any]) -> dict[str, Any]:
    """What a form said, its one answer told as two; neither when it was left out."""
    rest = {name: value for name, value in said.items() if name != "home"}
    country, region = split_home(said["home"]) if said.get("home") else (None, None)
    return rest | {"country": country, "region": region}


def join_home(country: str | None, region: str | None) -> str:
    """The form's one answer again, to show it chosen."""
    return region or country or ""
