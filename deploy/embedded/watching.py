"""Starts every process of the plan, restarts what dies, stops all in order. It never starts a thread itself."""

import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.children import GRACE_SECONDS
from deploy.embedded.options import CannotRun
from deploy.embedded.plan import Process

STEADY_SECONDS = 10
"""A process that lived this long is restarted at once; one that dies sooner waits longer each time."""
LONGEST_PAUSE = 5.0
READY_SECONDS = 60
STOPPING_ORDER = ("front", "web", "worker", "peers", "valkey")
LOG_BYTES = 20 * 1024 * 1024

Starter = Callable[[], tuple[int, int | None]]


@dataclass
class Child:
    """One process of the plan as it runs now; `starter` returns its pid and the pipe it says ready on."""

    process: Process
    starter: Starter
    check: Callable[[], bool] | None = None
    pid: int = 0
    pipe: int | None = None
    ready: bool = False
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = 0.0
    on_short_lives: Callable[[], None] | None = None


@dataclass
class Supervisor:
    """Keeps the children alive until told to stop."""

    data: Path
    url: str
    ports: dict[str, int]
    children: list[Child]
    log: Path | None = None
    on_ready: Callable[[], None] = lambda: None
    answers: Callable[[], bool] = lambda: True
    """The last question before people are told: does the whole way through the front work?"""
    _stops: int = 0
    _told: bool = False
    _is_written: bool = False
    _wake: list[socket.socket] = field(default_factory=list)

    def run(self) -> int:
        """Start all, watch until SIGINT, SIGTERM or SIGHUP, stop all; 0, or 1 when they never became ready."""
        self._listen_to_signals()
        code = 0
        try:
            for child in self.children:
                self._start(child)
            self._write_state()
            self._watch()
        except CannotRun as reason:
            print(reason, file=sys.stderr)
            code = 1
        finally:
            self._stop_all()
            (self.data / "run.json").unlink(missing_ok=True)
        return code

    def _listen_to_signals(self) -> None:
        reading, writing = socket.socketpair()
        reading.setblocking(False)
        writing.setblocking(False)
        self._wake = [reading, writing]
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_stop)

    def _told_to_stop(self, *_: object) -> None:
        self._stops += 1

    def _start(self, child: Child) -> None:
        child.pid, child.pipe = child.starter()
        child.ready, child.started_at = False, time.monotonic()

    def _watch(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._stops:
            self._rest(0.02 if not self._told else 1.0)
            if self._reap() | self._restart_due() or not self._is_written:
                self._write_state()
            self._hear_ready()
            if not self._told and all(child.ready for child in self.children) and self.answers():
                self._told = True
                self._write_state()
                self.on_ready()
            elif not self._told and time.monotonic() > deadline:
                raise CannotRun(self._what_is_missing())
            self._turn_log()

    def _what_is_missing(self) -> str:
        silent = ", ".join(child.process.name for child in self.children if not child.ready)
        where = f" The reason is at the end of {self.log}." if self.log else ""
        return f"These parts did not answer within {READY_SECONDS} seconds: {silent}.{where}"

    def _rest(self, seconds: float) -> None:
        waiting = [child.restart_at for child in self.children if not child.pid]
        if waiting:
            seconds = max(0.0, min(seconds, min(waiting) - time.monotonic()))
        pipes = [child.pipe for child in self.children if child.pipe is not None]
        select.select([self._wake[0].fileno(), *pipes], [], [], seconds)
        with suppress(BlockingIOError):
            while self._wake[0].recv(512):
                pass

    def _reap(self) -> bool:
        """Note which children ended; True if any did."""
        ended = False
        for child in self.children:
            if child.pid and _has_ended(child.pid):
                self._bury(child)
                ended = True
        return ended

    def _bury(self, child: Child) -> None:
        lived = time.monotonic() - child.started_at
        child.failures = 0 if lived > STEADY_SECONDS else child.failures + 1
        pause = min(LONGEST_PAUSE, 0.1 * 2**child.failures) if child.failures > 1 else 0.0
        child.pid, child.ready, child.restart_at = 0, False, time.monotonic() + pause
        self._close_pipe(child)
        if child.failures >= 3 and child.on_short_lives:
            child.on_short_lives()
        self._note(f"{child.process.name} ended after {lived:.1f} s; it starts again in {pause:.1f} s")

    def _restart_due(self) -> bool:
        due = [child for child in self.children if not child.pid and time.monotonic() >= child.restart_at]
        for child in due:
            try:
                self._start(child)
            except OSError as wrong:  # a full disk, no memory for a fork: it may pass
                child.restart_at = time.monotonic() + LONGEST_PAUSE
                self._note(f"{child.process.name} could not be started: {wrong}")
        return bool(due)

    def _hear_ready(self) -> None:
        for child in self.children:
            if child.pid and not child.ready:
                child.ready = _said_ready(child)
                if child.ready:
                    self._close_pipe(child)

    @staticmethod
    def _close_pipe(child: Child) -> None:
        if child.pipe is not None:
            os.close(child.pipe)
            child.pipe = None

    def _write_state(self) -> None:
        state = {
            "pid": os.getpid(),
            "url": self.url,
            "ready": self._told,
            "ports": self.ports,
            "processes": {child.process.name: child.pid for child in self.children},
        }
        beside, self._is_written = self.data / "run.json.new", False
        with suppress(OSError):  # a full disk ends nothing; it is written once there is room
            beside.write_text(json.dumps(state, indent=1))
            beside.replace(self.data / "run.json")
            self._is_written = True

    def _note(self, text: str) -> None:
        line = json.dumps({"service": "supervisor", "event": text, "at": time.strftime("%FT%TZ", time.gmtime())})
        if self.log is None:
            print(line, file=sys.stderr)
            return
        with suppress(OSError), self.log.open("a") as log:
            log.write(line + "\n")

    def _turn_log(self) -> None:
        """Keep one older log; children append, so the file may be emptied under them."""
        if self.log and self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            with suppress(OSError):  # no room for the older one: this one makes room
                self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
            os.truncate(self.log, 0)

    def _stop_all(self) -> None:
        """The front first, so that nobody new comes in; the queue last, so that everybody may finish."""
        asked = self._stops
        for kind in STOPPING_ORDER:
            group = [child for child in self.children if child.process.kind == kind and child.pid]
            for child in group:
                _send(child.pid, signal.SIGTERM)
            deadline = time.monotonic() + GRACE_SECONDS
            while any(child.pid for child in group):
                self._rest(0.05)
                for child in group:
                    if child.pid and _has_ended(child.pid):
                        child.pid = 0
                if time.monotonic() > deadline or self._stops > asked:
                    for child in group:
                        _send(child.pid, signal.SIGKILL)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _send(pid: int, number: int) -> None:
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _said_ready(child: Child) -> bool:
    if child.pipe is None:
        return child.check is None or child.check()
    try:
        return os.read(child.pipe, 1) == b"1"
    except BlockingIOError:
        return False
