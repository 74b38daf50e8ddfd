"""How often somebody may try, counted on Redis so that all processes agree."""

import time
from typing import Any

from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from shared import clock, log
from shared.problem import TooMany, Unavailable

_limiter: FixedWindowRateLimiter | None = None
AWAY_SECONDS = 10
_asks_again_at = 0.0


def configure(redis_url: str) -> None:
    """Count on this Redis from now on (`memory://` counts in this process alone)."""
    global _limiter, _asks_again_at
    _asks_again_at = 0.0
    options: dict[str, Any] = (
        {} if redis_url.startswith("memory") else {"socket_timeout": 1, "socket_connect_timeout": 1}
    )
    _limiter = FixedWindowRateLimiter(storage_from_string(redis_url, **options))


def allow(name: str, who: str, times: int, per_seconds: int, *, fail_open: bool) -> None:
    """Count one try of `who`; TooMany beyond `times` in `per_seconds`.

    With Redis away, `fail_open` lets people through (booking), without asking again for 10 s, as a Redis that hangs
    takes a second to say nothing. Otherwise Unavailable (SMS, sign-in).
    """
    global _asks_again_at
    if fail_open and time.monotonic() < _asks_again_at:
        return
    item = RateLimitItemPerSecond(times, per_seconds, namespace=name)
    # in a rehearsal a window ends by the clock that is shown, too: its days pass in seconds
    who += f" {clock.now().timestamp() // per_seconds:.0f}" if clock.is_rehearsal() else ""
    try:
        if _limiter is None:
            raise ConnectionError("no place to count is configured")
        if _limiter.hit(item, who):
            return
        reset_at = _limiter.get_window_stats(item, who).reset_time
    except Exception as away:
        log.get_logger().warning("limits-away", error=repr(away), limit=name)
        if fail_open:
            _asks_again_at = time.monotonic() + AWAY_SECONDS
            return
        raise Unavailable from away
    raise TooMany(retry_after=max(1, int(reset_at - time.time()) + 1))


def is_reachable() -> bool:
    """Whether counting works now."""
    if _limiter is None:
        return False
    storage = _limiter.storage
    return bool(storage.check()) if isinstance(storage, RedisStorage) else True
