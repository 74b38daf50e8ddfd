"""`./moussem faults [--runs N] [--seed S]`: first the planted bugs, then the matrix against the real system."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults import checker, disk, matrix
from tests.faults.checker import check, settle
from tests.faults.crowd import Crowd
from tests.faults.planted import BUGS, ON
from tests.faults.probes import probe
from tests.faults.striking import Arena
from tests.faults.system import System

PEOPLE = 24
# the one message that is lost may speak of a booking that was given back since, which harms nobody
STORIES = 3
LASTS_SECONDS = 3.0


def main(arguments: Sequence[str]) -> int:
    """0 when every planted bug was caught and nothing was lost or doubled; 1 otherwise."""
    asked = _asked(arguments)
    failures = 0
    if not asked.only_matrix:
        failures += len(catch_all(asked.seed))
    runs = asked.runs or len(matrix.cells(asked.engine))
    every = [cell for cell in matrix.chosen(runs, asked.seed, asked.engine, asked.part) if asked.only in str(cell)]
    failures += run_matrix(every, asked.engine, asked.seed, lasts=asked.lasts, hurried=not asked.patient)
    said = "nothing was lost or doubled" if not failures else f"{failures} failures"
    print(f"faults: {said} (seed {asked.seed}, part {asked.part}, {asked.engine})", flush=True)  # noqa: T201 - a command speaks
    return 1 if failures else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./moussem faults", description=__doc__)
    parser.add_argument("--runs", type=int, help="how many faults; the whole matrix by default (docs/faults.md)")
    parser.add_argument("--part", type=int, default=0, help="go on after so many times --runs of the same seed")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="decides their order and who books what")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite", help="which kind of database")
    parser.add_argument("--lasts", type=float, default=LASTS_SECONDS, help="seconds that a stop or a cut lasts")
    parser.add_argument(
        "--patient", action="store_true", help="wait as long as the product does for what a dead process left"
    )
    parser.add_argument("--only", default="", metavar="WORDS", help="only cells whose line has these words in it")
    parser.add_argument("--only-matrix", action="store_true", help="leave the planted bugs out")
    return parser.parse_args(arguments)


def catch_all(seed: int) -> list[str]:
    """The planted bugs that the checker does not see, each at work for a while in one system that has them all."""
    system = System(planted=True)
    system.start()
    try:
        crowd = Crowd(system, seed, is_mixed=True)
        crowd.register(PEOPLE)
        settle(system, 60)
        return [name for name in BUGS if not _catch(system, crowd, name)]
    finally:
        system.stop()
        checker.forget(system)
        shutil.rmtree(system.folder, ignore_errors=True)


def _catch(system: System, crowd: Crowd, name: str) -> bool:
    bug, fresh, seen = BUGS[name], list[str](), list[str]()
    known = set(_complaints(system, crowd))
    on = system.faults / ON
    for _ in range(STORIES):
        on.write_text(name)
        if bug.moment:
            system.arm(bug.moment, "kill")
        matrix.story(system, crowd)
        settle(system, bug.patience)
        fresh = [complaint for complaint in _complaints(system, crowd) if complaint not in known]
        seen = [complaint for complaint in fresh if bug.complaint in complaint]
        if seen:
            break
    on.unlink()
    crowd.give_all_back()
    settle(system, bug.patience)
    verdict = f"caught: {seen[0]}" if seen else f"NOT CAUGHT ({len(fresh)} other complaints: {fresh[:3]})"
    print(f"planted {name}: {verdict}", flush=True)  # noqa: T201 - a command speaks
    return bool(seen)


def _complaints(system: System, crowd: Crowd) -> list[str]:
    return check(system, crowd.books) + (probe(system, crowd) if crowd.books.booked else [])


def run_matrix(
    every: Sequence[matrix.Cell],
    engine: str,
    seed: int,
    *,
    lasts: float = LASTS_SECONDS,
    hurried: bool = True,
    recovery: float = matrix.RECOVERY_SECONDS,
) -> int:
    """Strike one system again and again; how many runs ended with something lost, doubled or late."""
    failed, done = 0, 0
    every = [cell for cell in every if disk.can_be_had() or cell.act != "fill"]
    arena = Arena(engine, hurried=hurried)
    try:
        arena.system.start()
        crowd = Crowd(arena.system, seed, is_mixed=True)
        crowd.register(PEOPLE)
        for done, cell in enumerate(every, start=1):
            started = time.monotonic()
            wrong = matrix.strike(arena, crowd, cell, lasts, recovery)
            crowd.books.server_errors.clear()  # each is told once
            said = "; ".join(wrong[:3]) if wrong else "nothing lost, nothing doubled"
            print(f"{engine} {done}/{len(every)} {cell}: {said} ({time.monotonic() - started:.1f} s)", flush=True)  # noqa: T201 - a command speaks
            failed += bool(wrong)
    finally:
        checker.forget(arena.system)
        _end(arena, keep=bool(failed) or done < len(every))
    return failed


def _end(arena: Arena, *, keep: bool) -> None:
    place = Path(tempfile.mkdtemp(prefix="moussem-faults-kept-")) / "data" if keep else None
    arena.end(keep=place)
    if place:
        print(f"its data and log stay in {place}", flush=True)  # noqa: T201 - a command speaks


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
