"""`./moussem simulate`: plays a whole fair against a running rehearsal and checks what it was told."""

import argparse

from deploy.simulate.simulating import simulate


def main(given: argparse.Namespace) -> int:
    """0 when everything holds, 1 when something does not, 2 when the fair could not be played."""
    return simulate(given)
