"""Starts the embedded system with one planted bug (or none): `python -m tests.faults.start DATA PORT [BUG]`."""

import sys
from pathlib import Path

from deploy.embedded.options import Options
from deploy.embedded.supervisor import run
from tests.faults.planted import BUGS


def main() -> int:
    """Run until stopped."""
    data, port, *bug = sys.argv[1:]
    plant = BUGS[bug[0]].plant if bug and bug[0] else None
    return run(Options(data=Path(data), port=int(port)), before_fork=plant)


if __name__ == "__main__":
    sys.exit(main())
