"""Programs that tests start: on a free port, with few rights, gone when the tests are gone."""

import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

# Gives up root, asks the kernel to be stopped with its parent, and becomes the program. A shell could not do
# the second, and `preexec_fn` is unsafe once threads run.
_START = """
import ctypes, os, signal, sys
uid, gid, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
if uid:
    os.setgroups([]); os.setgid(gid); os.setuid(uid)
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGINT)
os.execv(program[0], program)
"""


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def unprivileged() -> tuple[int, int]:
    """User and group to run servers as that refuse root; (0, 0) where we are not root anyway."""
    if os.geteuid() != 0:
        return 0, 0
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    return 65534, 65534


def start(
    program: Sequence[str | Path], *, as_user: tuple[int, int] = (0, 0), output: IO[bytes] | int | None = None
) -> subprocess.Popen[bytes]:
    """Start a program that ends with us, even if we are killed; its output goes to `output`."""
    command = [sys.executable, "-c", _START, str(as_user[0]), str(as_user[1]), *map(str, program)]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=_plain_environment(),
    )


def _plain_environment() -> dict[str, str]:
    """No settings of PostgreSQL or of a locale leak into the servers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "MOUSSEM_"))}
    return kept | {"LC_ALL": "C.UTF-8"}


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGINT, timeout: float = 20) -> None:
    """Stop a program kindly, then firmly."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout)
