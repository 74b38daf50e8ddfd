"""Starts the embedded system with planted bugs or none: `python -m tests.faults.start DATA PORT [planted]`."""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.embedded.options import Options
from deploy.embedded.supervisor import run
from services.notifications.deliveries.operations import claiming
from services.notifications.deliveries.senders import rounds
from shared.outbox import speaking
from tests.faults.planted import plant_all
from tests.kit.running import let_it_be


def main() -> int:
    """Run until stopped."""
    data, port, is_planted = sys.argv[1:]

    def before_fork() -> None:
        lead_through_lines()
        if os.environ.get("FAULTS_HURRY"):
            hurry()
        if is_planted == "planted":
            plant_all()

    let_it_be(Path(data))  # at night nobody is offered a seat: whatever the hour, these tests play by day
    return run(Options(data=Path(data), port=int(port), rehearsal=True), before_fork=before_fork)


def lead_through_lines() -> None:
    """Peers and the queue are reached through the harness, which can cut the line."""
    for setting, port in json.loads(os.environ.get("FAULTS_LINES", "{}")).items():
        address = os.environ[setting]
        os.environ[setting] = address.replace(f":{urlsplit(address).port}", f":{port}", 1)


def hurry() -> None:
    """Wait less before what a dead process left is taken up: its notices, and what was rung for in vain."""
    put(claiming, "LEASE", timedelta(seconds=6))
    put(rounds, "STALE", 2.0)
    put(speaking, "PAUSES", (1, 2, 3, 5, 8))


def put(place: Any, name: str, thing: Any) -> None:
    """What a module goes by."""
    setattr(place, name, thing)


if __name__ == "__main__":
    sys.exit(main())
