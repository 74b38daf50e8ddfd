"""Starts the embedded system with one planted bug (or none): `python -m tests.faults.start DATA PORT [BUG]`."""

import sys
from pathlib import Path

from deploy.embedded.options import Options
from deploy.embedded.supervisor import run
from services.notifications.notices.domain import WAITS
from tests.faults.planted import BUGS


def main() -> int:
    """Run until stopped."""
    data, port, *bug = sys.argv[1:]

    def prepare() -> None:
        WAITS.update(dict.fromkeys(WAITS, False))  # faults are tried by night too
        if bug and bug[0]:
            BUGS[bug[0]].plant()

    return run(Options(data=Path(data), port=int(port)), before_fork=prepare)


if __name__ == "__main__":
    sys.exit(main())
