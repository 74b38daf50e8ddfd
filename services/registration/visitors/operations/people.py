"""Persons: registered, found, changed, and given the tokens to act with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.exhibitions.operations import Exhibition, exhibition_of
from services.registration.staff.domain import Purpose
from services.registration.staff.operations.keys import signer, signer_for
from services.registration.visitors.domain.names import search_key
from services.registration.visitors.domain.people import Kind, check_open
from services.registration.visitors.messages import PersonChanged, PersonRegistered
from services.registration.visitors.models import person, visitor
from services.registration.visitors.operations.badges import Badge, badge_of, issue_badges, tell_residence
from services.registration.visitors.operations.phones import FirstMessage, welcome, welcome_all
from shared import tokens
from shared.clock import now
from shared.db import insert_all
from shared.ids import new_id, new_reference
from shared.outbox import Outgoing, publish
from shared.problem import ChangedMeanwhile, NotFound, Problem
from shared.settings import Settings

AUDIENCES = ("registration", "ticketing")
TOKEN_LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class NewVisitor:
    """What somebody told us, already tidy; `may_text` is whether the limits allow a message to the phone.

    At the desk people are registered also while registration is closed.
    """

    name: str
    phone: str | None
    language: str
    email: str | None = None
    country: str | None = None
    region: str | None = None
    may_text: bool = True
    is_at_desk: bool = False


@dataclass(frozen=True)
class Visitor:
    """Somebody registered for an exhibition."""

    id: UUID
    exhibition_id: UUID
    name: str
    phone: str | None
    email: str | None
    language: str
    country: str | None
    region: str | None
    version: int
    reference: str
    registered_at: datetime


@dataclass(frozen=True)
class Newcomer:
    """Somebody who wants to register for an exhibition, beside others who do."""

    exhibition_id: UUID
    settings: Settings
    new: NewVisitor


@dataclass(frozen=True)
class PersonChange:
    """New values for somebody who stood at `version`."""

    version: int
    values: dict[str, Any]
    may_text: bool


def register_visitor(
    db: Connection, settings: Settings, exhibition: Exhibition, new: NewVisitor
) -> tuple[Visitor, Badge]:
    """Register somebody and give them a badge; a phone that is new to us gets a private link and a code.

    ExhibitionOver, RegistrationClosed.
    """
    registered = register_visitors(db, [Newcomer(exhibition.id, settings, new)])[0]
    if isinstance(registered, Problem):
        raise registered
    return registered


def register_visitors(db: Connection, newcomers: list[Newcomer]) -> list[tuple[Visitor, Badge] | Problem]:
    """Register people who come at the same moment, each as if alone: a badge, or why not."""
    outcomes: list[tuple[Visitor, Badge] | Problem | None] = [None] * len(newcomers)
    for exhibition_id in {one.exhibition_id for one in newcomers}:
        here = [n for n, one in enumerate(newcomers) if one.exhibition_id == exhibition_id]
        exhibition = exhibition_of(db, exhibition_id)
        may = []
        for n in here:
            outcomes[n] = _refusal(exhibition, newcomers[n].new)
            may += [n] if outcomes[n] is None else []
        together = _register_all(db, exhibition, [newcomers[n] for n in may])
        for n, registered in zip(may, together, strict=True):
            outcomes[n] = registered
    return [one for one in outcomes if one is not None]


def _refusal(exhibition: Exhibition, new: NewVisitor) -> Problem | None:
    try:
        check_open(is_open=exhibition.is_open or new.is_at_desk, last_day=exhibition.last_day, today=exhibition.today)
    except Problem as refusal:
        return refusal
    return None


def _register_all(db: Connection, exhibition: Exhibition, newcomers: list[Newcomer]) -> list[tuple[Visitor, Badge]]:
    if not newcomers:
        return []
    settings = newcomers[0].settings
    signer_for(db, settings, Purpose.PERSON, (exhibition.id, exhibition.last_day))
    everybody = _insert_all(db, exhibition, [one.new for one in newcomers])
    homes = {one.id: one.region or one.country for one in everybody}
    issued = issue_badges(db, settings, exhibition, homes)
    firsts = {
        somebody.id: FirstMessage(somebody.phone, badge.reference)
        for somebody, (badge, _told), one in zip(everybody, issued, newcomers, strict=True)
        if somebody.phone and one.new.may_text
    }
    said = [_outgoing(somebody, PersonRegistered) for somebody in everybody]
    publish(db, *said, *[told for _badge, told in issued], *welcome_all(db, settings, exhibition, firsts))
    return [(somebody, badge) for somebody, (badge, _told) in zip(everybody, issued, strict=True)]


def _insert_all(db: Connection, exhibition: Exhibition, new: list[NewVisitor]) -> list[Visitor]:
    """The rows of people and of their being visitors, two statements for any number."""
    at = now()
    everybody = [
        Visitor(
            id=new_id(),
            exhibition_id=exhibition.id,
            name=one.name,
            phone=one.phone,
            email=one.email,
            language=one.language,
            country=one.country,
            region=one.region,
            version=1,
            reference=new_reference(),
            registered_at=at,
        )
        for one in new
    ]
    own = [c.name for c in person.c if c.name not in ("made_at", "name_key")]
    insert_all(
        db,
        person,
        [
            {name: getattr(one, name) for name in own} | {"made_at": at, "name_key": search_key(one.name)}
            for one in everybody
        ],
    )
    came = [{"exhibition_id": one.exhibition_id, "person_id": one.id} for one in everybody]
    insert_all(
        db,
        visitor,
        [row | {"reference": one.reference, "registered_at": at} for row, one in zip(came, everybody, strict=True)],
    )
    return everybody


def visitor_of(db: Connection, exhibition_id: UUID, person_id: UUID) -> Visitor:
    """Somebody registered for this exhibition; NotFound."""
    found = db.execute(_visitors().where(person.c.exhibition_id == exhibition_id, person.c.id == person_id)).first()
    if found is None:
        raise NotFound
    return Visitor(**found._mapping)


def is_visitor(db: Connection, exhibition_id: UUID, person_id: UUID) -> bool:
    """Whether somebody is registered for this exhibition."""
    who = (person.c.exhibition_id == exhibition_id, person.c.id == person_id)
    return db.execute(_visitors().where(*who)).first() is not None


def visitors_with_phone(db: Connection, exhibition_id: UUID, phone: str) -> list[Visitor]:
    """Everybody who gave this number, in the order they came."""
    rows = db.execute(
        _visitors()
        .where(person.c.exhibition_id == exhibition_id, person.c.phone == phone)
        .order_by(visitor.c.registered_at)
        .limit(100)
    )
    return [Visitor(**row._mapping) for row in rows]


def change_person(
    db: Connection, settings: Settings, exhibition: Exhibition, person_id: UUID, change: PersonChange
) -> Visitor:
    """Change what we know of somebody; ChangedMeanwhile when their version is no longer the newest.

    A phone that is new to us gets a private link, as at registration.
    """
    before = visitor_of(db, exhibition.id, person_id)
    own = person.c
    keys = {"name_key": search_key(change.values["name"])} if "name" in change.values else {}
    changed = db.execute(
        sa.update(person)
        .where(own.exhibition_id == exhibition.id, own.id == person_id, own.version == change.version)
        .values(**change.values, **keys, version=own.version + 1)
    )
    if changed.rowcount == 0:
        raise ChangedMeanwhile
    after = visitor_of(db, exhibition.id, person_id)
    publish(db, _outgoing(after, PersonChanged))
    if (after.country, after.region) != (before.country, before.region):
        tell_residence(db, exhibition.id, person_id)
    if after.phone and after.phone != before.phone and change.may_text:
        badge = badge_of(db, exhibition.id, person_id)
        welcome(db, settings, exhibition, person_id, FirstMessage(after.phone, badge.reference))
    return after


def person_tokens(
    db: Connection, settings: Settings, exhibition: Exhibition, person_id: UUID, at: datetime
) -> dict[str, str]:
    """One token for each service a person acts at, good for 12 hours from `at`; the same input, the same tokens."""
    signer_for(db, settings, Purpose.PERSON, (exhibition.id, exhibition.last_day))
    return newcomers_tokens(db, settings, exhibition.id, person_id, at)


def newcomers_tokens(
    db: Connection, settings: Settings, exhibition_id: UUID, person_id: UUID, at: datetime
) -> dict[str, str]:
    """The same for who has just registered, when the key was noted as signing for the exhibition: only looks."""
    key = signer(db, settings, Purpose.PERSON)
    claims = {
        "sub": str(person_id),
        "ex": str(exhibition_id),
        "iat": int(at.timestamp()),
        "exp": int((at + TOKEN_LASTS).timestamp()),
    }
    return {
        audience: tokens.sign({**claims, "aud": audience}, private=key.private, key_id=key.key_id, typ="person+jwt")
        for audience in AUDIENCES
    }


def publish_persons(db: Connection) -> int:
    """Say again what we know of everybody; returns how many."""
    count = 0
    for rows in db.execute(_visitors()).partitions(500):
        publish(db, *[_outgoing(Visitor(**row._mapping), PersonChanged) for row in rows])
        count += len(rows)
    return count


def _visitors() -> sa.Select[Any]:
    columns = [c for c in person.c if c.name not in ("made_at", "name_key")]
    return sa.select(*columns, visitor.c.reference, visitor.c.registered_at).join(visitor)


def _outgoing(somebody: Visitor, said: type[PersonRegistered]) -> Outgoing:
    body = said(
        name=somebody.name,
        phone=somebody.phone,
        email=somebody.email,
        language=somebody.language,
        kind=Kind.VISITOR,
    )
    return Outgoing(somebody.exhibition_id, somebody.id, somebody.version, body)
