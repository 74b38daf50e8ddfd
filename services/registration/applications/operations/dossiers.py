"""Dossiers: begun by somebody new or somebody known, filled in, found again."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.applications.domain.dossiers import AlreadyApplied, fold
from services.registration.applications.domain.states import EDITABLE, Act, ActRefused, Decision, State, can, standing
from services.registration.applications.models import application, application_change
from services.registration.applications.operations.calls import Call, find_call
from services.registration.applications.operations.crafts import check_craft
from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.domain.names import search_key
from services.registration.visitors.domain.people import Kind
from services.registration.visitors.messages import PersonChanged, PersonRegistered
from services.registration.visitors.models import person
from services.registration.visitors.operations.phones import FirstMessage, welcome
from shared.clock import now
from shared.db import insert_new
from shared.ids import new_id, new_reference, tidy_reference
from shared.outbox import Outgoing, publish
from shared.problem import N_, ChangedMeanwhile, Invalid, NotFound
from shared.settings import Settings

ANSWERS = (
    *("kind", "business", "filiere", "activity", "town", "country", "region"),
    *("shows", "needs_power", "needs_water", "members", "answers"),
)
_PERSON = (person.c.name, person.c.phone, person.c.email, person.c.language)


@dataclass(frozen=True)
class By:
    """Who moves an application: a person, somebody of the staff, or the clock."""

    kind: str
    id: UUID | None = None


@dataclass(frozen=True)
class Contact:
    """Who speaks for the dossier, already tidy; `may_text` is whether the limits allow a message to the phone.

    Who has no phone comes to the counter, where somebody of the staff types it in. `hands_in`: by the same act.
    """

    name: str
    phone: str | None
    language: str
    email: str | None = None
    may_text: bool = True
    typist: By | None = None
    hands_in: bool = False


CLOCK = By("clock")


@dataclass(frozen=True)
class Application:
    """A dossier with who speaks for it."""

    exhibition_id: UUID
    id: UUID
    person_id: UUID
    reference: str
    kind: str
    business: str
    folded: str
    filiere: str
    activity: str
    town: str
    country: str | None
    region: str | None
    shows: str
    needs_power: bool
    needs_water: bool
    members: list[str]
    left_out: list[int]
    answers: dict[str, str]
    state: State
    missing: list[str]
    missing_note: str
    pending: str | None
    rank: int | None
    offer_ends_at: datetime | None
    stands: list[dict[str, Any]] | None
    version: int
    made_at: datetime
    submitted_at: datetime | None
    name: str
    phone: str | None
    email: str | None
    language: str
    score: float | None = field(default=None, compare=False)
    is_told: bool = field(default=False, compare=False)
    """Begun a moment ago, and the message with the private link tells that it was handed in."""
    is_alike: bool = field(default=False, compare=False)

    @property
    def standing(self) -> State:
        """What its state is worth now: an offer ends by the clock."""
        return standing(self.state, self.offer_ends_at, now())

    @property
    def title(self) -> str:
        """What it is called: the house, else the person."""
        return self.business or self.name

    @property
    def accepted_members(self) -> list[str]:
        """The members who may come: all who were not left out."""
        return [name for place, name in enumerate(self.members) if place not in self.left_out]

    @property
    def is_editable(self) -> bool:
        """Whether its answers may still be changed."""
        return self.state in EDITABLE

    @property
    def is_waiting(self) -> bool:
        """Whether it is on the reserve list, or is to be once the decisions are published."""
        return self.state is State.RESERVE or self.pending == Decision.RESERVE

    def may(self, act: str) -> bool:
        """Whether this act leads anywhere from here, now."""
        return can(self.standing, Act(act))


def begin_for_newcomer(
    db: Connection, settings: Settings, exhibition: Exhibition, contact: Contact, said: dict[str, Any]
) -> Application:
    """Keep a draft for somebody new; a phone that is new to us gets a private link and a code.

    NoCall, CallClosed, Invalid.
    """
    call = _open_call(db, exhibition)
    row: dict[str, Any] = {
        "exhibition_id": exhibition.id,
        "id": new_id(),
        "name": contact.name,
        "name_key": search_key(contact.name),
        "phone": contact.phone,
        "email": contact.email,
        "language": contact.language,
        "country": said.get("country"),
        "region": said.get("region"),
        "version": 1,
        "made_at": now(),
    }
    db.execute(sa.insert(person).values(row))
    body = PersonRegistered(contact.name, contact.phone, contact.email, contact.language, Kind.EXHIBITOR)
    publish(db, Outgoing(exhibition.id, row["id"], 1, body))
    begun = _begin(db, call, (row["id"], contact.typist or By("person", row["id"])), said)
    if contact.phone and contact.may_text:
        first = FirstMessage(contact.phone, begun.reference, "application", contact.hands_in)
        goes = welcome(db, settings, exhibition, row["id"], first)
        return replace(begun, is_told=goes and contact.hands_in)
    return begun


def begin_for_known(db: Connection, exhibition: Exhibition, person_id: UUID, said: dict[str, Any]) -> Application:
    """Keep a draft for somebody we know; one live application each. NoCall, CallClosed, AlreadyApplied, Invalid."""
    return _begin(db, _open_call(db, exhibition), (person_id, By("person", person_id)), said)


def _open_call(db: Connection, exhibition: Exhibition) -> Call:
    call = find_call(db, exhibition.id)
    call.check_open()
    return call


def _begin(db: Connection, call: Call, whose: tuple[UUID, By], said: dict[str, Any]) -> Application:
    exhibition_id, at = call.exhibition_id, now()
    person_id, by = whose
    _check(db, call, said)
    row = {
        "exhibition_id": exhibition_id,
        "id": new_id(),
        "person_id": person_id,
        "reference": new_reference(),
        **_answers(said),
        "state": State.DRAFT,
        "missing": [],
        "version": 1,
        "made_at": at,
    }
    # the partial index says no when this person has a live one
    if not insert_new(db, application, [row], returning=[application.c.id]):
        raise AlreadyApplied
    refold(db, exhibition_id, row["id"])
    audit = {"exhibition_id": exhibition_id, "application_id": row["id"], "version": 1, "at": at}
    who = {"by_kind": by.kind, "by_id": by.id, "act": Act.BEGIN, "after": State.DRAFT, "reason": ""}
    db.execute(sa.insert(application_change).values(**audit, **who))
    return application_of(db, exhibition_id, row["id"])


def change_dossier(db: Connection, mine: Application, version: int, said: dict[str, Any]) -> Application:
    """Change the answers of a draft or an incomplete dossier; ActRefused, ChangedMeanwhile, Invalid.

    CallClosed for a draft. A craft that is offered no longer may stay.
    """
    if not mine.is_editable:
        raise ActRefused(state=mine.state.value)
    call = find_call(db, mine.exhibition_id)
    if mine.state is State.DRAFT:
        call.check_open()
    _check(db, call, said, mine.filiere)
    own = application.c
    changed = db.execute(
        sa.update(application)
        .where(*_is(mine), own.version == version)
        .values(**_answers({name: getattr(mine, name) for name in ANSWERS} | said), version=own.version + 1)
    )
    if changed.rowcount == 0:
        raise ChangedMeanwhile
    refold(db, mine.exhibition_id, mine.id)
    return application_of(db, mine.exhibition_id, mine.id)


def _check(db: Connection, call: Call, said: dict[str, Any], kept: str = "") -> None:
    check_craft(db, call.exhibition_id, said.get("filiere") or "", kept)
    asked = {one["reference"] for one in call.questions}
    strange = sorted(set(said.get("answers") or {}) - asked)
    if strange:
        raise Invalid({f"answers.{name}": [N_("The call does not ask this.")] for name in strange})


def application_of(db: Connection, exhibition_id: UUID, application_id: UUID) -> Application:
    """The application of this id; NotFound."""
    return _one(db, application.c.exhibition_id == exhibition_id, application.c.id == application_id)


def find_application(db: Connection, exhibition_id: UUID, reference: str) -> Application:
    """The application of this reference, however it was typed; NotFound."""
    own = application.c
    return _one(db, own.exhibition_id == exhibition_id, own.reference == tidy_reference(reference)[:8])


def newest_of(db: Connection, exhibition_id: UUID, person_id: UUID) -> Application | None:
    """Somebody's live application, else their newest one, if they have any."""
    own = application.c
    found = load_applications(db, own.exhibition_id == exhibition_id, own.person_id == person_id)
    live = [one for one in found if one.may(Act.WITHDRAW)]
    return next(iter(live or found), None)


