"""`./moussem staff`: who may sign in, a new password for somebody who lost theirs, the way into an empty office."""

import argparse
import os
import sys

from deploy.commands import opened
from deploy.embedded.options import CannotRun
from deploy.embedded.services import FIRST_HOURS, first_link
from shared.db import Database


def main(given: argparse.Namespace) -> int:
    """List accounts or reset one's password."""
    os.environ["MOUSSEM_DATA"] = str(given.data)
    try:
        with opened("registration") as database:
            if given.action == "link":
                return _link(database)
            return _reset(database, given.login) if given.action == "reset" else _list(database)
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        return 1


def _list(database: Database) -> int:
    from services.registration.staff.operations import accounts

    with database.reading() as db:
        for account in accounts.all_accounts(db):
            roles = sorted({role for given in account.roles.values() for role in given})
            state = "" if account.is_active else "  (closed)"
            print(f"{account.name:<30} {', '.join(roles)}{state}")
    return 0


def _link(database: Database) -> int:
    address = first_link(database)
    if address is None:
        print("Somebody of the staff exists; organisers invite others in the office.", file=sys.stderr)
        return 1
    print(f"Open your account and your first fair, once, within {FIRST_HOURS} hours:\n{address}")
    return 0


def _reset(database: Database, login: str) -> int:
    from services.registration.staff import domain
    from services.registration.staff.operations import accounts

    try:
        with database.transaction() as db:
            password = accounts.reset_password(db, login)
    except domain.StaffUnknown:
        print(f"Nobody signs in as {login}.", file=sys.stderr)
        return 1
    print(f"New password of {login}: {password}\nIt is shown only now. Earlier sign-ins end within a minute.")
    return 0
