"""What time it is, and what a wall clock in a zone means.

Past moments are aware UTC. Future gatherings are a wall time and a zone id, from which UTC is derived.
"""

import json
import os
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

# The packaged tzdata wins over an old system copy: Morocco is at UTC+0 for good since 2026-09-20 (tzdb 2026c).
reset_tzpath(to=[])


class StaleZoneData(RuntimeError):
    """The zone data of this machine does not know that Morocco stays at UTC+0."""


class _Rehearsal:
    """A clock that a file moves; it is looked at again at most 20 times a second."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._looked_at = 0.0
        self._stamp = 0
        self._anchors: tuple[float, float, float] | None = None
        self._lock = threading.Lock()

    def now(self) -> datetime:
        if time.monotonic() - self._looked_at > 0.05:
            with self._lock:  # who comes meanwhile waits, and does not go on with what is about to change
                self._look()
        if self._anchors is None:
            return datetime.now(UTC)
        real, shown, rate = self._anchors
        return datetime.fromtimestamp(shown + (time.time() - real) * rate, UTC)

    def _look(self) -> None:
        try:
            stamp = self.path.stat().st_mtime_ns
            if stamp != self._stamp:
                said = json.loads(self.path.read_text())
                self._anchors = (said["anchor_real"], said["anchor_clock"], said["rate"])
                self._stamp = stamp
        except FileNotFoundError:
            self._anchors = None
        self._looked_at = time.monotonic()

    def forget(self) -> None:
        self._looked_at = 0.0


_rehearsal: _Rehearsal | None = None


def set_rehearsal(path: Path | None) -> None:
    """Let the clock follow the file at `path` from now on; None gives the real clock back."""
    global _rehearsal
    _rehearsal = _Rehearsal(path) if path else None


def is_rehearsal() -> bool:
    """Whether this process may have its clock moved."""
    return _rehearsal is not None


def set_clock(moment: datetime, rate: float = 1.0) -> None:
    """Move the rehearsal clock of every process that shares the file; `rate` is fair seconds per real second."""
    if _rehearsal is None:
        raise RuntimeError("the clock moves only in a rehearsal")
    said = {"anchor_real": time.time(), "anchor_clock": moment.timestamp(), "rate": rate}
    beside = _rehearsal.path.with_suffix(f".{os.getpid()}.new")
    beside.write_text(json.dumps(said))
    beside.replace(_rehearsal.path)
    _rehearsal.forget()


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _rehearsal.now() if _rehearsal else datetime.now(UTC)


def machine_now() -> datetime:
    """This moment for the mechanism: pauses, rings and leases, which a rehearsal must neither skip nor stretch."""
    return datetime.now(UTC)


def to_utc(wall: datetime, zone: str) -> datetime:
    """The moment of a naive wall time in `zone`; ValueError where that hour is skipped or happens twice."""
    place = ZoneInfo(zone)
    early, late = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early != late:
        raise ValueError(f"{wall:%Y-%m-%d %H:%M} is no single moment in {zone}")
    return early


def to_wall(moment: datetime, zone: str) -> datetime:
    """The naive wall time of a moment in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def day_in(moment: datetime, zone: str) -> date:
    """The local date of a moment in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def check_zone_data() -> None:
    """Refuse to work with zone data older than tzdb 2026c; StaleZoneData."""
    december = datetime(2026, 12, 1, tzinfo=ZoneInfo("Africa/Casablanca"))
    if december.utcoffset() != timedelta(0):
        raise StaleZoneData("Africa/Casablanca is not at UTC+0 on 2026-12-01: install tzdata 2026.3 or newer")
