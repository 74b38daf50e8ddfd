"""Photos of a dossier: kept, looked at, taken away."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.photos import MOST_PHOTOS, PhotosFull
from services.registration.applications.domain.states import ActRefused, State
from services.registration.applications.models import photo
from services.registration.applications.operations.dossiers import Application
from services.registration.applications.operations.pictures import Picture
from shared.clock import now
from shared.db import insert_new
from shared.ids import new_id
from shared.problem import NotFound

CHANGEABLE = frozenset({State.DRAFT, State.INCOMPLETE, State.SUBMITTED})


@dataclass(frozen=True)
class Photo:
    """A photo without its bytes."""

    id: UUID
    position: int
    width: int
    height: int


def photos_of(db: Connection, one: Application) -> list[Photo]:
    """The photos of a dossier, in their order."""
    own = photo.c
    columns = sa.select(own.id, own.position, own.width, own.height)
    return [Photo(**row._mapping) for row in db.execute(columns.where(*_of(one)).order_by(own.position))]


def look_at(db: Connection, one: Application, photo_id: UUID, *, is_small: bool) -> bytes:
    """The JPEG of one of a dossier's photos; NotFound."""
    own = photo.c
    column = own.thumbnail if is_small else own.image
    found = db.execute(sa.select(column).where(*_of(one), own.id == photo_id)).first()
    if found is None:
        raise NotFound
    return bytes(found[0])


def add_photos(db: Connection, one: Application, pictures: Sequence[Picture]) -> None:
    """Keep pictures while the dossier is not in review; PhotosFull, ActRefused. Each position is taken once."""
    if not pictures:
        return
    if one.state not in CHANGEABLE:
        raise ActRefused(state=one.state.value)
    taken = {kept.position for kept in photos_of(db, one)}
    free = [position for position in range(1, MOST_PHOTOS + 1) if position not in taken]
    if len(pictures) > len(free):
        raise PhotosFull
    rows = [_row(one, position, picture) for position, picture in zip(free, pictures, strict=False)]
    # who sends at the same moment meets the unique positions
    if len(insert_new(db, photo, rows, returning=[photo.c.id])) < len(rows):
        raise PhotosFull


def remove_photo(db: Connection, one: Application, photo_id: UUID) -> None:
    """Take a photo away; harmless when it is gone. ActRefused."""
    if one.state not in CHANGEABLE:
        raise ActRefused(state=one.state.value)
    db.execute(sa.delete(photo).where(*_of(one), photo.c.id == photo_id))


def _row(one: Application, position: int, picture: Picture) -> dict[str, object]:
    key = {"exhibition_id": one.exhibition_id, "id": new_id(), "application_id": one.id, "position": position}
    return key | vars(picture) | {"made_at": now()}


def _of(one: Application) -> list[sa.ColumnElement[bool]]:
    return [photo.c.exhibition_id == one.exhibition_id, photo.c.application_id == one.id]
