"""`./moussem dead`: messages between services that a listener gave up on."""

import argparse
import json
import os
import sys
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from deploy.commands import opened
from deploy.embedded.options import CannotRun
from deploy.embedded.plan import SERVICES
from shared import outbox


def main(given: argparse.Namespace) -> int:
    """List, show or replay."""
    os.environ["MOUSSEM_DATA"] = str(given.data)
    try:
        message_id = UUID(given.message) if given.message else None
    except ValueError:
        print(f"{given.message} is no message id; `./moussem dead` lists them.", file=sys.stderr)
        return 1
    try:
        if given.action == "replay":
            return _replay(message_id)
        return _show(message_id) if given.action == "show" else _list()
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        return 1


def _dead() -> list[tuple[str, Any]]:
    found = []
    for service in SERVICES:
        with opened(service) as database, database.reading() as db:
            found += [(service, row) for row in outbox.dead_letters(db)]
    return found


def _list() -> int:
    found = _dead()
    if not found:
        print("No message was given up.")
    for service, row in found:
        print(f"{row.id}  {row.name:<26} {service} → {row.listener}  said {row.occurred_at:%Y-%m-%d %H:%M} UTC")
    return 0


def _show(message_id: UUID | None) -> int:
    found = [(service, row) for service, row in _dead() if row.id == message_id]
    if not found:
        print("No message of this id was given up.", file=sys.stderr)
        return 1
    for service, row in found:
        said = {**row._mapping, "sender": service, "error": _error(row)}
        print(json.dumps(said, indent=1, ensure_ascii=False, default=str))
    return 0


def _error(row: Any) -> str | None:
    """What the listener last failed with, from its own books."""
    tried = outbox.inbox_attempt
    with opened(row.listener) as database, database.reading() as db:
        return db.execute(sa.select(tried.c.last_error).where(tried.c.message_id == row.id)).scalar()


def _replay(message_id: UUID | None) -> int:
    """Books of both sides are opened again: the sender rings, the listener counts from nothing."""
    listeners = {row.listener for _, row in _dead() if message_id in (None, row.id)}
    for listener in sorted(listeners):
        with opened(listener) as database, database.transaction() as db:
            outbox.forgive(db, message_id)
    rung = 0
    for service in SERVICES:
        with opened(service) as database, database.transaction() as db:
            rung += outbox.replay_dead(db, message_id)
    print(f"{rung} messages are sent again while Moussem runs.")
    return 0 if rung or message_id is None else 1
