"""`python -m deploy.serve web|worker|migrate SERVICE`: one part on its own, for containers and several machines.

Settings come from the environment (docs/settings.md). The embedded set-up does the same in forked children.
"""

import argparse
import sys

from deploy.databases import open_database, prepare
from deploy.embedded import setup
from deploy.embedded.options import CannotRun
from deploy.embedded.plan import HEADER_LIMIT, HEADER_SECONDS, SERVICES, WEB_THREADS
from deploy.embedded.services import part, settings_of


def main(args: list[str]) -> int:
    """Run one part until told to stop; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.serve", description=__doc__)
    parser.add_argument("what", choices=("web", "worker", "migrate"))
    parser.add_argument("service", choices=(*SERVICES, "all"), help="`all` for migrate only")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--workers", type=int, default=1, help="web processes; on SQLite only one")
    given = parser.parse_args(args)
    if given.service == "all" and given.what != "migrate":
        parser.error("`all` goes with migrate only")
    try:
        setup.check_zone_data()
        for service in SERVICES if given.service == "all" else (given.service,):
            _start(given, service)
    except (CannotRun, ValueError) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def _start(given: argparse.Namespace, service: str) -> None:
    settings = settings_of(service)
    if given.what == "web":
        _web(given, service)
        return
    database = open_database(settings)
    if given.what == "migrate":
        prepare(settings, database)
        database.dispose()
        return
    part(service, "worker").create_worker(settings, database).run()


def _web(given: argparse.Namespace, service: str) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    settings = settings_of(service)
    if given.workers > 1 and settings.database_url.startswith("sqlite"):
        raise CannotRun("On SQLite a service has one web process: its group commit is where seats are decided.")
    server = Granian(
        f"deploy.serve:{service}_app",
        address=given.host,
        port=given.port,
        interface=Interfaces.WSGI,
        workers=given.workers,
        blocking_threads=WEB_THREADS,
        backpressure=WEB_THREADS * 2,
        respawn_failed_workers=True,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADER_LIMIT + 16 * 1024
        ),
        factory=True,
    )
    server.serve()


def _app(service: str) -> object:
    return part(service, "app").create_app(settings_of(service))


def registration_app() -> object:
    """Made in each web process of registration."""
    return _app("registration")


def ticketing_app() -> object:
    """Made in each web process of ticketing."""
    return _app("ticketing")


def notifications_app() -> object:
    """Made in each web process of notifications."""
    return _app("notifications")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
