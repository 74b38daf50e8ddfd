"""Logs as JSON lines that say who, what, and which request, message and correlation id."""

import json
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

_logger: Any = structlog.get_logger()
PAUSE_SECONDS = 0.05


class _Lines:
    """Where lines go: to standard error at once; in a busy web process behind the requests' backs.

    A write lets other threads run and then waits for its turn again: with 64 threads that halved the answers a second.
    Warnings and worse are written at once all the same, with everything before them.
    """

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._turn = threading.Lock()
        self._is_behind = False

    def write_behind(self) -> None:
        """From now on, gather lines and write them 20 times a second."""
        self._is_behind = True
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def flush(self) -> None:
        """Write what waits."""
        with self._turn, suppress(OSError):  # a full disk costs lines, not the thread that had something to say
            lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
            sys.stderr.write("".join(f"{line}\n" for line in lines))
            sys.stderr.flush()

    def _run(self) -> None:
        while True:
            time.sleep(PAUSE_SECONDS)
            self.flush()

    def info(self, line: str) -> None:
        """A line that may wait a moment."""
        self._waiting.append(line)
        if not self._is_behind:
            self.flush()

    debug = msg = info

    def warning(self, line: str) -> None:
        """A line that somebody may be waiting for."""
        self._waiting.append(line)
        self.flush()

    error = critical = exception = fatal = warning


_lines = _Lines()
write_behind = _lines.write_behind
flush = _lines.flush


def _written(event: dict[str, Any], default: Callable[[Any], Any]) -> str:
    with suppress(TypeError):  # what is no text, or too large a number, is no reason to say nothing
        return orjson.dumps(event, default, orjson.OPT_NON_STR_KEYS).decode()
    return json.dumps(event, default=repr)


def configure(service: str, level: str = "INFO") -> None:
    """Write JSON lines to standard error, each with the service's name."""
    number = logging.getLevelNamesMapping()[level.upper()]
    global _logger
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            lambda _logger, _name, event: {"service": service, **event},
            structlog.processors.JSONRenderer(_written),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _lines,
        cache_logger_on_first_use=False,
    )
    # bound once: the lazy proxy would bind anew at each line
    _logger = structlog.get_logger().bind()


def get_logger() -> Any:
    """The logger; `log.info("booked", seats=2)`."""
    return _logger


def bind(**ids: str) -> None:
    """Let every further line of this request or message carry these ids."""
    bind_contextvars(**ids)


def forget() -> None:
    """Start a new request or message with no ids."""
    clear_contextvars()


def correlation_id() -> str:
    """The id that follows one story through all services; empty outside any."""
    return str(get_contextvars().get("correlation_id", ""))
