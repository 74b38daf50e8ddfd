"""`./moussem run`: checks, prepares the databases, forks the plan and supervises it."""

import gc
import os
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection

from deploy import databases, web_server
from deploy.commands import backup
from deploy.embedded import front, peers, services, setup, valkey
from deploy.embedded.announcement import announce
from deploy.embedded.children import Nursery
from deploy.embedded.options import CannotRun, Options
from deploy.embedded.peers.serving import key_of
from deploy.embedded.plan import PROCESSES, SERVICES, Process
from deploy.embedded.tls import Tls, tls_of
from deploy.embedded.watching import Child, Supervisor
from shared.settings import load

REFUSED = 3
"""Exit code of a child that has told why."""


def run(options: Options, before_fork: Callable[[], None] | None = None) -> int:
    """Run everything until told to stop; the exit code. Refusals are printed in plain words.

    `before_fork` is called after everything was imported and prepared: the faults harness plants its bugs there.
    """
    try:
        setup.check_zone_data()
        setup.allow_many_connections()
        setup.check_folder(options.data)
        with setup.take_lock(options.data) as lock:
            return _Start(options, lock.fileno(), before_fork).run()
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        return 1


class _Start:
    """Everything one start needs to know."""

    def __init__(self, options: Options, lock: int, before_fork: Callable[[], None] | None) -> None:
        self.options, self.lock, self.before_fork = options, lock, before_fork
        self.log = None if options.log_to_terminal else options.data / "logs" / "moussem.log"
        self.nursery = Nursery(self.log)
        self.sockets = self._open_sockets()
        self.nursery.hold(*self.sockets.values())
        self.valkey = valkey.embedded(options.data) if options.own_redis else None
        self.ports = {name: int(opened.getsockname()[1]) for name, opened in self.sockets.items()}

    def run(self) -> int:
        """Prepare, fork, supervise."""
        setup.set_environment(self.options, self._addresses())
        early = self._start_valkey() if self.valkey else None
        try:
            children = self._prepare(early)
        except BaseException:
            if early:
                os.kill(early, signal.SIGTERM)
            raise
        supervisor = Supervisor(
            self.options.data,
            os.environ["MOUSSEM_PUBLIC_URL"],
            self.ports,
            children,
            self.log,
            lambda: announce(self.options, self.mailbox_key, self.log, self.first_link),
            lambda: all(self._answers(service) for service in SERVICES),
        )
        return supervisor.run()

    def _prepare(self, early: int | None) -> list[Child]:
        """All that comes before the first fork of the plan; the early Valkey loads its file meanwhile."""
        services.import_all()
        self._prepare_databases()
        tls = tls_of(self.options, os.environ["MOUSSEM_PUBLIC_URL"])
        self.mailbox_key = "" if self.options.is_loopback else key_of(load("registration").secret)
        if self.before_fork:
            self.before_fork()
        children = [self._child(process, tls, early) for process in self._processes()]
        gc.collect()
        gc.freeze()
        return children

    def _open_sockets(self) -> dict[str, socket.socket]:
        names = [*SERVICES, *(["sms", "smtp"] if self.options.peers else [])]
        front = setup.open_front(self.options)
        return {"front": front, **{name: web_server.listen("127.0.0.1", 0) for name in names}}

    def _addresses(self) -> dict[str, str]:
        found = {}
        if self.options.peers:
            found["MOUSSEM_SMTP_URL"] = f"smtp://127.0.0.1:{self.ports['smtp']}"
            found["MOUSSEM_SMS_URL"] = f"http://127.0.0.1:{self.ports['sms']}/messages"
            found["MOUSSEM_WHATSAPP_URL"] = f"http://127.0.0.1:{self.ports['sms']}/whatsapp/messages"
            found["MOUSSEM_PROVIDERS"] = str(peers.DESCRIPTION)
        if self.valkey:
            found["MOUSSEM_REDIS_URL"] = self.valkey.url
            self.ports["valkey"] = self.valkey.port
        return found

    def _start_valkey(self) -> int:
        if self.valkey is None:
            raise RuntimeError("a foreign queue is not started by us")
        return self.nursery.spawn(self.valkey.command(), keep=[self.lock])

    def _prepare_databases(self) -> None:
        """In a child, so that no connection and no random state is carried into those forked later."""
        pid, pipe = self.nursery.fork("prepare", lambda ready: prepare_databases(self.options, ready))
        os.set_blocking(pipe, True)
        with os.fdopen(pipe) as pipe_end:
            told = pipe_end.read()
        _, status = os.waitpid(pid, 0)
        if status:
            where = f" The reason is at the end of {self.log}." if self.log else ""
            raise CannotRun(told + (where if status >> 8 != REFUSED else ""))
        self.first_link = told

    def _processes(self) -> list[Process]:
        left_out = {"peers"} if not self.options.peers else set()
        if not self.valkey:
            left_out.add("valkey")
        return [process for process in PROCESSES if process.name not in left_out]

    def _child(self, process: Process, tls: Tls | None, early: int | None) -> Child:
        if process.kind == "valkey":
            return self._valkey_child(process, early)
        own: list[socket.socket] = []
        if process.kind == "web":
            own = [self.sockets[process.service]]
            act = services.web(process.service, own[0])
        elif process.kind == "worker":
            act = services.worker(process.service)
        elif process.kind == "peers":
            own = [self.sockets["sms"], self.sockets["smtp"]]
            reports_to = f"http://127.0.0.1:{self.ports['notifications']}/notifications/v1/providers"
            act = peers.serve(self.options.data, own[0], own[1], self.mailbox_key, reports_to)
        else:
            own = [self.sockets["front"]]
            act = front.serve(own[0], self._targets(), tls)
        return Child(process, lambda: self.nursery.fork(process.name, act, own))

    def _answers(self, service: str) -> bool:
        """Whether a service answers through the front, as people will ask it."""
        host, port = self.sockets["front"].getsockname()[:2]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        if self.options.scheme == "https":
            # the certificate names the address people type, not necessarily this one; nothing secret is sent
            unverified = ssl._create_unverified_context()  # noqa: S323 - asks itself whether it is up
            connection: HTTPConnection = HTTPSConnection(host, port, timeout=2, context=unverified)
        else:
            connection = HTTPConnection(host, port, timeout=2)
        try:
            connection.request("GET", f"/{service}/health/ready")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _targets(self) -> dict[str, int]:
        targets = {service: self.ports[service] for service in SERVICES}
        if self.options.peers:
            targets["peers"] = self.ports["sms"]
        return targets

    def _valkey_child(self, process: Process, early: int | None) -> Child:
        server, first = self.valkey, [early]
        if server is None:
            raise RuntimeError("a foreign queue is not started by us")

        def start() -> tuple[int, int | None]:
            return (first.pop() if first else None) or self._start_valkey(), None

        return Child(process, start, check=server.answers, on_short_lives=server.set_aside)


def prepare_databases(options: Options, said: int) -> None:
    """Back up what a migration is about to change, migrate, fill; says on the pipe the link to the first account.

    A refusal is said there instead, and the exit code tells.
    """
    try:
        opened = []
        for service in SERVICES:
            settings = services.settings_of(service)
            opened.append((settings, databases.open_database(settings)))
        if any(databases.is_pending(database) and databases.revision(database) for _, database in opened):
            at = datetime.now(UTC)
            backup.back_up(options.data, options.data / "backups" / f"{at:%Y%m%dT%H%M%SZ}-before-migration")
        for settings, database in opened:
            databases.prepare(settings, database)
            if settings.service == "registration":
                os.write(said, (services.first_link(database) or "").encode())
            database.dispose()
    except (CannotRun, ValueError) as refusal:
        os.write(said, str(refusal).encode())
        sys.exit(REFUSED)
    except Exception as wrong:
        os.write(said, f"The databases could not be prepared: {wrong!r}".encode()[:4000])
        raise
