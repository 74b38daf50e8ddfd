"""Runs one bench by name, or all: `./moussem bench [NAME …]`."""

import argparse
import sys
from collections.abc import Sequence

from tests.bench import gates, journey, notices, pages, relay, rushes, seats, whole

NAMES = {
    "empty_route": pages.empty_route,
    "startup": whole.startup,
    "memory": whole.memory,
    "programme_page": pages.programme_page,
    "relay": relay.run,
    "notices": notices.notices,
    "notices_memory": notices.notices_memory,
    "journey": journey.journey,
    "booking_hot_session": seats.booking_hot_session,
    "booking_many_sessions": seats.booking_many_sessions,
    "sold_out": seats.sold_out,
    "booking_latency": seats.booking_latency,
    "overload": rushes.overload,
    "burst": rushes.burst,
    "opening": rushes.opening,
    "waitlist_promotion": rushes.waitlist_promotion,
    "growth": rushes.growth,
    "scans": gates.scans,
    "scan_latency": gates.scan_latency,
    "counts": gates.counts,
    "live": gates.live,
}

QUICK = {
    "opening": rushes.opening_quick,
    "growth": rushes.growth_quick,
    "counts": gates.counts_quick,
    "notices_memory": notices.notices_memory_quick,
}


def main(arguments: Sequence[str]) -> int:
    """Print one line of JSON for each figure; 1 if a bench failed."""
    parser = argparse.ArgumentParser(prog="./moussem bench", description="Measure, beside a reference, in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run: {', '.join(NAMES)}; all by default")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"shorter where there is a shorter way: {', '.join(QUICK)}",
    )
    given = parser.parse_args(arguments)
    chosen = given.names or NAMES
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        parser.error(f"there is no bench called {unknown[0]}; there are {', '.join(NAMES)}")
    for name in chosen:
        for figure in (QUICK[name] if given.quick and name in QUICK else NAMES[name])():
            sys.stdout.write(figure.line() + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
