"""`python -m tests.stack [--workers N]`: the stack of compose.yaml on this machine, and every claim about it."""

import argparse
import shutil
import sys
import time
from collections.abc import Sequence

from tests.faults.crowd import Crowd
from tests.stack.claims import CLAIMS, Guest, Hall
from tests.stack.machine import Machine


def main(arguments: Sequence[str]) -> int:
    """0 when everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.stack", description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="processes of each web container (default: 2)")
    machine, failed, begun = Machine(workers=parser.parse_args(arguments).workers), 0, time.monotonic()
    try:
        machine.start()
        _say(f"{len(machine.running)} containers answer after {time.monotonic() - begun:.0f} s")
        hall = Hall(machine, Guest(machine), Crowd(machine, seed=1))
        for claim in CLAIMS:
            failed += not _holds(claim.__name__.replace("_", " "), claim, hall)
        _say(f"PostgreSQL has {machine.connections()} connections open")
    finally:
        machine.stop()
    if failed:
        _say(f"{failed} claims failed; logs stay in {machine.folder}")
    else:
        shutil.rmtree(machine.folder, ignore_errors=True)
        _say("everything held")
    return 1 if failed else 0


def _holds(name: str, claim: object, hall: Hall) -> bool:
    try:
        _say(f"{name}: {claim(hall)}" if callable(claim) else name)
    except AssertionError as wrong:
        _say(f"{name}: FAILED {str(wrong)[:1500]}")
        return False
    return True


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
