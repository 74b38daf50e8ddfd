"""Finding the words of the last notice of a kind, and sending a text to its writer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.notices.domain import Contact
from services.notifications.notices.models import notice
from services.notifications.notices.operations import telling
from services.notifications.templates.domain.editing import Place
from services.notifications.templates.operations import example_words
from services.notifications.trials.domain import NOT_ALONE, NoTrial, words_to_send
from shared import clock
from shared.ids import new_id

LOOKED_AT = 2000  # of the newest notices; a kind rarer than that is shown on an example
OF_USE = timedelta(hours=1)


def recent_words(db: Connection, place: Place) -> dict[str, str]:
    """The words of the newest notice of this kind and language; empty where there is none or it holds a secret."""
    own = notice.c
    newest = (
        sa.select(own.id, own.kind, own.language, own.is_secret)
        .where(own.exhibition_id == place.exhibition_id)
        .order_by(own.made_at.desc(), own.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    which = (newest.c.kind == place.kind, newest.c.language == place.language, newest.c.is_secret.is_(False))
    found = db.scalar(sa.select(newest.c.id).where(*which).limit(1))
    if found is None:
        return {}
    data = db.scalar(sa.select(own.data).where(own.exhibition_id == place.exhibition_id, own.id == found))
    return dict(data or {})


def send_trial(db: Connection, place: Place, exhibition: sa.Row[Any], site: str, to: Contact) -> int:
    """Send the text as it stands to its writer, at once; how many notices. NoTrial."""
    if place.kind in NOT_ALONE:
        raise NoTrial
    example = example_words(place.language, exhibition, site)
    words = words_to_send(example, recent_words(db, place)) | {"exhibition_reference": exhibition.reference}
    trial = new_id()
    told = telling.Told(f"trial {trial}", place.kind, words, clock.now() + OF_USE)
    # no exhibition: who tries a text by night waits for it now
    return telling.make_notices(db, telling.Occasion(place.exhibition_id, trial), to, None, told)


def writer(staff_id: UUID | None, ways: tuple[str | None, str | None], language: str) -> Contact:
    """Whoever tries a text."""
    phone, email = ways
    return Contact(staff_id or UUID(int=0), "", phone, email, language)