def mine_of(db: Connection, exhibition_id: UUID, person_id: UUID) -> Application:
    """The same; NotFound when there is none."""
    found = newest_of(db, exhibition_id, person_id)
    if found is None:
        raise NotFound
    return found


def load_applications(db: Connection, *which: sa.ColumnElement[bool]) -> list[Application]:
    """Applications with who speaks for them, the newest first."""
    rows = db.execute(
        sa.select(application, *_PERSON)
        .join_from(application, person, _SAME_PERSON)
        .where(*which)
        .order_by(application.c.made_at.desc(), application.c.id.desc())
    )
    return [Application(**dict(row._mapping) | {"state": State(row.state)}) for row in rows]


def publish_applicants(db: Connection) -> int:
    """Say again what we know of everybody who applied; returns how many."""
    mine = sa.select(application.c.person_id).where(application.c.exhibition_id == person.c.exhibition_id)
    rows = db.execute(sa.select(person).where(person.c.id.in_(mine))).all()
    for row in rows:
        body = PersonChanged(row.name, row.phone, row.email, row.language, Kind.EXHIBITOR)
        publish(db, Outgoing(row.exhibition_id, row.id, row.version, body))
    return len(rows)


def refold(db: Connection, exhibition_id: UUID, application_id: UUID) -> None:
    """Keep the name as it is compared with others."""
    one = application_of(db, exhibition_id, application_id)
    db.execute(sa.update(application).where(*_is(one)).values(folded=fold(one.title)))


_SAME_PERSON = sa.and_(person.c.exhibition_id == application.c.exhibition_id, person.c.id == application.c.person_id)


def _one(db: Connection, *which: sa.ColumnElement[bool]) -> Application:
    found = load_applications(db, *which)
    if not found:
        raise NotFound
    return found[0]


def _is(one: Application) -> list[sa.ColumnElement[bool]]:
    return [application.c.exhibition_id == one.exhibition_id, application.c.id == one.id]


def _answers(said: dict[str, Any]) -> dict[str, Any]:
    """Every answer, empty where none was given."""
    empty: dict[str, Any] = {"needs_power": False, "needs_water": False, "country": None, "region": None, "members": []}
    empty["answers"] = {}
    known = {name: said.get(name) for name in ANSWERS}
    return {name: value if value is not None else empty.get(name, "") for name, value in known.items()} | {"folded": ""}
