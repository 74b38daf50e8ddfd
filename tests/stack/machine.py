"""The machine on which everything of compose.yaml runs at once: started, killed like containers, stopped."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
import requests

from tests.faults.system import System
from tests.kit import postgres
from tests.kit.processes import free_port
from tests.kit.tree import ROOT, SERVICES
from tests.kit.waiting import wait_until
from tests.stack.composed import Container, containers

NGINX = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/default.conf;
}}
"""


@dataclass
class Machine(System):
    """compose.yaml's processes on loopback ports; `second` names workers of which there are two."""

    workers: int = 2
    second: tuple[str, ...] = ("ticketing-worker",)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start everything in compose's order and wait until it answers."""
        (self.folder / "data").mkdir(exist_ok=True)
        self.server = postgres.start(fsync=True)
        ports = ("redis", "sms", "smtp", "nginx", *(f"{service}-web" for service in SERVICES))
        self.ports = {name: free_port() for name in ports}
        self.port = self.ports["nginx"]
        self.url = f"http://127.0.0.1:{self.port}"
        self.containers = containers(self._variables())
        self._make_databases()
        self._run("redis", self._redis_command(), {})
        wait_until(self._redis_answers, 10)
        peers = [str(self.folder / "data"), str(self.ports["sms"]), str(self.ports["smtp"])]
        self._run("peers", [sys.executable, "-P", "-m", "tests.stack.peers", *peers], self._settings("migrate"))
        self._run("migrate", self._command("migrate"), self._settings("migrate"))
        if self.running.pop("migrate").wait(120):
            raise RuntimeError((self.folder / "migrate.log").read_text())
        for name, container in self.containers.items():
            if container.is_ours and name != "migrate":
                self.run(name)
        for name in self.second:
            self.run(name, f"{name}-2")
        self._run("nginx", self._nginx_command(), {})
        wait_until(self.is_ready, 60, every=0.2)

    def is_ready(self) -> bool:
        """Whether every service answers through nginx, and the programme is there."""
        try:
            well = all(requests.get(f"{self.url}/{one}/health/ready", timeout=5).ok for one in SERVICES)
        except requests.RequestException:
            return False
        return well and super().is_ready()

    @property
    def process(self) -> subprocess.Popen[bytes]:  # type: ignore[override]
        """What must live for us to answer."""
        return self.running["nginx"]

    def run(self, name: str, known_as: str = "") -> None:
        """Start the processes of one container (anew)."""
        self._run(known_as or name, self._command(name), self._settings(name))

    def stop(self) -> None:
        """Everything, in reverse order."""
        for name in reversed(list(self.running)):
            _end(self.running.pop(name), signal.SIGTERM)
        self.server.stop()

    def kill(self, name: str) -> None:
        """kill -9 of a whole container; compose's `restart: unless-stopped` starts it again."""
        _end(self.running[name], signal.SIGKILL)
        self.run(name.removesuffix("-2"), name)

    def kill_nginx(self) -> None:
        """kill -9 of nginx with its processes, and another in its place."""
        _end(self.running["nginx"], signal.SIGKILL)
        self._run("nginx", self._nginx_command(), {})

    def kill_one_process(self, name: str) -> None:
        """kill -9 of one of several processes in a container, which starts another itself."""
        os.kill(self.web_processes(name)[0], signal.SIGKILL)

    def web_processes(self, name: str) -> list[int]:
        """The processes that answer in a web container; not the one that looks after them."""
        parent = self.running[name].pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [int(pid) for pid in children if b" worker-" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def redis_url(self) -> str:
        """Redis' address, with its password."""
        return self._settings("migrate")["MOUSSEM_REDIS_URL"]

    def foreign_doors(self) -> list[str]:
        """Databases into which a role comes that is not theirs; none should be."""
        found = []
        for role in SERVICES:
            for database in (other for other in SERVICES if other != role):
                address = self.server.url.set(drivername="postgresql", username=role, database=database)
                try:
                    psycopg.connect(address.render_as_string(hide_password=False), connect_timeout=5).close()
                except psycopg.OperationalError:
                    continue
                found.append(f"{role} comes into {database}")
        return found

    def turned_away(self) -> int:
        """How often nginx said that a service does not answer, until now."""
        return (self.folder / "access.log").read_text().count('HTTP/1.1" 503 ')

    def connections(self) -> int:
        """How many connections PostgreSQL has open now."""
        with psycopg.connect(self.server._plain_url()) as db:
            row = db.execute("SELECT count(*) FROM pg_stat_activity WHERE datname <> 'postgres'").fetchone()
        return int(row[0]) if row else 0

    def _variables(self) -> dict[str, str]:
        self.password = secrets.token_hex(8)
        return {
            "MOUSSEM_PUBLIC_URL": self.url,
            "MOUSSEM_SECRET": secrets.token_hex(32),
            "MOUSSEM_LOAD_FAIR": "1",
            "POSTGRES_PASSWORD": self.password,
            "VALKEY_PASSWORD": secrets.token_hex(8),
            "MOUSSEM_SMTP_URL": f"smtp://127.0.0.1:{self.ports['smtp']}",
            "MOUSSEM_MAIL_FROM": "Fair <no-reply@fair.example>",
            "MOUSSEM_SMS_URL": f"http://127.0.0.1:{self.ports['sms']}/messages",
            "MOUSSEM_SMS_TOKEN": secrets.token_hex(8),
            "WEB_WORKERS": str(self.workers),
        }

    def _make_databases(self) -> None:
        """deploy/postgres-init.sh, as PostgreSQL's own image runs it."""
        url = self.server.url
        environ = {"PGHOST": str(url.host), "PGPORT": str(url.port), "POSTGRES_PASSWORD": self.password}
        path = f"{self.server.bin}:{os.environ['PATH']}" if self.server.bin else os.environ["PATH"]
        script = ["sh", str(ROOT / "deploy" / "postgres-init.sh")]
        subprocess.run(script, env=os.environ | environ | {"PATH": path}, check=True, stdout=subprocess.DEVNULL)
        self.urls = {
            f"MOUSSEM_{service.upper()}_DATABASE_URL": url.set(
                drivername="postgresql+psycopg", username=service, password=self.password, database=service
            ).render_as_string(hide_password=False)
            for service in SERVICES
        }

    def _settings(self, name: str) -> dict[str, str]:
        """A container's settings with this machine's addresses; a rehearsal, so that the fair's first day can come."""
        said = self.containers[name].environment
        told = {key: value.replace("@valkey:6379", f"@127.0.0.1:{self.ports['redis']}") for key, value in said.items()}
        here = {"MOUSSEM_DATA": str(self.folder / "data"), "MOUSSEM_PRODUCTION": "0", "MOUSSEM_REHEARSAL": "1"}
        return told | self.urls | here

    def _command(self, name: str) -> list[str]:
        container: Container = self.containers[name]
        command = [sys.executable, "-P", "-m", "deploy.serve", *container.command]
        # all share one machine: the last word counts
        return [*command, "--host", "127.0.0.1", "--port", str(self.ports[name])] if name in self.ports else command

    def _redis_command(self) -> list[str]:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if not program:
            raise RuntimeError("neither redis-server nor valkey-server is on this machine")
        place = ["--bind", "127.0.0.1", "--port", str(self.ports["redis"]), "--dir", str(self.folder)]
        return [program, *self.containers["valkey"].command[1:], *place]

    def _redis_answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.redis_url()) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def _nginx_command(self) -> list[str]:
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        if not program:
            raise RuntimeError("nginx is not on this machine")
        text = (ROOT / "deploy" / "nginx.conf.template").read_text()
        words = dict(self.containers["nginx"].environment)
        words |= {f"{name.upper()}_WEB": f"127.0.0.1:{self.ports[f'{name}-web']}" for name in SERVICES}
        words |= {"LISTEN": f"127.0.0.1:{self.port}", "ACCESS_LOG": str(self.folder / "access.log")}
        for name, value in words.items():
            text = text.replace(f"${{{name}}}", value)
        (self.folder / "default.conf").write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(NGINX.format(user=user, folder=self.folder))
        return [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]

    def _run(self, name: str, command: list[str], environ: dict[str, str]) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MOUSSEM_")}
        kept |= {"PYTHONPATH": str(ROOT), "PYTHONTZPATH": "", "MALLOC_ARENA_MAX": "2"}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, env=kept | environ, stdout=log, stderr=log, start_new_session=True
            )


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """End a container's processes, all of them."""
    try:
        os.killpg(process.pid, how)
        process.wait(20)
    except ProcessLookupError:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)
