"""The real embedded system under attack: started, looked at, stopped. How it is struck stands in `striking.py`."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import redis
import requests

from tests.kit.processes import free_port
from tests.kit.waiting import wait_until

ROOT = Path(__file__).parents[2]
EXHIBITION = "ouarzazate-12"
READY_SECONDS = 150
LONGEST_MOMENT = 40


@dataclass
class System:
    """One running Moussem on a data folder of its own; `planted`: every bug is in it, switched off.

    `lines` are ports it is told to reach some settings' addresses at, in place of the real ones; `environ` is what
    else its start is told.
    """

    planted: bool = False
    urls: dict[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="moussem-faults-")))
    lines: dict[str, int] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start it on a port that is free and wait until it answers."""
        self.faults = self.folder / "faults"
        self.faults.mkdir(exist_ok=True)
        for is_last in (False, False, True):
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            self.launch()
            try:
                wait_until(self.is_ready, READY_SECONDS, every=0.05)
            except RuntimeError as ended:
                if is_last or "is taken" not in str(ended):  # others look for a free port at the same moment
                    raise
            else:
                return

    def launch(self) -> None:
        """Start it at its address."""
        environ = os.environ | self.urls | self.environ | {"MOUSSEM_FAULTS_DIR": str(self.faults)}
        environ |= {"MOUSSEM_LOG_LEVEL": "INFO", "FAULTS_LINES": json.dumps(self.lines)}
        command = [
            sys.executable,
            "-m",
            "tests.faults.start",
            str(self.folder / "data"),
            str(self.port),
            "planted" * self.planted,
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def is_ready(self) -> bool:
        """Whether the programme is there and every part answers."""
        if self.process.poll() is not None:
            raise RuntimeError(f"the system ended: {self.process.stderr.read() if self.process.stderr else ''}")
        try:
            return len(self.sessions()) >= 30
        except (requests.RequestException, KeyError, ValueError):
            return False

    def sessions(self) -> list[dict[str, Any]]:
        """The programme as the API tells it."""
        address = f"{self.url}/ticketing/v1/exhibitions/{EXHIBITION}/sessions?page_size=100"
        said = requests.get(address, timeout=10).json()
        return cast(list[dict[str, Any]], said["sessions"])

    def stop(self) -> None:
        """End it in order; its log stays in the folder."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)

    def state(self) -> dict[str, Any]:
        """What the supervisor says of itself; empty while it is about to."""
        try:
            return cast(dict[str, Any], json.loads((self.folder / "data" / "run.json").read_text()))
        except (FileNotFoundError, ValueError):
            return {"processes": {}, "ports": {}}

    def pid_of(self, name: str) -> int:
        """The process id of one part of the plan, now; 0 when it is not there."""
        return int(self.state()["processes"].get(name, 0))

    def kill(self, name: str) -> None:
        """kill -9 of one part, and wait until a new one stands in its place."""
        old = wait_until(lambda: self.pid_of(name))
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: self.pid_of(name) not in (0, old), 60)

    def empty_queue(self) -> None:
        """Throw away everything Redis holds."""
        with redis.Redis.from_url(self.redis_url(), socket_timeout=20) as client:
            client.flushall()

    def redis_url(self) -> str:
        """The embedded queue's address, from its configuration."""
        config = dict(
            line.split(maxsplit=1)
            for line in (self.folder / "data" / "valkey" / "valkey.conf").read_text().splitlines()
        )
        return f"redis://:{config['requirepass']}@127.0.0.1:{config['port']}/0"

    def arm(self, moment: str, act: str) -> None:
        """Let the fault strike the next process that reaches `<service>.<moment>`: "kill", or "wait"."""
        for left in self.faults.glob(f"{moment}*"):
            left.unlink()
        beside = self.faults / "arming"
        beside.write_text(act)
        beside.rename(self.faults / moment)

    def has_struck(self, moment: str) -> bool:
        """Whether a process came by."""
        return not (self.faults / moment).exists()

    def at_moment(self, moment: str, act: Callable[[], None], seconds: float = LONGEST_MOMENT) -> bool:
        """When a process waits at its moment, act and let it go on; False when none came."""
        try:
            wait_until((self.faults / f"{moment}.reached").exists, seconds)
        except AssertionError:
            (self.faults / moment).unlink(missing_ok=True)
            return False
        try:
            act()
        finally:
            (self.faults / f"{moment}.go").touch()
        return True

    def database_url(self, service: str) -> str:
        """Where a service keeps its rows."""
        given = self.urls.get(f"MOUSSEM_{service.upper()}_DATABASE_URL")
        return given or f"sqlite:///{self.folder / 'data' / service}.db"

    def arrived(self) -> list[dict[str, Any]]:
        """Everything the SMS gateway and the mail server accepted, straight from their own books."""
        with sqlite3.connect(f"file:{self.folder / 'data' / 'peers.db'}?mode=ro", uri=True) as db:
            rows = db.execute("SELECT channel, recipient, key, text, times FROM message").fetchall()
        return [dict(zip(("channel", "to", "key", "text", "times"), row, strict=True)) for row in rows]
