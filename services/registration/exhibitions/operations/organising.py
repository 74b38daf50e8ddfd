"""The bodies that organise an exhibition together: added, and taken off with their people's roles."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.exhibitions.domain import OrganiserAnswers, OrganiserHasStaff
from services.registration.exhibitions.models import exhibition_organiser
from services.registration.exhibitions.operations import (
    add_co_organiser,
    change_exhibition,
    exhibition_of,
)
from services.registration.staff.domain import Act, OwnAccount
from services.registration.staff.operations import accounts, links, organisers
from services.registration.staff.operations.audit import By, note
from services.registration.staff.operations.organisers import Organiser, Texts, Worker
from shared import i18n
from shared.problem import NotFound


@dataclass(frozen=True)
class Standing:
    """A body at an exhibition: whether it answers for it, and who of it works there."""

    organiser: Organiser
    answers: bool
    workers: list[Worker]


def organisers_at(db: Connection, exhibition_id: UUID) -> tuple[Organiser, ...]:
    """Every body of an exhibition, the one that answers for it first."""
    return exhibition_of(db, exhibition_id).organisers


def standings(db: Connection, exhibition_id: UUID) -> list[Standing]:
    """Every body of an exhibition with its people there."""
    found = exhibition_of(db, exhibition_id)
    workers = organisers.workers_at(db, exhibition_id, [one.id for one in found.organisers])
    return [
        Standing(one, one.id == found.organiser_id, [who for who in workers if who.organiser_id == one.id])
        for one in found.organisers
    ]


def add_organiser(db: Connection, by: By, names: Texts) -> UUID:
    """Let a body organise the exhibition too; one that does already stays as it is. Returns its id."""
    organiser_id = organisers.organiser_called(db, names)
    if add_co_organiser(db, by.exhibition_id, organiser_id):
        change_exhibition(db, by.exhibition_id)
        note(db, by, Act.ORGANISER_ADDED, i18n.pick(names))
    return organiser_id


def take_off(db: Connection, by: By, organiser_id: UUID, *, is_sure: bool) -> None:
    """Let a body organise the exhibition no more; the roles its people have there end, open invitations too.

    NotFound, OrganiserAnswers, OrganiserHasStaff unless one is sure, OwnAccount for one's own body.
    """
    mine = exhibition_organiser.c
    place = sa.and_(mine.exhibition_id == by.exhibition_id, mine.organiser_id == organiser_id)
    found = exhibition_of(db, by.exhibition_id)
    if organiser_id == found.organiser_id:
        raise OrganiserAnswers
    if db.execute(sa.delete(exhibition_organiser).where(place)).rowcount == 0:
        raise NotFound
    workers = organisers.workers_at(db, by.exhibition_id, [organiser_id])
    if by.staff_id in {who.staff_id for who in workers}:
        raise OwnAccount
    if workers and not is_sure:
        raise OrganiserHasStaff
    for who in workers:
        accounts.set_roles(db, who.staff_id, by.exhibition_id, [])
    links.end_invitations_for(db, by.exhibition_id, organiser_id)
    change_exhibition(db, by.exhibition_id)
    names = next(one.names for one in found.co_organisers if one.id == organiser_id)
    note(db, by, Act.ORGANISER_TAKEN_OFF, i18n.pick(names), people=[who.name for who in workers])
