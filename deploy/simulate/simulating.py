"""One simulation from its options to its exit code."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.simulate import checks, report, snapshot
from deploy.simulate.books import Books
from deploy.simulate.crew import Crew
from deploy.simulate.office import Login, Office
from deploy.simulate.play import Play
from deploy.simulate.population import Sizes
from deploy.simulate.wire import NoAnswer, Unexpected

FIRST_STEWARD = "steward"


def simulate(given: argparse.Namespace) -> int:
    """Play the fair, print the report; 0 when everything holds, 1 when something does not, 2 when it could not run."""
    try:
        with Crew(given.url, given.hands) as crew:
            played = play(given, crew)
            return conclude(given, played)
    except (NoAnswer, Unexpected) as reason:
        print(reason, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped; the fair stays as it stands.", file=sys.stderr)
        return 130


@dataclass
class Played:
    """A fair that was played: where, for whom, and what was acknowledged."""

    crew: Crew
    office: Office
    sizes: Sizes
    books: Books


def play(given: argparse.Namespace, crew: Crew) -> Played:
    """Let everybody do what they mean to do; NoAnswer, Unexpected."""
    office = Office(crew.own, given.exhibition, *_logins(given))
    office.have_no_quiet_hours()
    sizes = Sizes(given.artisans, given.visitors, min(given.days, office.fair.days))
    print(
        f"{office.fair.reference}, {sizes.days} days from {office.fair.first_day}: {sizes.artisans} artisans and "
        f"groups apply, {sizes.visitors} visitors, seed {given.seed}, at {urlsplit(given.url).netloc}",
        file=sys.stderr,
    )
    return Played(crew, office, sizes, Play(crew, office, sizes, given.seed).run())


def conclude(given: argparse.Namespace, played: Played) -> int:
    """Compare what the services say now with the books, and report; 1 when something does not hold."""
    crew, books = played.crew, played.books
    seen = snapshot.take(crew, played.office, books, played.sizes.days)
    found = checks.check(seen, books)
    print(f"\n{report.table(seen, books)}\n\n{report.speed(crew.took)}\n\n{report.verdicts(found)}")
    if given.json:
        report.write_json(given.json, (played.sizes, given.seed, crew), seen, books, found)
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
