"""`./moussem keys`: the keys that sign tokens and badges; a new one in time, none any more after a theft."""

import argparse
import os
import sys
from typing import Any

from deploy.commands import opened
from deploy.embedded.options import CannotRun
from deploy.embedded.services import settings_of
from shared.db import Database

AFTER_REVOKING = {
    "person": "Everybody signs in again with the code from their phone.",
    "staff": "Everybody of the staff signs in again.",
    "device": "Every device is enrolled again, with a new code from the office.",
    "badge": "{signed} valid badges were signed anew: people find them on their page. Printed ones admit nobody.",
}


def main(given: argparse.Namespace) -> int:
    """List, rotate or revoke."""
    os.environ["MOUSSEM_DATA"] = str(given.data)
    try:
        with opened("registration") as database:
            if given.action == "rotate":
                return _rotate(database, given.key)
            return _revoke(database, given.key) if given.action == "revoke" else _list(database)
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        return 1


def _list(database: Database) -> int:
    from services.registration.staff.operations import keys

    with database.reading() as db:
        for key in keys.all_keys(db):
            print(f"{key.key_id:<20} {key.purpose:<8} {key.number:>5}  made {key.made_at:%Y-%m-%d}  {_state(key)}")
    return 0


def _state(key: Any) -> str:
    if key.is_revoked:
        return "revoked"
    return f"verifies until {key.verifies_until:%Y-%m-%d}" if key.verifies_until else "signs"


def _rotate(database: Database, purpose: str) -> int:
    from services.registration.staff.domain import Act, Purpose
    from services.registration.staff.operations import audit, keys

    try:
        chosen = Purpose(purpose)
    except ValueError:
        print(f"No key signs for {purpose}; there are {', '.join(Purpose)}.", file=sys.stderr)
        return 1
    with database.transaction() as db:
        key_id = keys.rotate_key(db, settings_of("registration"), chosen)
        audit.note(db, audit.Outside(), Act.KEY_ROTATED, key_id)
    print(f"{key_id} signs from now on. What the old key signed stays good until its exhibitions are long over.")
    return 0


def _revoke(database: Database, key_id: str) -> int:
    from services.registration.staff.domain import Act, Purpose
    from services.registration.staff.operations import audit, keys
    from services.registration.visitors.operations import badges

    settings, signed = settings_of("registration"), 0
    with database.transaction() as db:
        found = next((key for key in keys.all_keys(db) if key.key_id == key_id), None)
        if found is None:
            print(f"There is no key {key_id}; `./moussem keys list` shows them.", file=sys.stderr)
            return 1
        if found.purpose == Purpose.BADGE:
            signed = badges.revoke_badge_key(db, settings, key_id)
        else:
            keys.revoke_key(db, settings, key_id)
        audit.note(db, audit.Outside(), Act.KEY_REVOKED, key_id)
    print(f"Nothing that {key_id} signed is believed any more, as soon as the services have heard it.")
    print(AFTER_REVOKING[found.purpose].format(signed=signed))
    return 0
