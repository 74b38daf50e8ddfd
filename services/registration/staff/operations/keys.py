"""The keys that sign tokens and badges: made, used, retired, revoked, and told to the other services."""

import os
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.engine import Connection

from services.registration.staff import domain
from services.registration.staff.domain import EVERYWHERE, Purpose
from services.registration.staff.messages import KeyPublished
from services.registration.staff.models import signing_key, signing_key_use
from shared import tokens
from shared.clock import now
from shared.db import insert_new, reading
from shared.ids import new_id
from shared.outbox import Outgoing, publish
from shared.settings import Settings

_NONCE_BYTES = 12
_SIGNING = sa.select(signing_key).where(
    signing_key.c.purpose == sa.bindparam("signs"), signing_key.c.retired_at.is_(None)
)


class Signer(NamedTuple):
    """The key that signs for one purpose now."""

    id: UUID
    key_id: str
    number: int
    private: bytes


def signer(db: Connection, settings: Settings, purpose: Purpose) -> Signer:
    """The key that signs now; the first one is made when there is none (then `db` must be writing)."""
    row = db.execute(_SIGNING, {"signs": purpose}).first()
    row = row or _make_key(db, settings, purpose)
    return Signer(row.id, row.key_id, row.number, unseal(settings.secret, row.key_id, row.sealed_private_key))


def signer_for(db: Connection, settings: Settings, purpose: Purpose, exhibition: tuple[UUID, date]) -> Signer:
    """The key that signs now, noted as signing for this exhibition (its id and last day)."""
    key = signer(db, settings, purpose)
    exhibition_id, last_day = exhibition
    insert_new(
        db,
        signing_key_use,
        [{"exhibition_id": exhibition_id, "signing_key_id": key.id, "last_day": last_day}],
    )
    return key


def rotate_key(db: Connection, settings: Settings, purpose: Purpose) -> str:
    """Sign with a new key from now on; the old one verifies until its exhibitions have been over for 30 days.

    Returns the new key's id.
    """
    at = now()
    for old in db.execute(_SIGNING, {"signs": purpose}).all():
        until = domain.verifies_until(at, _last_days(db, old.id))
        _change_key(db, old.id, retired_at=at, verifies_until=until)
    return str(_make_key(db, settings, purpose).key_id)


def revoke_key(db: Connection, settings: Settings, key_id: str) -> int:
    """Let nothing this key signed be believed any more; if it was signing, a new one takes over. LookupError.

    Returns its number. Badges are signed anew by visitors' `revoke_badge_key`.
    """
    row = db.execute(sa.select(signing_key).where(signing_key.c.key_id == key_id)).first()
    if row is None:
        raise LookupError(key_id)
    at = now()
    _change_key(db, row.id, is_revoked=True, retired_at=row.retired_at or at, verifies_until=at)
    if row.retired_at is None:
        _make_key(db, settings, Purpose(row.purpose))
    return int(row.number)


def exhibition_moved(db: Connection, exhibition_id: UUID, last_day: date) -> None:
    """Let the keys that signed for an exhibition verify as long as its new last day asks."""
    used = signing_key_use.c
    db.execute(sa.update(signing_key_use).where(used.exhibition_id == exhibition_id).values(last_day=last_day))
    theirs = sa.select(used.signing_key_id).where(used.exhibition_id == exhibition_id)
    retired = sa.select(signing_key).where(
        signing_key.c.id.in_(theirs), signing_key.c.retired_at.is_not(None), ~signing_key.c.is_revoked
    )
    for key in db.execute(retired).all():
        until = domain.verifies_until(key.retired_at, _last_days(db, key.id))
        if until != key.verifies_until:
            _change_key(db, key.id, verifies_until=until)


