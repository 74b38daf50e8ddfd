"""The 12th crafts meeting of Ouarzazate, as an empty installation is loaded with it."""

from datetime import date, timedelta

from sqlalchemy.engine import Connection

from services.registration.exhibitions.domain import Kind, first_friday
from services.registration.exhibitions.operations import (
    NewExhibition,
    NewHall,
    exhibition_id_of,
    open_exhibition,
)

REFERENCE = "ouarzazate-12"
DAYS = 20

NAMES = {
    "ar": "الملتقى الدولي الثاني عشر للصناعة التقليدية بورزازات",
    "fr": "12ᵉ Rencontre internationale d’artisanat de Ouarzazate",
    "en": "12th International Crafts Meeting of Ouarzazate",
    "zgh": "ⴰⵎⵢⴰⵇⴰⵡ ⴰⵎⴰⴹⵍⴰⵏ ⵡⵉⵙ 12 ⵏ ⵜⴳⵓⵔⵉ ⵏ ⵓⴼⵓⵙ ⵏ ⵡⴰⵔⵣⴰⵣⴰⵜ",
}
HEADLINES = {
    "ar": "مئتا صانع وصانعة يفتحون لكم ورشاتهم عشرين يوما في ورزازات",
    "fr": "Vingt jours chez deux cents artisans, à Ouarzazate",
    "en": "Twenty days with two hundred craftspeople, in Ouarzazate",
    "zgh": "ⵙⵉⵎⵔⴰⵡ ⵡⵓⵙⵙⴰⵏ ⴷ ⵙⵏⴰⵜ ⵜⵎⴰⴹ ⵏ ⵉⵎⴳⵓⵔⵉⵜⵏ ⵏ ⵓⴼⵓⵙ ⴳ ⵡⴰⵔⵣⴰⵣⴰⵜ",
}
ABOUTS = {
    "ar": "زرابي تازناخت والفخار والحلي والجلد والخشب: صناع من جهات المغرب ومن الخارج يعرضون ويعلّمون ويتبادلون الخبرة. "
    "ندوات وحلقات وتكوينات وسهرات، والدخول مجاني بعد التسجيل.",
    "fr": "Tapis de Taznakht, poterie, bijoux, cuir et bois : des artisans de tout le Maroc et d’ailleurs exposent, "
    "enseignent et échangent. Conférences, séminaires, formations, soirées ; "
    "l’entrée est libre, il suffit de s’inscrire.",
    "en": "Carpets from Taznakht, pottery, jewellery, leather and wood: craftspeople from all over Morocco and abroad "
    "show, teach and trade ideas. Talks, seminars, training and evenings; entry is free, you only need to register.",
    "zgh": "ⵜⵉⵣⵔⴱⵢⵉⵏ ⵏ ⵜⴰⵣⵏⴰⵅⵜ, ⵉⴷⵇⵇⵉ, ⵉⵖⵔⵙⴰⵏ ⴷ ⵓⴳⵍⵉⵎ: ⵉⵎⴳⵓⵔⵉⵜⵏ ⵏ ⵓⴼⵓⵙ ⵙⴳ ⵍⵎⵖⵔⵉⴱ ⴷ ⴱⵕⵕⴰ ⵏⵏⵙ.",
}
GUESTS = {"ar": "الهند", "fr": "Inde", "en": "India", "zgh": "ⵍⵀⵉⵏⴷ"}
ORGANISERS = {
    "ar": "الفدرالية المهنية للصناعة التقليدية بورزازات، بشراكة مع عمالة الإقليم",
    "fr": "Fédération professionnelle d’artisanat de Ouarzazate, avec la Préfecture de la province",
    "en": "Professional Crafts Federation of Ouarzazate, with the Prefecture of the province",
    "zgh": "ⵜⴰⵎⵓⵏⵜ ⵏ ⵜⴳⵓⵔⵉ ⵏ ⵓⴼⵓⵙ ⵏ ⵡⴰⵔⵣⴰⵣⴰⵜ",
}
VENUES = {
    "ar": "ساحة الموحدين",
    "fr": "place Al Mouahidine",
    "en": "Al Mouahidine Square",
    "zgh": "ⴰⴱⵔⴰⵃ ⵏ ⵓⵎⵓⵃⵉⴷⵉⵏ",
}
TOWNS = {"ar": "ورزازات", "fr": "Ouarzazate", "en": "Ouarzazate", "zgh": "ⵡⴰⵔⵣⴰⵣⴰⵜ"}

HALLS = (
    NewHall(
        "A",
        {"ar": "الزرابي والنسيج", "fr": "Tapis et tissage", "en": "Carpets and weaving", "zgh": "ⵜⵉⵣⵔⴱⵢⵉⵏ ⴷ ⵓⵥⵟⵟⴰ"},
        1_200,
    ),
    NewHall(
        "B",
        {"ar": "الفخار والحجر", "fr": "Poterie et pierre", "en": "Pottery and stone", "zgh": "ⵉⴷⵇⵇⵉ ⴷ ⵓⵥⵕⵓ"},
        800,
    ),
    NewHall(
        "C",
        {"ar": "الحلي والمعادن", "fr": "Bijoux et métaux", "en": "Jewellery and metal", "zgh": "ⵉⵖⵔⵙⴰⵏ ⴷ ⵡⵓⵣⵣⴰⵍ"},
        700,
    ),
    NewHall(
        "D",
        {"ar": "الجلد والخشب", "fr": "Cuir et bois", "en": "Leather and wood", "zgh": "ⴰⴳⵍⵉⵎ ⴷ ⵓⴽⵛⵛⵓⴹ"},
        800,
    ),
    NewHall(
        "E",
        {"ar": "جناح الهند", "fr": "Pavillon de l’Inde", "en": "India’s pavilion", "zgh": "ⴰⴳⵔⵓⵔ ⵏ ⵍⵀⵉⵏⴷ"},
        600,
    ),
    NewHall(
        "F",
        {
            "ar": "قاعة الندوات والتكوين",
            "fr": "Conférences et formations",
            "en": "Talks and training",
            "zgh": "ⵉⵙⴰⵔⴰⴳⵏ ⴷ ⵓⵙⵎⵓⵜⵜⴳ",
        },
        500,
    ),
)


def load_fair(db: Connection, today: date) -> None:
    """Open the fair unless it is there; it begins on the first Friday at least ten days after `today`."""
    if exhibition_id_of(db, REFERENCE):
        return
    first_day = first_friday(today, at_least_days=10)
    open_exhibition(
        db,
        NewExhibition(
            reference=REFERENCE,
            number=12,
            kind=Kind.FAIR,
            names=NAMES,
            headlines=HEADLINES,
            abouts=ABOUTS,
            guest_names=GUESTS,
            first_day=first_day,
            last_day=first_day + timedelta(days=DAYS - 1),
            zone="Africa/Casablanca",
            languages=["ar", "fr", "en", "zgh"],
            organiser_names=ORGANISERS,
            venue_names=VENUES,
            town_names=TOWNS,
            halls=HALLS,
        ),
    )
