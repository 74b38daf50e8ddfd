"""Webhooks made, looked at, given a new secret, ended."""

import os
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.engine import Connection

from services.notifications.webhooks.domain import (
    EVENTS,
    MOST,
    OVERLAP,
    Outcome,
    Place,
    State,
    TooManyWebhooks,
    new_secret,
)
from services.notifications.webhooks.domain.addresses import fault_of
from services.notifications.webhooks.models import webhook, webhook_attempt, webhook_delivery, webhook_event
from shared import clock
from shared.i18n import gettext as _
from shared.ids import new_id
from shared.problem import N_, Invalid, NotFound
from shared.settings import Settings

NO_EVENTS = N_("Please choose what it is told.")
_NONCE_BYTES = 12


def make(
    db: Connection, settings: Settings, exhibition_id: UUID, wanted: tuple[str, Collection[str]], staff_id: UUID | None
) -> Place:
    """A webhook to this address for these events, with a secret of its own; Invalid, TooManyWebhooks."""
    url, events = wanted
    wrong = {}
    if fault := fault_of(url, is_rehearsal=settings.rehearsal):
        wrong["url"] = [_(fault)]
    if not events or set(events) - set(EVENTS):
        wrong["events"] = [_(NO_EVENTS)]
    if wrong:
        raise Invalid(wrong)
    if len([one for one in list_all(db, exhibition_id) if one.state == State.ACTIVE]) >= MOST:
        raise TooManyWebhooks
    place = Place(exhibition_id, new_id())
    row = {
        "exhibition_id": exhibition_id,
        "id": place.id,
        "url": url,
        "events": sorted(events),
        "sealed": _seal(settings, place, new_secret()),
        "state": State.ACTIVE,
        "failures": 0,
        "made_by": staff_id,
        "made_at": clock.machine_now(),
    }
    db.execute(sa.insert(webhook), row)
    return place


def renew_secret(db: Connection, settings: Settings, place: Place) -> None:
    """Another secret; the old one signs beside it for a day. NotFound."""
    row, now = find(db, place), clock.machine_now()
    fresh = {
        "sealed": _seal(settings, place, new_secret()),
        "sealed_before": row.sealed,
        "before_until": now + OVERLAP,
    }
    db.execute(sa.update(webhook).where(*its(place)).values(fresh))


def secrets_of(settings: Settings, row: Any) -> list[str]:
    """The secrets that sign now, the newest first."""
    place, kept = Place(row.exhibition_id, row.id), [row.sealed]
    if row.before_until and row.before_until > clock.machine_now():
        kept.append(row.sealed_before)
    return [_open(settings, place, sealed) for sealed in kept]


def end(db: Connection, place: Place) -> bool:
    """Nothing more goes there; what was due failed. False where it had ended before; NotFound."""
    find(db, place)
    lives = sa.update(webhook).where(*its(place), webhook.c.state == State.ACTIVE)
    done = db.execute(lives.values(state=State.ENDED, ended_at=clock.machine_now())).rowcount > 0
    own = webhook_delivery.c
    due = (own.exhibition_id == place.exhibition_id, own.webhook_id == place.id, own.state == Outcome.DUE)
    db.execute(sa.update(webhook_delivery).where(*due).values(state=Outcome.FAILED, next_at=None))
    return done


def find(db: Connection, place: Place) -> sa.Row[Any]:
    """One webhook; NotFound."""
    row = db.execute(sa.select(webhook).where(*its(place))).first()
    if row is None:
        raise NotFound
    return row


def list_all(db: Connection, exhibition_id: UUID) -> Sequence[sa.Row[Any]]:
    """The webhooks of an exhibition, the newest first."""
    own = webhook.c
    found = sa.select(webhook).where(own.exhibition_id == exhibition_id)
    return db.execute(found.order_by(own.made_at.desc(), own.id.desc())).all()


def list_events(db: Connection, place: Place, at_most: int = 50) -> Sequence[Any]:
    """The newest events told to a webhook, with where each stands and what was answered last."""
    own, what, tried = webhook_delivery.c, webhook_event.c, webhook_attempt.c
    last = sa.and_(
        tried.exhibition_id == own.exhibition_id,
        tried.webhook_id == own.webhook_id,
        tried.event_id == own.event_id,
        tried.attempt == own.attempts,
    )
    return db.execute(
        sa.select(what.id, what.name, what.heard_at, own.state, own.attempts, own.next_at, tried.status, tried.reason)
        .join_from(
            webhook_delivery,
            webhook_event,
            sa.and_(what.exhibition_id == own.exhibition_id, what.id == own.event_id),
        )
        .outerjoin(webhook_attempt, last)
        .where(own.exhibition_id == place.exhibition_id, own.webhook_id == place.id)
        .order_by(what.heard_at.desc(), what.id.desc())
        .limit(at_most)
    ).all()


def its(place: Place) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that names one webhook."""
    return (webhook.c.exhibition_id == place.exhibition_id, webhook.c.id == place.id)


@lru_cache(maxsize=8)
def _box(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"moussem webhook secrets").derive(secret))


def _seal(settings: Settings, place: Place, secret: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _box(settings.secret).encrypt(nonce, secret.encode(), place.id.bytes)


def _open(settings: Settings, place: Place, sealed: bytes) -> str:
    nonce, rest = bytes(sealed[:_NONCE_BYTES]), bytes(sealed[_NONCE_BYTES:])
    return _box(settings.secret).decrypt(nonce, rest, place.id.bytes).decode()
