"""What a fault does: parts are killed or stopped, lines refuse, hang or talk nonsense, the disk fills; and it ends."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.plan import PROCESSES, SERVICES, database_setting
from tests.faults.disk import Disk
from tests.faults.line import Line, Trouble
from tests.faults.system import READY_SECONDS, System
from tests.kit import postgres
from tests.kit.waiting import wait_until

MEGABYTES = {"sqlite": 192, "postgres": 512}
SETTINGS = {"valkey": "MOUSSEM_REDIS_URL", "sms": "MOUSSEM_SMS_URL", "smtp": "MOUSSEM_SMTP_URL"}
PARTS = (*(process.name for process in PROCESSES), "supervisor")


@dataclass
class Struck(System):
    """A system whose `direct` database addresses are ours alone: it goes through lines itself."""

    direct: dict[str, str] | None = None

    def database_url(self, service: str) -> str:
        """Where a service keeps its rows, past the line."""
        return (self.direct or {}).get(database_setting(service)) or super().database_url(service)


class Arena:
    """A system on a small disk, with everything a fault may strike. `hurried`: it waits less for what died."""

    def __init__(self, engine: str, *, hurried: bool = True) -> None:
        self.engine, self.disk = engine, Disk(MEGABYTES[engine])
        self.server = postgres.start_own(fsync=True, within=self.disk.folder) if engine == "postgres" else None
        self._stopped: list[int] = []
        self.lines = {name: Line(self._behind(name)) for name in SETTINGS}
        direct = {}
        if self.server:
            self.lines["postgres"] = Line(lambda: self._postgres().url.port or 0)
            direct = {database_setting(name): self._postgres().url_of(self._postgres().create()) for name in SERVICES}
        self.system = Struck(
            urls={name: self._through_line(url) for name, url in direct.items()},
            folder=self.disk.folder,
            lines={setting: self.lines[name].port for name, setting in SETTINGS.items()},
            environ={"FAULTS_HURRY": "1"} if hurried else {},
            direct=direct,
        )

    def _behind(self, name: str) -> Callable[[], int]:
        return lambda: int(self.system.state()["ports"].get(name, 0))

    def _postgres(self) -> postgres.Server:
        if self.server is None:
            raise RuntimeError("this arena has no PostgreSQL")
        return self.server

    def _through_line(self, url: str) -> str:
        return url.replace(f":{self._postgres().url.port}", f":{self.lines['postgres'].port}", 1)

    def end(self, *, keep: Path | None = None) -> None:
        """Stop everything; the data and the log are copied to `keep` if named."""
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            self.system.stop()
        for line in self.lines.values():
            line.close()
        if self.server:
            self.server.stop()
        if keep:
            shutil.copytree(self.disk.folder / "data", keep, ignore_dangling_symlinks=True)
        self.disk.unmount()
        shutil.rmtree(self.disk.folder, ignore_errors=True)

    def strike(self, act: str, target: str) -> Callable[[], None]:
        """Let a fault begin; what ends it."""
        begin: dict[str, Callable[[str], Callable[[], None] | None]] = {
            "kill": self._kill,
            "stop": self._stop,
            "empty": self._empty,
            "refuse": lambda name: self._cut(name, Trouble.REFUSE),
            "hang": lambda name: self._cut(name, Trouble.HANG),
            "garbage": lambda name: self._cut(name, Trouble.GARBAGE),
            "fill": self._fill,
        }
        return begin[act](target) or (lambda: None)

    def _kill(self, target: str) -> None:
        if target == "supervisor":
            self._kill_supervisor()
        elif target == "postgres":
            self._kill_postgres()
        else:
            self.system.kill(target)

    def _kill_supervisor(self) -> None:
        """What runs us starts us again, as systemd does; the orphans notice and stop first."""
        system = self.system
        system.process.kill()
        system.process.communicate()
        # what the dead one said of itself no longer holds
        (system.folder / "data" / "run.json").unlink(missing_ok=True)
        until = time.monotonic() + READY_SECONDS
        while True:
            system.launch()
            try:
                wait_until(system.is_ready, READY_SECONDS, every=0.05)
            except RuntimeError:
                if time.monotonic() > until:
                    raise
            else:
                return

    def _kill_postgres(self) -> None:
        server = self._postgres()
        if server.process is None or server.start_again is None:
            raise RuntimeError("this PostgreSQL is not ours to kill")
        server.process.kill()
        server.process.wait()
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:  # it does not start while children of the dead one still stop
            server.process = server.start_again()
            with suppress(postgres.NoPostgres):
                wait_until(server.answers, READY_SECONDS, every=0.05)
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL does not start again")

    def _stop(self, target: str) -> Callable[[], None]:
        pids = self._pids_of(target)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)

        def go_on() -> None:
            for pid in reversed(pids):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

        return go_on

    def _pids_of(self, target: str) -> list[int]:
        if target == "supervisor":
            return [self.system.process.pid]
        if target == "postgres":
            main = self._postgres().process
            return [main.pid, *_children_of(main.pid)] if main else []
        return [wait_until(lambda: self.system.pid_of(target))]

    def _empty(self, target: str) -> None:
        self.system.empty_queue()
        self.system.kill(target)

    def _cut(self, target: str, trouble: Trouble) -> Callable[[], None]:
        line = self.lines[target]
        line.be(trouble)
        return lambda: line.be(Trouble.NONE)

    def _fill(self, _target: str) -> Callable[[], None]:
        self.disk.fill()
        return self.disk.empty


def _children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]
