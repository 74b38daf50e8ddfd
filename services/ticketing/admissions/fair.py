"""The four gates of the crafts meeting of Ouarzazate, as data."""

from sqlalchemy.engine import Connection

from services.ticketing.access.operations import find_exhibition
from services.ticketing.admissions.models import gate
from shared.db import insert_new
from shared.ids import new_id
from shared.problem import NotFound

_FAIR = "ouarzazate-12"
_NAMES = {
    "A": {"ar": "باب القصبة", "fr": "Porte de la kasbah", "en": "Kasbah gate", "zgh": "ⵜⴰⵡⵡⵓⵔⵜ ⵏ ⵉⵖⵔⵎ"},
    "B": {"ar": "باب الساحة", "fr": "Porte de l’esplanade", "en": "Esplanade gate", "zgh": "ⵜⴰⵡⵡⵓⵔⵜ ⵏ ⵓⵙⴰⵢⵔⴰⵔ"},
    "C": {"ar": "باب الواحة", "fr": "Porte de l’oasis", "en": "Oasis gate", "zgh": "ⵜⴰⵡⵡⵓⵔⵜ ⵏ ⵡⵎⴷⵓⵏ"},
    "D": {"ar": "باب العارضين", "fr": "Porte des exposants", "en": "Exhibitors’ gate", "zgh": "ⵜⴰⵡⵡⵓⵔⵜ ⵏ ⵉⵎⵙⵙⵎⴰⵍⵏ"},
}


def load_gates(db: Connection) -> bool:
    """Load gates A to D unless they are there; False as long as the exhibition has not been told of."""
    try:
        exhibition = find_exhibition(db, _FAIR)
    except NotFound:
        return False
    rows = [
        {"exhibition_id": exhibition.id, "id": new_id(), "reference": reference, "names": names}
        for reference, names in _NAMES.items()
    ]
    insert_new(db, gate, rows)
    return True
