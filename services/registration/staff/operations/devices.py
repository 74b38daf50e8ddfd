"""Devices: phones at gates, each with a key of its own; made, enrolled once with a code, revoked, told to ticketing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff import domain
from services.registration.staff.domain import Act, DeviceCodeUnknown, Profile, Purpose
from services.registration.staff.messages import DeviceChanged
from services.registration.staff.models import device
from services.registration.staff.operations.audit import By, Outside, note
from services.registration.staff.operations.keys import signer_for
from shared import tokens
from shared.clock import now
from shared.ids import hash_secret, new_id
from shared.outbox import Outgoing, publish
from shared.problem import NotFound
from shared.settings import Settings


@dataclass(frozen=True)
class NewDevice:
    """Where and when a device may read badges; local days and hours ("09:00"), no gates means all."""

    name: str
    profile: Profile
    gates: list[str]
    first_day: date
    last_day: date
    from_hour: str | None = None
    until_hour: str | None = None


@dataclass(frozen=True)
class Device(NewDevice):
    """A device as the office sees it."""

    exhibition_id: UUID = domain.EVERYWHERE
    id: UUID = domain.EVERYWHERE
    version: int = 0
    code_ends_at: datetime | None = None
    enrolled_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether its code has not been used and still can be."""
        is_good = self.code_ends_at is not None and self.code_ends_at > now()
        return is_good and self.enrolled_at is None and self.revoked_at is None


@dataclass(frozen=True)
class Enrolled:
    """A device with its own token for ticketing."""

    device: Device
    token: str


def make_device(db: Connection, settings: Settings, by: By, new: NewDevice) -> UUID:
    """Enter a device; its code (`code_of`) enrols it once within 24 hours. Returns its id."""
    device_id, at = new_id(), now()
    row = vars(new) | {
        "exhibition_id": by.exhibition_id,
        "id": device_id,
        "profile": str(new.profile),
        "version": 1,
        "code_hash": hash_secret(domain.device_secret(settings.secret, device_id, 1)),
        "code_ends_at": at + domain.DEVICE_CODE_LASTS,
        "made_by": by.staff_id,
        "made_at": at,
    }
    db.execute(sa.insert(device).values(row))
    note(db, by, Act.DEVICE_MADE, new.name, gates=new.gates)
    _tell(db, device_of(db, by.exhibition_id, device_id))
    return device_id


def code_of(settings: Settings, one: Device) -> str:
    """The code that enrols this device, while it waits."""
    return domain.device_secret(settings.secret, one.id, one.version)


def new_code(db: Connection, settings: Settings, by: By, device_id: UUID) -> None:
    """Let a device be enrolled anew: what it had stops counting. NotFound, also when it was revoked."""
    known = device_of(db, by.exhibition_id, device_id)
    version = known.version + 1
    values = {
        "version": version,
        "enrolled_at": None,
        "code_hash": hash_secret(domain.device_secret(settings.secret, device_id, version)),
        "code_ends_at": now() + domain.DEVICE_CODE_LASTS,
    }
    changed = _change(db, known, device.c.revoked_at.is_(None), device.c.version == known.version, **values)
    if changed is None:
        raise NotFound
    note(db, by, Act.DEVICE_CODE_MADE, known.name)


def revoke(db: Connection, by: By, device_id: UUID) -> None:
    """Let a device in no more; done again it changes nothing. NotFound."""
    known = device_of(db, by.exhibition_id, device_id)
    version = device.c.version + 1
    if _change(db, known, device.c.revoked_at.is_(None), revoked_at=now(), version=version) is not None:
        note(db, by, Act.DEVICE_REVOKED, known.name)


def look_at_code(db: Connection, code: str) -> Device:
    """Which device a code enrols; changes nothing. DeviceCodeUnknown."""
    found = _load(db, device.c.code_hash == hash_secret(code), *_code_is_good())
    if not found:
        raise DeviceCodeUnknown
    return found[0]


def enrol(db: Connection, settings: Settings, code: str) -> Enrolled:
    """Give a device its token; the code is used up: of two who come at once one has it. DeviceCodeUnknown."""
    known = look_at_code(db, code)
    same = device.c.code_hash == hash_secret(code)
    if _change(db, known, same, *_code_is_good(), enrolled_at=now()) is None:
        raise DeviceCodeUnknown
    key = signer_for(db, settings, Purpose.DEVICE, (known.exhibition_id, known.last_day))
    claims = {
        "sub": str(known.id),
        "ex": str(known.exhibition_id),
        "ver": known.version,
        "aud": "ticketing",
        "iat": int(now().timestamp()),
        "exp": int(domain.device_token_ends(known.last_day).timestamp()),
    }
    note(db, Outside(known.exhibition_id), Act.DEVICE_ENROLLED, known.name)
    return Enrolled(known, tokens.sign(claims, private=key.private, key_id=key.key_id, typ="device+jwt"))


def list_devices(db: Connection, exhibition_id: UUID) -> list[Device]:
    """Every device of an exhibition, the newest first, those shut out last."""
    own = device.c
    return _load(db, own.exhibition_id == exhibition_id, order=(own.revoked_at.is_not(None), own.id.desc()))


def device_of(db: Connection, exhibition_id: UUID, device_id: UUID) -> Device:
    """One of them; NotFound."""
    found = _load(db, device.c.exhibition_id == exhibition_id, device.c.id == device_id)
    if not found:
        raise NotFound
    return found[0]


def publish_devices(db: Connection) -> int:
    """Say again how every device stands; returns how many."""
    every = _load(db)
    for one in every:
        _tell(db, one)
    return len(every)


def _code_is_good() -> list[sa.ColumnElement[bool]]:
    own = device.c
    return [own.enrolled_at.is_(None), own.revoked_at.is_(None), own.code_ends_at > now()]


def _change(db: Connection, one: Device, *where: sa.ColumnElement[bool], **values: Any) -> UUID | None:
    own = device.c
    same = sa.update(device).where(own.exhibition_id == one.exhibition_id, own.id == one.id, *where)
    changed: UUID | None = db.scalar(same.values(**values).returning(own.id))
    if changed:
        _tell(db, device_of(db, one.exhibition_id, one.id))
    return changed


def _load(db: Connection, *where: sa.ColumnElement[bool], order: Sequence[Any] = ()) -> list[Device]:
    names = list(Device.__dataclass_fields__)
    rows = db.execute(sa.select(*(device.c[name] for name in names)).where(*where).order_by(*order)).all()
    return [Device(**row._mapping) for row in rows]


def _tell(db: Connection, one: Device) -> None:
    body = DeviceChanged(
        device_version=one.version,
        profile=str(one.profile),
        gates=one.gates,
        first_day=one.first_day.isoformat(),
        last_day=one.last_day.isoformat(),
        from_hour=one.from_hour,
        until_hour=one.until_hour,
        is_revoked=one.revoked_at is not None,
    )
    publish(db, Outgoing(one.exhibition_id, one.id, one.version, body))
