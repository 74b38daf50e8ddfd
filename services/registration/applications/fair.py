"""The demo fair's call: open at once, closed two days before the gates open."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.engine import Connection

from services.registration.applications.operations.calls import NewCall, call_of, open_call
from services.registration.exhibitions.fair import REFERENCE
from services.registration.exhibitions.operations import find_exhibition

CLOSING_HOUR = time(18, 0)
DAYS_BEFORE = 2

TITLES = {
    "ar": "طلبات المشاركة في الملتقى",
    "fr": "Appel à candidatures des exposants",
    "en": "Call for exhibitors",
    "zgh": "ⵜⵓⵜⵔⴰ ⵏ ⵉⵎⵙⴽⴰⵏⵏ",
}
TEXTS = {
    "ar": "صناع ومعلمون وتعاونيات ومقاولات وجمعيات ووفود: املؤوا الطلب من هاتفكم. "
    "الرواق مجاني، واللجنة ترد على كل طلب.",
    "fr": "Artisans, maâlems, coopératives, entreprises, associations, délégations : remplissez le dossier depuis un "
    "téléphone. Le stand est gratuit ; la commission répond à chaque dossier.",
    "en": "Artisans, master artisans, cooperatives, enterprises, associations, delegations: apply from "
    "a phone. The stand is free of charge; the committee answers everybody.",
    "zgh": "ⵉⵎⴳⵓⵔⵉⵜⵏ, ⵜⵉⵎⵙⵎⵓⵏⵉⵏ ⴷ ⵜⴰⵎⵙⵙⵓⵔⵉⵏ: ⴰⵔⴰⵜ ⵜⵓⵜⵔⴰ ⵏⵏⵓⵏ ⵙⴳ ⵓⵜⵉⵍⵉⴼⵓⵏ.",
}
CRITERIA = [
    {
        "reference": "craft",
        "names": {"ar": "جودة الصنعة", "fr": "Qualité du savoir-faire", "en": "Quality of the craft"},
        "weight": 3,
    },
    {
        "reference": "heritage",
        "names": {"ar": "القيمة التراثية", "fr": "Valeur patrimoniale", "en": "Value as heritage"},
        "weight": 2,
    },
    {
        "reference": "readiness",
        "names": {"ar": "الجاهزية للعرض", "fr": "Capacité à exposer", "en": "Readiness to exhibit"},
        "weight": 1,
    },
]


def load_call(db: Connection, today: date) -> None:
    """Open the demo fair's call unless it is there; it opens on `today`."""
    exhibition = find_exhibition(db, REFERENCE)
    if call_of(db, exhibition.id) is not None:
        return
    closing_day = exhibition.first_day - timedelta(days=DAYS_BEFORE)
    open_call(
        db,
        exhibition,
        NewCall(
            titles=TITLES,
            texts=TEXTS,
            opens_wall=datetime.combine(today, time.min),
            closes_wall=datetime.combine(closing_day, CLOSING_HOUR),
            criteria=CRITERIA,
        ),
    )
