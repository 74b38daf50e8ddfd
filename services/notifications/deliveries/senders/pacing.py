"""How many notices of a channel a worker begins in a second."""

import threading
import time
from dataclasses import dataclass, field


@dataclass
class Pacer:
    """Lets so many begin in a second, evenly spread; 0: as many as like. Shared by the threads of a channel."""

    per_second: float = 0.0
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def may_begin(self) -> bool:
        """Whether one may begin now; it then counts."""
        if not self.per_second:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return False
            self._next = max(self._next, now - 1 / self.per_second) + 1 / self.per_second
            return True
