"""Badges: issued, shown, replaced; the gates are told of each by message."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.exhibitions.operations import Exhibition
from services.registration.staff.domain import Purpose
from services.registration.staff.operations.keys import Signer, revoke_key, signer_for
from services.registration.visitors.domain import badge_code
from services.registration.visitors.domain.badge_code import BadgeFields, KindNumber
from services.registration.visitors.messages import BadgeIssued
from services.registration.visitors.models import badge, person
from shared import tokens
from shared.clock import now
from shared.ids import new_reference, new_secret
from shared.outbox import Outgoing, publish
from shared.problem import NotFound
from shared.settings import Settings

_INSERT = sa.insert(badge)
_ISSUE = _INSERT.returning(*badge.c)


@dataclass(frozen=True)
class Badge:
    """A badge as it stands now, with the code that admits."""

    id: UUID
    person_id: UUID
    reference: str
    kind: str
    code: str
    state: str
    version: int
    replaces: UUID | None

    @property
    def shown_reference(self) -> str:
        """XXXX-XXXX."""
        return badge_code.show_reference(self.reference)


@dataclass(frozen=True)
class Bearer:
    """Whose badge it is, of which kind, and which one it replaces."""

    person_id: UUID
    kind: KindNumber = KindNumber.VISITOR
    replaces: UUID | None = None


def issue_badge_to(db: Connection, settings: Settings, exhibition: Exhibition, bearer: Bearer) -> Badge:
    """Give somebody a badge of some kind for all days of the exhibition."""
    key = signer_for(db, settings, Purpose.BADGE, (exhibition.id, exhibition.last_day))
    made = db.execute(_ISSUE, _signed(key, exhibition, bearer)).one()
    _tell(db, made)
    return _badge(made)


def issue_badges(
    db: Connection, settings: Settings, exhibition: Exhibition, homes: dict[UUID, str | None]
) -> list[tuple[Badge, Outgoing]]:
    """Give visitors, told with where they live, their first badges; what is to be told of each is not yet published."""
    key = signer_for(db, settings, Purpose.BADGE, (exhibition.id, exhibition.last_day))
    rows = [_signed(key, exhibition, Bearer(person_id)) for person_id in homes]
    db.execute(_INSERT, rows)
    made = [SimpleNamespace(**row) for row in rows]
    return [(_badge(row), _outgoing(row, homes[row.person_id])) for row in made]


def _signed(key: Signer, exhibition: Exhibition, bearer: Bearer) -> dict[str, Any]:
    """A new badge's row."""
    fields = BadgeFields(
        key_number=key.number,
        exhibition_number=exhibition.number,
        badge_id=UUID(bytes=tokens.unb64(new_secret(16))),
        kind=bearer.kind,
        first_day=exhibition.first_day,
        last_day=exhibition.last_day,
    )
    record = badge_code.record_of(fields)
    return {
        "exhibition_id": exhibition.id,
        "id": fields.badge_id,
        "person_id": bearer.person_id,
        "reference": new_reference(),
        "kind": fields.kind.name.lower(),
        "first_day": fields.first_day,
        "last_day": fields.last_day,
        "record": record,
        "signature": tokens.sign_bytes(key.private, record),
        "state": "valid",
        "replaces": bearer.replaces,
        "version": 1,
        "issued_at": now(),
    }


def replace_badge(db: Connection, settings: Settings, exhibition: Exhibition, person_id: UUID) -> Badge:
    """Give a new badge for a lost one, which admits nobody any more; NotFound when there is none."""
    # two at once take turns, so that the second replaces what the first has just given
    whose = sa.select(person.c.id).where(person.c.exhibition_id == exhibition.id, person.c.id == person_id)
    db.execute(whose.with_for_update())
    old = db.execute(
        sa.update(badge)
        .where(*_valid_badge_of(exhibition.id, person_id))
        .values(state="replaced", version=badge.c.version + 1)
        .returning(*badge.c)
    ).first()
    if old is None:
        raise NotFound
    _tell(db, old)
    return issue_badge_to(db, settings, exhibition, Bearer(person_id, KindNumber[old.kind.upper()], old.id))


