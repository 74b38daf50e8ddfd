"""The second step of signing in: turned on with a first code, asked for at the door, each code good once."""

from uuid import UUID

import pyotp
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff import domain
from services.registration.staff.domain import SecondStepOn, SecondStepRefused
from services.registration.staff.models import staff_recovery_code, staff_totp
from services.registration.staff.operations.keys import seal, unseal
from shared.clock import machine_now, now
from shared.db import insert_new
from shared.settings import Settings

_own, _code = staff_totp.c, staff_recovery_code.c


def is_on(db: Connection, staff_id: UUID) -> bool:
    """Whether this account asks for a code."""
    return (
        db.scalar(sa.select(_own.staff_id).where(_own.staff_id == staff_id, _own.confirmed_at.is_not(None))) is not None
    )


def begin(db: Connection, settings: Settings, staff_id: UUID) -> None:
    """Make a secret for somebody's app, in place of one that was never confirmed. SecondStepOn."""
    if is_on(db, staff_id):
        raise SecondStepOn
    db.execute(sa.delete(staff_totp).where(_own.staff_id == staff_id, _own.confirmed_at.is_(None)))
    sealed = seal(settings.secret, _label(staff_id), pyotp.random_base32().encode())
    insert_new(db, staff_totp, [{"staff_id": staff_id, "sealed_secret": sealed, "last_step": 0, "confirmed_at": None}])


def waiting_secret(db: Connection, settings: Settings, staff_id: UUID) -> str | None:
    """The secret that waits for its first code; None when none does."""
    waits = sa.select(_own.sealed_secret).where(_own.staff_id == staff_id, _own.confirmed_at.is_(None))
    sealed = db.scalar(waits)
    return _unsealed(settings, staff_id, sealed) if sealed else None


def confirm(db: Connection, settings: Settings, staff_id: UUID, typed: str) -> list[str]:
    """Ask for codes from now on; the recovery codes, which nobody can show again. SecondStepRefused."""
    secret = waiting_secret(db, settings, staff_id)
    step = domain.step_of(secret, typed, machine_now()) if secret else None
    if step is None:
        raise SecondStepRefused
    waits = sa.update(staff_totp).where(_own.staff_id == staff_id, _own.confirmed_at.is_(None))
    if db.execute(waits.values(confirmed_at=now(), last_step=step)).rowcount == 0:
        raise SecondStepRefused
    codes = domain.new_recovery_codes()
    hashes = [domain.recovery_hash(settings.secret, staff_id, code) for code in codes]
    db.execute(sa.delete(staff_recovery_code).where(_code.staff_id == staff_id))
    db.execute(sa.insert(staff_recovery_code), [{"staff_id": staff_id, "code_hash": each} for each in hashes])
    return codes


def take_code(db: Connection, settings: Settings, staff_id: UUID, typed: str) -> bool:
    """Use up a code of the app or a recovery code; whether it was a recovery code. SecondStepRefused."""
    row = db.execute(sa.select(staff_totp).where(_own.staff_id == staff_id, _own.confirmed_at.is_not(None))).first()
    if row is None:
        raise SecondStepRefused
    step = domain.step_of(_unsealed(settings, staff_id, row.sealed_secret), typed, machine_now())
    is_taken = take_step(db, staff_id, step) if step else _take_recovery(db, settings, staff_id, typed)
    if not is_taken:
        raise SecondStepRefused
    return step is None


def take_step(db: Connection, staff_id: UUID, step: int) -> bool:
    """Note that this step's code is used; False when it or a newer one was: of two who come at once one has it."""
    newer = sa.update(staff_totp).where(_own.staff_id == staff_id, _own.last_step < step)
    return db.execute(newer.values(last_step=step)).rowcount > 0


def turn_off(db: Connection, staff_id: UUID) -> bool:
    """Ask for no code any more; whether one was asked for."""
    was_on = is_on(db, staff_id)
    db.execute(sa.delete(staff_recovery_code).where(_code.staff_id == staff_id))
    db.execute(sa.delete(staff_totp).where(_own.staff_id == staff_id))
    return was_on


def codes_left(db: Connection, staff_id: UUID) -> int:
    """How many recovery codes are still good."""
    unused = sa.select(sa.func.count()).where(_code.staff_id == staff_id, _code.used_at.is_(None))
    return db.scalar(unused) or 0


def _take_recovery(db: Connection, settings: Settings, staff_id: UUID, typed: str) -> bool:
    wanted = domain.recovery_hash(settings.secret, staff_id, typed)
    unused = (_code.staff_id == staff_id, _code.code_hash == wanted, _code.used_at.is_(None))
    return db.execute(sa.update(staff_recovery_code).where(*unused).values(used_at=now())).rowcount > 0


def _label(staff_id: UUID) -> str:
    return f"totp:{staff_id.hex}"


def _unsealed(settings: Settings, staff_id: UUID, sealed: bytes) -> str:
    return unseal(settings.secret, _label(staff_id), sealed).decode()
