"""Runs one bench by name, or all: `./moussem bench [NAME …]`."""

import argparse
import sys
from collections.abc import Sequence

from tests.bench import journey, pages, relay, whole

NAMES = {
    "empty_route": pages.empty_route,
    "startup": whole.startup,
    "memory": whole.memory,
    "programme_page": pages.programme_page,
    "relay": relay.run,
    "journey": journey.journey,
}


def main(arguments: Sequence[str]) -> int:
    """Print one line of JSON for each figure; 1 if a bench failed."""
    parser = argparse.ArgumentParser(prog="./moussem bench", description="Measure, beside a reference, in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run: {', '.join(NAMES)}; all by default")
    chosen = parser.parse_args(arguments).names or NAMES
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        parser.error(f"there is no bench called {unknown[0]}; there are {', '.join(NAMES)}")
    for name in chosen:
        for figure in NAMES[name]():
            sys.stdout.write(figure.line() + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
