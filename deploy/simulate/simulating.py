"""One simulation from its options to its exit code."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from deploy.simulate import checks, report, snapshot
from deploy.simulate.crew import Crew
from deploy.simulate.office import Login, Office
from deploy.simulate.play import Play
from deploy.simulate.population import Sizes
from deploy.simulate.wire import NoAnswer, Unexpected

FIRST_STEWARD = "steward"


def simulate(given: argparse.Namespace, before_check: Callable[[], None] | None = None) -> int:
    """Play the fair, print the report; 0 when everything holds, 1 when something does not, 2 when it could not run.

    `before_check` is called when all is played and before anything is checked: the tests plant their faults there.
    """
    try:
        with Crew(given.url, given.hands) as crew:
            return _simulate(given, crew, before_check)
    except (NoAnswer, Unexpected) as reason:
        print(reason, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped; the fair stays as it stands.", file=sys.stderr)
        return 130


def _simulate(given: argparse.Namespace, crew: Crew, before_check: Callable[[], None] | None) -> int:
    organiser, steward = _logins(given)
    office = Office(crew.own, given.exhibition, organiser, steward)
    sizes = Sizes(given.artisans, given.visitors, min(given.days, office.fair.days))
    print(
        f"{office.fair.reference}, {sizes.days} days from {office.fair.first_day}: {sizes.artisans} artisans and "
        f"groups apply, {sizes.visitors} visitors, seed {given.seed}, at {urlsplit(given.url).netloc}",
        file=sys.stderr,
    )
    books = Play(crew, office, sizes, given.seed).run()
    if before_check:
        before_check()
    seen = snapshot.take(crew, office, books, sizes.days)
    found = checks.check(seen, books)
    print(f"\n{report.table(seen, books)}\n\n{report.speed(crew.took)}\n\n{report.verdicts(found)}")
    if given.json:
        report.write_json(given.json, (sizes, given.seed, crew), seen, books, found)
    broken = [one.name for one in found if not one.holds]
    for name in broken:
        print(f"BROKEN: {name}", file=sys.stderr)
    return 1 if broken else 0


def _logins(given: argparse.Namespace) -> tuple[Login, Login]:
    """Who acts for the organiser and at the gates; without --login, the first accounts of the data folder."""
    if given.login:
        one = Login(given.login, given.password)
        return one, one
    known = _first_accounts(given.data / "staff.txt")
    organiser = next((login for login in known if login.login.startswith("organiser")), None)
    if organiser is None:
        raise Unexpected(
            f"Who is the organiser? {given.data / 'staff.txt'} cannot be read. Name the folder of the running Moussem "
            "with --data, or an organiser with --login and --password."
        )
    steward = next((login for login in known if login.login.startswith(FIRST_STEWARD)), organiser)
    return organiser, steward


def _first_accounts(path: Path) -> list[Login]:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return []
    return [Login(*line.split()[:2]) for line in lines if len(line.split()) >= 2]
