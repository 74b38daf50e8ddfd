"""What a person asked of `./moussem run`, and refusals in words they understand."""

import os
from dataclasses import dataclass
from pathlib import Path


class CannotRun(Exception):
    """Why Moussem cannot start, as one or two sentences for a person; shown without a traceback."""


@dataclass(frozen=True)
class Options:
    """How to run; paths are absolute."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    rehearsal: bool = False
    cert: Path | None = None
    key: Path | None = None
    local_ca: bool = False
    fair: bool = True
    production: bool = False
    log_to_terminal: bool = False

    @property
    def scheme(self) -> str:
        """`https` with a certificate of either kind."""
        return "https" if self.cert or self.local_ca else "http"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach us."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def peers(self) -> bool:
        """Whether the mailbox for trying out is started: not in production."""
        return not self.production

    @property
    def own_redis(self) -> bool:
        """Whether we start a Valkey of our own."""
        return not os.environ.get("MOUSSEM_REDIS_URL")
