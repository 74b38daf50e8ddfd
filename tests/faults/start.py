"""Starts the embedded system with one planted bug (or none): `python -m tests.faults.start DATA PORT [BUG]`."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from deploy.embedded.options import Options
from deploy.embedded.supervisor import run
from tests.faults.planted import BUGS


def main() -> int:
    """Run until stopped."""
    data, port, *bug = sys.argv[1:]
    plant = BUGS[bug[0]].plant if bug and bug[0] else None
    let_it_be_noon(Path(data))
    return run(Options(data=Path(data), port=int(port), rehearsal=True), before_fork=plant)


def let_it_be_noon(data: Path) -> None:
    """At night nobody is offered a seat: whatever the hour, these tests play by day."""
    data.mkdir(parents=True, exist_ok=True)
    noon = datetime.now(UTC).replace(hour=12).timestamp()
    said = {"anchor_real": time.time(), "anchor_clock": noon, "rate": 1}
    (data / "rehearsal-clock.json").write_text(json.dumps(said))


if __name__ == "__main__":
    sys.exit(main())
