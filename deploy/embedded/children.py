"""Child processes: forked from one parent that has imported everything, so that memory is shared.

A child stops when told (SIGTERM) and also when its parent is gone: the parent holds the writing end of a pipe that
nobody else keeps, and its end is the parent's end.
"""

import ctypes
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from setproctitle import setproctitle

GRACE_SECONDS = 8
PR_SET_PDEATHSIG = 1


class Nursery:
    """Forks children; `keep` are sockets of the parent that only the child they are for may keep."""

    def __init__(self, log: Path | None) -> None:
        self._life_read, self._life_write = os.pipe()
        self._log = log
        self._sockets: list[socket.socket] = []

    def hold(self, *sockets: socket.socket) -> None:
        """Sockets the parent keeps open over restarts; children close those that are not theirs."""
        self._sockets.extend(sockets)

    def fork(self, name: str, act: Callable[[int], None], own: Sequence[socket.socket] = ()) -> tuple[int, int]:
        """Run `act(ready)` in a child; returns its pid and a pipe on which one byte says that it is ready."""
        ready_read, ready_write = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._become(name, act, own, ready_write)
        os.close(ready_write)
        os.set_blocking(ready_read, False)
        return pid, ready_read

    def _become(self, name: str, act: Callable[[int], None], own: Sequence[socket.socket], ready: int) -> NoReturn:
        code = 1
        try:
            forget_signals()
            os.setsid()  # Ctrl-C in the terminal reaches the supervisor alone, which stops us in order
            setproctitle(f"moussem {name}")
            os.close(self._life_write)
            for foreign in self._sockets:
                if foreign not in own:
                    foreign.close()
            self.redirect()
            threading.Thread(target=self._stop_with_parent, name="life", daemon=True).start()
            act(ready)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def spawn(self, command: Sequence[str], keep: Sequence[int] = ()) -> int:
        """Start a foreign program that is told to stop when its parent is gone (Linux); returns its pid."""
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return pid
        try:
            forget_signals()
            os.setsid()
            self.redirect()
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            for fd in keep:
                os.set_inheritable(fd, True)
            os.execv(command[0], list(command))  # noqa: S606 - a fixed program, no shell
        finally:
            os._exit(127)

    def redirect(self) -> None:
        """Send what this process prints to the log file, if there is one."""
        if self._log is None:
            return
        fd = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(fd, 1)
        os.dup2(fd, 2)
        os.close(fd)

    def _stop_with_parent(self) -> None:
        os.read(self._life_read, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os._exit(1)


def forget_signals() -> None:
    """Undo in a child what the supervisor set up for itself."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def say_ready(ready: int) -> None:
    """Tell the supervisor, once, that this child answers."""
    os.write(ready, b"1")
    os.close(ready)