def verifying_keys(db: Connection, at: datetime) -> list[tuple[str, str, bytes]]:
    """(purpose, key id, public key) of every key that verifies at this moment."""
    key = signing_key.c
    still = sa.or_(key.verifies_until.is_(None), key.verifies_until > at)
    rows = db.execute(sa.select(key.purpose, key.key_id, key.public_key).where(~key.is_revoked, still))
    return [(row.purpose, row.key_id, row.public_key) for row in rows]


def all_keys(db: Connection) -> Sequence[sa.Row[Any]]:
    """Every key with its purpose, number and end, by purpose and age; no private part."""
    key = signing_key.c
    asked: sa.Select[Any] = sa.select(
        key.key_id, key.purpose, key.number, key.made_at, key.verifies_until, key.is_revoked
    )
    return db.execute(asked.order_by(key.purpose, key.number)).all()


class RecentKeys:
    """The keys that verify, looked up in the database again each second and whenever an unknown one is asked for."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], bytes] = {}
        self._looked_at = -1.0

    def finder(self, purpose: Purpose) -> Callable[[str], bytes | None]:
        """How a verifier of this purpose finds the public key of a key id."""
        return lambda key_id: self._find(purpose, key_id)

    def _find(self, purpose: Purpose, key_id: str) -> bytes | None:
        if time.monotonic() - self._looked_at > 1 or (purpose, key_id) not in self._keys:
            with reading() as db:
                found = verifying_keys(db, now())
            self._keys = {(of, name): public for of, name, public in found}
            self._looked_at = time.monotonic()
        return self._keys.get((purpose, key_id))


def publish_keys(db: Connection) -> int:
    """Say again how every key stands; returns how many."""
    rows = db.execute(sa.select(signing_key)).all()
    publish(db, *[_outgoing(row) for row in rows])
    return len(rows)


def _last_days(db: Connection, signing_key_id: UUID) -> Sequence[date]:
    used = signing_key_use.c
    return db.scalars(sa.select(used.last_day).where(used.signing_key_id == signing_key_id)).all()


def _make_key(db: Connection, settings: Settings, purpose: Purpose) -> sa.Row[Any]:
    fresh = tokens.new_key()
    highest = sa.select(sa.func.coalesce(sa.func.max(signing_key.c.number), 0))
    row = {
        "id": new_id(),
        "key_id": fresh.key_id,
        "purpose": purpose,
        "number": highest.where(signing_key.c.purpose == purpose).scalar_subquery() + 1,
        "public_key": fresh.public,
        "sealed_private_key": seal(settings.secret, fresh.key_id, fresh.private),
        "made_at": now(),
        "is_revoked": False,
        "version": 1,
    }
    made = db.execute(sa.insert(signing_key).values(row).returning(*signing_key.c)).one()
    publish(db, _outgoing(made))
    return made


def _change_key(db: Connection, signing_key_id: UUID, **values: Any) -> None:
    change = sa.update(signing_key).where(signing_key.c.id == signing_key_id)
    changed = change.values(version=signing_key.c.version + 1, **values).returning(*signing_key.c)
    publish(db, _outgoing(db.execute(changed).one()))


def _outgoing(row: sa.Row[Any]) -> Outgoing:
    body = KeyPublished(
        key_id=row.key_id,
        number=row.number,
        purpose=row.purpose,
        public_key=tokens.b64(row.public_key),
        verifies_until=row.verifies_until.isoformat() if row.verifies_until else None,
        is_revoked=row.is_revoked,
    )
    return Outgoing(EVERYWHERE, row.id, row.version, body)


@lru_cache(maxsize=8)
def _box(secret: bytes) -> AESGCM:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"moussem private signing keys").derive(secret)
    return AESGCM(key)


def seal(secret: bytes, key_id: str, private: bytes) -> bytes:
    """A secret as it may lie in the database; `key_id` binds it to its row."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _box(secret).encrypt(nonce, private, key_id.encode())


@lru_cache(maxsize=32)
def unseal(secret: bytes, key_id: str, sealed: bytes) -> bytes:
    """What `seal` has sealed."""
    return _box(secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], key_id.encode())