def revoke_badge(db: Connection, exhibition_id: UUID, person_id: UUID) -> None:
    """Let somebody's badge admit nobody any more; NotFound when there is none."""
    gone = db.execute(
        sa.update(badge)
        .where(*_valid_badge_of(exhibition_id, person_id))
        .values(state="revoked", version=badge.c.version + 1)
        .returning(*badge.c)
    ).first()
    if gone is None:
        raise NotFound
    _tell(db, gone)


def revoke_badge_key(db: Connection, settings: Settings, key_id: str) -> int:
    """Let nothing a badge key signed admit any more, and sign its valid badges anew; returns how many.

    People find the new code on their page; what they printed before is refused at the gates. LookupError.
    """
    number = revoke_key(db, settings, key_id)
    rows = db.execute(sa.select(badge).where(badge.c.state == "valid")).all()
    signed_by_it = [row for row in rows if badge_code.key_number_of(row.record) == number]
    for row in signed_by_it:
        key = signer_for(db, settings, Purpose.BADGE, (row.exhibition_id, row.last_day))
        record = badge_code.with_key(row.record, key.number)
        same = [badge.c.exhibition_id == row.exhibition_id, badge.c.id == row.id]
        signature = tokens.sign_bytes(key.private, record)
        db.execute(sa.update(badge).where(*same).values(record=record, signature=signature))
    return len(signed_by_it)


def badge_of(db: Connection, exhibition_id: UUID, person_id: UUID) -> Badge:
    """Somebody's valid badge; NotFound."""
    row = db.execute(sa.select(badge).where(*_valid_badge_of(exhibition_id, person_id))).first()
    if row is None:
        raise NotFound
    return _badge(row)


def publish_badges(db: Connection) -> int:
    """Say again how every badge stands; returns how many."""
    count = 0
    for rows in db.execute(sa.select(badge)).partitions(500):
        _tell(db, *rows)
        count += len(rows)
    return count


def _valid_badge_of(exhibition_id: UUID, person_id: UUID) -> list[sa.ColumnElement[bool]]:
    own = badge.c
    return [own.exhibition_id == exhibition_id, own.person_id == person_id, own.state == "valid"]


def _badge(row: Any) -> Badge:
    code = badge_code.code_of(row.record, row.signature)
    return Badge(row.id, row.person_id, row.reference, row.kind, code, row.state, row.version, row.replaces)


def tell_residence(db: Connection, exhibition_id: UUID, person_id: UUID) -> None:
    """Say somebody's valid badge again, since they live elsewhere now; nothing for who has none."""
    valid = sa.update(badge).where(*_valid_badge_of(exhibition_id, person_id))
    _tell(db, *db.execute(valid.values(version=badge.c.version + 1).returning(*badge.c)))


def _tell(db: Connection, *rows: sa.Row[Any]) -> None:
    """Say how badges stand, with where their holders live."""
    asked = sa.select(person.c.id, sa.func.coalesce(person.c.region, person.c.country).label("residence"))
    where, whose = {row.exhibition_id for row in rows}, {row.person_id for row in rows}
    homes = {
        row.id: row.residence
        for row in db.execute(asked.where(person.c.exhibition_id.in_(where), person.c.id.in_(whose)))
    }
    publish(db, *[_outgoing(row, homes.get(row.person_id)) for row in rows])


def _outgoing(row: Any, residence: str | None) -> Outgoing:
    body = BadgeIssued(
        reference=row.reference,
        person_id=str(row.person_id),
        kind=row.kind,
        first_day=row.first_day.isoformat(),
        last_day=row.last_day.isoformat(),
        replaces=str(row.replaces) if row.replaces else None,
        state=row.state,
        residence=residence,
    )
    return Outgoing(row.exhibition_id, row.id, row.version, body)
