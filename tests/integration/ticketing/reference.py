"""What holds, offers and bookings of one session are to do, said once more in a hundred plain lines."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LIVE = ("held", "confirmed", "waitlisted", "offered")
HOUR = timedelta(hours=1)


@dataclass
class Entry:
    size: int
    state: str
    number: int = 0
    ends: datetime | None = None
    is_open: bool = False
    is_extended: bool = False


class Reference:
    """One session; every act first lets the clock end what it has ended, and serves the line at last."""

    def __init__(self, capacity: int, limit: int, starts: datetime, *, best_fit: bool) -> None:
        self.capacity, self.limit, self.starts, self.best_fit, self.last = capacity, limit, starts, best_fit, 0
        self.entries: dict[int, Entry] = {}

    def free(self) -> int:
        kept = ("held", "confirmed", "offered")
        return self.capacity - sum(e.size for e in self.entries.values() if e.state in kept and not e.is_open)

    def waiting(self) -> list[Entry]:
        return sorted(
            (e for e in self.entries.values() if e.state == "waitlisted" or e.is_open), key=lambda e: e.number
        )

    def settle(self, at: datetime) -> None:
        for entry in self.entries.values():
            if entry.ends is not None and entry.ends <= at:
                entry.state, entry.ends, entry.is_open = "lapsed", None, False

    def serve(self, at: datetime) -> None:
        is_night = not 8 <= at.hour < 21 and at.date() != self.starts.date()
        if at >= self.starts or is_night:
            return
        left, line = self.starts - at, self.waiting()
        if left < 2 * HOUR:
            for entry in line:
                fits = entry.size <= self.free()
                entry.state, entry.is_open = ("offered", True) if fits else ("waitlisted", False)
                entry.ends = self.starts if fits else None
            return
        ends = at + (24 * HOUR if left > 168 * HOUR else 6 * HOUR if left > 24 * HOUR else HOUR)
        if not 8 <= ends.hour < 21 and ends.date() < self.starts.date():
            ends = (ends + (24 * HOUR if ends.hour >= 21 else 0 * HOUR)).replace(hour=8, minute=0)
        for entry in line:
            if entry.size <= self.free():
                entry.state, entry.ends = "offered", min(ends, self.starts)
            elif not self.best_fit:
                break

    def book(self, who: int, size: int, at: datetime, *, hold: bool) -> str:
        self.settle(at)
        self.serve(at)
        said = self._place(who, size, at, hold=hold)
        self.serve(at)
        return said if said not in LIVE else self.entries[who].state

    def _place(self, who: int, size: int, at: datetime, *, hold: bool) -> str:
        if who in self.entries and self.entries[who].state in LIVE:
            return "already-booked"
        if at >= self.starts or size > min(5, self.capacity):
            return "session-begun" if at >= self.starts else "party-too-large"
        is_free = not self.waiting() and self.free() >= size
        if not is_free and len(self.waiting()) >= self.limit:
            return "waiting-list-closed"
        if not is_free and hold:
            return "no-seats-to-hold"
        self.last += 1
        ends = min(at + HOUR / 4, self.starts) if hold else None
        self.entries[who] = Entry(size, "held" if hold else "confirmed" if is_free else "waitlisted", self.last, ends)
        return self.entries[who].state

    def act(self, who: int, act: str, at: datetime, size: int = 1) -> None:
        self.settle(at)
        entry = self.entries[who]
        if act == "extend":
            entry.ends, entry.is_extended = min((entry.ends or at) + HOUR / 6, self.starts), True
        elif act == "resize":
            entry.size = size
        elif entry.state in LIVE:
            entry.state = "cancelled" if act == "cancel" else "confirmed"
            entry.ends, entry.is_open = None, False
        self.serve(at)

    def may(self, who: int, act: str, at: datetime, size: int = 1) -> bool:
        entry = self.entries[who]
        is_over = entry.ends is not None and entry.ends <= at
        if act == "cancel":
            return at < self.starts or entry.state not in LIVE or is_over
        if act == "resize":
            more = size - entry.size if not is_over else 99
            fits = more <= 0 or (entry.state == "confirmed" and not self.waiting() and more <= self.free())
            is_early = at < self.starts - HOUR and entry.state in ("confirmed", "waitlisted")
            return (more == 0 and entry.state in LIVE) or (is_early and fits)
        if entry.state == "confirmed" and act != "extend":
            return True
        wanted = "offered" if act == "accept" else "held"
        is_fitting = not entry.is_open or entry.size <= self.free()
        return entry.state == wanted and not is_over and not (act == "extend" and entry.is_extended) and is_fitting
