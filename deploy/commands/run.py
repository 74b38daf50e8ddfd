"""`./moussem run`."""

import argparse
import sys

from deploy.embedded.options import Options


def main(given: argparse.Namespace) -> int:
    """Run until stopped."""
    from deploy.embedded import supervisor

    options = Options(
        data=given.data,
        host=given.host,
        port=given.port,
        rehearsal=given.rehearsal,
        cert=given.cert and given.cert.absolute(),
        key=given.key and given.key.absolute(),
        local_ca=given.local_ca,
        fair=not given.empty,
        production=given.production,
        log_to_terminal=given.log_to_terminal,
    )
    try:
        return supervisor.run(options)
    except KeyboardInterrupt:
        print("Stopped before it ran.", file=sys.stderr)
        return 130
