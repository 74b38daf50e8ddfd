"""Exhibitions: found, opened, changed; every change is told to the other services."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.exhibitions.domain import HallInUse, Kind, Phase, ReferenceTaken, State, nearness, phase
from services.registration.exhibitions.messages import ExhibitionChanged, Texts
from services.registration.exhibitions.models import exhibition, exhibition_organiser, hall, venue
from services.registration.staff.domain import Act, Role, roles_at
from services.registration.staff.models import organiser
from services.registration.staff.operations import accounts, keys, organisers
from services.registration.staff.operations.audit import By, note
from services.registration.staff.operations.organisers import Organiser
from shared import i18n
from shared.clock import day_in, now, to_utc
from shared.db import insert_new
from shared.ids import new_id
from shared.outbox import Outgoing, publish
from shared.problem import ChangedMeanwhile, NotFound


@dataclass(frozen=True)
class NewHall:
    """A part of the venue; `capacity` in people."""

    reference: str
    names: Texts
    capacity: int


@dataclass(frozen=True)
class NewExhibition:
    """Everything an exhibition is opened with."""

    reference: str
    number: int
    kind: Kind
    names: Texts
    headlines: Texts
    abouts: Texts
    guest_names: Texts
    first_day: date
    last_day: date
    zone: str
    languages: list[str]
    organiser_names: Texts
    venue_names: Texts
    town_names: Texts
    halls: tuple[NewHall, ...]
    copied_from: UUID | None = None
    co_organisers: tuple[Organiser, ...] = ()


@dataclass(frozen=True)
class Hall:
    """A hall as it is kept."""

    id: UUID
    reference: str
    names: Texts
    capacity: int


@dataclass(frozen=True)
class Exhibition:
    """An exhibition with its place, its organiser and its halls."""

    id: UUID
    organiser_id: UUID
    venue_id: UUID
    reference: str
    number: int
    kind: str
    names: Texts
    headlines: Texts
    abouts: Texts
    guest_names: Texts
    first_day: date
    last_day: date
    zone: str
    languages: list[str]
    state: str
    version: int
    copied_from: UUID | None
    organiser_names: Texts
    venue_names: Texts
    town_names: Texts
    halls: tuple[Hall, ...]
    co_organisers: tuple[Organiser, ...] = ()

    @property
    def organisers(self) -> tuple[Organiser, ...]:
        """Every body that organises it; the first one answers for it."""
        return (Organiser(self.organiser_id, self.organiser_names), *self.co_organisers)

    @property
    def all_organiser_names(self) -> list[Texts]:
        """Their names by language."""
        return [one.names for one in self.organisers]

    @property
    def name(self) -> str:
        """Its name in the language spoken."""
        return i18n.pick(self.names)

    @property
    def dates(self) -> str:
        """Its days in words, in the language spoken."""
        first, last = i18n.long_date(self.first_day), i18n.long_date(self.last_day)
        return i18n.gettext("From %(first)s to %(last)s", first=first, last=last)

    @property
    def span(self) -> str:
        """Its days, as short as they can be said."""
        return i18n.span(self.first_day, self.last_day)

    @property
    def today(self) -> date:
        """The date on the wall of the venue."""
        return day_in(now(), self.zone)

    @property
    def phase(self) -> Phase:
        """Ahead, on or over, today."""
        return phase(self.first_day, self.last_day, self.today)

    @property
    def is_open(self) -> bool:
        """Whether the organiser lets people register."""
        return self.state == State.OPEN

    def moment(self, day: date, hour: time) -> datetime:
        """The UTC moment of an hour on the venue's wall."""
        return to_utc(datetime.combine(day, hour), self.zone)


def open_exhibition(db: Connection, new: NewExhibition) -> Exhibition:
    """Open an exhibition with its organiser, venue and halls; ReferenceTaken."""
    organiser_id = organisers.organiser_called(db, new.organiser_names)
    venue_id = _insert(db, venue, names=new.venue_names, town_names=new.town_names)
    own = {name: value for name, value in vars(new).items() if name in exhibition.c}
    exhibition_id = new_id()
    row = {"id": exhibition_id, "organiser_id": organiser_id, "venue_id": venue_id, "state": State.OPEN, "version": 1}
    if not insert_new(db, exhibition, [row | own], returning=[exhibition.c.id]):
        raise ReferenceTaken
    for part in new.halls:
        _insert(db, hall, exhibition_id=exhibition_id, **asdict(part))
    for one in new.co_organisers:
        add_co_organiser(db, exhibition_id, one.id)
    _tell(db, exhibition_id)
    return find_exhibition(db, new.reference)


