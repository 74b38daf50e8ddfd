"""Writing an announcement, changing it while it is a draft, finding it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.announcements.domain import (
    NO_SUBJECT,
    AnnouncementBegun,
    Audience,
    Draft,
    Place,
    State,
    Who,
    faults_of_text,
    filled,
    with_ending,
)
from services.notifications.announcements.models import announcement, announcement_text
from services.notifications.announcements.operations.audience import list_halls, list_sessions
from services.notifications.templates.domain import Kind, Template
from services.notifications.templates.domain.editing import Place as TextPlace
from services.notifications.templates.operations import find_text
from shared import clock
from shared.i18n import gettext as _
from shared.ids import new_id
from shared.problem import N_, Invalid, NotFound

NO_TEXT = N_("Please write the SMS in one language at least.")


def write(db: Connection, exhibition_id: UUID, draft: Draft, staff_id: UUID | None) -> Place:
    """A new draft; Invalid names each field by its language ("sms_fr")."""
    _refuse(db, exhibition_id, draft)
    place = Place(exhibition_id, new_id())
    row = {
        "exhibition_id": exhibition_id,
        "id": place.id,
        **_facts(draft),
        "state": State.DRAFT,
        "people": 0,
        "told": 0,
        "written_by": staff_id,
        "written_at": clock.now(),
    }
    db.execute(sa.insert(announcement), row)
    _put_texts(db, place, draft.texts)
    return place


def change(db: Connection, place: Place, draft: Draft) -> None:
    """Other words, another audience, another speed; NotFound, Invalid, AnnouncementBegun."""
    _refuse(db, place.exhibition_id, draft)
    found = db.execute(sa.update(announcement).where(*its(place), _IS_DRAFT).values(_facts(draft)))
    if not found.rowcount:
        find(db, place)
        raise AnnouncementBegun
    db.execute(sa.delete(announcement_text).where(*_texts_of(place)))
    _put_texts(db, place, draft.texts)


def drop(db: Connection, place: Place) -> None:
    """Throw a draft away; NotFound, AnnouncementBegun."""
    if find(db, place).state != State.DRAFT:
        raise AnnouncementBegun
    db.execute(sa.delete(announcement_text).where(*_texts_of(place)))
    db.execute(sa.delete(announcement).where(*its(place), _IS_DRAFT))


def find(db: Connection, place: Place) -> sa.Row[Any]:
    """One announcement; NotFound."""
    row = db.execute(sa.select(announcement).where(*its(place))).first()
    if row is None:
        raise NotFound
    return row


def list_all(db: Connection, exhibition_id: UUID, language: str = "fr") -> Sequence[Any]:
    """The announcements of an exhibition, newest first, each with its SMS: in this language, in French, in any."""
    own, text = announcement.c, announcement_text.c
    wanted = [sa.func.max(sa.case((text.language == code, text.sms))) for code in (language, "fr")]
    words = (
        sa.select(sa.func.coalesce(*wanted, sa.func.min(text.sms)))
        .where(text.exhibition_id == own.exhibition_id, text.announcement_id == own.id)
        .scalar_subquery()
    )
    found = sa.select(announcement, words.label("sms")).where(own.exhibition_id == exhibition_id)
    return db.execute(found.order_by(own.written_at.desc(), own.id.desc())).all()


def texts_of(db: Connection, place: Place) -> dict[str, Template]:
    """What was written, by language."""
    rows = db.execute(sa.select(announcement_text).where(*_texts_of(place)).order_by(announcement_text.c.language))
    return {row.language: Template(row.sms, row.subject, row.body) for row in rows}


def whole_texts_of(db: Connection, place: Place) -> dict[str, Template]:
    """What people get, by language: with the exhibition's way to stop such news at its end."""
    return {
        code: with_ending(filled(text), _ending(db, place.exhibition_id, code))
        for code, text in texts_of(db, place).items()
    }


def text_of(db: Connection, row: sa.Row[Any]) -> Template:
    """The text of any notice (a row of `notice`): of its announcement, else the one of its kind."""
    kind = Kind(row.kind)
    if kind is not Kind.ANNOUNCEMENT:
        return find_text(db, TextPlace(row.exhibition_id, kind, row.language)).template
    place = Place(row.exhibition_id, UUID(row.data["announcement"]))
    its_language = announcement_text.c.language == row.language
    words = db.execute(sa.select(announcement_text).where(*_texts_of(place), its_language)).one()
    text = filled(Template(words.sms, words.subject, words.body))
    return with_ending(text, _ending(db, row.exhibition_id, row.language))


def _ending(db: Connection, exhibition_id: UUID, language: str) -> Template:
    return find_text(db, TextPlace(exhibition_id, Kind.ANNOUNCEMENT, language)).template


def _refuse(db: Connection, exhibition_id: UUID, draft: Draft) -> None:
    wrong = {
        f"{part}_{code}": [_(text, **facts)]
        for code, template in draft.texts.items()
        for part, (text, facts) in faults_of_text(template).items()
    }
    if not draft.texts:
        wrong["sms_fr"] = [_(NO_TEXT)]
    if not _is_there(db, exhibition_id, draft.audience):
        wrong["session" if draft.audience.who in (Who.BOOKED, Who.WAITING) else "hall"] = [_(NO_SUBJECT)]
    if wrong:
        raise Invalid(wrong)


def _is_there(db: Connection, exhibition_id: UUID, audience: Audience) -> bool:
    if audience.who in (Who.BOOKED, Who.WAITING):
        return audience.subject in {row.reference for row in list_sessions(db, exhibition_id)}
    return audience.who is not Who.HALL or audience.subject in list_halls(db, exhibition_id)


def _facts(draft: Draft) -> dict[str, Any]:
    return {"who": draft.audience.who, "subject": draft.audience.subject, "speed": draft.speed}


def _put_texts(db: Connection, place: Place, texts: Mapping[str, Template]) -> None:
    rows = [
        {"exhibition_id": place.exhibition_id, "announcement_id": place.id, "language": code} | vars(text)
        for code, text in texts.items()
    ]
    db.execute(sa.insert(announcement_text), rows)


def its(place: Place) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that names one announcement."""
    return (announcement.c.exhibition_id == place.exhibition_id, announcement.c.id == place.id)


def _texts_of(place: Place) -> tuple[sa.ColumnElement[bool], ...]:
    own = announcement_text.c
    return (own.exhibition_id == place.exhibition_id, own.announcement_id == place.id)


_IS_DRAFT = announcement.c.state == State.DRAFT
