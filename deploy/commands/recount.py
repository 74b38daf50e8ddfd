"""`./moussem recount`: counts admissions anew from scans and seats from bookings; compares with what is kept."""

import argparse
import os
import sys

from deploy.commands import opened
from deploy.embedded.options import CannotRun


def main(given: argparse.Namespace) -> int:
    """Print each counter that says something else; 1 when there is one."""
    os.environ["MOUSSEM_DATA"] = str(given.data)
    try:
        return _recount()
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        return 1


def _recount() -> int:
    from services.ticketing.access.operations import exhibition_ids, exhibition_of
    from services.ticketing.admissions.operations.settling import recount
    from services.ticketing.bookings.operations.counting import recount as recount_seats

    wrong = 0
    with opened("ticketing") as database, database.reading() as db:
        if not database.is_sqlite:  # there reading is of one moment anyway; gates may be busy meanwhile
            db.execution_options(isolation_level="REPEATABLE READ")
        for one in (exhibition_of(db, exhibition_id) for exhibition_id in exhibition_ids(db)):
            differences = recount(db, one.id, zone=one.zone)
            wrong += len(differences)
            print(f"{one.reference}: {len(differences) or 'no'} wrong counters")
            for key, kept, counted in differences:
                print(f"  {' '.join(filter(None, key))}: kept {kept}, counted {counted}")
            miscounts = recount_seats(db, one.id)
            wrong += len(miscounts)
            print(f"{one.reference}: {len(miscounts) or 'no'} wrong numbers of seats")
            for whose, what, kept, counted in miscounts:
                print(f"  {whose} {what}: kept {kept}, counted {counted}")
    return 1 if wrong else 0