def open_by_staff(db: Connection, by: By, new: NewExhibition, act: Act = Act.EXHIBITION_OPENED) -> Exhibition:
    """The same as an organiser's act: it is in the log, and who opened it is an organiser there. ReferenceTaken."""
    opened = open_exhibition(db, new)
    account = accounts.account_of(db, by.staff_id)
    if account and Role.ORGANISER not in account.roles.get("*", ()):
        accounts.set_roles(db, by.staff_id, opened.id, [Role.ORGANISER])
    note(db, By(opened.id, by.staff_id), act, opened.reference)
    return opened


def next_number(db: Connection) -> int:
    """The number a new exhibition's badges carry."""
    return (db.scalar(sa.select(sa.func.max(exhibition.c.number))) or 0) + 1


def change_exhibition(db: Connection, exhibition_id: UUID, **values: Any) -> None:
    """Move, rename, close or open an exhibition; badges' keys verify as long as its last day asks."""
    own = exhibition.c
    change = sa.update(exhibition).where(own.id == exhibition_id)
    last_day = db.scalar(change.values(version=own.version + 1, **values).returning(own.last_day))
    if last_day is None:
        raise NotFound
    keys.exhibition_moved(db, exhibition_id, last_day)
    _tell(db, exhibition_id)


def change_by_staff(
    db: Connection, by: By, seen: int, values: dict[str, Any], halls: tuple[NewHall, ...]
) -> Exhibition:
    """An organiser's change of what was read in version `seen`: texts, days, venue, halls; NotFound, ChangedMeanwhile.

    A hall that is no longer named goes, one with the same letter stays the same hall.
    """
    before = exhibition_of(db, by.exhibition_id)
    own = exhibition.c
    # the row is held from here on: of two organisers at once the second sees the first one's version
    held = sa.update(exhibition).where(own.id == before.id, own.version == seen).values(version=own.version)
    if db.execute(held).rowcount != 1:
        raise ChangedMeanwhile
    for table, row_id in ((organiser, before.organiser_id), (venue, before.venue_id)):
        changed = {
            one.name: values.pop(f"{table.name}.{one.name}") for one in table.c if f"{table.name}.{one.name}" in values
        }
        db.execute(sa.update(table).where(table.c.id == row_id).values(changed))
    _set_halls(db, before, halls)
    change_exhibition(db, before.id, **values)
    note(db, by, Act.EXHIBITION_CHANGED, before.reference)
    return exhibition_of(db, before.id)


def _set_halls(db: Connection, before: Exhibition, halls: tuple[NewHall, ...]) -> None:
    known = {part.reference: part.id for part in before.halls}
    gone = [known[one] for one in set(known) - {part.reference for part in halls}]
    try:
        with db.begin_nested():
            db.execute(sa.delete(hall).where(hall.c.exhibition_id == before.id, hall.c.id.in_(gone)))
    except sa.exc.IntegrityError as wrong:
        raise HallInUse from wrong
    for part in halls:
        if part.reference in known:
            same = (hall.c.exhibition_id == before.id, hall.c.id == known[part.reference])
            db.execute(sa.update(hall).where(*same).values(names=part.names, capacity=part.capacity))
        else:
            _insert(db, hall, exhibition_id=before.id, **asdict(part))


def find_exhibition(db: Connection, reference: str) -> Exhibition:
    """The exhibition of this reference; NotFound."""
    found = _load(db, _CALLED, reference=reference)
    if not found:
        raise NotFound
    return found[0]


def exhibition_of(db: Connection, exhibition_id: UUID) -> Exhibition:
    """The exhibition of this id; NotFound."""
    found = _load(db, _OF, of=exhibition_id)
    if not found:
        raise NotFound
    return found[0]


def exhibition_id_of(db: Connection, reference: str) -> UUID | None:
    """The id behind a reference, if there is one."""
    return db.scalar(sa.select(exhibition.c.id).where(exhibition.c.reference == reference))


