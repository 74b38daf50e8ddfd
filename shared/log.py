"""Logs as JSON lines that say who, what, and which request, message and correlation id."""

import logging
import sys
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars


def configure(service: str, level: str = "INFO") -> None:
    """Write JSON lines to standard error, each with the service's name."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            lambda _logger, _name, event: {"service": service, **event},
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger() -> Any:
    """The logger; `log.info("booked", seats=2)`."""
    return structlog.get_logger()


def bind(**ids: str) -> None:
    """Let every further line of this request or message carry these ids."""
    bind_contextvars(**ids)


def forget() -> None:
    """Start a new request or message with no ids."""
    clear_contextvars()


def correlation_id() -> str:
    """The id that follows one story through all services; empty outside any."""
    return str(get_contextvars().get("correlation_id", ""))
