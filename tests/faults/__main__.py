"""`./moussem faults [--runs N] [--seed S]`: first the planted bugs, then the matrix against the real system."""

import argparse
import shutil
import sys
import time
from collections.abc import Sequence

from tests.bench.running import urls_of
from tests.faults import matrix
from tests.faults.checker import check, settle
from tests.faults.crowd import Crowd
from tests.faults.planted import BUGS, Bug
from tests.faults.system import System
from tests.kit.databases import Databases

PEOPLE = 24
# the one message that is lost may speak of a booking that was given back since, which harms nobody
STORIES = 3


def main(arguments: Sequence[str]) -> int:
    """0 when every planted bug was caught and nothing was lost or doubled; 1 otherwise."""
    asked = _asked(arguments)
    failures = 0
    if not asked.only_matrix:
        failures += sum(not catch(name, asked.seed) for name in BUGS)
    failures += run_matrix(asked.runs, asked.seed, asked.engine)
    said = "nothing was lost or doubled" if not failures else f"{failures} failures"
    print(f"faults: {said} (seed {asked.seed})", flush=True)  # noqa: T201 - a command speaks
    return 1 if failures else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./moussem faults", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=len(matrix.cells()), help="how many faults; the whole matrix by default"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()), help="decides their order and who books what")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite", help="which kind of database")
    parser.add_argument("--only-matrix", action="store_true", help="leave the planted bugs out")
    return parser.parse_args(arguments)


def catch(name: str, seed: int) -> bool:
    """Whether the checker sees what goes wrong when the system has this bug."""
    bug = BUGS[name]
    system = System(planted=name)
    system.start()
    try:
        crowd = Crowd(system, seed)
        crowd.register(PEOPLE)
        settle(system, 20)
        for _ in range(STORIES):
            wrong = _harmed(system, crowd, bug)
            seen = [complaint for complaint in wrong if bug.complaint in complaint]
            if seen:
                break
    finally:
        _end(system)
    verdict = f"caught: {seen[0]}" if seen else f"NOT CAUGHT ({len(wrong)} other complaints)"
    print(f"planted {name}: {verdict}", flush=True)  # noqa: T201 - a command speaks
    return bool(seen)


def _harmed(system: System, crowd: Crowd, bug: Bug) -> list[str]:
    if bug.moment:
        system.arm(bug.moment, "kill")
    matrix.story(system, crowd)
    late = settle(system, 10)
    return check(system, crowd.books) + late


def run_matrix(runs: int, seed: int, engine: str) -> int:
    """Strike one system again and again; how many runs ended with something lost or doubled."""
    databases = Databases(fsync=True)
    failed = 0
    system = System(urls=urls_of(databases) if engine == "postgres" else {})
    system.start()
    try:
        crowd = Crowd(system, seed)
        crowd.register(PEOPLE)
        for number, cell in enumerate(matrix.chosen(runs, seed), start=1):
            started = time.monotonic()
            wrong = matrix.strike(system, crowd, cell)
            said = "; ".join(wrong[:3]) if wrong else "nothing lost, nothing doubled"
            print(f"{number}/{runs} {cell}: {said} ({time.monotonic() - started:.1f} s)", flush=True)  # noqa: T201 - a command speaks
            failed += bool(wrong)
    finally:
        _end(system, keep=bool(failed))
        databases.close()
    return failed


def _end(system: System, *, keep: bool = False) -> None:
    system.stop()
    if keep:
        print(f"its data and log stay in {system.folder}", flush=True)  # noqa: T201 - a command speaks
    else:
        shutil.rmtree(system.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