def list_exhibitions(db: Connection) -> list[Exhibition]:
    """Every exhibition, the latest first."""
    return _load(db, _PLACED)


def exhibitions_by_nearness(db: Connection) -> list[Exhibition]:
    """Every exhibition: what is on, then what comes next, then what ended last."""
    return sorted(list_exhibitions(db), key=lambda one: nearness(one.first_day, one.last_day, one.today))


def exhibitions_served(db: Connection, account: accounts.Account) -> list[Exhibition]:
    """Every exhibition somebody of the staff works at, the nearest in time first."""
    return [one for one in exhibitions_by_nearness(db) if roles_at(account.roles, one.id)]


def publish_exhibitions(db: Connection) -> int:
    """Say again how every exhibition stands; returns how many."""
    every = list_exhibitions(db)
    publish(db, *[_outgoing(one) for one in every])
    return len(every)


# written once, for they are asked at every request
_PLACED = (
    sa.select(
        exhibition,
        organiser.c.names.label("organiser_names"),
        venue.c.names.label("venue_names"),
        venue.c.town_names,
    )
    .select_from(exhibition.join(organiser).join(venue))
    .order_by(exhibition.c.first_day.desc())
)
_CALLED = _PLACED.where(exhibition.c.reference == sa.bindparam("reference"))
_OF = _PLACED.where(exhibition.c.id == sa.bindparam("of"))
_HALLS = (
    sa.select(hall.c.id, hall.c.reference, hall.c.names, hall.c.capacity)
    .where(hall.c.exhibition_id == sa.bindparam("of"))
    .order_by(hall.c.reference)
)

_OTHERS = (
    sa.select(organiser.c.id, organiser.c.names)
    .join(exhibition_organiser, exhibition_organiser.c.organiser_id == organiser.c.id)
    .where(exhibition_organiser.c.exhibition_id == sa.bindparam("of"))
    .order_by(exhibition_organiser.c.added_at, exhibition_organiser.c.organiser_id)
)


def _load(db: Connection, which: sa.Select[Any], **named: Any) -> list[Exhibition]:
    rows = db.execute(which, named).all()
    return [Exhibition(**row._mapping, halls=_halls(db, row.id), co_organisers=_others(db, row.id)) for row in rows]


def add_co_organiser(db: Connection, exhibition_id: UUID, organiser_id: UUID) -> bool:
    """Note that a body organises an exhibition beside the one that answers for it; whether that is new."""
    answers = sa.select(exhibition.c.id).where(
        exhibition.c.id == exhibition_id, exhibition.c.organiser_id == organiser_id
    )
    if db.scalar(answers):
        return False
    own = exhibition_organiser.c
    row = {"exhibition_id": exhibition_id, "organiser_id": organiser_id, "added_at": now()}
    return bool(insert_new(db, exhibition_organiser, [row], returning=[own.organiser_id]))


def _others(db: Connection, exhibition_id: UUID) -> tuple[Organiser, ...]:
    return tuple(Organiser(row.id, row.names) for row in db.execute(_OTHERS, {"of": exhibition_id}))


def _halls(db: Connection, exhibition_id: UUID) -> tuple[Hall, ...]:
    return tuple(Hall(**row._mapping) for row in db.execute(_HALLS, {"of": exhibition_id}))


def _insert(db: Connection, table: sa.Table, **values: Any) -> UUID:
    fresh = new_id()
    db.execute(sa.insert(table).values(id=fresh, **values))
    return fresh


def _tell(db: Connection, exhibition_id: UUID) -> None:
    publish(db, _outgoing(exhibition_of(db, exhibition_id)))


def _outgoing(one: Exhibition) -> Outgoing:
    body = ExhibitionChanged(
        reference=one.reference,
        number=one.number,
        names=one.names,
        kind=one.kind,
        first_day=one.first_day.isoformat(),
        last_day=one.last_day.isoformat(),
        zone=one.zone,
        languages=one.languages,
        venue_names=one.venue_names,
        town_names=one.town_names,
        halls=[{**asdict(part), "id": str(part.id)} for part in one.halls],
        organiser_names=one.organiser_names,
        state=one.state,
        copied_from=str(one.copied_from) if one.copied_from else None,
        organisers=one.all_organiser_names,
    )
    return Outgoing(one.id, one.id, one.version, body)
