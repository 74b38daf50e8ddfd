"""Waiting for a condition; the only place where tests may sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], timeout: float = 30.0, *, every: float = 0.01) -> T:
    """The first true answer of `condition`; AssertionError after `timeout` seconds."""
    ends = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > ends:
            name = getattr(condition, "__name__", repr(condition))
            raise AssertionError(f"waited {timeout} s in vain for {name}; it last said {answer!r}")
        time.sleep(every)
