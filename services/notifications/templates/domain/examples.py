"""Somebody who is told something, to see a text with; never a real person."""

from services.notifications.templates.domain import clean

_WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "stands": "C14 (Hall C, 4–13 déc.)",
        "name": "Fatima Aït Brahim",
        "session": "Teindre la laine au safran",
        "room": "Salle Tifoultoute",
        "day": "samedi 5 décembre 2026",
        "short_day": "sam. 5 déc.",
        "seats": "2 places",
        "code_words": "Code : 482913.",
        "until": "sam. 5 déc. à 18:00",
        "missing": "activité, ville",
        "visits": "1 234 visites",
        "visitors": "3 456 visiteurs",
    },
    "ar": {
        "stands": "C14 (القاعة ج، 4–13 دجنبر)",
        "name": "فاطمة أيت إبراهيم",
        "session": "صباغة الصوف بالزعفران",
        "room": "قاعة تيفولتوت",
        "day": "السبت 5 دجنبر 2026",
        "short_day": "السبت 5 دجنبر",
        "seats": "مكانان",
        "code_words": "الرمز: 482913.",
        "until": "السبت 5 دجنبر على الساعة 18:00",
        "missing": "النشاط، المدينة",
        "visits": "1234 زيارة",
        "visitors": "3456 زائرا",
    },
    "en": {
        "stands": "C14 (Hall C, 4–13 Dec)",
        "name": "Fatima Ait Brahim",
        "session": "Dyeing wool with saffron",
        "room": "Tifoultoute room",
        "day": "Saturday 5 December 2026",
        "short_day": "Sat 5 Dec",
        "seats": "2 seats",
        "code_words": "Code: 482913.",
        "until": "Sat 5 Dec at 18:00",
        "missing": "activity, town",
        "visits": "1,234 visits",
        "visitors": "3,456 visitors",
    },
    "zgh": {
        "stands": "C14 (4–13 ⴷⵓⵊⴰⵏⴱⵉⵔ)",
        "name": "ⴼⴰⵟⵉⵎⴰ ⴰⵢⵜ ⴱⵔⴰⵀⵉⵎ",
        "session": "ⴰⵖⵎⵎⵓ ⵏ ⵜⴰⴹⵓⵟⵜ",
        "room": "ⵜⵉⴼⵓⵍⵜⵓⵜ",
        "day": "ⴰⵙⵉⴹⵢⴰⵙ 5 ⴷⵓⵊⴰⵏⴱⵉⵔ 2026",
        "short_day": "5 ⴷⵓⵊⴰⵏⴱⵉⵔ",
        "seats": "2 ⵉⴷⵖⴰⵔⵏ",
        "code_words": "482913",
        "until": "5 ⴷⵓⵊⴰⵏⴱⵉⵔ 18:00",
        "missing": "ⵜⴰⵡⵓⵔⵉ",
        "visits": "1234 ⵜⵉⵔⵣⴰⴼ",
        "visitors": "3456 ⵉⵏⴰⵔⵣⴰⴼⵏ",
    },
}
_SAME = {
    "hour": "10:00",
    "end_hour": "12:00",
    "reference": "K7P3M9QA",
    "line_place": "3",
    "code": "482913",
    "badge": "ABCD-2345",
    "rank": "3",
    "foreign": "87",
    "tally": "120",
    "booked": "240",
    "came": "198",
    "no_shows": "42",
}


def example(language: str, home: str, exhibition: str, place: str) -> dict[str, str]:
    """A value for every placeholder there is; `home` begins the exhibition's addresses."""
    site = home.removesuffix(f"/{home.rpartition('/')[2]}").removesuffix(f"/{language}")
    links = {
        "link": f"{site}/k/AbCdEfGhJkLmNpQrStUvWx",
        "programme": f"{home}/programme",
        "my_bookings": f"{home}/programme/mine",
        "my_booking": f"{home}/programme/mine/K7P3M9QA",
        "my_page": f"{home}/me",
        "my_application": f"{home}/apply/mine",
        "report": f"{home}/office/counts/day.pdf?day=2026-12-05",
        "my_digest": f"{home}/office/notices/digest",
        "stop": f"{home}/notices/stop/AbCdEfGhJkLmNpQrStUvWx",
    }
    return _WORDS[language] | _SAME | links | {"exhibition": clean(exhibition), "place": clean(place)}
