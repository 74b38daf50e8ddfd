"""What holds, offers, groups, the door and bookings of one session are to do, said once more in plain lines."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LIVE = ("held", "confirmed", "waitlisted", "offered", "queued")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Entry:
    size: int
    state: str
    number: int = 0
    ends: datetime | None = None
    is_open: bool = False
    is_extended: bool = False
    kind: str = "own"
    named: int = 0
    inside: int = 0
    made: int = 0


class Reference:
    """One session; every act first lets the clock end what it has ended, and serves the line at last."""

    def __init__(self, capacity: int, limit: int, starts: datetime, *, best_fit: bool) -> None:
        self.capacity, self.limit, self.starts, self.best_fit, self.last = capacity, limit, starts, best_fit, 0
        self.entries: dict[int, Entry] = {}
        self.made = 0

    def free(self) -> int:
        kept = ("held", "confirmed", "offered")
        return self.capacity - sum(e.size for e in self.entries.values() if e.state in kept and not e.is_open)

    def waiting(self) -> list[Entry]:
        return sorted(
            (e for e in self.entries.values() if e.state == "waitlisted" or e.is_open), key=lambda e: e.number
        )

    def queue(self) -> list[Entry]:
        return sorted((e for e in self.entries.values() if e.state == "queued"), key=lambda e: e.number)

    def settle(self, at: datetime) -> None:
        for entry in self.entries.values():
            if entry.ends is not None and entry.ends <= at:
                entry.state, entry.ends, entry.is_open = "lapsed", None, False
            if entry.kind == "group" and entry.state == "confirmed" and at >= self.starts - DAY:
                entry.size = min(entry.size, entry.named) or entry.size
                entry.state = "confirmed" if entry.named else "cancelled"

    def serve(self, at: datetime) -> None:
        self.serve_line(at)
        self.serve_queue(at)

    def serve_queue(self, at: datetime) -> None:
        claims = [e for e in self.entries.values() if e.state == "confirmed" and not e.inside and e.kind != "door"]
        claims.sort(key=lambda e: (e.kind == "group", -e.made))
        claims = claims if at >= self.starts + HOUR / 6 else []
        whole = {e.made: e.size for e in claims}
        is_shut = not self.starts - HOUR <= at < self.starts + HOUR
        free = self.free() if at >= self.starts or not self.waiting() else 0
        for entry in [] if is_shut else self.queue():
            if entry.size > free + sum(e.size for e in claims):
                if self.best_fit:
                    continue
                break
            while free < entry.size:
                part = min(claims[0].size, entry.size - free) if claims[0].kind == "group" else claims[0].size
                free += part
                if part == claims[0].size:
                    gone = claims.pop(0)  # what was given away as a whole is told as a whole
                    gone.state, gone.size = "released", whole[gone.made]
                else:
                    claims[0].size -= part
            free -= entry.size
            entry.state = "confirmed"

    def serve_line(self, at: datetime) -> None:
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
        is_free = not self.waiting() + self.queue() and self.free() >= size
        if not is_free and len(self.waiting()) >= self.limit:
            return "waiting-list-closed"
        if not is_free and hold:
            return "no-seats-to-hold"
        self.add(who, Entry(size, "held" if hold else "confirmed" if is_free else "waitlisted"))
        self.entries[who].ends = min(at + HOUR / 4, self.starts) if hold else None
        return self.entries[who].state

    def add(self, who: int, entry: Entry) -> None:
        self.last, self.made = self.last + 1, self.made + 1
        entry.number, entry.made, self.entries[who] = self.last, self.made, entry

    def group(self, who: int, act: str, seats: int, at: datetime) -> bool:
        """Hold a group, name people or give seats back; whether that may be."""
        self.settle(at)
        if act == "hold":  # what the clock has freed belongs to the line before anybody new is heard
            self.serve(at)
        known = self.entries.get(who)
        is_early = at < (self.starts if act == "give back" else self.starts - DAY)
        if act == "hold":
            is_taken = known is not None and known.state in LIVE
            may = is_early and not is_taken and not self.waiting() and not self.queue() and seats <= self.free()
            if may:
                self.add(who, Entry(seats, "confirmed", kind="group"))
        else:
            is_group = known is not None and known.kind == "group" and known.state == "confirmed"
            may = bool(known and is_group and is_early and seats <= known.size - known.named)
            if may and known and act == "name":
                known.named += seats
            elif may and known:
                known.state = "cancelled" if seats == known.size else "confirmed"
                known.size -= seats if seats < known.size else 0
        self.serve(at)
        return may

    def come(self, who: int, size: int, at: datetime, *, is_member: bool) -> str:
        """Somebody at the door; `is_member`: one of whom the group of `who` has named, not who speaks for it."""
        self.settle(at)
        self.serve(at)
        if not self.starts - HOUR <= at < self.starts + HOUR:
            return "refused"
        known = self.entries.get(who)
        if known is None or known.state not in LIVE:
            if size > self.capacity:
                return "party-too-large"
            self.add(who, known := Entry(size, "queued", kind="door"))
        elif known.state in ("held", "offered") and not known.is_open:
            known.state, known.ends = "confirmed", None
        elif known.state in ("waitlisted", "offered"):
            self.last += 1
            known.state, known.ends, known.is_open = "queued", None, False
            known.kind, known.number = "door", self.last
        self.serve_queue(at)
        said = "queued" if known.state == "queued" else "refused" if known.inside >= known.size else "admitted"
        if said == "admitted":
            known.inside = known.inside + 1 if is_member else known.size
        self.serve(at)
        return said

    def room(self, capacity: int, at: datetime) -> bool:
        """The room is made smaller or larger: offers, then holds are taken back, the last first, never a booking."""
        if capacity < sum(e.size for e in self.entries.values() if e.state == "confirmed"):
            return False
        self.settle(at)
        live = [e for e in self.entries.values() if not e.is_open]
        offers = sorted((e for e in live if e.state == "offered"), key=lambda e: -e.number)
        for entry in offers + sorted((e for e in live if e.state == "held"), key=lambda e: -e.made):
            if self.capacity - self.free() > capacity:
                entry.state, entry.ends = ("lapsed" if entry.state == "held" else "waitlisted"), None
        self.capacity = capacity
        self.serve(at)
        return True

    def hand_on(self, who: int, taker: int, at: datetime) -> bool:
        """Seats are passed on, once, until an hour before the start; under the rules of whoever takes them."""
        self.settle(at)
        self.serve(at)
        old, theirs = self.entries[who], self.entries.get(taker)
        is_own = old.state == "confirmed" and old.kind == "own" and not old.inside
        is_free = theirs is None or theirs.state not in LIVE
        may = is_own and is_free and at < self.starts - HOUR and old.size <= min(5, self.capacity)
        if may:
            old.state = "cancelled"
            self.add(taker, Entry(old.size, "confirmed", kind="passed"))
        self.serve(at)
        return may

    def hear(self, who: int, answer: str, at: datetime) -> None:
        """A word by SMS: what comes too late, or again, changes nothing."""
        self.settle(at)
        entry = self.entries[who]
        is_taken = answer == "yes" and entry.is_open and entry.size > self.free()
        is_meant = entry.state == "offered" or (entry.state == "waitlisted" and answer == "leave")
        if is_meant and not is_taken and at < self.starts:
            entry.state = "confirmed" if answer == "yes" else "cancelled"
            entry.ends, entry.is_open = None, False
        self.serve(at)

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
            is_late = at >= self.starts or entry.inside > 0
            return not is_late or entry.state not in LIVE or entry.state == "queued" or is_over
        if act == "resize":
            more = size - entry.size if not is_over else 99
            fits = more <= 0 or (
                entry.state == "confirmed" and not self.waiting() + self.queue() and more <= self.free()
            )
            is_early = at < self.starts - HOUR and entry.state in ("confirmed", "waitlisted") and entry.kind != "group"
            return (more == 0 and entry.state in LIVE) or (is_early and fits)
        if entry.state == "confirmed" and act != "extend":
            return True
        wanted = "offered" if act == "accept" else "held"
        is_fitting = not entry.is_open or entry.size <= self.free()
        return entry.state == wanted and not is_over and not (act == "extend" and entry.is_extended) and is_fitting
