"""`./moussem resync`: each service says again how everything stands."""

import argparse
import os
import sys

from deploy.commands import opened
from deploy.embedded.options import CannotRun
from deploy.embedded.plan import SERVICES
from deploy.embedded.services import part


def main(given: argparse.Namespace) -> int:
    """Publish everything again; the workers bring it."""
    os.environ["MOUSSEM_DATA"] = str(given.data)
    chosen = [given.service] if given.service else list(SERVICES)
    if not set(chosen) <= set(SERVICES):
        print(f"There is no service {given.service}; there are {', '.join(SERVICES)}.", file=sys.stderr)
        return 1
    try:
        for service in chosen:
            with opened(service) as database, database.transaction() as db:
                said = part(service, "worker").resync(db)
            print(f"{service}: {said} messages said again")
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        return 1
    print("The workers bring them while Moussem runs; `./moussem doctor` shows what still waits.")
    return 0
